//! What the reader must know first: the verdict, why, what was not seen, and how much there is of what.

use std::collections::BTreeMap;

use serde::Serialize;

use super::entries::Entries;
use super::text::{NAME, SENTENCE, at_least, is_whole};
use crate::base::text::{counted, grouped};
use crate::finding::{FindingRef, Findings};
use crate::model::Severity;
use crate::render::escape::{clip, short};
use crate::render::{RenderError, subject};
use crate::report::{Gate, ReasonKind, Report, RuleSummary, SourceStatus};

/// The verdict in words.
#[derive(Debug, Serialize)]
pub(super) struct VerdictView {
    pub(super) gate: &'static str,
    pub(super) headline: String,
    pub(super) summary: String,
    pub(super) reasons: Vec<String>,
    pub(super) remedy: String,
    /// What it doesn't cover.
    pub(super) scope: Vec<String>,
    pub(super) gaps: Vec<Gap>,
}

/// A source of which not all accounts were seen.
#[derive(Debug, Serialize)]
pub(super) struct Gap {
    source: String,
    status: &'static str,
    seen: String,
    pub(super) error: String,
}

impl VerdictView {
    pub(super) fn new(report: &Report, entries: &Entries<'_>) -> Self {
        let needing = Needing::new(&report.findings);
        Self {
            gate: report.verdict.gate.as_str(),
            headline: words(report, &needing),
            summary: summary(report, &needing, entries),
            reasons: report.verdict.deciding().map(|reason| clip(&subject::reason(reason), SENTENCE)).collect(),
            remedy: report.verdict.remedy.as_deref().map(|text| clip(text, SENTENCE)).unwrap_or_default(),
            scope: scope(report),
            gaps: gaps(report),
        }
    }
}

pub(super) fn scope(report: &Report) -> Vec<String> {
    subject::scope(report).map(|text| clip(text, SENTENCE)).collect()
}

/// What asks for action: open findings that are more than information.
#[derive(Clone, Copy, Default)]
pub(super) struct Needing {
    pub(super) accounts: u64,
    pub(super) findings: u64,
}

impl Needing {
    pub(super) fn new(findings: &Findings) -> Self {
        let count = findings.heads().filter(needs_action).map(|head| head.stands_for()).sum();
        Self { accounts: findings.accounts(needs_action), findings: count }
    }

    /// Both together, if they are about different accounts.
    pub(super) const fn and(self, other: Self) -> Self {
        Self { accounts: self.accounts + other.accounts, findings: self.findings + other.findings }
    }
}

fn needs_action(head: &FindingRef<'_>) -> bool {
    head.is_open() && head.severity() != Severity::Info
}

/// The verdict in one line.
pub(in crate::render) fn headline(report: &Report) -> String {
    words(report, &Needing::new(&report.findings))
}

fn words(report: &Report, needing: &Needing) -> String {
    let (least, seen) = if is_whole(report) { ("", "") } else { ("at least ", " seen") };
    let of = format!("of {}{seen}", counted(report.correlation.accounts, "account", "accounts"));
    match report.verdict.gate {
        Gate::Fail if needing.accounts > 0 => {
            format!("Action needed: {least}{} {of}", grouped(needing.accounts))
        }
        Gate::Fail => format!("Action needed: {least}{}", counted(needing.findings, "finding", "findings")),
        Gate::Unverified => format!("Could not verify: {}", unverified(report)),
        Gate::Pass if needing.findings == 0 => {
            let accounts = counted(report.correlation.accounts, "account", "accounts");
            format!("All clear{}: {accounts} checked", of_sources(report))
        }
        Gate::Pass => {
            let of_sources = of_sources(report);
            format!("All clear{of_sources}: within limits, {} {of} have findings", grouped(needing.accounts))
        }
    }
}

/// Nobody may take a part for the whole: sources can be left out, or their outage be known.
fn of_sources(report: &Report) -> String {
    let whole = report.sources.iter().filter(|source| source.status == SourceStatus::Complete).count();
    let all = report.sources.len() + report.run.left_out.len();
    if whole == all { String::new() } else { format!(" at {whole} of {all} sources") }
}

fn unverified(report: &Report) -> String {
    let partial = report.sources.iter().filter(|source| source.status != SourceStatus::Complete).count();
    let of_kind = |kind| report.verdict.reasons.iter().filter(move |reason| reason.kind == kind).count() as u64;
    let (roster, blind) = (of_kind(ReasonKind::Roster), of_kind(ReasonKind::NotEvaluable));
    if partial > 0 {
        format!("{partial} of {} not seen completely", counted(report.sources.len() as u64, "source", "sources"))
    } else if of_kind(ReasonKind::Source) > 0 {
        "the accounts were read long ago".to_owned()
    } else if roster > 0 {
        format!("the roster tells too little for {}", counted(roster, "rule of the gate", "rules of the gate"))
    } else if blind > 0 {
        "the gate rests on what could not be evaluated".to_owned()
    } else {
        "see the reasons".to_owned()
    }
}

