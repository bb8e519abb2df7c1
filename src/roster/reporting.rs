//! Whom to ask about a person: their manager as an employee, found by the name that the roster uses for managers. Nobody is
//! asked about themselves: where the roster names the person as their own manager, whoever stands above is asked.

use std::collections::{BTreeMap, BTreeSet};

use super::managers::{Named, name_key};
use crate::key::{Key, KeyMap, KeySet};
use crate::model::{Employee, Roster, Timestamp};

/// Whom to ask about a person, or why nobody can be asked.
pub type Superior<'r> = Result<&'r Employee, &'static str>;

/// How far up somebody is looked for who isn't the person themselves. Each step reads the roster once.
const HIGHEST: usize = 8;

/// The managers of these people (by employee id) as of `now`. A name that several people share names nobody.
pub fn managers_of<'p, 'r>(
    roster: &'r Roster,
    people: impl IntoIterator<Item = &'p str>,
    now: Timestamp,
) -> BTreeMap<&'p str, Superior<'r>> {
    let ids: KeyMap<&'p str> = people.into_iter().map(|id| (Key::of(id), id)).collect();
    let mut asked: Vec<Asked<'p, 'r>> = roster
        .employees
        .iter()
        .filter_map(|person| Some(Asked::new(ids.get(&Key::of(person.id()))?, person)))
        .collect();
    let mut found = BTreeMap::new();
    for _ in 0..HIGHEST {
        let named = find(roster, asked.iter().flat_map(|asked| &asked.managers));
        let mut higher = Vec::new();
        for mut asked in asked {
            match asked.superior(&named, now) {
                Some(superior) => {
                    // Of two people with one id, the first.
                    found.entry(asked.id).or_insert(superior);
                }
                None => higher.push(asked),
            }
        }
        asked = higher;
        if asked.is_empty() {
            break;
        }
    }
    for asked in asked {
        found.entry(asked.id).or_insert(Err(NOBODY_ABOVE));
    }
    found
}

/// What the managers are called who work here at `now`, by what the roster writes for them.
pub fn manager_names(roster: &Roster, now: Timestamp) -> BTreeMap<String, String> {
    let written: BTreeSet<&str> = roster.employees.iter().flat_map(|employee| employee.managers().iter()).collect();
    let named: Vec<(&str, Named<'_>)> = written.into_iter().map(|words| (words, Named::of(words))).collect();
    let found = find(roster, named.iter().map(|(_, named)| named));
    let names = named.iter().filter_map(|(words, named)| {
        let name = one_superior(named, &found, now).ok()?.name()?;
        Some(((*words).to_owned(), name.to_owned()))
    });
    names.collect()
}

const NOBODY_ABOVE: &str = "HR names the person as their own manager, and nobody above";

/// A person whose manager is looked for.
struct Asked<'p, 'r> {
    id: &'p str,
    person: &'r Employee,
    /// The managers of whoever was reached last on the way up.
    managers: Vec<Named<'r>>,
    /// Who has been passed on the way up.
    passed: Vec<&'r Employee>,
}

impl<'p, 'r> Asked<'p, 'r> {
    fn new(id: &'p str, person: &'r Employee) -> Self {
        Self { id, person, managers: named(person), passed: Vec::new() }
    }

    /// The first manager who can be asked; else, why the first can't. None: it is the person themselves, and the managers
    /// are now those of their other self.
    fn superior(&mut self, found: &KeyMap<Vec<&'r Employee>>, now: Timestamp) -> Option<Superior<'r>> {
        let all: Vec<Superior<'r>> = self.managers.iter().map(|manager| one_superior(manager, found, now)).collect();
        let (own, others): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|superior| superior.is_ok_and(|superior| is_one(superior, self.person)));
        if let Some(first) = others.first() {
            return Some(others.iter().find(|superior| superior.is_ok()).copied().unwrap_or(*first));
        }
        let Some(Ok(own)) = own.first().copied() else { return Some(Err("no manager is given")) };
        let was_here = own.id() == self.person.id() || self.passed.iter().any(|passed| std::ptr::eq(*passed, own));
        self.passed.push(own);
        self.managers = named(own);
        was_here.then_some(Err(NOBODY_ABOVE))
    }
}

fn named(person: &Employee) -> Vec<Named<'_>> {
    person.managers().iter().map(Named::of).collect()
}

/// Whether mail to one would reach the other: they have an identifier or an address in common.
fn is_one(superior: &Employee, person: &Employee) -> bool {
    let reached = |other: &str| person.emails().iter().any(|email| Key::of(email) == Key::of(other));
    Key::of(superior.id()) == Key::of(person.id()) || superior.emails().iter().any(reached)
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

    /// Somebody who reads the mailbox of two records.
    fn shared(id: &str, manager: &str) -> Employee {
        let email = if matches!(id, "11" | "12") { "Two@example.com" } else { "loop@example.com" };
        let works_here = Employment { status: Ok(EmploymentStatus::Active), ..Employment::default() };
        Employee::new(&Profile {
            id,
            name: "Two Records",
            managers: &[manager],
            emails: &[email],
            ..Profile::default()
        })
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
                person("10", "Gus Self", "10"),
                shared("11", "12"),
                shared("12", "2"),
                shared("13", "14"),
                shared("14", "13"),
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
    fn managers_are_called_by_their_names() {
        let roster = Roster {
            employees: vec![
                person("1", "Ann Lee", "2"),
                person("2", "Bob Ray", "Nobody"),
                person("3", "Cy", "Ray, Bob"),
            ],
            ..Roster::default()
        };
        let names = manager_names(&roster, "2026-11-20T08:00:00Z".parse().expect("a time"));
        let of = |words: &str| names.get(words).map(String::as_str);
        assert_eq!((of("2"), of("Ray, Bob"), of("Nobody")), (Some("Bob Ray"), Some("Bob Ray"), None));
    }

    #[test]
    fn whoever_can_not_be_asked_is_not_guessed() {
        assert_eq!(manager_of("2"), Err("no manager is given"));
        assert_eq!(manager_of("6"), Err("several people are called as the manager is"));
        assert_eq!(manager_of("7"), Err("the manager has left"));
        assert_eq!(manager_of("8"), Err("the manager is not in the roster"));
    }

    #[test]
    fn nobody_is_asked_about_themselves_but_whoever_stands_above() {
        assert_eq!(manager_of("11").as_deref(), Ok("2"), "12 has the same mailbox");
        assert_eq!(manager_of("12").as_deref(), Ok("2"));
        for id in ["10", "13", "14"] {
            assert_eq!(manager_of(id), Err(NOBODY_ABOVE), "{id}");
        }
    }
}
