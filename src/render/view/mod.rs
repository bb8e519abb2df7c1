//! The model that templates see: everything counted, sorted and worded, as text that still has to be escaped.
//!
//! Made from the report alone. Findings are not in it, because there may be a hundred thousand: they are grouped
//! by subject ([`Entries`]), ordered as [`Lines`], and become a model one at a time, when their line is rendered.

mod accounts;
mod act;
mod changes;
mod comparison;
mod controls;
mod coverage;
mod entries;
mod evidence;
mod line;
mod lines;
mod lookup;
mod mail;
mod matching;
mod near;
mod opening;
mod overview;
mod person;
mod policies;
mod questions;
mod review;
mod reviews;
mod row;
mod tally;
mod text;
mod verdict;

pub(super) use accounts::Accounts;
pub(super) use comparison::Comparison;
pub(super) use entries::{Entries, Group, left_out_words};
pub(super) use line::LineView;
pub(super) use lines::{Line, Lines};
pub(super) use lookup::Lookup;
pub(super) use mail::{About, MailModel};
pub use mail::{Audience, FindingList, MailContent};
pub use questions::ManagerContent;
pub(super) use questions::ManagerModel;
pub(super) use review::{Known, Review, Row};
pub(super) use text::{at_least, is_whole, value};
pub(super) use verdict::headline;

use serde::Serialize;

use super::RenderError;
use crate::report::Report;

/// The whole document but for its findings.
#[derive(Debug, Serialize)]
pub(super) struct Page {
    opening: opening::Opening,
    act: act::Act,
    grid: overview::Grid,
    since: overview::Since,
    changes: changes::ChangesView,
    reviews: reviews::Reviews,
    checks: Vec<overview::Point>,
    run: evidence::Run,
    law: evidence::Law,
    coverage: coverage::Coverage,
    frameworks: Vec<controls::Framework>,
    policies: Vec<policies::Comparison>,
    exceptions: evidence::Capped<evidence::Exception>,
    exceptions_result: String,
    baseline: String,
    sources: Vec<evidence::Source>,
    sources_result: String,
    roster: evidence::Roster,
}

impl Page {
    /// Counts and words `report`, whose findings are already ordered.
    pub(super) fn new(report: &Report, lines: &Lines<'_>, lookup: &Lookup<'_>) -> Result<Self, RenderError> {
        let tally = tally::Tally::new(report);
        let act = act::Act::new(report, lines, lookup)?;
        Ok(Self {
            opening: opening::Opening::new(report, lines),
            checks: overview::checks(report, &act.without_day),
            act,
            grid: overview::Grid::new(report, lines),
            since: overview::Since::new(report, lines),
            changes: changes::ChangesView::new(report, lookup),
            reviews: reviews::Reviews::new(report),
            run: evidence::Run::new(report),
            law: evidence::Law::new(report),
            coverage: coverage::Coverage::new(report, &tally)?,
            frameworks: controls::frameworks(report, &tally),
            policies: policies::Comparison::new(report, &tally)?.into_iter().collect(),
            exceptions: evidence::exceptions(report),
            exceptions_result: evidence::exceptions_result(report),
            baseline: evidence::baseline(report),
            sources: report.sources.iter().map(evidence::Source::new).collect(),
            sources_result: evidence::sources_result(report),
            roster: evidence::Roster::new(report),
        })
    }
}
