//! Who has no manager that could be asked. HR systems name managers by id, by address or by name.

use std::sync::OnceLock;

use super::quality::issue;
use crate::base::parallel;
use crate::key::{Key, KeyMap};
use crate::model::{ColumnRole, Employee, Roster, RosterIssue, RosterIssueKind, Timestamp};
use crate::table::fold;

/// Everybody who works here at `now` and whose manager is missing, unknown, or has left. Nothing, if the roster has
/// no managers at all.
pub fn without_manager(roster: &Roster, now: Timestamp) -> Vec<RosterIssue> {
    if !roster.columns.contains_key(&ColumnRole::Manager) {
        return Vec::new();
    }
    let people = People::new(roster, now);
    let without = |employee: &Employee| {
        let found: Vec<Option<bool>> = employee.managers().iter().map(|manager| people.works_here(manager)).collect();
        let why = match found.as_slice() {
            [] => "no manager is given",
            all if all.contains(&Some(true)) => return None,
            all if all.contains(&Some(false)) => "the manager has left",
            _ => "the manager is not in the roster",
        };
        Some(issue(employee, RosterIssueKind::NoManager, format!("employee {}: {why}", employee.id())))
    };
    let parts: Vec<&[Employee]> = roster.employees.chunks(PART).collect();
    let here = |part: &&[Employee]| -> Vec<RosterIssue> {
        part.iter().filter(|employee| !employee.has_left(now)).filter_map(without).collect()
    };
    parallel::map(&parts, here).into_iter().flatten().collect()
}

/// How many people are looked at in one go.
const PART: usize = 1 << 13;

/// The people under all names by which a manager may be called. Most rosters use one kind of name, so that the
/// others are listed only when they are asked for.
struct People<'r> {
    employees: &'r [Employee],
    now: Timestamp,
    by_id: Present,
    by_email: OnceLock<Present>,
    by_name: OnceLock<Present>,
}

/// A manager as the roster calls them: `1001`, `jane@x.example`, `Jane Doe`, `Doe, Jane`, `Jane Doe (1001)`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named<'m> {
    name: &'m str,
    id: &'m str,
}

impl<'m> Named<'m> {
    pub(super) fn of(manager: &'m str) -> Self {
        match manager.strip_suffix(')').and_then(|rest| rest.rsplit_once('(')) {
            Some((name, id)) => Self { name, id },
            None => Self { name: manager, id: manager },
        }
    }

    /// What to look for, in this order: an id or an address, then a name.
    pub(super) fn keys(&self) -> [Key; 2] {
        [Key::of(self.id), name_key(self.name)]
    }
}

/// A name in the order in which it is spoken: `Doe, Jane` is Jane Doe.
pub(super) fn name_key(name: &str) -> Key {
    let (family, given) = name.split_once(',').unwrap_or(("", name));
    Key::of_parts([fold(given).as_str(), fold(family).as_str()])
}

/// Whether anybody of that name works here.
type Present = KeyMap<bool>;

impl<'r> People<'r> {
    fn new(roster: &'r Roster, now: Timestamp) -> Self {
        let employees = roster.employees.as_slice();
        let by_id = present(employees, now, |employee| [Key::of(employee.id())]);
        Self { employees, now, by_id, by_email: OnceLock::new(), by_name: OnceLock::new() }
    }

    /// Whether the person works here whom this may mean; `None`, if there is no such person.
    fn works_here(&self, manager: &str) -> Option<bool> {
        let Named { name, id } = Named::of(manager);
        if let Some(present) = self.by_id.get(&Key::of(id)) {
            return Some(*present);
        }
        let known = if manager.contains('@') {
            let emails = |employee: &'r Employee| employee.emails().iter().map(Key::of);
            self.by_email.get_or_init(|| present(self.employees, self.now, emails)).get(&Key::of(id))
        } else {
            let names = |employee: &'r Employee| employee.name().map(name_key);
            self.by_name.get_or_init(|| present(self.employees, self.now, names)).get(&name_key(name))
        };
        known.copied()
    }
}

fn present<'r, K: IntoIterator<Item = Key>>(
    employees: &'r [Employee],
    now: Timestamp,
    keys: impl Fn(&'r Employee) -> K + Sync,
) -> Present {
    let parts: Vec<&[Employee]> = employees.chunks(PART).collect();
    let here = |part: &&'r [Employee]| -> Vec<(Key, bool)> {
        let stays = part.iter().map(|employee| (employee, !employee.has_left(now)));
        stays.flat_map(|(employee, stays)| keys(employee).into_iter().map(move |key| (key, stays))).collect()
    };
    let mut present = Present::with_capacity_and_hasher(employees.len(), <_>::default());
    for (key, stays) in parallel::map(&parts, here).into_iter().flatten() {
        *present.entry(key).or_default() |= stays;
    }
    present
}
