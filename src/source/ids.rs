//! Which accounts have been seen.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, BuildHasherDefault, Hasher, RandomState};

use siphasher::sip128::SipHasher13;

/// Makes fingerprints of identifiers and of records: keyed 128-bit hashes. The key is random, so nobody can prepare two
/// that collide.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fingerprints(SipHasher13);

impl Default for Fingerprints {
    fn default() -> Self {
        let random = || RandomState::new().hash_one(0);
        Self(SipHasher13::new_with_keys(random(), random()))
    }
}

impl Fingerprints {
    pub(super) fn of(&self, bytes: &[u8]) -> u128 {
        self.0.hash(bytes).as_u128()
    }
}

/// Identifiers that have been seen, by their fingerprints: sixteen bytes an account, whatever its length.
#[derive(Debug, Default)]
pub(super) struct IdSet(HashSet<u128, BuildHasherDefault<AsItIs>>);

impl IdSet {
    /// Returns whether it is new.
    pub(super) fn insert(&mut self, fingerprint: u128) -> bool {
        self.0.insert(fingerprint)
    }

    pub(super) fn contains(&self, fingerprint: u128) -> bool {
        self.0.contains(&fingerprint)
    }

    pub(super) fn len(&self) -> u64 {
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
    fn an_id_has_one_fingerprint_in_a_run_and_another_in_the_next() {
        let (one, other) = (Fingerprints::default(), Fingerprints::default());
        assert_eq!(one.of(b"u-1"), one.of(b"u-1"));
        assert_ne!(one.of(b"u-1"), one.of(b"u-2"));
        assert_ne!(one.of(b"u-1"), other.of(b"u-1"));
        let mut seen = IdSet::default();
        assert!(seen.insert(one.of(b"u-1")) && !seen.insert(one.of(b"u-1")) && seen.contains(one.of(b"u-1")));
        assert_eq!(seen.len(), 1);
    }
}
