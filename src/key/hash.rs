//! Keys as they are compared within the roster: by hashes of 128 bits, because a map of millions of texts would cost an
//! allocation for each.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, BuildHasherDefault, Hasher, RandomState};
use std::sync::LazyLock;

use siphasher::sip128::{Hasher128 as _, SipHasher13};

use super::normalise::{fold, trim};

/// What is compared. Two different texts don't share one by accident, and only this run compares them: whoever wrote the
/// files can't know how it hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key([u64; 2]);

/// What belongs to keys. Nothing may depend on their order.
pub type KeyMap<V> = HashMap<Key, V, BuildHasherDefault<AsItIs>>;

/// Each key once.
pub type KeySet = HashSet<Key, BuildHasherDefault<AsItIs>>;

impl Key {
    /// Of an identifier, as [`fold`] spells it.
    pub fn of(text: &str) -> Self {
        const BLOCK: usize = 64;
        if !text.is_ascii() {
            return Self::of_parts([fold(text).text.as_ref()]);
        }
        let mut hash = hasher();
        for block in trim(text).as_bytes().chunks(BLOCK) {
            let mut lower = [0; BLOCK];
            let Some(lower) = lower.get_mut(..block.len()) else { continue };
            lower.copy_from_slice(block);
            lower.make_ascii_lowercase();
            hash.write(lower);
        }
        Self::from(hash)
    }

    /// Of texts as they are, one behind the other.
    pub fn of_parts<'t>(parts: impl IntoIterator<Item = &'t str>) -> Self {
        let mut hash = hasher();
        for part in parts {
            hash.write(part.as_bytes());
        }
        Self::from(hash)
    }
}

impl From<SipHasher13> for Key {
    fn from(hash: SipHasher13) -> Self {
        let hash = hash.finish128();
        Self([hash.h1, hash.h2])
    }
}

impl std::hash::Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self([first, _]) = self;
        state.write_u64(*first);
    }
}

/// For keys, which are hashes already.
#[derive(Debug, Default, Clone, Copy)]
pub struct AsItIs(u64);

impl Hasher for AsItIs {
    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn write(&mut self, _: &[u8]) {}

    fn finish(&self) -> u64 {
        self.0
    }
}

/// The first 32 bits of a hash.
pub(crate) const fn high_half(number: u64) -> u32 {
    let [a, b, c, d, ..] = number.to_be_bytes();
    u32::from_be_bytes([a, b, c, d])
}

/// The last 32 bits of a hash.
pub(crate) const fn low_half(number: u64) -> u32 {
    let [.., a, b, c, d] = number.to_be_bytes();
    u32::from_be_bytes([a, b, c, d])
}

fn hasher() -> SipHasher13 {
    static SECRET: LazyLock<[u64; 2]> = LazyLock::new(|| [0_u8, 1].map(|half| RandomState::new().hash_one(half)));
    let [one, other] = *SECRET;
    SipHasher13::new_with_keys(one, other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_compared_as_correlation_compares_them() {
        let long = "x".repeat(63);
        assert_eq!(Key::of(&format!("{long}AB")), Key::of(&format!("{long}ab")));
        assert_ne!(Key::of(&format!("{long}AB")), Key::of(&format!("{long}ac")));
        assert_eq!(Key::of("ÄRGER"), Key::of("ärger"));
        assert_eq!(Key::of(" e-1"), Key::of("Ｅ-1"), "as correlation compares them");
        assert_eq!(Key::of("E-1"), Key::of_parts(["e-", "1"]));
    }
}
