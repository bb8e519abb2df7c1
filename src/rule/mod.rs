//! Rules: files that people can read, test and trust, applied to accounts, people, groups and sources.
//!
//! A rule file is read and checked ([`RuleSet::load`]), its condition is compiled ([`crate::expression`]) against the published
//! facts ([`facts`]), and judged on one [`Scope`] after the other. Everything that could be silently wrong is
//! refused when it is loaded; what a vendor doesn't tell makes a judgement *not evaluable*, never a pass.

mod compiled;
#[cfg(test)]
mod conditions;
pub mod control;
mod describe;
mod document;
mod example;
pub mod facts;
mod file;
mod lint;
mod load;
mod message;
mod missing;
mod params;
mod place;
mod scope;
mod subject;
mod suite;
mod triage;
mod verdict;
mod vocabulary;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

pub use crate::expression::{EvalError, List, Missing, Value};
pub use compiled::check_condition;
pub use control::{Control, Guardrail};
pub use describe::{list, show};
pub use document::document;
pub use example::{Example, ExampleResult, Expect, Outcome};
pub use facts::Facts;
pub use file::RawRule;
pub use lint::{Exposure, lint};
pub use load::{RuleSet, built_in_ids, rule_files, test_files};
pub use params::{Param, Params};
pub use scope::{
    AccountScope, AccountsFacts, DeclarationFacts, DeclaredScope, EmployeeScope, ExceptionFacts, GroupFacts, Scope,
    SourceFacts,
};
pub use subject::{GroupBy, Subject};
#[cfg(test)]
pub(crate) use suite::questions;
pub use suite::{TestResult, run_tests};
pub use triage::{Open, Triage};
pub use verdict::RuleResult;

/// Where the facts of rules stand.
pub(crate) type Columns<'c> = dyn expression::Columns<&'static facts::FactDef> + 'c;
/// A condition of a rule in SQL.
pub(crate) type Said<'r> = expression::Said<'r, &'static facts::FactDef>;
/// What SQL can't say of one.
pub(crate) type Part<'r> = expression::Part<'r, &'static facts::FactDef>;

use self::compiled::Compiled;
use crate::expression;
use crate::model::{RuleId, Severity, SourceName};

/// Where a rule comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// It is part of the program.
    BuiltIn,
    /// It is one of the organisation's own files.
    File(PathBuf),
}

/// One rule, with the changes that the configuration makes.
#[derive(Debug)]
pub struct Rule {
    id: RuleId,
    origin: Origin,
    /// Its file, as it was read.
    text: String,
    title: String,
    severity: Severity,
    why: String,
    remediation: String,
    controls: Vec<Control>,
    guardrails: Vec<Guardrail>,
    params: Params,
    off_until: Option<String>,
    written: compiled::Written,
    compiled: Compiled,
    /// With the params of the rule file, if the configuration changes them: examples are judged by these.
    as_written: Option<Compiled>,
    examples: Vec<Example>,
    enabled: bool,
    sources: Option<BTreeSet<SourceName>>,
    changes: Vec<String>,
}

impl Rule {
    /// Whether the rule is about subjects such as this one, so that a pass says something.
    pub fn concerns(&self, scope: &Scope<'_>) -> bool {
        self.compiled.when.applies(scope)
    }

