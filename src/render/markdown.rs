//! The document for tickets, wikis and job summaries, cut by plan: what everybody must see always stands, and
//! the findings get the bytes that are left, worst first.

use std::io::Write;

use serde::Serialize;
use serde_json::Value;

use super::fit::{Budget, Fitted, fit};
use super::template::{MARKDOWN, MARKDOWN_ENTRY};
use super::view::{Entries, Page};
use super::{RenderError, RenderOptions};
use crate::report::Report;

/// What the words about left-out findings and the headings of their tables may take.
const RESERVE: usize = 1_000;

#[derive(Serialize)]
struct Document<'d> {
    #[serde(flatten)]
    page: &'d Page,
    accounts: &'d str,
    others: &'d str,
    left_out: &'d str,
}

pub(super) fn render(report: &Report, options: &RenderOptions<'_>, out: &mut dyn Write) -> Result<(), RenderError> {
    let engine = options.templates.markdown()?;
    let entries = Entries::new(report);
    let page = Page::new(report, &entries)?;
    let document = |fitted: &Fitted| {
        let Fitted { accounts, others, left_out, .. } = fitted;
        engine.render(MARKDOWN, &Document { page: &page, accounts, others, left_out })
    };
    let always = document(&Fitted::default())?.len() + RESERVE;
    let budget = Budget { findings: usize::MAX, bytes: options.markdown_bytes.saturating_sub(always) };
    let fitted = fit(&entries, budget, options, |entry| engine.render(MARKDOWN_ENTRY, entry))?;
    out.write_all(document(&fitted)?.as_bytes())?;
    Ok(())
}

/// What the template of the document sees of a report.
pub(super) fn model(report: &Report) -> Result<Vec<Value>, RenderError> {
    let entries = Entries::new(report);
    let page = Page::new(report, &entries)?;
    let (accounts, others) = ("the rows of accounts", "the other rows");
    let document = Document { page: &page, accounts, others, left_out: "how many findings are left out" };
    Ok(vec![serde_json::to_value(&document)?])
}
