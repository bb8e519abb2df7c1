//! Delimited text → rows of cells, each with its line. A row whose quotes can't be meant as quotes is read as it is
//! written where that gives it the width of the headings, and is refused otherwise: a quote that an exporter didn't mean as
//! one would make a single cell of all rows up to the next quote, and nobody would miss them.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use memchr::{memchr, memchr_iter, memchr2};

use crate::base::bytes::first_of;

/// One row. It is filled again and again, so that reading one costs nothing but its cells.
#[derive(Debug, Default, Clone)]
pub(crate) struct Row<'t> {
    /// 1-based.
    pub(crate) line: u64,
    cells: Vec<Cow<'t, str>>,
}

impl<'t> Row<'t> {
    pub(crate) fn get(&self, at: usize) -> Option<&str> {
        self.cells.get(at).map(AsRef::as_ref)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> + Clone {
        self.cells.iter().map(AsRef::as_ref)
    }

    pub(crate) fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether every cell is empty.
    pub(crate) fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.is_empty())
    }

    /// Whether a row can't stand under this many headings: it has a cell behind the last of them, or lacks most of
    /// them. One that only ends early lacks empty cells, which many spreadsheets leave out.
    pub(crate) fn is_ragged(&self, width: usize) -> bool {
        self.len() * 2 <= width || self.iter().skip(width).any(|cell| !cell.trim().is_empty())
    }

    /// What is wrong with it, if it is the line of headings and holds rows: a quote in it swallowed them.
    pub(super) fn swallowed(&self, delimiter: u8) -> Option<Misquoted> {
        let lines: u64 = self.iter().map(|cell| line_ends(cell.as_bytes())).sum();
        let holds_rows = lines > 0 && may_hold_rows(self, self.len(), delimiter);
        let misquoted = || Misquoted { line: self.line, text: " ".to_owned(), at: 0..1, kind: Misquote::Later(lines) };
        holds_rows.then(misquoted)
    }

    fn clear(&mut self) -> &mut Vec<Cow<'t, str>> {
        self.cells.clear();
        &mut self.cells
    }
}

/// A row whose quotes mean nothing certain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Misquoted {
    /// The line in which it begins.
    pub(crate) line: u64,
    /// That line, and where in it the quote is.
    pub(crate) text: String,
    pub(crate) at: Range<usize>,
    kind: Misquote,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Misquote {
    /// The quote is never closed.
    Open,
    /// It is closed this many lines below, in what must be another row.
    Later(u64),
    /// Text stands behind its end.
    Torn,
}

impl fmt::Display for Misquoted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Misquote::Open => f.write_str("this quote is never closed, so that it swallows all rows below"),
            Misquote::Later(1) => f.write_str("this quote is closed only 1 line below, in another row"),
            Misquote::Later(lines) => write!(f, "this quote is closed only {lines} lines below, in another row"),
            Misquote::Torn => {
                f.write_str("text stands behind a closing quote; quotes inside of a quoted cell have to be doubled")
            }
        }
    }
}

impl Misquoted {
    /// How to fix it.
    pub(crate) const HELP: &str =
        "close it before the next delimiter; a quote that belongs to a quoted value is written twice (\"\")";
}

/// What the quotes of some rows show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Quotes {
    cells: u64,
    quoted: u64,
    /// Rows that were read as they are written.
    pub(crate) literal: u64,
    /// The first line in which a quote opens a cell that reads as several rows.
    suspect: Option<u64>,
}

impl Quotes {
    /// Adds those of later rows.
    pub(crate) fn append(&mut self, later: Self) {
        self.cells += later.cells;
        self.quoted += later.quoted;
        self.literal += later.literal;
        self.suspect = self.suspect.or(later.suspect);
    }

    /// The line in which a quote probably swallowed rows. Where all cells are quoted, every quote is meant as one.
    pub(crate) fn swallowed(&self) -> Option<u64> {
        self.suspect.filter(|_| self.quoted < self.cells)
    }

