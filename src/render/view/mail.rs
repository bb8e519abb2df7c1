//! What the mail to the team says: what is new, what is overdue, who was asked, and what is left to them.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use super::entries::{Entries, Group, left_out_words};
use super::evidence::Run;
use super::row::Entry;
use super::text::NAME;
use super::verdict::VerdictView;
use crate::base::text::{counted, grouped};
use crate::finding::Findings;
use crate::history::{Changes, FindingCounts};
use crate::model::Disposition;
use crate::render::RenderError;
use crate::render::escape::clip;
use crate::report::Report;

/// To whom a mail speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Audience {
    /// Those who answer for the whole organisation.
    Everybody,
    /// One manager, who is asked about their own people.
    Manager,
    /// Those who answer for whatever no manager is asked about.
    Fallback,
}

/// Findings under one heading, in the order of the report.
#[derive(Debug)]
pub struct FindingList {
    /// The heading.
    pub title: String,
    /// What stands below it.
    pub findings: Findings,
}

/// What a mail is about.
#[derive(Debug)]
pub struct MailContent<'r> {
    /// The audit.
    pub report: &'r Report,
    /// To whom it speaks.
    pub audience: Audience,
    /// What it tells in full, as far as there is room.
    pub piles: &'r [FindingList],
    /// Who is asked about what, in lines: first all of them together.
    pub overview: &'r [String],
    /// How long a decision may take.
    pub deadline: Duration,
    /// Names of the files that go along.
    pub attached: &'r [String],
    /// Which bundle holds the evidence, if one was made: whoever keeps the mail can tell it from another.
    pub evidence: Option<&'r str>,
    /// The address that answers questions.
    pub sender: &'r str,
    /// What the subject starts with.
    pub prefix: &'r str,
}

/// The most lines of a list that isn't the findings.
const LINES: usize = 12;

/// The most characters of what a source said of its failure.
const ERROR: usize = 240;

/// The whole mail. Its findings are put in by [`MailModel::show`].
#[derive(Debug, Serialize)]
pub(in crate::render) struct MailModel {
    #[serde(flatten)]
    verdict: VerdictView,
    run: Run,
    delta: String,
    resolved: Vec<String>,
    overdue: String,
    overview: Vec<String>,
    sections: Vec<Section>,
    left_out: String,
    attached: String,
    evidence: String,
    why: String,
}

#[derive(Debug, Serialize)]
struct Section {
    title: String,
    entries: Vec<Entry>,
}

/// The findings under one heading.
pub(in crate::render) struct About<'r> {
    pub title: &'r str,
    pub entries: Entries<'r>,
}

impl MailModel {
    pub(in crate::render) fn new(content: &MailContent<'_>) -> Self {
        let report = content.report;
        let mut verdict = VerdictView::new(report, &Entries::new(report));
        verdict.gaps.truncate(LINES);
        for gap in &mut verdict.gaps {
            gap.error = clip(&gap.error, ERROR);
        }
        verdict.reasons = capped(verdict.reasons);
        verdict.scope = capped(verdict.scope);
        Self {
            verdict,
            run: Run::new(report),
            delta: delta(content),
            resolved: resolved(report),
            overdue: overdue(report, content.deadline),
            overview: content.overview.iter().map(|line| clip(line, NAME)).collect(),
            sections: Vec::new(),
            left_out: String::new(),
            attached: content.attached.join(", "),
            evidence: content.evidence.unwrap_or_default().to_owned(),
            why: why(content.audience, content.sender),
        }
    }

    pub(in crate::render) fn headline(&self) -> &str {
        &self.verdict.headline
    }

    /// What has changed, for the subject.
    pub(in crate::render) fn news(report: &Report) -> String {
        let counts = report.changes.as_ref().filter(|_| report.tells_changes()).map(|changes| changes.findings);
        let Some(FindingCounts { new, reopened, overdue, .. }) = counts else { return String::new() };
        let parts = [(new, "new"), (reopened, "reopened"), (overdue, "overdue")];
        let told = parts.into_iter().enumerate().filter(|(at, (count, _))| *at == 0 || *count > 0);
        let told: Vec<String> = told.map(|(_, (count, what))| format!("{} {what}", grouped(count))).collect();
        format!("- {}", told.join(", "))
    }

