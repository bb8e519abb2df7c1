//! Judges every account of every source, then groups and sources: correlation and rules, joined into an
//! [`Outcome`]. After reading the roster, and while an export is fetched or after fetching; before the gate. Pure: the clock is
//! an argument.
//!
//! Accounts stream through. What stays in memory is what was found, a few counters, and 12 bytes for each account and
//! key that a group rule counts.

mod account_row;
mod answers;
mod arrivals;
mod evidence;
mod gathered;
mod groups;
mod inventory;
mod judge;
mod look;
mod looked;
mod matrix;
mod near;
mod outcome;
mod owners;
mod people;
mod promised;
mod roster;
mod settle;
mod sink;
mod story;
mod suggest;
mod violation;

use std::collections::BTreeMap;
use std::fmt;
use std::io;

pub use account_row::{AccountRow, Work};
pub use answers::{Answer, Answers, Disagreement, Verdict, Whose};
pub use arrivals::Arrivals;
pub use evidence::Evidence;
pub use inventory::{Inventory, Recorder};
pub use look::{Look, Sight};
pub use looked::{Looked, RuleCount};
pub use matrix::Cell;
pub use near::LikelyLine;
pub use outcome::{AuditError, Outcome, SourceMatching};
pub use promised::PromiseStates;
pub use settle::SettlingLine;
pub use story::{Asked, Judgement, Ruling, Story, Told};
pub use suggest::{Suggestion, Suggestions, Wanted};

use crate::base::parallel;
use crate::config::{MatchConfig, PrivilegedRoles};
use crate::correlate::{PlaceholderIndex, SourceCorrelator, Tally};
use crate::exception::{Coverage, DeclarationUse, Declarations, Exceptions, PromiseMemory};
use crate::fetch::{Decoder, Population, Spool};
use crate::model::{
    EmployeeIndex, Fingerprint, Person, Roster, RosterIssue, RuleId, SourceName, SourceStatus, Subject, Timestamp,
};
use crate::rule::{EmployeeScope, Rule, RuleResult, RuleSet, Scope, SourceFacts, Subject as RuleSubject};
use gathered::Gathered;
use judge::Judge;
use matrix::Matrix;
use near::{Orphans, Suggester};
use people::PersonAccounts;
use promised::Promised;
use sink::{FindingSink, breadth};

/// An audit under way.
#[derive(Debug)]
pub struct Audit<'a> {
    roster: &'a Roster,
    rules: &'a RuleSet,
    declarations: &'a Declarations,
    exceptions: &'a Exceptions,
    now: Timestamp,
    tally: Tally,
    found: FindingSink<'a>,
    matrix: Matrix,
    people: Vec<PersonAccounts<'a>>,
    suggester: Suggester<'a>,
    ledger: DeclarationUse,
    sources: BTreeMap<SourceName, SourceStatus>,
    /// How many accounts each source has.
    accounts: BTreeMap<SourceName, u64>,
    /// For how many more accounts likely owners are searched.
    orphans_left: usize,
    /// How many accounts each placeholder of the roster left without an owner.
    placeholders: BTreeMap<PlaceholderIndex, u64>,
    void_keys: BTreeMap<SourceName, u64>,
    by_source: BTreeMap<SourceName, SourceMatching>,
    roster_issues: Vec<RosterIssue>,
    /// Accounts whose owner isn't settled, of which an exception may say that this is accepted.
    unsettled: Vec<Unsettled>,
    inventory: Option<&'a Inventory>,
    /// What an engine says, if it has judged the accounts.
    answers: Option<&'a Answers>,
    evidence: Evidence,
    /// What the audit before knew of promises.
    memory: PromiseMemory,
    promised: BTreeMap<SourceName, Promised>,
    promise_states: PromiseStates,
}

/// An account whose owner isn't settled: the finding that says so, and the rules that can't judge it therefore.
#[derive(Debug)]
struct Unsettled {
    finding: Fingerprint,
    source: SourceName,
    rules: Vec<RuleId>,
}

