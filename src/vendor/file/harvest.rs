//! Rows that a thread has read and assessed, to be counted in their order.

use std::io;

use crate::fetch::Visit;
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
    /// The visit in which their accounts were judged, if they were.
    visit: Option<Visit>,
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
    /// Reads a row, and returns its record in addition to what is known of it.
    pub(super) fn of<'b>(line: Line<'b>, assessor: &Assessor<'_>) -> (Self, Json<'b>) {
        let Line { place, record } = line;
        let (record, outcome) = match record {
            Ok(record) => (record, Ok(assessor.assess(record))),
            Err(reason) => (Json::kept(""), Err(reason)),
        };
        (Self { place, outcome, length: record.get().len() }, record)
    }

    /// Whether its record is one of an account.
    fn is_account(&self) -> bool {
        matches!(self.outcome, Ok(Ok(_)))
    }
}

impl Harvest {
    /// Reads all rows of a piece.
    ///
    /// # Errors
    /// Whoever judges accounts on arrival can't keep what comes of it.
    pub(super) fn of(piece: &RecordPiece, assessor: &Assessor<'_>) -> io::Result<Self> {
        /// A record is seldom shorter.
        const SHORT: usize = 128;
        let mut harvest = Self { lines: String::with_capacity(piece.length()), ..Self::default() };
        let mut rows = Vec::with_capacity(piece.length() / SHORT);
        harvest.seen = piece.for_each(|Line { place, record }| {
            let length = record.map(|record| {
                harvest.lines.push_str(record.get());
                harvest.lines.push('\n');
                record.get().len()
            });
            rows.push((place, length));
        });
        let lengths = rows.iter().filter_map(|(_, length)| length.as_ref().ok().copied());
        let mut assessed = Vec::with_capacity(rows.len());
        let records = Records { rest: &harvest.lines, lengths };
        harvest.visit = assessor.assess_all(records, |one| assessed.push(one))?;
        let mut assessed = assessed.into_iter();
        harvest.rows.extend(rows.into_iter().filter_map(|(place, length)| {
            Some(match length {
                Ok(length) => Row { place, outcome: Ok(assessed.next()?), length },
                Err(reason) => Row { place, outcome: Err(reason), length: 0 },
            })
        }));
        harvest.at = piece.place_of(harvest.lines.as_bytes());
        Ok(harvest)
    }

    /// Hands over what is known of every row, and returns the records of those that are said to be new.
    pub(super) fn take(&mut self, mut is_new: impl FnMut(&Row) -> bool) -> Kept<'_> {
        let with_record = || self.rows.iter().filter(|row| row.outcome.is_ok());
        let mut records = Records { rest: &self.lines, lengths: with_record().map(|row| row.length) };
        let (mut kept, mut accounts) = (Vec::with_capacity(self.rows.len()), 0);
        for row in &self.rows {
            let record = if row.outcome.is_ok() { records.next() } else { None };
            let is_new = is_new(row);
            kept.extend(record.filter(|_| is_new));
            accounts += usize::from(row.is_account());
        }
        let lines = self.at.filter(|_| kept.len() == self.rows.len()).map(|at| (at, self.lines.as_str()));
        Kept { lines, visit: self.visit.take(), is_all: kept.len() == accounts, records: kept }
    }
}

/// New records.
pub(super) struct Kept<'h> {
    pub records: Vec<Json<'h>>,
    /// If they are all lines of a part of the file: these, and where the first begins.
    pub lines: Option<(u64, &'h str)>,
    /// The visit in which the accounts were judged, new or not.
    pub visit: Option<Visit>,
    /// Whether all accounts are new.
    pub is_all: bool,
}

/// Records one behind the other, each with a line break, by their lengths.
struct Records<'h, L> {
    rest: &'h str,
    lengths: L,
}

impl<'h, L: Iterator<Item = usize>> Iterator for Records<'h, L> {
    type Item = Json<'h>;

    fn next(&mut self) -> Option<Json<'h>> {
        let (record, behind) = self.rest.split_at_checked(self.lengths.next()?)?;
        self.rest = behind.strip_prefix('\n').unwrap_or(behind);
        Some(Json::kept(record))
    }
}
