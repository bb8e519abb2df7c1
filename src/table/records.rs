//! The rows of a table as JSON records, each with its place. One thread reads pieces of the table, and any thread makes records
//! of a piece.

use std::fs::File;
use std::io;
use std::sync::Arc;

use super::cell::clean;
use super::header::{Header, is_drawn};
use super::json::{Elements, JsonRows, Lines, NdjsonRows};
use super::line::Line;
use super::pieces::{Piece, Pieces};
use super::rows::{Quotes, Row};
use super::source::Table;
use super::words::is_line_of_totals;
use crate::model::Json;

/// A table that is read as records.
pub(crate) enum Records {
    Cells(Vec<Cells>),
    Lines(NdjsonRows),
    Json(JsonRows),
}

/// Some records.
pub(crate) enum RecordPiece {
    Cells(Piece, Arc<Shape>),
    Lines(Lines),
    Json(Elements),
}

/// A table of cells whose headings have been found.
#[derive(Debug)]
pub(crate) struct Cells {
    pieces: Pieces<'static>,
    shape: Arc<Shape>,
}

/// What all rows of a table of cells have.
#[derive(Debug)]
pub(crate) struct Shape {
    headings: Vec<String>,
    /// Each heading as the start of a JSON member: `"Mail":`.
    members: Vec<String>,
    /// The sheet, where a table is one of several.
    sheet: Option<String>,
    /// Columns of moments whose days are counted from 1904.
    from_1904: Vec<usize>,
}

/// What was seen of a table in addition to its records.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) quotes: Quotes,
    /// Lines of totals.
    pub(crate) totals: u64,
    /// Lines of headings among the rows.
    pub(crate) headings: u64,
}

impl Seen {
    /// Adds what was seen later.
    pub(crate) fn append(&mut self, later: Self) {
        self.quotes.append(later.quotes);
        self.totals += later.totals;
        self.headings += later.headings;
    }
}

impl Cells {
    /// The rows of a table, with headings as the records are to have them.
    pub(crate) fn new(
        table: Table<'static>,
        headings: &[String],
        sheet: Option<String>,
        from_1904: Vec<usize>,
    ) -> Self {
        let Table { header: Header { headings: written, .. }, pieces } = table;
        let members =
            headings.iter().map(|heading| format!("{}:", serde_json::Value::from(heading.as_str()))).collect();
        Self { pieces, shape: Arc::new(Shape { headings: written, members, sheet, from_1904 }) }
    }
}

impl Records {
    /// The next records; `None` at the end. What is before an error comes before the error.
    pub(crate) fn next(&mut self) -> io::Result<Option<RecordPiece>> {
        match self {
            Self::Lines(rows) => Ok(rows.next()?.map(RecordPiece::Lines)),
            Self::Json(rows) => Ok(rows.next().map(RecordPiece::Json)),
            Self::Cells(tables) => {
                while let Some(table) = tables.first_mut() {
                    if let Some(piece) = table.pieces.next()? {
                        return Ok(Some(RecordPiece::Cells(piece, Arc::clone(&table.shape))));
                    }
                    drop(tables.remove(0));
                }
                Ok(None)
            }
        }
    }

    /// The file, if its lines can be records and can be read again.
    pub(crate) fn export(&self) -> io::Result<Option<File>> {
        match self {
            Self::Lines(rows) => rows.export(),
            Self::Cells(_) | Self::Json(_) => Ok(None),
        }
    }
}

