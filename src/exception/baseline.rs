//! The baseline: the findings that were there when the gate was switched on. Only new ones fail it, and the file can
//! only shrink: a finding that is gone drops out when it is written again.
//!
//! The file holds identities, hashes and dates, no names: it can stand in a repository. Its safety is that an entry covers
//! one exact fingerprint, of the account that had the identifier then, for as long as `max_days` allows. Whatever is
//! damaged in it makes a finding new, never an unknown one old.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Coverage, Identity};
use crate::bag::Role;
use crate::base::diagnostic::Diagnostic;
use crate::base::text::counted;
use crate::files::Files;
use crate::model::{Disposition, Finding, Fingerprint, RuleId, Severity, SourceName, Subject, Timestamp};

/// What a file has to say of itself, so that no other JSON is taken for a baseline.
const FORMAT: &str = "headcount-baseline-2";

/// The same of files that don't say whose accounts their findings are about.
const OLD_FORMAT: &str = "headcount-baseline-1";

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
    /// Whose account it is about, if it is about one; as hashes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub whose: Option<Identity>,
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
    /// How long an entry covers its finding, by severity.
    max_days: BTreeMap<Severity, u32>,
    /// Whether it doesn't say whose accounts its findings are about.
    is_old: bool,
}

/// The entries whose fingerprints were found, and what became of them.
#[derive(Debug, Default)]
pub struct BaselineTally {
    found: HashMap<Fingerprint, BaselineState>,
}

/// What became of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BaselineState {
    /// Its finding is still there.
    Used,
    /// It is gone.
    Unused,
    /// It is still there, longer than it may be.
    Expired,
    /// Another account has the identifier; why that is known.
    Void(String),
}

impl BaselineState {
    /// As reports spell it.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Used => "used",
            Self::Unused => "unused",
            Self::Expired => "expired",
            Self::Void(_) => "void",
        }
    }

    /// Whether the finding that the entry is about is still there.
    pub const fn is_present(&self) -> bool {
        matches!(self, Self::Used | Self::Expired)
    }
}

