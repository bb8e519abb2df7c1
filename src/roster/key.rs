//! Identifiers, addresses and names as they are compared within the roster: by hashes of 128 bits, because a map
//! of millions of texts would cost an allocation for each. Correlation normalises more, with its own keys.

use std::hash::Hasher as _;

use siphasher::sip128::{Hasher128 as _, SipHasher13};

use super::cell::fold;

/// What is compared. Two different texts don't share one by accident, and only this run compares them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key(u128);

impl Key {
    /// Of an identifier or an address: case aside.
    pub(super) fn of(text: &str) -> Self {
        const BLOCK: usize = 64;
        let mut hash = SipHasher13::new();
        if text.is_ascii() {
            for block in text.as_bytes().chunks(BLOCK) {
                let mut lower = [0; BLOCK];
                let Some(lower) = lower.get_mut(..block.len()) else { continue };
                lower.copy_from_slice(block);
                lower.make_ascii_lowercase();
                hash.write(lower);
            }
        } else {
            hash.write(text.to_lowercase().as_bytes());
        }
        Self(hash.finish128().as_u128())
    }

    /// Of a name in the order in which it is spoken: `Doe, Jane` is Jane Doe.
    pub(super) fn of_name(name: &str) -> Self {
        let mut hash = SipHasher13::new();
        let (family, given) = name.split_once(',').unwrap_or(("", name));
        hash.write(fold(given).as_bytes());
        hash.write(fold(family).as_bytes());
        Self(hash.finish128().as_u128())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_order_of_names_do_not_count() {
        let long = "x".repeat(63);
        assert_eq!(Key::of(&format!("{long}AB")), Key::of(&format!("{long}ab")));
        assert_ne!(Key::of(&format!("{long}AB")), Key::of(&format!("{long}ac")));
        assert_eq!(Key::of("ÄRGER"), Key::of("ärger"));
        assert_eq!(Key::of_name("Example, Zoë"), Key::of_name("Zoe EXAMPLE"));
    }
}
