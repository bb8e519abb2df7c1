//! The sheet that reviewers fill in: one row for each account that needs a decision. The evidence is locked, the answers
//! are open; that keeps mistakes away and needs no password.

use std::collections::HashMap;
use std::io;

use chrono::Days;
use rust_xlsxwriter::{
    Color, ConditionalFormatFormula, DataValidation, DataValidationRule, ExcelDateTime, Format, Note,
    ProtectionOptions, Workbook, Worksheet, XlsxError,
};

use super::sheet::{Cell, Column, Sheet, page_header};
use super::{Book, accounts};
use crate::audit::Inventory;
use crate::model::Timestamp;
use crate::render::RenderError;
use crate::render::view::{Known, Row, headline, is_whole};

const COLUMNS: [Column; 19] = columns("Suggestion");

/// A manager is asked, and not advised.
const ASKED: [Column; 19] = columns("Question");

const fn columns(what_to_do: &'static str) -> [Column; 19] {
    [
        ("Severity", 9),
        ("Source", 11),
        ("Account", 26),
        ("Person", 16),
        ("Manager", 14),
        ("Access", 12),
        ("Roles", 13),
        ("Privileged", 10),
        ("Last login", 11),
        ("Created", 11),
        ("Findings", 16),
        ("Why", 32),
        (what_to_do, 32),
        ("Decision", 10),
        ("Comment", 18),
        ("Reviewer", 13),
        ("Decided on", 11),
        ("References", 42),
        ("Key", 18),
    ]
}

// Where the columns stand that rules and colours speak of.
const SEVERITY: u16 = 0;
const SUGGESTION: u16 = 12;
const DECISION: u16 = 13;
const COMMENT: u16 = 14;
const REVIEWER: u16 = 15;
const DECIDED_ON: u16 = 16;

/// Severity, source and account stay on the screen.
const HELD: u16 = 3;

/// The column of the decisions, as formulas write it.
pub(super) const DECISIONS_IN: &str = "N";

/// The decisions that an access review knows.
const DECISIONS: [&str; 3] = ["Keep", "Revoke", "Modify"];

pub(super) fn write(workbook: &mut Workbook, book: &Book<'_>) -> Result<(), RenderError> {
    let columns = if book.asks() { &ASKED } else { &COLUMNS };
    let mut sheet = Sheet::new(workbook, "Review", columns, &book.styles)?;
    sheet.hold(HELD)?;
    let room = usize::try_from(book.room(book.review.len() as u64)).unwrap_or(usize::MAX);
    let known = Inventoried::of(book)?;
    for row in book.review.rows(book.report).take(room) {
        sheet.row(cells(known.add_to(row?), book.asks()))?;
    }
    if let Some(inventory) = book.all_reviewed() {
        quiet(inventory, book, &mut sheet)?;
    }
    let last = sheet.last().max(1);
    let inside = &mut *sheet.inner;
    choices(inside, last, book.report.run.as_of)?;
    colours(inside, last, book.report.run.as_of)?;
    inside.set_active(true).protect_with_options(&ProtectionOptions {
        sort: true,
        use_autofilter: true,
        format_columns: true,
        format_rows: true,
        ..ProtectionOptions::default()
    });
    // The last columns are for machines.
    inside.set_print_area(0, 0, last, DECIDED_ON)?;
    let warning = if is_whole(book.report) { "" } else { "&C&BNot everything was seen" };
    let run = &book.report.run;
    inside.set_header(format!("&L{}{warning}&R{}", page_header(&run.title), run.as_of.format("As of %Y-%m-%d")));
    if !is_whole(book.report) {
        let words = if book.asks() {
            "Not everything was seen, so that there may be more accounts.".to_owned()
        } else {
            format!("{}. Not everything was seen: see the sheet Summary.", headline(book.report))
        };
        inside.insert_note(0, 0, &Note::new(words).set_author("headcount"))?;
        inside.set_tab_color(Color::RGB(0x009B_1C1C));
    }
    Ok(sheet.finish()?)
}

/// The accounts on which nothing is open, in the order of sources and places, as far as there is room.
fn quiet(inventory: &Inventory, book: &Book<'_>, sheet: &mut Sheet<'_>) -> Result<(), RenderError> {
    let mut room = book.room(inventory.len()).saturating_sub(sheet.last().into());
    inventory.for_each(|source, row| {
        let account = (source.as_str(), row.id.as_ref());
        if room > 0 && !book.review.holds(account) {
            room -= 1;
            let found = accounts::findings(book.accounts.get(account));
            sheet.row(cells(Row::quiet(source.as_str(), &row, inventory.manager(&row), found), book.asks()))?;
        }
        Ok::<_, RenderError>(())
    })
}

/// What the list of all accounts tells of those with findings, and the findings don't.
#[derive(Default)]
struct Inventoried {
    /// Of accounts of which no finding tells more than their group: which of several is to go depends on their use.
    untold: HashMap<String, Known>,
    privileged: HashMap<String, bool>,
}