/// An entry and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaselineUse {
    /// What the file says.
    pub entry: BaselineEntry,
    /// What became of it.
    pub state: BaselineState,
    /// Whether the finding would have been seen if it were there.
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
    /// Reads a file. No day in it is later than `latest`.
    ///
    /// # Errors
    /// What is wrong with it, with its place.
    pub fn read(files: &Files, path: &Path, latest: NaiveDate) -> Result<Self, Diagnostic> {
        let text = read(files, path)?;
        let baseline = Self::parse(path, &text, latest)?;
        if baseline.is_old {
            let message = "this baseline doesn't say whose accounts its findings are about: an entry would cover whoever \
                           gets the same id later";
            let help = "`headcount baseline write --keep` writes it anew for the same findings only, from the report of the \
                        last audit";
            let at = text.find(OLD_FORMAT).unwrap_or(0);
            return Err(Diagnostic::in_text(path, &text, at..at, message.to_owned()).help(help));
        }
        Ok(baseline)
    }

    /// Reads a file that is about to be written anew: also one that doesn't say whose accounts its findings are about.
    ///
    /// # Errors
    /// What is wrong with it, with its place.
    pub fn read_to_keep(files: &Files, path: &Path, latest: NaiveDate) -> Result<Self, Diagnostic> {
        Self::parse(path, &read(files, path)?, latest)
    }

    fn parse(path: &Path, text: &str, latest: NaiveDate) -> Result<Self, Diagnostic> {
        const HELP: &str = "restore the file, or write it again with `headcount baseline write`";
        let wrong = |at: usize, message: String| Diagnostic::in_text(path, text, at..at, message).help(HELP);
        let file: File = serde_json::from_str(text).map_err(|error| {
            let message = error.to_string();
            let reason = message.rsplit_once(" at line ").map_or(message.as_str(), |(reason, _)| reason);
            wrong(offset(text, error.line(), error.column()), format!("this is no baseline of headcount: {reason}"))
        })?;
        let is_old = file.format == OLD_FORMAT;
        if file.format != FORMAT && !is_old {
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
            if entry.first_seen > latest {
                return Err(wrong(
                    place(),
                    format!("first_seen is {}, and that day is still to come", entry.first_seen),
                ));
            }
            if entries.insert(entry.fingerprint.clone(), entry).is_some() {
                return Err(wrong(place(), "this finding is listed twice".to_owned()));
            }
        }
        Ok(Self { entries, is_old, ..Self::default() })
    }

    /// The same, whose entries cover their findings for at most this many days, by severity.
    #[must_use]
    pub fn with_max_days(self, max_days: &BTreeMap<Severity, u32>) -> Self {
        Self { max_days: max_days.clone(), ..self }
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
        let state = self.state(entry, finding, now);
        let excepted = finding.disposition != Disposition::Open || lapsed;
        if !excepted && !matches!(finding.subject, Subject::Exception { .. }) {
            match &state {
                BaselineState::Void(cause) => {
                    finding.message = format!("{} The baseline is about an earlier account: {cause}.", finding.message);
                }
                BaselineState::Expired => {
                    let (severity, first) = (finding.severity, entry.first_seen);
                    let days =
                        counted(u64::from(self.max_days.get(&severity).copied().unwrap_or_default()), "day", "days");
                    finding.message = format!(
                        "{} The baseline has this since {first}, and no longer covers it: at most {days} are allowed for \
                         {severity} findings ([exceptions] max_days).",
                        finding.message
                    );
                }
                BaselineState::Used | BaselineState::Unused => {
                    finding.disposition = Disposition::Baselined;
                    finding.facts.insert("baseline.first_seen".to_owned(), json!(entry.first_seen));
                    finding.facts.insert("baseline.age_days".to_owned(), json!(entry.age_days(now)));
                }
            }
        }
        tally.found.insert(entry.fingerprint.clone(), state);
    }

    fn state(&self, entry: &BaselineEntry, finding: &Finding, now: Timestamp) -> BaselineState {
        let found = Identity::of(finding.into()).map(|identity| identity.hashed(&finding.fingerprint));
        match entry.is_about_another(found.as_ref()) {
            Some(cause) => BaselineState::Void(cause),
            None => match self.max_days.get(&finding.severity) {
                Some(days) if entry.age_days(now) > i64::from(*days) => BaselineState::Expired,
                _ => BaselineState::Used,
            },
        }
    }

    /// What became of each entry, once all findings are weighed.
    pub fn close(&self, tally: &BaselineTally, coverage: &Coverage, now: Timestamp) -> Vec<BaselineUse> {
        let uses = self.entries.values().map(|entry| BaselineUse {
            state: tally.found.get(&entry.fingerprint).cloned().unwrap_or(BaselineState::Unused),
            seen: coverage.is_complete(entry.source.as_ref()),
            age_days: entry.age_days(now),
            entry: entry.clone(),
        });
        uses.collect()
    }

    /// The baseline after an audit that found `current` (those that are neither waived nor about exceptions). What is
    /// gone drops out, unless it could not be seen; what is new is added only if `accept_new`. An old file doesn't say
    /// whose accounts its findings are about: those that are found are about these, and the others drop out.
    pub fn renew(&self, current: Vec<BaselineEntry>, coverage: &Coverage, accept_new: bool) -> (Self, Change) {
        let mut current: HashMap<_, _> = current.into_iter().map(|entry| (entry.fingerprint.clone(), entry)).collect();
        let (mut entries, mut change) = (BTreeMap::new(), Change::default());
        for (fingerprint, entry) in &self.entries {
            let same = |found: &BaselineEntry| self.is_old || entry.is_about_another(found.whose.as_ref()).is_none();
            let kept = match current.get(fingerprint) {
                Some(found) if same(found) => Some(BaselineEntry { whose: found.whose.clone(), ..entry.clone() }),
                None if !self.is_old && !coverage.is_complete(entry.source.as_ref()) => Some(entry.clone()),
                _ => None,
            };
            match kept {
                Some(kept) => {
                    current.remove(fingerprint);
                    entries.insert(fingerprint.clone(), kept);
                    change.kept += 1;
                }
                None => change.dropped += 1,
            }
        }
        if accept_new {
            change.added = current.len() as u64;
            entries.extend(current);
        } else {
            change.refused = current.len() as u64;
        }
        (Self { entries, ..Self::default() }, change)
    }
}

fn read(files: &Files, path: &Path) -> Result<String, Diagnostic> {
    files.read_to_string(Role::Baseline, path).map_err(|error| {
        Diagnostic::of_file(path, format!("can't read the baseline: {error}"))
            .help("`headcount baseline write` makes one from a report")
    })
}

impl BaselineEntry {
    fn age_days(&self, now: Timestamp) -> i64 {
        (now.date_naive() - self.first_seen).num_days().max(0)
    }

    /// A finding as it is put down.
    pub fn new(
        fingerprint: Fingerprint,
        rule: RuleId,
        source: Option<SourceName>,
        first_seen: NaiveDate,
        whose: Option<Identity>,
    ) -> Self {
        let whose = whose.map(|identity| identity.hashed(&fingerprint));
        Self { fingerprint, rule, source, first_seen, whose }
    }

    /// Why it isn't about the account that was found with the same identifier.
    fn is_about_another(&self, found: Option<&Identity>) -> Option<String> {
        match (&self.whose, found) {
            (_, None) => None,
            (None, Some(_)) => Some("the entry doesn't say whose it was".to_owned()),
            (Some(then), Some(now)) => then
                .is_not(now)
                .or_else(|| then.has_another_owner(now).then(|| "it belongs to somebody else".to_owned())),
        }
    }
}

/// The byte that a JSON error points at.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    (before + column.saturating_sub(1)).min(text.len())
}

#[cfg(test)]
mod tests;
