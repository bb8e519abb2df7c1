//! What the gate names and could not be judged: no finding there is no pass.

use std::collections::BTreeSet;

use super::remedy;
use super::{Reason, ReasonKind};
use crate::audit::Cell;
use crate::base::text::{counted, grouped};
use crate::config::GateConfig;
use crate::model::{RuleId, SourceName};

/// What a rule could judge, over all sources.
#[derive(Debug, Default)]
pub(super) struct Judged<'c> {
    /// Subjects that could be judged.
    evaluated: u64,
    /// Subjects that could not.
    not_evaluable: u64,
    /// Of these, because of the roster.
    because_of_roster: u64,
    /// What was missing.
    missing: BTreeSet<&'c str>,
    /// What was missing where the roster is the cause.
    missing_in_roster: BTreeSet<&'c str>,
    /// Where something could not be judged.
    places: BTreeSet<&'c str>,
}

impl<'c> Judged<'c> {
    pub(super) fn of(rule: &RuleId, cells: &'c [Cell]) -> Self {
        let mut judged = Self::default();
        for cell in cells.iter().filter(|cell| cell.rule == *rule) {
            let missing = || cell.missing.iter().map(String::as_str);
            judged.evaluated += cell.evaluated;
            judged.not_evaluable += cell.not_evaluable;
            judged.because_of_roster += cell.because_of_roster;
            judged.missing.extend(missing());
            if cell.because_of_roster > 0 {
                judged.missing_in_roster.extend(missing());
            }
            if cell.not_evaluable > 0 {
                judged.places.insert(place(cell));
            }
        }
        judged
    }

    /// Subjects that could not be judged, but for those of which the roster says too little.
    pub(super) const fn untold(&self) -> u64 {
        self.not_evaluable.saturating_sub(self.because_of_roster)
    }

    /// None could be judged, and not because of the roster alone.
    const fn is_blind(&self) -> bool {
        self.evaluated == 0 && self.untold() > 0
    }

    /// Some could be judged, and others could not because of what their source doesn't tell.
    pub(super) const fn is_partial(&self) -> bool {
        self.evaluated > 0 && self.untold() > 0
    }

    fn subjects(&self) -> String {
        counted(self.evaluated + self.not_evaluable, "subject", "subjects")
    }

    /// Which subjects could not be judged, and why not.
    pub(super) fn describe(&self) -> String {
        let places: Vec<&str> = self.places.iter().copied().collect();
        format!("{} of {} ({}){}", grouped(self.untold()), self.subjects(), places.join(", "), told(&self.missing))
    }
}

/// Why the verdict is unverified, whatever was found.
pub(super) fn reasons(policy: &GateConfig, cells: &[Cell]) -> Vec<Reason> {
    let named = policy.rules();
    let mut reasons = Vec::new();
    for rule in &named {
        let judged = Judged::of(rule, cells);
        reasons.extend(because_of_roster(rule, &judged));
        // Where unknowns are forbidden, each source is a reason of its own.
        if judged.is_blind() && !policy.forbid_not_evaluable {
            reasons.push(blind(rule, &judged));
        }
    }
    if policy.forbid_not_evaluable {
        reasons.extend(cells.iter().filter_map(|cell| forbidden(cell, named.contains(&cell.rule))));
    }
    reasons
}

fn because_of_roster(rule: &RuleId, judged: &Judged<'_>) -> Option<Reason> {
    let count = judged.because_of_roster;
    let why = told(&judged.missing_in_roster);
    let of = format!("{} of {}", grouped(count), judged.subjects());
    let text = format!("{rule} can't be judged for {of}, because of the roster{why}");
    (count > 0).then(|| Reason {
        rule: Some(rule.to_string()),
        count: Some(count),
        limit: Some(0),
        ..Reason::new(ReasonKind::Roster, text).with_remedy(remedy::ROSTER)
    })
}

fn blind(rule: &RuleId, judged: &Judged<'_>) -> Reason {
    let text = format!("{rule} can't be judged for any of {}{}", judged.subjects(), told(&judged.missing));
    Reason {
        rule: Some(rule.to_string()),
        count: Some(judged.not_evaluable),
        limit: Some(0),
        ..Reason::new(ReasonKind::NotEvaluable, text).with_remedy(remedy::of_blind(rule.as_str()))
    }
}

/// `not_evaluable = "forbid"`. What the roster doesn't tell for a rule that the gate names is said already.
fn forbidden(cell: &Cell, named: bool) -> Option<Reason> {
    let count = cell.not_evaluable.saturating_sub(if named { cell.because_of_roster } else { 0 });
    let text = format!(
        "{} can't be judged for {} of {}{} (not_evaluable = \"forbid\")",
        cell.rule,
        counted(count, "subject", "subjects"),
        place(cell),
        told(&cell.missing.iter().map(String::as_str).collect()),
    );
    (count > 0).then(|| Reason {
        rule: Some(cell.rule.to_string()),
        source: cell.source.as_ref().map(ToString::to_string),
        count: Some(count),
        limit: Some(0),
        ..Reason::new(ReasonKind::NotEvaluable, text).with_remedy(remedy::of_blind(cell.rule.as_str()))
    })
}

fn place(cell: &Cell) -> &str {
    cell.source.as_ref().map_or("the roster", SourceName::as_str)
}

fn told(missing: &BTreeSet<&str>) -> String {
    let missing: Vec<&str> = missing.iter().copied().collect();
    if missing.is_empty() { String::new() } else { format!(": {} not told", missing.join(", ")) }
}
