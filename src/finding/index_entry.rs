//! What is known of a finding without reading it: what it is counted, sorted and grouped by.

use chrono::DateTime;
use serde_json::Value;

use crate::model::{Disposition, Fact, Severity, Timestamp};

/// What is known of a finding without reading it.
#[derive(Debug, Clone, Copy)]
pub(super) struct IndexEntry {
    pub at: u64,
    pub last_login: LastLogin,
    pub count: u32,
    pub length: u32,
    pub subject: u32,
    pub person: u32,
    pub rule: u16,
    pub source: u16,
    pub severity: Severity,
    pub disposition: Disposition,
    pub about: About,
    pub waiver_expired: bool,
}

/// In an entry: no source, no person.
pub(super) const NO_SOURCE: u16 = u16::MAX;
pub(super) const NO_PERSON: u32 = u32::MAX;

/// The kind of subject, as far as numbers depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    Account,
    Group,
    Other,
}

impl About {
    pub(super) fn of(kind: &str) -> Self {
        match kind {
            "account" => Self::Account,
            "group" => Self::Group,
            _ => Self::Other,
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
