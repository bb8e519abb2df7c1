//! Text as it comes in → pieces of whole rows, so that all cores can read rows while the rest is still to come.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

use super::rows::{Rows, line_ends, row_end};

/// How many bytes of rows at a time: enough for sharing them to cost nothing.
pub(super) const PIECE: usize = 1 << 18;

/// Some whole rows.
#[derive(Debug)]
pub(crate) struct Piece {
    text: String,
    /// The position of its first byte in the file that it is read from, if that can be read again.
    at: Option<u64>,
    lines_above: u64,
    delimiter: u8,
    width: usize,
    lines: Option<Arc<[u64]>>,
}

impl Piece {
    /// How many bytes it has.
    pub(super) const fn length(&self) -> usize {
        self.text.len()
    }

    /// Where in the file it is, and its bytes there, if they can be read again.
    pub(crate) fn place(&self) -> Option<(u64, &[u8])> {
        Some((self.at?, self.text.as_bytes()))
    }

    /// Its rows.
    pub(crate) fn rows(&self) -> Rows<'_> {
        Rows::new(&self.text, self.lines_above, self.delimiter).of_width(self.width).with_lines(self.lines.clone())
    }
}

/// Cuts a text between rows.
pub(crate) struct Pieces<'t> {
    input: Box<dyn Read + Send + 't>,
    /// What was read and isn't cut off yet.
    buffer: Vec<u8>,
    /// The file from which that comes as it is, and the position of the next byte in it.
    export: Option<(File, u64)>,
    lines_above: u64,
    delimiter: u8,
    width: usize,
    lines: Option<Arc<[u64]>>,
}

impl<'t> Pieces<'t> {
    /// The rows of `head`, which was read first, and of what is left of the input, behind this many lines.
    pub(super) fn new(
        head: Vec<u8>,
        input: Box<dyn Read + Send + 't>,
        lines_above: u64,
        (delimiter, width): (u8, usize),
        lines: Option<Arc<[u64]>>,
    ) -> Self {
        Self { input, buffer: head, export: None, lines_above, delimiter, width, lines }
    }

    /// The same, whose first byte is at this position of a file.
    #[must_use]
    pub(super) fn of_file(self, export: Option<(File, u64)>) -> Self {
        Self { export, ..self }
    }

    /// The file, if what comes from it can be read there again.
    pub(super) fn export(&self) -> Option<io::Result<File>> {
        self.export.as_ref().map(|(file, _)| file.try_clone())
    }

    /// The next piece; `None` at the end.
    pub(crate) fn next(&mut self) -> io::Result<Option<Piece>> {
        /// Nearly every row is shorter.
        const AHEAD: usize = PIECE / 8;
        let mut wanted = PIECE;
        let end = loop {
            if self.buffer.len() < wanted + AHEAD {
                let before = self.buffer.len();
                let room = wanted + AHEAD - before;
                self.buffer.reserve(room);
                self.input.by_ref().take(room as u64).read_to_end(&mut self.buffer)?;
                if self.buffer.len() - before < room {
                    // The end of the input.
                    break row_end(&self.buffer, 0, PIECE, self.delimiter).unwrap_or(self.buffer.len());
                }
            }
            if let Some(end) = row_end(&self.buffer, 0, PIECE, self.delimiter) {
                break end;
            }
            // A row that doesn't end here may be long, but isn't searched again and again for that.
            wanted *= 2;
        };
        if end == 0 {
            return Ok(None);
        }
        let rest = self.buffer.split_off(end);
        let bytes = std::mem::replace(&mut self.buffer, rest);
        let lines_above = self.lines_above;
        self.lines_above += line_ends(&bytes);
        let text = String::from_utf8(bytes).map_err(|error| {
            let before = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
            let line = lines_above + line_ends(before) + 1;
            io::Error::new(io::ErrorKind::InvalidData, format!("line {line} was changed while the file was read"))
        })?;
        let at = self.export.as_mut().map(|(_, at)| std::mem::replace(at, *at + text.len() as u64));
        let Self { delimiter, width, lines, .. } = self;
        Ok(Some(Piece { text, at, lines_above, delimiter: *delimiter, width: *width, lines: lines.clone() }))
    }
}

impl std::fmt::Debug for Pieces<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pieces").field("lines_above", &self.lines_above).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::rows::Row;
    use super::*;

    fn read(text: &str, head: usize) -> Vec<(u64, Vec<String>)> {
        let (head, rest) = text.as_bytes().split_at(head.min(text.len()));
        let mut pieces = Pieces::new(head.to_vec(), Box::new(rest), 0, (b',', 2), None);
        let (mut all, mut count) = (Vec::new(), 0);
        while let Some(piece) = pieces.next().expect("text") {
            let (mut rows, mut row) = (piece.rows(), Row::default());
            while rows.next(&mut row).expect("rows") {
                all.push((row.line, row.iter().map(str::to_owned).collect()));
            }
            count += 1;
        }
        assert!(count >= text.len() / (4 * PIECE));
        all
    }

    #[test]
    fn pieces_hold_all_rows() {
        for end in ["\n", "\r\n"] {
            let row = |at: usize| match at % 7 {
                0 => format!("{at},\"{}{end}{}\"{end}", "é".repeat(at % 300), "\"\"".repeat(at % 50)),
                _ => format!("{at},{}{end}{end}", "x".repeat(at % 90)),
            };
            let text: String = (0..20_000).map(row).collect();
            let all = read(&text, 1000);
            assert_eq!(all.len(), 20_000);
            assert!(all.iter().enumerate().all(|(at, (_, cells))| cells[0] == at.to_string() && cells.len() == 2));
            assert_eq!(all.last().expect("a row").0, 39_999);
        }
        let long = format!("1,\"{}\"\n2,b\n", "long\n".repeat(PIECE));
        assert_eq!(read(&long, 0).len(), 2);
    }

    proptest! {
        #[test]
        fn it_makes_no_difference_how_much_was_read_first(
            cells in proptest::collection::vec("[a-c]{0,3}|\"[a,\n]{0,4}\"", 0..20),
            head in 0_usize..40,
        ) {
            let text = cells.join(",x\n") + ",x\n";
            prop_assert_eq!(read(&text, head), read(&text, 0));
        }
    }
}
