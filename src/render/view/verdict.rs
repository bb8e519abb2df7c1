//! The verdict in words, why, and what was not seen.

use serde::Serialize;

use super::entries::Entries;
use super::text::{NAME, SENTENCE, is_whole};
use crate::base::text::{counted, grouped};
use crate::finding::{FindingRef, Findings};
use crate::model::Severity;
use crate::render::escape::clip;
use crate::render::subject;
use crate::report::{Gate, ReasonKind, Report, SourceStatus};

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
            reasons: reasons(report),
            remedy: report.verdict.remedy.as_deref().map(|text| clip(text, SENTENCE)).unwrap_or_default(),
            scope: scope(report),
            gaps: gaps(report),
        }
    }
}

/// Why, and then what helps: each once, as several reasons have the same ways out.
fn reasons(report: &Report) -> Vec<String> {
    let mut lines: Vec<String> = report.verdict.deciding().map(|reason| clip(&reason.text, SENTENCE)).collect();
    for remedy in report.verdict.deciding().filter_map(|reason| reason.remedy.as_deref()) {
        let line = format!("To do: {}", clip(remedy, SENTENCE));
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
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
    let accounts = counted(report.correlation.accounts, "account", "accounts");
    let of = format!("of {accounts}{seen}");
    match report.verdict.gate {
        Gate::Fail if needing.accounts > 0 => {
            format!("Action needed: {least}{} {of}", grouped(needing.accounts))
        }
        Gate::Fail => format!("Action needed: {least}{}", counted(needing.findings, "finding", "findings")),
        Gate::Unverified => format!("Could not verify: {}", unverified(report)),
        Gate::Pass => passed(report, needing, &accounts, &of),
    }
}

/// All is clear where everything was seen and nothing asks for action. Anything less is said as what it is.
fn passed(report: &Report, needing: &Needing, accounts: &str, of: &str) -> String {
    let serious = open_by_severity(report, &[Severity::Critical, Severity::High]);
    let found = match (serious.as_str(), needing.accounts, needing.findings) {
        ("", 0, 0) => String::new(),
        ("", 0, findings) => counted(findings, "finding", "findings"),
        ("", accounts, _) => format!("{} {of} have findings", grouped(accounts)),
        (serious, ..) => format!("{serious} open"),
    };
    match (part(report), found.as_str()) {
        (None, "") => format!("All clear: {accounts} checked"),
        (None, found) => format!("Within limits: {found}"),
        (Some(part), "") => format!("Incomplete: {part} seen, and nothing found there"),
        (Some(part), found) => format!("Incomplete: {part} seen; within limits there: {found}"),
    }
}

/// `1 critical and 2 high findings`; nothing without any.
fn open_by_severity(report: &Report, severities: &[Severity]) -> String {
    let open = |severity| report.findings.heads().filter(move |head| head.is_open() && head.severity() == severity);
    let count = |severity: &Severity| (*severity, open(*severity).map(|head| head.stands_for()).sum::<u64>());
    let found: Vec<(Severity, u64)> = severities.iter().map(count).filter(|(_, count)| *count > 0).collect();
    let words: Vec<String> = found.iter().map(|(severity, count)| format!("{} {severity}", grouped(*count))).collect();
    match found.as_slice() {
        [] => String::new(),
        [(_, 1)] => format!("{} finding", words.join("")),
        _ => format!("{} findings", words.join(" and ")),
    }
}

/// How much was seen, if it isn't all: sources can be left out, or their outage be known.
fn part(report: &Report) -> Option<String> {
    let whole = report.sources.iter().filter(|source| source.status == SourceStatus::Complete).count();
    let all = report.sources.len() + report.run.left_out.len();
    (whole < all).then(|| format!("{whole} of {all} sources"))
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
    } else if of_kind(ReasonKind::History) > 0 {
        "the gate rests on what history can't tell".to_owned()
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

/// The most characters of what a source said of its failure: the rest is with the sources.
const ERROR: usize = 240;

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
            error: source.error.as_deref().map(|error| clip(error, ERROR)).unwrap_or_default(),
        })
        .collect()
}
