//! The document for tickets, wikis and job summaries, cut by plan: what everybody must see always stands, and
//! the findings get the bytes that are left, worst first.

use std::io::Write;

use serde::Serialize;
use serde_json::Value;

use super::fit::{Budget, Fitted, fit};
use super::template::{MARKDOWN, MARKDOWN_LINE};
use super::view::{Entries, Lines, Lookup, Page};
use super::{RenderError, RenderOptions};
use crate::report::Report;

/// What the words about left-out findings and the headings of their tables may take.
const RESERVE: usize = 1_000;

#[derive(Serialize)]
struct Document<'d> {
    #[serde(flatten)]
    page: &'d Page,
    lines: String,
    covered: &'d str,
    count: &'d str,
    left_out: &'d str,
}

impl<'d> Document<'d> {
    fn new(page: &'d Page, fitted: &'d Fitted) -> Self {
        let mut lines = String::new();
        let mut covered = "";
        for (pile, list) in &fitted.lists {
            match pile {
                super::fit::Pile::Open(_) => lines.push_str(&list.rows),
                super::fit::Pile::Covered => covered = &list.rows,
            }
        }
        Self { page, lines, covered, count: &fitted.count, left_out: &fitted.left_out }
    }
}

pub(super) fn render(report: &Report, options: &RenderOptions<'_>, out: &mut dyn Write) -> Result<(), RenderError> {
    let engine = options.templates.markdown()?;
    let entries = Entries::new(report);
    let (lines, lookup) = (Lines::new(&entries), Lookup::new(report));
    let page = Page::new(report, &lines, &lookup)?;
    let document = |fitted: &Fitted| engine.render_all(&MARKDOWN, &Document::new(&page, fitted));
    let always = document(&Fitted::default())?.len() + RESERVE;
    let bytes = options.markdown_bytes.saturating_sub(always);
    let budget = Budget { findings: usize::MAX, bytes, between_piles: "", short: None };
    let row = |line: &super::view::LineView| engine.render(MARKDOWN_LINE, line);
    let fitted = fit(&lines, &lookup, budget, &options.all_files(), row)?;
    out.write_all(document(&fitted)?.as_bytes())?;
    Ok(())
}

/// What the templates of the document see of a report.
pub(super) fn model(report: &Report) -> Result<Vec<Value>, RenderError> {
    let entries = Entries::new(report);
    let (lines, lookup) = (Lines::new(&entries), Lookup::new(report));
    let page = Page::new(report, &lines, &lookup)?;
    let fitted = Fitted {
        count: "7 lines, 9 findings".to_owned(),
        left_out: "what is left out".to_owned(),
        ..Fitted::default()
    };
    let document = Document { lines: "the rows".to_owned(), covered: "the rows", ..Document::new(&page, &fitted) };
    Ok(vec![serde_json::to_value(&document)?])
}
