//! Judges every account of every source, then groups and sources: correlation and rules, joined into an
//! [`Outcome`]. After fetching and reading the roster, before the gate. Pure: the clock is an argument.
//!
//! Accounts stream through. What stays in memory is what was found, a few counters, and 16 bytes for each account and
//! key that a group rule counts.

mod evidence;
mod exceptions;
mod groups;
mod matrix;
mod near;
mod people;
mod roster;
mod story;
mod suggest;

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::io;

use serde_json::value::RawValue;

pub use matrix::Cell;
pub use story::{Judgement, Story, Told};
pub use suggest::Suggestion;

use crate::config::{MatchConfig, PrivilegedRoles};
use crate::correlate::{SourceCorrelator, Tally, Unbalanced};
use crate::exception::{BaselineUse, Declarations, DeclaredUse, Ledger, SourceDeclarations, WaiverUse};
use crate::model::{
    Account, Correlation, Employee, EmployeeIndex, Finding, Person, Roster, Situation, SourceName, SourceStatus,
    Subject, Timestamp,
};
use crate::rule::{
    AccountScope, DeclaredScope, EmployeeScope, Rule, RuleSet, Scope, SourceFacts, Subject as RuleSubject, Verdict,
};
use crate::source::{Decoder, Population};
use groups::GroupMembers;
use matrix::Matrix;
use near::Suggester;
use people::PersonAccounts;

/// What an audit found.
#[derive(Debug)]
pub struct Outcome {
    /// How many accounts are in which situation, over all sources.
    pub tally: Tally,
    /// Sorted by severity, rule, source and subject.
    pub findings: Vec<Finding>,
    /// What each rule could judge at each source, sorted by rule and source.
    pub cells: Vec<Cell>,
    /// What became of each declared account of the sources, in the order of the file.
    pub declared: Vec<DeclaredUse>,
    /// What became of each waiver, in the order of the file.
    pub waivers: Vec<WaiverUse>,
    /// What became of each entry of the baseline.
    pub baseline: Vec<BaselineUse>,
}

/// Why an audit could not be finished.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The received records could not be read again.
    #[error("can't read the received records of {source_name} back from the temporary folder: {error}")]
    Spool {
        /// Whose.
        source_name: SourceName,
        /// Why.
        error: io::Error,
    },
    /// Accounts were lost on the way: a defect of headcount itself.
    #[error("{source_name}: {error}; please report this as a defect of headcount")]
    Unbalanced {
        /// Whose.
        source_name: SourceName,
        /// The numbers.
        error: Unbalanced,
    },
}

/// An audit under way.
#[derive(Debug)]
pub struct Audit<'a> {
    roster: &'a Roster,
    rules: &'a RuleSet,
    declarations: &'a Declarations,
    now: Timestamp,
    tally: Tally,
    findings: Vec<Finding>,
    matrix: Matrix,
    people: Vec<PersonAccounts<'a>>,
    suggester: Suggester<'a>,
    ledger: Ledger,
    sources: BTreeMap<SourceName, SourceStatus>,
}

/// What is needed to judge one source's accounts.
pub struct SourceContext<'a> {
    /// Its name.
    pub name: &'a SourceName,
    /// Its kind.
    pub vendor: &'a str,
    /// From its records to accounts.
    pub decoder: &'a dyn Decoder,
    /// From its accounts to their owners.
    pub correlator: &'a SourceCorrelator<'a>,
    /// The roles that give power over others.
    pub privileged_roles: Option<&'a PrivilegedRoles>,
}

impl fmt::Debug for SourceContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceContext").field("name", &self.name).finish_non_exhaustive()
    }
}

/// An account with its owner, about to be judged.
struct Judged<'a> {
    account: &'a Account<'a>,
    situation: &'a Situation,
    employee: Option<&'a Employee>,
}

