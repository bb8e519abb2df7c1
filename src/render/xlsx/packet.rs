//! The workbook of a packet: what one reviewer decides about, and where they sign. It has no hidden sheet, no notes and no cell of
//! true or false, because not every program brings these back.

use rust_xlsxwriter::{
    Color, ConditionalFormatFormula, DataValidation, DocProperties, ExcelDateTime, Format, ProtectionOptions, Workbook,
    Worksheet, XlsxError,
};

use super::apart;
use super::sheet::{Cell, Column, Sheet, Styles, page_header, plain};
use crate::render::RenderError;
use crate::render::packet::{ABOUT, ANSWERS, DECISIONS, Packet, PacketRow, SIGN_OFF, TIES};

const COLUMNS: usize = ABOUT.len() + ANSWERS.len() + TIES.len();

/// In characters, in the order of the columns.
const WIDTHS: [u8; COLUMNS] =
    [18, 9, 11, 26, 18, 14, 18, 10, 9, 11, 11, 16, 34, 32, 24, 10, 18, 24, 16, 14, 12, 20, 36];

/// Where the first answer stands.
#[expect(clippy::cast_possible_truncation, reason = "a sheet has few columns")]
const DECISION: u16 = ABOUT.len() as u16;

/// Key and severity, source and account stay on the screen.
const HELD: u16 = 4;

/// Makes the workbook of a packet.
///
/// # Errors
/// The temporary folder has no room.
pub fn packet_workbook(packet: &Packet<'_>) -> Result<Vec<u8>, RenderError> {
    apart(|| {
        let styles = Styles::new();
        let mut workbook = Workbook::new();
        workbook.set_properties(
            &DocProperties::new()
                .set_title(plain(&format!("{}: accounts to decide about", packet.review)))
                .set_company(plain(packet.organisation))
                .set_author("headcount")
                .set_creation_datetime(&ExcelDateTime::from_timestamp(packet.opened_at.timestamp())?),
        );
        rows(&mut workbook, packet, &styles)?;
        sign_off(&mut workbook, packet, &styles)?;
        Ok(workbook.save_to_buffer()?)
    })
}

fn rows(workbook: &mut Workbook, packet: &Packet<'_>, styles: &Styles) -> Result<(), XlsxError> {
    let headings = ABOUT.into_iter().chain(ANSWERS).chain(TIES);
    let columns: Vec<Column> = headings.zip(WIDTHS).collect();
    let mut sheet = Sheet::new(workbook, "Review", &columns, styles)?;
    sheet.hold(HELD)?;
    for row in &packet.rows {
        sheet.row(cells(row, packet.token))?;
    }
    let last = sheet.last().max(1);
    let inside = &mut *sheet.inner;
    choices(inside, last)?;
    colours(inside, last)?;
    inside.set_active(true).protect_with_options(&ProtectionOptions {
        sort: true,
        use_autofilter: true,
        format_columns: true,
        format_rows: true,
        ..ProtectionOptions::default()
    });
    // The last columns are for machines.
    inside.set_print_area(0, 0, last, DECISION + 5)?;
    let due = packet.due.format("%Y-%m-%d");
    inside.set_header(format!("&L{}&RDue {due}", page_header(&format!("{}: {}", packet.review, packet.reviewer))));
    sheet.finish()
}

fn cells(row: &PacketRow, token: &str) -> impl Iterator<Item = Cell> {
    let about = row.about.clone().into_iter().map(Cell::from);
    let answers = ANSWERS.map(|_| Cell::AnswerText);
    about.chain(answers).chain([row.evidence.as_str().into(), token.into()])
}

/// What may be typed, and what is said beside it: prompts come back from nearly every program, notes don't.
fn choices(sheet: &mut Worksheet, last: u32) -> Result<(), XlsxError> {
    let decision = DataValidation::new()
        .allow_list_strings(&DECISIONS)?
        .set_input_title("Decision")?
        .set_input_message(
            "Keep: the access is needed.\nRevoke: take it away.\nModify: change it; say which roles go, or how, in Comment.\n\
             Not yours? Leave it empty, and write an employee id or an address in Pass to.",
        )?
        .set_error_title("Not a decision")?
        .set_error_message("Choose Keep, Revoke or Modify from the list.")?;
    sheet.add_data_validation(1, DECISION, last, DECISION, &decision)?;
    let prompts = [
        ("Remove roles", "With Modify: the roles to be taken away, as they are written in Roles, with ; between them."),
        ("Comment", "Why, or what is to change."),
        ("Pass to", "Who should decide instead: an employee id or an address. Leave Decision empty then."),
        ("Reviewer", "May stay empty: the packet knows whose it is."),
        ("Decided on", "May stay empty. Otherwise, for example: 2026-12-18"),
    ];
    for (column, (title, words)) in (DECISION + 1..).zip(prompts) {
        let prompt = DataValidation::new().set_input_title(title)?.set_input_message(words)?;
        sheet.add_data_validation(1, column, last, column, &prompt)?;
    }
    Ok(())
}

/// The colours of severities and answers.
fn colours(sheet: &mut Worksheet, last: u32) -> Result<(), XlsxError> {
    let fill = |background: u32, text: u32| {
        Format::new().set_background_color(Color::RGB(background)).set_font_color(Color::RGB(text))
    };
    let (red, amber, green) =
        (fill(0x00FD_E8E8, 0x009B_1C1C), fill(0x00FD_F0D5, 0x008A_4B08), fill(0x00DE_F7EC, 0x0003_543F));
    let all: [(u16, &str, &Format); 6] = [
        (1, r#"$B2="critical""#, &red),
        (1, r#"$B2="high""#, &amber),
        (DECISION, r#"$P2="Keep""#, &green),
        (DECISION, r#"$P2="Revoke""#, &red),
        (DECISION, r#"$P2="Modify""#, &amber),
        (DECISION + 2, r#"AND($P2="Modify",TRIM($Q2)="",TRIM($R2)="")"#, &red),
    ];
    for (column, formula, format) in all {
        let rule = ConditionalFormatFormula::new().set_rule(formula).set_format(format);
        sheet.add_conditional_format(1, column, last, column, &rule)?;
    }
    Ok(())
}

fn sign_off(workbook: &mut Workbook, packet: &Packet<'_>, styles: &Styles) -> Result<(), XlsxError> {
    let mut sheet = Sheet::new(workbook, "Sign-off", &[("Item", 20), ("Entry", 90)], styles)?;
    let mut confirmed = 0;
    for (item, given) in packet.sign_off() {
        sheet.row([item.into(), given.map_or(Cell::AnswerText, Cell::from)])?;
        if item == "Confirmed" {
            confirmed = sheet.last();
        }
    }
    debug_assert_eq!(sheet.last() as usize, SIGN_OFF.len());
    let yes = DataValidation::new()
        .allow_list_strings(&["Yes"])?
        .set_input_title("Confirmed")?
        .set_input_message("Yes, when all decisions are made: without it, none of them counts.")?;
    sheet.inner.add_data_validation(confirmed, 1, confirmed, 1, &yes)?;
    let prompts = [(1, "Name", "Your name."), (2, "Day", "May stay empty. Otherwise, for example: 2026-12-18")];
    for (below, title, words) in prompts {
        let prompt = DataValidation::new().set_input_title(title)?.set_input_message(words)?;
        sheet.inner.add_data_validation(confirmed + below, 1, confirmed + below, 1, &prompt)?;
    }
    sheet.inner.protect();
    Ok(())
}