    /// Puts in the first `limit` entries, and the words for the others.
    pub(in crate::render) fn show(
        &mut self,
        about: &[About<'_>],
        limit: usize,
        content: &MailContent<'_>,
    ) -> Result<(), RenderError> {
        let mut room = limit;
        let mut left_out = Vec::new();
        self.sections.clear();
        for About { title, entries } in about {
            let shown = room.min(entries.len());
            room -= shown;
            left_out.extend(entries.groups().skip(shown).flat_map(Group::heads));
            if shown > 0 {
                let read = entries.groups().take(shown).map(|group| Ok(Entry::new(&group.read()?, entries.as_of())));
                let entries = read.collect::<Result<_, RenderError>>()?;
                self.sections.push(Section { title: (*title).to_owned(), entries });
            }
        }
        self.left_out = if left_out.is_empty() {
            String::new()
        } else {
            format!("{} {}", left_out_words(left_out.into_iter()), elsewhere(content))
        };
        Ok(())
    }
}

/// Where the findings are that the mail has no room for.
fn elsewhere(content: &MailContent<'_>) -> String {
    match content.attached {
        [] => "The worst are shown; report.json has all.".to_owned(),
        attached => format!("The worst are shown; {} has all.", attached.join(", ")),
    }
}

/// What has changed since the last report; without one to compare with, since the baseline was written.
fn delta(content: &MailContent<'_>) -> String {
    let report = content.report;
    if let Some(words) = report.changes.as_ref().and_then(Changes::in_words) {
        return format!("{words}.");
    }
    if !report.has_baseline() {
        return "Without a baseline, everything counts as new.".to_owned();
    }
    let of = |disposition| {
        let found = report.findings.heads().filter(move |head| head.disposition() == disposition);
        grouped(found.map(|head| head.stands_for()).sum())
    };
    let (new, still_open) = (of(Disposition::Open), of(Disposition::Baselined));
    let resolved = grouped(report.resolved().count() as u64);
    format!("Since the baseline: {new} new, {still_open} still open, {resolved} resolved.")
}

/// What nobody has settled in time: findings that the baseline has held for longer than a decision may take, and those
/// whose waiver has ended.
fn overdue(report: &Report, deadline: Duration) -> String {
    let limit = deadline.as_secs().div_ceil(SECONDS_OF_A_DAY);
    let still_there = report
        .exceptions
        .iter()
        .filter(|entry| entry.kind == "baseline" && matches!(entry.state.as_str(), "used" | "expired"));
    let ages = still_there.filter_map(|entry| entry.details.get("age_days").and_then(Value::as_u64));
    let late: Vec<u64> = ages.filter(|age| *age > limit).collect();
    let known = late.iter().max().map(|oldest| {
        let oldest = if late.len() == 1 { String::new() } else { format!(", the oldest for {}", grouped(*oldest)) };
        let findings = counted(late.len() as u64, "finding has", "findings have");
        format!("{findings} been known for longer than {}{oldest}", counted(limit, "day", "days"))
    });
    let ended = report.findings.heads().filter(|head| head.is_open() && head.has_expired_waiver()).count() as u64;
    let ended = (ended > 0).then(|| format!("the waiver of {} has ended", counted(ended, "finding", "findings")));
    let all: Vec<String> = known.into_iter().chain(ended).collect();
    if all.is_empty() { String::new() } else { format!("Overdue: {}.", all.join("; ")) }
}

const SECONDS_OF_A_DAY: u64 = 24 * 60 * 60;

/// What has been resolved, by rule and source: the baseline knows no names.
fn resolved(report: &Report) -> Vec<String> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    if report.tells_changes() {
        for gone in report.changes.iter().flat_map(|changes| &changes.resolved) {
            let place = gone.subject.source.as_ref().map(|source| format!(" at {source}")).unwrap_or_default();
            *counts.entry(clip(&format!("{}{place}", gone.rule), NAME)).or_default() += 1;
        }
        return capped(counts.into_iter().map(|(what, count)| format!("{what}: {}", grouped(count))).collect());
    }
    for entry in report.resolved() {
        let word = |name: &str| entry.details.get(name).and_then(|value| value.as_str());
        let rule = word("rule").unwrap_or("unknown rule");
        let place = word("source").map(|source| format!(" at {source}")).unwrap_or_default();
        *counts.entry(clip(&format!("{rule}{place}"), NAME)).or_default() += 1;
    }
    capped(counts.into_iter().map(|(what, count)| format!("{what}: {}", grouped(count))).collect())
}

fn capped(mut lines: Vec<String>) -> Vec<String> {
    if lines.len() > LINES {
        let more = lines.split_off(LINES - 1).len();
        lines.push(format!("and {more} more; report.json has all"));
    }
    lines
}

fn why(audience: Audience, sender: &str) -> String {
    let why = match audience {
        Audience::Everybody => "the configuration of the access review names you",
        Audience::Manager | Audience::Fallback => "you answer for what no manager is asked about",
    };
    format!("You get this mail because {why}. Questions: {sender}.")
}
