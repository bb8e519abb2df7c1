//! What each rule could judge at each source: the matrix that keeps "not evaluable" from looking like a pass.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{RuleId, SourceName};
use crate::rule::{Missing, Verdict};

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
    /// Of these, subjects that could not be judged because of the roster, and whose `ambiguous-match` or
    /// `identity-conflict` isn't waived or baselined.
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
    missing: Missing,
    errors: BTreeSet<String>,
}

impl Counts {
    pub(super) fn count(&mut self, verdict: Verdict) {
        self.count_alike(verdict, 1);
    }

    /// Counts so many subjects of which the same was said.
    pub(super) fn count_alike(&mut self, verdict: Verdict, subjects: u64) {
        match verdict {
            Verdict::Pass => self.evaluated += subjects,
            Verdict::Violation => {
                self.evaluated += subjects;
                self.violations += subjects;
            }
            Verdict::NotEvaluable(missing) => {
                self.not_evaluable += subjects;
                self.missing = self.missing.and(missing);
            }
            Verdict::Failed(error) => {
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
        self.missing = self.missing.and(other.missing);
        self.errors.extend(other.errors);
    }

    fn missing(self) -> BTreeSet<String> {
        self.missing.iter().map(|fact| fact.as_str().to_owned()).chain(self.errors).collect()
    }
}

impl Matrix {
    pub(super) fn count(&mut self, rule: &RuleId, source: Option<&SourceName>, verdict: Verdict) {
        self.counts(rule, source).count(verdict);
    }

    pub(super) fn merge(&mut self, rule: &RuleId, source: &SourceName, counts: Counts) {
        self.counts(rule, Some(source)).merge(counts);
    }

    /// Subjects that pass without having been asked, because they can't violate the rule.
    pub(super) fn count_passes(&mut self, rule: &RuleId, source: Option<&SourceName>, passes: u64) {
        self.counts(rule, source).evaluated += passes;
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
                because_of_roster: 0,
                missing: counts.missing(),
            })
        });
        cells.collect()
    }
}
