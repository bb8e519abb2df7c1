//! Where findings go: exceptions are weighed the moment one is made, and then it is kept on disk and not in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::evidence;
use super::matrix::Cell;
use crate::exception::{BaselineUse, Coverage, DeclaredState, DeclaredUse, ExceptionTally, Exceptions, WaiverUse};
use crate::finding::{Batch, Findings, FindingsWriter};
use crate::model::{
    Disposition, Finding, Fingerprint, Person, Roster, RuleId, Situation, SourceName, Subject, Timestamp,
};
use crate::rule::{DeclarationFacts, ExceptionFacts, Rule, RuleResult, RuleSet, Scope, Subject as RuleSubject};

/// The findings so far, and what they mean for the exceptions.
#[derive(Debug)]
pub(super) struct FindingSink<'a> {
    exceptions: &'a Exceptions,
    now: Timestamp,
    writer: FindingsWriter,
    /// What is still to be handed to the writer.
    pending: Batch,
    tally: ExceptionTally,
    /// The findings about accounts without a settled owner that exceptions cover.
    covered: BTreeSet<Fingerprint>,
}

/// All findings, and what became of the exceptions.
pub(super) struct ClosedFindings {
    pub findings: Findings,
    pub waivers: Vec<WaiverUse>,
    pub baseline: Vec<BaselineUse>,
    /// What the rules about exceptions counted.
    pub cells: Vec<Cell>,
    /// The findings about accounts without a settled owner that exceptions cover.
    pub covered: BTreeSet<Fingerprint>,
}

/// The rules that say that several people could own an account.
const ABOUT_OWNER: [(&str, &str); 2] = [("ambiguous", "ambiguous-match"), ("conflict", "identity-conflict")];

/// The rule that says of an account in this situation that its owner isn't settled.
pub(super) fn rule_about_owner(situation: &Situation) -> Option<RuleId> {
    ABOUT_OWNER.iter().find(|(word, _)| *word == situation.as_str()).map(|(_, rule)| RuleId::new(rule))
}

fn is_about_owner(rule: &RuleId) -> bool {
    ABOUT_OWNER.iter().any(|(_, id)| *id == rule.as_str())
}

impl<'a> FindingSink<'a> {
    pub(super) fn new(exceptions: &'a Exceptions, roster: &Roster, now: Timestamp) -> Self {
        Self {
            exceptions,
            now,
            writer: FindingsWriter::new(),
            pending: Batch::default(),
            tally: exceptions.tally(roster, now),
            covered: BTreeSet::new(),
        }
    }

    /// Takes a finding.
    pub(super) fn push(&mut self, finding: Finding) -> io::Result<()> {
        const ENOUGH: usize = 1 << 20;
        let mut finding = finding;
        self.exceptions.weigh(&mut finding, &mut self.tally, self.now);
        if finding.disposition != Disposition::Open && is_about_owner(&finding.rule) {
            self.covered.insert(finding.fingerprint.clone());
        }
        self.pending.push_whole(&(&finding).into(), finding.subject.key())?;
        if self.pending.size() > ENOUGH { self.flush() } else { Ok(()) }
    }

    /// Takes several. Returns the position of the first among all.
    pub(super) fn extend(&mut self, found: Vec<Finding>) -> io::Result<usize> {
        let first = self.writer.len() + self.pending.len();
        found.into_iter().try_for_each(|finding| self.push(finding))?;
        Ok(first)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.append(std::mem::take(&mut self.pending))
    }

    /// Takes findings that no exception concerns. Returns the position of the first among all.
    pub(super) fn append(&mut self, batch: Batch) -> io::Result<usize> {
        self.flush()?;
        let first = self.writer.len();
        self.writer.append(batch)?;
        Ok(first)
    }

    /// Says of findings to whom their account probably belongs.
    pub(super) fn add_near_misses(&mut self, near_misses: Vec<(Vec<usize>, String)>) -> io::Result<()> {
        self.flush()?;
        near_misses.into_iter().try_for_each(|(positions, near)| self.writer.add_near_misses(&positions, near))
    }

    /// The findings alone, without a word about the exceptions.
    pub(super) fn so_far(mut self) -> io::Result<Findings> {
        self.flush()?;
        self.writer.sorted()
    }

