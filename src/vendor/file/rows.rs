//! The rows of an export as JSON records, each with its place. One thread reads pieces of the file, and any thread makes
//! rows of a piece.

use std::fs::File;
use std::io;

use super::config::{FileConfig, FileFormat};
use super::decoder::MappedDecoder;
use super::delimited::{Cells, CsvRows};
use super::json::{Elements, JsonRows, Lines, NdjsonRows};
use super::line::Line;

/// An open export.
pub(super) enum Rows {
    Csv(Box<CsvRows>),
    Ndjson(NdjsonRows),
    Json(JsonRows),
}

/// Some rows in a row.
pub(super) enum Piece {
    Csv(Cells),
    Ndjson(Lines),
    Json(Elements),
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

    /// The next rows; `None` at the end. What is before an error comes before the error.
    pub(super) fn next(&mut self) -> io::Result<Option<Piece>> {
        Ok(match self {
            Self::Csv(rows) => rows.next()?.map(Piece::Csv),
            Self::Ndjson(rows) => rows.next()?.map(Piece::Ndjson),
            Self::Json(rows) => rows.next().map(Piece::Json),
        })
    }

    /// The file, if its lines can be records and can be read again.
    pub(super) fn export(&self) -> io::Result<Option<File>> {
        match self {
            Self::Ndjson(rows) => rows.export(),
            Self::Csv(_) | Self::Json(_) => Ok(None),
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

impl Piece {
    /// Shows every row.
    pub(super) fn for_each(&self, visit: impl FnMut(Line<'_>)) {
        match self {
            Self::Csv(cells) => cells.for_each(visit),
            Self::Ndjson(lines) => lines.for_each(visit),
            Self::Json(elements) => elements.for_each(visit),
        }
    }

    /// Where in the file it begins, if these are its very bytes.
    pub(super) fn place_of(&self, lines: &[u8]) -> Option<u64> {
        match self {
            Self::Ndjson(own) => own.place_of(lines),
            Self::Csv(_) | Self::Json(_) => None,
        }
    }
}
