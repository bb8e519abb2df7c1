//! Watches the quotes of a CSV file while it is read. The reader of the `csv` crate takes any text; but a quote that an
//! exporter didn't mean as one makes a single cell of all rows up to the next quote, and nobody would miss them.

use std::collections::VecDeque;
use std::io::{self, Read};

use csv::ByteRecord;
use memchr::{memchr, memchr2};

/// An input whose quotes are watched.
pub(super) struct Watched<R> {
    input: R,
    delimiter: u8,
    at: At,
    /// Bytes that have been read.
    read: u64,
    /// Cells that begin with a quote.
    quoted: u64,
    /// The positions of text that stands behind a closing quote.
    misplaced: VecDeque<u64>,
    /// Whether the first line ends in CR and LF, and with it the others.
    windows: Option<bool>,
}

/// Where the next byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// At the start of a cell.
    Start,
    /// In a cell without quotes, or with some that mean nothing.
    Plain,
    /// Inside quotes.
    Quoted,
    /// Behind a quote inside quotes: the end of the cell, or the first half of a doubled quote.
    Quote,
    /// In the white space behind a closing quote.
    Behind,
}

impl<R> Watched<R> {
    pub(super) const fn new(input: R, delimiter: u8) -> Self {
        Self { input, delimiter, at: At::Start, read: 0, quoted: 0, misplaced: VecDeque::new(), windows: None }
    }

    /// Whether a quote has opened and not closed. At the end of the file, one cell is everything behind it.
    pub(super) fn is_open(&self) -> bool {
        self.at == At::Quoted
    }

    /// How many cells begin with a quote.
    pub(super) const fn quoted(&self) -> u64 {
        self.quoted
    }

    /// The line in which a row begins. The `csv` crate takes a row for begun at the LF behind the CR of the row before.
    pub(super) fn line(&self, row: &ByteRecord) -> u64 {
        let begun = row.position().map_or(1, csv::Position::line);
        begun + u64::from(row.position().is_some_and(|position| position.byte() > 0) && self.windows == Some(true))
    }

    /// Whether text stands behind a closing quote before this position, and hasn't been told yet.
    pub(super) fn has_misplaced_before(&mut self, position: u64) -> bool {
        let before = self.misplaced.partition_point(|place| *place < position);
        self.misplaced.drain(..before).count() > 0
    }

    const fn ends_cell(&self, byte: u8) -> bool {
        byte == self.delimiter || matches!(byte, b'\n' | b'\r')
    }

    /// Goes on from quote to quote: what lies between decides nothing.
    fn watch(&mut self, bytes: &[u8]) {
        if self.windows.is_none() {
            let end = memchr(b'\n', bytes);
            self.windows = end.map(|end| end.checked_sub(1).and_then(|last| bytes.get(last)) == Some(&b'\r'));
        }
        let mut next = 0;
        while let Some(rest) = bytes.get(next..).filter(|rest| !rest.is_empty()) {
            next += match self.at {
                At::Start | At::Plain => self.outside(rest),
                At::Quoted => match memchr(b'"', rest) {
                    Some(quote) => {
                        self.at = At::Quote;
                        quote + 1
                    }
                    None => rest.len(),
                },
                At::Quote | At::Behind => self.behind(rest, self.read + next as u64),
            };
        }
        self.read += bytes.len() as u64;
    }

    /// To the next quote; it opens if a cell begins there.
    fn outside(&mut self, rest: &[u8]) -> usize {
        let quote = memchr(b'"', rest);
        let before = quote.unwrap_or(rest.len());
        if let Some(last) = before.checked_sub(1).and_then(|last| rest.get(last)) {
            self.at = if self.ends_cell(*last) { At::Start } else { At::Plain };
        }
        if quote.is_none() {
            return before;
        }
        if self.at == At::Start {
            self.at = At::Quoted;
            self.quoted += 1;
        }
        before + 1
    }

    /// One byte behind a quote that closes, or is doubled.
    fn behind(&mut self, rest: &[u8], position: u64) -> usize {
        let Some(byte) = rest.first().copied() else { return 0 };
        self.at = match byte {
            b'"' if self.at == At::Quote => At::Quoted,
            byte if self.ends_cell(byte) => At::Start,
            b' ' | b'\t' => At::Behind,
            _ => {
                self.misplaced.push_back(position);
                At::Plain
            }
        };
        1
    }
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.input.read(buffer)?;
        self.watch(buffer.get(..length).unwrap_or_default());
        Ok(length)
    }
}

