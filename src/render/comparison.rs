//! Two reports held against each other, and the trend of several: for people as a page or Markdown, for programs as JSON or a
//! table. What changed has been decided before; nothing is compared here.

use std::io::Write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::NaiveDate;
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::csv::cells;
use super::template::{CHANGES, COMPARISON_MARKDOWN, COMPARISON_PAGE, Engine, STYLE};
use super::view::Comparison;
use super::{RenderError, escape};
use crate::base::temp_store::Window;
use crate::finding::FindingRecord;
use crate::history::{Gone, GoneSubject, HistoryLine, TrendPoint};
use crate::model::Severity;
use crate::report::Report;

/// A way to write a comparison down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComparisonFormat {
    /// One self-contained page.
    Html,
    /// Markdown.
    Markdown,
    /// Every finding with its state.
    Json,
    /// The same as a table.
    Csv,
}

impl ComparisonFormat {
    /// How its files end.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Markdown => "md",
            Self::Json => "json",
            Self::Csv => "csv",
        }
    }
}

/// A finding with its state, as JSON has it.
#[derive(Serialize)]
struct Line<'l> {
    state: &'l str,
    fingerprint: &'l str,
    rule: &'l str,
    severity: Severity,
    #[serde(skip_serializing_if = "Option::is_none")]
    disposition: Option<&'l str>,
    subject: GoneSubject,
    first_seen: NaiveDate,
    since: NaiveDate,
    days_open: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<NaiveDate>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    overdue: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    resolved_on: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'l str>,
}

impl<'l> Line<'l> {
    fn of(finding: &'l FindingRecord<'_>, history: HistoryLine) -> Self {
        let HistoryLine { state, first_seen, since, days_open, due, overdue, .. } = history;
        let own = |text: Option<&str>| text.map(str::to_owned);
        let about = &finding.subject;
        Self {
            state: state.as_str(),
            fingerprint: finding.fingerprint,
            rule: finding.rule,
            severity: finding.severity,
            disposition: Some(finding.disposition.as_str()),
            subject: GoneSubject {
                kind: about.kind.to_owned(),
                source: own(about.source),
                account_id: own(about.account_id),
                employee_id: own(about.employee_id),
                members: about.members.map(|_| about.members()),
            },
            first_seen,
            since,
            days_open,
            due,
            overdue,
            resolved_on: None,
            why: None,
        }
    }

    fn gone(gone: &'l Gone) -> Self {
        Self {
            state: if gone.resolved_on.is_some() { "resolved" } else { "unseen" },
            fingerprint: &gone.fingerprint,
            rule: &gone.rule,
            severity: gone.severity,
            disposition: None,
            subject: gone.subject.clone(),
            first_seen: gone.first_seen,
            since: gone.since,
            days_open: gone.days_open,
            due: None,
            overdue: false,
            resolved_on: gone.resolved_on,
            why: gone.why.as_deref(),
        }
    }
}

/// Writes what has changed between an earlier report and this one, which says it.
///
/// # Errors
/// The findings can't be read back, or `out` can't be written.
pub fn comparison(report: &Report, format: ComparisonFormat, out: &mut dyn Write) -> Result<(), RenderError> {
    match format {
        ComparisonFormat::Html => page(&Comparison::new(report)?, out),
        ComparisonFormat::Markdown => markdown(&Comparison::new(report)?, out),
        ComparisonFormat::Json => json_lines(report, out),
        ComparisonFormat::Csv => table(report, out),
    }
}

/// Writes how it went over several reports.
///
/// # Errors
/// As of `out`.
pub fn trend(points: &[TrendPoint], format: ComparisonFormat, out: &mut dyn Write) -> Result<(), RenderError> {
    match format {
        ComparisonFormat::Html => page(&Comparison::of_all(points), out),
        ComparisonFormat::Markdown => markdown(&Comparison::of_all(points), out),
        ComparisonFormat::Csv => trend_table(points, out),
        ComparisonFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, &json!({ "trend": points }))?;
            Ok(writeln!(out)?)
        }
    }
}

/// The frame, with its sections already written.
#[derive(Serialize)]
struct Document<'d, M: Serialize> {
    #[serde(flatten)]
    model: &'d M,
    style: &'d str,
    policy: String,
    sections: String,
}

fn page(model: &impl Serialize, out: &mut dyn Write) -> Result<(), RenderError> {
    let engine = Engine::new(&[COMPARISON_PAGE, CHANGES, STYLE], None, escape::html)?;
    let style = engine.text(STYLE);
    let policy =
        format!("default-src 'none'; style-src 'sha256-{}'; base-uri 'none'", STANDARD.encode(Sha256::digest(style)));
    let sections = engine.render(CHANGES, model)?;
    out.write_all(engine.render(COMPARISON_PAGE, &Document { model, style, policy, sections })?.as_bytes())?;
    Ok(())
}

