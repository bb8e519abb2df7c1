//! What an e-mail says: to whoever answers for everything, or to one manager about their own people.

use std::collections::BTreeMap;

use serde::Serialize;

use super::entries::{Entries, Group, left_out_words};
use super::evidence::Run;
use super::row::Entry;
use super::text::{NAME, is_whole};
use super::verdict::{Needing, VerdictView, gaps, scope};
use crate::base::text::{counted, grouped};
use crate::finding::{FindingRef, Findings};
use crate::model::Disposition;
use crate::render::RenderError;
use crate::render::escape::clip;
use crate::report::Report;

/// To whom a mail speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Audience {
    /// Those who answer for the whole organisation.
    Everybody,
    /// One manager, of their own people only.
    Manager,
    /// Those who answer for whatever no manager can be asked about.
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
    /// Who got what, in lines.
    pub overview: &'r [String],
    /// Names of the files that go along.
    pub attached: &'r [String],
    /// The address that answers questions.
    pub sender: &'r str,
    /// What the subject starts with.
    pub prefix: &'r str,
}

impl<'r> MailContent<'r> {
    /// What is known of all its findings.
    pub(in crate::render) fn heads(&self) -> impl Iterator<Item = FindingRef<'r>> {
        self.piles.iter().flat_map(|pile| pile.findings.heads())
    }
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
    manager: bool,
    delta: String,
    resolved: Vec<String>,
    overview: Vec<String>,
    sections: Vec<Section>,
    left_out: String,
    attached: String,
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
        let manager = content.audience == Audience::Manager;
        let mut verdict = if manager { own(content) } else { VerdictView::new(report, &Entries::new(report)) };
        verdict.gaps.truncate(LINES);
        for gap in &mut verdict.gaps {
            gap.error = if manager { String::new() } else { clip(&gap.error, ERROR) };
        }
        verdict.reasons = capped(verdict.reasons);
        verdict.scope = capped(verdict.scope);
        Self {
            verdict,
            run: Run::new(report),
            manager,
            delta: delta(content),
            resolved: if manager { Vec::new() } else { resolved(report) },
            overview: content.overview.iter().map(|line| clip(line, NAME)).collect(),
            sections: Vec::new(),
            left_out: String::new(),
            attached: content.attached.join(", "),
            why: why(content.audience, content.sender),
        }
    }

    pub(in crate::render) fn headline(&self) -> &str {
        &self.verdict.headline
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
    match (content.audience, content.attached) {
        (Audience::Manager, _) => format!("{} has the whole list.", content.sender),
        (_, []) => "The worst are shown; report.json has all.".to_owned(),
        (_, attached) => format!("The worst are shown; {} has all.", attached.join(", ")),
    }
}

/// The verdict for a manager: of the organisation's they need no more than what could not be seen.
fn own(content: &MailContent<'_>) -> VerdictView {
    // What is open of a manager's people stands in one pile, so that no account is counted twice.
    let piles = content.piles.iter().map(|pile| Needing::new(&pile.findings));
    let needing = piles.fold(Needing::default(), Needing::and);
    let least = if is_whole(content.report) { "" } else { "at least " };
    let all: u64 = content.heads().map(|head| head.stands_for()).sum();
    let headline = match needing.accounts {
        0 => format!("For information: {least}{} about your people", counted(all, "finding", "findings")),
        accounts => format!("Action needed: {least}{} of your people", counted(accounts, "account", "accounts")),
    };
    VerdictView {
        gate: if needing.findings > 0 { "fail" } else { "pass" },
        headline,
        summary: format!(
            "{} about your people: {} to act on.",
            counted(all, "finding", "findings"),
            grouped(needing.findings)
        ),
        reasons: Vec::new(),
        remedy: String::new(),
        scope: scope(content.report),
        gaps: gaps(content.report),
    }
}

/// What has changed since the baseline was written; nothing without one.
fn delta(content: &MailContent<'_>) -> String {
    if !content.report.has_baseline() {
        return String::new();
    }
    let of = |disposition| {
        let found = content.heads().filter(move |head| head.disposition() == disposition);
        grouped(found.map(|head| head.stands_for()).sum())
    };
    let (new, still_open) = (of(Disposition::Open), of(Disposition::Baselined));
    match content.audience {
        Audience::Manager => format!("Since the baseline: {new} new, {still_open} still open."),
        Audience::Everybody | Audience::Fallback => {
            let resolved = grouped(content.report.resolved().count() as u64);
            format!("Since the baseline: {new} new, {still_open} still open, {resolved} resolved.")
        }
    }
}

/// What has been resolved, by rule and source: the baseline knows no names.
fn resolved(report: &Report) -> Vec<String> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
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
        Audience::Manager => "the HR file names you as the manager of these people; nobody else's are in it",
        Audience::Fallback => "you answer for the accounts about which no manager can be asked",
    };
    format!("You get this mail because {why}. Questions: {sender}.")
}
