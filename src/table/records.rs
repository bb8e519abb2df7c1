//! The rows of a table as JSON records, each with its place. One thread reads pieces of the table, and any thread makes records
//! of a piece.

use std::fs::File;
use std::io;
use std::sync::Arc;

use memchr::memchr_iter;

use super::cell::clean;
use super::header::is_drawn;
use super::json::{Elements, JsonRows, Lines, NdjsonRows};
use super::line::{Line, Place};
use super::pieces::{Piece, Pieces};
use super::rows::{Quotes, Row, Rows};
use super::source::Table;
use super::words::is_line_of_totals;
use crate::model::{Incoming, Json, Keys, Values};

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
    /// How records write them.
    keys: Keys,
    /// What a record has before each of its values: the bracket or the end of the value before, the key, and a quote.
    openings: Vec<String>,
    /// How many quotes are in all of that and behind the last value.
    quotes: usize,
    delimiter: u8,
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
        let Table { header, pieces } = table;
        let keys = headings.iter().map(|heading| format!("{}:", serde_json::Value::from(heading.as_str())));
        let keys: Vec<String> = keys.collect();
        let before = std::iter::once("{").chain(std::iter::repeat("\","));
        let openings: Vec<String> = before.zip(&keys).map(|(before, key)| format!("{before}{key}\"")).collect();
        let quotes = 1 + openings.iter().map(|opening| memchr_iter(b'"', opening.as_bytes()).count()).sum::<usize>();
        let keys = keys.iter().map(String::as_str).collect();
        let delimiter = header.delimiter;
        let shape = Shape { headings: header.headings, keys, openings, quotes, delimiter, sheet, from_1904 };
        Self { pieces, shape: Arc::new(shape) }
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

    /// The file, if what its lines become can be read there again.
    pub(crate) fn export(&self) -> io::Result<Option<File>> {
        match self {
            Self::Lines(rows) => rows.export(),
            Self::Cells(tables) => tables.first().and_then(|table| table.pieces.export()).transpose(),
            Self::Json(_) => Ok(None),
        }
    }
}

impl RecordPiece {
    /// Shows every record.
    pub(crate) fn for_each(&self, mut visit: impl FnMut(Line<'_>)) -> Seen {
        match self {
            Self::Cells(piece, shape) => {
                let written = shape.write(piece.rows(), piece.length());
                let mut records = written.records();
                for (place, record) in &written.rows {
                    let record = record.as_ref().map_err(Clone::clone);
                    let record = record.map(|_| records.next().map_or(Json::kept(""), |record| record.json));
                    visit(Line { place: *place, record });
                }
                return written.seen;
            }
            Self::Lines(lines) => lines.for_each(visit),
            Self::Json(elements) => elements.for_each(visit),
        }
        Seen::default()
    }

    /// About how many bytes its records have.
    fn length(&self) -> usize {
        match self {
            // With their headings, cells are about twice as long.
            Self::Cells(piece, _) => 2 * piece.length(),
            Self::Lines(lines) => lines.length(),
            Self::Json(elements) => elements.length(),
        }
    }
}

/// The records of a piece, one behind the other, each with a line break.
#[derive(Debug, Default)]
pub(crate) struct Written {
    pub(crate) lines: String,
    /// Every row: how long its record is, or why there is none.
    pub(crate) rows: Vec<(Place, Result<usize, String>)>,
    /// Where the values of all records end, each counted from the beginning of its record.
    ends: Vec<u32>,
    pub(crate) seen: Seen,
    pub(crate) origin: Origin,
}

/// Of what records were written.
#[derive(Debug, Default)]
pub(crate) enum Origin {
    /// Of JSON, and changed, or of no file.
    #[default]
    Json,
    /// Of lines of a file: these, from this byte on.
    Lines(u64),
    /// Of cells.
    Cells(Piece, Arc<Shape>),
}

impl Written {
    /// Whether each record is a line.
    pub(crate) const fn is_one_a_line(&self) -> bool {
        !matches!(self.origin, Origin::Json)
    }

    /// How many bytes it was written of.
    pub(crate) const fn source_length(&self) -> usize {
        match &self.origin {
            Origin::Cells(piece, _) => piece.length(),
            Origin::Json | Origin::Lines(_) => self.lines.len(),
        }
    }

    /// What the rows of a piece become.
    pub(crate) fn of(piece: RecordPiece) -> Self {
        if let RecordPiece::Cells(piece, shape) = piece {
            let written = shape.write(piece.rows(), piece.length());
            return Self { origin: Origin::Cells(piece, shape), ..written };
        }
        let mut written = Self { lines: String::with_capacity(piece.length()), ..Self::default() };
        written.seen = piece.for_each(|Line { place, record }| {
            let length = record.map(|record| {
                written.lines.push_str(record.get());
                written.lines.push('\n');
                record.get().len()
            });
            written.rows.push((place, length));
        });
        if let RecordPiece::Lines(lines) = &piece
            && let Some(at) = lines.place_of(written.lines.as_bytes())
        {
            written.origin = Origin::Lines(at);
        }
        written
    }

