//! The parts of a `report.json` that are remembered: structs of their own, which know no more of it than they need.

use std::borrow::Cow;
use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::Deserialize;

use super::changes::TrendPoint;
use super::gone::{Gone, Remembered};
use super::spell::HistoryLine;
use crate::exception::KeptPromise;
use crate::model::{Disposition, Severity, Timestamp};

/// A finding, as far as it counts here.
#[derive(Deserialize)]
pub(super) struct FindingLine<'t> {
    #[serde(borrow)]
    pub fingerprint: Cow<'t, str>,
    #[serde(borrow)]
    pub rule: Cow<'t, str>,
    pub severity: Severity,
    pub disposition: Disposition,
    #[serde(borrow)]
    pub subject: SubjectLine<'t>,
    #[serde(default)]
    pub history: Option<HistoryLine>,
}

#[derive(Deserialize)]
pub(super) struct SubjectLine<'t> {
    #[serde(borrow)]
    pub kind: Cow<'t, str>,
    #[serde(default, borrow)]
    pub source: Option<Cow<'t, str>>,
    #[serde(default, borrow)]
    pub account_id: Option<Cow<'t, str>>,
    #[serde(default)]
    pub employee_id: Option<String>,
    #[serde(default)]
    pub members: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
pub(super) struct RunPart {
    pub id: String,
    pub as_of: Timestamp,
    #[serde(default)]
    pub reading_sha256: String,
    #[serde(default)]
    pub left_out: BTreeSet<String>,
    #[serde(default)]
    pub naming: String,
    #[serde(default)]
    pub lists_accounts: bool,
}

#[derive(Deserialize)]
pub(super) struct RulePart {
    pub id: String,
    pub disabled: bool,
    #[serde(default)]
    pub logic_sha256: String,
    #[serde(default)]
    pub not_evaluable: u64,
}

#[derive(Deserialize)]
pub(super) struct CellPart {
    pub rule: String,
    pub source: String,
    pub not_evaluable: u64,
    #[serde(default)]
    pub missing: BTreeSet<String>,
}

#[derive(Deserialize)]
pub(super) struct CorrelationPart {
    pub accounts: u64,
}

/// What a review has promised.
#[derive(Deserialize)]
pub(super) struct ReviewPart {
    pub id: String,
    #[serde(default)]
    pub kept_promises: Vec<KeptPromise>,
}

/// What was carried on. The lists of accounts are no part of what is remembered.
#[derive(Deserialize)]
pub(super) struct ChangesPart {
    #[serde(default)]
    pub resolved: Vec<Gone>,
    #[serde(default)]
    pub unseen: Vec<Gone>,
    #[serde(default)]
    pub remembered: Vec<Remembered>,
    #[serde(default)]
    pub trend: Vec<TrendPoint>,
}

/// What is known of a finding that is in no list of findings.
pub(super) struct Parts<'g> {
    pub fingerprint: &'g str,
    pub rule: &'g str,
    pub kind: &'g str,
    pub source: Option<&'g str>,
    pub account_id: Option<&'g str>,
    pub severity: Severity,
    pub first_seen: NaiveDate,
    pub since: NaiveDate,
    pub reopened: u8,
    pub waived: bool,
}

impl<'g> Parts<'g> {
    pub(super) fn of(gone: &'g Gone) -> Self {
        Self {
            fingerprint: &gone.fingerprint,
            rule: &gone.rule,
            kind: &gone.subject.kind,
            source: gone.subject.source.as_deref(),
            account_id: gone.subject.account_id.as_deref(),
            severity: gone.severity,
            first_seen: gone.first_seen,
            since: gone.since,
            reopened: gone.reopened,
            waived: gone.waived,
        }
    }

    pub(super) fn of_remembered(old: &'g Remembered) -> Self {
        Self {
            fingerprint: &old.fingerprint,
            rule: &old.rule,
            kind: "",
            source: old.source.as_deref(),
            account_id: None,
            severity: Severity::Info,
            first_seen: old.first_seen,
            since: old.first_seen,
            reopened: old.reopened,
            waived: false,
        }
    }
}
