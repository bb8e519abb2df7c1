//! Fills a store, and sorts it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::sync::Arc;

use super::batch::{Names, Note};
use super::index_entry::{IndexEntry, NO_PERSON, NO_SOURCE};
use super::store::Lines;
use super::{Batch, Details, Finding, FindingRecord, Findings};
use crate::base::parallel;

/// So much is kept in memory; more goes to a file.
const IN_MEMORY: usize = 1 << 20;

/// Takes findings batch by batch.
#[derive(Debug, Default)]
pub struct FindingsWriter {
    entries: Vec<IndexEntry>,
    /// Where the key of each entry ends in `keys`.
    ends: Vec<u32>,
    keys: String,
    rules: Names,
    sources: Names,
    members: Vec<(u32, u32)>,
    subjects: Numbers,
    persons: Numbers,
    lines: Out,
    written: u64,
}

/// Small numbers for hashes, in the order in which they come.
#[derive(Debug, Default)]
struct Numbers {
    known: HashMap<u64, u32>,
    last: Option<(u64, u32)>,
}

impl Numbers {
    fn of(&mut self, hash: u64) -> io::Result<u32> {
        if let Some((last, number)) = self.last
            && last == hash
        {
            return Ok(number);
        }
        let next = u32::try_from(self.known.len()).map_err(io::Error::other)?;
        let number = *self.known.entry(hash).or_insert(next);
        self.last = Some((hash, number));
        Ok(number)
    }
}

#[derive(Debug)]
enum Out {
    Memory(Vec<u8>),
    Disk(BufWriter<File>),
}

impl Default for Out {
    fn default() -> Self {
        Self::Memory(Vec::new())
    }
}

impl Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Self::Memory(kept) = self {
            if kept.len() + bytes.len() <= IN_MEMORY {
                kept.extend_from_slice(bytes);
                return Ok(());
            }
            let mut file = BufWriter::with_capacity(1 << 18, tempfile::tempfile()?);
            file.write_all(kept)?;
            *self = Self::Disk(file);
        }
        match self {
            Self::Memory(_) => Ok(()),
            Self::Disk(file) => file.write_all(bytes),
        }
    }

    fn finish(self) -> io::Result<Lines> {
        Ok(match self {
            Self::Memory(kept) => Lines::Memory(kept),
            Self::Disk(file) => Lines::Disk(file.into_inner().map_err(io::IntoInnerError::into_error)?),
        })
    }
}

impl FindingsWriter {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a batch.
    ///
    /// # Errors
    /// The temporary file can't be written, or there are more findings than can be numbered.
    pub fn append(&mut self, batch: Batch) -> io::Result<()> {
        let rules = self.rules.positions(&batch.rules)?;
        let sources = self.sources.positions(&batch.sources)?;
        // Where the next line of each rule of the batch will be.
        let mut places = Vec::with_capacity(batch.lines.len());
        for lines in &batch.lines {
            places.push(self.written);
            self.written += lines.len() as u64;
        }
        let mut key = self.keys.len();
        for note in &batch.notes {
            let at = places.get_mut(usize::from(note.rule)).ok_or(io::ErrorKind::InvalidInput)?;
            let entry = self.entry(note, *at, &rules, &sources)?;
            *at += u64::from(note.length);
            key += note.key as usize;
            self.entries.push(entry);
            self.ends.push(u32::try_from(key).map_err(io::Error::other)?);
        }
        self.keys.push_str(&batch.keys);
        for (group, account) in batch.members {
            self.members.push((self.subjects.of(group)?, self.subjects.of(account)?));
        }
        batch.lines.iter().try_for_each(|lines| self.lines.write(lines))
    }

    fn entry(&mut self, note: &Note, at: u64, rules: &[u16], sources: &[u16]) -> io::Result<IndexEntry> {
        let source = note.source.and_then(|source| sources.get(usize::from(source)));
        Ok(IndexEntry {
            at,
            count: note.count,
            last_login: note.last_login,
            length: note.length,
            subject: self.subjects.of(note.subject)?,
            person: note.person.map(|person| self.persons.of(person)).transpose()?.unwrap_or(NO_PERSON),
            rule: rules.get(usize::from(note.rule)).copied().unwrap_or_default(),
            source: source.copied().unwrap_or(NO_SOURCE),
            severity: note.severity,
            disposition: note.disposition,
            about: note.about,
            waiver_expired: note.waiver_expired,
        })
    }

