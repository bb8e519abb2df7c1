//! Open findings, counted, and held against the limits of the policy.

use std::collections::BTreeMap;
use std::io;

use super::{Reason, ReasonKind};
use crate::audit::Outcome;
use crate::config::{FailOn, GateConfig, Max};
use crate::finding::{Finding, Head};
use crate::model::text::{counted, grouped};
use crate::model::{RuleId, Severity};

/// What is open, by rule.
#[derive(Debug, Clone)]
pub(super) struct OpenFindings {
    rules: BTreeMap<RuleId, Open>,
    /// How many subjects each rule was asked about.
    subjects: BTreeMap<RuleId, u64>,
}

/// The open findings of one rule.
#[derive(Debug, Clone)]
struct Open {
    severity: Severity,
    count: u64,
    /// How many would be waived but for the end of a waiver, and the words for the first of them.
    expired: (u64, String),
    /// The fingerprint of the only one.
    only: Option<String>,
}

impl OpenFindings {
    /// # Errors
    /// The findings can't be read back.
    pub(super) fn count(outcome: &Outcome) -> io::Result<Self> {
        let mut rules: BTreeMap<&str, (Vec<Head<'_>>, u64)> = BTreeMap::new();
        for head in outcome.findings.heads().filter(Head::is_open) {
            let (worth_reading, count) = rules.entry(head.rule()).or_default();
            if *count == 0 || head.has_expired_waiver() {
                worth_reading.push(head);
            }
            *count += 1;
        }
        let mut subjects = BTreeMap::new();
        for cell in &outcome.cells {
            *subjects.entry(cell.rule.clone()).or_default() += cell.evaluated + cell.not_evaluable;
        }
        let rules = rules.into_iter().filter_map(|(rule, (heads, count))| {
            Some(Open::new(*heads.first()?, &heads, count).map(|open| (RuleId::new(rule), open)))
        });
        Ok(Self { rules: rules.collect::<io::Result<_>>()?, subjects })
    }

    /// The limits that are exceeded.
    pub(super) fn exceeds(&self, policy: &GateConfig) -> Vec<Reason> {
        let demands = policy.fail_on.iter().filter_map(|limit| self.exceeds_none(limit));
        demands.chain(policy.max.iter().filter_map(|(rule, max)| self.exceeds_max(rule, *max))).collect()
    }

    /// Rules with open findings.
    pub(super) fn rules(&self) -> impl Iterator<Item = &RuleId> {
        self.rules.keys()
    }

    /// The open findings of a rule.
    pub(super) fn of_rule(&self, rule: &RuleId) -> u64 {
        self.rules.get(rule).map_or(0, |open| open.count)
    }

    /// The fingerprint of a rule's only open finding.
    pub(super) fn only(&self, rule: &RuleId) -> Option<&str> {
        self.rules.get(rule).and_then(|open| open.only.as_deref())
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
        let (open, what): (Vec<&Open>, _) = match limit {
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

impl Open {
    fn new(first: Head<'_>, worth_reading: &[Head<'_>], count: u64) -> io::Result<Self> {
        let mut expired = worth_reading.iter().filter(|head| head.has_expired_waiver());
        let words = expired.next().map(|head| head.read().map(|finding| until(&finding))).transpose()?;
        Ok(Self {
            severity: first.severity(),
            count,
            expired: words.map_or((0, String::new()), |words| (1 + expired.count() as u64, words)),
            only: if count == 1 { Some(first.read()?.fingerprint) } else { None },
        })
    }
}

/// Which waiver has ended that kept a finding from counting.
fn until(finding: &Finding) -> String {
    let fact = |name: &str| finding.facts.get(name).and_then(|fact| fact.as_str()).unwrap_or_default();
    let (day, place, ticket) = (fact("waiver.expires"), fact("waiver.place"), fact("waiver.ticket"));
    format!("; until {day} a waiver covered one ({place}, {ticket})")
}

/// Which waivers have ended that kept findings from counting.
fn expired(open: &[&Open]) -> String {
    let mut ended = open.iter().filter(|open| open.expired.0 > 0);
    let Some(first) = ended.next() else { return String::new() };
    let all = first.expired.0 + ended.map(|open| open.expired.0).sum::<u64>();
    let more = if all == 1 { String::new() } else { format!(", and {} more", all - 1) };
    format!("{}{more}", first.expired.1)
}
