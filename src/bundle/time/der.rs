//! DER, as far as a time stamp needs it: definite lengths in their shortest form.

pub(super) const BOOLEAN: u8 = 0x01;
pub(super) const INTEGER: u8 = 0x02;
pub(super) const OCTETS: u8 = 0x04;
pub(super) const OBJECT: u8 = 0x06;
pub(super) const TIME: u8 = 0x18;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;
/// `[0]`, with more inside.
pub(super) const FIRST: u8 = 0xa0;

/// Reads one value after the other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Der<'b>(&'b [u8]);

impl<'b> Der<'b> {
    pub(super) const fn new(bytes: &'b [u8]) -> Self {
        Self(bytes)
    }

    /// The contents of the next value, which is of this kind.
    pub(super) fn next(&mut self, tag: u8) -> Option<&'b [u8]> {
        let (found, rest) = self.0.split_first()?;
        let (length, rest) = length(rest)?;
        let (contents, rest) = rest.split_at_checked(length)?;
        (*found == tag).then(|| self.0 = rest)?;
        Some(contents)
    }

    /// The same, with what is inside it.
    pub(super) fn enter(&mut self, tag: u8) -> Option<Self> {
        self.next(tag).map(Self)
    }

    /// The next value if it is of this kind.
    pub(super) fn optional(&mut self, tag: u8) -> Option<&'b [u8]> {
        if self.0.first() == Some(&tag) { self.next(tag) } else { None }
    }

    pub(super) const fn is_empty(self) -> bool {
        self.0.is_empty()
    }
}

fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    if *first < 0x80 {
        return Some((usize::from(*first), rest));
    }
    let (digits, rest) =
        rest.split_at_checked(usize::from(first & 0x7f)).filter(|(digits, _)| (1..=4).contains(&digits.len()))?;
    let number = digits.iter().fold(0_usize, |number, digit| number << 8 | usize::from(*digit));
    let is_shortest = number >= 0x80 && digits.first() != Some(&0);
    is_shortest.then_some((number, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_in_their_shortest_form() {
        let long = [&[OCTETS, 0x81, 0x80][..], &[7; 0x80]].concat();
        assert_eq!(Der::new(&long).next(OCTETS), Some(&[7; 0x80][..]));
        assert_eq!(Der::new(&[OCTETS, 1, 9, 5]).next(OCTETS), Some(&[9][..]));
        for broken in [
            &[OCTETS, 0x81, 1, 9][..],
            &[OCTETS, 0x80, 0, 0],
            &[OCTETS, 2, 9],
            &[OCTETS],
            &[],
            &[OCTETS, 0x85, 0, 0, 0, 0, 1, 9],
        ] {
            assert_eq!(Der::new(broken).next(OCTETS), None, "{broken:?}");
        }
        let mut der = Der::new(&[INTEGER, 1, 9]);
        assert_eq!(der.next(OCTETS), None);
        assert_eq!((der.optional(OCTETS), der.optional(INTEGER), der.is_empty()), (None, Some(&[9][..]), true));
    }
}