impl<'a> Audit<'a> {
    /// Starts an audit that judges as of `now`.
    pub fn new(
        roster: &'a Roster,
        rules: &'a RuleSet,
        declarations: &'a Declarations,
        matching: &'a MatchConfig,
        now: Timestamp,
    ) -> Self {
        let about_people = rules.enabled().filter(|rule| rule.subject() == RuleSubject::Employee);
        Self {
            roster,
            rules,
            declarations,
            now,
            tally: Tally::default(),
            findings: Vec::new(),
            matrix: Matrix::default(),
            people: about_people.map(PersonAccounts::new).collect(),
            suggester: Suggester::new(roster, matching),
            ledger: Ledger::default(),
            sources: BTreeMap::new(),
        }
    }

    /// Judges all accounts of a source, and the source itself.
    ///
    /// # Errors
    /// When the records can't be read back, or accounts got lost.
    pub fn source(&mut self, context: &SourceContext<'_>, population: &mut Population) -> Result<(), AuditError> {
        let mut groups: Vec<GroupMembers<'_>> =
            self.rules_about(RuleSubject::Group, context.name).map(GroupMembers::new).collect();
        let account_rules: Vec<&Rule> = self.rules_about(RuleSubject::Account, context.name).collect();
        let mut tally = Tally::default();
        if let Some(spool) = &mut population.spool {
            let unreadable = |error| AuditError::Spool { source_name: context.name.clone(), error };
            spool
                .for_each(|position, record| {
                    self.account(context, &account_rules, &mut groups, &mut tally, position, record)
                })
                .map_err(unreadable)?;
            for group in groups {
                self.groups(context, group, spool).map_err(unreadable)?;
            }
        }
        tally
            .check(population.certificate.distinct)
            .map_err(|error| AuditError::Unbalanced { source_name: context.name.clone(), error })?;
        self.tally.merge(&tally);
        self.sources.insert(context.name.clone(), population.certificate.status);
        self.source_itself(context, population);
        Ok(())
    }

    /// The sum of it all, sorted.
    pub fn finish(mut self) -> Outcome {
        self.judge_people();
        self.findings.sort_by(in_order);
        let declared = self.ledger.close(self.declarations, &self.sources, self.roster, self.now);
        Outcome {
            declared,
            tally: self.tally,
            findings: self.findings,
            cells: self.matrix.into_cells(),
            waivers: Vec::new(),
            baseline: Vec::new(),
        }
    }

    fn rules_about(&self, subject: RuleSubject, source: &SourceName) -> impl Iterator<Item = &'a Rule> + use<'a> {
        let source = source.clone();
        self.rules.enabled().filter(move |rule| rule.subject() == subject && rule.applies_to(&source))
    }

    fn account(
        &mut self,
        context: &SourceContext<'_>,
        rules: &[&Rule],
        groups: &mut [GroupMembers<'_>],
        tally: &mut Tally,
        position: u64,
        record: &RawValue,
    ) -> io::Result<()> {
        let decoded = context.decoder.decode(record).map_err(io::Error::other)?;
        let found = context.correlator.correlate(&decoded.account);
        let situation = self.ledger.decide(self.declared(context.name), &decoded.account, found);
        tally.add(&situation);
        let owner = situation.employee();
        let employee = owner.and_then(|index| self.roster.employee(index));
        let judged = Judged { account: &decoded.account, situation: &situation, employee };
        let scope = self.account_scope(context, &judged);
        let before = self.findings.len();
        for rule in rules {
            let verdict = rule.judge(&scope);
            self.matrix.count(rule.id(), Some(context.name), verdict);
            if matches!(verdict, Verdict::Violation) {
                self.findings.push(account_finding(rule, context, &judged, &scope, self.roster));
            }
        }
        if matches!(situation, Situation::Unmatched) {
            let found = self.findings.get_mut(before..).unwrap_or_default();
            self.suggester.add(context, &decoded.account, found);
        }
        for group in groups {
            if let Some(undecided) = group.offer(&scope, position) {
                self.matrix.count(group.rule().id(), Some(context.name), undecided);
            }
        }
        if let Some(owner) = owner {
            for people in &mut self.people {
                people.offer(&scope, owner, context.name);
            }
        }
        Ok(())
    }

    fn account_scope<'s>(&self, context: &SourceContext<'s>, judged: &Judged<'s>) -> Scope<'s>
    where
        'a: 's,
    {
        Scope {
            account: Some(
                AccountScope::new(judged.account, context.name, context.vendor, judged.situation)
                    .with_privileged_roles(context.privileged_roles),
            ),
            employee: judged.employee.map(|employee| self.employee_scope(employee)),
            declared: self.declared_scope(judged.situation),
            ..Scope::at(self.now)
        }
    }

    fn declared(&self, source: &SourceName) -> SourceDeclarations<'a> {
        self.declarations.of(source, self.now)
    }

