//! As many lines of findings as a document may hold, worst first, and the words for those that it leaves out.

use std::collections::BTreeMap;

use super::view::{Line, LineView, Lines, Lookup, left_out_words};
use super::{ALL, RenderError};
use crate::base::text::{counted, grouped};
use crate::finding::FindingRef;
use crate::model::Severity;

/// What a document may hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    pub findings: usize,
    pub bytes: usize,
    /// What stands between piles of lines, which a browser passes over while they are far away.
    pub between_piles: &'static str,
    /// What lines usually need without their facts, so that they are written without them where there is no room. None:
    /// such lines are of no use in this document.
    pub short: Option<Short>,
}

/// What a line without its facts usually needs, in bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Short {
    pub line: usize,
    pub finding: usize,
}

impl Short {
    fn bytes(self, line: Line<'_>) -> usize {
        self.line + self.finding * line.all_findings()
    }
}

/// The lines that fit.
#[derive(Debug, Default)]
pub(super) struct Fitted {
    /// One after the other, by what they are listed under.
    pub lists: BTreeMap<Pile, List>,
    /// How many of all are here: `471 lines, 594 findings, all on this page`.
    pub count: String,
    /// What is left out, by severity, and where it is; empty when all are here.
    pub left_out: String,
    /// How many lines are not here.
    pub missing: u64,
}

/// What lines are listed under: open ones by their severity, the others together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Pile {
    Open(Severity),
    Covered,
}

impl Pile {
    fn of(line: Line<'_>) -> Self {
        if line.is_open() { Self::Open(line.severity()) } else { Self::Covered }
    }
}

/// The lines under one heading.
#[derive(Debug, Default)]
pub(super) struct List {
    pub rows: String,
    pub lines: u64,
    /// How many rows there are.
    count: usize,
}

/// How many lines are one pile; print and the style sheet count on it.
const PILE: usize = 50;

impl List {
    pub(super) fn of(rows: &str, lines: u64) -> Self {
        Self { rows: rows.to_owned(), lines, count: 0 }
    }

    fn push(&mut self, row: &str, weight: u64, between_piles: &str) {
        if self.count > 0 && self.count.is_multiple_of(PILE) {
            self.rows.push_str(between_piles);
        }
        self.rows.push_str(row);
        self.count += 1;
        self.lines += weight;
    }
}

/// Renders lines one by one until the budget is spent, so that no more than the budget is ever held. The worst go first,
/// whatever they are listed under: nothing is left out while something less bad is here.
pub(super) fn fit(
    lines: &Lines<'_>,
    lookup: &Lookup<'_>,
    budget: Budget,
    whole: &str,
    mut row: impl FnMut(&LineView) -> Result<String, RenderError>,
) -> Result<Fitted, RenderError> {
    let mut fitted = Fitted::default();
    let mut shown = 0;
    let mut left = budget.bytes;
    let mut findings = 0_usize;
    let possible = lines
        .iter()
        .take_while(|line| {
            findings = findings.saturating_add(line.all_findings());
            findings <= budget.findings
        })
        .count();
    let short = |line| budget.short.map_or(0, |short| short.bytes(line));
    // What those that are still to come need.
    let mut reserved: usize = lines.iter().take(possible).map(short).sum();
    for line in lines.iter().take(possible) {
        let view = LineView::new(line, lookup)?;
        reserved -= short(line);
        let mut text = row(&view)?;
        if budget.short.is_some() && text.len() + reserved > left {
            text = row(&view.shortened())?;
        }
        if text.len() > left {
            break;
        }
        left -= text.len();
        shown += 1;
        fitted.lists.entry(Pile::of(line)).or_default().push(&text, line.weight(), budget.between_piles);
    }
    let rest = || lines.iter().skip(shown);
    fitted.missing = rest().map(Line::weight).sum();
    fitted.count = count(lines);
    if fitted.missing > 0 {
        fitted.left_out = left_out(lines, shown, whole);
    }
    Ok(fitted)
}

fn count(lines: &Lines<'_>) -> String {
    let open = || lines.iter().filter(|line| line.is_open());
    let findings = open().map(Line::findings).sum();
    let covered: u64 = lines.iter().filter(|line| !line.is_open()).map(Line::weight).sum();
    let covered = if covered == 0 { String::new() } else { format!("; {} covered by exceptions", grouped(covered)) };
    let all = open().map(Line::weight).sum();
    format!("{}, {}{covered}", counted(all, "line", "lines"), counted(findings, "finding", "findings"))
}

/// How many lines of each severity are here: `all critical and high, 214 of 6,020 medium, no low`.
fn left_out(lines: &Lines<'_>, shown: usize, whole: &str) -> String {
    let mut counts: BTreeMap<Severity, (u64, u64)> = BTreeMap::new();
    for (at, line) in lines.iter().enumerate() {
        let (here, all) = counts.entry(line.worst()).or_default();
        *all += line.weight();
        *here += if at < shown { line.weight() } else { 0 };
    }
    let (here, all) = counts.values().fold((0, 0), |(here, all), count| (here + count.0, all + count.1));
    let part = |(severity, (here, all)): (&Severity, &(u64, u64))| match *here {
        here if here == *all => format!("all {} {severity}", grouped(*all)),
        0 => format!("none of {} {severity}", grouped(*all)),
        here => format!("{} of {} {severity}", grouped(here), grouped(*all)),
    };
    let parts: Vec<String> = counts.iter().map(part).collect();
    format!(
        "{} of {} are on this page: {}. All: {whole}.",
        grouped(here),
        counted(all, "line", "lines"),
        parts.join(", ")
    )
}

/// How many findings are left out, by severity, and where they are.
fn words<'r>(left_out: impl Iterator<Item = FindingRef<'r>>, whole: &str) -> String {
    format!("{} The worst are shown; {whole}.", left_out_words(left_out))
}

/// The findings that a format has room for.
#[derive(Debug)]
pub(super) struct Worst<'r> {
    /// In the order of the report.
    pub heads: Vec<FindingRef<'r>>,
    /// The words for the others; none, when all are here.
    pub left_out: Option<String>,
}

/// At most `limit` of these findings. If there are more, those that ask for action go before those that are covered
/// by an exception; worst first among each, as the report sorts them.
pub(super) fn worst<'r>(findings: impl Iterator<Item = FindingRef<'r>>, limit: usize) -> Worst<'r> {
    let mut heads: Vec<FindingRef<'_>> = findings.collect();
    let mut left_out = None;
    if heads.len() > limit {
        heads.sort_by_key(|head| !head.is_open());
        left_out = Some(words(heads.split_off(limit).into_iter(), ALL));
    }
    Worst { heads, left_out }
}
