//! Rows that a thread has read and assessed, to be counted in their order.

use super::rows::{Line, Piece, Place};
use crate::model::Json;
use crate::source::assess::{Assessed, Assessor};
use crate::source::record::RecordError;

/// What came of some rows in a row.
#[derive(Debug, Default)]
pub(super) struct Harvest {
    /// The records, one behind the other.
    text: String,
    rows: Vec<Row>,
}

/// What is known of a row.
#[derive(Debug)]
pub(super) struct Row {
    pub place: Place,
    /// Of its record; or why there is none.
    pub outcome: Result<Result<Assessed, RecordError>, String>,
    /// How long the record is.
    length: usize,
}

impl Row {
    /// Reads a row, and returns its record beside what is known of it.
    pub(super) fn of<'b>(line: Line<'b>, assessor: &Assessor<'_>) -> (Self, Json<'b>) {
        let Line { place, record } = line;
        let (record, outcome) = match record {
            Ok(record) => (record, Ok(assessor.assess(record))),
            Err(reason) => (Json::kept(""), Err(reason)),
        };
        (Self { place, outcome, length: record.get().len() }, record)
    }
}

impl Harvest {
    /// Reads all rows of a piece.
    pub(super) fn of(piece: &Piece, assessor: &Assessor<'_>) -> Self {
        let mut harvest = Self::default();
        piece.for_each(|line| {
            let (row, record) = Row::of(line, assessor);
            harvest.text.push_str(record.get());
            harvest.rows.push(row);
        });
        harvest
    }

    /// Hands over every row with its record, which is empty where none could be read.
    pub(super) fn for_each<E>(&self, mut take: impl FnMut(&Row, Json<'_>) -> Result<(), E>) -> Result<(), E> {
        let mut rest = self.text.as_str();
        for row in &self.rows {
            let (record, behind) = rest.split_at_checked(row.length).unwrap_or_default();
            rest = behind;
            take(row, Json::kept(record))?;
        }
        Ok(())
    }
}
