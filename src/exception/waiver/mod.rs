//! Waivers: dated, approved exceptions for findings. Read and checked before the first request, weighed against the
//! findings after the rules. A waived finding stays in the report, and what doesn't hold any more says so.

mod bound;
mod file;
mod ledger;
mod people;
mod raw;
mod signers;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::Path;

use chrono::NaiveDate;

pub use bound::BoundFacts;
pub use file::{Known, KnownRule, New};
pub use ledger::{WaiverState, WaiverTally, WaiverUse};
pub use people::Party;

use crate::bag::Role;
use crate::base::diagnostic::Diagnostic;
use crate::files::Files;
use crate::model::{Fingerprint, RuleId, SourceName, Timestamp};

/// One `[[waiver]]`.
#[derive(Debug, Clone)]
pub struct Waiver {
    /// 1-based line of its table.
    pub line: u64,
    /// The rule.
    pub rule: RuleId,
    /// Which of its findings.
    pub covers: Covers,
    /// Who answers for it.
    pub owner: Party,
    /// Who allowed it.
    pub approver: Party,
    /// Why it is right.
    pub reason: String,
    /// Where it was discussed.
    pub ticket: String,
    /// Its first day.
    pub created: NaiveDate,
    /// Its last day.
    pub expires: NaiveDate,
    /// The beginning of the first day, in the roster's time zone.
    pub starts_at: Option<Timestamp>,
    /// The end of the last day, in the roster's time zone.
    pub expires_at: Option<Timestamp>,
}

/// Which findings of its rule a waiver covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Covers {
    /// One finding, as long as the facts are the same.
    Finding {
        /// Its identity.
        fingerprint: Fingerprint,
        /// As the file names it.
        name: String,
        /// The facts.
        bound: BoundFacts,
    },
    /// All at one source.
    Source {
        /// The source.
        source: SourceName,
        /// Why it is that wide.
        because: String,
    },
    /// All, everywhere.
    Everything {
        /// Why it is that wide.
        because: String,
    },
}

/// What two waivers must not have in common: it would be ambiguous which of them decides.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Finding(Fingerprint),
    Source(RuleId, SourceName),
    Everything(RuleId),
}

impl Waiver {
    /// What names it in reports; the same as long as it covers the same.
    pub fn id(&self) -> String {
        match &self.covers {
            Covers::Finding { name, .. } => format!("{}: {name}", self.rule),
            Covers::Source { source, .. } => format!("{}: all of {source}", self.rule),
            Covers::Everything { .. } => format!("{}: everywhere", self.rule),
        }
    }

    /// Why it is as wide as it is.
    pub fn because(&self) -> Option<&str> {
        match &self.covers {
            Covers::Finding { .. } => None,
            Covers::Source { because, .. } | Covers::Everything { because } => Some(because),
        }
    }

    /// Whether its last day is over.
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| end <= now)
    }

    fn key(&self) -> Key {
        match &self.covers {
            Covers::Finding { fingerprint, .. } => Key::Finding(fingerprint.clone()),
            Covers::Source { source, .. } => Key::Source(self.rule.clone(), source.clone()),
            Covers::Everything { .. } => Key::Everything(self.rule.clone()),
        }
    }
}

/// All waivers of a file.
#[derive(Debug, Default)]
pub struct Waivers {
    /// The name of the file, for people.
    file: String,
    all: Vec<Waiver>,
    by_key: HashMap<Key, usize>,
    /// How many days before its end a waiver is said to end soon.
    expiring_days: u32,
}

impl Waivers {
    /// Reads the file and checks it against what is known.
    ///
    /// # Errors
    /// The file can't be read, or every mistake that could be found in it.
    pub fn read(files: &Files, path: &Path, known: &Known<'_>) -> Result<Self, Vec<Diagnostic>> {
        let text = files.read_to_string(Role::Waivers, path).map_err(|error| {
            let help = "check the path under [exceptions] waivers; `headcount waivers add` starts a file";
            vec![Diagnostic::of_file(path, format!("can't read the waivers: {error}")).help(help)]
        })?;
        Self::parse(path, &text, known)
    }

    /// Checks the text of a file.
    ///
    /// # Errors
    /// Every mistake that could be found.
    pub fn parse(path: &Path, text: &str, known: &Known<'_>) -> Result<Self, Vec<Diagnostic>> {
        file::parse(path, text, known)
    }

    /// All, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Waiver> {
        self.all.iter()
    }

    /// Adds one. Gives back the earlier one, if there is one about the same.
    fn add(&mut self, waiver: Waiver) -> Option<&Waiver> {
        let at = self.all.len();
        let first = *self.by_key.entry(waiver.key()).or_insert(at);
        self.all.push(waiver);
        if first == at { None } else { self.all.get(first) }
    }
}
