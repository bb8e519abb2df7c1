//! Why a roster is not read: the mistakes, and whether all of it is that a column has gone.

use std::collections::BTreeSet;

use crate::base::diagnostic::Diagnostic;
use crate::model::ColumnRole;

/// Files that can't be used.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Refusal {
    /// Every file that can't be used, with place, reason and cure.
    pub mistakes: Vec<Diagnostic>,
    /// The columns that are missing, if nothing else is wrong. An audit that was here before knows whether they have
    /// been lost since, or have never been there.
    pub missing: BTreeSet<ColumnRole>,
}

impl Refusal {
    /// The file has no column that serves this.
    pub(super) fn missing(role: ColumnRole, mistake: Diagnostic) -> Self {
        Self { mistakes: vec![mistake], missing: BTreeSet::from([role]) }
    }

    /// One more refusal.
    pub(super) fn add(&mut self, other: Self) {
        let alone = |refusal: &Self| refusal.mistakes.is_empty() || !refusal.missing.is_empty();
        if alone(self) && alone(&other) {
            self.missing.extend(other.missing);
        } else {
            self.missing.clear();
        }
        self.mistakes.extend(other.mistakes);
    }

    /// The value, if nothing was refused.
    pub(super) fn unless<T>(self, value: T) -> Result<T, Self> {
        if self.mistakes.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl From<Diagnostic> for Refusal {
    fn from(mistake: Diagnostic) -> Self {
        Self { mistakes: vec![mistake], missing: BTreeSet::new() }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_column_is_missing_only_if_nothing_else_is_wrong() {
        let mistake = || Diagnostic::of_file(Path::new("hr.csv"), "wrong");
        let lost = |role| Refusal::missing(role, mistake());
        let mut refusal = Refusal::default();
        refusal.add(lost(ColumnRole::Email));
        refusal.add(lost(ColumnRole::EmployeeId));
        assert_eq!(refusal.missing.len(), 2);
        refusal.add(mistake().into());
        assert_eq!((refusal.missing.len(), refusal.mistakes.len()), (0, 3));
        refusal.add(lost(ColumnRole::Email));
        assert_eq!((refusal.missing.len(), refusal.mistakes.len()), (0, 4));
    }
}
