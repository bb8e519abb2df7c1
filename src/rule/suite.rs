//! Test files, `*.test.toml`: a small organisation, and the findings that rules must make of it. Examples show what one
//! rule says of one subject; a test shows what all of an organisation's rules say of its people and accounts together.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use super::example::data::{ExampleAccount, ExampleEmployee, ExampleIssue, ExampleRoster, ExampleSource, Moment};
use super::example::exception::{ExampleDeclarationUse, ExampleException};
use super::example::groups::{Owned, groups, with_account};
use super::example::run::counted;
use super::place::{Checked, SourceText};
use super::scope::{EmployeeScope, Scope};
use super::{Origin, Rule, RuleResult, RuleSet, Subject};
use crate::base::diagnostic::{Diagnostic, meant_or};
use crate::model::RuleId;

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
    #[serde(default)]
    accounts: Vec<Spanned<ExampleAccount>>,
    /// Of what rules about sources are asked.
    #[serde(default)]
    sources: Vec<ExampleSource>,
    /// Of what rules about the HR files are asked.
    roster: Option<ExampleRoster>,
    /// Defects of the HR files.
    #[serde(default)]
    issues: Vec<ExampleIssue>,
    /// Of what rules about exceptions are asked.
    #[serde(default)]
    exceptions: Vec<ExampleException>,
    /// Of what rules about declarations are asked.
    #[serde(default)]
    declarations: Vec<ExampleDeclarationUse>,
    findings: Vec<Expected>,
}

/// One finding: the id of an account, employee or exception, the ids of a group's accounts, the name of a source,
/// `roster`, or `line 7` for a defect of the HR files.
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
    let source_text = SourceText { path, text: &text };
    let suite: RawSuite = toml::from_str(&text).map_err(|error| vec![source_text.toml(&error)])?;
    let mut found = Vec::new();
    let mut results = Vec::new();
    for case in &suite.tests {
        match case.run(&source_text, rules) {
            Ok(result) => results.push(result),
            Err(mistake) => found.push(*mistake),
        }
    }
    if found.is_empty() { Ok(results) } else { Err(found) }
}

