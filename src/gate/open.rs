//! Open findings, counted, and held against the limits of the policy.

use std::collections::BTreeMap;
use std::io;

use super::{Reason, ReasonKind, Weight, remedy};
use crate::audit::Outcome;
use crate::base::text::{counted, grouped};
use crate::config::{FailOn, GateConfig, Max};
use crate::finding::{Finding, FindingRef};
use crate::history::State;
use crate::model::{Disposition, RuleId, Severity};
use crate::rule::{RuleSet, Subject};

/// What is open, by rule.
#[derive(Debug, Clone)]
pub(super) struct OpenFindings<'r> {
    rules: &'r RuleSet,
    open: BTreeMap<RuleId, Open>,
    /// How many subjects each rule could judge.
    judged: BTreeMap<RuleId, u64>,
    /// Whether some of what was found is known from before.
    has_baseline: bool,
    /// What history says of them, by rule: how many are overdue, whether open or in the baseline, and how many have come back.
    aged: BTreeMap<RuleId, Aged>,
}

/// What history says of a rule's findings.
#[derive(Debug, Clone, Copy)]
struct Aged {
    severity: Severity,
    overdue: u64,
    reopened: u64,
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

impl<'r> OpenFindings<'r> {
    /// # Errors
    /// The findings can't be read back.
    pub(super) fn count(outcome: &Outcome, rules: &'r RuleSet, only_new: bool) -> io::Result<Self> {
        let mut aged: BTreeMap<RuleId, Aged> = BTreeMap::new();
        for head in outcome.findings.heads().filter(|head| head.disposition() != Disposition::Waived) {
            let Some(history) = head.history() else { break };
            let (overdue, reopened) = (history.is_overdue(), history.state == State::Reopened && head.is_open());
            if overdue || reopened {
                let none = || Aged { severity: head.severity(), overdue: 0, reopened: 0 };
                let counts = aged.entry(RuleId::new(head.rule())).or_insert_with(none);
                counts.overdue += u64::from(overdue);
                counts.reopened += u64::from(reopened);
            }
        }
        // Where no baseline says what is new, the earlier report does.
        let by_history = only_new && outcome.baseline.is_empty();
        let counts = |head: &FindingRef<'_>| {
            head.is_open() && !(by_history && head.history().is_some_and(|history| !history.state.is_new()))
        };
        let mut open: BTreeMap<&str, (Vec<FindingRef<'_>>, u64)> = BTreeMap::new();
        for head in outcome.findings.heads().filter(counts) {
            let (worth_reading, count) = open.entry(head.rule()).or_default();
            if *count == 0 || head.has_expired_waiver() {
                worth_reading.push(head);
            }
            *count += 1;
        }
        let mut judged = BTreeMap::new();
        for cell in &outcome.cells {
            *judged.entry(cell.rule.clone()).or_default() += cell.evaluated;
        }
        let open = open.into_iter().filter_map(|(rule, (heads, count))| {
            Some(Open::new(*heads.first()?, &heads, count).map(|open| (RuleId::new(rule), open)))
        });
        let has_baseline = !outcome.baseline.is_empty();
        Ok(Self { rules, open: open.collect::<io::Result<_>>()?, judged, has_baseline, aged })
    }

    /// The limits that are exceeded.
    pub(super) fn exceeds(&self, policy: &GateConfig) -> Vec<Reason> {
        let has_baseline = self.has_baseline || policy.new.is_some();
        let demands = policy.fail_on.iter().filter_map(|limit| self.exceeds_none(limit));
        let demands = demands.chain(policy.max.iter().filter_map(|(rule, max)| self.exceeds_max(rule, *max)));
        demands.filter_map(|reason| self.weighed(reason, has_baseline)).collect()
    }

    /// What an exceeded limit means, with the ways out.
    fn weighed(&self, reason: Reason, has_baseline: bool) -> Option<Reason> {
        let rule = reason.rule.as_deref().map(RuleId::new);
        match rule.as_ref().map_or(Weight::Fails, Weight::of) {
            Weight::Said => None,
            Weight::Unverified => Some(Reason { kind: ReasonKind::Source, ..reason }.with_remedy(remedy::STALE)),
            Weight::Fails => {
                let rule = rule.and_then(|rule| self.rules.get(&rule));
                let way_out = match reason.demand {
                    Some(_) => remedy::AGED.to_owned(),
                    None => remedy::of_findings(rule, has_baseline),
                };
                Some(reason.with_remedy(way_out))
            }
        }
    }

    /// Rules with open findings.
    pub(super) fn rules(&self) -> impl Iterator<Item = &RuleId> {
        self.open.keys()
    }

    /// The open findings of a rule.
    pub(super) fn of_rule(&self, rule: &RuleId) -> u64 {
        self.open.get(rule).map_or(0, |open| open.count)
    }

    /// The fingerprint of a rule's only open finding.
    pub(super) fn only(&self, rule: &RuleId) -> Option<&str> {
        self.open.get(rule).and_then(|open| open.only.as_deref())
    }

