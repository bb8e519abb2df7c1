//! Open findings, counted, and held against the limits of the policy.

use std::collections::BTreeMap;

use super::{Reason, ReasonKind};
use crate::audit::Outcome;
use crate::config::{FailOn, GateConfig, Max};
use crate::model::text::{counted, grouped};
use crate::model::{Disposition, Finding, RuleId, Severity};

/// What is open, by rule.
#[derive(Debug, Clone)]
pub(super) struct OpenFindings<'o> {
    rules: BTreeMap<&'o RuleId, Open<'o>>,
    /// How many subjects each rule was asked about.
    subjects: BTreeMap<&'o RuleId, u64>,
}

/// The open findings of one rule.
#[derive(Debug, Clone)]
struct Open<'o> {
    severity: Severity,
    count: u64,
    /// Those that would be waived but for the end of a waiver.
    expired: Vec<&'o Finding>,
    /// One of them.
    first: &'o Finding,
}

impl<'o> OpenFindings<'o> {
    pub(super) fn count(outcome: &'o Outcome) -> Self {
        let mut rules: BTreeMap<&RuleId, Open<'_>> = BTreeMap::new();
        for finding in outcome.findings.iter().filter(|finding| finding.disposition == Disposition::Open) {
            let none = Open { severity: finding.severity, count: 0, expired: Vec::new(), first: finding };
            let open = rules.entry(&finding.rule).or_insert(none);
            open.count += 1;
            let expired = finding.facts.get("waiver.state").is_some_and(|state| state == "expired");
            open.expired.extend(expired.then_some(finding));
        }
        let mut subjects = BTreeMap::new();
        for cell in &outcome.cells {
            *subjects.entry(&cell.rule).or_default() += cell.evaluated + cell.not_evaluable;
        }
        Self { rules, subjects }
    }

    /// The limits that are exceeded.
    pub(super) fn exceeds(&self, policy: &GateConfig) -> Vec<Reason> {
        let demands = policy.fail_on.iter().filter_map(|limit| self.exceeds_none(limit));
        demands.chain(policy.max.iter().filter_map(|(rule, max)| self.exceeds_max(rule, *max))).collect()
    }

    /// Rules with open findings.
    pub(super) fn rules(&self) -> impl Iterator<Item = &'o RuleId> + '_ {
        self.rules.keys().copied()
    }

    /// The open findings of a rule.
    pub(super) fn of_rule(&self, rule: &RuleId) -> u64 {
        self.rules.get(rule).map_or(0, |open| open.count)
    }

    /// One of them.
    pub(super) fn first(&self, rule: &RuleId) -> Option<&'o Finding> {
        self.rules.get(rule).map(|open| open.first)
    }

    /// What would be open if `mended` findings of a rule were not.
    pub(super) fn less(&self, rule: &RuleId, mended: u64) -> Self {
        let mut rest = self.clone();
        if let Some(open) = rest.rules.get_mut(rule) {
            open.count = open.count.saturating_sub(mended);
        }
        rest
    }

    /// How many findings of a rule a limit allows.
    pub(super) fn allowed(&self, rule: &RuleId, max: Max) -> u64 {
        match max {
            Max::Count(count) => count,
            Max::Share(share) => {
                let subjects = u128::from(self.subjects.get(rule).copied().unwrap_or_default());
                u64::try_from(subjects * u128::from(share) / 10_000).unwrap_or(u64::MAX)
            }
        }
    }

    fn exceeds_none(&self, limit: &FailOn) -> Option<Reason> {
        let (open, what): (Vec<&Open<'_>>, _) = match limit {
            FailOn::Rule(rule) => (self.rules.get(rule).into_iter().collect(), rule.to_string()),
            FailOn::Severity(severity) => {
                let open = self.rules.values().filter(|open| open.severity == *severity).collect();
                (open, format!("{severity}-severity"))
            }
        };
        let count = open.iter().map(|open| open.count).sum();
        let findings = counted(count, &format!("open {what} finding"), &format!("open {what} findings"));
        let text = format!("{findings}; none is allowed (fail_on){}", expired(&open));
        (count > 0).then(|| reason(ReasonKind::FailOn, limit, count, 0, text))
    }

    fn exceeds_max(&self, rule: &RuleId, max: Max) -> Option<Reason> {
        let (count, allowed) = (self.of_rule(rule), self.allowed(rule, max));
        let share = match max {
            Max::Count(_) => String::new(),
            Max::Share(_) => {
                let subjects = self.subjects.get(rule).copied().unwrap_or_default();
                format!(", {} of {}", max.describe(), counted(subjects, "subject", "subjects"))
            }
        };
        let open: Vec<_> = self.rules.get(rule).into_iter().collect();
        let findings = counted(count, &format!("open {rule} finding"), &format!("open {rule} findings"));
        let text = format!("{findings}; at most {} are allowed (max{share}){}", grouped(allowed), expired(&open));
        (count > allowed).then(|| reason(ReasonKind::Max, &FailOn::Rule(rule.clone()), count, allowed, text))
    }
}

fn reason(kind: ReasonKind, about: &FailOn, count: u64, limit: u64, text: String) -> Reason {
    let (rule, severity) = match about {
        FailOn::Rule(rule) => (Some(rule.to_string()), None),
        FailOn::Severity(severity) => (None, Some(*severity)),
    };
    Reason { kind, rule, severity, source: None, count: Some(count), limit: Some(limit), text }
}

/// Which waivers have ended that kept findings from counting.
fn expired(open: &[&Open<'_>]) -> String {
    let findings: Vec<_> = open.iter().flat_map(|open| &open.expired).collect();
    let Some(first) = findings.first() else { return String::new() };
    let fact = |name: &str| first.facts.get(name).and_then(|fact| fact.as_str()).unwrap_or_default();
    let more = match findings.len() - 1 {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    format!(
        "; until {} a waiver covered one ({}, {}){more}",
        fact("waiver.expires"),
        fact("waiver.place"),
        fact("waiver.ticket")
    )
}
