//! The rows of an export as JSON records, one after the other, each with its place.

use std::fs::File;
use std::io;

use serde_json::value::RawValue;

use super::decoder::MappedDecoder;
use super::delimited::CsvRows;
use super::json::{JsonRows, NdjsonRows};
use crate::config::{FileConfig, FileFormat};

/// One row.
#[derive(Debug)]
pub(in crate::source) struct Line<'b> {
    /// 1-based.
    number: u64,
    /// 1-based: of a byte in JSON, of a cell in CSV; `None` where the row as a whole is meant.
    column: Option<usize>,
    /// The record, or why it can't be read.
    pub record: Result<&'b RawValue, String>,
}

impl<'b> Line<'b> {
    pub(super) const fn new(number: u64, column: Option<usize>, record: Result<&'b RawValue, String>) -> Self {
        Self { number, column, record }
    }

    /// A line that should be JSON.
    pub(in crate::source) fn of_json(number: u64, record: Result<&'b RawValue, (usize, String)>) -> Self {
        match record {
            Ok(record) => Self::new(number, None, Ok(record)),
            Err((column, reason)) => Self::new(number, Some(column), Err(reason)),
        }
    }

    /// `line`, or `line:column`.
    pub(super) fn place(&self) -> String {
        self.column.map_or_else(|| self.number.to_string(), |column| format!("{}:{column}", self.number))
    }
}

/// An open export.
pub(super) enum Rows {
    Csv(Box<CsvRows>),
    Ndjson(NdjsonRows),
    Json(JsonRows),
}

impl Rows {
    /// Opens the file. The message of an error of the kind `InvalidData` starts with the place.
    pub(super) fn open(config: &FileConfig, decoder: &MappedDecoder) -> io::Result<Self> {
        let file = File::open(&config.path)?;
        Ok(match config.format {
            FileFormat::Csv => Self::Csv(Box::new(CsvRows::open(file, config, decoder)?)),
            FileFormat::Ndjson => Self::Ndjson(NdjsonRows::new(file)),
            FileFormat::Json => Self::Json(JsonRows::open(file)?),
        })
    }

    /// The next row; `None` at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        match self {
            Self::Csv(rows) => rows.next(),
            Self::Ndjson(rows) => rows.next(),
            Self::Json(rows) => Ok(rows.next()),
        }
    }

    /// What the reader of the report should know of the file as a whole.
    pub(super) fn notes(self) -> Vec<String> {
        match self {
            Self::Csv(rows) => rows.notes,
            Self::Ndjson(_) | Self::Json(_) => Vec::new(),
        }
    }
}

/// Something is wrong with the content, at a place with which `message` starts.
pub(super) fn invalid(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}
