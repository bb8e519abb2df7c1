//! A finding as it is remembered of the earlier report: a few numbers, because there may be a million.

use chrono::NaiveDate;

use crate::model::Severity;

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One account.
    Account,
    /// Several accounts of a source.
    Group,
    /// A person.
    Employee,
    /// A source as a whole.
    Source,
    /// The HR file, or a row of it.
    Roster,
    /// A waiver or a declaration.
    Exception,
}

impl Kind {
    /// As reports spell it; anything else is about the roster.
    pub fn of(word: &str) -> Self {
        match word {
            "account" => Self::Account,
            "group" => Self::Group,
            "employee" => Self::Employee,
            "source" => Self::Source,
            "exception" => Self::Exception,
            _ => Self::Roster,
        }
    }

    /// Whether it is said of accounts of its source.
    pub const fn is_of_accounts(self) -> bool {
        matches!(self, Self::Account | Self::Group)
    }
}

/// Where the words of a finding stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    /// In the file, from this byte on.
    File(u64),
    /// Among those that were carried on, because nobody could see whether they are resolved.
    Carried(u32),
    /// Nowhere: it was resolved, and is remembered in case it comes back.
    Resolved(u32),
}

/// A finding of the earlier report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Known {
    /// The fingerprint, as two numbers.
    pub name: [u64; 2],
    pub at: At,
    pub first_seen: NaiveDate,
    pub since: NaiveDate,
    /// Their places among the names; no source is the highest.
    pub rule: u16,
    pub source: u16,
    pub kind: Kind,
    pub severity: Severity,
    pub reopened: u8,
    pub waived: bool,
}

/// No source.
pub(super) const NO_SOURCE: u16 = u16::MAX;

/// A fingerprint as two numbers: half of the room of its digits.
pub(super) fn name(fingerprint: &str) -> Option<[u64; 2]> {
    let (high, low) = fingerprint.split_at_checked(16).filter(|(_, low)| low.len() == 16)?;
    Some([u64::from_str_radix(high, 16).ok()?, u64::from_str_radix(low, 16).ok()?])
}

/// The findings of the earlier report, in the order of their names.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Index(Vec<Known>);

impl Index {
    /// Adds one; the index grows by little, because there may be a million.
    pub(super) fn push(&mut self, known: Known) {
        if self.0.len() == self.0.capacity() {
            self.0.reserve_exact(self.0.len() / 8 + 1_024);
        }
        self.0.push(known);
    }

    /// Puts them in order, and returns one that is there twice.
    pub(super) fn sort(&mut self) -> Option<Known> {
        self.0.sort_unstable_by_key(|known| known.name);
        self.0.windows(2).find_map(|pair| match pair {
            [one, other] if one.name == other.name => Some(*one),
            _ => None,
        })
    }

    pub(super) fn find(&self, name: [u64; 2]) -> Option<usize> {
        self.0.binary_search_by_key(&name, |known| known.name).ok()
    }

    pub(super) fn get(&self, at: usize) -> Option<&Known> {
        self.0.get(at)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Known> {
        self.0.iter()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_takes_little_room() {
        assert!(size_of::<Known>() <= 48);
        assert_eq!(name("0000000000000001000000000000000f"), Some([1, 15]));
        for none in ["", "0001", "zz000000000000010000000000000002", "00000000000000010000000000000002f"] {
            assert_eq!(name(none), None, "{none}");
        }
    }
}
