//! Rules about people: each employee with all their accounts over all sources. Of an account only its owner and source
//! are kept, and only when a rule asks for it.

use std::io;

use super::answers::Answers;
use super::{Audit, evidence};
use crate::model::{EmployeeIndex, SourceName, Subject};
use crate::rule::{AccountsFacts, EmployeeScope, Missing, Rule, RuleResult, Scope};

/// The accounts that one rule counts, by owner.
#[derive(Debug)]
pub(super) struct PersonAccounts<'a> {
    rule: &'a Rule,
    /// The sources, in the order in which their accounts came.
    sources: Vec<SourceName>,
    /// Owner and the position of the source: eight bytes an account.
    counted: Vec<(EmployeeIndex, u16)>,
    /// Accounts of which can't be said whether they count.
    undecided: Vec<(EmployeeIndex, Missing)>,
}

impl<'a> PersonAccounts<'a> {
    pub(super) const fn new(rule: &'a Rule) -> Self {
        Self { rule, sources: Vec::new(), counted: Vec::new(), undecided: Vec::new() }
    }

    /// Whether these are the accounts of the rule.
    pub(super) fn is_about(&self, rule: &Rule) -> bool {
        self.rule.id() == rule.id()
    }

    /// Takes accounts of a source.
    pub(super) fn take(&mut self, source: &SourceName, offers: CountedOwners) {
        if self.sources.last() != Some(source) {
            self.sources.push(source.clone());
        }
        let Ok(position) = u16::try_from(self.sources.len() - 1) else { return };
        self.counted.extend(offers.counted.into_iter().map(|owner| (owner, position)));
        self.undecided.extend(offers.undecided);
    }

    /// The names of the sources of these accounts, sorted, each once.
    fn names(&self, accounts: &[(EmployeeIndex, u16)]) -> Vec<String> {
        let names = accounts.iter().filter_map(|(_, source)| self.sources.get(usize::from(*source)));
        let mut names: Vec<String> = names.map(ToString::to_string).collect();
        names.sort();
        names.dedup();
        names
    }
}

/// The owners of some accounts that a rule counts.
#[derive(Debug, Default)]
pub(super) struct CountedOwners {
    counted: Vec<EmployeeIndex>,
    undecided: Vec<(EmployeeIndex, Missing)>,
}

impl CountedOwners {
    /// Takes an account of `owner`, if the rule counts it.
    pub(super) fn offer(&mut self, rule: &Rule, scope: &Scope<'_>, owner: EmployeeIndex) {
        match rule.is_member(scope) {
            RuleResult::Violation => self.counted.push(owner),
            RuleResult::NotEvaluable(missing) => self.undecided.push((owner, missing)),
            RuleResult::Pass | RuleResult::Failed(_) => {}
        }
    }
}

impl Audit<'_> {
    /// Judges everybody in the roster, also those without an account.
    pub(super) fn judge_people(&mut self) -> io::Result<()> {
        for mut people in std::mem::take(&mut self.people) {
            people.counted.sort_unstable();
            people.undecided.sort_unstable();
            let (mut counted, mut undecided) = (people.counted.as_slice(), people.undecided.as_slice());
            for (index, employee) in (0..).map(EmployeeIndex).zip(&self.roster.employees) {
                let mine = take(&mut counted, index);
                let undecided = take(&mut undecided, index).iter();
                let here = || AccountsFacts {
                    count: mine.len() as u64,
                    sources: people.names(mine),
                    undecided: undecided.fold(Missing::NOTHING, |all, (_, one)| all.and(*one)),
                };
                let answered = self.answers.map(|answers| answers.person(people.rule.id(), employee.id()));
                let accounts = match answered {
                    Some(Err(verdict)) => {
                        self.matrix.count(people.rule.id(), None, verdict);
                        continue;
                    }
                    Some(Ok(accounts)) => accounts,
                    None => here(),
                };
                let employee = EmployeeScope::one(employee, &self.roster.extra_columns);
                let scope = Scope { employee: Some(employee), accounts: Some(&accounts), ..Scope::at(self.now) };
                let verdict = people.rule.judge(&scope);
                if self.answers.is_some() {
                    Answers::confirm_person(people.rule.id(), employee.employee.id(), verdict)?;
                }
                self.matrix.count(people.rule.id(), None, verdict);
                if matches!(verdict, RuleResult::Violation) {
                    let subject = Subject::Employee { employee_id: employee.employee.id().into() };
                    let person = evidence::owner(employee.employee);
                    self.found.push(evidence::finding(people.rule, subject, person, &scope))?;
                }
            }
        }
        Ok(())
    }
}

/// Takes what belongs to an employee from the front of a sorted list.
fn take<'l, T>(list: &mut &'l [(EmployeeIndex, T)], index: EmployeeIndex) -> &'l [(EmployeeIndex, T)] {
    let (mine, rest) = list.split_at(list.partition_point(|(owner, _)| *owner <= index));
    *list = rest;
    mine
}
