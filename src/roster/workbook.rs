//! An .xlsx workbook → text with one line for each row, so that everything after this step sees one kind of file
//! and a line is the number of a row.

use std::io::{Cursor, Read as _};
use std::path::Path;

use calamine::{DataRef, Reader, Sheet, SheetType, SheetVisible, Xlsx, XlsxError};
use zip::ZipArchive;

use crate::base::diagnostic::{Diagnostic, did_you_mean};
use crate::config::{ByteSize, RosterConfig};

/// What separates the cells of the text; it doesn't occur in cells.
pub(super) const SEPARATOR: u8 = b'\t';

/// Whether a file is a zip archive, as workbooks are. The name of a file proves nothing.
pub(super) fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// The cells of the configured sheet, or of the first that is visible.
///
/// Cells are streamed: a range of the whole sheet would be allocated even where one stray cell stands far out.
///
/// # Errors
/// The archive is damaged or no workbook, or has no such sheet, or unpacks to more than is allowed.
pub(super) fn text(file: &Path, bytes: &[u8], config: &RosterConfig) -> Result<String, Diagnostic> {
    let limit = config.max_unpacked;
    if exceeds(bytes, limit) {
        return Err(too_large(file, limit));
    }
    let unreadable = |error| unreadable(file, &error);
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(unreadable)?;
    let name = choose(file, workbook.sheets_metadata(), config.sheet.as_deref())?;
    let mut cells = workbook.worksheet_cells_reader(&name).map_err(unreadable)?;
    let mut text = String::new();
    let (mut row, mut column) = (0, 0);
    while let Some(cell) = cells.next_cell().map_err(unreadable)? {
        if matches!(cell.get_value(), DataRef::Empty) {
            continue;
        }
        let (at_row, at_column) = cell.get_position();
        if (at_row, at_column) < (row, column) {
            return Err(damaged(file, "its rows are not in order"));
        }
        // Far-off cells and a text that stands in many of them take little room in the archive.
        let blank = if at_row > row { u64::from(at_row - row) + u64::from(at_column) } else { u64::from(at_column) };
        if (text.len() as u64).saturating_add(blank) > limit.0 {
            return Err(too_large(file, limit));
        }
        if at_row > row {
            text.extend((row..at_row).map(|_| '\n'));
            (row, column) = (at_row, 0);
        }
        text.extend((column..at_column).map(|_| char::from(SEPARATOR)));
        column = at_column;
        push(&mut text, cell.get_value());
    }
    Ok(text)
}

/// Whether the files of an archive unpack to more than is allowed. What its directory says of that proves nothing.
fn exceeds(bytes: &[u8], limit: ByteSize) -> bool {
    let mut left = limit.0;
    // Of an archive that can't be read, whoever reads it says what is wrong.
    let Ok(mut archive) = ZipArchive::new(Cursor::new(bytes)) else { return false };
    for index in 0..archive.len() {
        let Ok(mut packed) = archive.by_index(index) else { continue };
        let mut piece = [0; 1 << 14];
        while let Ok(length @ 1..) = packed.read(&mut piece) {
            match left.checked_sub(length as u64) {
                Some(rest) => left = rest,
                None => return true,
            }
        }
    }
    false
}

fn too_large(file: &Path, limit: ByteSize) -> Diagnostic {
    Diagnostic::of_file(file, format!("the workbook unpacks to more than {limit}"))
        .help("if it has to be as large, raise [hr] max_unpacked, or export the roster as CSV")
}

fn choose(file: &Path, sheets: &[Sheet], wanted: Option<&str>) -> Result<String, Diagnostic> {
    let mut sheets_with_rows = sheets.iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    let found = match wanted {
        Some(wanted) => sheets_with_rows.find(|sheet| sheet.name.eq_ignore_ascii_case(wanted)),
        None => sheets_with_rows.find(|sheet| sheet.visible == SheetVisible::Visible),
    };
    if let Some(sheet) = found {
        return Ok(sheet.name.clone());
    }
    let names: Vec<&str> = sheets.iter().map(|sheet| sheet.name.as_str()).collect();
    let message = match wanted {
        Some(wanted) => format!("expected a sheet \"{wanted}\", found: {}", names.join(", ")),
        None => "the workbook has no visible sheet".to_owned(),
    };
    let help = match wanted.and_then(|wanted| did_you_mean(wanted, names)) {
        Some(name) => format!("did you mean [hr] sheet = \"{name}\"?"),
        None => "name one: [hr] sheet = \"…\"".to_owned(),
    };
    Err(Diagnostic::of_file(file, message).help(help))
}

/// Dates are written as ISO, whatever format the cell shows; line ends within cells become spaces.
fn push(text: &mut String, value: &DataRef<'_>) {
    /// Beyond all dates, and within what the conversion to one can take.
    const LAST_DAY: f64 = 3_000_000.0;
    match value {
        DataRef::String(value) | DataRef::DateTimeIso(value) | DataRef::DurationIso(value) => push_text(text, value),
        DataRef::SharedString(value) => push_text(text, value),
        DataRef::DateTime(moment) if moment.is_datetime() && (0.0..LAST_DAY).contains(&moment.as_f64()) => {
            if let Some(moment) = moment.as_datetime() {
                text.push_str(&moment.format("%Y-%m-%dT%H:%M:%S").to_string());
            }
        }
        DataRef::DateTime(moment) => text.push_str(&moment.as_f64().to_string()),
        DataRef::Int(number) => text.push_str(&number.to_string()),
        DataRef::Float(number) => text.push_str(&number.to_string()),
        DataRef::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        // A formula that failed tells nothing.
        DataRef::Error(_) | DataRef::Empty => {}
    }
}

fn push_text(text: &mut String, value: &str) {
    let quoted = value.contains('"');
    if quoted {
        text.push('"');
    }
    for c in value.chars() {
        match c {
            '\t' | '\n' | '\r' | '\0' => text.push(' '),
            '"' => text.push_str("\"\""),
            c => text.push(c),
        }
    }
    if quoted {
        text.push('"');
    }
}

fn unreadable(file: &Path, error: &XlsxError) -> Diagnostic {
    match error {
        XlsxError::Password => Diagnostic::of_file(file, "the workbook is protected by a password")
            .help("save it without one, or export the roster as CSV"),
        // The error's own text may quote cells.
        XlsxError::Zip(_) | XlsxError::Io(_) => damaged(file, "the archive is cut off or damaged"),
        XlsxError::FileNotFound(_) | XlsxError::RelationshipNotFound => {
            damaged(file, "it is an archive, but no .xlsx workbook")
        }
        _ => damaged(file, "its XML is not what Excel writes"),
    }
}

fn damaged(file: &Path, what: &str) -> Diagnostic {
    Diagnostic::of_file(file, format!("can't read the workbook: {what}"))
        .help("open it in a spreadsheet and save it again as .xlsx, or export the roster as CSV")
}