/// What an audit holds the accounts against.
#[derive(Debug, Clone, Copy)]
pub struct Measures<'a> {
    /// The people.
    pub roster: &'a Roster,
    /// The rules that apply.
    pub rules: &'a RuleSet,
    /// The accounts that the organisation vouches for.
    pub declarations: &'a Declarations,
    /// Waivers and baseline.
    pub exceptions: &'a Exceptions,
    /// How accounts find their owners.
    pub matching: &'a MatchConfig,
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

impl<'a> Audit<'a> {
    /// Starts an audit that judges as of `now`.
    pub fn new(measures: Measures<'a>, now: Timestamp) -> Self {
        let Measures { roster, rules, declarations, exceptions, matching } = measures;
        let about_people = rules.enabled().filter(|rule| rule.subject() == RuleSubject::Employee);
        Self {
            roster,
            rules,
            declarations,
            exceptions,
            now,
            tally: Tally::default(),
            found: FindingSink::new(exceptions, roster, now),
            matrix: Matrix::default(),
            people: about_people.map(PersonAccounts::new).collect(),
            suggester: Suggester::new(roster, matching),
            ledger: DeclarationUse::default(),
            sources: BTreeMap::new(),
            accounts: BTreeMap::new(),
            orphans_left: Orphans::MOST,
            placeholders: BTreeMap::new(),
            void_keys: BTreeMap::new(),
            by_source: BTreeMap::new(),
            roster_issues: Vec::new(),
            unsettled: Vec::new(),
            inventory: None,
            answers: None,
            evidence: Evidence::Whole,
            memory: PromiseMemory::default(),
            promised: BTreeMap::new(),
            promise_states: PromiseStates::new(),
        }
    }

    /// Puts every account into the inventory, too, when there is one.
    #[must_use]
    pub fn with_inventory(self, inventory: Option<&'a Inventory>) -> Self {
        Self { inventory, ..self }
    }

    /// Knows what the audit before knew of promises.
    #[must_use]
    pub fn with_memory(self, memory: PromiseMemory) -> Self {
        Self { memory, ..self }
    }

    /// Takes what an engine says of all accounts, of which only those that it accuses are at hand.
    #[must_use]
    pub fn with_answers(self, answers: Option<&'a Answers>) -> Self {
        Self { answers, ..self }
    }

    /// Keeps so much of what is found.
    #[must_use]
    pub fn with_evidence(self, evidence: Evidence) -> Self {
        Self { evidence, ..self }
    }

    /// Judges all accounts of a source, and the source itself.
    ///
    /// # Errors
    /// When the records can't be read back, or accounts got lost.
    pub fn source(&mut self, context: &SourceContext<'_>, population: &mut Population) -> Result<(), AuditError> {
        let mut tally = Tally::default();
        self.look_at_promises(context, population.spool.as_mut(), population.certificate.status)
            .map_err(|error| AuditError::Spool { source_name: context.name.clone(), error })?;
        if let Some(spool) = &mut population.spool {
            tally = self
                .accounts(context, spool)
                .map_err(|error| AuditError::Spool { source_name: context.name.clone(), error })?;
        }
        if let Some(answers) = self.answers {
            tally = self.answered(answers, context.name, population.certificate.distinct);
        }
        self.close(context, population, tally)
    }

    /// Whether the accounts of a source have been judged.
    pub fn has_judged(&self, source: &SourceName) -> bool {
        self.sources.contains_key(source)
    }

    /// Judges the source itself, by what was counted of its accounts.
    fn close(&mut self, context: &SourceContext<'_>, population: &Population, tally: Tally) -> Result<(), AuditError> {
        tally
            .check(population.certificate.distinct)
            .map_err(|error| AuditError::Unbalanced { source_name: context.name.clone(), error })?;
        self.tally.merge(&tally);
        self.by_source.entry(context.name.clone()).or_default().tally = tally;
        self.sources.insert(context.name.clone(), population.certificate.status);
        self.accounts.insert(context.name.clone(), population.certificate.distinct);
        self.source_itself(context, population).map_err(AuditError::Findings)
    }

