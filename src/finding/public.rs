//! A finding on its own: for whoever looks at few of them, changes them, or makes some up.

use std::collections::BTreeMap;

use serde_json::{Result, Value};

use super::record::object;
use super::{FindingRecord, SubjectRecord};
use crate::history::History;
use crate::model::{self, Disposition, Severity};

/// A rule's judgement about a subject.
#[derive(Debug, Clone, PartialEq)]
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
    pub count: Option<u64>,
    /// The account's display name, else the employee's name.
    pub display_name: Option<String>,
    /// The account's address, else the employee's.
    pub email: Option<String>,
    /// The account's login name.
    pub username: Option<String>,
    /// The reason, as a sentence.
    pub message: String,
    /// What to do.
    pub remediation: String,
    /// `FRAMEWORK:ID`.
    pub controls: Vec<String>,
    /// The facts that decided it, and those of its account, by the names of rules.
    pub facts: BTreeMap<String, Value>,
    /// How the account was correlated, and to whom it may belong; empty when the subject is no account.
    pub matched: BTreeMap<String, Value>,
    /// Since when it has been there, where that is known.
    pub history: Option<History>,
}

/// What a finding is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// account, group, employee, source, roster or exception.
    pub kind: String,
    /// Its source, if it has one.
    pub source: Option<String>,
    /// For an account.
    pub account_id: Option<String>,
    /// The person concerned, when it is known.
    pub employee_id: Option<String>,
    /// For a group: the accounts' identifiers.
    pub members: Option<Vec<String>>,
}

/// The facts of an account that are told once for all findings about it.
const OF_ACCOUNT: [&str; 8] = [
    "account.created_at",
    "account.last_login_at",
    "account.licensed",
    "account.locked",
    "account.roles",
    "account.status",
    "employee.manager",
    "employee.name",
];

/// Whether a fact belongs to the account, and not to the single finding: its access, its last use, and who answers for it.
fn is_of_account(name: &str) -> bool {
    OF_ACCOUNT.contains(&name)
}

/// The parts of a finding that are kept as JSON.
#[derive(Debug, Default)]
pub(super) struct Parts {
    facts: String,
    reasons: String,
    matched: String,
    members: Option<String>,
    near_misses: Option<String>,
}

/// What a rule has found, before anybody shows it. What the rule says to everybody is added where it is shown.
impl From<&model::Finding> for Finding {
    fn from(found: &model::Finding) -> Self {
        let mut subject = Subject {
            kind: found.subject.kind().to_owned(),
            source: found.subject.source().map(ToString::to_string),
            account_id: None,
            employee_id: found.person.employee_id.as_ref().map(|id| id.0.clone()),
            members: None,
        };
        match &found.subject {
            model::Subject::Account { account_id, .. } => subject.account_id = Some(account_id.clone()),
            model::Subject::Group { members, .. } => subject.members = Some(members.clone()),
            model::Subject::Employee { employee_id } => subject.employee_id = Some(employee_id.0.clone()),
            model::Subject::Source { .. } | model::Subject::Roster { .. } | model::Subject::Exception { .. } => {}
        }
        Self {
            fingerprint: found.fingerprint.as_str().to_owned(),
            rule: found.rule.to_string(),
            severity: found.severity,
            disposition: found.disposition,
            subject,
            count: None,
            display_name: found.person.display_name.clone(),
            email: found.person.email.clone(),
            username: found.person.username.clone(),
            message: found.message.clone(),
            remediation: String::new(),
            controls: Vec::new(),
            facts: found.facts.clone(),
            matched: found.correlation.clone(),
            history: None,
        }
    }
}

impl Finding {
    /// How many findings it stands for.
    pub fn stands_for(&self) -> u64 {
        self.count.unwrap_or(1)
    }

    /// Its facts and its correlation as JSON.
    pub(super) fn parts(&self) -> Result<Parts> {
        let about_account = self.subject.kind == model::Subject::ACCOUNT;
        // That an account has no last login says something of it; any other fact without a value says something of a rule.
        let of_account = |(name, value): &(&String, &Value)| {
            about_account && is_of_account(name) && (!value.is_null() || *name == "account.last_login_at")
        };
        let (facts, reasons): (BTreeMap<_, _>, BTreeMap<_, _>) = self.facts.iter().partition(of_account);
        let matched: BTreeMap<_, _> = self.matched.iter().filter(|(name, _)| *name != "near_misses").collect();
        Ok(Parts {
            facts: serde_json::to_string(&facts)?,
            reasons: serde_json::to_string(&reasons)?,
            matched: serde_json::to_string(&matched)?,
            members: self.subject.members.as_ref().map(serde_json::to_string).transpose()?,
            near_misses: self.matched.get("near_misses").map(ToString::to_string),
        })
    }

    /// As it is written down. What to do and the controls belong to the rule.
    pub(super) fn record<'f>(&'f self, parts: &'f Parts) -> FindingRecord<'f> {
        FindingRecord {
            fingerprint: &self.fingerprint,
            rule: &self.rule,
            severity: self.severity,
            disposition: self.disposition,
            subject: SubjectRecord {
                kind: &self.subject.kind,
                source: self.subject.source.as_deref(),
                account_id: self.subject.account_id.as_deref(),
                employee_id: self.subject.employee_id.as_deref(),
                members: parts.members.as_deref(),
                display_name: self.display_name.as_deref(),
                email: self.email.as_deref(),
                username: self.username.as_deref(),
                facts: &parts.facts,
                matched: &parts.matched,
            },
            count: self.count,
            message: &self.message,
            remediation: &self.remediation,
            controls: &self.controls,
            reasons: &parts.reasons,
            near_misses: parts.near_misses.as_deref(),
            history: self.history,
        }
    }
}

impl FindingRecord<'_> {
    /// The same, on its own.
    ///
    /// # Errors
    /// What was kept as JSON isn't JSON.
    pub fn to_finding(&self) -> Result<Finding> {
        let own = |text: Option<&str>| text.map(str::to_owned);
        let subject = &self.subject;
        let mut matched = object(subject.matched)?;
        if let Some(near_misses) = self.near_misses {
            matched.insert("near_misses".to_owned(), serde_json::from_str(near_misses)?);
        }
        Ok(Finding {
            fingerprint: self.fingerprint.to_owned(),
            rule: self.rule.to_owned(),
            severity: self.severity,
            disposition: self.disposition,
            subject: Subject {
                kind: subject.kind.to_owned(),
                source: own(subject.source),
                account_id: own(subject.account_id),
                employee_id: own(subject.employee_id),
                members: subject.members.map(serde_json::from_str).transpose()?,
            },
            count: self.count,
            display_name: own(subject.display_name),
            email: own(subject.email),
            username: own(subject.username),
            message: self.message.to_owned(),
            remediation: self.remediation.to_owned(),
            controls: self.controls.to_vec(),
            facts: self.facts()?,
            matched,
            history: self.history,
        })
    }
}
