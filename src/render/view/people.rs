//! The same findings by person: all that one employee has, over all vendors.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;

use super::entries::{Entries, Group};
use super::text::NAME;
use crate::render::escape::{clip, short};

/// Every employee with findings in more than one place, worst first. Whoever has them in one place only is
/// already whole in that place's row.
#[derive(Debug)]
pub(in crate::render) struct People<'e, 'r>(Vec<(&'r str, Vec<&'e Group<'r>>)>);

/// One row: an employee and what was found about their accounts.
#[derive(Debug, Serialize)]
pub(in crate::render) struct Person {
    name: String,
    employee_id: String,
    severity: &'static str,
    subjects: Vec<PersonSubject>,
}

#[derive(Debug, Serialize)]
struct PersonSubject {
    label: String,
    severity: &'static str,
    anchor: String,
    rules: String,
}

impl<'e, 'r> People<'e, 'r> {
    pub(in crate::render) fn new(entries: &'e Entries<'r>) -> Self {
        let mut places = HashMap::new();
        let mut people: Vec<(&'r str, Vec<&'e Group<'r>>)> = Vec::new();
        for group in entries.groups() {
            let Some(employee) = group.first(|finding| finding.subject.employee_id.as_deref()) else { continue };
            let place = *places.entry(employee).or_insert(people.len());
            match people.get_mut(place) {
                Some((_, groups)) => groups.push(group),
                None => people.push((employee, vec![group])),
            }
        }
        people.retain(|(_, groups)| groups.len() > 1);
        Self(people)
    }

    pub(in crate::render) fn len(&self) -> usize {
        self.0.len()
    }

    /// Their rows. `shown` are the fingerprints that the document holds: only those are linked to.
    pub(in crate::render) fn rows(&self, shown: &BTreeSet<&str>) -> impl Iterator<Item = Person> {
        self.0.iter().map(|(employee, groups)| Person {
            name: name(groups),
            employee_id: clip(employee, NAME),
            severity: groups.first().map_or("", |group| group.severity()),
            subjects: groups.iter().take(50).map(|group| PersonSubject::new(group, shown)).collect(),
        })
    }
}

fn name(groups: &[&Group<'_>]) -> String {
    let known = groups.iter().map(|group| group.words("employee.name")).find(|name| !name.is_empty());
    known.or_else(|| groups.first().map(|group| group.title())).map(|name| clip(&name, NAME)).unwrap_or_default()
}

impl PersonSubject {
    fn new(group: &Group<'_>, shown: &BTreeSet<&str>) -> Self {
        let first = group.findings.first().map(|finding| finding.fingerprint.as_str()).unwrap_or_default();
        let id = group.first(|finding| finding.subject.account_id.as_deref());
        let members = || group.first(|finding| finding.subject.members.as_deref()).unwrap_or_default().join(", ");
        let mut rules: Vec<_> = group.findings.iter().map(|finding| finding.rule.as_str()).collect();
        rules.dedup();
        Self {
            label: match (group.source(), id) {
                (source, _) if source.is_empty() => "HR roster".to_owned(),
                (source, Some(id)) => format!("{source} / {}", clip(id, NAME)),
                (source, None) => format!("{source} / {}", clip(&members(), NAME)),
            },
            severity: group.severity(),
            anchor: if shown.contains(first) { short(first) } else { String::new() },
            rules: clip(&rules.join(", "), NAME),
        }
    }
}
