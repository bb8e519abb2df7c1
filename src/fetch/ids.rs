//! Which accounts have been seen.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};
use std::hint::black_box;

/// Identifiers that have been seen, by their fingerprints: sixteen bytes an account, whatever its length.
#[derive(Debug, Default)]
pub(crate) struct IdSet(HashSet<u128, BuildHasherDefault<AsItIs>>);

impl IdSet {
    /// Returns whether it is new.
    pub(crate) fn insert(&mut self, fingerprint: u128) -> bool {
        self.0.insert(fingerprint)
    }

    /// Makes room for about this many, so that it needn't be made again and again.
    pub(crate) fn reserve(&mut self, identifiers: usize) {
        /// What a file says of its own length is no reason to ask for more memory than this: 70 MB.
        const MOST: usize = 1 << 22;
        self.0.reserve(identifiers.min(MOST));
    }

    /// Looks for all of these, so that the processor waits for their places in memory at once, and not for one after the other
    /// when they are inserted.
    pub(crate) fn expect(&self, fingerprints: impl Iterator<Item = u128>) {
        black_box(fingerprints.fold(0_usize, |known, fingerprint| known + usize::from(self.contains(fingerprint))));
    }

    pub(crate) fn contains(&self, fingerprint: u128) -> bool {
        self.0.contains(&fingerprint)
    }

    pub(crate) fn len(&self) -> u64 {
        self.0.len() as u64
    }
}

/// Half of a fingerprint is as good a hash as any.
#[derive(Debug, Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "half of it is enough")]
    fn write_u128(&mut self, fingerprint: u128) {
        self.0 = fingerprint as u64;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_new_once() {
        let mut seen = IdSet::default();
        assert!(seen.insert(1 << 100) && !seen.insert(1 << 100) && seen.contains(1 << 100));
        assert!(!seen.contains(1 << 99), "whose lower half is the same");
        assert_eq!(seen.len(), 1);
    }
}
