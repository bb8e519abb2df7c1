//! Which facts are known to be there, where some part of a condition is evaluated.

/// A set of facts that are there, by their position in the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Proven(u128);

impl Proven {
    pub(super) const NOTHING: Self = Self(0);
    /// For messages, which say themselves that something is absent.
    pub(super) const EVERYTHING: Self = Self(u128::MAX);

    pub(super) const fn of(fact: usize) -> Self {
        Self(1 << fact)
    }

    pub(super) const fn contains(self, fact: usize) -> bool {
        self.0 & (1 << fact) != 0
    }

    /// What either proves.
    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What both prove.
    pub(super) const fn both(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}
