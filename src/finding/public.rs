//! A finding as `report.json` has it, schema 1. Others rely on these names literally; a change of meaning needs a
//! schema 2.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::{self, Disposition, Severity};

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

    /// Makes a finding public, with what its rule says to everybody.
    pub fn new(finding: model::Finding, remediation: &str, controls: Vec<String>) -> Self {
        Self {
            fingerprint: finding.fingerprint.as_str().to_owned(),
            rule: finding.rule.to_string(),
            severity: finding.severity,
            disposition: finding.disposition,
            subject: Subject::of(&finding),
            count: None,
            remediation: remediation.to_owned(),
            controls,
            display_name: finding.person.display_name,
            email: finding.person.email,
            username: finding.person.username,
            message: finding.message,
            facts: finding.facts,
            matched: finding.correlation,
        }
    }
}

impl Subject {
    fn of(finding: &model::Finding) -> Self {
        let mut subject = Self {
            kind: finding.subject.kind().to_owned(),
            source: finding.subject.source().map(ToString::to_string),
            account_id: None,
            employee_id: finding.person.employee_id.as_ref().map(ToString::to_string),
            members: None,
        };
        match &finding.subject {
            model::Subject::Account { account_id, .. } => subject.account_id = Some(account_id.clone()),
            model::Subject::Group { members, .. } => subject.members = Some(members.clone()),
            model::Subject::Employee { employee_id } => subject.employee_id = Some(employee_id.to_string()),
            model::Subject::Source { .. } | model::Subject::Roster { .. } | model::Subject::Exception { .. } => {}
        }
        subject
    }
}
