//! Whom to ask about a person: their manager as an employee, found by the name that the roster uses for managers.

use std::collections::BTreeMap;

use super::managers::{Named, name_key};
use crate::key::{Key, KeyMap, KeySet};
use crate::model::{Employee, Roster, Timestamp};

/// Whom to ask about a person, or why nobody can be asked.
pub type Superior<'r> = Result<&'r Employee, &'static str>;

/// The managers of these people (by employee id) as of `now`. A name that several people share names nobody.
pub fn managers_of<'p, 'r>(
    roster: &'r Roster,
    people: impl IntoIterator<Item = &'p str>,
    now: Timestamp,
) -> BTreeMap<&'p str, Superior<'r>> {
    let ids: KeyMap<&'p str> = people.into_iter().map(|id| (Key::of(id), id)).collect();
    let asked: Vec<(&'p str, Vec<Named<'r>>)> = roster
        .employees
        .iter()
        .filter_map(|employee| {
            let id = ids.get(&Key::of(employee.id()))?;
            Some((*id, employee.managers().iter().map(Named::of).collect()))
        })
        .collect();
    let named = find(roster, asked.iter().flat_map(|(_, named)| named));
    let mut found = BTreeMap::new();
    for (id, managers) in asked {
        // Of two people with one id, the first.
        found.entry(id).or_insert_with(|| superior(&managers, &named, now));
    }
    found
}

/// The first manager who can be asked; else, why the first can't.
fn superior<'r>(managers: &[Named<'r>], found: &KeyMap<Vec<&'r Employee>>, now: Timestamp) -> Superior<'r> {
    let mut all = managers.iter().map(|manager| one_superior(manager, found, now));
    let first = all.next().unwrap_or(Err("no manager is given"));
    if first.is_ok() { first } else { all.find(Result::is_ok).unwrap_or(first) }
}

fn one_superior<'r>(manager: &Named<'r>, found: &KeyMap<Vec<&'r Employee>>, now: Timestamp) -> Superior<'r> {
    let people =
        manager.keys().into_iter().find_map(|key| found.get(&key)).ok_or("the manager is not in the roster")?;
    let mut here = people.iter().filter(|person| !person.has_left(now));
    match (here.next(), here.next()) {
        (Some(one), None) => Ok(one),
        (None, _) => Err("the manager has left"),
        (Some(_), Some(_)) => Err("several people are called as the manager is"),
    }
}

/// Everybody under the names by which these managers may be called. Only those are looked for: a roster has up to
/// millions of people, and few of them are managers.
fn find<'r, 'n>(roster: &'r Roster, managers: impl Iterator<Item = &'n Named<'r>>) -> KeyMap<Vec<&'r Employee>>
where
    'r: 'n,
{
    let wanted: KeySet = managers.flat_map(Named::keys).collect();
    let mut found: KeyMap<Vec<&'r Employee>> = KeyMap::default();
    for employee in &roster.employees {
        let id = Key::of(employee.id());
        let emails = employee.emails().iter().map(Key::of);
        let name = employee.name().map(name_key);
        for key in emails.chain(name).chain([id]).filter(|key| wanted.contains(key)) {
            let called = found.entry(key).or_default();
            // Whoever is called so in two ways is one person.
            if called.last().is_none_or(|last| !std::ptr::eq(*last, employee)) {
                called.push(employee);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Employment, EmploymentStatus, Profile};

    fn person(id: &str, name: &str, manager: &str) -> Employee {
        let email = format!("{id}@example.com");
        let managers: &[&str] = if manager.is_empty() { &[] } else { &[manager] };
        let works_here = Employment { status: Ok(EmploymentStatus::Active), ..Employment::default() };
        Employee::new(&Profile { id, name, managers, emails: &[&email], ..Profile::default() })
            .with_employment(&works_here)
    }

    fn manager_of(id: &str) -> Result<String, &'static str> {
        let mut left = person("9", "Gone By", "");
        left.change_employment(|employment| employment.status = Ok(EmploymentStatus::Terminated));
        let roster = Roster {
            employees: vec![
                person("1", "Ann Lee", "2"),
                person("2", "Bob Ray", ""),
                person("3", "Cy Dow", "2@EXAMPLE.com"),
                person("4", "Di Fox", "Ray, Bob"),
                person("5", "Ed Gil", "Bob Ray (2)"),
                person("6", "Al Twin", "Al Twin"),
                person("7", "Al Twin", "9"),
                person("8", "Flo Hay", "Nobody Known"),
                left,
            ],
            ..Roster::default()
        };
        let now = "2026-11-20T08:00:00Z".parse().expect("a time");
        let found = managers_of(&roster, [id], now);
        found[id].map(|manager| manager.id().to_owned())
    }

    #[test]
    fn a_manager_is_found_by_id_address_and_name() {
        for id in ["1", "3", "4", "5"] {
            assert_eq!(manager_of(id).as_deref(), Ok("2"), "{id}");
        }
    }

    #[test]
    fn whoever_can_not_be_asked_is_not_guessed() {
        assert_eq!(manager_of("2"), Err("no manager is given"));
        assert_eq!(manager_of("6"), Err("several people are called as the manager is"));
        assert_eq!(manager_of("7"), Err("the manager has left"));
        assert_eq!(manager_of("8"), Err("the manager is not in the roster"));
    }
}