    /// What is said of [`Self::swallowed`].
    pub(crate) const SWALLOWED: &str = "a quote opens in this row and closes lines later, behind what reads as further \
         rows; export the file with all cells in quotes, or without line breaks in cells";
}

/// The rows of a text, one after the other.
#[derive(Debug)]
pub(crate) struct Rows<'t> {
    text: &'t str,
    at: usize,
    line: u64,
    delimiter: u8,
    /// How many cells a row should have, once the headings have been read.
    width: Option<usize>,
    /// The lines of the rows, where the text was made from something else.
    lines: Option<Arc<[u64]>>,
    /// Quotes have to close in their line: so many did not that looking further each time would take forever.
    is_single_line: bool,
    misquoted: usize,
    pub(crate) quotes: Quotes,
}

/// Why a row can't be read by its quotes: where, and how.
type Fault = (usize, Misquote);

impl<'t> Rows<'t> {
    /// The rows of a text behind this many lines.
    pub(crate) fn new(text: &'t str, lines_above: u64, delimiter: u8) -> Self {
        Self {
            text,
            at: 0,
            line: lines_above + 1,
            delimiter,
            width: None,
            lines: None,
            is_single_line: false,
            misquoted: 0,
            quotes: Quotes::default(),
        }
    }

    /// Rows of another width are suspected of holding several.
    #[must_use]
    pub(crate) fn of_width(mut self, width: usize) -> Self {
        self.width = Some(width);
        self
    }

    /// The lines from which the rows came.
    #[must_use]
    pub(crate) fn with_lines(mut self, lines: Option<Arc<[u64]>>) -> Self {
        self.lines = lines;
        self
    }

    /// Where the row that was read last ends.
    pub(crate) const fn end(&self) -> usize {
        self.at
    }

    /// Reads the next row that has something in it; `false` at the end.
    ///
    /// # Errors
    /// Its quotes mean nothing certain. What follows its first line is read next.
    pub(crate) fn next(&mut self, row: &mut Row<'t>) -> Result<bool, Misquoted> {
        self.skip_line_ends();
        if self.at >= self.text.len() {
            return Ok(false);
        }
        let (start, line) = (self.at, self.line);
        row.line = self.told_line(line);
        let outcome = self.quoted_row(row);
        let fault = match outcome {
            Ok(()) => return Ok(true),
            Err(fault) => fault,
        };
        (self.at, self.line) = (start, line);
        self.literal_row(row, fault)
    }

    fn told_line(&self, line: u64) -> u64 {
        let told = |lines: &Arc<[u64]>| usize::try_from(line - 1).ok().and_then(|at| lines.get(at)).copied();
        self.lines.as_ref().and_then(told).unwrap_or(line)
    }

    fn skip_line_ends(&mut self) {
        let bytes = self.text.as_bytes();
        while let Some(byte @ (b'\r' | b'\n')) = bytes.get(self.at) {
            let is_first_half = *byte == b'\r' && bytes.get(self.at + 1) == Some(&b'\n');
            self.line += u64::from(!is_first_half);
            self.at += 1;
        }
    }

    /// Reads a row as its quotes say.
    fn quoted_row(&mut self, row: &mut Row<'t>) -> Result<(), Fault> {
        let (text, bytes, delimiter) = (self.text, self.text.as_bytes(), self.delimiter);
        let cells = row.clear();
        let (mut spans, mut quoted) = (None, 0);
        loop {
            let rest = bytes.get(self.at..).unwrap_or_default();
            let (cell, end) = if rest.first() == Some(&b'"') {
                quoted += 1;
                let (cell, end, lines) = self.quoted_cell()?;
                if lines > 0 {
                    spans = spans.or(Some((self.at, lines)));
                    self.line += lines;
                }
                (cell, end)
            } else {
                let length = first_of([delimiter, b'\n', b'\r'], rest).unwrap_or(rest.len());
                (Cow::Borrowed(text.get(self.at..self.at + length).unwrap_or_default()), self.at + length)
            };
            cells.push(cell);
            self.at = end;
            if bytes.get(end) == Some(&delimiter) {
                self.at += 1;
            } else {
                break;
            }
        }
        self.quotes.cells += row.len() as u64;
        self.quotes.quoted += quoted;
        match spans {
            None => Ok(()),
            Some((at, lines)) => self.look_for_rows(row, at, lines),
        }
    }

