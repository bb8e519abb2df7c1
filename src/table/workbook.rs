//! A workbook (.xlsx, .xls, .ods) → text with one line for each row of a sheet, so that everything after this step sees one kind
//! of table and a line is the number of a row.

mod contents;
mod value;

use std::collections::BTreeSet;
use std::io::Cursor;
use std::path::Path;

use calamine::{Data, Ods, Range, Reader, Sheet as Listed, SheetType, SheetVisible, Xls, Xlsx, XlsxError};
use memchr::memmem;

use super::flat::SEPARATOR;
use super::source::Options;
use crate::base::diagnostic::{Diagnostic, did_you_mean};
use contents::Contents;
use value::{Value, Zeros};

/// The text of a sheet.
#[derive(Debug, Default)]
pub(super) struct SheetText {
    pub(super) name: String,
    pub(super) text: String,
    /// Days are counted from 1904.
    pub(super) is_1904: bool,
    /// Cells without a value that they should have, as row and what is wrong.
    pub(super) odd: Vec<(u64, String)>,
}

/// The sheets of a workbook.
#[derive(Debug, Default)]
pub(super) struct Sheets {
    /// As reports name it.
    pub(super) kind: &'static str,
    /// Those that are read.
    pub(super) read: Vec<SheetText>,
    /// The first rows of the others that can be seen, if none was asked for by name.
    pub(super) others: Vec<SheetText>,
}

/// Whether a file is a workbook, by its first bytes. The name of a file proves nothing.
pub(crate) fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(CONTAINER)
}

/// An .xls, or a workbook with a password.
const CONTAINER: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

/// Rows of a sheet that isn't read, by which it is seen whether it holds people.
const GLANCE: u32 = 60;

/// Stands before what a formula gives, where that is asked for. No person types it.
pub(crate) const FORMULA: char = '\u{1}';

/// The cells of the sheets that are asked for, or of the first that is visible.
///
/// # Errors
/// The file is damaged or no workbook, or has no such sheet, or unpacks to more than is allowed.
pub(super) fn sheets(file: &Path, bytes: &[u8], options: &Options) -> Result<Sheets, Diagnostic> {
    // calamine takes some things for granted, above all of .xls, and panics where a damaged file has others.
    let read = std::panic::catch_unwind(|| read(file, bytes, options));
    read.unwrap_or_else(|_| Err(damaged(file, "it is damaged")))
}

fn read(file: &Path, bytes: &[u8], options: &Options) -> Result<Sheets, Diagnostic> {
    let limit = options.max_unpacked;
    if bytes.starts_with(CONTAINER) {
        return old(file, bytes, options);
    }
    let contents = Contents::of(bytes, limit).ok_or_else(|| too_large(file, limit))?;
    if contents.is_ods {
        return open_document(file, bytes, options);
    }
    xlsx(file, bytes, options, &contents)
}

fn xlsx(file: &Path, bytes: &[u8], options: &Options, contents: &Contents) -> Result<Sheets, Diagnostic> {
    let (wanted, limit) = (options.sheets.as_slice(), options.max_unpacked);
    let unreadable = |error| unreadable(file, &error);
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(unreadable)?;
    let (chosen, others) = choose(file, workbook.sheets_metadata(), wanted)?;
    let is_1904 = workbook.has_1904_epoch();
    let mut read = |name: &str, most_rows: u32| -> Result<SheetText, Diagnostic> {
        let mut grid = Grid::new(limit);
        let (mut without_result, mut formulas) = (BTreeSet::new(), BTreeSet::new());
        if contents.has_formulas && most_rows > GLANCE {
            let mut cells = workbook.worksheet_cells_reader(name).map_err(unreadable)?;
            while let Some(cell) = cells.next_cell_with_formula_metadata().map_err(unreadable)? {
                let value = Value::of_ref(&cell.value);
                let is_none = matches!(value, Value::Empty) || (contents.is_uncalculated && value.is_zero());
                if cell.formula.is_some() && is_none {
                    without_result.insert(cell.pos);
                }
                // Some programs write every cell of true or false so.
                if options.marks_formulas && cell.formula.is_some() && !matches!(value, Value::Flag(_)) {
                    formulas.insert(cell.pos);
                }
            }
        }
        let mut cells = workbook.worksheet_cells_reader(name).map_err(unreadable)?;
        let masks: Vec<Option<Zeros>> = cells
            .styles()
            .iter()
            .map(|style| style.number_format.as_ref().and_then(|format| Zeros::of(&format.format_code)))
            .collect();
        while let Some((cell, style)) = cells.next_cell_with_style_id().map_err(unreadable)? {
            let (row, column) = cell.get_position();
            if row >= most_rows {
                break;
            }
            let zeros = masks.get(style).and_then(Option::as_ref);
            let value = match cell.get_value() {
                _ if without_result.contains(&(row, column)) => Value::Uncalculated,
                value => Value::of_ref(value),
            };
            grid.is_formula = formulas.contains(&(row, column));
            grid.cell(row, column, &value, zeros).map_err(|fault| fault.told(file, limit))?;
        }
        Ok(SheetText { name: name.to_owned(), text: grid.text, is_1904, odd: grid.odd })
    };
    let found = chosen.iter().map(|name| read(name, u32::MAX)).collect::<Result<_, _>>()?;
    // What can't be read of another sheet decides nothing.
    let others = others.iter().filter_map(|name| read(name, GLANCE).ok()).collect();
    Ok(Sheets { kind: "xlsx", read: found, others })
}