    /// What would be open if `fixed` findings of a rule were not.
    pub(super) fn less(&self, rule: &RuleId, fixed: u64) -> Self {
        let mut rest = self.clone();
        if let Some(open) = rest.open.get_mut(rule) {
            open.count = open.count.saturating_sub(fixed);
        }
        rest
    }

    /// How many findings of a rule a limit allows.
    pub(super) fn allowed(&self, rule: &RuleId, max: Max) -> u64 {
        match max {
            Max::Count(count) => count,
            Max::Share(share) => {
                let subjects = u128::from(self.judged.get(rule).copied().unwrap_or_default());
                u64::try_from(subjects * u128::from(share) / 10_000).unwrap_or(u64::MAX)
            }
        }
    }

    fn exceeds_none(&self, limit: &FailOn) -> Option<Reason> {
        match limit {
            FailOn::Rule(rule) => {
                let open: Vec<_> = self.open.get_key_value(rule).into_iter().collect();
                let reason = Self::exceeds_open(&open, rule.as_str())?;
                Some(Reason { rule: Some(rule.to_string()), ..reason })
            }
            FailOn::Severity(severity) => {
                let such = |(rule, open): &(&RuleId, &Open)| open.severity == *severity && self.has_severity(rule);
                let open: Vec<_> = self.open.iter().filter(such).collect();
                let reason = Self::exceeds_open(&open, &format!("{severity}-severity"))?;
                let rules = open.iter().map(|(rule, _)| rule.to_string()).collect();
                Some(Reason { severity: Some(*severity), rules, ..reason })
            }
            FailOn::Overdue(severity) => {
                let of_severity = |aged: &Aged| severity.is_none_or(|severity| severity == aged.severity);
                let counts = |aged: &Aged| if of_severity(aged) { aged.overdue } else { 0 };
                let reason = self.exceeds_aged(limit, "overdue", counts)?;
                Some(Reason { severity: *severity, ..reason })
            }
            FailOn::Reopened => self.exceeds_aged(limit, "reopened", |aged| aged.reopened),
        }
    }

    /// What history says, if it says it of any.
    fn exceeds_aged(&self, limit: &FailOn, what: &str, counts: impl Fn(&Aged) -> u64) -> Option<Reason> {
        let rules: Vec<(&RuleId, u64)> =
            self.aged.iter().map(|(rule, aged)| (rule, counts(aged))).filter(|(_, count)| *count > 0).collect();
        let count = rules.iter().map(|(_, count)| count).sum();
        let findings = counted(count, &format!("{what} finding"), &format!("{what} findings"));
        let text = format!("{findings}; none is allowed (fail_on {})", limit.describe());
        let rules = rules.iter().map(|(rule, _)| rule.to_string()).collect();
        let demand = Some(limit.describe());
        (count > 0).then(|| Reason { demand, rules, ..reason(count, 0, text) })
    }

    /// Open findings of which there may be none.
    fn exceeds_open(open: &[(&RuleId, &Open)], what: &str) -> Option<Reason> {
        let count = open.iter().map(|(_, open)| open.count).sum();
        let findings = counted(count, &format!("open {what} finding"), &format!("open {what} findings"));
        let text = format!("{findings}; none is allowed (fail_on){}", expired(open.iter().map(|(_, open)| *open)));
        (count > 0).then(|| reason(count, 0, text))
    }

    /// Severities are those of findings about people and what they have; data that is missing or old has none.
    fn has_severity(&self, rule: &RuleId) -> bool {
        self.rules.get(rule).is_none_or(|rule| !matches!(rule.subject(), Subject::Source | Subject::Roster))
    }

    fn exceeds_max(&self, rule: &RuleId, max: Max) -> Option<Reason> {
        let (count, allowed) = (self.of_rule(rule), self.allowed(rule, max));
        let share = match max {
            Max::Count(_) => String::new(),
            Max::Share(_) => {
                let judged = self.judged.get(rule).copied().unwrap_or_default();
                format!(", {} of {}", max.describe(), counted(judged, "judged subject", "judged subjects"))
            }
        };
        let findings = counted(count, &format!("open {rule} finding"), &format!("open {rule} findings"));
        let expired = expired(self.open.get(rule));
        let text = format!("{findings}; at most {} are allowed (max{share}){expired}", grouped(allowed));
        (count > allowed).then(|| Reason { rule: Some(rule.to_string()), ..reason(count, allowed, text) })
    }
}

fn reason(count: u64, limit: u64, text: String) -> Reason {
    Reason { count: Some(count), limit: Some(limit), ..Reason::new(ReasonKind::Finding, text) }
}

impl Open {
    fn new(first: FindingRef<'_>, worth_reading: &[FindingRef<'_>], count: u64) -> io::Result<Self> {
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
fn expired<'o>(open: impl IntoIterator<Item = &'o Open>) -> String {
    let mut ended = open.into_iter().filter(|open| open.expired.0 > 0);
    let Some(first) = ended.next() else { return String::new() };
    let all = first.expired.0 + ended.map(|open| open.expired.0).sum::<u64>();
    let more = if all == 1 { String::new() } else { format!(", and {} more", all - 1) };
    format!("{}{more}", first.expired.1)
}