    fn declared_scope(&self, situation: &Situation) -> Option<DeclaredScope<'a>> {
        let Situation::Declared { declaration } = situation else { return None };
        let declaration = self.declarations.get(*declaration)?;
        Some(DeclaredScope { declaration, owner_left: declaration.owner_left(self.roster, self.now) })
    }

    fn employee_scope<'s>(&self, employee: &'s Employee) -> EmployeeScope<'s>
    where
        'a: 's,
    {
        EmployeeScope { employee, headings: &self.roster.extra_columns }
    }

    fn source_itself(&mut self, context: &SourceContext<'_>, population: &Population) {
        let certificate = &population.certificate;
        let facts = SourceFacts {
            name: context.name.clone(),
            vendor: context.vendor.to_owned(),
            status: certificate.status,
            declared: certificate.declared,
            fetched: certificate.fetched,
            distinct: certificate.distinct,
            error: certificate.error.clone(),
            read_at: certificate.finished_at,
            exposes: context.decoder.told().into_iter().map(|fact| fact.as_str().to_owned()).collect(),
        };
        let scope = Scope { source: Some(&facts), ..Scope::at(self.now) };
        let rules: Vec<&Rule> = self.rules_about(RuleSubject::Source, context.name).collect();
        for rule in rules {
            let verdict = rule.judge(&scope);
            self.matrix.count(rule.id(), Some(context.name), verdict);
            if matches!(verdict, Verdict::Violation) {
                let subject = Subject::Source { source: context.name.clone() };
                self.findings.push(evidence::finding(rule, subject, Person::default(), &scope));
            }
        }
    }
}

/// By severity, rule, source and subject.
fn in_order(a: &Finding, b: &Finding) -> Ordering {
    let (one, other) = (a.subject.source(), b.subject.source());
    (a.severity, &a.rule, one, &a.subject).cmp(&(b.severity, &b.rule, other, &b.subject))
}

fn account_finding(
    rule: &Rule,
    context: &SourceContext<'_>,
    judged: &Judged<'_>,
    scope: &Scope<'_>,
    roster: &Roster,
) -> Finding {
    let account_id = judged.account.id.clone().into_owned();
    let subject = Subject::Account { source: context.name.clone(), account_id };
    let person = evidence::person(judged.account, judged.employee);
    let mut finding = evidence::finding(rule, subject, person, scope);
    let tried = context.correlator.explain(judged.account).attempts;
    let correlation = Correlation { situation: judged.situation.clone(), attempts: tried };
    finding.correlation = evidence::correlation(&correlation, roster);
    if let Some(declared) = scope.declared {
        finding.correlation.insert("declared".to_owned(), evidence::declaration(declared.declaration));
    }
    evidence::add_context(&mut finding.facts, judged.account, judged.employee);
    finding
}

/// The employee at an index, with what rules may know of the roster.
fn employee_at(roster: &Roster, index: EmployeeIndex) -> Option<EmployeeScope<'_>> {
    roster.employee(index).map(|employee| EmployeeScope { employee, headings: &roster.extra_columns })
}
