//! A finding as `report.json` has it, schema 1. Others rely on these names literally; a change of meaning needs a
//! schema 2.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::{Disposition, Severity};

/// A rule's judgement about a subject.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// Stable across runs, versions, message and severity changes.
    pub fingerprint: String,
    /// The rule.
    pub rule: String,
    /// After overrides.
    pub severity: Severity,
    /// Whether it still asks for action.
    pub disposition: Disposition,
    /// What it is about.
    pub subject: Subject,
    /// How many findings it stands for, where the report only counts; absent: itself.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub count: Option<u64>,
    /// The account's display name, else the employee's name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub display_name: Option<String>,
    /// The account's address, else the employee's.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub email: Option<String>,
    /// The account's login name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub username: Option<String>,
    /// The reason, as a sentence.
    pub message: String,
    /// What to do.
    pub remediation: String,
    /// `FRAMEWORK:ID`.
    pub controls: Vec<String>,
    /// The facts that decided it.
    pub facts: BTreeMap<String, Value>,
    /// How the account was correlated; empty when the subject is no account.
    #[serde(rename = "match")]
    pub matched: BTreeMap<String, Value>,
}

/// What a finding is about.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// account, group, employee, source, roster or exception.
    pub kind: String,
    /// Its source, if it has one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub source: Option<String>,
    /// For an account.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub account_id: Option<String>,
    /// The person concerned, when it is known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub employee_id: Option<String>,
    /// For a group: the accounts' identifiers.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub members: Option<Vec<String>>,
}

impl Finding {
    /// How many findings it stands for.
    pub fn stands_for(&self) -> u64 {
        self.count.unwrap_or(1)
    }
}
