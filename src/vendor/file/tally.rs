//! Counts what comes of rows: the proof of a list that has no vendor's total.

use super::decoder::MappedDecoder;
use super::harvest::{Harvest, Kept, New, Row};
use super::headings::{ID, slot};
use crate::base::text::counted;
use crate::fetch::collector::{Collector, RecordOutcome};
use crate::fetch::scan::RecordError;
use crate::fetch::{Proof, SourceError};
use crate::model::FactName;
use crate::table::{Line, Place};

/// What came of the rows so far.
#[derive(Debug)]
pub(in crate::vendor) struct Tally<'f> {
    /// The file or the program.
    origin: String,
    /// What fixes a row without an identifier.
    advice: &'static str,
    decoder: &'f MappedDecoder,
    /// How long the file is, if there is one.
    pub bytes: u64,
    pub rows: u64,
    pub accounts: u64,
    pub unreadable: u64,
    pub repeated: u64,
    /// The place and the reason of the first row that didn't become an account.
    first: Option<String>,
}

impl<'f> Tally<'f> {
    pub(in crate::vendor) const fn new(origin: String, advice: &'static str, decoder: &'f MappedDecoder) -> Self {
        Self { origin, advice, decoder, bytes: 0, rows: 0, accounts: 0, unreadable: 0, repeated: 0, first: None }
    }

    /// Counts one line.
    pub(in crate::vendor) fn take(&mut self, line: Line<'_>, collector: &mut Collector<'_>) -> Result<(), SourceError> {
        let Line { place, record } = line;
        let record = record.map(|record| (record, collector.assessor().assess(record)));
        let outcome = record.as_ref().map(|(_, assessed)| assessed).map_err(String::as_str);
        let is_new = self.is_new(Row { place, outcome }, collector);
        record.ok().filter(|_| is_new).map_or(Ok(()), |(record, _)| collector.keep(record))
    }

    /// Counts rows that a thread has read.
    pub(super) fn take_all(&mut self, mut harvest: Harvest, collector: &mut Collector<'_>) -> Result<(), SourceError> {
        collector.expect(&harvest.assessed, harvest.of_all(self.bytes));
        let Kept { records, visit, is_all } = harvest.take(|row| self.is_new(row, collector));
        match &records {
            New::All(written) => collector.keep_all(written)?,
            New::Some(records) => records.iter().try_for_each(|record| collector.keep(*record))?,
        }
        match (visit, records) {
            (None, _) => Ok(()),
            (Some(visit), New::Some(records)) if !is_all => collector.visit_again(visit, records),
            (Some(visit), _) => collector.take(visit),
        }
    }

    /// Counts a row. Returns whether its account had never been seen.
    fn is_new(&mut self, row: Row<'_>, collector: &mut Collector<'_>) -> bool {
        self.rows += 1;
        let assessed = match row.outcome {
            Ok(assessed) => assessed,
            Err(reason) => {
                self.lose(row.place, reason);
                return false;
            }
        };
        let outcome = collector.row(assessed);
        match &outcome {
            RecordOutcome::New | RecordOutcome::Again => self.accounts += 1,
            RecordOutcome::Repeated => {
                self.repeated += 1;
                self.note(row.place, "its id is that of an earlier row");
            }
            RecordOutcome::Unreadable(RecordError::NoId { .. }) => match self.decoder.configured(ID) {
                Some(column) => self.lose(row.place, &format!("no id in \"{column}\"")),
                None => self.lose(row.place, &format!("no id; {}", self.advice)),
            },
            RecordOutcome::Unreadable(error @ RecordError::NotAnObject) => self.lose(row.place, &error.to_string()),
        }
        matches!(outcome, RecordOutcome::New)
    }

    fn lose(&mut self, place: Place, reason: &str) {
        self.unreadable += 1;
        self.note(place, reason);
    }

    fn note(&mut self, place: Place, reason: &str) {
        let origin = &self.origin;
        self.first.get_or_insert_with(|| format!("{origin}:{place}: {reason}"));
    }

    /// A column that the configuration names and that no record had.
    fn missing(&self, told: &[FactName]) -> Option<(&str, FactName)> {
        let is_missing = |fact: &FactName| !told.contains(fact);
        let missing = FactName::OF_RECORDS.into_iter().filter(is_missing);
        missing.into_iter().find_map(|fact| Some((self.decoder.configured(slot(fact))?, fact)))
    }

    /// What the rows prove, when they have told these facts. Without a total from elsewhere, a list is as long as it is.
    ///
    /// # Errors
    /// When no row became an account.
    pub(in crate::vendor) fn proof(self, total: Option<u64>, told: &[FactName]) -> Result<Proof, SourceError> {
        let declared = Some(total.unwrap_or(self.rows));
        if let Some((column, fact)) = self.missing(told).filter(|_| self.rows > self.unreadable) {
            let (origin, fact) = (&self.origin, fact.as_str());
            let reason = format!("{origin}: no record has \"{column}\", which [source.columns] names for {fact}");
            return Ok(Proof::Incomplete { declared, reason });
        }
        let rows = |count| counted(count, "row", "rows");
        let Some(first) = self.first else {
            return Ok(match total {
                Some(total) if total != self.rows => {
                    let reason = format!("{} declares {}, and {} arrived", self.origin, rows(total), self.rows);
                    Proof::Incomplete { declared, reason }
                }
                _ => Proof::Complete { declared },
            });
        };
        let reason = match (self.unreadable, self.repeated) {
            (unreadable, 0) => format!("{} can't be read; {first}", rows(unreadable)),
            (0, repeated) => format!("{} repeat an id, so it doesn't tell accounts apart; {first}", rows(repeated)),
            (unreadable, repeated) => {
                format!("{} can't be read and {} repeat an id; {first}", rows(unreadable), rows(repeated))
            }
        };
        if self.accounts == 0 { Err(SourceError::Protocol(reason)) } else { Ok(Proof::Incomplete { declared, reason }) }
    }
}