fn old(file: &Path, bytes: &[u8], options: &Options) -> Result<Sheets, Diagnostic> {
    let (wanted, limit) = (options.sheets.as_slice(), options.max_unpacked);
    let encrypted: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    if memmem::find(bytes, &encrypted).is_some() {
        return Err(protected(file));
    }
    let mut workbook: Xls<_> =
        Xls::new(Cursor::new(bytes)).map_err(|_| damaged(file, "it is no .xls workbook, or has a password"))?;
    let is_1904 = workbook.has_1904_epoch();
    let (chosen, others) = choose(file, workbook.sheets_metadata(), wanted)?;
    let range = |name: &str| {
        let formulas = options.marks_formulas.then(|| workbook.worksheet_formula(name).ok()).flatten();
        Some((workbook.worksheet_range(name).ok()?, formulas))
    };
    of_ranges(file, limit, "xls", (&chosen, &others), is_1904, range)
}

fn open_document(file: &Path, bytes: &[u8], options: &Options) -> Result<Sheets, Diagnostic> {
    let (wanted, limit) = (options.sheets.as_slice(), options.max_unpacked);
    let mut workbook: Ods<_> =
        Ods::new(Cursor::new(bytes)).map_err(|_| damaged(file, "it is no .ods workbook, or has a password"))?;
    let (chosen, others) = choose(file, workbook.sheets_metadata(), wanted)?;
    let range = |name: &str| {
        let formulas = options.marks_formulas.then(|| workbook.worksheet_formula(name).ok()).flatten();
        Some((workbook.worksheet_range(name).ok()?, formulas))
    };
    of_ranges(file, limit, "ods", (&chosen, &others), false, range)
}

/// Sheets that are in memory as a whole.
fn of_ranges(
    file: &Path,
    limit: u64,
    kind: &'static str,
    (chosen, others): (&[String], &[String]),
    is_1904: bool,
    mut range: impl FnMut(&str) -> Option<(Range<Data>, Option<Range<String>>)>,
) -> Result<Sheets, Diagnostic> {
    let mut read = |name: &String, most_rows: u32| -> Result<SheetText, Diagnostic> {
        let (range, formulas) = range(name).ok_or_else(|| damaged(file, "a sheet of it can't be read"))?;
        let (first_row, first_column) = range.start().unwrap_or_default();
        let mut grid = Grid::new(limit);
        for (row, column, value) in range.used_cells() {
            let place = |first: u32, at: usize| u32::try_from(at).ok().and_then(|at| first.checked_add(at));
            let (Some(row), Some(column)) = (place(first_row, row), place(first_column, column)) else { break };
            if row >= most_rows {
                break;
            }
            // Positions of formulas are counted from the first formula, and not from the first cell.
            let formula = formulas.as_ref().and_then(|formulas| formulas.get_value((row, column)));
            grid.is_formula = formula.is_some_and(|text| !text.is_empty()) && !matches!(value, Data::Bool(_));
            grid.cell(row, column, &Value::of(value), None).map_err(|fault| fault.told(file, limit))?;
        }
        Ok(SheetText { name: name.clone(), text: grid.text, is_1904, odd: grid.odd })
    };
    let found = chosen.iter().map(|name| read(name, u32::MAX)).collect::<Result<_, _>>()?;
    let others = others.iter().filter_map(|name| read(name, GLANCE).ok()).collect();
    Ok(Sheets { kind, read: found, others })
}

/// The text of a sheet while its cells come in, row by row. Cells are streamed: a range of the whole sheet would be allocated
/// even where one stray cell stands far out.
struct Grid {
    text: String,
    row: u32,
    column: u32,
    limit: u64,
    odd: Vec<(u64, String)>,
    /// Whether the next cell is to be told from what a person wrote.
    is_formula: bool,
}

/// Why a sheet can't be written as text.
enum Fault {
    OutOfOrder,
    TooLarge,
}

impl Fault {
    fn told(self, file: &Path, limit: u64) -> Diagnostic {
        match self {
            Self::OutOfOrder => damaged(file, "its rows are not in order"),
            Self::TooLarge => too_large(file, limit),
        }
    }
}

impl Grid {
    const fn new(limit: u64) -> Self {
        Self { text: String::new(), row: 0, column: 0, limit, odd: Vec::new(), is_formula: false }
    }

