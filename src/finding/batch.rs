//! Findings on their way to the store: what one thread has made of its share of the accounts.

use std::collections::HashMap;
use std::io;

use super::index_entry::{About, LastLogin, Marks};
use super::{Finding, FindingRecord, block, identity};
use crate::history::History;
use crate::model::{Disposition, Severity};

/// Findings in blocks, one for each subject, with what has to be known of each finding without reading its block.
#[derive(Debug, Default)]
pub struct Batch {
    pub(super) blocks: Vec<u8>,
    /// Where the last block begins.
    last: usize,
    pub(super) notes: Vec<Note>,
    /// What the findings are sorted by among those of a rule and source, one key after the other.
    pub(super) keys: String,
    pub(super) rules: Names,
    pub(super) sources: Names,
    /// The accounts of groups: the identity of the group, and that of the account.
    pub(super) members: Vec<(u64, u64)>,
    pub(super) near_misses: Vec<String>,
}

/// What is known of one finding. Rule, source and near misses are positions in the lists of the batch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Note {
    /// Where its block begins, how much of it is to be read, and where in it the finding begins.
    pub at: usize,
    pub length: u32,
    pub start: u32,
    pub rule: u16,
    pub source: Option<u16>,
    pub severity: Severity,
    pub disposition: Disposition,
    pub about: About,
    pub waiver_expired: bool,
    pub key: u32,
    pub count: Option<u32>,
    pub near_misses: Option<u32>,
    pub subject: u64,
    pub person: Option<u64>,
    pub last_login: LastLogin,
    pub history: Option<History>,
}

impl Batch {
    /// Adds a finding. `key` tells its subject from others of its kind and source, and orders them.
    ///
    /// # Errors
    /// When there are more rules or sources, or longer texts, than the store can number.
    pub fn push(&mut self, finding: &FindingRecord<'_>, marks: Marks, key: &str) -> io::Result<()> {
        let about = &finding.subject;
        let identity = [about.account_id, about.employee_id, about.display_name, about.email, about.username];
        self.last = self.blocks.len();
        block::put(identity, &mut self.blocks)?;
        block::put([about.members, Some(about.facts), Some(about.matched)], &mut self.blocks)?;
        self.push_also(finding, marks, key)
    }

    /// Adds another finding about the subject of the last one.
    ///
    /// # Errors
    /// As of [`Self::push`].
    pub fn push_also(&mut self, finding: &FindingRecord<'_>, marks: Marks, key: &str) -> io::Result<()> {
        let start = self.blocks.len() - self.last;
        let texts = [finding.fingerprint, finding.message, finding.reasons].map(Some);
        block::put(texts, &mut self.blocks)?;
        let near_misses = finding.near_misses.map(|near_misses| {
            self.near_misses.push(near_misses.to_owned());
            self.near_misses.len() - 1
        });
        let note = Note {
            at: self.last,
            length: small(self.blocks.len() - self.last)?,
            start: small(start)?,
            rule: self.rules.position(finding.rule)?,
            source: finding.subject.source.map(|name| self.sources.position(name)).transpose()?,
            severity: finding.severity,
            disposition: finding.disposition,
            about: About::of(finding.subject.kind),
            waiver_expired: marks.waiver_expired,
            key: small(key.len())?,
            count: finding.count.map(|count| u32::try_from(count).map_err(io::Error::other)).transpose()?,
            near_misses: near_misses.map(small).transpose()?,
            subject: identity::subject(finding),
            person: identity::person(finding),
            last_login: marks.last_login,
            history: finding.history,
        };
        self.keys.push_str(key);
        if note.about == About::Group {
            self.members.extend(identity::members(finding).into_iter().map(|member| (note.subject, member)));
        }
        self.notes.push(note);
        Ok(())
    }

    /// Adds a finding that stands on its own.
    ///
    /// # Errors
    /// As of [`Self::push`].
    pub fn push_whole(&mut self, finding: &Finding, key: &str) -> io::Result<()> {
        let parts = finding.parts()?;
        self.push(&finding.record(&parts), Marks::of(&finding.facts), key)
    }

    /// How many findings it has.
    pub const fn len(&self) -> usize {
        self.notes.len()
    }

    /// Whether it has none.
    pub const fn is_empty(&self) -> bool {
        self.notes.is_empty()
    }

    /// How many bytes its blocks have.
    pub const fn size(&self) -> usize {
        self.blocks.len()
    }
}

fn small(number: usize) -> io::Result<u32> {
    u32::try_from(number).map_err(io::Error::other)
}

/// Names, each once, by their position.
#[derive(Debug, Default)]
pub(super) struct Names {
    list: Vec<String>,
    positions: HashMap<String, u16>,
    last: u16,
}

impl Names {
    /// The position of a name, which is added when it is new.
    pub(super) fn position(&mut self, name: &str) -> io::Result<u16> {
        // Mostly it is the one before.
        if self.list.get(usize::from(self.last)).is_some_and(|last| last == name) {
            return Ok(self.last);
        }
        if let Some(position) = self.positions.get(name) {
            self.last = *position;
            return Ok(*position);
        }
        let too_many = |_| io::Error::other("more than 65,536 rules or sources: no report of headcount has so many");
        let position = u16::try_from(self.list.len()).map_err(too_many)?;
        self.list.push(name.to_owned());
        self.positions.insert(name.to_owned(), position);
        self.last = position;
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
