//! The sheet that reviewers fill in: one row for each account that needs a decision. The evidence is locked, the answers
//! are open; that keeps mistakes away and needs no password.

use std::collections::HashMap;
use std::io;

use rust_xlsxwriter::{
    Color, ConditionalFormatFormula, DataValidation, DataValidationRule, Format, Formula, Note, ProtectionOptions,
    Workbook, Worksheet, XlsxError,
};

use super::Book;
use super::sheet::{Cell, Column, Sheet, page_header};
use crate::model::Timestamp;
use crate::render::RenderError;
use crate::render::view::{Known, Row, headline, is_whole};

const COLUMNS: [Column; 16] = [
    ("Key", 18),
    ("Severity", 9),
    ("Source", 11),
    ("Account", 26),
    ("Person", 16),
    ("Manager", 13),
    ("Access", 13),
    ("Last login", 11),
    ("Findings", 16),
    ("Why", 34),
    ("Suggestion", 34),
    ("Decision", 10),
    ("Comment", 18),
    ("Reviewer", 13),
    ("Decided on", 11),
    ("References", 42),
];

// Where the columns stand that rules and colours speak of.
const SEVERITY: u16 = 1;
const SUGGESTION: u16 = 10;
const DECISION: u16 = 11;
const DECIDED_ON: u16 = 14;

/// The decisions that an access review knows.
const DECISIONS: [&str; 3] = ["Keep", "Revoke", "Modify"];

pub(super) fn write(workbook: &mut Workbook, book: &Book<'_>) -> Result<(), RenderError> {
    let mut sheet = Sheet::new(workbook, "Review", &COLUMNS, &book.styles)?;
    let room = usize::try_from(book.room(book.review.len() as u64)).unwrap_or(usize::MAX);
    let known = known(book)?;
    for row in book.review.rows(book.report).take(room) {
        let row = row?;
        let row = match known.get(&row.key) {
            Some(known) => row.with(known),
            None => row,
        };
        sheet.row(cells(row))?;
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
    // The last column is for machines.
    inside.set_print_area(0, 0, last, DECIDED_ON)?;
    let warning = if is_whole(book.report) { "" } else { "&C&BNot everything was seen" };
    let run = &book.report.run;
    inside.set_header(format!("&L{}{warning}&R{}", page_header(&run.title), run.as_of.format("As of %Y-%m-%d")));
    if !is_whole(book.report) {
        let words = format!("{}. Not everything was seen: see the sheet Summary.", headline(book.report));
        inside.insert_note(0, 0, &Note::new(words).set_author("headcount"))?;
        inside.set_tab_color(Color::RGB(0x009B_1C1C));
    }
    Ok(sheet.finish()?)
}

/// Which of several accounts is to go depends on its use, also where only the group has a finding.
fn known(book: &Book<'_>) -> Result<HashMap<String, Known>, RenderError> {
    let mut known = HashMap::new();
    let untold = book.review.untold();
    if let Some(inventory) = book.inventory.filter(|_| !untold.is_empty()) {
        inventory.for_each(|source, row| {
            if untold.contains(&(source.as_str(), row.id.as_ref())) {
                known.insert(format!("{source}/{}", row.id), Known::of(&row));
            }
            Ok::<_, io::Error>(())
        })?;
    }
    Ok(known)
}

fn cells(row: Row) -> [Cell; COLUMNS.len()] {
    [
        row.key.into(),
        row.severity.into(),
        row.source.into(),
        Cell::Lines(row.account),
        Cell::Lines(row.person),
        row.manager.into(),
        row.access.into(),
        row.last_login.into(),
        Cell::Lines(row.findings),
        Cell::Lines(row.why),
        Cell::Lines(row.suggestion),
        Cell::Answer,
        Cell::Answer,
        Cell::Answer,
        Cell::AnswerDay,
        Cell::Lines(row.references),
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
    let day = as_of.format("%Y-%m-%d");
    let decided_on = DataValidation::new()
        .allow_date_formula(DataValidationRule::Between(Formula::new(first_day(as_of)), Formula::new("TODAY()")))
        .set_input_title("Decided on")?
        .set_input_message(format!("The day of the decision: from {day}, the day of the evidence, to today."))?
        .set_error_title("Not a day of this review")?
        .set_error_message(format!("Enter a date from {day}, the day of the evidence, to today."))?;
    sheet.add_data_validation(1, DECIDED_ON, last, DECIDED_ON, &decided_on)?;
    Ok(())
}

/// As a formula.
fn first_day(as_of: Timestamp) -> String {
    as_of.format("DATE(%-Y,%-m,%-d)").to_string()
}

/// The colours of severities and answers. What is half filled in stands out until it is whole.
fn colours(sheet: &mut Worksheet, last: u32, as_of: Timestamp) -> Result<(), XlsxError> {
    let fill = |background: u32, text: u32| {
        Format::new().set_background_color(Color::RGB(background)).set_font_color(Color::RGB(text))
    };
    let (red, amber, green) =
        (fill(0x00FD_E8E8, 0x009B_1C1C), fill(0x00FD_F0D5, 0x008A_4B08), fill(0x00DE_F7EC, 0x0003_543F));
    let done = Format::new().set_font_color(Color::RGB(0x0076_7676));
    let early = format!("AND(ISNUMBER($O2),$O2<{})", first_day(as_of));
    let all: [(u16, u16, &str, &Format); 9] = [
        (SEVERITY, SEVERITY, r#"$B2="critical""#, &red),
        (SEVERITY, SEVERITY, r#"$B2="high""#, &amber),
        (DECISION, DECISION, r#"$L2="Keep""#, &green),
        (DECISION, DECISION, r#"$L2="Revoke""#, &red),
        (DECISION, DECISION, r#"$L2="Modify""#, &amber),
        (12, 12, r#"AND($L2="Modify",TRIM($M2)="")"#, &red),
        (13, 14, r#"AND($L2<>"",N2="")"#, &red),
        (14, 14, &early, &red),
        (0, SUGGESTION, r#"$L2<>"""#, &done),
    ];
    for (from, to, formula, format) in all {
        let rule = ConditionalFormatFormula::new().set_rule(formula).set_format(format);
        sheet.add_conditional_format(1, from, last, to, &rule)?;
    }
    Ok(())
}
