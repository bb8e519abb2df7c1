//! The findings of an audit, in the order of the report: numbers in memory, the findings themselves in a file that has
//! no name and is gone when the run ends.

use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::slice;
use std::sync::Arc;

use chrono::DateTime;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{SeqAccess, Visitor};
use serde::ser::{Error as _, SerializeSeq as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Finding;
use super::index_entry::{About, IndexEntry, LastLogin, NO_PERSON};
use crate::base::parallel;
use crate::model::{Disposition, Severity, Timestamp};

/// All findings of a report.
#[derive(Debug, Clone)]
pub struct Findings {
    pub(super) entries: Vec<IndexEntry>,
    pub(super) rules: Vec<String>,
    pub(super) sources: Vec<String>,
    /// The accounts of groups: the number of the group, and that of the account.
    pub(super) members: Vec<(u32, u32)>,
    /// How many numbers of subjects there are.
    pub(super) numbers: usize,
    pub(super) lines: Arc<Lines>,
}

/// Where the lines of the findings are.
#[derive(Debug)]
pub(super) enum Lines {
    Memory(Vec<u8>),
    Disk(File),
}

impl Lines {
    fn read(&self, at: u64, buffer: &mut [u8]) -> io::Result<()> {
        match self {
            Self::Memory(bytes) => {
                let start = usize::try_from(at).map_err(io::Error::other)?;
                let found = bytes.get(start..).and_then(|rest| rest.get(..buffer.len()));
                buffer.copy_from_slice(found.ok_or(io::ErrorKind::UnexpectedEof)?);
                Ok(())
            }
            Self::Disk(file) => read_at(file, buffer, at),
        }
    }
}

/// Reads without moving a position that threads would share.
#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, at)
}

#[cfg(windows)]
fn read_at(file: &File, mut buffer: &mut [u8], mut at: u64) -> io::Result<()> {
    while !buffer.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, buffer, at)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => {
                buffer = buffer.get_mut(read..).unwrap_or_default();
                at += read as u64;
            }
        }
    }
    Ok(())
}

impl Findings {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Every number of a subject is smaller than this.
    pub const fn numbers(&self) -> usize {
        self.numbers
    }

    /// How many accounts those findings are about, alone or in a group, of which `holds` is true.
    pub fn accounts(&self, holds: impl Fn(&FindingRef<'_>) -> bool) -> u64 {
        let mut concerned = vec![false; self.numbers];
        let mut accounts = vec![false; self.numbers];
        for head in self.heads().filter(|head| holds(head)) {
            let marks = if head.is_about_account() { &mut accounts } else { &mut concerned };
            if let Some(mark) = marks.get_mut(head.subject()) {
                *mark = true;
            }
        }
        for (group, account) in &self.members {
            if let (Some(true), Some(mark)) = (concerned.get(*group as usize), accounts.get_mut(*account as usize)) {
                *mark = true;
            }
        }
        accounts.into_iter().filter(|concerned| *concerned).count() as u64
    }

    /// What is known of each without reading it, worst first.
    pub fn heads(&self) -> impl ExactSizeIterator<Item = FindingRef<'_>> + Clone {
        self.entries.iter().map(|entry| FindingRef { findings: self, entry })
    }

    /// What is known of one, by its position.
    pub fn head(&self, at: usize) -> Option<FindingRef<'_>> {
        self.entries.get(at).map(|entry| FindingRef { findings: self, entry })
    }

    /// Reads one after the other, worst first.
    ///
    /// # Errors
    /// The temporary file can't be read.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = io::Result<Finding>> {
        self.heads().map(|head| head.read())
    }

    /// Reads all of them: for formats that hold few.
    ///
    /// # Errors
    /// The temporary file can't be read.
    pub fn to_vec(&self) -> io::Result<Vec<Finding>> {
        self.iter().collect()
    }

    /// Writes each as a line of JSON, worst first, with something between them.
    ///
    /// # Errors
    /// The temporary file can't be read, or `out` not be written.
    pub fn write_lines(&self, out: &mut dyn Write, between: &[u8]) -> io::Result<()> {
        /// So that a piece is about a quarter of a megabyte.
        const AT_ONCE: usize = 200;
        let gather = |entries: &[IndexEntry]| {
            let mut piece = Vec::new();
            // Mostly, lines that follow each other here do so in the file.
            for run in entries.chunk_by(|a, b| a.at + u64::from(a.length) == b.at) {
                self.add_lines(run, between, &mut piece)?;
            }
            Ok(piece)
        };
        let mut skipped = between.len();
        parallel::for_each_in_order(self.entries.chunks(AT_ONCE).map(Ok), gather, |piece| {
            out.write_all(piece.get(std::mem::take(&mut skipped)..).unwrap_or_default())
        })
    }

    /// Adds the lines of findings that follow each other in the file to others, something before each.
    pub(super) fn add_lines(&self, run: &[IndexEntry], before: &[u8], lines: &mut Vec<u8>) -> io::Result<()> {
        let Some(first) = run.first() else { return Ok(()) };
        let mut read = vec![0; run.iter().map(|entry| entry.length as usize).sum()];
        self.lines.read(first.at, &mut read)?;
        let mut rest = read.as_slice();
        for entry in run {
            let (line, behind) = rest.split_at_checked(entry.length as usize).ok_or(io::ErrorKind::UnexpectedEof)?;
            rest = behind;
            lines.extend_from_slice(before);
            lines.extend_from_slice(line);
        }
        Ok(())
    }

    /// Those at these positions, in the order given.
    #[must_use]
    pub fn pick(&self, positions: impl IntoIterator<Item = usize>) -> Self {
        let entries = positions.into_iter().filter_map(|at| self.entries.get(at).copied()).collect();
        Self { entries, ..self.clone() }
    }
}

/// One finding, as far as it can be told without reading it.
#[derive(Debug, Clone, Copy)]
pub struct FindingRef<'f> {
    pub(super) findings: &'f Findings,
    pub(super) entry: &'f IndexEntry,
}

impl<'f> FindingRef<'f> {
    /// The rule.
    pub fn rule(&self) -> &'f str {
        self.findings.rules.get(usize::from(self.entry.rule)).map_or("", String::as_str)
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
        self.entry.waiver_expired
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

impl Default for Findings {
    fn default() -> Self {
        let lines = Arc::new(Lines::Memory(Vec::new()));
        let (entries, rules, sources, members) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { entries, rules, sources, members, numbers: 0, lines }
    }
}

impl Serialize for Findings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.len()))?;
        for finding in self.iter() {
            list.serialize_element(&finding.map_err(S::Error::custom)?)?;
        }
        list.end()
    }
}

impl<'de> Deserialize<'de> for Findings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;
        impl<'de> Visitor<'de> for List {
            type Value = Findings;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of findings")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Findings, A::Error> {
                let mut failed = None;
                let findings = std::iter::from_fn(|| match list.next_element() {
                    Ok(finding) => finding.map(Ok),
                    Err(error) => {
                        failed = Some(error);
                        None
                    }
                });
                let findings = Findings::new(findings).map_err(serde::de::Error::custom);
                failed.map_or(findings, Err)
            }
        }
        deserializer.deserialize_seq(List)
    }
}

impl JsonSchema for Findings {
    fn inline_schema() -> bool {
        Vec::<Finding>::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        Vec::<Finding>::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Vec::<Finding>::json_schema(generator)
    }
}