/// Whether the cells of a row may have swallowed others: it holds line breaks, one of its further lines has as many
/// delimiters as a row, and in all there are more than this row needs.
pub(super) fn may_hold_rows(row: &ByteRecord, columns: usize, delimiter: u8) -> bool {
    if memchr2(b'\n', b'\r', row.as_slice()).is_none() {
        return false;
    }
    let needed = columns.saturating_sub(1);
    let (mut delimiters, mut of_line) = (0, 0);
    let (mut is_further, mut found) = (false, false);
    for (at, cell) in row.iter().enumerate() {
        delimiters += usize::from(at > 0);
        of_line += usize::from(at > 0);
        for byte in cell {
            if matches!(byte, b'\n' | b'\r') {
                found |= is_further && of_line >= needed;
                (is_further, of_line) = (true, 0);
            } else if *byte == delimiter {
                delimiters += 1;
                of_line += 1;
            }
        }
    }
    found |= is_further && of_line >= needed;
    found && (delimiters > needed || needed == 0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Where it ends, the quoted cells, and the misplaced texts, when the text comes in pieces of this size.
    fn watched(text: &[u8], size: usize) -> (At, u64, Vec<u64>) {
        let mut watched = Watched::new(io::empty(), b',');
        text.chunks(size).for_each(|piece| watched.watch(piece));
        (watched.at, watched.quoted, watched.misplaced.into())
    }

    #[test]
    fn an_unclosed_quote_is_seen() {
        for (text, expected) in [
            ("a,\"b\nc,d\n", true),
            ("a,\"b\"\n", false),
            ("a,\"b\"\"\n", true),
            ("a,\"b\"\"c\"\n", false),
            ("a,5\" disk\n", false),
            ("\"", true),
            ("", false),
        ] {
            assert_eq!(watched(text.as_bytes(), 99).0 == At::Quoted, expected, "{text}");
        }
    }

    #[test]
    fn text_behind_a_closing_quote_is_misplaced_and_white_space_is_not() {
        for (text, expected) in [
            ("\"a\"b,c", vec![3]),
            ("\"a\" b,\"c\"d", vec![4, 9]),
            ("\"a\"  ,\"b\"\t\n\"c\"\r\n", vec![]),
            ("\"a\"\"b\",5\"x\"", vec![]),
            ("\"a\" \"b\"", vec![4]),
        ] {
            assert_eq!(watched(text.as_bytes(), 99).2, expected, "{text}");
        }
        let mut told = Watched::new(io::empty(), b',');
        told.watch(b"\"a\"b\n\"c\"d\n");
        assert!(told.has_misplaced_before(5) && !told.has_misplaced_before(5));
        assert!(told.has_misplaced_before(11));
    }

    #[test]
    fn rows_inside_of_a_cell_are_seen_and_addresses_are_not() {
        let row = |cells: &[&str]| may_hold_rows(&ByteRecord::from(cells.to_vec()), 3, b',');
        assert!(row(&["1", "a", "x\n2,b,y"]), "in the last column");
        assert!(row(&["1", "a\n2,b", "y"]), "in the middle");
        assert!(row(&["1", "a, b\r\n2,b,y\r\n3,c", "z, z"]));
        assert!(!row(&["1", "Main Street 1\nTown", "x"]));
        assert!(!row(&["1", "a", "Main Street 1, 2\nTown, Country\n"]));
        assert!(!row(&["1\n2", "a", "b"]), "as many delimiters as one row needs");
        assert!(may_hold_rows(&ByteRecord::from(vec!["1\n2"]), 1, b','), "a single column");
    }

    proptest! {
        #[test]
        fn it_makes_no_difference_in_which_pieces_a_file_is_read(text in "([a,\"\r\n ]|\"\"){0,40}", size in 1..9_usize) {
            prop_assert_eq!(watched(text.as_bytes(), size), watched(text.as_bytes(), 99));
        }
    }
}
