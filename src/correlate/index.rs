//! From a normalised key to the employees that have it. Built once from the roster, then shared by all threads.
//!
//! A key is kept as 96 bits of its hash, 16 bytes for each pair of key and employee whatever the key's length. Two
//! different keys among 2^24 share a hash once in 2^49 times.

use std::hint::black_box;

use siphasher::sip128::SipHasher13;

use crate::key::{high_half, low_half};
use crate::model::EmployeeIndex;

/// What a key is looked up by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Hash([u32; 3]);

impl Hash {
    /// The hash of a key; an empty key identifies nobody. Its own key is fixed: nobody gains by a collision who could
    /// simply name his account like the employee's.
    pub(super) fn of(key: &str) -> Option<Self> {
        let hash = (!key.is_empty()).then(|| SipHasher13::new().hash(key.as_bytes()))?;
        Some(Self([high_half(hash.h1), low_half(hash.h1), high_half(hash.h2)]))
    }

    /// Where the hash lies among all hashes, if those were this many places.
    const fn place(self, places: usize) -> usize {
        let Self([first, ..]) = self;
        high_half(first as u64 * places as u64) as usize
    }
}

/// One employee's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    hash: Hash,
    employee: EmployeeIndex,
}

impl Entry {
    /// Stands where there is no key. It is behind all others, so that a search ends at it.
    const NOBODY: Self = Self { hash: Hash([u32::MAX; 3]), employee: EmployeeIndex(u32::MAX) };

    pub(super) const fn new(hash: Hash, employee: EmployeeIndex) -> Self {
        Self { hash, employee }
    }
}

/// All keys of one kind, sorted by hash, with gaps: each lies where its hash lies among all hashes, or in the places
/// right behind that, so that looking it up touches one cache line or two. Employees who share a key are neighbours, so
/// nothing special is kept for them, and the order of the roster's rows can't matter.
///
/// A key that more people share than could be meant identifies nobody. It isn't in the table, but remembered.
#[derive(Debug)]
pub(super) struct KeyTable {
    entries: Vec<Entry>,
    places: usize,
    crowds: Vec<Crowd>,
}

/// A key that so many people share that it identifies nobody.
#[derive(Debug, Clone, Copy)]
pub(super) struct Crowd {
    hash: Hash,
    /// How many they are.
    pub(super) people: u64,
    /// The first of them.
    pub(super) first: EmployeeIndex,
}

impl KeyTable {
    /// A table of these keys; one that more than `most` people share identifies nobody. The same key given twice by one
    /// employee counts once. Runs that are sorted are joined faster than others.
    pub(super) fn new(mut keys: Vec<Entry>, most: u32) -> Self {
        keys.sort();
        keys.dedup();
        let crowds = crowds(&keys, most as usize);
        if !crowds.is_empty() {
            keys.retain(|key| find(&crowds, key.hash).is_none());
        }
        // A quarter stays free: searches are short, and it costs little.
        let places = keys.len() + keys.len() / 3 + 1;
        let mut entries = Vec::with_capacity(places + 8);
        for key in keys {
            let place = key.hash.place(places);
            entries.resize(place.max(entries.len()), Entry::NOBODY);
            entries.push(key);
        }
        Self { entries, places, crowds }
    }

    /// The keys that identify nobody, in the order of their hashes.
    pub(super) fn crowds(&self) -> &[Crowd] {
        &self.crowds
    }

    /// The position among [`Self::crowds`] of a key that identifies nobody.
    pub(super) fn crowd(&self, hash: Hash) -> Option<usize> {
        find(&self.crowds, hash)
    }

    /// Keys that several people have, with all of them, in roster order.
    pub(super) fn shared(&self) -> impl Iterator<Item = impl Iterator<Item = EmployeeIndex>> {
        let keys = self.entries.chunk_by(|one, other| one.hash == other.hash);
        let shared = keys.filter(|people| people.len() > 1 && people.first() != Some(&Entry::NOBODY));
        shared.map(|people| people.iter().map(|entry| entry.employee))
    }

    /// Has the place of a key fetched from memory, for [`Self::get`] to find it near.
    pub(super) fn prefetch(&self, hash: Hash) {
        black_box(self.entries.get(hash.place(self.places)).map(|entry| entry.employee));
    }

    /// The employees who have the key, in roster order.
    pub(super) fn get(&self, hash: Hash) -> Hits {
        let entries = self.entries.get(hash.place(self.places)..).unwrap_or_default();
        let from = entries.iter().skip_while(|entry| entry.hash < hash);
        from.take_while(|entry| entry.hash == hash).map(|entry| entry.employee).collect()
    }
}

fn crowds(keys: &[Entry], most: usize) -> Vec<Crowd> {
    let groups = keys.chunk_by(|one, other| one.hash == other.hash).filter(|people| people.len() > most);
    let crowd = |people: &[Entry]| {
        let first = people.first()?;
        Some(Crowd { hash: first.hash, people: people.len() as u64, first: first.employee })
    };
    groups.filter_map(crowd).collect()
}

