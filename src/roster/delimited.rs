//! Text → pieces of whole rows → rows of cells. Stops at a quote that swallows rows, which the csv crate reads as one
//! long cell.

use std::path::Path;

use csv::StringRecord;

use super::cell::clean;
use super::place;
use crate::base::diagnostic::Diagnostic;
use crate::base::text::counted;

/// What separates fields, in the order in which ties are decided.
pub(super) const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Some whole rows of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    /// Where they begin and end.
    start: usize,
    end: usize,
    /// How many lines are above them.
    lines_above: u64,
}

/// Cuts a text between rows, so that its pieces can be read at once.
pub(super) struct Pieces<'t> {
    text: &'t str,
    delimiter: u8,
    at: usize,
    line: u64,
    least: usize,
}

impl<'t> Pieces<'t> {
    /// The pieces of `text` behind the row that `rows` read last, each of at least so many bytes but for the last.
    pub(super) fn behind(rows: &DelimitedRows<'t>, least: usize) -> Self {
        let DelimitedRows { text, delimiter, .. } = *rows;
        let at = rows.end().min(text.len());
        Self { text, delimiter, at, line: lines(text.get(..at).unwrap_or_default()), least }
    }

    /// The end of the row in which the byte at a position is, from which on there is no open quote. Only quotes are looked
    /// at, and behind the position line ends.
    fn row_end(&self, goal: usize) -> usize {
        let goal = self.text.floor_char_boundary(goal.min(self.text.len()));
        let find = |from: usize, to: usize, what: char| {
            self.text.get(from..to).and_then(|text| text.find(what)).map(|length| from + length)
        };
        let mut at = self.at;
        loop {
            // Each search is for one character: that is the fast one.
            let Some(found) = find(at, goal, '"').or_else(|| {
                let line_end = find(at.max(goal), self.text.len(), '\n')?;
                find(at.max(goal), line_end, '"').or(Some(line_end))
            }) else {
                return self.text.len();
            };
            let (before, from) = self.text.as_bytes().split_at(found);
            match from.strip_prefix(b"\"") {
                None => return found + 1,
                Some(inside) if opens(before, self.delimiter) => match quoted_length(inside) {
                    Some(length) => at = found + length + 2,
                    None => return self.text.len(),
                },
                Some(_) => at = found + 1,
            }
        }
    }
}

/// Whether a quote after these bytes opens a field.
fn opens(before: &[u8], delimiter: u8) -> bool {
    before.last().is_none_or(|byte| *byte == delimiter || matches!(byte, b'\n' | b'\r'))
}

fn lines(text: &str) -> u64 {
    text.bytes().filter(|byte| *byte == b'\n').count() as u64
}

impl Iterator for Pieces<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        if self.at >= self.text.len() {
            return None;
        }
        let piece = Piece { start: self.at, end: self.row_end(self.at + self.least), lines_above: self.line };
        self.at = piece.end;
        self.line += lines(self.text.get(piece.start..piece.end).unwrap_or_default());
        Some(piece)
    }
}

/// The rows of a text, one after the other.
pub(super) struct DelimitedRows<'t> {
    file: &'t Path,
    text: &'t str,
    delimiter: u8,
    piece: Piece,
    /// How many fields a row should have, once the headings have been read.
    width: Option<usize>,
    reader: csv::Reader<&'t [u8]>,
}

impl<'t> DelimitedRows<'t> {
    /// The rows of `text`, from the first.
    pub(super) fn new(file: &'t Path, text: &'t str, delimiter: u8) -> Self {
        Self::of(Piece { start: 0, end: text.len(), lines_above: 0 }, file, text, delimiter)
    }

    /// The rows of a piece of `text`.
    pub(super) fn of(piece: Piece, file: &'t Path, text: &'t str, delimiter: u8) -> Self {
        let rows = text.as_bytes().get(piece.start..piece.end).unwrap_or_default();
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .buffer_capacity(1 << 16)
            .from_reader(rows);
        Self { file, text, delimiter, piece, width: None, reader }
    }