impl RecordPiece {
    /// Shows every record.
    pub(crate) fn for_each(&self, visit: impl FnMut(Line<'_>)) -> Seen {
        match self {
            Self::Cells(piece, shape) => return shape.for_each(piece, visit),
            Self::Lines(lines) => lines.for_each(visit),
            Self::Json(elements) => elements.for_each(visit),
        }
        Seen::default()
    }

    /// About how many bytes its records have.
    pub(crate) fn length(&self) -> usize {
        match self {
            // With their headings, cells are about twice as long.
            Self::Cells(piece, _) => 2 * piece.length(),
            Self::Lines(lines) => lines.length(),
            Self::Json(elements) => elements.length(),
        }
    }

    /// Where in the file it begins, if these are its very bytes.
    pub(crate) fn place_of(&self, lines: &[u8]) -> Option<u64> {
        match self {
            Self::Lines(own) => own.place_of(lines),
            Self::Cells(..) | Self::Json(_) => None,
        }
    }
}

impl Shape {
    fn for_each(&self, piece: &Piece, mut visit: impl FnMut(Line<'_>)) -> Seen {
        let (mut rows, mut row, mut json) = (piece.rows(), Row::default(), String::new());
        let mut seen = Seen::default();
        loop {
            match rows.next(&mut row) {
                Ok(false) => break,
                Err(misquoted) => {
                    let reason = self.in_sheet(misquoted.to_string());
                    visit(Line::new::<Json<'_>>(misquoted.line, Err((None, reason))));
                }
                Ok(true) if row.is_blank() || self.is_no_record(&row, &mut seen) => {}
                Ok(true) => {
                    let record = self.write_json(&row, &mut json).map(|()| Json::kept(&json));
                    visit(Line::new(row.line, record.map_err(|reason| (None, self.in_sheet(reason)))));
                }
            }
        }
        seen.quotes = rows.quotes;
        seen
    }

    fn in_sheet(&self, reason: String) -> String {
        match &self.sheet {
            Some(sheet) => format!("{reason} (sheet {sheet})"),
            None => reason,
        }
    }

    /// Whether a row is what reports write around and between rows: totals, the headings again, a drawn line.
    fn is_no_record(&self, row: &Row<'_>, seen: &mut Seen) -> bool {
        const FEW: usize = 3;
        let Some(first) = row.get(0) else { return true };
        if self.headings.first().is_some_and(|heading| clean(first) == heading.as_str())
            && row.iter().map(clean).eq(self
                .headings
                .iter()
                .map(String::as_str)
                .chain(std::iter::repeat(""))
                .take(row.len()))
        {
            seen.headings += 1;
            return true;
        }
        if row.iter().filter(|cell| !cell.is_empty()).take(FEW + 1).count() > FEW {
            return first.starts_with(['-', '+', '=', '|', ' ', '\u{2500}', '\u{251c}']) && is_drawn(row);
        }
        let is_total = is_line_of_totals(&row.iter());
        seen.totals += u64::from(is_total);
        is_total || is_drawn(row)
    }

    fn write_json(&self, row: &Row<'_>, json: &mut String) -> Result<(), String> {
        let expected = self.members.len();
        if row.is_ragged(expected) {
            return Err(format!("{} cells under {expected} headings", row.len()));
        }
        json.clear();
        json.push('{');
        for (at, member) in self.members.iter().enumerate() {
            json.push_str(if at == 0 { "" } else { "," });
            json.push_str(member);
            let cell = row.get(at).unwrap_or_default();
            let days = if self.from_1904.contains(&at) { from_1900(cell) } else { None };
            push_json(json, days.as_deref().unwrap_or(cell));
        }
        json.push('}');
        Ok(())
    }
}

/// A day that is counted from 1904, as it would be counted from 1900.
fn from_1900(cell: &str) -> Option<String> {
    const BETWEEN: f64 = 1_462.0;
    let days = cell.parse::<f64>().ok().filter(|days| (20_000.0..80_000.0).contains(days))?;
    Some((days + BETWEEN).to_string())
}

/// A JSON text: what needs no escape is copied at once.
fn push_json(json: &mut String, text: &str) {
    if text.bytes().any(|byte| byte < 0x20 || matches!(byte, b'"' | b'\\')) {
        json.push_str(&serde_json::Value::from(text).to_string());
    } else {
        json.push('"');
        json.push_str(text);
        json.push('"');
    }
}
