//! The page: one file that works offline, under its own content security policy, and without JavaScript.

use std::io::Write;

use serde::Serialize;
use serde_json::Value;

use super::content_policy::policy;
use super::fit::{Budget, Fitted, List, Pile, Short, fit};
use super::template::{Engine, PAGE, PAGE_LINE, SCRIPT, SECTIONS, STYLE};
use super::view::{Entries, LineView, Lines, Lookup, Page};
use super::{RenderError, RenderOptions};
use crate::base::text::grouped;
use crate::model::Severity;
use crate::report::Report;

/// A page over 3 MB is slow to open and to search.
const PAGE_BYTES: usize = 2_950_000;
const FINDINGS: usize = 5_000;
/// What a line without its facts takes.
const SHORT: Short = Short { line: 270, finding: 110 };
/// More criticals than these are not printed.
const PRINTED: u64 = 150;

/// What the sections of the page are made of.
#[derive(Serialize)]
struct Sections<'d> {
    #[serde(flatten)]
    page: &'d Page,
    groups: Vec<Group<'d>>,
    count: &'d str,
    left_out: &'d str,
    /// How many lines the search can't see.
    missing: String,
    all_files: &'d str,
}

/// The lines of one severity, or those that are covered by exceptions.
#[derive(Serialize)]
struct Group<'d> {
    id: &'static str,
    class: &'static str,
    title: &'static str,
    count: String,
    not_printed: String,
    lines: &'d str,
}

/// The frame, with its sections already written.
#[derive(Serialize)]
struct Document<'d> {
    #[serde(flatten)]
    page: &'d Page,
    style: &'d str,
    script: &'d str,
    policy: String,
    sections: String,
}

/// Returns how many lines it has no room for.
pub(super) fn render(report: &Report, options: &RenderOptions<'_>, out: &mut dyn Write) -> Result<u64, RenderError> {
    let engine = options.templates.page()?;
    let entries = Entries::new(report);
    let (lines, lookup) = (Lines::new(&entries), Lookup::new(report));
    let page = Page::new(report, &lines, &lookup)?;
    let all_files = options.all_files();
    let always = document(engine, &page, Fitted::default(), &all_files)?.len();
    let bytes = PAGE_BYTES.saturating_sub(always + RESERVE);
    let budget = Budget { findings: FINDINGS, bytes, between_piles: "</div><div>", short: Some(SHORT) };
    let fitted = fit(&lines, &lookup, budget, &all_files, |line| engine.render(PAGE_LINE, line))?;
    let missing = fitted.missing;
    out.write_all(document(engine, &page, fitted, &all_files)?.as_bytes())?;
    Ok(missing)
}

/// What the heads of groups and the words about what is left out may take.
const RESERVE: usize = 5_000;

fn document(engine: &Engine, page: &Page, fitted: Fitted, all_files: &str) -> Result<String, RenderError> {
    let (style, script) = (engine.text(STYLE), engine.text(SCRIPT));
    let sections = engine.render_all(&SECTIONS, &sections(page, &fitted, all_files))?;
    // They are megabytes, and in the sections by now.
    drop(fitted);
    engine.render(PAGE, &Document { page, style, script, policy: policy(style, script), sections })
}

fn sections<'d>(page: &'d Page, fitted: &'d Fitted, all_files: &'d str) -> Sections<'d> {
    Sections {
        page,
        groups: fitted.lists.iter().map(|(pile, list)| Group::new(*pile, list)).collect(),
        count: &fitted.count,
        left_out: &fitted.left_out,
        missing: if fitted.missing == 0 { String::new() } else { grouped(fitted.missing) },
        all_files,
    }
}

impl<'d> Group<'d> {
    fn new(pile: Pile, list: &'d List) -> Self {
        let (id, class, title) = match pile {
            Pile::Open(Severity::Critical) => ("critical", "c", "Critical"),
            Pile::Open(Severity::High) => ("high", "h", "High"),
            Pile::Open(Severity::Medium) => ("medium", "m", "Medium"),
            Pile::Open(Severity::Low) => ("low", "l", "Low"),
            Pile::Open(Severity::Info) => ("info", "i", "For information"),
            Pile::Covered => ("covered", "cov", "Covered by exceptions"),
        };
        let more = list.lines.saturating_sub(PRINTED);
        let not_printed = if class == "c" && more > 0 { grouped(more) } else { String::new() };
        Self { id, class, title, count: grouped(list.lines), not_printed, lines: &list.rows }
    }
}

/// What the templates of the page see of a report: the frame, its sections, and its lines.
pub(super) fn model(report: &Report) -> Result<[Vec<Value>; 2], RenderError> {
    let entries = Entries::new(report);
    let (lines, lookup) = (Lines::new(&entries), Lookup::new(report));
    let page = Page::new(report, &lines, &lookup)?;
    let list = List::of("the lines", 200);
    let fitted = Fitted {
        lists: [(Pile::Open(Severity::Critical), list)].into(),
        count: "7 lines, 9 findings".to_owned(),
        left_out: "what is left out, by severity".to_owned(),
        missing: 2,
    };
    let mut models = vec![serde_json::to_value(sections(&page, &fitted, "where all are"))?];
    let (style, script, sections) = ("the style sheet", "the script", "the sections".to_owned());
    models.push(serde_json::to_value(Document { page: &page, style, script, policy: policy("", ""), sections })?);
    let line = |line| Ok(serde_json::to_value(LineView::new(line, &lookup)?)?);
    Ok([models, lines.iter().map(line).collect::<Result<_, RenderError>>()?])
}
