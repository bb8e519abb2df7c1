//! A finding on its way to the store, borrowed from where it was found: nothing is copied but into the line that the
//! report will have.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Result, Value};

use super::Finding;
use super::index_entry::LastLogin;
use crate::model::{self, Disposition, Fact, Severity, Timestamp};
use crate::rule::{Control, Rule};

/// Is written as [`Finding`] is read; a test holds that. Its facts may be anything that is written as an object, and its
/// controls anything that is written as text.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct FindingRecord<'l, F: ?Sized = RawValue, C = String> {
    /// Stable across runs, versions, message and severity changes.
    pub fingerprint: &'l str,
    /// The rule.
    pub rule: &'l str,
    /// After overrides.
    pub severity: Severity,
    /// Whether it still asks for action.
    pub disposition: Disposition,
    /// What it is about.
    pub subject: RecordSubject<'l>,
    /// How many findings it stands for; absent: itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// The account's display name, else the employee's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<&'l str>,
    /// The account's address, else the employee's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<&'l str>,
    /// The account's login name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<&'l str>,
    /// The reason, as a sentence.
    pub message: &'l str,
    /// What to do.
    pub remediation: &'l str,
    /// `FRAMEWORK:ID`.
    pub controls: &'l [C],
    /// The facts that decided it.
    pub facts: &'l F,
    /// How the account was correlated; empty when the subject is no account.
    #[serde(rename = "match")]
    pub matched: &'l RawValue,
    /// What is counted without reading the line.
    #[serde(skip)]
    pub marks: Marks,
}

/// What a finding is about.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct RecordSubject<'l> {
    /// account, group, employee, source, roster or exception.
    pub kind: &'l str,
    /// Its source, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<&'l str>,
    /// For an account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_id: Option<&'l str>,
    /// The person concerned, when it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub employee_id: Option<&'l str>,
    /// For a group: the accounts' identifiers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members: Option<&'l [String]>,
}

/// Facts that reports count.
#[derive(Debug, Clone, Copy)]
pub struct Marks {
    pub(super) waiver_expired: bool,
    pub(super) last_login: LastLogin,
}

impl Marks {
    /// Of a finding that no exception concerns.
    pub fn of_account(last_login: &Fact<Option<Timestamp>>) -> Self {
        Self { waiver_expired: false, last_login: LastLogin::of_account(last_login) }
    }

    /// Of the facts of a finding.
    pub fn of(facts: &BTreeMap<String, Value>) -> Self {
        Self {
            waiver_expired: facts.get("waiver.state").is_some_and(|state| state == "expired"),
            last_login: LastLogin::of(facts.get("account.last_login_at")),
        }
    }
}

/// The parts of a finding that are JSON of their own.
#[derive(Debug)]
pub struct Details {
    facts: Box<RawValue>,
    matched: Box<RawValue>,
    marks: Marks,
}

impl Details {
    /// Of a finding that a rule has made.
    ///
    /// # Errors
    /// None in practice: such facts can always be written.
    pub fn of(finding: &model::Finding) -> Result<Self> {
        Self::new(&finding.facts, &finding.correlation)
    }

    /// Of a finding as a report has it.
    ///
    /// # Errors
    /// As [`Self::of`].
    pub fn of_public(finding: &Finding) -> Result<Self> {
        Self::new(&finding.facts, &finding.matched)
    }

    fn new(facts: &BTreeMap<String, Value>, matched: &BTreeMap<String, Value>) -> Result<Self> {
        Ok(Self { facts: to_raw_value(facts)?, matched: to_raw_value(matched)?, marks: Marks::of(facts) })
    }
}

impl<'l> FindingRecord<'l, RawValue, Control> {
    /// Of a finding that a rule has made.
    pub fn of(finding: &'l model::Finding, rule: &'l Rule, details: &'l Details) -> Self {
        Self {
            fingerprint: finding.fingerprint.as_str(),
            rule: finding.rule.as_str(),
            severity: finding.severity,
            disposition: finding.disposition,
            subject: RecordSubject::of(finding),
            count: None,
            display_name: finding.person.display_name.as_deref(),
            email: finding.person.email.as_deref(),
            username: finding.person.username.as_deref(),
            message: &finding.message,
            remediation: rule.remediation(),
            controls: rule.controls(),
            facts: &details.facts,
            matched: &details.matched,
            marks: details.marks,
        }
    }
}

impl<'l> FindingRecord<'l> {
    /// Of a finding as a report has it.
    pub fn of_public(finding: &'l Finding, details: &'l Details) -> Self {
        let subject = &finding.subject;
        Self {
            fingerprint: &finding.fingerprint,
            rule: &finding.rule,
            severity: finding.severity,
            disposition: finding.disposition,
            subject: RecordSubject {
                kind: &subject.kind,
                source: subject.source.as_deref(),
                account_id: subject.account_id.as_deref(),
                employee_id: subject.employee_id.as_deref(),
                members: subject.members.as_deref(),
            },
            count: finding.count,
            display_name: finding.display_name.as_deref(),
            email: finding.email.as_deref(),
            username: finding.username.as_deref(),
            message: &finding.message,
            remediation: &finding.remediation,
            controls: &finding.controls,
            facts: &details.facts,
            matched: &details.matched,
            marks: details.marks,
        }
    }
}

impl<'l> RecordSubject<'l> {
    fn of(finding: &'l model::Finding) -> Self {
        let mut subject = Self {
            kind: finding.subject.kind(),
            source: finding.subject.source().map(model::SourceName::as_str),
            account_id: None,
            employee_id: finding.person.employee_id.as_ref().map(|id| id.0.as_str()),
            members: None,
        };
        match &finding.subject {
            model::Subject::Account { account_id, .. } => subject.account_id = Some(account_id),
            model::Subject::Group { members, .. } => subject.members = Some(members),
            model::Subject::Employee { employee_id } => subject.employee_id = Some(&employee_id.0),
            model::Subject::Source { .. } | model::Subject::Roster { .. } | model::Subject::Exception { .. } => {}
        }
        subject
    }
}
