//! What the auditor checks: the sources with their certificates, and the rules as they applied.

use std::collections::{BTreeMap, HashMap};

use rust_xlsxwriter::{Workbook, XlsxError};

use super::Book;
use super::sheet::{Cell, Column, Sheet, plain};
use crate::base::text::grouped;
use crate::finding::FindingRef;
use crate::render::RenderError;
use crate::render::view::{at_least, is_whole, value};
use crate::report::{Evaluability, Report, RuleSummary, SourceStatus, SourceSummary};

const SOURCES: [Column; 14] = [
    ("Source", 16),
    ("Vendor", 20),
    ("Status", 12),
    ("Declared", 11),
    ("Fetched", 11),
    ("Distinct", 11),
    ("Pages", 9),
    ("Requests", 10),
    ("Retries", 9),
    ("Started (UTC)", 17),
    ("Ended (UTC)", 17),
    ("Error", 40),
    ("Warnings", 50),
    ("SHA-256", 68),
];

pub(super) fn sources(workbook: &mut Workbook, book: &Book<'_>) -> Result<(), XlsxError> {
    let mut sheet = Sheet::new(workbook, "Sources", &SOURCES, &book.styles)?;
    for source in &book.report.sources {
        sheet.row(source_cells(source))?;
    }
    sheet.finish()
}

fn source_cells(source: &SourceSummary) -> [Cell; SOURCES.len()] {
    let whole = source.status == SourceStatus::Complete;
    [
        source.name.as_str().into(),
        source.vendor.as_str().into(),
        source.status.as_str().into(),
        source.declared.map_or_else(|| "not told".into(), Cell::Number),
        count(source.fetched, whole),
        count(source.distinct, whole),
        Cell::Number(source.pages),
        Cell::Number(source.requests),
        Cell::Number(source.retries),
        Cell::Moment(Some(source.started_at)),
        Cell::Moment(Some(source.finished_at)),
        source.error.as_deref().unwrap_or_default().into(),
        lines(source.warnings.iter()),
        source.sha256.as_str().into(),
    ]
}

/// Each in a line of its own, whatever it holds.
fn lines<S: AsRef<str>>(all: impl Iterator<Item = S>) -> Cell {
    Cell::Lines(all.map(|one| plain(one.as_ref())).collect::<Vec<_>>().join("\n"))
}

/// What was counted where not everything was seen is a minimum, and no number to calculate with.
fn count(count: u64, whole: bool) -> Cell {
    if whole { Cell::Number(count) } else { at_least(count, whole).into() }
}

const RULES: [Column; 12] = [
    ("Rule", 24),
    ("Title", 36),
    ("Severity", 10),
    ("Applied", 9),
    ("Params", 26),
    ("Subjects", 10),
    ("Violations", 11),
    ("Not evaluable", 14),
    ("Where not evaluable", 52),
    ("Controls", 30),
    ("Changed by the configuration", 36),
    ("Suggestion", 44),
];

pub(super) fn rules(workbook: &mut Workbook, book: &Book<'_>) -> Result<(), RenderError> {
    let mut sheet = Sheet::new(workbook, "Rules", &RULES, &book.styles)?;
    let blind = blind(book.report);
    // The suggestion is the rule's, and any finding of it has it.
    let found: HashMap<&str, FindingRef<'_>> = book.report.findings.heads().map(|head| (head.rule(), head)).collect();
    let whole = is_whole(book.report);
    for rule in &book.report.rules {
        let places = blind.get(rule.id.as_str()).map(Vec::as_slice).unwrap_or_default();
        let finding = found.get(rule.id.as_str()).map(FindingRef::read).transpose().map_err(RenderError::Findings)?;
        let suggestion = finding.map(|finding| finding.remediation).unwrap_or_default();
        sheet.row(rule_cells(rule, places, whole).into_iter().chain([suggestion.into()]))?;
    }
    Ok(sheet.finish()?)
}

/// Where each rule could not judge something.
fn blind(report: &Report) -> BTreeMap<&str, Vec<&Evaluability>> {
    let mut blind: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for place in report.evaluability.iter().filter(|place| place.not_evaluable > 0) {
        blind.entry(place.rule.as_str()).or_default().push(place);
    }
    blind
}

fn rule_cells(rule: &RuleSummary, blind: &[&Evaluability], whole: bool) -> [Cell; 11] {
    let place = |place: &&Evaluability| {
        format!("{}: {}, missing {}", place.source, grouped(place.not_evaluable), place.missing.join(", "))
    };
    let params = rule.params.iter().map(|(name, param)| format!("{name} = {}", value(param)));
    [
        rule.id.as_str().into(),
        rule.title.as_str().into(),
        rule.severity.as_str().into(),
        if rule.disabled { "no" } else { "yes" }.into(),
        lines(params),
        count(rule.subjects, whole),
        count(rule.violations, whole),
        count(rule.not_evaluable, whole),
        lines(blind.iter().map(place)),
        rule.controls.join(", ").into(),
        lines(rule.changes.iter()),
    ]
}
