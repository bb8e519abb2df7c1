//! The baseline: the findings that were there when the gate was switched on. Only new ones fail it, and the file can
//! only shrink: a finding that is gone drops out when it is written again.
//!
//! The file holds identities and dates, no names: it can stand in a repository. Its safety is that an entry covers
//! one exact fingerprint. Whatever is damaged in it makes a finding new, never an unknown one old.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Sight;
use crate::diagnostic::Diagnostic;
use crate::model::{Disposition, Finding, Fingerprint, RuleId, SourceName, Subject, Timestamp};

/// What a file has to say of itself, so that no other JSON is taken for a baseline.
const FORMAT: &str = "headcount-baseline-1";

/// One finding that is not new.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaselineEntry {
    /// Its identity.
    pub fingerprint: Fingerprint,
    /// Its rule, for people.
    pub rule: RuleId,
    /// Its source, if it belongs to one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub source: Option<SourceName>,
    /// The day of the audit that found it first.
    pub first_seen: NaiveDate,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    findings: Vec<BaselineEntry>,
}

/// All findings that are not new, by fingerprint.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    entries: BTreeMap<Fingerprint, BaselineEntry>,
}

/// The entries whose findings are still there.
#[derive(Debug, Default)]
pub struct BaselineTally {
    present: HashSet<Fingerprint>,
}

/// An entry and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaselineUse {
    /// What the file says.
    pub entry: BaselineEntry,
    /// Whether the finding is still there.
    pub present: bool,
    /// Whether it would have been seen if it were.
    pub seen: bool,
    /// Days since it was first seen.
    pub age_days: i64,
}

/// What writing a baseline again changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Change {
    /// Entries that stay.
    pub kept: u64,
    /// Entries whose finding is gone or waived.
    pub dropped: u64,
    /// New findings that were added.
    pub added: u64,
    /// New findings that were not.
    pub refused: u64,
}

impl Baseline {
    /// Reads a file.
    ///
    /// # Errors
    /// What is wrong with it, with its place.
    pub fn read(path: &Path) -> Result<Self, Diagnostic> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            Diagnostic::of_file(path, format!("can't read the baseline: {error}"))
                .help("`headcount baseline write` makes one from a report")
        })?;
        Self::parse(path, &text)
    }

    /// Checks the text of a file.
    ///
    /// # Errors
    /// What is wrong with it, with its place.
    pub fn parse(path: &Path, text: &str) -> Result<Self, Diagnostic> {
        const HELP: &str = "restore the file, or write it again with `headcount baseline write`";
        let wrong = |at: usize, message: String| Diagnostic::in_text(path, text, at..at, message).help(HELP);
        let file: File = serde_json::from_str(text).map_err(|error| {
            let message = error.to_string();
            let reason = message.rsplit_once(" at line ").map_or(message.as_str(), |(reason, _)| reason);
            wrong(offset(text, error.line(), error.column()), format!("this is no baseline of headcount: {reason}"))
        })?;
        if file.format != FORMAT {
            let message = format!("expected the format \"{FORMAT}\" and found \"{}\"", file.format);
            return Err(wrong(text.find("\"format\"").unwrap_or(0), message));
        }
        let mut entries = BTreeMap::new();
        for entry in file.findings {
            let written = entry.fingerprint.as_str().to_owned();
            let place = || text.rfind(&written).unwrap_or(0);
            if Fingerprint::parse(&written).is_none() {
                return Err(wrong(place(), "a fingerprint is 32 hexadecimal digits in lower case".to_owned()));
            }
            if entries.insert(entry.fingerprint.clone(), entry).is_some() {
                return Err(wrong(place(), "this finding is listed twice".to_owned()));
            }
        }
        Ok(Self { entries })
    }

    /// The text of the file: one line a finding, so that a change can be reviewed.
    pub fn to_text(&self) -> String {
        let lines: Vec<String> = self.entries.values().map(|entry| format!("    {}", json!(entry))).collect();
        let findings = if lines.is_empty() { String::new() } else { format!("\n{}\n  ", lines.join(",\n")) };
        format!("{{\n  \"format\": \"{FORMAT}\",\n  \"findings\": [{findings}]\n}}\n")
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether the finding is an old one.
    pub(super) fn has(&self, fingerprint: &Fingerprint) -> bool {
        self.entries.contains_key(fingerprint)
    }

    /// Marks a finding that is not new, unless it is excepted otherwise or a waiver for it has lapsed.
    pub fn weigh(&self, finding: &mut Finding, lapsed: bool, tally: &mut BaselineTally, now: Timestamp) {
        let Some(entry) = self.entries.get(&finding.fingerprint) else { return };
        tally.present.insert(entry.fingerprint.clone());
        let excepted = finding.disposition != Disposition::Open || lapsed;
        if !excepted && !matches!(finding.subject, Subject::Exception { .. }) {
            finding.disposition = Disposition::Baselined;
            finding.facts.insert("baseline.first_seen".to_owned(), json!(entry.first_seen));
            finding.facts.insert("baseline.age_days".to_owned(), json!(entry.age_days(now)));
        }
    }

    /// What became of each entry, once all findings are weighed.
    pub fn close(&self, tally: &BaselineTally, sight: &Sight, now: Timestamp) -> Vec<BaselineUse> {
        let uses = self.entries.values().map(|entry| BaselineUse {
            present: tally.present.contains(&entry.fingerprint),
            seen: sight.is_complete(entry.source.as_ref()),
            age_days: entry.age_days(now),
            entry: entry.clone(),
        });
        uses.collect()
    }

    /// The baseline after an audit that found `current` (those that are neither waived nor about exceptions). What is
    /// gone drops out, unless it could not be seen; what is new is added only if `accept_new`.
    pub fn renew(&self, current: Vec<BaselineEntry>, sight: &Sight, accept_new: bool) -> (Self, Change) {
        let mut current: HashMap<_, _> = current.into_iter().map(|entry| (entry.fingerprint.clone(), entry)).collect();
        let (mut entries, mut change) = (BTreeMap::new(), Change::default());
        for (fingerprint, entry) in &self.entries {
            if current.remove(fingerprint).is_some() || !sight.is_complete(entry.source.as_ref()) {
                entries.insert(fingerprint.clone(), entry.clone());
                change.kept += 1;
            } else {
                change.dropped += 1;
            }
        }
        if accept_new {
            change.added = current.len() as u64;
            entries.extend(current);
        } else {
            change.refused = current.len() as u64;
        }
        (Self { entries }, change)
    }
}

impl BaselineEntry {
    fn age_days(&self, now: Timestamp) -> i64 {
        (now.date_naive() - self.first_seen).num_days().max(0)
    }
}

/// The byte that a JSON error points at.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    (before + column.saturating_sub(1)).min(text.len())
}

#[cfg(test)]
mod tests;