fn find(crowds: &[Crowd], hash: Hash) -> Option<usize> {
    crowds.binary_search_by_key(&hash, |crowd| crowd.hash).ok()
}

/// Employees found through a key, each once, in roster order. One, the usual case, takes no memory of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Hits {
    first: Option<EmployeeIndex>,
    others: Vec<EmployeeIndex>,
}

impl Hits {
    pub(super) const NOBODY: Self = Self { first: None, others: Vec::new() };

    /// The employee, if there is exactly one.
    pub(super) fn only(&self) -> Option<EmployeeIndex> {
        self.first.filter(|_| self.others.is_empty())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    pub(super) fn contains(&self, employee: EmployeeIndex) -> bool {
        self.first == Some(employee) || self.others.binary_search(&employee).is_ok()
    }

    /// These and those.
    pub(super) fn and(self, others: Self) -> Self {
        match (self.is_empty(), others.is_empty()) {
            (_, true) => self,
            (true, false) => others,
            (false, false) => self.iter().chain(others.iter()).collect(),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = EmployeeIndex> {
        self.first.into_iter().chain(self.others.iter().copied())
    }

    pub(super) fn into_vec(self) -> Vec<EmployeeIndex> {
        self.first.into_iter().chain(self.others).collect()
    }
}

impl FromIterator<EmployeeIndex> for Hits {
    fn from_iter<I: IntoIterator<Item = EmployeeIndex>>(found: I) -> Self {
        let mut found = found.into_iter();
        let Some(first) = found.next() else { return Self::default() };
        let mut others: Vec<_> = found.collect();
        if others.is_empty() {
            return Self { first: Some(first), others };
        }
        others.push(first);
        others.sort_unstable();
        others.dedup();
        Self { first: Some(others.remove(0)), others }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(keys: &[(&str, u32)]) -> KeyTable {
        let entry = |(key, employee): &(&str, u32)| Some(Entry::new(Hash::of(key)?, EmployeeIndex(*employee)));
        KeyTable::new(keys.iter().filter_map(entry).collect(), 5)
    }

    fn found(table: &KeyTable, key: &str) -> Vec<u32> {
        let hits = Hash::of(key).map_or_else(Hits::default, |hash| table.get(hash));
        hits.into_vec().into_iter().map(|employee| employee.0).collect()
    }

    #[test]
    fn every_key_is_found_and_no_other() {
        let keys: Vec<(String, u32)> = (0..5_000).map(|n| (format!("user{n}@example.com"), n)).collect();
        let table = table(&keys.iter().map(|(key, n)| (key.as_str(), *n)).collect::<Vec<_>>());
        for (key, n) in &keys {
            assert_eq!(found(&table, key), [*n], "{key}");
        }
        assert!(found(&table, "user5000@example.com").is_empty());
        let taken = |entries: &[Entry]| entries.iter().filter(|entry| **entry != Entry::NOBODY).count();
        assert_eq!(taken(&table.entries), keys.len());
        let home = |(at, entry): &(usize, &Entry)| at - entry.hash.place(table.places);
        let furthest = table.entries.iter().enumerate().filter(|(_, e)| **e != Entry::NOBODY).map(|e| home(&e)).max();
        assert!(furthest < Some(60), "searches are short: {furthest:?}");
    }

    #[test]
    fn shared_keys_name_everybody_once() {
        let table = table(&[("a", 7), ("b", 1), ("a", 2), ("a", 7), ("", 3)]);
        assert_eq!(found(&table, "a"), [2, 7]);
        assert_eq!(found(&table, "b"), [1]);
        assert!(found(&table, "").is_empty());
    }

    #[test]
    fn a_crowd_identifies_nobody_and_is_remembered() {
        let five: Vec<(&str, u32)> = (0..5).map(|n| ("few", n)).collect();
        let six: Vec<(&str, u32)> = (3..9).map(|n| ("many", n)).collect();
        let table = table(&[five, six, vec![("one", 1)]].concat());
        let crowd = |key| Hash::of(key).and_then(|hash| table.crowd(hash)).and_then(|at| table.crowds().get(at));
        assert_eq!((found(&table, "few").len(), found(&table, "many").len()), (5, 0));
        assert_eq!(crowd("many").map(|crowd| (crowd.people, crowd.first)), Some((6, EmployeeIndex(3))));
        assert!(crowd("few").is_none() && crowd("one").is_none());
        assert_eq!(table.shared().map(Iterator::count).collect::<Vec<_>>(), [5]);
    }

    #[test]
    fn an_empty_table_finds_nobody() {
        assert!(found(&table(&[]), "a").is_empty());
    }

    #[test]
    fn hits_are_sorted_and_distinct() {
        let hits: Hits = [3, 1, 3].map(EmployeeIndex).into_iter().collect();
        assert_eq!(hits.clone().into_vec(), [1, 3].map(EmployeeIndex));
        assert!(hits.contains(EmployeeIndex(3)) && hits.only().is_none());
        let one: Hits = [3, 3].map(EmployeeIndex).into_iter().collect();
        assert_eq!(one.only(), Some(EmployeeIndex(3)));
    }
}
