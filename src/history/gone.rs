//! Findings that are not there any more: those that are resolved, and those of which nobody could see whether they are.

use std::collections::BTreeMap;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::Path;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::spell::is_zero;
use crate::bag::Role;
use crate::base::diagnostic::Diagnostic;
use crate::files::Files;
use crate::model::Severity;

/// A finding of the earlier report that isn't in this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gone {
    /// Its identity.
    pub fingerprint: String,
    /// The rule.
    pub rule: String,
    /// As it was.
    pub severity: Severity,
    /// What it was about.
    pub subject: GoneSubject,
    /// The day of the first audit that found it.
    pub first_seen: NaiveDate,
    /// The beginning of its last spell.
    pub since: NaiveDate,
    /// The day of the audit that found it no more; of what may be there still, none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub resolved_on: Option<NaiveDate>,
    /// Days since its last spell began; of what is resolved, until it was found no more.
    pub days_open: u16,
    /// How often it has come back.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub reopened: u8,
    /// A waiver held for it, so that no day was set.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub waived: bool,
    /// Why nobody can see whether it is resolved.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<String>,
}

/// What a finding was about.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GoneSubject {
    /// account, group, employee, source, roster or exception.
    pub kind: String,
    /// Its source, if it had one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub source: Option<String>,
    /// For an account.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub account_id: Option<String>,
    /// The person concerned, when it was known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub employee_id: Option<String>,
    /// For a group: the accounts' identifiers.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub members: Option<Vec<String>>,
}

/// A resolved finding, remembered in case it comes back: no more of it than that takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Remembered {
    /// Its identity.
    pub fingerprint: String,
    /// The rule.
    pub rule: String,
    /// Its source, if it had one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub source: Option<String>,
    /// The day of the first audit that found it.
    pub first_seen: NaiveDate,
    /// The day of the audit that found it no more.
    pub resolved_on: NaiveDate,
    /// How often it has come back.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub reopened: u8,
}

/// The line of a finding, as far as it is told when it is gone.
#[derive(Debug, Deserialize)]
pub(super) struct GoneLine {
    pub fingerprint: String,
    pub rule: String,
    pub severity: Severity,
    pub subject: GoneSubject,
}

impl Gone {
    /// What is remembered of it in case it comes back.
    pub(super) fn remembered(self) -> Option<Remembered> {
        Some(Remembered {
            resolved_on: self.resolved_on?,
            fingerprint: self.fingerprint,
            rule: self.rule,
            source: self.subject.source,
            first_seen: self.first_seen,
            reopened: self.reopened,
        })
    }
}

/// Reads findings again, which begin at these bytes, in their order.
///
/// # Errors
/// The file can't be read, or isn't what it was.
pub(super) fn read_again(
    files: &Files,
    path: &Path,
    at: impl Iterator<Item = u64>,
    renamed: &BTreeMap<String, String>,
) -> Result<Vec<GoneLine>, Diagnostic> {
    let changed = |error: io::Error| Diagnostic::of_file(path, format!("the previous report changed: {error}"));
    let mut at = at.peekable();
    if at.peek().is_none() {
        return Ok(Vec::new());
    }
    let opened = files.open(Role::PreviousReport, path).map_err(changed)?;
    let mut reader = BufReader::with_capacity(1 << 18, opened.content);
    let (mut gone, mut text, mut here) = (Vec::new(), Vec::new(), 0);
    for at in at {
        // Not every file can be read from any place.
        io::copy(&mut reader.by_ref().take(at - here), &mut io::sink()).map_err(changed)?;
        text.clear();
        here = at + reader.read_until(b'\n', &mut text).map_err(changed)? as u64;
        let json = text.trim_ascii();
        let mut line: GoneLine =
            serde_json::from_slice(json.strip_suffix(b",").unwrap_or(json)).map_err(|error| changed(error.into()))?;
        if let Some(new) = line.subject.source.as_ref().and_then(|source| renamed.get(source)) {
            line.subject.source = Some(new.clone());
        }
        gone.push(line);
    }
    Ok(gone)
}