    /// The records.
    pub(crate) fn records(&self) -> impl Iterator<Item = Incoming<'_>> {
        let (mut rest, mut ends) = (self.lines.as_str(), self.ends.as_slice());
        self.rows.iter().filter_map(|(_, record)| record.as_ref().ok()).map_while(move |length| {
            let (record, behind) = rest.split_at_checked(*length)?;
            rest = behind.strip_prefix('\n').unwrap_or(behind);
            let json = Json::kept(record);
            let Origin::Cells(_, shape) = &self.origin else { return Some(json.into()) };
            let (own, later) = ends.split_at_checked(shape.openings.len())?;
            ends = later;
            // Of a longer one, the ends would have no room.
            let is_short = u32::try_from(*length).is_ok();
            let values = Values { keys: &shape.keys, ends: own };
            Some(if is_short { Incoming::with_values(json, values) } else { json.into() })
        })
    }
}

impl Shape {
    /// The records that rows became, once more.
    pub(crate) fn lines(&self, rows: &str) -> String {
        let length = rows.len();
        let rows = Rows::new(rows, 0, self.delimiter).of_width(self.openings.len());
        self.write(rows, length).lines
    }

    /// Writes rows as records; the rows have `length` bytes.
    fn write(&self, mut rows: Rows<'_>, length: usize) -> Written {
        /// A row is seldom shorter.
        const SHORT: usize = 64;
        let mut row = Row::default();
        let mut written = Written::default();
        written.lines.reserve(2 * length);
        written.rows.reserve(length / SHORT);
        written.ends.reserve(length / SHORT * self.openings.len());
        loop {
            match rows.next(&mut row) {
                Ok(false) => break,
                Err(misquoted) => {
                    let reason = self.in_sheet(misquoted.to_string());
                    written.rows.push((Place::of_line(misquoted.line), Err(reason)));
                }
                Ok(true) if row.is_blank() || self.is_no_record(&row, &mut written.seen) => {}
                Ok(true) => {
                    let record = self.write_record(&row, &mut written);
                    let record = record.map_err(|reason| self.in_sheet(reason));
                    written.rows.push((Place::of_line(row.line), record));
                }
            }
        }
        written.seen.quotes = rows.quotes;
        written
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

    /// Writes one record, and says how long it is.
    fn write_record(&self, row: &Row<'_>, written: &mut Written) -> Result<usize, String> {
        let expected = self.openings.len();
        if row.is_ragged(expected) {
            return Err(format!("{} cells under {expected} headings", row.len()));
        }
        let Written { lines, ends, .. } = written;
        let (start, before) = (lines.len(), ends.len());
        let end = |length: usize| u32::try_from(length - start).unwrap_or(u32::MAX);
        for is_escaped in [false, true] {
            for (at, opening) in self.openings.iter().enumerate() {
                lines.push_str(opening);
                let cell = row.get(at).unwrap_or_default();
                let days = if self.from_1904.contains(&at) { from_1900(cell) } else { None };
                let cell = days.as_deref().unwrap_or(cell);
                if is_escaped {
                    push_escaped(lines, cell);
                } else {
                    lines.push_str(cell);
                }
                // With its quote.
                ends.push(end(lines.len() + 1));
            }
            lines.push_str("\"}");
            // Hardly any cell has to be escaped: whether one does is seen at once when all are there.
            if is_escaped || is_plain(lines.as_bytes().get(start..).unwrap_or_default(), self.quotes) {
                break;
            }
            lines.truncate(start);
            ends.truncate(before);
        }
        lines.push('\n');
        Ok(lines.len() - 1 - start)
    }
}

/// Whether a text has as many quotes as it should, as those around keys and values, and nothing else that JSON escapes.
fn is_plain(text: &[u8], quotes: usize) -> bool {
    let is_odd = |byte: &u8| u8::from(*byte < b' ') | u8::from(*byte == b'\\');
    // All bytes at once: to stop at the first one takes longer.
    text.iter().fold(0, |odd, byte| odd | is_odd(byte)) == 0 && memchr_iter(b'"', text).count() == quotes
}

/// A day that is counted from 1904, as it would be counted from 1900.
fn from_1900(cell: &str) -> Option<String> {
    const BETWEEN: f64 = 1_462.0;
    let days = cell.parse::<f64>().ok().filter(|days| (20_000.0..80_000.0).contains(days))?;
    Some((days + BETWEEN).to_string())
}

/// What is between the quotes of a JSON text.
fn push_escaped(json: &mut String, text: &str) {
    if is_plain(text.as_bytes(), 0) {
        json.push_str(text);
    } else {
        let quoted = serde_json::Value::from(text).to_string();
        json.push_str(quoted.get(1..quoted.len() - 1).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests;
