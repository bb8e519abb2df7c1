//! The facts of people and of declarations as tables, what people are looked up by, and the rules with their moment: what is
//! the same for every part of every source.

use std::io;
use std::sync::Arc;

use super::TableName;
use super::columns::{is_scalar, stored};
use super::file::Folder;
use super::sheet::{Holds, Layout, Sheet};
use crate::correlate::{Correlator, SourceCorrelator};
use crate::exception::Declarations;
use crate::model::{Roster, SourceName, Timestamp};
use crate::rule::facts::FactDef;
use crate::rule::{DeclaredScope, EmployeeScope, RuleSet, Scope};

/// What the accounts of all sources are held against.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'g> {
    /// The people.
    pub roster: &'g Roster,
    /// What they are found by.
    pub correlator: &'g Correlator,
    /// The accounts for which the organisation vouches.
    pub declarations: &'g Declarations,
    /// The rules.
    pub rules: &'g RuleSet,
    /// As of when facts are told.
    pub as_of: Timestamp,
}

impl Ground<'_> {
    /// Writes the tables of people, declarations and rules.
    ///
    /// # Errors
    /// They can't be written.
    pub fn write<'s>(
        &self,
        folder: &Folder,
        sources: impl Iterator<Item = (&'s SourceName, &'s SourceCorrelator<'s>)>,
    ) -> io::Result<()> {
        self.people(folder)?;
        self.person_keys(folder, sources)?;
        self.declarations(folder)?;
        self.rules(folder)
    }

    fn people(&self, folder: &Folder) -> io::Result<()> {
        let mut people = FactSheet::new("person", "employee");
        for (person, employee) in (0..).zip(&self.roster.employees) {
            let employee = EmployeeScope::one(employee, &self.roster.extra_columns);
            people.add(person, &Scope { employee: Some(employee), ..Scope::at(self.as_of) });
        }
        folder.write(TableName::People, ALL, &people.sheet)
    }

    fn person_keys<'s>(
        &self,
        folder: &Folder,
        sources: impl Iterator<Item = (&'s SourceName, &'s SourceCorrelator<'s>)>,
    ) -> io::Result<()> {
        let layout = Arc::new(Layout::default().with("lookup", Holds::Text).with("person", Holds::Number));
        let mut sheet = Sheet::new(&layout);
        self.correlator.person_keys(self.roster, |key, person| {
            sheet.text(Some(&key)).number(Some(person.0.into()));
        });
        folder.write(TableName::PersonKeys, ALL, &sheet)?;
        for (source, correlator) in sources {
            let mut given = correlator.crosswalk_keys(source);
            given.sort();
            let mut sheet = Sheet::new(&layout);
            for (key, person) in given {
                sheet.text(Some(&key)).number(Some(person.0.into()));
            }
            // Each source in a file of its own, so that those of the others stay when they are made at different times.
            folder.write(TableName::PersonKeys, &format!("crosswalk-{source}"), &sheet)?;
        }
        Ok(())
    }

    fn declarations(&self, folder: &Folder) -> io::Result<()> {
        let mut declarations = FactSheet::new("declaration", "declared");
        for (index, declaration) in self.declarations.iter() {
            let owner_left = declaration.owner_left(self.roster, self.as_of);
            let declared = Some(DeclaredScope { declaration, owner_left });
            declarations.add(index.0.into(), &Scope { declared, ..Scope::at(self.as_of) });
        }
        folder.write(TableName::Declarations, ALL, &declarations.sheet)
    }

    fn rules(&self, folder: &Folder) -> io::Result<()> {
        let layout = ["rule", "severity", "title", "subject"]
            .into_iter()
            .fold(Layout::default(), |layout, name| layout.with(name, Holds::Text))
            .with("as_of", Holds::Number)
            .with("as_of_ns", Holds::Number)
            .with("as_of_text", Holds::Text);
        let mut sheet = Sheet::new(&Arc::new(layout));
        for rule in self.rules.enabled() {
            sheet.text(Some(rule.id().as_str())).text(Some(rule.severity().as_str()));
            sheet.text(Some(rule.title())).text(Some(rule.subject().as_str()));
            sheet.number(Some(self.as_of.timestamp()));
            sheet.number(Some(self.as_of.timestamp_subsec_nanos().into())).text(Some(&self.as_of.to_rfc3339()));
        }
        folder.write(TableName::Rules, ALL, &sheet)
    }
}

/// The facts below a root, a numbered row for each subject.
pub(super) struct FactSheet {
    facts: Vec<&'static FactDef>,
    pub(super) sheet: Sheet,
}

impl FactSheet {
    pub(super) fn new(number: &str, root: &'static str) -> Self {
        let facts: Vec<_> = stored(root).filter(|fact| is_scalar(fact)).collect();
        let layout = Layout::default().with(number, Holds::Number);
        let layout = facts.iter().fold(layout, |layout, fact| layout.with_fact(fact));
        Self { facts, sheet: Sheet::new(&Arc::new(layout)) }
    }

    pub(super) fn add(&mut self, number: i64, scope: &Scope<'_>) {
        self.sheet.number(Some(number));
        for fact in &self.facts {
            self.sheet.fact(fact, &fact.value(scope));
        }
    }
}

/// The name of a file with what belongs to no source.
const ALL: &str = "all";