    /// Judges one subject.
    pub fn judge<'a>(&'a self, scope: &'a Scope<'a>) -> RuleResult {
        self.compiled.judge(scope)
    }

    /// For rules about groups and employees: whether the scope's account counts. [`RuleResult::Violation`] means that it
    /// does; [`GroupBy::key`] says to which.
    pub fn is_member<'a>(&'a self, scope: &'a Scope<'a>) -> RuleResult {
        self.compiled.is_member(scope)
    }

    /// What to tell the person who must act.
    pub fn message<'a>(&'a self, scope: &'a Scope<'a>) -> String {
        self.compiled.message(scope)
    }

    /// The facts that the condition reads, by path. What is absent is null, what the vendor doesn't tell is left out.
    pub fn facts<'a>(&'a self, scope: &'a Scope<'a>) -> Facts<'a> {
        Facts::of_sorted(self.compiled.when.facts(scope))
    }

    /// The condition in SQL.
    pub(crate) fn said(&self, columns: &Columns<'_>) -> Said<'_> {
        self.compiled.when.said(columns)
    }

    /// Which accounts count, in SQL; none if all do.
    pub(crate) fn members_said(&self, columns: &Columns<'_>) -> Option<Said<'_>> {
        self.compiled.members.as_ref().map(|members| members.said(columns))
    }

    /// Every fact that its conditions may read.
    pub(crate) fn facts_read(&self) -> impl Iterator<Item = &'static facts::FactDef> {
        let of_members = self.compiled.members.iter().flat_map(compiled::Condition::facts_read);
        self.compiled.when.facts_read().iter().chain(of_members).copied()
    }

    /// The paths of the facts that the condition reads.
    pub fn reads(&self) -> impl Iterator<Item = &str> {
        self.compiled.when.reads()
    }

    /// The facts that a vendor has to tell for the rule to be evaluable in every case.
    pub fn needs(&self) -> Missing {
        let keys = self.written.group_by.iter().map(|by| by.needs());
        keys.fold(self.compiled.needs(), Missing::and)
    }

    /// Whether the rule is applied to a source.
    pub fn applies_to(&self, source: &SourceName) -> bool {
        self.sources.as_ref().is_none_or(|sources| sources.contains(source))
    }

    /// Whether it is applied to one of these sources. What is about the roster or the exceptions is of no source.
    pub fn applies_to_any<'s>(&self, mut sources: impl Iterator<Item = &'s SourceName>) -> bool {
        matches!(self.subject(), Subject::Roster | Subject::Exception) || sources.any(|source| self.applies_to(source))
    }

    /// Its name.
    pub const fn id(&self) -> &RuleId {
        &self.id
    }

    /// Where it comes from.
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// What stands in its file.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What is wrong, in a few words.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// How urgent it is.
    pub const fn severity(&self) -> Severity {
        self.severity
    }

    /// What it judges.
    pub const fn subject(&self) -> Subject {
        self.written.subject
    }

    /// For rules about groups: what the accounts share, any of these.
    pub fn group_by(&self) -> &[GroupBy] {
        &self.written.group_by
    }

    /// The condition as it is written.
    pub fn when(&self) -> &str {
        self.written.when.get_ref().as_str()
    }

    /// For rules about groups and employees: which accounts count, as it is written.
    pub fn members(&self) -> Option<&str> {
        self.written.members.as_ref().map(|text| text.get_ref().as_str())
    }

    /// The message as it is written.
    pub fn message_template(&self) -> &str {
        self.written.message.get_ref().as_str()
    }

    /// Why it matters.
    pub fn why(&self) -> &str {
        &self.why
    }

    /// What to do.
    pub fn remediation(&self) -> &str {
        &self.remediation
    }

    /// The controls that it gives evidence for.
    pub fn controls(&self) -> &[Control] {
        &self.controls
    }

    /// What controls demand of its params.
    pub fn guardrails(&self) -> &[Guardrail] {
        &self.guardrails
    }

    /// Its limits, as they apply.
    pub const fn params(&self) -> &Params {
        &self.params
    }

    /// Whether it is applied.
    pub fn is_enabled(&self) -> bool {
        self.enabled && self.waits_for().is_none()
    }

    /// The param that has to be set before the rule says anything.
    pub fn waits_for(&self) -> Option<&str> {
        self.off_until.as_deref().filter(|name| self.params.get(*name).is_none_or(Param::is_empty))
    }

    /// Why it isn't applied, if it isn't.
    pub fn why_off(&self) -> Option<String> {
        if !self.enabled {
            return Some("disabled by the configuration".to_owned());
        }
        self.waits_for().map(|param| format!("until its param {param} is set"))
    }

    /// For rules about the roster: whether it is asked about every defect, and not once.
    pub fn is_about_issues(&self) -> bool {
        self.subject() == Subject::Roster && self.reads().any(|path| path.starts_with("issue."))
    }

    /// Whether it is asked about every declaration of accounts, and not about waivers.
    pub fn is_about_declarations(&self) -> bool {
        self.subject() == Subject::Exception && self.reads().any(|path| path.starts_with("declaration."))
    }

    /// The only sources to which it is applied, if the configuration says so.
    pub const fn sources(&self) -> Option<&BTreeSet<SourceName>> {
        self.sources.as_ref()
    }

    /// What the configuration changes, a sentence for each change.
    pub fn changes(&self) -> &[String] {
        &self.changes
    }

    /// What it says of made-up subjects.
    pub fn examples(&self) -> &[Example] {
        &self.examples
    }

    /// Judges its examples.
    pub fn test(&self) -> Vec<ExampleResult> {
        example::run(self)
    }

    /// Params that no condition uses; a message may.
    pub fn unused_params(&self) -> impl Iterator<Item = &str> {
        self.params.keys().map(String::as_str).filter(|name| !self.compiled.uses(name))
    }

    fn as_written(&self) -> &Compiled {
        self.as_written.as_ref().unwrap_or(&self.compiled)
    }

    /// The path of its file; of a built-in one, that in the program's sources.
    pub fn path(&self) -> PathBuf {
        match &self.origin {
            Origin::BuiltIn => Path::new("rules").join(format!("{}.toml", self.id)),
            Origin::File(path) => path.clone(),
        }
    }
}
