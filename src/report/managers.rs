//! Who answers for the people that findings are about. Only a report that goes to managers tells it.

use super::{Manager, Report};
use crate::model::{Employee, Roster};
use crate::roster;

impl Report {
    /// The same report, with the manager of everybody that a finding is about, as of the audit.
    #[must_use]
    pub fn with_managers(mut self, roster: &Roster) -> Self {
        let people = self.findings.iter().filter_map(|finding| finding.subject.employee_id.as_deref());
        let managers = roster::managers_of(roster, people, self.run.as_of);
        let managers = managers.into_iter().map(|(id, superior)| (id.to_owned(), manager(superior))).collect();
        self.managers = managers;
        self
    }
}

fn manager(superior: roster::Superior<'_>) -> Manager {
    let told = |employee: &Employee| Manager {
        employee_id: Some(employee.id.to_string()),
        name: employee.name.clone(),
        email: employee.emails.first().cloned(),
        unknown: employee.emails.is_empty().then(|| "the manager has no e-mail address".to_owned()),
    };
    superior.map_or_else(|why| Manager { unknown: Some(why.to_owned()), ..Manager::default() }, told)
}