    fn accounts(&mut self, context: &SourceContext<'_>, spool: &mut Spool) -> io::Result<Tally> {
        let judge = self.judge(context);
        let mut gathered = Gathered::new(&judge, self.orphans_left);
        gathered.groups.iter_mut().for_each(|group| group.reserve(spool.len()));
        parallel::for_each_in_order(
            spool.chunks(),
            |chunk| judge.chunk(&chunk),
            |result| self.take(&judge, &mut gathered, result),
        )?;
        self.together(&judge, gathered, spool)
    }

    fn judge<'j>(&self, context: &'j SourceContext<'j>) -> Judge<'j>
    where
        'a: 'j,
    {
        Judge {
            context,
            roster: self.roster,
            declarations: self.declarations.of(context.name, self.now),
            exceptions: self.exceptions,
            now: self.now,
            inventory: self.inventory,
            answers: self.answers,
            evidence: self.evidence,
            promised: self.promised.get(context.name).cloned().unwrap_or_default(),
            about_accounts: self.rules_about(RuleSubject::Account, context.name).collect(),
            about_groups: self.rules_about(RuleSubject::Group, context.name).collect(),
            about_people: self.rules_about(RuleSubject::Employee, context.name).collect(),
        }
    }

    /// How many accounts each placeholder of the roster has left without an owner so far.
    pub const fn placeholders(&self) -> &BTreeMap<PlaceholderIndex, u64> {
        &self.placeholders
    }

    /// The sum of it all, sorted. `coverage` says what was seen whole.
    ///
    /// # Errors
    /// The findings can't be kept.
    pub fn finish(mut self, coverage: &Coverage) -> Result<Outcome, AuditError> {
        self.judge_people().map_err(AuditError::Findings)?;
        let declared = self.ledger.close(self.declarations, &self.sources, self.roster, self.now);
        let breadths: Vec<_> = declared.iter().filter_map(|one| breadth(one, &self.accounts)).collect();
        let settled = self.found.close(self.rules, &breadths, coverage).map_err(AuditError::Findings)?;
        for Unsettled { finding, source, rules } in &self.unsettled {
            if settled.covered.contains(finding) {
                for rule in rules {
                    self.matrix.excuse(rule, source);
                }
            }
        }
        let mut cells = self.matrix.into_cells();
        cells.extend(settled.cells);
        cells.sort_by(|a, b| (&a.rule, &a.source).cmp(&(&b.rule, &b.source)));
        Ok(Outcome {
            declared,
            tally: self.tally,
            findings: settled.findings,
            cells,
            waivers: settled.waivers,
            baseline: settled.baseline,
            roster_issues: self.roster_issues,
            void_keys: self.void_keys,
            by_source: self.by_source,
            promises: self.promise_states,
        })
    }

    fn rules_about(&self, subject: RuleSubject, source: &SourceName) -> impl Iterator<Item = &'a Rule> + use<'a> {
        let source = source.clone();
        self.rules.enabled().filter(move |rule| rule.subject() == subject && rule.applies_to(&source))
    }

    fn source_itself(&mut self, context: &SourceContext<'_>, population: &Population) -> io::Result<()> {
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
        for rule in self.rules_about(RuleSubject::Source, context.name) {
            let verdict = rule.judge(&scope);
            self.matrix.count(rule.id(), Some(context.name), verdict);
            if matches!(verdict, RuleResult::Violation) {
                let subject = Subject::Source { source: context.name.clone() };
                self.found.push(evidence::finding(rule, subject, Person::default(), &scope))?;
            }
        }
        Ok(())
    }
}

/// The employee at an index, with what rules may know of the roster.
fn employee_at(roster: &Roster, index: EmployeeIndex) -> Option<EmployeeScope<'_>> {
    roster.employee(index).map(|employee| EmployeeScope::one(employee, &roster.extra_columns))
}
