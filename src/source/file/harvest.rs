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
    rows: Vec<Reaped>,
}

#[derive(Debug)]
struct Reaped {
    place: Place,
    outcome: Result<(usize, Result<Assessed, RecordError>), String>,
}

/// A row, and what is known of it.
#[derive(Debug)]
pub(super) struct Row<'h> {
    pub place: Place,
    /// The record; or why there is none.
    pub outcome: Result<(Json<'h>, Result<Assessed, RecordError>), String>,
}

impl<'h> Row<'h> {
    pub(super) fn of(line: Line<'h>, assessor: &Assessor<'_>) -> Self {
        Self { place: line.place, outcome: line.record.map(|record| (record, assessor.assess(record))) }
    }
}

impl Harvest {
    /// Reads all rows of a piece.
    pub(super) fn of(piece: &Piece, assessor: &Assessor<'_>) -> Self {
        let mut harvest = Self::default();
        piece.for_each(|line| {
            let Row { place, outcome } = Row::of(line, assessor);
            let outcome = outcome.map(|(record, assessed)| {
                harvest.text.push_str(record.get());
                (record.get().len(), assessed)
            });
            harvest.rows.push(Reaped { place, outcome });
        });
        harvest
    }

    /// Hands over every row.
    pub(super) fn for_each<E>(self, mut take: impl FnMut(Row<'_>) -> Result<(), E>) -> Result<(), E> {
        let mut rest = self.text.as_str();
        for Reaped { place, outcome } in self.rows {
            let outcome = outcome.map(|(length, assessed)| {
                let (record, behind) = rest.split_at_checked(length).unwrap_or_default();
                rest = behind;
                (Json::kept(record), assessed)
            });
            take(Row { place, outcome })?;
        }
        Ok(())
    }
}
