//! Hashes by which identifiers and pieces of records are known again in a run.

use std::hash::{BuildHasher as _, RandomState};

use siphasher::sip128::SipHasher13;

/// Makes fingerprints of identifiers and of records: keyed 128-bit hashes. The key is random, so nobody can prepare two
/// that collide.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RunHasher(SipHasher13);

impl Default for RunHasher {
    fn default() -> Self {
        let random = || RandomState::new().hash_one(0);
        Self(SipHasher13::new_with_keys(random(), random()))
    }
}

impl RunHasher {
    pub(crate) fn of(&self, bytes: &[u8]) -> u128 {
        self.0.hash(bytes).as_u128()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_one_fingerprint_in_a_run_and_another_in_the_next() {
        let (one, other) = (RunHasher::default(), RunHasher::default());
        assert_eq!(one.of(b"u-1"), one.of(b"u-1"));
        assert_ne!(one.of(b"u-1"), one.of(b"u-2"));
        assert_ne!(one.of(b"u-1"), other.of(b"u-1"));
    }
}
