//! Fills a store, and sorts it.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::io;
use std::sync::Arc;

use super::batch::{Names, Note};
use super::index_entry::{IndexEntry, NO_SOURCE, NONE};
use super::store::{Advice, RuleWords};
use super::{Batch, Finding, Findings};
use crate::base::parallel;
use crate::base::temp_store::TempStore;

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
    near_misses: Vec<String>,
    blocks: TempStore,
}

/// Small numbers for hashes, in the order in which they come.
#[derive(Debug, Default)]
struct Numbers {
    known: HashMap<u64, u32, BuildHasherDefault<AsItIs>>,
    last: Option<(u64, u32)>,
}

/// For numbers that are hashes already.
#[derive(Debug, Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
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

impl FindingsWriter {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many findings there are.
    pub const fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Takes a batch.
    ///
    /// # Errors
    /// The temporary file can't be written, or there are more findings than can be numbered.
    pub fn append(&mut self, batch: Batch) -> io::Result<()> {
        let rules = self.rules.positions(&batch.rules)?;
        let sources = self.sources.positions(&batch.sources)?;
        let near_misses = u32::try_from(self.near_misses.len()).map_err(io::Error::other)?;
        let mut key = self.keys.len();
        for note in &batch.notes {
            let mut entry = self.entry(note, &rules, &sources)?;
            entry.near_misses = note.near_misses.map_or(NONE, |at| near_misses.saturating_add(at));
            key += note.key as usize;
            self.entries.push(entry);
            self.ends.push(u32::try_from(key).map_err(io::Error::other)?);
        }
        self.keys.push_str(&batch.keys);
        self.near_misses.extend(batch.near_misses);
        for (group, account) in batch.members {
            self.members.push((self.subjects.of(group)?, self.subjects.of(account)?));
        }
        self.blocks.append(&batch.blocks).map(drop)
    }

    /// Says of the findings at these positions, in the order in which they came, to whom their account probably belongs: a
    /// JSON list.
    ///
    /// # Errors
    /// There are more than can be numbered.
    pub fn add_near_misses(&mut self, positions: &[usize], near_misses: String) -> io::Result<()> {
        let number = u32::try_from(self.near_misses.len()).map_err(io::Error::other)?;
        self.near_misses.push(near_misses);
        for at in positions {
            if let Some(entry) = self.entries.get_mut(*at) {
                entry.near_misses = number;
            }
        }
        Ok(())
    }

    fn entry(&mut self, note: &Note, rules: &[u16], sources: &[u16]) -> io::Result<IndexEntry> {
        let source = note.source.and_then(|source| sources.get(usize::from(source)));
        Ok(IndexEntry {
            at: self.blocks.len() + note.at as u64,
            length: note.length,
            start: note.start,
            count: note.count.unwrap_or(NONE),
            last_login: note.last_login,
            subject: self.subjects.of(note.subject)?,
            person: note.person.map(|person| self.persons.of(person)).transpose()?.unwrap_or(NONE),
            near_misses: NONE,
            rule: rules.get(usize::from(note.rule)).copied().unwrap_or_default(),
            source: source.copied().unwrap_or(NO_SOURCE),
            severity: note.severity,
            disposition: note.disposition,
            about: note.about,
            waiver_expired: note.waiver_expired,
            history: note.history,
        })
    }

    /// The store, sorted by severity, rule, source and key; what is equal in these stays in the order in which it came.
    ///
    /// # Errors
    /// The temporary file can't be written.
    pub fn sorted(mut self) -> io::Result<Findings> {
        let mut order: Vec<(u64, u32)> = self.places().zip(0..).collect();
        order.sort_unstable();
        let mut alike: Vec<&mut [(u64, u32)]> = order.chunk_by_mut(|(a, _), (b, _)| a == b).collect();
        // The greatest first, so that no thread is left with it at the end.
        alike.sort_by_key(|alike| std::cmp::Reverse(alike.len()));
        let sort = |alike: &mut [(u64, u32)]| {
            alike.sort_by(|(_, a), (_, b)| self.key(*a).cmp(self.key(*b)));
            Ok(())
        };
        parallel::for_each_in_order(alike.into_iter().map(Ok::<_, io::Error>), sort, Ok)?;
        self.ends = Vec::new();
        self.keys = String::new();
        arrange(&mut self.entries, order.into_iter().map(|(_, at)| at).collect());
        self.in_order_of_arrival()
    }

    /// For each entry, the place of its severity, rule and source among all that there could be.
    fn places(&self) -> impl Iterator<Item = u64> {
        let (rules, sources) = (ranks(self.rules.iter()), ranks(self.sources.iter()));
        // Whatever has no source goes first.
        let rank = |ranks: &[u16], at: u16| ranks.get(usize::from(at)).map_or(0, |rank| u64::from(*rank) + 1);
        self.entries.iter().map(move |entry| {
            (entry.severity as u64) << 40 | rank(&rules, entry.rule) << 20 | rank(&sources, entry.source)
        })
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
        let Self { entries, rules, sources, members, subjects, near_misses, blocks, .. } = self;
        let words = |id| RuleWords { id, advice: Advice::default() };
        Ok(Findings {
            entries,
            rules: rules.into_list().into_iter().map(words).collect(),
            sources: sources.into_list(),
            members,
            numbers: subjects.known.len(),
            tells_history: false,
            near_misses: Arc::new(near_misses),
            blocks: Arc::new(blocks),
        })
    }
}

impl Findings {
    /// Keeps these, in this order. What to do and the controls are those of the first finding of each rule.
    ///
    /// # Errors
    /// The temporary file can't be written.
    pub fn new(findings: impl IntoIterator<Item = io::Result<Finding>>) -> io::Result<Self> {
        const AT_ONCE: usize = 1_000;
        let mut writer = FindingsWriter::new();
        let mut batch = Batch::default();
        let mut advice: HashMap<String, Advice> = HashMap::new();
        for finding in findings {
            let finding = finding?;
            batch.push_whole(&finding, "")?;
            let Finding { rule, remediation, controls, .. } = finding;
            advice.entry(rule).or_insert(Advice { remediation, controls });
            if batch.len() >= AT_ONCE {
                writer.append(std::mem::take(&mut batch))?;
            }
        }
        writer.append(batch)?;
        Ok(writer.in_order_of_arrival()?.advised(|rule| advice.get(rule).cloned().unwrap_or_default()))
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
