//! What an audit of the world must find: counted from the scenarios, not from the rules.

use std::collections::BTreeMap;

use serde::Serialize;

use super::super::account::Outcome;
use super::super::vendors::{Tells, Vendor};
use super::World;
use super::changes::ExpectedChanges;
use super::layout::DOORS;
use super::scenario::Expect;

/// What an audit must find, under the kit's configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Expected {
    /// Number of findings of each rule at each source, sorted by rule and source. What isn't named must not be found.
    pub findings: Vec<ExpectedFindings>,
    /// What correlation must make of each source, sorted by name.
    pub sources: Vec<ExpectedSource>,
    /// What must have changed since the quarter before; nothing is before the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<ExpectedChanges>,
}

/// Findings of one rule at one source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ExpectedFindings {
    /// The rule's id.
    pub rule: String,
    /// The source's name; empty for what is wrong with the roster.
    pub source: String,
    /// How many.
    pub count: u64,
}

/// The population of one source. Matched, unmatched, ambiguous, conflict and declared add up to the accounts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ExpectedSource {
    /// The source's name.
    pub source: String,
    /// Distinct accounts.
    pub accounts: u64,
    /// Accounts with one owner.
    pub matched: u64,
    /// The same, by the tier that decides.
    pub by_tier: BTreeMap<String, u64>,
    /// Accounts of nobody.
    pub unmatched: u64,
    /// Accounts whose key is shared.
    pub ambiguous: u64,
    /// Accounts whose keys contradict each other.
    pub conflict: u64,
    /// Accounts that the organisation vouches for.
    pub declared: u64,
}

impl Expected {
    /// Keeps what concerns these vendors.
    pub fn retain(&mut self, vendors: &[Vendor]) {
        let doors = has_doors(vendors);
        let kept = |name: &str| {
            name.is_empty() || (doors && name == DOORS) || vendors.iter().any(|vendor| vendor.source_name() == name)
        };
        self.findings.retain(|findings| kept(&findings.source) && (doors || !findings.rule.starts_with("waiver-")));
        self.sources.retain(|source| kept(&source.source));
        if let Some(changes) = &mut self.changes {
            changes.findings.retain(|states| kept(&states.source) && (doors || !states.rule.starts_with("waiver-")));
            changes.accounts.retain(|accounts| kept(&accounts.source));
        }
    }

    /// The number of findings of a rule at a source.
    pub fn count(&self, rule: &str, source: &str) -> u64 {
        let found = self.findings.iter().find(|findings| findings.rule == rule && findings.source == source);
        found.map_or(0, |findings| findings.count)
    }
}

/// Whether the kit for these vendors has the export of the sixth system, and the waivers for it: where the whole
/// organisation is simulated, and not one vendor of it.
pub(in crate::simulate) fn has_doors(vendors: &[Vendor]) -> bool {
    Vendor::ALL.iter().all(|vendor| vendors.contains(vendor))
}

impl World {
    /// What an audit of this world must find.
    pub fn expected(&self) -> Expected {
        let mut sources: Vec<_> = Vendor::ALL.into_iter().map(|vendor| self.expected_source(vendor)).collect();
        sources.push(self.expected_doors());
        sources.sort_by(|a, b| a.source.cmp(&b.source));
        Expected { findings: self.expected_findings(), sources, changes: self.expected_changes() }
    }

    fn expected_findings(&self) -> Vec<ExpectedFindings> {
        let mut counts = BTreeMap::<(&str, &str), u64>::new();
        for cohort in &self.layout.cohorts {
            let turned = u32::from(cohort.members > 0 && self.layout.turn(cohort, 0).is_some());
            for (members, expect) in [
                (cohort.members - turned, cohort.scenario.expect),
                (turned, self.layout.turn(cohort, 0).map_or(&[][..], |turn| turn.expect)),
            ] {
                for (place, count) in expect.iter().flat_map(Expect::places) {
                    *counts.entry(place).or_default() += u64::from(members) * count;
                }
            }
        }
        for place in self.expected_of_all() {
            *counts.entry(place).or_default() += 1;
        }
        let found = counts.into_iter().filter(|(_, count)| *count > 0);
        found
            .map(|((rule, source), count)| ExpectedFindings { rule: rule.to_owned(), source: source.to_owned(), count })
            .collect()
    }

    /// What is found once, in each quarter.
    pub(super) fn expected_of_all(&self) -> Vec<(&'static str, &'static str)> {
        // Of the whole organisation, whatever its size: the export is two days old, and some vendors tell no state.
        let stateless = Vendor::ALL.into_iter().filter(|vendor| !vendor.spec().tells.contains(&Tells::State));
        let of_sources = stateless.map(|vendor| ("status-unknown", vendor.source_name()));
        [("roster-stale", "")].into_iter().chain(of_sources).chain(self.expected_at_doors()).collect()
    }

    fn expected_source(&self, vendor: Vendor) -> ExpectedSource {
        let mut source = ExpectedSource { source: vendor.source_name().to_owned(), ..ExpectedSource::default() };
        for outcome in (0..self.accounts(vendor)).filter_map(|number| self.outcome(vendor, number)) {
            source.accounts += 1;
            match outcome {
                Outcome::Matched(tier) => {
                    source.matched += 1;
                    *source.by_tier.entry(tier.as_str().to_owned()).or_default() += 1;
                }
                Outcome::Unmatched => source.unmatched += 1,
                Outcome::Ambiguous => source.ambiguous += 1,
                Outcome::Conflict => source.conflict += 1,
                Outcome::Declared => source.declared += 1,
            }
        }
        source
    }
}
