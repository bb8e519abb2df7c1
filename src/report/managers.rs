//! Who answers for the people that findings are about. Only a report that goes to managers tells it.

use std::collections::BTreeMap;
use std::io;

use super::{Manager, Report};
use crate::model::{Employee, Roster};
use crate::roster;

impl Report {
    /// The same report, with the manager of everybody that a finding is about, as of the audit.
    ///
    /// # Errors
    /// The findings can't be read back.
    pub fn with_managers(mut self, roster: &Roster) -> io::Result<Self> {
        let people = self.findings.people(|_| true)?;
        let managers = roster::managers_of(roster, people.iter().map(String::as_str), self.run.as_of);
        let of = |id: &str| managers.get(id).copied().unwrap_or(Err("the person is not in the roster"));
        let named: BTreeMap<String, Manager> = people.iter().map(|id| (id.clone(), manager(of(id)))).collect();
        self.managers = named;
        Ok(self)
    }
}

fn manager(superior: roster::Superior<'_>) -> Manager {
    let told = |employee: &Employee| Manager {
        employee_id: Some(employee.id().to_owned()),
        name: employee.name().map(str::to_owned),
        email: employee.emails().first().map(str::to_owned),
        unknown: employee.emails().is_empty().then(|| "the manager has no e-mail address".to_owned()),
    };
    superior.map_or_else(|why| Manager { unknown: Some(why.to_owned()), ..Manager::default() }, told)
}
