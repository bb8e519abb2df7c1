//! Runs examples and compares: a missing finding, a noisy one, or another outcome than expected.

use std::collections::BTreeSet;
use std::fmt;

use super::data::{ExampleEmployee, ExampleIssue, ExampleRoster};
use super::exception::{ExampleDeclarationUse, ExampleException};
use super::groups::{Owned, groups, with_account};
use super::{Example, Expect};
use crate::expression::{EvalError, Missing};
use crate::model::{Employee, RuleId};
use crate::rule::compiled::Compiled;
use crate::rule::place::SourceText;
use crate::rule::scope::{AccountsFacts, EmployeeScope, Scope};
use crate::rule::{GroupBy, Rule, RuleResult, Subject};

/// How one example of a rule came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExampleResult {
    /// The rule.
    pub rule: RuleId,
    /// The example's name; empty when the rule has too few examples.
    pub example: String,
    /// What came out.
    pub outcome: Outcome,
    /// The rule's message about the example, if there was a finding.
    pub message: Option<String>,
}

/// What came out of an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// What was expected.
    AsExpected,
    /// A finding was expected, and there was none.
    Missing(RuleResult),
    /// A finding that was not expected.
    Noisy(Expect),
    /// No finding, as expected, but for another reason.
    Wrong(Expect, RuleResult),
    /// The rule has no example of this kind.
    NoExample(Expect),
}

impl Outcome {
    /// Whether the test passed.
    pub fn is_good(&self) -> bool {
        *self == Self::AsExpected
    }

    fn of(expect: Expect, missing: Missing, verdict: RuleResult) -> Self {
        match (expect, verdict) {
            (Expect::Violation, RuleResult::Violation) | (Expect::Pass, RuleResult::Pass) => Self::AsExpected,
            (Expect::NotEvaluable, RuleResult::NotEvaluable(facts)) if facts == missing => Self::AsExpected,
            (Expect::Violation, verdict) => Self::Missing(verdict),
            (expect, RuleResult::Violation) => Self::Noisy(expect),
            (expect, verdict) => Self::Wrong(expect, verdict),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AsExpected => f.write_str("as expected"),
            Self::Missing(verdict) => write!(f, "missing: expected a violation, got {verdict}"),
            Self::Noisy(expect) => write!(f, "noisy: expected {}, got a violation", expect.as_str()),
            Self::Wrong(expect, verdict) => write!(f, "wrong: expected {}, got {verdict}", expect.as_str()),
            Self::NoExample(expect) => write!(f, "the rule has no example with expect = \"{}\"", expect.as_str()),
        }
    }
}

/// Runs all examples of a rule, with the params that the rule file gives.
pub(in crate::rule) fn run(rule: &Rule) -> Vec<ExampleResult> {
    let result = |example: &str, outcome, message| ExampleResult {
        rule: rule.id().clone(),
        example: example.to_owned(),
        outcome,
        message,
    };
    let mut results: Vec<_> = rule
        .examples()
        .iter()
        .map(|example| {
            let (verdict, message) = example.judge(rule);
            result(&example.name, Outcome::of(example.expect, example.missing(), verdict), message)
        })
        .collect();
    let has = |expect| rule.examples().iter().any(|example| example.expect == expect);
    let may_be_blind = rule.needs().iter().next().is_some();
    let wanted = [(Expect::Violation, true), (Expect::Pass, true), (Expect::NotEvaluable, may_be_blind)];
    for (expect, _) in wanted.into_iter().filter(|(expect, wanted)| *wanted && !has(*expect)) {
        results.push(result("", Outcome::NoExample(expect), None));
    }
    results
}

type Judged = (RuleResult, Option<String>);

