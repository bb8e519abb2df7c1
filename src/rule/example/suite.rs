//! Test files, `*.test.toml`: a small organisation, and the findings that rules must make of it. Examples show what one
//! rule says of one subject; a test shows what all of an organisation's rules say of its people and accounts together.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use super::data::{ExampleAccount, ExampleEmployee, Moment};
use super::groups::{Owned, groups};
use super::run::{counted, with_account};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::model::RuleId;
use crate::rule::place::{Checked, Page};
use crate::rule::scope::{EmployeeScope, Scope};
use crate::rule::{Origin, Rule, RuleSet, Subject, Verdict};

/// A test file as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSuite {
    tests: Vec<Case>,
}

/// One small organisation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    now: Moment,
    /// The rules that are asked; otherwise all of the organisation's own.
    #[serde(default)]
    rules: Vec<Spanned<String>>,
    #[serde(default)]
    employees: Vec<ExampleEmployee>,
    accounts: Vec<Spanned<ExampleAccount>>,
    findings: Vec<Expected>,
}

/// One finding: an account's id, an employee's id, or the ids of a group's accounts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    rule: Spanned<String>,
    of: String,
}

/// How one test of a file came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestResult {
    /// Its name.
    pub name: String,
    /// Findings that were expected and not made, as `rule of subject`.
    pub missing: Vec<String>,
    /// Findings that were made and not expected.
    pub noisy: Vec<String>,
}

impl TestResult {
    /// Whether the test passed.
    pub const fn is_good(&self) -> bool {
        self.missing.is_empty() && self.noisy.is_empty()
    }
}

impl fmt::Display for TestResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.name)?;
        self.missing.iter().try_for_each(|finding| write!(f, "\n  - {finding}: missing"))?;
        self.noisy.iter().try_for_each(|finding| write!(f, "\n  + {finding}: noisy"))
    }
}

/// Runs the tests of a file.
///
/// # Errors
/// Everything that is wrong with the file.
pub fn run_tests(path: &Path, rules: &RuleSet) -> Result<Vec<TestResult>, Vec<Diagnostic>> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| vec![Diagnostic::of_file(path, format!("can't be read: {error}"))])?;
    let page = Page { path, text: &text };
    let suite: RawSuite = toml::from_str(&text).map_err(|error| vec![page.toml(&error)])?;
    let mut found = Vec::new();
    let mut results = Vec::new();
    for case in &suite.tests {
        match case.run(&page, rules) {
            Ok(result) => results.push(result),
            Err(mistake) => found.push(*mistake),
        }
    }
    if found.is_empty() { Ok(results) } else { Err(found) }
}

impl Case {
    fn run(&self, page: &Page<'_>, rules: &RuleSet) -> Checked<TestResult> {
        let people: Vec<_> = self.employees.iter().map(|person| (person.employee(), person.headings())).collect();
        let people: Vec<EmployeeScope<'_>> =
            people.iter().map(|(employee, headings)| EmployeeScope { employee, headings }).collect();
        let accounts = self.owned(page, &people)?;
        let mut made = BTreeSet::new();
        for rule in self.asked(page, rules)? {
            for of in self.judge(rule, &people, &accounts) {
                made.insert(format!("{} of {of}", rule.id()));
            }
        }
        let mut expected = BTreeSet::new();
        for finding in &self.findings {
            find(page, rules, &finding.rule)?;
            expected.insert(format!("{} of {}", finding.rule.get_ref(), finding.of));
        }
        Ok(TestResult {
            name: self.name.clone(),
            missing: expected.difference(&made).cloned().collect(),
            noisy: made.difference(&expected).cloned().collect(),
        })
    }

    /// The accounts with the people whom they name as their owners.
    fn owned<'a>(&'a self, page: &Page<'_>, people: &[EmployeeScope<'a>]) -> Checked<Vec<Owned<'a>>> {
        let with_owner = |account: &'a Spanned<ExampleAccount>| {
            let Some(owner) = &account.get_ref().owner else { return Ok((account.get_ref(), None)) };
            match people.iter().find(|person| person.employee.id.0 == *owner) {
                Some(person) => Ok((account.get_ref(), Some(*person))),
                None => {
                    let message = format!("the owner {owner:?} is not among the employees of this test");
                    Err(page.at(account.span(), message).into())
                }
            }
        };
        self.accounts.iter().map(with_owner).collect()
    }

    fn asked<'r>(&self, page: &Page<'_>, rules: &'r RuleSet) -> Checked<Vec<&'r Rule>> {
        if self.rules.is_empty() {
            return Ok(rules.enabled().filter(|rule| *rule.origin() != Origin::BuiltIn).collect());
        }
        self.rules.iter().map(|name| find(page, rules, name)).collect()
    }

    /// The subjects of a rule's findings. What isn't evaluable is no finding.
    fn judge(&self, rule: &Rule, people: &[EmployeeScope<'_>], accounts: &[Owned<'_>]) -> Vec<String> {
        let scope = Scope::at(self.now.0);
        match rule.subject() {
            Subject::Account => (1..)
                .zip(accounts)
                .filter_map(|(number, (account, owner))| {
                    let scope = Scope { employee: *owner, ..scope.clone() };
                    with_account(account, number, &scope, |scope| {
                        let id = scope.account.as_ref().map(|account| account.account.id.to_string());
                        id.filter(|_| rule.judge(scope) == Verdict::Violation)
                    })
                    .flatten()
                })
                .collect(),
            Subject::Group => {
                let (groups, _) = groups(&rule.compiled, rule.group_by(), accounts, &scope);
                let bad = groups
                    .iter()
                    .filter(|group| rule.judge(&Scope { group: Some(group), ..scope.clone() }) == Verdict::Violation);
                bad.map(|group| group.members.join(", ")).collect()
            }
            Subject::Employee => people
                .iter()
                .filter(|person| {
                    let theirs =
                        |(_, owner): &&Owned<'_>| owner.is_some_and(|owner| owner.employee.id == person.employee.id);
                    let mine: Vec<Owned<'_>> = accounts.iter().filter(theirs).copied().collect();
                    let accounts = counted(&rule.compiled, &mine, &scope);
                    let scope = Scope { employee: Some(**person), accounts: Some(&accounts), ..scope.clone() };
                    rule.judge(&scope) == Verdict::Violation
                })
                .map(|person| person.employee.id.to_string())
                .collect(),
            Subject::Source | Subject::Roster | Subject::Exception => Vec::new(),
        }
    }
}

fn find<'r>(page: &Page<'_>, rules: &'r RuleSet, name: &Spanned<String>) -> Checked<&'r Rule> {
    rules.get(&RuleId::new(name.get_ref())).ok_or_else(|| {
        let diagnostic = page.at(name.span(), format!("there is no rule {:?}", name.get_ref()));
        Box::new(match did_you_mean(name.get_ref(), rules.iter().map(|rule| rule.id().as_str())) {
            Some(meant) => diagnostic.help(format!("did you mean {meant:?}?")),
            None => diagnostic.help("`headcount rules list` shows all rules"),
        })
    })
}
