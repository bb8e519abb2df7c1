//! The model that templates see: everything counted, sorted and worded, as text that still has to be escaped.
//!
//! Made from the report alone. Findings are not in it, because there may be a hundred thousand: they are grouped
//! by subject ([`Entries`]) and become a model one at a time, when their row is rendered.

mod accounts;
mod charts;
mod controls;
mod coverage;
mod entries;
mod evidence;
mod mail;
mod matching;
mod near;
mod people;
mod policies;
mod review;
mod row;
mod text;
mod verdict;

pub(super) use accounts::Accounts;
pub(super) use entries::{Entries, Group, left_out_words};
pub(super) use mail::{About, MailModel};
pub use mail::{Audience, FindingList, MailContent};
pub(super) use people::People;
pub(super) use review::{Known, Review, Row, When};
pub(super) use row::Entry;
pub(super) use text::{at_least, is_whole, value};
pub(super) use verdict::headline;

use serde::Serialize;

use super::RenderError;
use crate::report::Report;

/// The whole document but for its findings and people.
#[derive(Debug, Serialize)]
pub(super) struct Page {
    #[serde(flatten)]
    verdict: verdict::VerdictView,
    run: evidence::Run,
    tiles: Vec<verdict::Tile>,
    quiet: String,
    charts: Vec<charts::Chart>,
    law: charts::Law,
    matrix: coverage::Matrix,
    frameworks: Vec<controls::Framework>,
    policies: Vec<policies::Comparison>,
    exceptions: evidence::Capped<evidence::Exception>,
    baseline: String,
    sources: Vec<evidence::Source>,
    roster: evidence::Roster,
    rules: Vec<evidence::Rule>,
}

impl Page {
    /// Counts and words `report`, whose findings are already grouped.
    pub(super) fn new(report: &Report, entries: &Entries<'_>) -> Result<Self, RenderError> {
        let tally = verdict::Tally::new(report);
        Ok(Self {
            verdict: verdict::VerdictView::new(report, entries),
            run: evidence::Run::new(report),
            tiles: tally.tiles(report)?,
            quiet: tally.quiet(report),
            charts: charts::all(report, entries),
            law: charts::Law::new(report),
            matrix: coverage::Matrix::new(report),
            frameworks: controls::frameworks(report, &tally),
            policies: policies::Comparison::new(report, &tally)?.into_iter().collect(),
            exceptions: evidence::exceptions(report),
            baseline: evidence::baseline(report),
            sources: report.sources.iter().map(evidence::Source::new).collect(),
            roster: evidence::Roster::new(report),
            rules: report.rules.iter().map(evidence::Rule::new).collect(),
        })
    }
}
