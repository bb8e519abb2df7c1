//! From a normalised key to the employees that have it. Built once from the roster, then shared by all threads.
//!
//! A key is kept as its 128-bit hash, 20 bytes for each pair of key and employee whatever the key's length, so
//! that two million people fit into little memory. Two different keys among 2^24 share a hash once in 2^81 times.

use siphasher::sip128::SipHasher13;

use crate::model::EmployeeIndex;

/// Average number of entries in a bucket: they share one or two cache lines.
const BUCKET: usize = 4;

/// Bytes and not a `u128`, whose alignment would cost twelve bytes more in each entry.
type Hash = [u8; 16];

/// One employee's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    hash: Hash,
    employee: EmployeeIndex,
}

/// All keys of one kind, sorted by hash. Employees who share a key are neighbours, so nothing special is kept
/// for them, and the order of the roster's rows can't matter.
#[derive(Debug)]
pub(super) struct KeyTable {
    entries: Vec<Entry>,
    /// `starts[b]` is where the entries begin whose hash starts with the bits `b`; one more than there are buckets.
    starts: Vec<u32>,
    /// How many bits of the hash's first word are not part of the bucket's number.
    shift: u32,
}

/// Collects keys for a [`KeyTable`].
#[derive(Debug, Default)]
pub(super) struct KeyTableBuilder {
    entries: Vec<Entry>,
}

impl KeyTableBuilder {
    /// Adds one key of one employee; an empty key identifies nobody.
    pub(super) fn add(&mut self, key: &str, employee: EmployeeIndex) {
        if !key.is_empty() {
            self.entries.push(Entry { hash: hash(key), employee });
        }
    }

    /// Sorts the keys. The same key given twice by one employee counts once.
    pub(super) fn build(mut self) -> KeyTable {
        self.entries.sort_unstable();
        self.entries.dedup();
        self.entries.shrink_to_fit();
        let buckets = (self.entries.len() / BUCKET).next_power_of_two().clamp(2, 1 << 24);
        let shift = u32::BITS - buckets.trailing_zeros();
        let mut starts = Vec::with_capacity(buckets + 1);
        let mut at = 0_u32;
        let mut rest = self.entries.iter().peekable();
        for bucket in 0..=buckets {
            while rest.next_if(|entry| bucket_of(&entry.hash, shift) < bucket).is_some() {
                at += 1;
            }
            starts.push(at);
        }
        KeyTable { entries: self.entries, starts, shift }
    }
}

impl KeyTable {
    /// The employees who have the key, in roster order.
    pub(super) fn get(&self, key: &str) -> Hits {
        let hash = hash(key);
        let bucket = bucket_of(&hash, self.shift);
        let (Some(start), Some(end)) = (self.starts.get(bucket), self.starts.get(bucket + 1)) else {
            return Hits::default();
        };
        let entries = self.entries.get(*start as usize..*end as usize).unwrap_or_default();
        entries.iter().filter(|entry| entry.hash == hash).map(|entry| entry.employee).collect()
    }
}

fn bucket_of(hash: &Hash, shift: u32) -> usize {
    let [a, b, c, d, ..] = *hash;
    (u32::from_be_bytes([a, b, c, d]) >> shift) as usize
}

/// A fixed key: nobody gains by a collision who could simply name his account like the employee's.
fn hash(key: &str) -> Hash {
    u128::from(SipHasher13::new().hash(key.as_bytes())).to_be_bytes()
}

/// Employees found through a key, each once, in roster order. One, the usual case, takes no memory of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Hits {
    first: Option<EmployeeIndex>,
    others: Vec<EmployeeIndex>,
}

impl Hits {
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
        let mut builder = KeyTableBuilder::default();
        for (key, employee) in keys {
            builder.add(key, EmployeeIndex(*employee));
        }
        builder.build()
    }

    fn found(table: &KeyTable, key: &str) -> Vec<u32> {
        table.get(key).into_vec().into_iter().map(|employee| employee.0).collect()
    }

    #[test]
    fn every_key_is_found_and_no_other() {
        let keys: Vec<(String, u32)> = (0..5_000).map(|n| (format!("user{n}@example.com"), n)).collect();
        let table = table(&keys.iter().map(|(key, n)| (key.as_str(), *n)).collect::<Vec<_>>());
        for (key, n) in &keys {
            assert_eq!(found(&table, key), [*n], "{key}");
        }
        assert!(found(&table, "user5000@example.com").is_empty());
        assert!(table.starts.len() > 1_000, "buckets are small");
    }

    #[test]
    fn shared_keys_name_everybody_once() {
        let table = table(&[("a", 7), ("b", 1), ("a", 2), ("a", 7), ("", 3)]);
        assert_eq!(found(&table, "a"), [2, 7]);
        assert_eq!(found(&table, "b"), [1]);
        assert!(found(&table, "").is_empty());
    }

    #[test]
    fn an_empty_table_finds_nobody() {
        assert!(table(&[]).get("a").is_empty());
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
