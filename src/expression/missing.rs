//! What has to be known and isn't: a set, whose members only its user can name.

/// The facts that are missing for a judgement, as a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Missing(u32);

impl Missing {
    /// No missing fact.
    pub const NOTHING: Self = Self(0);
    /// A fact that has not been read yet, and may be known.
    pub(super) const LATER: Self = Self::numbered(Self::MOST);
    /// How many facts there can be.
    pub(crate) const MOST: usize = 31;

    /// One missing fact, by its number below [`Missing::MOST`].
    pub(crate) const fn numbered(number: usize) -> Self {
        Self(1 << number)
    }

    /// All that is missing in either.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether nothing is missing.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether some of the others are missing, too.
    pub(crate) const fn has_any(self, others: Self) -> bool {
        self.0 & others.0 != 0
    }

    /// Whether something has not been read yet.
    pub(super) const fn is_for_now(self) -> bool {
        self.has_any(Self::LATER)
    }

    /// The same for the same facts.
    pub(crate) const fn to_bytes(self) -> [u8; 4] {
        self.0.to_ne_bytes()
    }
}
