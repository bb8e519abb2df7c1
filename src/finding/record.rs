//! A finding as every format sees it: borrowed from the block that was read, nothing copied and nothing parsed that isn't asked
//! for.

use std::collections::BTreeMap;

use serde_json::{Result, Value};

use crate::history::History;
use crate::model::{Disposition, Severity};

/// A rule's judgement about a subject.
#[derive(Debug, Clone, Copy)]
pub struct FindingRecord<'f> {
    /// Stable across runs, versions, message and severity changes.
    pub fingerprint: &'f str,
    /// The rule.
    pub rule: &'f str,
    /// After overrides.
    pub severity: Severity,
    /// Whether it still asks for action.
    pub disposition: Disposition,
    /// What it is about.
    pub subject: SubjectRecord<'f>,
    /// How many findings it stands for, where the report only counts.
    pub count: Option<u64>,
    /// The reason, as a sentence.
    pub message: &'f str,
    /// What to do, as the rule says.
    pub remediation: &'f str,
    /// `FRAMEWORK:ID`, as the rule says.
    pub controls: &'f [String],
    /// The facts that the subject doesn't tell: a JSON object.
    pub reasons: &'f str,
    /// To whom the account probably belongs: a JSON list.
    pub near_misses: Option<&'f str>,
    /// Since when it has been there, where that is known.
    pub history: Option<History>,
}

/// What a finding is about, with what is the same for all findings about it.
#[derive(Debug, Clone, Copy)]
pub struct SubjectRecord<'f> {
    /// account, group, employee, source, roster or exception.
    pub kind: &'f str,
    /// Its source, if it has one.
    pub source: Option<&'f str>,
    /// For an account.
    pub account_id: Option<&'f str>,
    /// The person concerned, when it is known.
    pub employee_id: Option<&'f str>,
    /// For a group: the accounts' identifiers, a JSON list.
    pub members: Option<&'f str>,
    /// The account's display name, else the employee's name.
    pub display_name: Option<&'f str>,
    /// The account's address, else the employee's.
    pub email: Option<&'f str>,
    /// The account's login name.
    pub username: Option<&'f str>,
    /// The account's access and last use, and who answers for it, by the names of rules: a JSON object.
    pub facts: &'f str,
    /// How the account was correlated: a JSON object.
    pub matched: &'f str,
}

/// An empty JSON object.
pub(super) const NOTHING: &str = "{}";

impl<'f> SubjectRecord<'f> {
    /// Something of which no more is known than what it is.
    pub const fn new(kind: &'f str) -> Self {
        Self {
            kind,
            source: None,
            account_id: None,
            employee_id: None,
            members: None,
            display_name: None,
            email: None,
            username: None,
            facts: NOTHING,
            matched: NOTHING,
        }
    }

    /// The accounts of a group.
    pub fn members(&self) -> Vec<String> {
        self.members.and_then(|members| serde_json::from_str(members).ok()).unwrap_or_default()
    }
}

impl FindingRecord<'_> {
    /// How many findings it stands for.
    pub fn stands_for(&self) -> u64 {
        self.count.unwrap_or(1)
    }

    /// One of its facts.
    pub fn fact(&self, name: &str) -> Option<Value> {
        self.facts().ok()?.remove(name)
    }

    /// All its facts, those of the account among them.
    ///
    /// # Errors
    /// What was kept as JSON isn't JSON.
    pub fn facts(&self) -> Result<BTreeMap<String, Value>> {
        let mut facts = object(self.subject.facts)?;
        facts.extend(object(self.reasons)?);
        Ok(facts)
    }
}

/// A JSON object.
pub(super) fn object(text: &str) -> Result<BTreeMap<String, Value>> {
    serde_json::from_str(text)
}