    /// From now on, rows of another width are suspected of holding several.
    pub(super) fn expect_width(&mut self, width: usize) {
        self.width = Some(width);
    }

    /// Reads the next row that isn't blank and returns its 1-based line; `None` at the end.
    ///
    /// # Errors
    /// A quote is never closed, or closed by the opening quote of a later row.
    pub(super) fn next(&mut self, row: &mut StringRecord) -> Result<Option<u64>, Diagnostic> {
        let read = self.reader.read_record(row).map_err(|error| {
            // The text is valid UTF-8 and rows may have any width, so that only memory can be the reason.
            Diagnostic::of_file(self.file, format!("can't read the rows: {error}"))
        })?;
        if !read {
            return Ok(None);
        }
        let start = self.piece.start + row.position().map_or(0, |position| at(position.byte()));
        let end = self.end();
        let raw = self.text.get(start..end).unwrap_or_default();
        let shown = raw.trim_start_matches(['\r', '\n']);
        let skipped = raw.len() - shown.len();
        let blank_lines = lines(raw.get(..skipped).unwrap_or_default());
        let line = self.piece.lines_above + row.position().map_or(1, csv::Position::line) + blank_lines;
        let shown = shown.trim_end_matches(['\r', '\n']);
        if end == self.text.len() || shown.contains('\n') {
            let ragged = self.width.is_some_and(|width| is_ragged(row, width));
            if let Some(quote) = swallowing_quote(shown.as_bytes(), self.delimiter, ragged) {
                return Err(self.swallowed(start + skipped + quote.at, &quote));
            }
        }
        Ok(Some(line))
    }

    /// Where the row ends that was read last.
    fn end(&self) -> usize {
        self.piece.start + at(self.reader.position().byte())
    }

    fn swallowed(&self, at: usize, quote: &Quote) -> Diagnostic {
        let message = match quote.closes_after {
            Some(lines) => {
                let lines = counted(lines as u64, "line", "lines");
                format!("this quote is closed only {lines} below, in another row")
            }
            None => "this quote is never closed, so that it swallows all rows below".to_owned(),
        };
        place::in_text(self.file, self.text, at, message)
            .help("close it before the next delimiter; a quote that belongs to a quoted value is written twice (\"\")")
    }
}

/// Whether a row has fewer fields than there are headings, or more that aren't blank.
pub(super) fn is_ragged(row: &StringRecord, width: usize) -> bool {
    row.len() < width || row.iter().skip(width).any(|cell| !clean(cell).is_empty())
}

fn at(byte: u64) -> usize {
    usize::try_from(byte).unwrap_or(usize::MAX)
}

/// A quote that opens a field which holds more than it should.
struct Quote {
    at: usize,
    /// How many lines below it is closed, if it is.
    closes_after: Option<usize>,
}

/// Looks for a quoted field that must have swallowed something: it is never closed; it spans lines, and something
/// other than a delimiter follows its closing quote, because that was the opening quote of a later field; or it
/// spans lines and delimiters in a row that has not the width that it should have.
fn swallowing_quote(row: &[u8], delimiter: u8, ragged: bool) -> Option<Quote> {
    let mut at = 0;
    while at < row.len() {
        let rest = row.get(at..)?;
        if let Some(inside) = rest.strip_prefix(b"\"") {
            let Some(length) = quoted_length(inside) else { return Some(Quote { at, closes_after: None }) };
            let (value, after) = inside.split_at_checked(length)?;
            let lines = value.split(|byte| *byte == b'\n').count() - 1;
            let follows = after.get(1).copied().unwrap_or(delimiter);
            let torn = follows != delimiter && !matches!(follows, b'\r' | b'\n');
            if lines > 0 && (torn || (ragged && value.contains(&delimiter))) {
                return Some(Quote { at, closes_after: Some(lines) });
            }
            at += length + 2;
        }
        let rest = row.get(at..)?;
        at += rest.iter().position(|byte| *byte == delimiter).map_or(rest.len(), |length| length + 1);
    }
    None
}

