//! The journal of a review: a line for everything that happened, each with the hash of the line before. What is so is only ever
//! what follows from it; nothing else is edited. Beside it, `journal.head` counts its lines, so that it is noticed when the last
//! ones are cut off: but by whoever cuts both.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::item::Facts;
use crate::bag::sha256;
use crate::base::diagnostic::Diagnostic;
use crate::claim::open_private;
use crate::deliver::write_file;
use crate::model::Timestamp;

/// A line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Its number, from 1 on.
    pub n: u64,
    /// When.
    pub at: Timestamp,
    /// The SHA-256 of the line before; of the first, that of `review.json`.
    pub prev: String,
    /// What.
    #[serde(flatten)]
    pub event: Event,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// The review began.
    Opened {
        /// How many accounts are asked about.
        items: u64,
    },
    /// A packet was made.
    Packet {
        /// For whom.
        reviewer: String,
        /// The number of theirs.
        round: u32,
        /// Of what its rows hold.
        token_sha256: String,
        /// What it asks about.
        keys: Vec<String>,
        /// Its files.
        files: Vec<String>,
    },
    /// A mail server took a mail.
    Sent {
        /// What kind of mail.
        kind: MailKind,
        /// About whose packet.
        reviewer: String,
        /// The number of it.
        round: u32,
        /// Whom it went to: an employee id.
        to: String,
        /// For which day it was due.
        due_on: NaiveDate,
    },
    /// Somebody else is to decide.
    Assigned {
        /// About what.
        keys: Vec<String>,
        /// Who.
        to: String,
        /// Why.
        reason: String,
        /// Who says so.
        by: String,
    },
    /// A file came back.
    Received {
        /// What identifies it.
        sha256: String,
        /// What it was called.
        name: String,
        /// Whose packet it is.
        reviewer: String,
        /// The number of it.
        round: u32,
        /// Whether it tells when each decision was made.
        tells_times: bool,
        /// When a page saved it.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        saved_at: Option<Timestamp>,
    },
    /// Somebody stands by the decisions of a file.
    Signed {
        /// Which file.
        received: String,
        /// Whose.
        reviewer: String,
        /// The name that was written.
        name: String,
        /// The day.
        day: NaiveDate,
        /// Whether the collector says so, because the file can't.
        #[serde(skip_serializing_if = "std::ops::Not::not", default)]
        stated_by_collector: bool,
    },
    /// An answer.
    Decided {
        /// About what.
        key: String,
        /// What was shown.
        evidence: String,
        /// Keep, Revoke or Modify.
        decision: Decision,
        /// The roles to be taken away.
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        remove: Vec<String>,
        /// Why, or how.
        #[serde(skip_serializing_if = "String::is_empty", default)]
        reason: String,
        /// Whose answer.
        reviewer: String,
        /// The day of it.
        decided_on: NaiveDate,
        /// Whether the day is that of the file, because none was given.
        #[serde(skip_serializing_if = "std::ops::Not::not", default)]
        day_of_file: bool,
        /// The moment, if a page tells it.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        made_at: Option<Timestamp>,
        /// Whether it came after the due day.
        #[serde(skip_serializing_if = "std::ops::Not::not", default)]
        late: bool,
        /// In which file.
        received: String,
    },
    /// A row that can't count.
    Refused {
        /// In which file.
        received: String,
        /// Where in it.
        cell: String,
        /// About what, if that is known.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        key: Option<String>,
        /// Why.
        why: String,
    },
    /// Something that whoever reads the outcome should know.
    Remark {
        /// In which file.
        received: String,
        /// Whose.
        reviewer: String,
        /// What.
        text: String,
    },
    /// An account isn't any more what was kept.
    Stale {
        /// Which.
        key: String,
        /// What has changed.
        changed: Vec<String>,
        /// What it is now.
        now: Box<Facts>,
    },
    /// The review ended.
    Closed {
        /// Why, if not everything is decided.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        incomplete: Option<String>,
        /// The bundle that it was held against.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        against: Option<String>,
        /// Why it wasn't held against any.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        no_recheck: Option<String>,
        /// Accounts that have come since the review was opened.
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        born: Vec<String>,
    },
}

/// What is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// The access is needed.
    Keep,
    /// It is to be taken away.
    Revoke,
    /// It is to be changed.
    Modify,
}

impl Decision {
    /// All.
    pub const ALL: [Self; 3] = [Self::Keep, Self::Revoke, Self::Modify];

