//! A review on the disk: what it was opened with, its accounts, its journal, its packets and what came back.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufRead as _};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::item::Item;
use super::journal::{Event, Journal};
use super::state::State;
use crate::bag::{sha256, sha256_of};
use crate::base::diagnostic::Diagnostic;
use crate::claim::{Claim, ClaimError};
use crate::config::ReviewSettings;
use crate::deliver::{DeliveryError, write_file, write_new_file};
use crate::model::{SourceStatus, Timestamp};

/// `review.json`: what a review was opened with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// What it is.
    pub format: ReviewFormat,
    /// Its name.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// Whose accounts.
    pub organisation: String,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// The last day for answers.
    pub due: NaiveDate,
    /// What it rests on.
    pub evidence: Evidence,
    /// Which accounts it is about.
    pub scope: Scope,
    /// How it goes on.
    pub settings: ReviewSettings,
    /// Who is asked first.
    pub reviewers: Vec<Reviewer>,
    /// The SHA-256 of `items.ndjson`.
    pub items_sha256: String,
    /// The SHA-256 of `left-out.txt`.
    pub left_out_sha256: String,
    /// The headcount that opened it.
    pub tool_version: String,
}

/// The version of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReviewFormat {
    /// The first.
    #[serde(rename = "headcount-review-1")]
    One,
}

/// The sealed audit that a review rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The id of its bundle.
    pub bundle_id: String,
    /// Its run.
    pub run_id: String,
    /// Its moment.
    pub as_of: Timestamp,
    /// Its sources.
    pub sources: Vec<SourceSeen>,
    /// Why it is enough, though not every source was seen whole.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub incomplete: Option<String>,
}

/// A source of the evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceSeen {
    /// Its name.
    pub name: String,
    /// Whether it was seen whole.
    pub status: SourceStatus,
    /// How many accounts it has.
    pub accounts: u64,
    /// How many of them are asked about.
    pub in_scope: u64,
    /// The employee id of who answers for it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub owner: Option<String>,
}

/// Which accounts a review is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// In words, or as a condition.
    pub text: String,
    /// How many are asked about.
    pub within: u64,
    /// How many are not.
    pub outside: u64,
}

/// Somebody who is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reviewer {
    /// The employee id.
    pub id: String,
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    /// Where mail reaches them.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub email: Option<String>,
    /// About how many accounts.
    pub items: u64,
}

/// Why nothing can be done with a review.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    /// It, or a file of it, can't be used.
    #[error("{0}")]
    Unusable(Box<Diagnostic>),
    /// Somebody else is at work on it.
    #[error(transparent)]
    Claim(#[from] ClaimError),
    /// A file of it can't be written.
    #[error(transparent)]
    Write(#[from] DeliveryError),
}

impl From<Diagnostic> for ReviewError {
    fn from(mistake: Diagnostic) -> Self {
        Self::Unusable(Box::new(mistake))
    }
}

/// A review.
#[derive(Debug)]
pub struct Campaign {
    folder: PathBuf,
    /// What it was opened with.
    pub review: Review,
    journal: Journal,
    /// Where it stands.
    pub state: State,
    _claim: Option<Claim>,
}

const REVIEW: &str = "review.json";
const ITEMS: &str = "items.ndjson";
const LEFT_OUT: &str = "left-out.txt";
const JOURNAL: &str = "journal.ndjson";
const LOCK: &str = ".review.lock";

/// What a review is called: a folder on every system.
///
/// # Errors
/// It can't be one.
pub fn check_id(id: &str) -> Result<(), String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let good = id.starts_with(|c: char| c.is_ascii_alphanumeric()) && id.chars().all(is_plain) && id.len() <= 40;
    let reason = "a review is called by letters, digits, -, _ and ., 40 at most, as in 2026-Q4";
    if good { Ok(()) } else { Err(reason.to_owned()) }
}

impl Campaign {
    /// Makes a new one, and takes it.
    ///
    /// # Errors
    /// There is one of that name, or the disk is full.
    pub fn create(
        folder: &Path,
        review: Review,
        items: Vec<Item>,
        left_out: &[String],
        now: Timestamp,
    ) -> Result<Self, ReviewError> {
        if folder.exists() {
            let mistake = Diagnostic::of_file(folder, format!("there is a review {} already", review.id));
            return Err(mistake.help("call the new one otherwise").into());
        }
        private_folder(folder).map_err(|error| DeliveryError { path: folder.to_owned(), error })?;
        let claim = Claim::take(folder, folder.join(LOCK), now)?;
        let mut lines = Vec::new();
        let unwritable = |error| DeliveryError { path: folder.join(ITEMS), error };
        for item in &items {
            serde_json::to_writer(&mut lines, item).map_err(|error| unwritable(error.into()))?;
            lines.push(b'\n');
        }
        let left_out: String = left_out.iter().flat_map(|key| [key, "\n"]).collect();
        let (items_sha256, left_out_sha256) = (sha256(&lines), sha256(left_out.as_bytes()));
        let review = Review { items_sha256, left_out_sha256, ..review };
        let mut text = serde_json::to_vec_pretty(&review).map_err(|error| unwritable(error.into()))?;
        text.push(b'\n');
        let count = items.len() as u64;
        for (name, bytes) in [(ITEMS, lines.as_slice()), (LEFT_OUT, left_out.as_bytes()), (REVIEW, &text)] {
            write_new_file(&folder.join(name), |out| out.write_all(bytes))?;
        }
        drop(lines);
        let journal = Journal::begin(folder.join(JOURNAL), sha256(&text));
        let state = State::of(items, &[]);
        let mut campaign = Self { folder: folder.to_owned(), review, journal, state, _claim: Some(claim) };
        campaign.record(now, vec![Event::Opened { items: count }])?;
        Ok(campaign)
    }

