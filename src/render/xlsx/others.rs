//! The findings that stand in no row of the review: about people, sources, the roster and exceptions, and covered ones
//! about accounts on which nothing is open.

use rust_xlsxwriter::Workbook;

use super::Book;
use super::sheet::{Cell, Column, Sheet};
use crate::base::temp_store::Window;
use crate::base::text::first_few;
use crate::render::escape::terminal;
use crate::render::{MEMBERS, RenderError, subject};
use crate::report::{FindingRecord, Report};

const COLUMNS: [Column; 11] = [
    ("About", 28),
    ("Kind", 10),
    ("Severity", 9),
    ("Finding", 20),
    ("State", 14),
    ("Count", 8),
    ("Name", 24),
    ("Source", 14),
    ("Why", 44),
    ("Suggestion", 44),
    ("Reference", 36),
];

pub(super) fn write(workbook: &mut Workbook, book: &Book<'_>) -> Result<(), RenderError> {
    let mut sheet = Sheet::new(workbook, "Other findings", &COLUMNS, &book.styles)?;
    let others = book.review.others();
    let room = usize::try_from(book.room(others.len() as u64)).unwrap_or(usize::MAX);
    let mut window = Window::default();
    for head in others.iter().take(room) {
        let finding = head.load(&mut window).map_err(RenderError::Findings)?;
        sheet.row(cells(&finding, book.report))?;
    }
    Ok(sheet.finish()?)
}

fn cells(finding: &FindingRecord<'_>, report: &Report) -> [Cell; COLUMNS.len()] {
    let fails = report.fails_gate(finding.disposition, finding.rule);
    let state = if fails { "fails the gate" } else { finding.disposition.as_str() };
    [
        Cell::Lines(about(finding)),
        finding.subject.kind.into(),
        finding.severity.as_str().into(),
        finding.rule.into(),
        state.into(),
        Cell::Number(finding.stands_for()),
        finding.subject.display_name.unwrap_or_default().into(),
        finding.subject.source.unwrap_or_default().into(),
        finding.message.into(),
        finding.remediation.into(),
        finding.fingerprint.into(),
    ]
}

/// A group is named by its first accounts.
fn about(finding: &FindingRecord<'_>) -> String {
    if finding.subject.members.is_none() {
        return subject::subject(finding);
    }
    let source = finding.subject.source.unwrap_or_default();
    let members = finding.subject.members();
    first_few(members.iter().map(|id| terminal(&format!("{source}/{id}"))), MEMBERS).join("\n")
}