    /// A cell in quotes: its value, where it ends, and how many line ends it holds.
    fn quoted_cell(&self) -> Result<(Cow<'t, str>, usize, u64), Fault> {
        let bytes = self.text.as_bytes();
        let start = self.at + 1;
        let inside = bytes.get(start..).unwrap_or_default();
        let limit = if self.is_single_line { line_length(inside) } else { inside.len() };
        let length = quoted_length(inside.get(..limit).unwrap_or_default()).ok_or((self.at, Misquote::Open))?;
        let value = self.text.get(start..start + length).unwrap_or_default();
        let lines = if memchr2(b'\n', b'\r', value.as_bytes()).is_some() { line_ends(value.as_bytes()) } else { 0 };
        let mut end = start + length + 1;
        while let Some(b' ' | b'\t') = bytes.get(end).filter(|byte| **byte != self.delimiter) {
            end += 1;
        }
        match bytes.get(end) {
            None | Some(b'\r' | b'\n') => {}
            Some(byte) if *byte == self.delimiter => {}
            Some(_) if lines > 0 => return Err((self.at, Misquote::Later(lines))),
            Some(_) => return Err((self.at, Misquote::Torn)),
        }
        let value = if memchr(b'"', value.as_bytes()).is_some() {
            Cow::Owned(value.replace("\"\"", "\""))
        } else {
            Cow::Borrowed(value)
        };
        Ok((value, end, lines))
    }

    /// A cell that spans lines may have swallowed rows. In a row that has not the width that it should have, it must have.
    fn look_for_rows(&mut self, row: &Row<'_>, at: usize, lines: u64) -> Result<(), Fault> {
        let Some(width) = self.width else { return Ok(()) };
        let is_line_end = |cell: &str| memchr2(b'\n', b'\r', cell.as_bytes()).is_some();
        let has_both = |cell: &str| is_line_end(cell) && cell.as_bytes().contains(&self.delimiter);
        if (row.len() < width || row.is_ragged(width)) && row.iter().any(has_both) {
            return Err((at, Misquote::Later(lines)));
        }
        if self.quotes.suspect.is_none() && may_hold_rows(row, width, self.delimiter) {
            self.quotes.suspect = Some(row.line);
        }
        Ok(())
    }

    /// Reads the first line of a row as it is written, if that gives it as many cells as there are headings.
    fn literal_row(&mut self, row: &mut Row<'t>, (at, kind): Fault) -> Result<bool, Misquoted> {
        const MANY: usize = 64;
        self.misquoted += 1;
        self.is_single_line |= kind == Misquote::Open || self.misquoted > MANY;
        let rest = self.text.get(self.at..).unwrap_or_default();
        let line = rest.get(..line_length(rest.as_bytes())).unwrap_or_default();
        let start = self.at;
        self.at += line.len();
        if let Some(width) = self.width {
            for read in [escaped_cells, literal_cells] {
                let cells = read(line, char::from(self.delimiter));
                if cells.len() == width {
                    *row.clear() = cells;
                    self.quotes.cells += width as u64;
                    self.quotes.literal += 1;
                    return Ok(true);
                }
            }
        }
        let at = at.saturating_sub(start).min(line.len());
        Err(Misquoted { line: row.line, text: line.to_owned(), at: at..(at + 1).min(line.len()).max(at), kind })
    }
}

/// The cells of a line whose quotes mean nothing, but where they stand around a whole cell.
fn literal_cells(line: &str, delimiter: char) -> Vec<Cow<'_, str>> {
    let bare = |cell: &'_ str| -> Option<String> {
        let inside = cell.trim().strip_prefix('"')?.strip_suffix('"')?;
        Some(inside.replace("\"\"", "\""))
    };
    line.split(delimiter).map(|cell| bare(cell).map_or(Cow::Borrowed(cell), Cow::Owned)).collect()
}

