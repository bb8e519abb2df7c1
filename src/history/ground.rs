//! What the findings of a report rest on: its sources, its rules, and what each rule could judge at each source.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{SourceStatus, Timestamp};

/// What the findings of a report rest on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ground {
    /// The run.
    pub run_id: String,
    /// The moment of judgement.
    pub as_of: Timestamp,
    /// How it names findings; empty, if in full.
    pub naming: String,
    /// How people are read, and accounts joined to them, as a hash.
    pub reading: String,
    /// Configured sources that were not audited.
    pub left_out: BTreeSet<String>,
    /// The sources that were, by name.
    pub sources: BTreeMap<String, SourceGround>,
    /// The rules, by id.
    pub rules: BTreeMap<String, RuleGround>,
    /// By rule and source, where something could not be judged.
    pub cells: BTreeMap<String, BTreeMap<String, CellGround>>,
    /// The columns of the roster by which accounts find their owners.
    pub keys: BTreeSet<String>,
    /// How many accounts there were.
    pub accounts: u64,
}

/// A source as it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceGround {
    /// Its kind.
    pub vendor: String,
    /// Whether all accounts were seen.
    pub status: SourceStatus,
    /// Which accounts are seen, and whose they are, as a hash.
    pub reading: String,
}

/// A rule as it applied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleGround {
    /// Whether it was on.
    pub enabled: bool,
    /// What it judges, and by what; empty where that isn't told.
    pub logic: String,
    /// Subjects that it could not judge, of no source.
    pub not_evaluable: u64,
}

/// What a rule could not judge at a source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CellGround {
    /// How many subjects.
    pub not_evaluable: u64,
    /// For want of which facts.
    pub missing: BTreeSet<String>,
}

impl Ground {
    /// Whether all sources were seen whole.
    pub fn is_complete(&self) -> bool {
        self.left_out.is_empty() && self.sources.values().all(|source| source.status == SourceStatus::Complete)
    }

    pub(super) fn cell(&self, rule: &str, source: &str) -> Option<&CellGround> {
        self.cells.get(rule)?.get(source)
    }

    /// The same, with sources under the names that they have now.
    pub(super) fn renamed(mut self, to_new: &BTreeMap<String, String>) -> Self {
        let new = |name: String| to_new.get(&name).cloned().unwrap_or(name);
        self.sources = self.sources.into_iter().map(|(name, source)| (new(name), source)).collect();
        self.left_out = self.left_out.into_iter().map(new).collect();
        for cells in self.cells.values_mut() {
            *cells = std::mem::take(cells).into_iter().map(|(name, cell)| (new(name), cell)).collect();
        }
        self
    }
}
