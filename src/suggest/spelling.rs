//! Hashes of names and login names for the search of near misses, made so that those of all spellings with one letter
//! missing cost little more than one.

use std::iter;

use crate::key::high_half;

/// The letters as the digits of one large number, of which the last 64 bits are kept: one letter can take the place of
/// another without the others being looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spelling(u64);

impl Spelling {
    /// What each letter counts more than the one behind it: odd, and with no pattern in its bits.
    const BASE: u64 = 0x9e37_79b9_7f4a_7c15;

    /// No letters yet. Spellings of different kinds are not the same.
    pub(super) const fn of_kind(kind: u8) -> Self {
        Self(kind as u64)
    }

    /// With letters behind it.
    pub(super) fn and(self, letters: impl IntoIterator<Item = u8>) -> Self {
        let and_one = |sum: u64, letter: u8| sum.wrapping_mul(Self::BASE).wrapping_add(letter.into());
        Self(letters.into_iter().fold(self.0, and_one))
    }

    /// What a letter counts in the last place, in the one before it, and so on.
    pub(super) fn weights() -> impl Iterator<Item = u64> {
        iter::successors(Some(1_u64), |weight| Some(weight.wrapping_mul(Self::BASE)))
    }

    /// With one letter instead of another, in the place that has this weight.
    #[must_use]
    pub(super) fn exchanged(self, old: u8, new: u8, weight: u64) -> Self {
        let difference = u64::from(new).wrapping_sub(old.into());
        Self(self.0.wrapping_add(difference.wrapping_mul(weight)))
    }

    /// The hash.
    pub(super) const fn hash(self) -> u32 {
        high_half(self.mixed())
    }

    /// The hash of two spellings, in whichever order.
    pub(super) const fn hash_of_both(self, other: Self) -> u32 {
        high_half(self.mixed().wrapping_add(other.mixed()))
    }

    const fn mixed(self) -> u64 {
        let Self(sum) = self;
        (sum ^ sum >> u32::BITS).wrapping_mul(Self::BASE)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn spelled(letters: &str) -> Spelling {
        Spelling::of_kind(1).and(letters.bytes())
    }

    #[test]
    fn an_exchanged_letter_is_as_if_it_had_been_there() {
        let mut weights = Spelling::weights();
        for (with_x, with_b) in [("anx", "anb"), ("xn", "bn")] {
            let weight = weights.next().expect("endless");
            assert_eq!(spelled(with_x).exchanged(b'x', b'b', weight).hash(), spelled(with_b).hash());
        }
    }

    #[test]
    fn hashes_are_spread_well() {
        let letters = || b'a'..=b'z';
        let pairs = || letters().flat_map(|one| letters().map(move |other| [one, other]));
        let hashes = pairs().flat_map(|one| pairs().map(move |other| spelled("l").and(one).and(other).hash()));
        let distinct: HashSet<u32> = hashes.collect();
        // As of numbers drawn by lot, of which two dozen would be drawn twice.
        assert!(distinct.len() > 26_usize.pow(4) - 50, "{}", distinct.len());
    }
}
