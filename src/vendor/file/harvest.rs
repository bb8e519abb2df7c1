//! Rows that a thread has read and assessed, to be counted in their order.

use std::io;

use crate::fetch::Visit;
use crate::fetch::assess::{Assessed, Assessor};
use crate::fetch::scan::RecordError;
use crate::model::Json;
use crate::table::{Place, RecordPiece, Written};

/// What came of some rows in a row.
#[derive(Debug)]
pub(super) struct Harvest {
    pub(super) written: Written,
    /// What is known of each record.
    pub(super) assessed: Vec<Result<Assessed, RecordError>>,
    /// The visit in which their accounts were judged, if they were.
    visit: Option<Visit>,
}

/// What is known of a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'h> {
    pub place: Place,
    /// Of its record; or why there is none.
    pub outcome: Result<&'h Result<Assessed, RecordError>, &'h str>,
}

impl Harvest {
    /// Reads all rows of a piece.
    ///
    /// # Errors
    /// Whoever judges accounts on arrival can't keep what comes of it.
    pub(super) fn of(piece: RecordPiece, assessor: &Assessor<'_>) -> io::Result<Self> {
        let written = Written::of(piece);
        let mut assessed = Vec::with_capacity(written.rows.len());
        let visit = assessor.assess_all(written.records(), |one| assessed.push(one))?;
        Ok(Self { written, assessed, visit })
    }

    /// How many records a file of this length has, if all of it is like this piece.
    pub(super) fn of_all(&self, bytes: u64) -> u64 {
        let records = self.assessed.len() as u64;
        records.saturating_mul(bytes) / self.written.source_length().max(1) as u64
    }

    fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        let mut assessed = self.assessed.iter();
        self.written.rows.iter().filter_map(move |(place, record)| {
            let outcome = match record {
                Ok(_) => Ok(assessed.next()?),
                Err(reason) => Err(reason.as_str()),
            };
            Some(Row { place: *place, outcome })
        })
    }

    /// Hands over what is known of every row, and returns the records of those that are said to be new.
    pub(super) fn take(&mut self, is_new: impl FnMut(Row<'_>) -> bool) -> Kept<'_> {
        let visit = self.visit.take();
        let new: Vec<bool> = self.rows().map(is_new).collect();
        if new.iter().all(|new| *new) {
            return Kept { records: New::All(&self.written), visit, is_all: true };
        }
        let with_record = self.written.rows.iter().zip(&new).filter(|((_, record), _)| record.is_ok());
        let records = self.written.records().zip(with_record).filter(|(_, (_, new))| **new);
        let records: Vec<_> = records.map(|(record, _)| record.json).collect();
        let accounts = self.assessed.iter().filter(|assessed| assessed.is_ok()).count();
        Kept { is_all: records.len() == accounts, records: New::Some(records), visit }
    }
}

/// New records.
pub(super) struct Kept<'h> {
    pub records: New<'h>,
    /// The visit in which the accounts were judged, new or not.
    pub visit: Option<Visit>,
    /// Whether all accounts are new.
    pub is_all: bool,
}

/// Which records are new.
pub(super) enum New<'h> {
    /// What every row of a piece became.
    All(&'h Written),
    /// Not all.
    Some(Vec<Json<'h>>),
}
