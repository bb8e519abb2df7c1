//! What is known of a finding without reading it: what it is counted, sorted and grouped by.

use std::io;
use std::slice;

use chrono::DateTime;
use serde_json::Value;

use super::{Finding, Findings};
use crate::model::{Disposition, Fact, Severity, Timestamp};

/// What is known of a finding without reading it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
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
    pub lapsed: bool,
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
pub(super) struct LastLogin(i64);

impl LastLogin {
    const NOT_TOLD: Self = Self(i64::MIN);
    const NEVER: Self = Self(i64::MIN + 1);

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

/// One finding, as far as it can be told without reading it.
#[derive(Debug, Clone, Copy)]
pub struct Head<'f> {
    pub(super) findings: &'f Findings,
    pub(super) entry: &'f Entry,
}

impl<'f> Head<'f> {
    /// The rule.
    pub fn rule(&self) -> &'f str {
        self.findings.rules.get(usize::from(self.entry.rule)).map_or("", |rule| rule.name.as_str())
    }

    /// The source, if it belongs to one.
    pub fn source(&self) -> Option<&'f str> {
        self.findings.sources.get(usize::from(self.entry.source)).map(String::as_str)
    }

    /// After overrides.
    pub const fn severity(&self) -> Severity {
        self.entry.severity
    }

    /// Whether it still asks for action.
    pub const fn disposition(&self) -> Disposition {
        self.entry.disposition
    }

    /// Whether it still asks for action.
    pub fn is_open(&self) -> bool {
        self.entry.disposition == Disposition::Open
    }

    /// Whether it would be waived but for the end of a waiver.
    pub const fn has_expired_waiver(&self) -> bool {
        self.entry.lapsed
    }

    /// How many findings it stands for.
    pub fn stands_for(&self) -> u64 {
        u64::from(self.entry.count)
    }

    /// Findings with the same number are about the same subject; numbers are small.
    pub const fn subject(&self) -> usize {
        self.entry.subject as usize
    }

    /// Findings with the same number concern the same person; numbers are small.
    pub fn person(&self) -> Option<usize> {
        (self.entry.person != NO_PERSON).then_some(self.entry.person as usize)
    }

    /// Whether it is about one account.
    pub fn is_about_account(&self) -> bool {
        self.entry.about == About::Account
    }

    /// Whether it is about several accounts.
    pub fn is_about_group(&self) -> bool {
        self.entry.about == About::Group
    }

    /// When the account was last used, if the finding tells it; `Some(None)` is never.
    pub fn last_login(&self) -> Option<Option<Timestamp>> {
        match self.entry.last_login {
            LastLogin::NOT_TOLD => None,
            LastLogin::NEVER => Some(None),
            LastLogin(seconds) => DateTime::from_timestamp(seconds, 0).map(Some),
        }
    }

    /// The finding itself.
    ///
    /// # Errors
    /// The temporary file can't be read.
    pub fn read(&self) -> io::Result<Finding> {
        let mut line = Vec::new();
        self.findings.add_lines(slice::from_ref(self.entry), b"", &mut line)?;
        Ok(serde_json::from_slice(&line)?)
    }
}
