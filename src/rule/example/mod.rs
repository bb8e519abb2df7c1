//! Examples: what a rule says of a made-up subject. They document the rule, and they are its tests.

pub(super) mod data;
pub(super) mod exception;
pub(super) mod groups;
pub(super) mod run;
#[cfg(test)]
mod scenes;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use toml::Spanned;

use self::data::{ExampleAccount, ExampleEmployee, ExampleIssue, ExampleRoster, ExampleSource, Moment};
use self::exception::{ExampleDeclarationUse, ExampleException};
use super::compiled::Written;
use super::params::{Param, Params};
use super::place::{Checked, SourceText};
use super::subject::Subject;
use crate::base::diagnostic::{Diagnostic, meant_or_one_of};
use crate::expression::Missing;
use crate::model::{EmployeeFact, FactName};

pub(super) use run::run;
pub use run::{ExampleResult, Outcome};

/// An example as the rule file has it.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// What it shows, in a few words.
    pub name: String,
    /// What the rule says.
    pub expect: Expect,
    /// For `not-evaluable`: the facts that are missing.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    missing: Vec<Spanned<String>>,
    /// Other limits than those of the rule file.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    params: BTreeMap<String, toml::Value>,
    /// The moment of the audit.
    #[schemars(with = "String")]
    now: Moment,
    /// The account, in rules about accounts.
    account: Option<ExampleAccount>,
    /// The accounts of one source, in rules about groups; those of the person, in rules about employees.
    #[serde(default)]
    accounts: Vec<ExampleAccount>,
    /// The owner of the accounts, or the person that the rule is about.
    employee: Option<ExampleEmployee>,
    /// Who else could own the account, if it is ambiguous or in conflict.
    #[serde(default)]
    others: Vec<ExampleEmployee>,
    /// The source, in rules about sources.
    source: Option<ExampleSource>,
    /// The exception, in rules about them.
    exception: Option<ExampleException>,
    /// The declaration, in rules that ask for declarations.
    declaration: Option<ExampleDeclarationUse>,
    /// The HR files, in rules about them.
    roster: Option<ExampleRoster>,
    /// A defect of the HR files, in rules that ask for defects.
    issue: Option<ExampleIssue>,
}

/// What an example expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Expect {
    /// A finding.
    Violation,
    /// No finding.
    Pass,
    /// The rule can't tell, because facts are missing.
    NotEvaluable,
}

impl Expect {
    /// As rule files spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Violation => "violation",
            Self::Pass => "pass",
            Self::NotEvaluable => "not-evaluable",
        }
    }
}

impl Example {
    /// Refuses an example that says nothing about this kind of rule, or leaves open what it says.
    pub(super) fn check(
        source_text: &SourceText<'_>,
        example: &Spanned<Self>,
        rule: &Written,
        needs: Missing,
    ) -> Vec<Diagnostic> {
        let (this, span) = (example.get_ref(), example.span());
        let mut found = Vec::new();
        if let Some(message) = this.misfit(rule.subject) {
            found.push(source_text.at(span.clone(), message));
        }
        if let Err(message) = this.params(&rule.params) {
            found.push(source_text.at(span.clone(), message));
        }
        for name in this.missing.iter().filter(|name| employee_fact(name.get_ref()).is_none()) {
            found.extend(fact_name(source_text, name).err().map(|boxed| *boxed));
        }
        found.extend(this.employee.iter().chain(&this.others).flat_map(|person| person.check(source_text)));
        match (this.expect, this.missing.is_empty()) {
            (Expect::NotEvaluable, true) => found.push(
                source_text
                    .at(span.clone(), "the example doesn't say what is missing")
                    .help("add `missing = [\"status\"]` with the facts that the rule lacks"),
            ),
            (Expect::Violation | Expect::Pass, false) => found.push(
                source_text
                    .at(span.clone(), format!("the example expects \"{}\", yet facts missing", this.expect.as_str())),
            ),
            _ => {}
        }
        for account in this.account.iter().chain(&this.accounts) {
            found.extend(account.check(source_text, &span, this.employee.is_some(), needs));
        }
        found
    }

    fn misfit(&self, subject: Subject) -> Option<&'static str> {
        let (account, accounts) = (self.account.is_some(), !self.accounts.is_empty());
        match subject {
            Subject::Account if !account => Some("an example of a rule about accounts has an [examples.account]"),
            Subject::Group if !accounts => Some("an example of a rule about groups has [[examples.accounts]]"),
            Subject::Employee if self.employee.is_none() => Some("an example of this rule has an [examples.employee]"),
            Subject::Source if self.source.is_none() => Some("an example of this rule has an [examples.source]"),
            Subject::Exception if self.exception.is_none() && self.declaration.is_none() => {
                Some("an example of this rule has an [examples.exception] or an [examples.declaration]")
            }
            _ if (self.exception.is_some() || self.declaration.is_some()) && subject != Subject::Exception => {
                Some("this rule is not about an exception")
            }
            _ if account && subject != Subject::Account => Some("this rule is not about one account"),
            Subject::Roster if self.roster.is_none() && self.issue.is_none() => {
                Some("an example of this rule has an [examples.roster] or an [examples.issue]")
            }
            _ if accounts && !matches!(subject, Subject::Group | Subject::Employee) => {
                Some("this rule is not about several accounts")
            }
            _ if (self.roster.is_some() || self.issue.is_some()) && subject != Subject::Roster => {
                Some("this rule is not about the roster")
            }
            _ if self.source.is_some() && subject != Subject::Source => Some("this rule is not about a source"),
            _ => None,
        }
    }

    /// The params of the rule file with those of the example.
    fn params(&self, written: &Params) -> Result<Params, String> {
        let mut params = written.clone();
        for (name, value) in &self.params {
            let new = Param::read(value)?;
            match params.get_mut(name) {
                Some(old) if old.kind() == new.kind() || old.is_empty() && matches!(new, Param::Texts(_)) => *old = new,
                Some(old) => return Err(format!("the param {name:?} is {}, and this is {}", old.kind(), new.kind())),
                None => return Err(format!("the rule has no param {name:?}")),
            }
        }
        Ok(params)
    }

    /// What is not told in it.
    pub(super) fn missing(&self) -> Missing {
        let of_roster = self.missing.iter().filter_map(|name| employee_fact(name.get_ref()));
        let of_vendor: Missing = self.missing.iter().filter_map(|name| find(name.get_ref())).collect();
        of_roster.fold(of_vendor, |all, fact| all.and(Missing::of_employee(fact)))
    }
}

/// A name of a roster's fact, `employee.left`.
fn employee_fact(name: &str) -> Option<EmployeeFact> {
    EmployeeFact::ALL.into_iter().find(|fact| fact.as_str() == name)
}

fn find(name: &str) -> Option<FactName> {
    FactName::ALL.into_iter().find(|fact| fact.as_str() == name)
}

/// A name of a vendor's fact, without `account.`.
fn fact_name(source_text: &SourceText<'_>, name: &Spanned<String>) -> Checked<FactName> {
    find(name.get_ref()).ok_or_else(|| {
        let names = FactName::ALL.into_iter().map(FactName::as_str);
        let diagnostic =
            source_text.at(name.span(), format!("there is no fact {:?} that a vendor tells", name.get_ref()));
        Box::new(diagnostic.help(meant_or_one_of(name.get_ref(), names, "it is one of:")))
    })
}
