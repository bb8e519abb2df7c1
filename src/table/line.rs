//! One row of an export, with its place.

use std::fmt;
use std::io;

use crate::model::Json;

/// Where a row stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// 1-based.
    pub(crate) line: u64,
    /// 1-based: of a byte in JSON, of a cell in CSV; `None` where the row as a whole is meant.
    column: Option<usize>,
}

impl Place {
    /// A row as a whole.
    pub(crate) const fn of_line(line: u64) -> Self {
        Self { line, column: None }
    }
}

/// `line`, or `line:column`.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.line)?;
        self.column.map_or(Ok(()), |column| write!(f, ":{column}"))
    }
}

/// One row.
#[derive(Debug)]
pub(crate) struct Line<'b> {
    pub(crate) place: Place,
    /// The record, or why it can't be read.
    pub(crate) record: Result<Json<'b>, String>,
}

impl<'b> Line<'b> {
    /// The record of a line, or the column and the reason why it can't be read.
    pub(crate) fn new<R: Into<Json<'b>>>(line: u64, record: Result<R, (Option<usize>, String)>) -> Self {
        match record {
            Ok(record) => Self { place: Place { line, column: None }, record: Ok(record.into()) },
            Err((column, reason)) => Self { place: Place { line, column }, record: Err(reason) },
        }
    }
}

/// Something is wrong with the content, at a place with which `message` starts.
pub(crate) fn invalid(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}
