//! Answers in a table: a workbook with the sheets Review and Sign-off, or what a program has exported of the first as CSV.

use std::borrow::Cow;
use std::path::Path;

use super::{AnswerRow, Answers, Placed, SignOff};
use crate::base::diagnostic::Diagnostic;
use crate::render::packet::{ABOUT, ANSWERS, SIGN_OFF, TIES};
use crate::table::{self, Options, Purposes, Source, fold};

/// No packet unpacks to more.
const UNPACKED: u64 = 256_000_000;

/// No packet has more rows: what they hold is in memory.
const MOST_ROWS: usize = 250_000;

/// The headings of a sheet, by their positions in a list of which the first alone makes a line the headings.
struct Headings<'h>(&'h [&'static str]);

impl Purposes for Headings<'_> {
    fn of(&self, heading: &str) -> Option<usize> {
        self.0.iter().position(|known| fold(known) == fold(heading))
    }

    fn essential(&self) -> usize {
        0
    }
}

/// Reads a table.
pub(super) fn read(path: &Path, bytes: &[u8]) -> Result<Answers, Diagnostic> {
    let headings: Vec<&'static str> = ABOUT.into_iter().chain(ANSWERS).chain(TIES).collect();
    let purposes = Headings(&headings);
    let open = |sheet: &[&str]| {
        let sheets = sheet.iter().map(|name| (*name).to_owned()).collect();
        let options = Options { sheets, max_unpacked: UNPACKED, marks_formulas: true, ..Options::default() };
        table::of_bytes(path, Cow::Borrowed(bytes), &options, &purposes)
    };
    let is_workbook = table::is_workbook(bytes);
    // A sheet that was given another name is the first.
    let opened = if is_workbook { open(&["Review"]).or_else(|_| open(&[]))? } else { open(&[])? };
    let mut answers = Answers { extension: if is_workbook { "xlsx" } else { "csv" }, ..Answers::default() };
    for source in opened.into_sources() {
        answers.rows = rows(path, source, &purposes)?;
    }
    if is_workbook {
        let names = ["Item", "Entry"];
        let options = Options {
            sheets: vec!["Sign-off".to_owned()],
            max_unpacked: UNPACKED,
            marks_formulas: true,
            ..Options::default()
        };
        // Some programs write one sheet only: then nothing is signed.
        if let Ok(opened) = table::of_bytes(path, Cow::Borrowed(bytes), &options, &Headings(&names)) {
            for source in opened.into_sources() {
                answers.signed = sign_off(path, source, &Headings(&names))?;
            }
        }
    }
    Ok(answers)
}

fn rows(path: &Path, source: Source<'_>, purposes: &Headings<'_>) -> Result<Vec<AnswerRow>, Diagnostic> {
    let (sheet, is_1904) = (source.sheet.clone(), source.is_1904);
    let (mut rows, mut is_too_long) = (Vec::new(), false);
    each_row(path, source, purposes, &mut |line, cells| {
        let mut row = AnswerRow { is_1904, ..AnswerRow::default() };
        for (purpose, column, text) in cells {
            let placed = Placed { place: place(sheet.as_deref(), line, *column), text: (*text).to_owned() };
            let (answer, tie) = (purpose.checked_sub(ABOUT.len()), purpose.checked_sub(ABOUT.len() + ANSWERS.len()));
            match (tie, answer) {
                (Some(0), _) => row.evidence = placed,
                (Some(_), _) => row.token = placed,
                (None, Some(0)) => row.decision = placed,
                (None, Some(1)) => row.remove = placed,
                (None, Some(2)) => row.comment = placed,
                (None, Some(3)) => row.pass_to = placed,
                (None, Some(4)) => row.reviewer = placed,
                (None, Some(_)) => row.decided_on = placed,
                (None, None) if *purpose == 0 => row.key = placed,
                (None, None) => row.about.push((*purpose, placed)),
            }
        }
        // Whatever row is first says of which packet they are; without an answer, others say nothing.
        if rows.is_empty() || !row.is_blank() {
            is_too_long |= rows.len() == MOST_ROWS;
            rows.truncate(MOST_ROWS - 1);
            rows.push(row);
        }
    })?;
    if is_too_long {
        return Err(Diagnostic::of_file(path, "has more answers than any packet has rows"));
    }
    Ok(rows)
}

fn sign_off(path: &Path, source: Source<'_>, purposes: &Headings<'_>) -> Result<Option<SignOff>, Diagnostic> {
    let sheet = source.sheet.clone();
    let mut signed = SignOff::default();
    each_row(path, source, purposes, &mut |line, cells| {
        let text = |wanted: usize| cells.iter().find(|(purpose, ..)| *purpose == wanted);
        let (Some((_, _, item)), Some((_, column, entry))) = (text(0), text(1)) else { return };
        let placed = Placed { place: place(sheet.as_deref(), line, *column), text: (*entry).to_owned() };
        let known = SIGN_OFF.into_iter().find(|known| fold(known) == fold(item));
        match known.unwrap_or_default() {
            "Review" => signed.review = placed,
            "Packet" => signed.token = placed,
            "Evidence bundle" => signed.bundle = placed,
            "Confirmed" => signed.confirmed = placed,
            "Name" => signed.name = placed,
            "Day" => signed.day = placed,
            _ => {}
        }
    })?;
    Ok((!signed.confirmed.text.trim().is_empty()).then_some(signed))
}

/// What the cells of a row are for, in which columns they stand, and what they say.
type Cells<'c> = [(usize, usize, &'c str)];

/// Goes through all rows below the headings.
fn each_row(
    path: &Path,
    source: Source<'_>,
    purposes: &Headings<'_>,
    visit: &mut dyn FnMut(u64, &Cells<'_>),
) -> Result<(), Diagnostic> {
    let missing = || {
        Diagnostic::of_file(
            path,
            format!("expected a line of headings such as \"{}\", found none", purposes.0.join("\", \"")),
        )
        .help("send the packet back as it was, with answers in it; or export its sheet Review with its headings")
    };
    let header = source.header(purposes).ok_or_else(missing)?;
    let mut columns: Vec<(usize, usize)> = Vec::new();
    for (column, heading) in header.headings.iter().enumerate() {
        let purpose = purposes.of(heading).filter(|purpose| columns.iter().all(|(known, _)| known != purpose));
        columns.extend(purpose.map(|purpose| (purpose, column)));
    }
    if !columns.iter().any(|(purpose, _)| *purpose == 0) {
        return Err(missing());
    }
    let mut pieces = source.table(header).pieces;
    let failed = |error: std::io::Error| Diagnostic::of_file(path, error.to_string());
    while let Some(piece) = pieces.next().map_err(failed)? {
        let (mut rows, mut row) = (piece.rows(), table::Row::default());
        while rows.next(&mut row).map_err(|misquoted| Diagnostic::of_file(path, misquoted.to_string()))? {
            if row.is_blank() {
                continue;
            }
            let cells = columns.iter().filter_map(|(purpose, column)| Some((*purpose, *column, row.get(*column)?)));
            visit(row.line, &cells.collect::<Vec<_>>());
        }
    }
    Ok(())
}

/// A cell as spreadsheets call it.
fn place(sheet: Option<&str>, line: u64, column: usize) -> String {
    let letters = table::letters(u32::try_from(column).unwrap_or_default());
    match sheet {
        Some(sheet) => format!("{sheet}!{letters}{line}"),
        None => format!("{letters}{line}"),
    }
}
