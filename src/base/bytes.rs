//! The first of some bytes in a text that is mostly short: calling memchr takes longer than looking at a few words.

/// Where the first of these bytes stands.
#[inline]
pub(crate) fn first_of<const N: usize>(wanted: [u8; N], bytes: &[u8]) -> Option<usize> {
    let (words, rest) = bytes.as_chunks();
    for (at, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let found = wanted.iter().fold(0, |found, byte| found | equal(word, *byte));
        if found != 0 {
            return Some(8 * at + found.trailing_zeros() as usize / 8);
        }
    }
    let at = rest.iter().position(|byte| wanted.contains(byte))?;
    Some(8 * words.len() + at)
}

/// A one in each byte.
const ONES: u64 = u64::MAX / 0xff;

/// The highest bit of each of its bytes.
pub(crate) const HIGHEST: u64 = ONES << 7;

/// The highest bit of each byte of a word that is this one, up to the first of them; behind it there may be others.
pub(crate) const fn equal(word: u64, byte: u8) -> u64 {
    let zero_where_equal = word ^ (ONES * byte as u64);
    zero_where_equal.wrapping_sub(ONES) & !zero_where_equal & HIGHEST
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_first_is_found(bytes in proptest::collection::vec(any::<u8>(), 0..40), wanted in any::<[u8; 3]>()) {
            let first = bytes.iter().position(|byte| wanted.contains(byte));
            prop_assert_eq!(first_of(wanted, &bytes), first);
            prop_assert_eq!(first_of([0xff, 0x00], &bytes), bytes.iter().position(|byte| matches!(byte, 0xff | 0x00)));
        }
    }
}
