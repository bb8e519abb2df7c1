//! How much of something there may be: `"512 MB"`.

use toml::Spanned;

use crate::base::diagnostic::Diagnostic;
use crate::setting::ConfigText;

/// A number of bytes that somebody wrote with a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteSize(pub u64);

/// From the largest, so that a size is told in the largest that fits.
const UNITS: [(&str, u64); 3] = [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)];

impl ByteSize {
    /// Larger than any workbook of people, and small enough for most machines.
    pub const UNPACKED: Self = Self(512_000_000);

    pub(super) fn check(value: &Spanned<String>, text: &ConfigText) -> Result<Self, Diagnostic> {
        Self::parse(value.get_ref()).ok_or_else(|| {
            let message = format!("\"{}\" is not a size", value.get_ref());
            text.error(value.span(), message).help("a whole number of kB, MB or GB, for example \"512 MB\"")
        })
    }

    fn parse(text: &str) -> Option<Self> {
        let (number, unit) = text.trim().split_at(text.trim().find(|c: char| !c.is_ascii_digit())?);
        let (_, bytes) = UNITS.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(unit.trim()))?;
        number.parse::<u64>().ok()?.checked_mul(bytes).filter(|bytes| *bytes > 0).map(Self)
    }
}

impl std::fmt::Display for ByteSize {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match UNITS.iter().find(|(_, bytes)| self.0.is_multiple_of(*bytes)) {
            Some((name, bytes)) => write!(f, "{} {name}", self.0 / bytes),
            None => write!(f, "{} bytes", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_they_are_told() {
        for (text, bytes) in [("512 MB", 512_000_000), ("2GB", 2_000_000_000), (" 40 kb ", 40_000)] {
            let size = ByteSize::parse(text).expect(text);
            assert_eq!(size.0, bytes);
            assert_eq!(ByteSize::parse(&size.to_string()), Some(size));
        }
        for text in ["", "512", "MB", "-1 MB", "1.5 GB", "0 MB", "99999999999999999999 kB", "18446744073709551615 GB"] {
            assert_eq!(ByteSize::parse(text), None, "{text}");
        }
        assert_eq!(ByteSize::UNPACKED.to_string(), "512 MB");
    }
}
