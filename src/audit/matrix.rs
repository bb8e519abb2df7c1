//! What each rule could judge at each source: the matrix that keeps "not evaluable" from looking like a pass.

use std::collections::{BTreeMap, BTreeSet};

use super::looked::RuleCount;
use crate::model::{RuleId, SourceName};
use crate::rule::{Missing, RuleResult};

/// One rule at one source, or about what belongs to no source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// The rule.
    pub rule: RuleId,
    /// The source; `None` for people and the roster.
    pub source: Option<SourceName>,
    /// Subjects that could be judged.
    pub evaluated: u64,
    /// Of these, findings.
    pub violations: u64,
    /// Subjects that could not be judged.
    pub not_evaluable: u64,
    /// Of these, because of the roster; not those whose unsettled owner an exception accepts.
    pub because_of_roster: u64,
    /// The facts that were missing, and errors of evaluation.
    pub missing: BTreeSet<String>,
}

/// Counts verdicts.
#[derive(Debug, Default)]
pub(super) struct Matrix {
    cells: BTreeMap<RuleId, BTreeMap<Option<SourceName>, Counts>>,
}

/// The verdicts of one rule.
#[derive(Debug, Default)]
pub(super) struct Counts {
    evaluated: u64,
    violations: u64,
    not_evaluable: u64,
    because_of_roster: u64,
    missing: Missing,
    errors: BTreeSet<String>,
}

impl Counts {
    pub(super) fn count(&mut self, verdict: RuleResult) {
        self.count_alike(verdict, 1);
    }

    /// Counts this many subjects of which the same was said.
    pub(super) fn count_alike(&mut self, verdict: RuleResult, subjects: u64) {
        match verdict {
            RuleResult::Pass => self.evaluated += subjects,
            RuleResult::Violation => {
                self.evaluated += subjects;
                self.violations += subjects;
            }
            RuleResult::NotEvaluable(missing) => {
                self.not_evaluable += subjects;
                self.because_of_roster += if missing.is_of_roster() { subjects } else { 0 };
                self.missing = self.missing.and(missing);
            }
            RuleResult::Failed(error) => {
                self.not_evaluable += subjects;
                self.errors.insert(error.to_string());
            }
        }
    }

    /// Adds what another thread counted.
    pub(super) fn merge(&mut self, other: Self) {
        self.evaluated += other.evaluated;
        self.violations += other.violations;
        self.not_evaluable += other.not_evaluable;
        self.because_of_roster += other.because_of_roster;
        self.missing = self.missing.and(other.missing);
        self.errors.extend(other.errors);
    }

    /// How much there is to say.
    pub(super) const fn told(&self) -> RuleCount {
        RuleCount { violations: self.violations, not_evaluable: self.not_evaluable }
    }

    fn missing(self) -> BTreeSet<String> {
        self.missing.names().map(str::to_owned).chain(self.errors).collect()
    }
}

impl Matrix {
    pub(super) fn count(&mut self, rule: &RuleId, source: Option<&SourceName>, verdict: RuleResult) {
        self.counts(rule, source).count(verdict);
    }

    pub(super) fn merge(&mut self, rule: &RuleId, source: &SourceName, counts: Counts) {
        self.counts(rule, Some(source)).merge(counts);
    }

    /// Subjects that pass without having been asked, because they can't violate the rule.
    pub(super) fn count_passes(&mut self, rule: &RuleId, source: Option<&SourceName>, passes: u64) {
        self.counts(rule, source).evaluated += passes;
    }

    /// A subject that could not be judged because of the roster, which an exception accepts.
    pub(super) fn excuse(&mut self, rule: &RuleId, source: &SourceName) {
        let counts = self.counts(rule, Some(source));
        counts.because_of_roster = counts.because_of_roster.saturating_sub(1);
    }

    fn counts(&mut self, rule: &RuleId, source: Option<&SourceName>) -> &mut Counts {
        // Names are reference-counted, so that a clone copies no text.
        self.cells.entry(rule.clone()).or_default().entry(source.cloned()).or_default()
    }

    pub(super) fn into_cells(self) -> Vec<Cell> {
        let cells = self.cells.into_iter().flat_map(|(rule, row)| {
            row.into_iter().map(move |(source, counts)| Cell {
                rule: rule.clone(),
                source,
                evaluated: counts.evaluated,
                violations: counts.violations,
                not_evaluable: counts.not_evaluable,
                because_of_roster: counts.because_of_roster,
                missing: counts.missing(),
            })
        });
        cells.collect()
    }
}
