//! How texts lie in the file of the findings: their lengths, and behind them the texts as one, so that they are checked to be
//! UTF-8 at once and borrowed from where they were read.

use std::io;

/// The length of a text that isn't there.
const NONE: u32 = u32::MAX;

/// Adds some texts.
///
/// # Errors
/// One is longer than can be written down.
pub(super) fn put<const N: usize>(texts: [Option<&str>; N], block: &mut Vec<u8>) -> io::Result<()> {
    for text in texts {
        let length = text.map_or(Ok(NONE), |text| u32::try_from(text.len())).map_err(io::Error::other)?;
        block.extend(length.to_le_bytes());
    }
    texts.into_iter().flatten().for_each(|text| block.extend(text.as_bytes()));
    Ok(())
}

/// Takes as many from the beginning as were put there.
///
/// # Errors
/// They aren't there.
pub(super) fn take<'b, const N: usize>(block: &mut &'b [u8]) -> io::Result<[Option<&'b str>; N]> {
    let lost = || io::Error::from(io::ErrorKind::InvalidData);
    let mut lengths = [NONE; N];
    for length in &mut lengths {
        let (first, rest) = block.split_first_chunk().ok_or_else(lost)?;
        (*length, *block) = (u32::from_le_bytes(*first), rest);
    }
    let all = lengths.iter().filter(|length| **length != NONE).map(|length| *length as usize).sum();
    let (texts, rest) = block.split_at_checked(all).ok_or_else(lost)?;
    *block = rest;
    let mut texts = std::str::from_utf8(texts).map_err(|_| lost())?;
    let mut taken = [None; N];
    for (text, length) in taken.iter_mut().zip(lengths).filter(|(_, length)| *length != NONE) {
        let (first, rest) = texts.split_at_checked(length as usize).ok_or_else(lost)?;
        (*text, texts) = (Some(first), rest);
    }
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_put_is_what_is_taken(one: Option<String>, other: Option<String>, third: String) {
            let mut block = Vec::new();
            put([one.as_deref(), other.as_deref()], &mut block).expect("put");
            put([Some(third.as_str())], &mut block).expect("put");
            let mut rest = block.as_slice();
            prop_assert_eq!(take(&mut rest).expect("there"), [one.as_deref(), other.as_deref()]);
            prop_assert_eq!(take(&mut rest).expect("there"), [Some(third.as_str())]);
            prop_assert!(take::<1>(&mut rest).is_err(), "nothing is left");
        }

        #[test]
        fn no_bytes_make_it_panic(block in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _unused = take::<3>(&mut block.as_slice());
        }
    }
}