    fn cell(&mut self, row: u32, column: u32, value: &Value<'_>, zeros: Option<&Zeros>) -> Result<(), Fault> {
        if matches!(value, Value::Empty) {
            return Ok(());
        }
        if (row, column) < (self.row, self.column) {
            return Err(Fault::OutOfOrder);
        }
        // Far-off cells and a text that stands in many of them take little room in the archive.
        let blank = if row > self.row { u64::from(row - self.row) + u64::from(column) } else { u64::from(column) };
        if (self.text.len() as u64).saturating_add(blank) > self.limit {
            return Err(Fault::TooLarge);
        }
        if row > self.row {
            self.text.extend((self.row..row).map(|_| '\n'));
            (self.row, self.column) = (row, 0);
        }
        self.text.extend((self.column..column).map(|_| char::from(SEPARATOR)));
        self.column = column;
        let odd = match value {
            Value::Error(error) => Some(format!("the formula in column {} has failed ({error})", letters(column))),
            Value::Uncalculated => Some(without_result(column)),
            _ => None,
        };
        self.odd.extend(odd.map(|odd| (u64::from(row) + 1, odd)));
        if std::mem::take(&mut self.is_formula) {
            self.text.push(FORMULA);
        }
        value.push(&mut self.text, zeros);
        Ok(())
    }
}

fn without_result(column: u32) -> String {
    format!("the formula in column {} has no result: open the workbook in a spreadsheet and save it", letters(column))
}

/// A column as spreadsheets call it: `A`, `AB`.
pub(crate) fn letters(column: u32) -> String {
    let mut name = String::new();
    let mut rest = column + 1;
    while rest > 0 {
        rest -= 1;
        name.extend(char::from_u32(u32::from(b'A') + rest % 26));
        rest /= 26;
    }
    name.chars().rev().collect()
}

fn too_large(file: &Path, limit: u64) -> Diagnostic {
    Diagnostic::of_file(file, format!("the workbook unpacks to more than {}", size(limit)))
        .help("if it has to be as large, raise max_unpacked, or export the table as CSV")
}

/// In the unit in which it was written.
fn size(bytes: u64) -> String {
    let unit = [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)]
        .into_iter()
        .find(|(_, unit)| bytes.is_multiple_of(*unit));
    unit.map_or_else(|| format!("{bytes} bytes"), |(name, unit)| format!("{} {name}", bytes / unit))
}

/// The names of the sheets that are read, and of the others that can be seen.
fn choose(file: &Path, sheets: &[Listed], wanted: &[String]) -> Result<(Vec<String>, Vec<String>), Diagnostic> {
    let with_rows = || sheets.iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    let names = || sheets.iter().map(|sheet| sheet.name.as_str());
    if wanted.is_empty() {
        let mut visible =
            with_rows().filter(|sheet| sheet.visible == SheetVisible::Visible).map(|sheet| sheet.name.clone());
        let Some(first) = visible.next() else {
            return Err(Diagnostic::of_file(file, "the workbook has no visible sheet").help("name one: sheet = \"…\""));
        };
        return Ok((vec![first], visible.collect()));
    }
    let find = |name: &String| {
        let found = with_rows().find(|sheet| sheet.name.to_lowercase() == name.trim().to_lowercase());
        found.map(|sheet| sheet.name.clone()).ok_or_else(|| {
            let all = names().collect::<Vec<_>>().join(", ");
            let help = match did_you_mean(name, names()) {
                Some(meant) => format!("did you mean sheet = \"{meant}\"?"),
                None => "name one of them: sheet = \"…\"".to_owned(),
            };
            Diagnostic::of_file(file, format!("expected a sheet \"{name}\", found: {all}")).help(help)
        })
    };
    Ok((wanted.iter().map(find).collect::<Result<_, _>>()?, Vec::new()))
}

fn unreadable(file: &Path, error: &XlsxError) -> Diagnostic {
    match error {
        XlsxError::Password => protected(file),
        // The error's own text may quote cells.
        XlsxError::Zip(_) | XlsxError::Io(_) => damaged(file, "the archive is cut off or damaged"),
        XlsxError::FileNotFound(_) | XlsxError::RelationshipNotFound => {
            damaged(file, "it is an archive, but no .xlsx workbook")
        }
        _ => damaged(file, "its XML is not what Excel writes"),
    }
}

fn protected(file: &Path) -> Diagnostic {
    Diagnostic::of_file(file, "the workbook is protected by a password")
        .help("save it without one, or export the table as CSV")
}

fn damaged(file: &Path, what: &str) -> Diagnostic {
    Diagnostic::of_file(file, format!("can't read the workbook: {what}"))
        .help("open it in a spreadsheet and save it again as .xlsx, or export the table as CSV")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_the_names_of_spreadsheets() {
        assert_eq!([0, 25, 26, 701, 702].map(letters), ["A", "Z", "AA", "ZZ", "AAA"]);
    }
}