    /// As packets write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Keep => "Keep",
            Self::Revoke => "Revoke",
            Self::Modify => "Modify",
        }
    }
}

/// The mails of a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailKind {
    /// With the packet.
    First,
    /// Before the due day.
    Reminder,
    /// After it, to the reviewer's manager.
    Escalation,
}

/// How far the journal goes: written anew when lines are on the disk. Until then it has fewer, and never more.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    lines: u64,
    /// The SHA-256 of the last one.
    sha256: String,
}

impl Head {
    fn beside(journal: &Path) -> PathBuf {
        journal.with_extension("head")
    }

    fn read(journal: &Path) -> Result<Self, Diagnostic> {
        let path = Self::beside(journal);
        let wrong = |why: String| {
            let what = format!("can't tell how many lines the journal beside it has: {why}");
            Diagnostic::of_file(&path, what)
                .help("restore it from a copy; without it, nobody knows whether lines were cut off")
        };
        let text = std::fs::read(&path).map_err(|error| wrong(error.to_string()))?;
        serde_json::from_slice(&text).map_err(|error| wrong(error.to_string()))
    }
}

/// The journal, whole as it was read.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    entries: Vec<Entry>,
    /// The hash of the last line.
    last: String,
}

impl Journal {
    /// Begins one, behind a file of this hash.
    pub(super) fn begin(path: PathBuf, before: String) -> Self {
        Self { path, entries: Vec::new(), last: before }
    }

    /// Reads one that begins behind a file of this hash.
    ///
    /// # Errors
    /// It can't be read, a line of it isn't what was written, or its last ones are missing.
    pub(super) fn read(path: PathBuf, before: String) -> Result<Self, Diagnostic> {
        let text = std::fs::read_to_string(&path)
            .map_err(|error| Diagnostic::of_file(&path, format!("can't read the journal: {error}")))?;
        let head = Head::read(&path)?;
        let broken = |n: u64, why: &str| {
            Diagnostic::of_file(&path, format!("line {n} of the journal {why}"))
                .help("restore it from a copy; what follows from an altered journal would be nobody's decision")
        };
        let (mut entries, mut last) = (Vec::new(), before);
        for (n, line) in (1_u64..).zip(text.split_inclusive('\n')) {
            let written = line.strip_suffix('\n').ok_or_else(|| {
                if n <= head.lines {
                    return broken(n, "is cut off");
                }
                broken(n, "was being written when something stopped it")
                    .help("delete that line: what it would have said didn't happen, and everything before it stands")
            })?;
            let entry: Entry =
                serde_json::from_str(written).map_err(|error| broken(n, &format!("is no entry: {error}")))?;
            if entry.n != n || entry.prev != last {
                return Err(broken(n, "doesn't follow the one before: one of them was altered, removed or moved"));
            }
            last = sha256(written.as_bytes());
            if n == head.lines && last != head.sha256 {
                return Err(broken(n, "isn't the one that journal.head knows: it, or all before it, was altered"));
            }
            entries.push(entry);
        }
        let next = entries.len() as u64 + 1;
        if next == 1 || next <= head.lines {
            return Err(broken(next, &format!("is missing; journal.head counts {}", head.lines)));
        }
        Ok(Self { path, entries, last })
    }

    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The hash of the last line.
    pub(super) fn last(&self) -> &str {
        &self.last
    }

    /// Adds lines, which are on the disk when this returns.
    pub(super) fn append(&mut self, at: Timestamp, events: Vec<Event>) -> io::Result<()> {
        let (mut text, mut last, mut added) = (String::new(), self.last.clone(), Vec::new());
        for event in events {
            let n = (self.entries.len() + added.len()) as u64 + 1;
            let entry = Entry { n, at, prev: last, event };
            let line = serde_json::to_string(&entry)?;
            last = sha256(line.as_bytes());
            text.extend([line.as_str(), "\n"]);
            added.push(entry);
        }
        let mut file = open_private(&self.path)?;
        let end = io::Seek::seek(&mut file, io::SeekFrom::End(0))?;
        let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
        if let Err(error) = written {
            // Half a line would break all that is to come.
            file.set_len(end).ok();
            return Err(error);
        }
        self.last = last;
        self.entries.extend(added);
        let head = Head { lines: self.entries.len() as u64, sha256: self.last.clone() };
        let head = serde_json::to_vec(&head)?;
        write_file(&Head::beside(&self.path), |out| out.write_all(&head)).map_err(|failed| failed.error)
    }
}