impl Inventoried {
    fn of(book: &Book<'_>) -> Result<Self, RenderError> {
        let mut known = Self::default();
        let Some(inventory) = book.inventory else { return Ok(known) };
        let untold = book.review.untold();
        inventory.for_each(|source, row| {
            let account = (source.as_str(), row.id.as_ref());
            let key = || format!("{source}/{}", row.id);
            if untold.contains(&account) {
                known.untold.insert(key(), Known::of(&row));
            } else if let Some(privileged) = row.privileged.filter(|_| book.review.holds(account)) {
                known.privileged.insert(key(), privileged);
            }
            Ok::<_, io::Error>(())
        })?;
        Ok(known)
    }

    fn add_to(&self, row: Row) -> Row {
        match self.untold.get(&row.key) {
            Some(known) => row.with(known),
            None => {
                let privileged = self.privileged.get(&row.key).copied();
                row.privileged(privileged)
            }
        }
    }
}

fn cells(row: Row, asks: bool) -> [Cell; COLUMNS.len()] {
    [
        row.severity.into(),
        row.source.into(),
        Cell::Lines(row.account),
        Cell::Lines(row.person),
        row.manager.into(),
        row.access.into(),
        row.roles.into(),
        row.privileged.into(),
        Cell::Day(row.last_login),
        Cell::Day(row.created),
        Cell::Lines(row.findings),
        Cell::Lines(row.why),
        Cell::Lines(if asks { row.question } else { row.suggestion }),
        Cell::Answer,
        Cell::Answer,
        Cell::Answer,
        Cell::AnswerDay,
        Cell::Lines(row.references),
        row.key.into(),
    ]
}

/// What may be typed as an answer.
fn choices(sheet: &mut Worksheet, last: u32, as_of: Timestamp) -> Result<(), XlsxError> {
    let decision = DataValidation::new()
        .allow_list_strings(&DECISIONS)?
        .set_input_title("Decision")?
        .set_input_message(
            "Keep: the access is needed.\nRevoke: take it away.\nModify: change it; say how in Comment.\n\
             Not yours? Leave it empty and name the right person in Comment.",
        )?
        .set_error_title("Not a decision")?
        .set_error_message("Choose Keep, Revoke or Modify from the list.")?;
    sheet.add_data_validation(1, DECISION, last, DECISION, &decision)?;
    let (first, last_day) = days(as_of);
    let (from, to) = (first.format(DAY), last_day.format(DAY));
    let words = format!("from {from}, the day of the evidence, to {to}");
    // Numbers, and no formula: not every program that reads the limits calculates.
    let limits = DataValidationRule::Between(day(first)?, day(last_day)?);
    let decided_on = DataValidation::new()
        .allow_date(limits)
        .set_input_title("Decided on")?
        .set_input_message(format!("The day of the decision: {words}."))?
        .set_error_title("Not a day of this review")?
        .set_error_message(format!("Enter a date {words}."))?;
    sheet.add_data_validation(1, DECIDED_ON, last, DECIDED_ON, &decided_on)?;
    Ok(())
}

const DAY: &str = "%Y-%m-%d";

/// The first and the last day of a decision: no review takes longer than a year.
fn days(as_of: Timestamp) -> (Timestamp, Timestamp) {
    (as_of, as_of.checked_add_days(Days::new(365)).unwrap_or(as_of))
}

/// A day as a spreadsheet counts.
fn day(at: Timestamp) -> Result<ExcelDateTime, XlsxError> {
    ExcelDateTime::parse_from_str(&at.format(DAY).to_string())
}

/// The colours of severities and answers. What is half filled in stands out until it is whole.
fn colours(sheet: &mut Worksheet, last: u32, as_of: Timestamp) -> Result<(), XlsxError> {
    let fill = |background: u32, text: u32| {
        Format::new().set_background_color(Color::RGB(background)).set_font_color(Color::RGB(text))
    };
    let (red, amber, green) =
        (fill(0x00FD_E8E8, 0x009B_1C1C), fill(0x00FD_F0D5, 0x008A_4B08), fill(0x00DE_F7EC, 0x0003_543F));
    let done = Format::new().set_font_color(Color::RGB(0x0076_7676));
    // What the sheet takes, and can't be true.
    let untrue = format!("AND(ISNUMBER($Q2),OR($Q2<{},$Q2>TODAY()))", as_of.format("DATE(%-Y,%-m,%-d)"));
    let all: [(u16, u16, &str, &Format); 9] = [
        (SEVERITY, SEVERITY, r#"$A2="critical""#, &red),
        (SEVERITY, SEVERITY, r#"$A2="high""#, &amber),
        (DECISION, DECISION, r#"$N2="Keep""#, &green),
        (DECISION, DECISION, r#"$N2="Revoke""#, &red),
        (DECISION, DECISION, r#"$N2="Modify""#, &amber),
        (COMMENT, COMMENT, r#"AND($N2="Modify",TRIM($O2)="")"#, &red),
        (REVIEWER, DECIDED_ON, r#"AND($N2<>"",P2="")"#, &red),
        (DECIDED_ON, DECIDED_ON, &untrue, &red),
        (SEVERITY, SUGGESTION, r#"$N2<>"""#, &done),
    ];
    for (from, to, formula, format) in all {
        let rule = ConditionalFormatFormula::new().set_rule(formula).set_format(format);
        sheet.add_conditional_format(1, from, last, to, &rule)?;
    }
    Ok(())
}
