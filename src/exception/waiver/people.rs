//! Who answers for a waiver, and who allowed it: people of the roster, or somebody outside of it whom
//! `[exceptions] approvers` names. Four eyes: they are two, and neither is the person concerned.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;

use crate::exception::Identity;
use crate::key::{KeyKind, Normaliser};
use crate::model::{Employee, EmployeeIndex, EmploymentStatus, Roster, Timestamp, Told, Untold};

/// Somebody whom a waiver names.
#[derive(Debug, Clone, Default)]
pub struct Party {
    /// As it is written: an employee id, an address, a login name or a name.
    pub name: String,
    /// The people of the roster who have it.
    people: Vec<EmployeeIndex>,
    /// Everything by which they can be called.
    keys: BTreeSet<String>,
    /// Whether `[exceptions] approvers` names them.
    is_listed: bool,
}

/// What speaks against somebody, or what can't be told of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Doubt {
    /// The waiver doesn't hold.
    Void(&'static str),
    /// It holds, and this is said.
    Untold(&'static str),
}

/// Finds the people whom a file names.
#[derive(Debug)]
pub(super) struct People<'r> {
    roster: &'r Roster,
    normaliser: &'r Normaliser,
    listed: BTreeSet<String>,
    found: HashMap<String, Vec<EmployeeIndex>>,
}

impl<'r> People<'r> {
    /// One pass over the roster, whatever the number of waivers.
    pub(super) fn find<'w>(
        roster: &'r Roster,
        normaliser: &'r Normaliser,
        approvers: &[String],
        written: impl Iterator<Item = &'w str>,
    ) -> Self {
        let mut found: HashMap<String, Vec<EmployeeIndex>> =
            written.map(|name| (spelt(normaliser, name), Vec::new())).filter(|(name, _)| !name.is_empty()).collect();
        if !found.is_empty() {
            for (index, employee) in (0..).map(EmployeeIndex).zip(&roster.employees) {
                for name in names(employee) {
                    if let Some(people) = found.get_mut(&spelt(normaliser, name))
                        && people.last() != Some(&index)
                    {
                        people.push(index);
                    }
                }
            }
        }
        let listed = approvers.iter().map(|name| spelt(normaliser, name)).filter(|name| !name.is_empty()).collect();
        Self { roster, normaliser, listed, found }
    }

    /// Whom a text names; `None`, if it stands for nothing.
    pub(super) fn party(&self, written: &str) -> Option<Party> {
        let key = spelt(self.normaliser, written);
        if key.is_empty() {
            return None;
        }
        let people = self.found.get(&key).cloned().unwrap_or_default();
        let employees = people.iter().filter_map(|index| self.roster.employee(*index));
        let keys = employees.flat_map(names).map(|name| spelt(self.normaliser, name)).filter(|key| !key.is_empty());
        let is_listed = self.listed.contains(&key);
        Some(Party { name: written.trim().to_owned(), keys: keys.chain([key.clone()]).collect(), people, is_listed })
    }
}

fn spelt(normaliser: &Normaliser, name: &str) -> String {
    normaliser.key(KeyKind::Address, name).text.into_owned()
}

fn names(employee: &Employee) -> impl Iterator<Item = &str> {
    [employee.id()].into_iter().chain(employee.emails()).chain(employee.usernames()).chain(employee.name())
}

impl Party {
    /// Whether the two could be one person: they have a key in common.
    pub(super) fn could_be(&self, other: &Self) -> bool {
        !self.keys.is_disjoint(&other.keys)
    }

    /// Whether one of the account's keys, or of these names, is theirs.
    pub(super) fn has_any_of<'n>(&self, account: &Identity, mut names: impl Iterator<Item = &'n str>) -> bool {
        let normaliser = Normaliser::default();
        !self.keys.is_disjoint(&account.keys) || names.any(|name| self.keys.contains(&spelt(&normaliser, name)))
    }

    /// Whether somebody who answers for a waiver works here.
    pub(super) fn doubt_as_owner(&self, roster: &Roster, now: Timestamp) -> Option<Doubt> {
        if self.people.is_empty() {
            return Some(Doubt::Void("its owner is not in the roster"));
        }
        match self.any(roster, |person| person.left(now).map(|left| !left)) {
            Ok(true) => None,
            Ok(false) => Some(Doubt::Void("its owner has left")),
            Err(_) => Some(Doubt::Untold("the roster doesn't tell whether the owner works here")),
        }
    }

    /// Whether somebody who allowed a waiver could do so on its first day, which begins at `start`.
    pub(super) fn doubt_as_approver(&self, roster: &Roster, day: NaiveDate, start: Timestamp) -> Option<Doubt> {
        if self.is_listed {
            return None;
        }
        if self.people.is_empty() {
            return Some(Doubt::Void("its approver is neither in the roster nor among [exceptions] approvers"));
        }
        match self.any(roster, |person| worked_here(person, day, start)) {
            Ok(true) => None,
            Ok(false) => Some(Doubt::Void("its approver didn't work here when it was created")),
            Err(_) => {
                Some(Doubt::Untold("the roster doesn't tell whether the approver worked here when it was created"))
            }
        }
    }

    /// Whether it holds for any of those who could be meant.
    fn any(&self, roster: &Roster, holds: impl Fn(&Employee) -> Told<bool>) -> Told<bool> {
        let mut answer = Ok(false);
        for person in self.people.iter().filter_map(|index| roster.employee(*index)) {
            match holds(person) {
                Ok(true) => return Ok(true),
                Ok(false) => {}
                untold => answer = untold,
            }
        }
        answer
    }
}

/// Whether a person worked here on an earlier day.
fn worked_here(person: &Employee, day: NaiveDate, start: Timestamp) -> Told<bool> {
    let employment = person.employment();
    if employment.is_contradictory {
        return Err(Untold::Contradiction);
    }
    if employment.start_date.is_ok_and(|first| first > day) {
        // There may have been an employment before the last one.
        return Ok(employment.previous_end_date.is_some_and(|last| last >= day));
    }
    match (employment.end_date, employment.ends_at) {
        (Ok(Some(_)), Some(end)) => Ok(start < end),
        // Somebody has left, and nobody tells when.
        _ if employment.status == Ok(EmploymentStatus::Terminated) => Err(Untold::Blank),
        _ => person.left(start).map(|left| !left),
    }
}
