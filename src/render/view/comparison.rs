//! What a comparison of two reports says to people: the numbers, then what asks for something, then the rest.

use serde::Serialize;

use super::changes::{ChangesView, GoneRow, LINES, Trend, left_out};
use super::lookup::Lookup;
use super::text::{NAME, moment};
use crate::base::text::{counted, grouped};
use crate::finding::FindingRef;
use crate::history::{History as Spell, State, TrendPoint};
use crate::model::Disposition;
use crate::render::RenderError;
use crate::render::escape::clip;
use crate::report::Report;

/// Two reports, or several.
#[derive(Debug, Serialize)]
pub(in crate::render) struct Comparison {
    title: String,
    subtitle: String,
    organisation: String,
    lead: String,
    rows: Vec<Count>,
    lists: Vec<List>,
    changes: ChangesView,
    trend: Trend,
    footer: String,
}

#[derive(Debug, Serialize)]
struct Count {
    count: String,
    text: String,
}

/// Findings that are there, and ask for something.
#[derive(Debug, Serialize)]
struct List {
    title: &'static str,
    rows: Vec<GoneRow>,
    left_out: String,
}

/// Which findings a list has, and what it is called; each finding is in the first that has it.
type Kind = (&'static str, fn(&Spell) -> bool);

const KINDS: [Kind; 4] = [
    ("Reopened", |history| history.state == State::Reopened),
    ("Overdue", |history| history.is_overdue()),
    ("New", |history| history.state == State::New),
    ("Perhaps new", |history| history.state == State::Unknown),
];

impl Comparison {
    /// Words what a report says of its changes.
    pub(in crate::render) fn new(report: &Report) -> Result<Self, RenderError> {
        let known = Lookup::new(report);
        let changes = report.changes.clone().unwrap_or_default();
        let since = changes.previous.as_ref().map(|previous| moment(previous.as_of)).unwrap_or_default();
        let count = |(count, text): (u64, String)| Count { count: grouped(count), text };
        Ok(Self {
            title: "What has changed".to_owned(),
            subtitle: clip(&report.run.title, NAME),
            organisation: clip(&report.run.organisation, NAME),
            lead: format!("From {since} to {}.", moment(report.run.as_of)),
            rows: changes.findings.words().into_iter().map(count).collect(),
            lists: lists(report, &known)?,
            trend: Trend::default(),
            changes: ChangesView::new(report, &known),
            footer: format!(
                "Run {} compared with run {} by headcount {}",
                clip(&report.run.id, NAME),
                changes.previous.map(|previous| clip(&previous.run_id, NAME)).unwrap_or_default(),
                env!("CARGO_PKG_VERSION")
            ),
        })
    }
}

fn lists(report: &Report, known: &Lookup<'_>) -> Result<Vec<List>, RenderError> {
    let mut found: [(Vec<FindingRef<'_>>, usize); KINDS.len()] = Default::default();
    for head in report.findings.heads().filter(|head| head.disposition() != Disposition::Waived) {
        let kind = head.history().and_then(|history| KINDS.iter().position(|(_, has)| has(history)));
        if let Some((heads, all)) = kind.and_then(|kind| found.get_mut(kind)) {
            *all += 1;
            if heads.len() < LINES {
                heads.push(head);
            }
        }
    }
    let lists = KINDS.iter().zip(found).filter(|(_, (_, all))| *all > 0);
    lists
        .map(|((title, _), (heads, all))| {
            let row = |head: FindingRef<'_>| Ok(GoneRow::present(&head.read().map_err(RenderError::Findings)?, known));
            let rows = heads.into_iter().map(row).collect::<Result<_, RenderError>>()?;
            Ok(List { title, rows, left_out: left_out(all, LINES) })
        })
        .collect()
}

impl Comparison {
    /// Words how it went over several reports.
    pub(in crate::render) fn of_all(points: &[TrendPoint]) -> Self {
        let span = points.first().zip(points.last());
        let lead = span.map(|(first, last)| format!("From {} to {}.", moment(first.as_of), moment(last.as_of)));
        Self {
            title: counted(points.len() as u64, "report", "reports"),
            subtitle: "History".to_owned(),
            organisation: String::new(),
            lead: lead.unwrap_or_default(),
            rows: Vec::new(),
            lists: Vec::new(),
            changes: ChangesView::default(),
            trend: Trend::of_all(points),
            footer: format!("headcount {}", env!("CARGO_PKG_VERSION")),
        }
    }
}
