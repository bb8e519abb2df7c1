//! A rule's judgement about a subject.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{EmployeeId, SourceName};
use crate::base::text;

/// The name of a rule; it is also its file name and its anchor in the reports.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RuleId(Arc<str>);

impl RuleId {
    /// Wraps a name that the rule loader has checked.
    pub fn new(id: &str) -> Self {
        Self(id.into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How urgent a finding is. Ordered worst first, so that sorting puts the worst on top.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Access that must end now.
    Critical,
    /// To be fixed in days.
    High,
    /// To be fixed in the review.
    Medium,
    /// Hygiene.
    Low,
    /// For information.
    Info,
}

impl Severity {
    /// All, worst first.
    pub const ALL: [Self; 5] = [Self::Critical, Self::High, Self::Medium, Self::Low, Self::Info];

    /// As files and reports spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
            Self::Info => "info",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether a finding still asks for action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Disposition {
    /// It does.
    Open,
    /// A dated, approved exception covers it.
    Waived,
    /// It was there when the gate was switched on.
    Baselined,
}

impl Disposition {
    /// As files and reports spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Waived => "waived",
            Self::Baselined => "baselined",
        }
    }
}

/// What a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// One account.
    Account {
        /// Its source.
        source: SourceName,
        /// Its identifier there.
        account_id: String,
    },
    /// Several accounts that belong together.
    Group {
        /// Their source.
        source: SourceName,
        /// What they share, for example an employee id.
        key: String,
        /// The accounts' identifiers, sorted.
        members: Vec<String>,
    },
    /// One person.
    Employee {
        /// Their identifier.
        employee_id: EmployeeId,
    },
    /// One source as a whole.
    Source {
        /// Its name.
        source: SourceName,
    },
    /// The roster as a whole, or one of its rows.
    Roster {
        /// What is defective, for example a file name and line.
        place: String,
    },
    /// A waiver.
    Exception {
        /// What names it in reports.
        id: String,
    },
}

impl Subject {
    /// As reports spell the kind of a single account.
    pub const ACCOUNT: &str = "account";

    /// As reports spell it.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Account { .. } => Self::ACCOUNT,
            Self::Group { .. } => "group",
            Self::Employee { .. } => "employee",
            Self::Source { .. } => "source",
            Self::Roster { .. } => "roster",
            Self::Exception { .. } => "exception",
        }
    }

    /// The source it belongs to, if it belongs to one.
    pub const fn source(&self) -> Option<&SourceName> {
        match self {
            Self::Account { source, .. } | Self::Group { source, .. } | Self::Source { source } => Some(source),
            Self::Employee { .. } | Self::Roster { .. } | Self::Exception { .. } => None,
        }
    }

    /// What tells it from others of its kind and source.
    pub fn key(&self) -> &str {
        match self {
            Self::Account { account_id, .. } => account_id,
            Self::Group { key, .. } => key,
            Self::Employee { employee_id } => &employee_id.0,
            Self::Source { source } => source.as_str(),
            Self::Roster { place } => place,
            Self::Exception { id } => id,
        }
    }
}

/// What identifies a finding over time: the same in every run, version, message and severity.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// The digest of rule, kind of subject, source and the subject's own key.
    pub fn of(rule: &RuleId, subject: &Subject) -> Self {
        let source = subject.source().map_or("", SourceName::as_str);
        Self::of_parts([rule.as_str(), subject.kind(), source, subject.key()])
    }

    /// The same, of a finding about an account.
    pub fn of_account(rule: &RuleId, source: &SourceName, account_id: &str) -> Self {
        Self::of_parts([rule.as_str(), Subject::ACCOUNT, source.as_str(), account_id])
    }

    fn of_parts(parts: [&str; 4]) -> Self {
        Self(text::digest(&parts))
    }

    /// Reads what [`Self::as_str`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        (digits && text.len() == 32).then(|| Self(text.to_owned()))
    }

    /// The hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Who is behind a finding, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// The account's display name, else the employee's.
    pub display_name: Option<String>,
    /// The account's address, else the employee's first.
    pub email: Option<String>,
    /// The account's login name.
    pub username: Option<String>,
    /// The employee, when exactly one is concerned.
    pub employee_id: Option<EmployeeId>,
}

/// A rule's judgement about a subject.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Stable identity.
    pub fingerprint: Fingerprint,
    /// The rule.
    pub rule: RuleId,
    /// As the rule or its override says.
    pub severity: Severity,
    /// Open, unless an exception applies.
    pub disposition: Disposition,
    /// What it is about.
    pub subject: Subject,
    /// Who is behind it.
    pub person: Person,
    /// The reason, in a sentence.
    pub message: String,
    /// The facts that decided it, by the name that rules use.
    pub facts: BTreeMap<String, Value>,
    /// How the account was correlated; empty if the subject isn't one.
    pub correlation: BTreeMap<String, Value>,
}
