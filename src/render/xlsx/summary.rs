//! What the reader must know first: the verdict, what was not seen, and how the workbook is filled in.

use chrono::NaiveDate;
use rust_xlsxwriter::{Color, Format, Formula, Workbook, Worksheet, XlsxError};

use super::Book;
use super::review::DECISIONS_IN;
use super::sheet::{on_paper, plain};
use crate::base::text::{counted, grouped};
use crate::finding::FindingRef;
use crate::model::Severity;
use crate::render::view::{at_least, headline, is_whole};
use crate::render::{ALL, subject};
use crate::report::Report;

/// A line of the sheet: what it is about, and what it says.
type Line = (&'static str, String);

const HOW_TO: [(&str, &str); 4] = [
    (
        "How to fill it in",
        "On the sheet Review, choose a Decision in each row: Keep, Revoke or Modify. Then your name as Reviewer and the day as Decided on.",
    ),
    (
        "",
        "Modify needs a Comment that says what has to change. Not yours? Leave the Decision empty and name the right person in Comment.",
    ),
    (
        "",
        "Red cells are not finished. What was found is locked, so that it stays what was found; there is no password.",
    ),
    ("", "Leave the column Key as it is: by it, your decisions find their accounts."),
];

pub(super) fn write(workbook: &mut Workbook, book: &Book<'_>) -> Result<(), XlsxError> {
    let report = book.report;
    let styles = &book.styles;
    let sheet = workbook.add_worksheet_with_constant_memory()?;
    sheet.set_name("Summary")?.set_column_width(0, 24)?.set_column_width(1, 120)?;
    on_paper(sheet);
    sheet.write_string_with_format(0, 0, plain(&headline(report)), &styles.title)?;
    if !is_whole(report) {
        sheet.set_tab_color(Color::RGB(0x009B_1C1C));
    }
    let row = lines(sheet, 1, &warnings(report), (&styles.warning, &styles.warning))?;
    let row = lines(sheet, row, &verdict(report), (&styles.label, &styles.text))?;
    let row = lines(sheet, row, &contents(book), (&styles.label, &styles.text))?;
    progress(sheet, row - 1, book)?;
    let row =
        lines(sheet, row + 1, &HOW_TO.map(|(label, text)| (label, text.to_owned())), (&styles.label, &styles.text))?;
    lines(sheet, row, &evidence(report), (&styles.label, &styles.text))?;
    Ok(())
}

/// What a manager has to know: what is asked, by when, and how to answer.
pub(super) fn how_to(workbook: &mut Workbook, book: &Book<'_>, deadline: NaiveDate) -> Result<(), XlsxError> {
    let run = &book.report.run;
    let styles = &book.styles;
    let sheet = workbook.add_worksheet_with_constant_memory()?;
    sheet.set_name("How to")?.set_column_width(0, 24)?.set_column_width(1, 120)?;
    on_paper(sheet);
    let accounts = counted(book.review.len() as u64, "account", "accounts");
    let title = format!("{accounts} to decide about by {}", deadline.format("%-d %B %Y"));
    sheet.write_string_with_format(0, 0, plain(&title), &styles.title)?;
    let row = lines(sheet, 2, &HOW_TO.map(|(label, text)| (label, text.to_owned())), (&styles.label, &styles.text))?;
    let about = [
        ("Organisation", run.organisation.clone()),
        ("Title", run.title.clone()),
        ("As of", run.as_of.format("%Y-%m-%d %H:%M UTC").to_string()),
        ("Run", run.id.clone()),
        ("headcount", run.tool_version.clone()),
    ];
    lines(sheet, row, &about, (&styles.label, &styles.text))?;
    Ok(())
}

/// Writes a block of lines; returns the row after the empty one below it.
fn lines(sheet: &mut Worksheet, first: u32, lines: &[Line], formats: (&Format, &Format)) -> Result<u32, XlsxError> {
    let mut row = first;
    for (label, text) in lines {
        sheet.write_string_with_format(row, 0, *label, formats.0)?;
        sheet.write_string_with_format(row, 1, plain(text), formats.1)?;
        row += 1;
    }
    Ok(if lines.is_empty() { first } else { row + 1 })
}

/// What was not seen.
fn warnings(report: &Report) -> Vec<Line> {
    let gaps: Vec<Line> = subject::unproven(report).map(|(_, words)| ("", words)).collect();
    if gaps.is_empty() {
        return gaps;
    }
    let first = "Not everything was seen. All counts are minimums, and an account that is missing here may exist.";
    std::iter::once(("Warning", first.to_owned())).chain(gaps).collect()
}

fn verdict(report: &Report) -> Vec<Line> {
    let run = &report.run;
    let law = &report.correlation;
    let whole = is_whole(report);
    let mut lines = vec![
        ("Title", run.title.clone()),
        ("Organisation", run.organisation.clone()),
        ("As of", run.as_of.format("%Y-%m-%d %H:%M UTC").to_string()),
        ("Verdict", report.verdict.gate.as_str().to_owned()),
    ];
    lines.extend(report.verdict.deciding().map(|reason| ("", subject::reason(reason))));
    lines.extend(report.verdict.remedy.iter().map(|remedy| ("", remedy.clone())));
    lines.extend(subject::scope(report).map(|text| ("Scope", text.to_owned())));
    lines.push(("Findings", findings(report)));
    lines.push(("Roster", report.roster.law()));
    lines.extend(report.roster.unknown.cures.iter().map(|cure| {
        ("", format!("Nobody declared some words of the roster. Write below {}: {}", cure.table, cure.line))
    }));
    lines.push((
        "Accounts",
        format!(
            "{} = {} matched + {} unmatched + {} ambiguous + {} in conflict + {} declared",
            at_least(law.accounts, whole),
            grouped(law.matched),
            grouped(law.unmatched),
            grouped(law.ambiguous),
            grouped(law.conflict),
            grouped(law.declared)
        ),
    ));
    lines
}

/// Open findings by severity, and how many exceptions cover.
fn findings(report: &Report) -> String {
    let count = |wanted: &dyn Fn(&FindingRef<'_>) -> bool| -> u64 {
        report.findings.heads().filter(|head| wanted(head)).map(|head| head.stands_for()).sum()
    };
    let by_severity = Severity::ALL.map(|severity| {
        let of_it = count(&|head| head.is_open() && head.severity() == severity);
        (of_it > 0).then(|| format!("{} {severity}", grouped(of_it)))
    });
    let by_severity: Vec<String> = by_severity.into_iter().flatten().collect();
    let by_severity = if by_severity.is_empty() { "none".to_owned() } else { by_severity.join(", ") };
    format!("open: {by_severity}; covered by exceptions: {}", grouped(count(&|head| !head.is_open())))
}

/// What stands on each sheet, and what has no room there.
fn contents(book: &Book<'_>) -> Vec<Line> {
    let sheet = |all: u64, one: &str, many: &str, rest: &str| {
        let left_out = all - book.room(all);
        let words = counted(all, one, many);
        if left_out == 0 {
            words
        } else {
            format!("{words}; {} of them are left out, because a sheet has no more rows: {rest}", grouped(left_out))
        }
    };
    let (review, others) = (book.reviewed(), book.review.others().len() as u64);
    let with_findings = grouped(book.review.len() as u64);
    let with_findings = book.all_reviewed().map(|_| format!("; {with_findings} with open findings come first"));
    let all = book.inventory.map_or_else(
        || "not in this workbook".to_owned(),
        |inventory| {
            sheet(inventory.len(), "account", "accounts", "what `headcount fetch` stores has every record as received")
        },
    );
    vec![
        (
            "Review",
            sheet(review, "account needs a decision", "accounts need a decision", ALL)
                + &with_findings.unwrap_or_default(),
        ),
        (
            "Other findings",
            sheet(others, "finding is about no row of Review", "findings are about no row of Review", ALL),
        ),
        ("All accounts", all),
    ]
}

/// Counts while the reviewer works.
fn progress(sheet: &mut Worksheet, row: u32, book: &Book<'_>) -> Result<(), XlsxError> {
    let rows = book.room(book.reviewed());
    let undecided = Formula::new(format!("=COUNTBLANK(Review!{DECISIONS_IN}2:{DECISIONS_IN}{})", rows.max(1) + 1))
        .set_result(rows.to_string());
    sheet.write_string_with_format(row, 0, "Still undecided", &book.styles.label)?;
    if rows == 0 {
        sheet.write_string_with_format(row, 1, "nothing", &book.styles.text)?;
    } else {
        sheet.write_formula_with_format(row, 1, undecided, &book.styles.count)?;
    }
    Ok(())
}

/// What ties the workbook to its run.
fn evidence(report: &Report) -> Vec<Line> {
    let run = &report.run;
    vec![
        ("Run", run.id.clone()),
        ("headcount", run.tool_version.clone()),
        ("Configuration", format!("SHA-256 {}", run.config_sha256)),
        ("Rules", format!("SHA-256 {}", run.rules_sha256)),
        ("Roster", format!("{}, SHA-256 {}", report.roster.file, report.roster.sha256)),
    ]
}
