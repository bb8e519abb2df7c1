//! Findings on their way to the store: what one thread has made of its share of the accounts.

use std::collections::HashMap;
use std::io;

use serde::Serialize;

use super::index_entry::{About, LastLogin};
use super::{FindingRecord, identity};
use crate::model::{Disposition, Severity};

/// Findings as lines of JSON, with what has to be known of each without reading its line.
#[derive(Debug, Default)]
pub struct Batch {
    /// Of each rule, one behind the other: whoever reads one after the other in the order of the report finds them near.
    pub(super) lines: Vec<Vec<u8>>,
    pub(super) notes: Vec<Note>,
    /// What the findings are sorted by among those of a rule and source, one key after the other.
    pub(super) keys: String,
    pub(super) rules: Names,
    pub(super) sources: Names,
    /// The accounts of groups: the identity of the group, and that of the account.
    pub(super) members: Vec<(u64, u64)>,
    size: usize,
}

/// What is known of one finding. Rule and source are positions in the lists of the batch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Note {
    pub rule: u16,
    pub source: Option<u16>,
    pub severity: Severity,
    pub disposition: Disposition,
    pub about: About,
    pub waiver_expired: bool,
    pub length: u32,
    pub key: u32,
    pub count: u32,
    pub subject: u64,
    pub person: Option<u64>,
    pub last_login: LastLogin,
}

impl Batch {
    /// Adds a finding. `key` tells its subject from others of its kind and source,
    /// and orders them.
    ///
    /// # Errors
    /// When there are more rules or sources, or longer lines, than the store can number.
    pub fn push<F: Serialize + ?Sized>(
        &mut self,
        finding: &FindingRecord<'_, F, impl Serialize>,
        key: &str,
    ) -> io::Result<()> {
        let rule = self.rules.position(finding.rule)?;
        if self.lines.len() <= usize::from(rule) {
            self.lines.push(Vec::new());
        }
        let Some(lines) = self.lines.get_mut(usize::from(rule)) else { return Err(io::ErrorKind::InvalidInput.into()) };
        let before = lines.len();
        serde_json::to_writer(&mut *lines, finding)?;
        let length = lines.len() - before;
        self.size += length;
        let note = Note {
            rule,
            source: finding.subject.source.map(|name| self.sources.position(name)).transpose()?,
            severity: finding.severity,
            disposition: finding.disposition,
            about: About::of(finding.subject.kind),
            waiver_expired: finding.marks.waiver_expired,
            length: u32::try_from(length).map_err(io::Error::other)?,
            key: u32::try_from(key.len()).map_err(io::Error::other)?,
            count: u32::try_from(finding.count.unwrap_or(1)).map_err(io::Error::other)?,
            subject: identity::subject(finding),
            person: identity::person(finding),
            last_login: finding.marks.last_login,
        };
        self.keys.push_str(key);
        self.members.extend(identity::members(finding).map(|member| (note.subject, member)));
        self.notes.push(note);
        Ok(())
    }

    /// How many bytes its lines have.
    pub const fn size(&self) -> usize {
        self.size
    }
}

/// Names, each once, by their position.
#[derive(Debug, Default)]
pub(super) struct Names {
    list: Vec<String>,
    positions: HashMap<String, u16>,
}

impl Names {
    /// The position of a name, which is added when it is new.
    pub(super) fn position(&mut self, name: &str) -> io::Result<u16> {
        if let Some(position) = self.positions.get(name) {
            return Ok(*position);
        }
        let too_many = |_| io::Error::other("more than 65,536 rules or sources: no report of headcount has so many");
        let position = u16::try_from(self.list.len()).map_err(too_many)?;
        self.list.push(name.to_owned());
        self.positions.insert(name.to_owned(), position);
        Ok(position)
    }

    /// The positions that the names of another list have in this one.
    pub(super) fn positions(&mut self, others: &Self) -> io::Result<Vec<u16>> {
        others.list.iter().map(|name| self.position(name)).collect()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(String::as_str)
    }

    pub(super) fn into_list(self) -> Vec<String> {
        self.list
    }
}