/// The length of a quoted value up to its closing quote; a doubled quote is part of the value.
fn quoted_length(inside: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += inside.get(at..)?.iter().position(|byte| *byte == b'"')?;
        if inside.get(at + 1) != Some(&b'"') {
            return Some(at);
        }
        at += 2;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows(text: &str, width: usize) -> Result<Vec<(u64, Vec<String>)>, String> {
        let mut rows = DelimitedRows::new(Path::new("hr.csv"), text, b',');
        rows.expect_width(width);
        let (mut row, mut all) = (StringRecord::new(), Vec::new());
        while let Some(line) = rows.next(&mut row).map_err(|mistake| mistake.to_string())? {
            all.push((line, row.iter().map(str::to_owned).collect()));
        }
        Ok(all)
    }

    #[test]
    fn lines_are_counted_as_an_editor_counts_them() {
        for end in ["\n", "\r\n"] {
            let text = ["a,b", "", "c,\"d", "e\"", "f,g", ""].join(end);
            let lines: Vec<u64> = rows(&text, 2).expect("rows").into_iter().map(|(line, _)| line).collect();
            assert_eq!(lines, [1, 3, 5], "{end:?}");
        }
    }

    proptest! {
        #[test]
        fn pieces_hold_the_same_rows(text in "([a-cé,\"\"\n\n]|\r\n|\"\"|,\"|\",){0,60}", least in 0_usize..12) {
            let file = Path::new("hr.csv");
            let read = |mut rows: DelimitedRows<'_>| {
                let (mut row, mut all) = (StringRecord::new(), Vec::new());
                loop {
                    match rows.next(&mut row) {
                        Ok(None) => return all,
                        Ok(Some(line)) => all.push(Ok((line, row.iter().map(str::to_owned).collect::<Vec<_>>()))),
                        Err(mistake) => {
                            all.push(Err(mistake.to_string()));
                            return all;
                        }
                    }
                }
            };
            let whole = read(DelimitedRows::new(file, &text, b','));
            let mut pieces = Vec::new();
            for piece in Pieces::behind(&DelimitedRows::new(file, &text, b','), least) {
                pieces.extend(read(DelimitedRows::of(piece, file, &text, b',')));
                if pieces.last().is_some_and(Result::is_err) {
                    break;
                }
            }
            prop_assert_eq!(pieces, whole);
        }
    }

    #[test]
    fn quotes_that_span_lines_for_good_are_read() {
        let text = "1,\"Main St 1, Flat 2\nBerlin, Germany\",x\n2,\"say \"\"hi\"\",\n\",y\n";
        let rows = rows(text, 3).expect("rows");
        assert_eq!(rows[0].1[1], "Main St 1, Flat 2\nBerlin, Germany");
        assert_eq!(rows[1].1[1], "say \"hi\",\n");
    }

    #[test]
    fn quotes_that_swallow_rows_are_found() {
        for (text, place, what) in [
            ("1,a,b\n2,\"Smith,c\n3,d,e\n4,f,g\n", "hr.csv:2:3:", "never closed"),
            ("1,a,b\n2,\"Smith,c\n3,\"Jones\",e\n4,f,g\n", "hr.csv:2:3:", "closed only 1 line below"),
            ("1,a,b\n2,\"Smith,c\n3,d,e\n4,f,12\"\n5,h,i\n", "hr.csv:2:3:", "closed only 2 lines below"),
            ("1,a,b\r\n2,é,\"c\r\n", "hr.csv:2:5:", "never closed"),
            ("1,a,\"b", "hr.csv:1:5:", "never closed"),
        ] {
            let mistake = rows(text, 3).expect_err(text);
            assert!(mistake.starts_with(place) && mistake.contains(what), "{text:?}: {mistake}");
        }
    }
}
