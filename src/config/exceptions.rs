//! `[exceptions]`: the files in which the organisation says what it knows of and accepts.

use std::collections::BTreeMap;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::Severity;
use crate::setting::ConfigText;

/// How many days before its end a waiver is said to end soon, unless the configuration says otherwise.
const EXPIRING_DAYS: u32 = 14;

/// How many days an exception lives, unless the configuration says otherwise.
const MAX_DAYS: [(Severity, u32); 2] = [(Severity::Critical, 30), (Severity::High, 90)];

/// `[exceptions]` as it is written.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawExceptions {
    /// The accounts that the organisation vouches for, relative to this file.
    declared: Option<String>,
    /// The file of waivers, relative to this file.
    waivers: Option<String>,
    /// The findings that are not new, relative to this file.
    baseline: Option<String>,
    /// Who may approve waivers without being in the roster, by name or address.
    approvers: Vec<String>,
    /// How many days a waiver or an entry of the baseline may live, by the severity of the finding; `{ critical = 30,
    /// high = 90 }` unless one of them is set.
    max_days: BTreeMap<Severity, u32>,
    /// How many days before its end a waiver is said to end soon; 14 by default.
    expiring_days: Option<u32>,
}

/// `[exceptions]`, checked.
#[derive(Debug, Clone, Default)]
pub struct ExceptionsConfig {
    /// The file of declared accounts.
    pub declared: Option<PathBuf>,
    /// The file of waivers.
    pub waivers: Option<PathBuf>,
    /// The file of the findings that are not new.
    pub baseline: Option<PathBuf>,
    /// Who may approve waivers without being in the roster.
    pub approvers: Vec<String>,
    /// How many days a waiver or an entry of the baseline may live, by the severity of the finding.
    pub max_days: BTreeMap<Severity, u32>,
    /// How many days before its end a waiver is said to end soon.
    pub expiring_days: u32,
}

impl RawExceptions {
    pub(super) fn check(self, text: &ConfigText) -> ExceptionsConfig {
        let file = |path: Option<String>| path.map(|path| text.resolve(&path));
        ExceptionsConfig {
            declared: file(self.declared),
            waivers: file(self.waivers),
            baseline: file(self.baseline),
            approvers: self.approvers,
            max_days: MAX_DAYS.into_iter().chain(self.max_days).collect(),
            expiring_days: self.expiring_days.unwrap_or(EXPIRING_DAYS),
        }
    }
}
