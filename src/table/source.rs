//! A text in which there is a table, while its headings are still to be found; and the table.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::sync::Arc;

use encoding_rs::Encoding;
use schemars::JsonSchema;
use serde::Deserialize;

use super::header::{self, Header, Purposes};
use super::pieces::{PIECE, Pieces};
use super::rows::{Misquoted, line_ends};

/// How a table is to be read, as far as the configuration says.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    pub(crate) format: Option<Format>,
    pub(crate) encoding: Option<&'static Encoding>,
    pub(crate) delimiter: Option<u8>,
    /// The sheets of a workbook; the first visible one otherwise.
    pub(crate) sheets: Vec<String>,
    /// How much a workbook may unpack to.
    pub(crate) max_unpacked: u64,
    /// Whether what a formula of a workbook gives begins with [`FORMULA`](super::FORMULA), so that it isn't taken for what a
    /// person wrote.
    pub(crate) marks_formulas: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            format: None,
            encoding: None,
            delimiter: None,
            sheets: Vec::new(),
            max_unpacked: 512_000_000,
            marks_formulas: false,
        }
    }
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    /// A line of headings, then a line for each row, in any dialect.
    Csv,
    /// JSON: an array, an object with one list, objects one after the other, or one object.
    Json,
    /// A JSON object on each line.
    Ndjson,
    /// .xlsx, .xls or .ods.
    Workbook,
    /// LDIF, as directories print it.
    Ldif,
}

/// Something about a table that its reader should know, in a line or as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Remark {
    pub(crate) line: Option<u64>,
    pub(crate) text: String,
}

impl Remark {
    /// About the whole table.
    pub(super) fn whole(text: impl Into<String>) -> Self {
        Self { line: None, text: text.into() }
    }
}

/// A text with a table in it.
pub(crate) struct Source<'t> {
    /// The sheet of a workbook.
    pub(crate) sheet: Option<String>,
    /// The encoding of a text, or what kind of file it is, as reports name it.
    pub(crate) encoding: String,
    /// Whether it came as delimited text.
    pub(crate) is_delimited: bool,
    /// Its days are counted from 1904.
    pub(crate) is_1904: bool,
    pub(crate) remarks: Vec<Remark>,
    /// What is known to separate its cells.
    pub(super) delimiter: Option<u8>,
    /// The lines from which its lines came.
    pub(super) lines: Option<Arc<[u64]>>,
    /// The beginning, in which the headings are; whole characters.
    pub(super) head: Vec<u8>,
    /// The file that all of this is, and where in it the text begins; none, if it was read as something else.
    pub(super) export: Option<(File, u64)>,
    pub(super) rest: Box<dyn Read + Send + 't>,
}

/// A table, with its headings found.
#[derive(Debug)]
pub(crate) struct Table<'t> {
    pub(crate) header: Header,
    pub(crate) pieces: Pieces<'t>,
}

impl<'t> Source<'t> {
    /// Of a text in memory.
    pub(super) fn of_text(text: Cow<'t, str>, encoding: impl Into<String>) -> Self {
        let length = text.floor_char_boundary(text.len().min(PIECE));
        let head = text.as_bytes().get(..length).unwrap_or_default().to_vec();
        let rest: Box<dyn Read + Send + 't> = match text {
            Cow::Borrowed(text) => Box::new(text.as_bytes().get(length..).unwrap_or_default()),
            Cow::Owned(text) => {
                let mut rest = Cursor::new(text.into_bytes());
                rest.set_position(length as u64);
                Box::new(rest)
            }
        };
        Self {
            sheet: None,
            encoding: encoding.into(),
            is_delimited: true,
            is_1904: false,
            remarks: Vec::new(),
            delimiter: None,
            lines: None,
            head,
            export: None,
            rest,
        }
    }

    /// The beginning of the text.
    pub(crate) fn head(&self) -> &str {
        std::str::from_utf8(&self.head).unwrap_or_default()
    }

    /// Whether there is nothing in it.
    pub(crate) fn is_blank(&mut self) -> io::Result<bool> {
        if !self.head().trim().is_empty() {
            return Ok(false);
        }
        // Hardly any table begins with so many blank lines; but what is behind them counts.
        self.rest.read_to_end(&mut self.head)?;
        Ok(self.head().trim().is_empty())
    }

    /// Its line of headings, if one can be found.
    pub(crate) fn header(&self, purposes: &dyn Purposes) -> Option<Header> {
        header::find(self.head(), self.delimiter, purposes)
    }

    /// The first line that can be that of headings.
    ///
    /// # Errors
    /// Its quotes mean nothing certain.
    pub(crate) fn first_line(&self) -> Result<Option<Header>, Misquoted> {
        header::first(self.head(), self.delimiter)
    }

    /// The rows below these headings.
    pub(crate) fn table(self, header: Header) -> Table<'t> {
        let mut head = self.head;
        let rows = head.split_off(header.end.min(head.len()));
        let shape = (header.delimiter, header.headings.len());
        let export = self.export.map(|(file, at)| (file, at + head.len() as u64));
        let pieces = Pieces::new(rows, self.rest, line_ends(&head), shape, self.lines).of_file(export);
        Table { header, pieces }
    }
}

impl std::fmt::Debug for Source<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source").field("sheet", &self.sheet).field("encoding", &self.encoding).finish_non_exhaustive()
    }
}
