//! Where the people that findings are about belong, and who answers for them: what a report needs to say whom to ask.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::{Manager, Report};
use crate::key::{Key, KeyMap};
use crate::model::{Employee, Roster};
use crate::roster;

impl Report {
    /// The same report, with department and manager of the people that findings are about, as of the audit: of `most`
    /// people, those of the worst findings first.
    ///
    /// # Errors
    /// The findings can't be read back.
    pub fn with_managers(mut self, roster: &Roster, most: usize) -> io::Result<Self> {
        let people = self.findings.people(|_| true, most)?;
        if people.is_empty() {
            return Ok(self);
        }
        let managers = roster::managers_of(roster, people.iter().map(String::as_str), self.run.as_of);
        let departments = departments(roster, &people);
        let of = |id: &str| managers.get(id).copied().unwrap_or(Err("the person is not in the roster"));
        let named: BTreeMap<String, Manager> = people
            .iter()
            .map(|id| (id.clone(), Manager { department: departments.get(id.as_str()).cloned(), ..manager(of(id)) }))
            .collect();
        self.managers = named;
        Ok(self)
    }
}

/// Of two people with one id, the first, as it is with managers.
fn departments<'p>(roster: &Roster, people: &'p BTreeSet<String>) -> BTreeMap<&'p str, String> {
    let wanted: KeyMap<&'p str> = people.iter().map(|id| (Key::of(id), id.as_str())).collect();
    let mut found = BTreeMap::new();
    for employee in &roster.employees {
        if let (Some(id), Some(department)) = (wanted.get(&Key::of(employee.id())), employee.department()) {
            found.entry(*id).or_insert_with(|| department.to_owned());
        }
    }
    found
}

fn manager(superior: roster::Superior<'_>) -> Manager {
    let told = |employee: &Employee| Manager {
        employee_id: Some(employee.id().to_owned()),
        name: employee.name().map(str::to_owned),
        email: employee.emails().first().map(str::to_owned),
        unknown: employee.emails().is_empty().then(|| "the manager has no e-mail address".to_owned()),
        department: None,
    };
    superior.map_or_else(|why| Manager { unknown: Some(why.to_owned()), ..Manager::default() }, told)
}
