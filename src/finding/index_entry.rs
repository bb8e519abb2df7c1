//! What is known of a finding without reading it: what it is counted, sorted and grouped by.

use std::collections::BTreeMap;

use chrono::DateTime;
use serde_json::Value;

use crate::history::History;
use crate::model::{Disposition, Fact, Severity, Timestamp};

/// What is known of a finding without reading it.
#[derive(Debug, Clone, Copy)]
pub(super) struct IndexEntry {
    /// Where its block begins in the file, how much of it is to be read, and where in it the finding begins.
    pub at: u64,
    pub length: u32,
    pub start: u32,
    pub last_login: LastLogin,
    pub count: u32,
    pub subject: u32,
    pub person: u32,
    pub near_misses: u32,
    pub rule: u16,
    pub source: u16,
    pub severity: Severity,
    pub disposition: Disposition,
    pub about: About,
    pub waiver_expired: bool,
    pub history: Option<History>,
}

/// In an entry: no source.
pub(super) const NO_SOURCE: u16 = u16::MAX;
/// In an entry: no count, no person, no near misses.
pub(super) const NONE: u32 = u32::MAX;

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

/// The kind of subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    Account,
    Group,
    Employee,
    Source,
    Roster,
    Exception,
}

impl About {
    const ALL: [Self; 6] = [Self::Account, Self::Group, Self::Employee, Self::Source, Self::Roster, Self::Exception];

    /// Anything else is about the roster as a whole.
    pub(super) fn of(kind: &str) -> Self {
        Self::ALL.into_iter().find(|about| about.as_str() == kind).unwrap_or(Self::Roster)
    }

    /// As reports spell it.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Group => "group",
            Self::Employee => "employee",
            Self::Source => "source",
            Self::Roster => "roster",
            Self::Exception => "exception",
        }
    }
}

/// What a finding tells of the account's last login, in seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LastLogin(pub i64);

impl LastLogin {
    pub(super) const NOT_TOLD: Self = Self(i64::MIN);
    pub(super) const NEVER: Self = Self(i64::MIN + 1);

    pub(super) fn of_account(fact: &Fact<Option<Timestamp>>) -> Self {
        match fact {
            Fact::Known(None) => Self::NEVER,
            Fact::Known(Some(time)) => Self(time.timestamp()),
            Fact::NotExposed => Self::NOT_TOLD,
        }
    }

    pub(super) fn of(fact: Option<&Value>) -> Self {
        match fact {
            Some(Value::Null) => Self::NEVER,
            Some(Value::String(text)) => {
                DateTime::parse_from_rfc3339(text).map_or(Self::NOT_TOLD, |time| Self(time.timestamp()))
            }
            _ => Self::NOT_TOLD,
        }
    }
}
