//! Who could own an account, as rules may know it.

use crate::model::{Employee, EmployeeIndex, Roster, Situation, Timestamp};
use crate::rule::EmployeeScope;

/// The people whom an account's keys name: nobody, its owner, or several of whom nobody knows which it is.
#[derive(Debug, Clone, Default)]
pub(super) struct Owners<'r> {
    first: Option<&'r Employee>,
    all: Vec<&'r Employee>,
}

impl<'r> Owners<'r> {
    /// Of an account for which the tiers say `found`.
    pub(super) fn of(found: &Situation, roster: &'r Roster) -> Self {
        let mut several: Vec<EmployeeIndex> = match found {
            Situation::Matched { employee, .. } => return Self { first: roster.employee(*employee), all: Vec::new() },
            Situation::Unmatched | Situation::Declared { .. } => return Self::default(),
            Situation::Ambiguous { candidates, .. } => candidates.clone(),
            Situation::Conflict { named } => named.iter().map(|(_, employee)| *employee).collect(),
        };
        several.sort_unstable();
        several.dedup();
        let all: Vec<_> = several.into_iter().filter_map(|index| roster.employee(index)).collect();
        Self { first: all.first().copied(), all }
    }

    /// Of an account for which the organisation vouches: what it says of the owner goes before the keys, unless all whom they
    /// name have left. Then it is a leaver's account, whatever it is called.
    #[must_use]
    pub(super) fn of_declared(self, headings: &'r [String], now: Timestamp) -> Self {
        if self.scope(headings).is_some_and(|people| people.have_all_left(now)) { self } else { Self::default() }
    }

    /// As rules may know them.
    pub(super) fn scope<'s>(&'s self, headings: &'s [String]) -> Option<EmployeeScope<'s>> {
        EmployeeScope::several(&self.all, headings)
            .or_else(|| self.first.map(|employee| EmployeeScope::one(employee, headings)))
    }
}
