//! Which facts of vendors and of the roster are missing: the members of the language's set.

use crate::expression::Missing;
use crate::model::{EmployeeFact, FactName};

impl Missing {
    /// One missing fact, which a vendor doesn't tell.
    pub const fn of(name: FactName) -> Self {
        Self::numbered(name as usize)
    }

    /// One missing fact, which the roster doesn't tell.
    pub const fn of_employee(fact: EmployeeFact) -> Self {
        Self::numbered(fact as usize + FactName::ALL.len())
    }

    /// Whether the roster doesn't tell something of it.
    pub fn is_of_roster(self) -> bool {
        self.of_roster().next().is_some()
    }

    /// Whether `name` is among them.
    pub const fn contains(self, name: FactName) -> bool {
        self.has_any(Self::of(name))
    }

    /// What vendors don't tell, in the order of the account's definition.
    pub fn iter(self) -> impl Iterator<Item = FactName> {
        FactName::ALL.into_iter().filter(move |name| self.contains(*name))
    }

    /// What the roster doesn't tell, in the order of the employee's definition.
    pub fn of_roster(self) -> impl Iterator<Item = EmployeeFact> {
        EmployeeFact::ALL.into_iter().filter(move |fact| self.has_any(Self::of_employee(*fact)))
    }

    /// The names of all, as reports have them.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        self.iter().map(FactName::as_str).chain(self.of_roster().map(EmployeeFact::as_str))
    }
}

impl FromIterator<FactName> for Missing {
    fn from_iter<I: IntoIterator<Item = FactName>>(names: I) -> Self {
        names.into_iter().fold(Self::default(), |set, name| set.and(Self::of(name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_facts_are_named_in_the_order_of_the_account() {
        let missing = Missing::of(FactName::LastLoginAt).and(Missing::of(FactName::Status));
        assert_eq!(missing.iter().collect::<Vec<_>>(), [FactName::Status, FactName::LastLoginAt]);
        assert!(missing.contains(FactName::Status) && !missing.contains(FactName::Locked));
        assert!(FactName::ALL.len() + EmployeeFact::ALL.len() <= Missing::MOST);
        let kind = Missing::of_employee(EmployeeFact::Kind);
        assert_eq!(missing.and(kind).names().collect::<Vec<_>>(), ["status", "last_login_at", "employee.kind"]);
        assert!(kind.is_of_roster() && !missing.is_of_roster());
    }
}
