//! What examples and tests of files are asked about, for whoever judges it otherwise than by evaluating conditions.

use std::collections::BTreeMap;

use super::data::ExampleEmployee;
use super::groups::with_account;
use super::{Example, Expect};
use crate::expression::Missing;
use crate::model::Employee;
use crate::rule::scope::{EmployeeScope, Scope};
use crate::rule::{Rule, Subject};

impl Example {
    /// Shows each account of the example as its rule sees it, after the person whom it is about.
    pub(crate) fn scenes(&self, rule: &Rule, see: &mut dyn FnMut(&Scope<'_>)) {
        let person = self.employee.as_ref().map(|person| (person.employee(), person.headings()));
        let others: Vec<_> = self.others.iter().map(ExampleEmployee::employee).collect();
        let others: Vec<&Employee> = others.iter().collect();
        let employee =
            person.as_ref().map(|(employee, headings)| EmployeeScope { employee, others: &others, headings });
        let scope = Scope { employee, ..Scope::at(self.now.0) };
        see(&scope);
        let one = self.account.iter().filter(|_| rule.subject() == Subject::Account);
        for (number, account) in (1..).zip(one.chain(&self.accounts)) {
            with_account(account, number, &scope, &mut *see);
        }
    }

    /// What its rule says, and what is missing for it.
    pub(crate) fn expected(&self) -> (Expect, Missing) {
        (self.expect, self.missing())
    }

    /// Its own limits.
    pub(crate) fn overrides(&self) -> &BTreeMap<String, toml::Value> {
        &self.params
    }
}