/// The cells of a line in which a backslash keeps a quote from closing a cell, as `MySQL` and some libraries write it; none, if
/// it isn't written so.
fn escaped_cells(line: &str, delimiter: char) -> Vec<Cow<'_, str>> {
    let mut cells = Vec::new();
    if !line.contains("\\\"") {
        return cells;
    }
    let (mut cell, mut is_quoted, mut chars) = (String::new(), false, line.chars().peekable());
    while let Some(c) = chars.next() {
        match c {
            '\\' if is_quoted && matches!(chars.peek(), Some('"' | '\\')) => cell.extend(chars.next()),
            '"' if is_quoted && matches!(chars.peek(), Some(next) if *next != delimiter) => return Vec::new(),
            '"' if is_quoted => is_quoted = false,
            '"' if cell.is_empty() => is_quoted = true,
            c if c == delimiter && !is_quoted => cells.push(Cow::Owned(std::mem::take(&mut cell))),
            c => cell.push(c),
        }
    }
    cells.push(Cow::Owned(cell));
    if is_quoted { Vec::new() } else { cells }
}

/// The length of a line without its end.
fn line_length(text: &[u8]) -> usize {
    memchr2(b'\n', b'\r', text).unwrap_or(text.len())
}

/// How many lines end in a text: each at a line feed, or at a carriage return that stands alone.
pub(super) fn line_ends(text: &[u8]) -> u64 {
    let feeds = memchr_iter(b'\n', text).count();
    let lone = match memchr(b'\r', text) {
        None => 0,
        Some(_) => memchr_iter(b'\r', text).filter(|at| text.get(at + 1) != Some(&b'\n')).count(),
    };
    (feeds + lone) as u64
}

/// The length of a quoted value up to its closing quote; a doubled quote is part of the value.
fn quoted_length(inside: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr(b'"', inside.get(at..)?)?;
        if inside.get(at + 1) != Some(&b'"') {
            return Some(at);
        }
        at += 2;
    }
}

/// Where a row ends behind `goal`, when a row begins at `from`; `None` if the text ends before that. Only quotes are looked
/// at, and behind the goal line ends.
pub(crate) fn row_end(text: &[u8], from: usize, goal: usize, delimiter: u8) -> Option<usize> {
    let goal = goal.min(text.len());
    let mut at = from;
    loop {
        let before = text.get(at..goal.max(at))?;
        let found = match memchr(b'"', before) {
            Some(quote) => at + quote,
            None => {
                let at = at.max(goal);
                at + memchr2(b'"', b'\n', text.get(at..)?)?
            }
        };
        if text.get(found) == Some(&b'\n') {
            return Some(found + 1);
        }
        let opens = found.checked_sub(1).and_then(|last| text.get(last));
        at = if opens.is_none_or(|byte| *byte == delimiter || matches!(byte, b'\n' | b'\r')) {
            found + quoted_length(text.get(found + 1..)?)? + 2
        } else {
            found + 1
        };
    }
}

/// Whether the cells of a row may have swallowed others: one of its further lines has as many delimiters as a row, and in
/// all there are more than this row needs.
fn may_hold_rows(row: &Row<'_>, columns: usize, delimiter: u8) -> bool {
    let needed = columns.saturating_sub(1);
    let (mut delimiters, mut of_line) = (0, 0);
    let (mut is_further, mut found) = (false, false);
    for (at, cell) in row.iter().enumerate() {
        delimiters += usize::from(at > 0);
        of_line += usize::from(at > 0);
        for byte in cell.bytes() {
            if matches!(byte, b'\n' | b'\r') {
                found |= is_further && of_line >= needed;
                (is_further, of_line) = (true, 0);
            } else if byte == delimiter {
                delimiters += 1;
                of_line += 1;
            }
        }
    }
    found |= is_further && of_line >= needed;
    found && (delimiters > needed || needed == 0)
}

#[cfg(test)]
mod tests;