    /// Reads one.
    ///
    /// # Errors
    /// There is none, or a file of it isn't what was written.
    pub fn read(folder: &Path) -> Result<Self, Diagnostic> {
        let path = folder.join(REVIEW);
        let text = fs::read(&path).map_err(|error| {
            Diagnostic::of_file(&path, format!("can't read the review: {error}"))
                .help("`headcount review open` begins one; [review] folder says where it is")
        })?;
        let review: Review = serde_json::from_slice(&text)
            .map_err(|error| Diagnostic::of_file(&path, format!("this is no review of headcount: {error}")))?;
        let journal = Journal::read(folder.join(JOURNAL), sha256(&text))?;
        for (name, wanted) in [(ITEMS, &review.items_sha256), (LEFT_OUT, &review.left_out_sha256)] {
            let path = folder.join(name);
            let found = fs::File::open(&path)
                .and_then(sha256_of)
                .map_err(|error| Diagnostic::of_file(&path, error.to_string()))?;
            if found != *wanted {
                return Err(
                    Diagnostic::of_file(&path, "isn't what the review was opened with").help("restore it from a copy")
                );
            }
        }
        let state = State::of(items(&folder.join(ITEMS))?, journal.entries());
        Ok(Self { folder: folder.to_owned(), review, journal, state, _claim: None })
    }

    /// The same, for whoever changes it.
    ///
    /// # Errors
    /// As of [`read`](Self::read); or somebody else is at work on it.
    pub fn take(folder: &Path, now: Timestamp) -> Result<Self, ReviewError> {
        // There may be none, and a lock would make its folder.
        if !folder.join(REVIEW).is_file() {
            return Ok(Self::read(folder)?);
        }
        let claim = Claim::take(folder, folder.join(LOCK), now)?;
        Ok(Self { _claim: Some(claim), ..Self::read(folder)? })
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes down what happened.
    ///
    /// # Errors
    /// The journal can't be written.
    pub fn record(&mut self, at: Timestamp, events: Vec<Event>) -> Result<(), DeliveryError> {
        let known = self.journal.entries().len();
        let fail = |error| DeliveryError { path: self.folder.join(JOURNAL), error };
        self.journal.append(at, events).map_err(fail)?;
        for entry in self.journal.entries().iter().skip(known) {
            self.state.add(entry);
        }
        Ok(())
    }

    /// Writes a file below its folder.
    ///
    /// # Errors
    /// The disk is full.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), DeliveryError> {
        let path = self.folder.join(name);
        if let Some(parent) = path.parent() {
            private_folder(parent).map_err(|error| DeliveryError { path: parent.to_owned(), error })?;
        }
        write_file(&path, |out| out.write_all(bytes))
    }

    /// The accounts that it isn't about.
    ///
    /// # Errors
    /// The list can't be read.
    pub fn left_out(&self) -> io::Result<Vec<String>> {
        Ok(fs::read_to_string(self.folder.join(LEFT_OUT))?.lines().map(str::to_owned).collect())
    }

    /// What happened, line by line.
    pub fn entries(&self) -> &[super::journal::Entry] {
        self.journal.entries()
    }

    /// Whether nothing is taken any more.
    pub const fn is_closed(&self) -> bool {
        self.state.ended.is_some()
    }

    /// The hash of the journal's last line.
    pub fn journal_sha256(&self) -> &str {
        self.journal.last()
    }
}

/// The reviews of a folder, by their names. What is no review is left out.
pub fn reviews(folder: &Path) -> BTreeMap<String, PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return BTreeMap::new() };
    let review = |entry: fs::DirEntry| {
        let path = entry.path();
        path.join(REVIEW).is_file().then(|| (entry.file_name().to_string_lossy().into_owned(), path))
    };
    entries.flatten().filter_map(review).collect()
}

fn items(path: &Path) -> Result<Vec<Item>, Diagnostic> {
    let wrong = |why: String| Diagnostic::of_file(path, format!("can't read the accounts: {why}"));
    let file = fs::File::open(path).map_err(|error| wrong(error.to_string()))?;
    let read = io::BufReader::new(file).lines().map(|line| {
        let line = line.map_err(|error| wrong(error.to_string()))?;
        serde_json::from_str(&line).map_err(|error| wrong(error.to_string()))
    });
    read.collect()
}

/// A folder that nobody else can look into.
fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}