fn summary(report: &Report, needing: &Needing, entries: &Entries<'_>) -> String {
    let stand_for = |head: FindingRef<'_>| head.stands_for();
    let all: u64 = report.findings.heads().map(stand_for).sum();
    let waived: u64 = report.findings.heads().filter(|head| !head.is_open()).map(stand_for).sum();
    let info = all - waived - needing.findings;
    let left_out = match report.run.left_out.len() {
        0 => String::new(),
        more => format!("; {more} more configured, and not audited"),
    };
    format!(
        "{} on {}: {} to act on, {} for information, {} covered by exceptions. {} of {} seen completely{left_out}.",
        counted(all, "finding", "findings"),
        counted(entries.len() as u64, "subject", "subjects"),
        grouped(needing.findings),
        grouped(info),
        grouped(waived),
        report.sources.iter().filter(|source| source.status == SourceStatus::Complete).count(),
        counted(report.sources.len() as u64, "source", "sources"),
    )
}

pub(super) fn gaps(report: &Report) -> Vec<Gap> {
    let partial = report.sources.iter().filter(|source| source.status != SourceStatus::Complete);
    partial
        .map(|source| Gap {
            source: clip(&source.name, NAME),
            status: source.status.in_a_sentence(),
            seen: match (source.distinct, source.declared) {
                (0, _) => "its accounts are unknown".to_owned(),
                (seen, Some(declared)) => format!("{} of {} accounts seen", grouped(seen), grouped(declared)),
                (seen, None) => format!("{} accounts seen, of an unknown number", grouped(seen)),
            },
            error: source.error.as_deref().map(|error| clip(error, SENTENCE)).unwrap_or_default(),
        })
        .collect()
}

/// How many findings each rule has, by disposition.
#[derive(Debug)]
pub(super) struct Tally<'r>(BTreeMap<&'r str, Count<'r>>);

#[derive(Debug)]
struct Count<'r> {
    open: u64,
    excepted: u64,
    worst: Severity,
    first: FindingRef<'r>,
}

/// A kind of finding that there is.
#[derive(Debug, Serialize)]
pub(super) struct Tile {
    rule: String,
    title: String,
    severity: &'static str,
    count: String,
    excepted: String,
    first: String,
}

impl<'r> Tally<'r> {
    pub(super) fn new(report: &'r Report) -> Self {
        let mut counts = BTreeMap::new();
        for head in report.findings.heads() {
            let none = Count { open: 0, excepted: 0, worst: head.severity(), first: head };
            let count = counts.entry(head.rule()).or_insert(none);
            count.worst = count.worst.min(head.severity());
            *if head.is_open() { &mut count.open } else { &mut count.excepted } += head.stands_for();
        }
        Self(counts)
    }

    /// Open findings of a rule.
    pub(super) fn open(&self, rule: &str) -> u64 {
        self.0.get(rule).map_or(0, |count| count.open)
    }

    /// The kinds of finding that there are, worst first, then the most frequent.
    pub(super) fn tiles(&self, report: &Report) -> Result<Vec<Tile>, RenderError> {
        let titles: BTreeMap<_, _> = report.rules.iter().map(|rule| (rule.id.as_str(), &rule.title)).collect();
        let whole = is_whole(report);
        let mut kinds: Vec<_> = self.0.iter().collect();
        kinds.sort_by_key(|(_, count)| (count.open == 0, count.worst, std::cmp::Reverse(count.open)));
        kinds
            .into_iter()
            .map(|(rule, count)| {
                Ok(Tile {
                    rule: clip(rule, NAME),
                    title: titles.get(rule).map(|title| clip(title, NAME)).unwrap_or_default(),
                    severity: count.worst.as_str(),
                    count: at_least(count.open, whole),
                    excepted: if count.excepted == 0 { String::new() } else { grouped(count.excepted) },
                    first: short(&count.first.read().map_err(RenderError::Findings)?.fingerprint),
                })
            })
            .collect()
    }

    /// What found nothing, in a sentence: silence has to be accounted for, too.
    pub(super) fn quiet(&self, report: &Report) -> String {
        let enabled = || report.rules.iter().filter(|rule| !rule.disabled);
        let silent = |rule: &&RuleSummary| !self.0.contains_key(rule.id.as_str());
        let blind = |rule: &&RuleSummary| rule.not_evaluable > 0 && rule.not_evaluable >= rule.subjects;
        let blind_count = enabled().filter(silent).filter(blind).count();
        format!(
            "{} applied: {} with findings, {} without, {} not evaluable anywhere. {} switched off.",
            counted(enabled().count() as u64, "rule", "rules"),
            self.0.len(),
            enabled().filter(silent).count() - blind_count,
            blind_count,
            counted(report.rules.iter().filter(|rule| rule.disabled).count() as u64, "rule is", "rules are"),
        )
    }
}
