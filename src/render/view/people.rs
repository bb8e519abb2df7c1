//! The same findings by person: all that one employee has, over all vendors.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;

use super::entries::{Entries, Group, Subject};
use super::text::NAME;
use crate::render::RenderError;
use crate::render::escape::{clip, short};

/// Every employee with findings in more than one place, worst first. Whoever has them in one place only is
/// already whole in that place's row.
#[derive(Debug)]
pub(in crate::render) struct People<'e>(Vec<Vec<Group<'e>>>);

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

impl<'e> People<'e> {
    pub(in crate::render) fn new(entries: &'e Entries<'_>) -> Self {
        let person = |group: &Group<'_>| group.heads().find_map(|head| head.person());
        let mut places = HashMap::new();
        for group in entries.groups() {
            if let Some(person) = person(&group) {
                *places.entry(person).or_insert(0_usize) += 1;
            }
        }
        places.retain(|_, groups| *groups > 1);
        let mut people: Vec<Vec<Group<'e>>> = Vec::new();
        let mut known = HashMap::new();
        for group in entries.groups() {
            let Some(person) = person(&group).filter(|person| places.contains_key(person)) else { continue };
            let place = *known.entry(person).or_insert(people.len());
            match people.get_mut(place) {
                Some(groups) => groups.push(group),
                None => people.push(vec![group]),
            }
        }
        Self(people)
    }

    pub(in crate::render) fn len(&self) -> usize {
        self.0.len()
    }

    /// Their rows. `shown` are the fingerprints that the document holds: only those are linked to.
    pub(in crate::render) fn rows(
        &self,
        shown: &BTreeSet<String>,
    ) -> impl Iterator<Item = Result<Person, RenderError>> {
        self.0.iter().map(|groups| Person::new(groups, shown))
    }
}

impl Person {
    fn new(groups: &[Group<'_>], shown: &BTreeSet<String>) -> Result<Self, RenderError> {
        let subjects: Vec<Subject> =
            groups.iter().take(50).map(|group| group.read()).collect::<Result<_, RenderError>>()?;
        let employee = subjects.iter().find_map(|subject| subject.first(|found| found.subject.employee_id.as_deref()));
        Ok(Self {
            name: name(&subjects),
            employee_id: clip(employee.unwrap_or_default(), NAME),
            severity: groups.first().map_or("", Group::severity),
            subjects: subjects.iter().map(|subject| PersonSubject::new(subject, shown)).collect(),
        })
    }
}

fn name(subjects: &[Subject]) -> String {
    let known = subjects.iter().map(|subject| subject.words("employee.name")).find(|name| !name.is_empty());
    known.or_else(|| subjects.first().map(Subject::title)).map(|name| clip(&name, NAME)).unwrap_or_default()
}

impl PersonSubject {
    fn new(group: &Subject, shown: &BTreeSet<String>) -> Self {
        let first = group.findings().next().map(|finding| finding.fingerprint.as_str()).unwrap_or_default();
        let id = group.first(|finding| finding.subject.account_id.as_deref());
        let members = || group.first(|finding| finding.subject.members.as_deref()).unwrap_or_default().join(", ");
        let mut rules: Vec<_> = group.findings().map(|finding| finding.rule.as_str()).collect();
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