/// A question of a test: the rule, the people, how to see each account as the rule does, and the subjects of its findings.
#[cfg(test)]
pub(crate) type Question<'q> =
    (&'q Rule, &'q [EmployeeScope<'q>], &'q dyn Fn(&mut dyn FnMut(&Scope<'_>)), &'q [String], crate::model::Timestamp);

/// Shows every question of the tests of a file.
#[cfg(test)]
pub(crate) fn questions(path: &Path, rules: &RuleSet, see: &mut dyn FnMut(Question<'_>)) {
    let text = std::fs::read_to_string(path).expect("a file of tests");
    let source_text = SourceText { path, text: &text };
    let suite: RawSuite = toml::from_str(&text).expect("tests");
    for case in &suite.tests {
        let people: Vec<_> = case.employees.iter().map(|person| (person.employee(), person.headings())).collect();
        let people: Vec<EmployeeScope<'_>> =
            people.iter().map(|(employee, headings)| EmployeeScope::one(employee, headings)).collect();
        let accounts = case.owned(&source_text, &people).unwrap_or_else(|mistake| panic!("{mistake}"));
        let scenes = |see: &mut dyn FnMut(&Scope<'_>)| {
            for (number, (account, owner)) in (1..).zip(&accounts) {
                let scope = Scope { employee: *owner, ..Scope::at(case.now.0) };
                with_account(account, number, &scope, &mut *see);
            }
        };
        for rule in case.asked(&source_text, rules).unwrap_or_else(|mistake| panic!("{mistake}")) {
            see((rule, &people, &scenes, &case.judge(rule, &people, &accounts), case.now.0));
        }
    }
}

impl Case {
    fn run(&self, source_text: &SourceText<'_>, rules: &RuleSet) -> Checked<TestResult> {
        let people: Vec<_> = self.employees.iter().map(|person| (person.employee(), person.headings())).collect();
        let people: Vec<EmployeeScope<'_>> =
            people.iter().map(|(employee, headings)| EmployeeScope::one(employee, headings)).collect();
        let accounts = self.owned(source_text, &people)?;
        let mut made = BTreeSet::new();
        for rule in self.asked(source_text, rules)? {
            for of in self.judge(rule, &people, &accounts) {
                made.insert(format!("{} of {of}", rule.id()));
            }
        }
        let mut expected = BTreeSet::new();
        for finding in &self.findings {
            find(source_text, rules, &finding.rule)?;
            expected.insert(format!("{} of {}", finding.rule.get_ref(), finding.of));
        }
        Ok(TestResult {
            name: self.name.clone(),
            missing: expected.difference(&made).cloned().collect(),
            noisy: made.difference(&expected).cloned().collect(),
        })
    }

    /// The accounts with the people whom they name as their owners.
    fn owned<'a>(&'a self, source_text: &SourceText<'_>, people: &[EmployeeScope<'a>]) -> Checked<Vec<Owned<'a>>> {
        let with_owner = |account: &'a Spanned<ExampleAccount>| {
            let Some(owner) = &account.get_ref().owner else { return Ok((account.get_ref(), None)) };
            match people.iter().find(|person| person.employee.id() == *owner) {
                Some(person) => Ok((account.get_ref(), Some(*person))),
                None => {
                    let message = format!("the owner {owner:?} is not among the employees of this test");
                    Err(source_text.at(account.span(), message).into())
                }
            }
        };
        self.accounts.iter().map(with_owner).collect()
    }

    fn asked<'r>(&self, source_text: &SourceText<'_>, rules: &'r RuleSet) -> Checked<Vec<&'r Rule>> {
        if self.rules.is_empty() {
            return Ok(rules.enabled().filter(|rule| *rule.origin() != Origin::BuiltIn).collect());
        }
        self.rules.iter().map(|name| find(source_text, rules, name)).collect()
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
                        id.filter(|_| is_bad(rule, scope))
                    })
                    .flatten()
                })
                .collect(),
            Subject::Group => {
                let (groups, _) = groups(&rule.compiled, rule.group_by(), accounts, &scope);
                let bad = groups.iter().filter(|group| is_bad(rule, &Scope { group: Some(group), ..scope.clone() }));
                bad.map(|group| group.members.join(", ")).collect()
            }
            Subject::Employee => people
                .iter()
                .filter(|person| {
                    let theirs = |(_, owner): &&Owned<'_>| {
                        owner.is_some_and(|owner| owner.employee.id() == person.employee.id())
                    };
                    let mine: Vec<Owned<'_>> = accounts.iter().filter(theirs).copied().collect();
                    let accounts = counted(&rule.compiled, &mine, &scope);
                    let scope = Scope { employee: Some(**person), accounts: Some(&accounts), ..scope.clone() };
                    is_bad(rule, &scope)
                })
                .map(|person| person.employee.id().to_owned())
                .collect(),
            Subject::Source => {
                let sources = self.sources.iter().map(|source| source.facts(self.now.0));
                let bad = sources.filter(|source| is_bad(rule, &Scope { source: Some(source), ..scope.clone() }));
                bad.map(|source| source.name.to_string()).collect()
            }
            Subject::Exception if rule.is_about_declarations() => {
                let declarations = self.declarations.iter().map(ExampleDeclarationUse::facts);
                let bad = declarations.filter(|one| is_bad(rule, &Scope { declaration: Some(one), ..scope.clone() }));
                bad.map(|declaration| declaration.id).collect()
            }
            Subject::Exception => {
                let exceptions = self.exceptions.iter().map(ExampleException::facts);
                let bad = exceptions.filter(|one| is_bad(rule, &Scope { exception: Some(one), ..scope.clone() }));
                bad.map(|exception| exception.id).collect()
            }
            Subject::Roster => self.judge_roster(rule, &scope),
        }
    }

    /// A rule about the files is asked once, one about defects is asked about each.
    fn judge_roster(&self, rule: &Rule, scope: &Scope<'_>) -> Vec<String> {
        let roster = self.roster.as_ref().map(ExampleRoster::roster);
        let scope = Scope { roster: roster.as_ref(), ..scope.clone() };
        if !rule.is_about_issues() {
            return (roster.is_some() && is_bad(rule, &scope)).then(|| "roster".to_owned()).into_iter().collect();
        }
        let issues = self.issues.iter().map(ExampleIssue::issue);
        let bad = issues.filter(|issue| is_bad(rule, &Scope { issue: Some(issue), ..scope.clone() }));
        bad.map(|issue| issue.line.map_or_else(|| issue.kind.as_str().to_owned(), |line| format!("line {line}")))
            .collect()
    }
}

fn is_bad(rule: &Rule, scope: &Scope<'_>) -> bool {
    rule.judge(scope) == RuleResult::Violation
}

fn find<'r>(source_text: &SourceText<'_>, rules: &'r RuleSet, name: &Spanned<String>) -> Checked<&'r Rule> {
    rules.get(&RuleId::new(name.get_ref())).ok_or_else(|| {
        let diagnostic = source_text.at(name.span(), format!("there is no rule {:?}", name.get_ref()));
        let known = rules.iter().map(|rule| rule.id().as_str());
        Box::new(diagnostic.help(meant_or(name.get_ref(), known, "`headcount rules list` shows all rules")))
    })
}
