//! Rows that a thread has read and assessed, to be counted in their order.

use crate::fetch::assess::{Assessed, Assessor};
use crate::fetch::scan::RecordError;
use crate::model::Json;
use crate::table::{Line, Place, RecordPiece, Seen};

/// What came of some rows in a row.
#[derive(Debug, Default)]
pub(super) struct Harvest {
    /// The records, one a line.
    lines: String,
    rows: Vec<Row>,
    /// Where in the file the same lines begin, if they are there.
    at: Option<u64>,
    pub(super) seen: Seen,
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
    pub(super) fn of(piece: &RecordPiece, assessor: &Assessor<'_>) -> Self {
        let mut harvest = Self::default();
        let seen = piece.for_each(|line| {
            let (row, record) = Row::of(line, assessor);
            if row.length > 0 {
                harvest.lines.push_str(record.get());
                harvest.lines.push('\n');
            }
            harvest.rows.push(row);
        });
        harvest.seen = seen;
        harvest.at = piece.place_of(harvest.lines.as_bytes());
        harvest
    }

    /// Hands over what is known of every row, and returns the records of those that are said to be new.
    pub(super) fn take(&self, mut is_new: impl FnMut(&Row) -> bool) -> Kept<'_> {
        let mut records = Vec::with_capacity(self.rows.len());
        let mut rest = self.lines.as_str();
        for row in &self.rows {
            let (record, behind) = rest.split_at_checked(row.length).unwrap_or_default();
            rest = behind.strip_prefix('\n').unwrap_or(behind);
            if is_new(row) {
                records.push(Json::kept(record));
            }
        }
        match self.at {
            Some(at) if records.len() == self.rows.len() => Kept::InPlace { at, lines: &self.lines },
            _ => Kept::Records(records),
        }
    }
}

/// New records.
pub(super) enum Kept<'h> {
    /// All of some lines of the file, from this byte on.
    InPlace { at: u64, lines: &'h str },
    /// Some.
    Records(Vec<Json<'h>>),
}