fn markdown(model: &impl Serialize, out: &mut dyn Write) -> Result<(), RenderError> {
    let engine = Engine::new(&[COMPARISON_MARKDOWN], None, escape::markdown)?;
    out.write_all(engine.render(COMPARISON_MARKDOWN, model)?.as_bytes())?;
    Ok(())
}

/// Every finding of both reports, one after the other: those that are there in the order of the report, then those that aren't.
fn each(report: &Report, write: &mut dyn FnMut(&Line<'_>) -> Result<(), RenderError>) -> Result<(), RenderError> {
    let mut window = Window::default();
    for head in report.findings.heads() {
        if let Some(history) = head.history().copied() {
            let finding = head.load(&mut window).map_err(RenderError::Findings)?;
            write(&Line::of(&finding, history.into()))?;
        }
    }
    let gone = report.changes.iter().flat_map(|changes| changes.unseen.iter().chain(&changes.resolved));
    gone.map(Line::gone).try_for_each(|line| write(&line))
}

/// The whole as JSON, each finding a line.
fn json_lines(report: &Report, out: &mut dyn Write) -> Result<(), RenderError> {
    let changes = report.changes.clone().unwrap_or_default();
    let head = json!({
        "previous": changes.previous,
        "run": { "run_id": report.run.id, "as_of": report.run.as_of },
        "counts": changes.findings,
        "not_comparable": changes.not_comparable,
        "accounts": changes.accounts,
        "people": changes.people,
        "trend": changes.trend,
    });
    let head = serde_json::to_string_pretty(&head)?;
    out.write_all(head.trim_end_matches(['\n', '}']).as_bytes())?;
    out.write_all(b",\n  \"findings\": [")?;
    let mut first = true;
    each(report, &mut |line| {
        out.write_all(if std::mem::take(&mut first) { b"\n    " } else { b",\n    " })?;
        Ok(serde_json::to_writer(&mut *out, line)?)
    })?;
    out.write_all(if first { b"]\n}\n" } else { b"\n  ]\n}\n" })?;
    Ok(())
}

/// The same as a table.
/// A report a row. What was compared with nothing has no numbers for it.
fn trend_table(points: &[TrendPoint], out: &mut dyn Write) -> Result<(), RenderError> {
    let mut rows = Vec::new();
    let counts = ["accounts", "complete", "critical", "high", "medium", "low", "info"];
    let headings = ["as_of", "run_id"].into_iter().chain(counts).chain(["new", "resolved", "reopened", "overdue"]);
    cells(headings, &mut rows);
    rows.extend(b"\r\n");
    for point in points {
        let told = |count: Option<u64>| count.map(|count| count.to_string()).unwrap_or_default();
        let open = Severity::ALL.map(|severity| point.open.get(&severity).copied().unwrap_or_default().to_string());
        let start =
            [point.as_of.to_rfc3339(), point.run_id.clone(), point.accounts.to_string(), point.complete.to_string()];
        let since = [point.new, point.resolved, point.reopened, point.overdue].map(told);
        cells(start.iter().chain(&open).chain(&since).map(String::as_str), &mut rows);
        rows.extend(b"\r\n");
    }
    Ok(out.write_all(&rows)?)
}

fn table(report: &Report, out: &mut dyn Write) -> Result<(), RenderError> {
    let mut row = Vec::new();
    let headings = [
        "state",
        "severity",
        "rule",
        "disposition",
        "source",
        "account_id",
        "employee_id",
        "first_seen",
        "since",
        "days_open",
        "due",
        "overdue",
        "resolved_on",
        "why",
        "fingerprint",
    ];
    cells(headings, &mut row);
    row.extend(b"\r\n");
    out.write_all(&row)?;
    let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    each(report, &mut |line| {
        row.clear();
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let told = [
            line.state,
            line.severity.as_str(),
            line.rule,
            line.disposition.unwrap_or_default(),
            &text(&line.subject.source),
            &text(&line.subject.account_id),
            &text(&line.subject.employee_id),
            &line.first_seen.to_string(),
            &line.since.to_string(),
            &line.days_open.to_string(),
            &day(line.due),
            if line.overdue { "yes" } else { "" },
            &day(line.resolved_on),
            line.why.unwrap_or_default(),
            line.fingerprint,
        ];
        cells(told, &mut row);
        row.extend(b"\r\n");
        Ok(out.write_all(&row)?)
    })
}
