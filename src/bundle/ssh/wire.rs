//! Bytes as SSH packs them: numbers with their highest byte first, and texts behind their length.

/// Reads one field after the other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wire<'b>(&'b [u8]);

impl<'b> Wire<'b> {
    pub(super) const fn new(bytes: &'b [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn take(&mut self, length: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    pub(super) fn number(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    pub(super) fn bytes(&mut self) -> Option<&'b [u8]> {
        let length = self.number()?;
        self.take(usize::try_from(length).ok()?)
    }

    pub(super) fn text(&mut self) -> Option<&'b str> {
        std::str::from_utf8(self.bytes()?).ok()
    }

    /// A whole number that isn't negative, without zeros before it.
    pub(super) fn magnitude(&mut self) -> Option<&'b [u8]> {
        let bytes = self.bytes()?;
        match bytes {
            [0, high, ..] if *high >= 0x80 => bytes.get(1..),
            [0, ..] => None,
            [high, ..] if *high >= 0x80 => None,
            _ => Some(bytes),
        }
    }

    /// Nothing follows.
    pub(super) fn end(self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}

/// A text behind its length.
pub(super) fn packed(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes(), bytes].concat()
}