    /// The store, sorted by severity, rule, source and key; what is equal in these stays in the order in which it came.
    ///
    /// # Errors
    /// The temporary file can't be written.
    pub fn sorted(mut self) -> io::Result<Findings> {
        let places = self.places();
        let mut order: Vec<(u32, u32)> = places.into_iter().zip(0..).collect();
        order.sort_unstable();
        let mut alike: Vec<&mut [(u32, u32)]> = order.chunk_by_mut(|(a, _), (b, _)| a == b).collect();
        // The greatest first, so that no thread is left with it at the end.
        alike.sort_by_key(|alike| std::cmp::Reverse(alike.len()));
        let sort = |alike: &mut [(u32, u32)]| {
            alike.sort_by(|(_, a), (_, b)| self.key(*a).cmp(self.key(*b)));
            Ok(())
        };
        parallel::for_each_in_order(alike.into_iter().map(Ok::<_, io::Error>), sort, Ok)?;
        self.ends = Vec::new();
        self.keys = String::new();
        arrange(&mut self.entries, order.into_iter().map(|(_, at)| at).collect());
        self.in_order_of_arrival()
    }

    /// For each entry, the place of its severity, rule and source among those that there are.
    fn places(&self) -> Vec<u32> {
        let (rules, sources) = (ranks(self.rules.iter()), ranks(self.sources.iter()));
        let rank = |ranks: &[u16], at: u16| ranks.get(usize::from(at)).copied();
        let kind = |entry: &IndexEntry| (entry.severity, rank(&rules, entry.rule), rank(&sources, entry.source));
        let kinds: BTreeSet<_> = self.entries.iter().map(kind).collect();
        let places: BTreeMap<_, u32> = kinds.into_iter().zip(0..).collect();
        self.entries.iter().map(|entry| places.get(&kind(entry)).copied().unwrap_or_default()).collect()
    }

    fn key(&self, at: u32) -> &str {
        let at = at as usize;
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default() as usize;
        self.ends.get(at).and_then(|end| self.keys.get(start..*end as usize)).unwrap_or_default()
    }

    /// The store, in the order in which the findings came.
    ///
    /// # Errors
    /// The temporary file can't be written.
    pub fn in_order_of_arrival(self) -> io::Result<Findings> {
        let Self { entries, rules, sources, members, subjects, lines, .. } = self;
        let numbers = subjects.known.len();
        let (rules, sources) = (rules.into_list(), sources.into_list());
        Ok(Findings { entries, rules, sources, members, numbers, lines: Arc::new(lines.finish()?) })
    }
}

impl Findings {
    /// Keeps these, in this order.
    ///
    /// # Errors
    /// The temporary file can't be written.
    pub fn new(findings: impl IntoIterator<Item = io::Result<Finding>>) -> io::Result<Self> {
        const AT_ONCE: usize = 1_000;
        let mut writer = FindingsWriter::new();
        let mut batch = Batch::default();
        for finding in findings {
            let finding = finding?;
            batch.push(&FindingRecord::of_public(&finding, &Details::of_public(&finding)?), "")?;
            if batch.notes.len() >= AT_ONCE {
                writer.append(std::mem::take(&mut batch))?;
            }
        }
        writer.append(batch)?;
        writer.in_order_of_arrival()
    }
}

/// Puts each at its place without a second list: `order` says which is to be first, second, and so on.
fn arrange<T>(all: &mut [T], mut order: Vec<u32>) {
    for start in (0..).take(order.len()) {
        let mut at: u32 = start;
        // Round the circle of those that take each other's places.
        while let Some(place) = order.get_mut(at as usize) {
            let next = std::mem::replace(place, at);
            if next == start {
                break;
            }
            all.swap(at as usize, next as usize);
            at = next;
        }
    }
}

/// The place of each name if they were sorted.
fn ranks<'n>(names: impl Iterator<Item = &'n str>) -> Vec<u16> {
    let names: Vec<_> = names.collect();
    let rank = |name: &str| names.iter().filter(|other| **other < name).count();
    names.iter().map(|name| u16::try_from(rank(name)).unwrap_or(u16::MAX)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn things_are_arranged_as_ordered(order in Just((0_u32..40).collect::<Vec<_>>()).prop_shuffle()) {
            let mut all: Vec<String> = (0..40).map(|n| n.to_string()).collect();
            arrange(&mut all, order.clone());
            prop_assert_eq!(all, order.iter().map(ToString::to_string).collect::<Vec<_>>());
        }
    }
}