impl Example {
    fn judge(&self, rule: &Rule) -> Judged {
        let own = (!self.params.is_empty()).then(|| self.compile(rule)).flatten();
        let compiled = own.as_ref().unwrap_or_else(|| rule.as_written());
        let person = self.employee.as_ref().map(|person| (person.employee(), person.headings()));
        let others: Vec<_> = self.others.iter().map(ExampleEmployee::employee).collect();
        let others: Vec<&Employee> = others.iter().collect();
        let employee =
            person.as_ref().map(|(employee, headings)| EmployeeScope { employee, others: &others, headings });
        let scope = Scope { employee, ..Scope::at(self.now.0) };
        match rule.subject() {
            Subject::Account => self.account.as_ref().map_or((failed(), None), |account| {
                with_account(account, 1, &scope, |scope| judged(compiled, scope)).unwrap_or((failed(), None))
            }),
            Subject::Group => self.judge_groups(compiled, rule.group_by(), &scope),
            Subject::Source => {
                let source = self.source.as_ref().map(|source| source.facts(self.now.0));
                judged(compiled, &Scope { source: source.as_ref(), ..scope })
            }
            Subject::Exception => {
                let exception = self.exception.as_ref().map(ExampleException::facts);
                let declaration = self.declaration.as_ref().map(ExampleDeclarationUse::facts);
                judged(compiled, &Scope { exception: exception.as_ref(), declaration: declaration.as_ref(), ..scope })
            }
            Subject::Employee => {
                let accounts = counted(compiled, &self.owned(&scope), &scope);
                judged(compiled, &Scope { accounts: Some(&accounts), ..scope })
            }
            Subject::Roster => {
                let roster = self.roster.as_ref().map(ExampleRoster::roster).unwrap_or_default();
                let issue = self.issue.as_ref().map(ExampleIssue::issue);
                judged(compiled, &Scope { roster: Some(&roster), issue: issue.as_ref(), ..scope })
            }
        }
    }

    /// The rule with the example's own limits.
    fn compile(&self, rule: &Rule) -> Option<Compiled> {
        let params = self.params(&rule.written.params).ok()?;
        Compiled::new(&SourceText { path: &rule.path(), text: "" }, &rule.written, &params).ok()
    }

    /// Judges every group: one violation is a finding.
    fn judge_groups(&self, compiled: &Compiled, keys: &[GroupBy], scope: &Scope<'_>) -> Judged {
        let (groups, missing) = groups(compiled, keys, &self.owned(scope), scope);
        let mut judged_groups =
            groups.iter().map(|group| judged(compiled, &Scope { group: Some(group), ..scope.clone() }));
        match judged_groups.find(|(verdict, _)| *verdict != RuleResult::Pass) {
            Some(found) => found,
            None if missing.is_empty() => (RuleResult::Pass, None),
            None => (RuleResult::NotEvaluable(missing), None),
        }
    }

    /// An example has one employee, to whom every account belongs that isn't said to be in another situation.
    fn owned<'s>(&'s self, scope: &Scope<'s>) -> Vec<Owned<'s>> {
        self.accounts.iter().map(|account| (account, scope.employee)).collect()
    }
}

/// The accounts of a person that the rule counts.
pub(in crate::rule) fn counted(compiled: &Compiled, mine: &[Owned<'_>], scope: &Scope<'_>) -> AccountsFacts {
    let mut accounts = AccountsFacts::default();
    let mut sources = BTreeSet::new();
    for (number, (account, owner)) in (1..).zip(mine) {
        let scope = Scope { employee: *owner, ..scope.clone() };
        with_account(account, number, &scope, |scope| match compiled.is_member(scope) {
            RuleResult::Violation => {
                accounts.count += 1;
                sources.insert(account.source().to_string());
            }
            RuleResult::NotEvaluable(facts) => accounts.undecided = accounts.undecided.and(facts),
            RuleResult::Pass | RuleResult::Failed(_) => {}
        });
    }
    accounts.sources = sources.into_iter().collect();
    accounts
}

fn failed() -> RuleResult {
    RuleResult::Failed(EvalError::Absent)
}

fn judged(compiled: &Compiled, scope: &Scope<'_>) -> Judged {
    let verdict = compiled.judge(scope);
    let message = (verdict == RuleResult::Violation).then(|| compiled.message(scope));
    (verdict, message)
}