    /// Adds the findings about the waivers and declarations, and sorts them all. None is taken away.
    pub(super) fn close(
        mut self,
        rules: &RuleSet,
        declared: &[Breadth],
        coverage: &Coverage,
    ) -> io::Result<ClosedFindings> {
        let waivers = self.exceptions.waivers.close(std::mem::take(&mut self.tally.waivers), coverage, self.now);
        let facts: Vec<_> = waivers.iter().map(|entry| (entry.waiver.line, facts(entry))).collect();
        let mut cells = Vec::new();
        for rule in rules.enabled().filter(|rule| rule.subject() == RuleSubject::Exception) {
            let nothing = Scope::at(self.now);
            cells.extend(if rule.is_about_declarations() {
                let scope = |facts| Scope { declaration: Some(facts), ..nothing.clone() };
                let all =
                    declared.iter().map(|Breadth { line, facts }| ("declaration", &facts.id, *line, scope(facts)));
                self.judge_exceptions(rule, all)?
            } else {
                let scope = |facts| Scope { exception: Some(facts), ..nothing.clone() };
                let all = facts.iter().map(|(line, facts)| ("exception", &facts.id, *line, scope(facts)));
                self.judge_exceptions(rule, all)?
            });
        }
        self.flush()?;
        let tally = &self.tally.baseline;
        let baseline = self.exceptions.baseline.as_ref().map(|baseline| baseline.close(tally, coverage, self.now));
        Ok(ClosedFindings {
            findings: self.writer.sorted()?,
            waivers,
            baseline: baseline.unwrap_or_default(),
            cells,
            covered: self.covered,
        })
    }

    /// Judges each of some exceptions: the root of their facts, what names them, their line, and what is known of them.
    fn judge_exceptions<'s>(
        &mut self,
        rule: &Rule,
        all: impl Iterator<Item = (&'static str, &'s String, u64, Scope<'s>)>,
    ) -> io::Result<Option<Cell>> {
        let (mut evaluated, mut violations) = (0, 0);
        for (root, id, line, scope) in all {
            evaluated += 1;
            if rule.judge(&scope) == RuleResult::Violation {
                let subject = Subject::Exception { id: id.clone() };
                let mut finding = evidence::finding(rule, subject, Person::default(), &scope);
                finding.facts.insert(format!("{root}.id"), id.clone().into());
                finding.facts.insert(format!("{root}.line"), line.into());
                self.push(finding)?;
                violations += 1;
            }
        }
        Ok((evaluated > 0).then(|| Cell {
            rule: rule.id().clone(),
            source: None,
            evaluated,
            violations,
            not_evaluable: 0,
            because_of_roster: 0,
            missing: BTreeSet::new(),
        }))
    }
}

/// How much a declaration covers, and its line.
#[derive(Debug)]
pub(super) struct Breadth {
    line: u64,
    facts: DeclarationFacts,
}

/// How much a declaration covers of the accounts of its source; nothing, if it no longer holds.
pub(super) fn breadth(declared: &DeclaredUse, accounts: &BTreeMap<SourceName, u64>) -> Option<Breadth> {
    let declaration = &declared.declaration;
    let facts = DeclarationFacts {
        id: declaration.id(),
        source: declaration.source.clone(),
        kind: declaration.kind.as_str().to_owned(),
        pattern: declaration.is_pattern,
        accounts: declared.breadth,
        out_of: accounts.get(&declaration.source).copied()?,
        up_to: declaration.up_to,
    };
    (declared.state != DeclaredState::Expired).then_some(Breadth { line: declaration.line, facts })
}

fn facts(entry: &WaiverUse) -> ExceptionFacts {
    let waiver = &entry.waiver;
    ExceptionFacts {
        kind: "waiver".to_owned(),
        id: waiver.id(),
        rule: waiver.rule.to_string(),
        state: entry.state.as_str().to_owned(),
        findings: entry.findings,
        seen: entry.seen,
        ticket: waiver.ticket.clone(),
        expires: Some(waiver.expires),
        owner: Some(waiver.owner.name.clone()),
        cause: entry.cause.clone(),
    }
}
