//! Counts what comes of rows: the proof of a list that has no vendor's total.

use serde_json::value::RawValue;

use super::decoder::MappedDecoder;
use super::headings::{ID, SLOTS, slot_name};
use super::rows::Line;
use crate::model::text::counted;
use crate::source::collector::{Collector, Row};
use crate::source::record::RecordError;
use crate::source::{Proof, SourceError};

/// What came of the rows so far.
#[derive(Debug)]
pub(in crate::source) struct Tally<'f> {
    /// The file or the program.
    origin: String,
    /// What mends a row without an identifier.
    advice: &'static str,
    decoder: &'f MappedDecoder,
    pub rows: u64,
    pub accounts: u64,
    pub unreadable: u64,
    pub repeated: u64,
    /// The place and the reason of the first row that didn't become an account.
    first: Option<String>,
    /// Columns that the configuration names and that no record has had so far.
    missing: Vec<usize>,
}

impl<'f> Tally<'f> {
    pub(in crate::source) fn new(origin: String, advice: &'static str, decoder: &'f MappedDecoder) -> Self {
        let missing = (0..SLOTS).filter(|slot| decoder.configured(*slot).is_some()).collect();
        Self { origin, advice, decoder, rows: 0, accounts: 0, unreadable: 0, repeated: 0, first: None, missing }
    }

    pub(in crate::source) fn take(
        &mut self,
        line: &Line<'_>,
        collector: &mut Collector<'_>,
    ) -> Result<(), SourceError> {
        self.rows += 1;
        match &line.record {
            Err(reason) => self.lose(line, reason),
            Ok(record) => self.record(line, record, collector)?,
        }
        Ok(())
    }

    fn record(&mut self, line: &Line<'_>, raw: &RawValue, collector: &mut Collector<'_>) -> Result<(), SourceError> {
        if !self.missing.is_empty() {
            self.decoder.cross_off(raw, &mut self.missing);
        }
        match collector.row(raw)? {
            Row::New => self.accounts += 1,
            Row::Repeated => {
                self.repeated += 1;
                self.note(line, "its id is that of an earlier row");
            }
            Row::Unreadable(RecordError::NoId { .. }) => match self.decoder.configured(ID) {
                Some(column) => self.lose(line, &format!("no id in \"{column}\"")),
                None => self.lose(line, &format!("no id; {}", self.advice)),
            },
            Row::Unreadable(error @ RecordError::NotAnObject) => self.lose(line, &error.to_string()),
        }
        Ok(())
    }

    fn lose(&mut self, line: &Line<'_>, reason: &str) {
        self.unreadable += 1;
        self.note(line, reason);
    }

    fn note(&mut self, line: &Line<'_>, reason: &str) {
        let origin = &self.origin;
        self.first.get_or_insert_with(|| format!("{origin}:{}: {reason}", line.place()));
    }

    /// What the rows prove. Without a total from elsewhere, a list is as long as it is.
    ///
    /// # Errors
    /// When no row became an account.
    pub(in crate::source) fn proof(self, total: Option<u64>) -> Result<Proof, SourceError> {
        let declared = Some(total.unwrap_or(self.rows));
        if let Some(slot) = self.missing.first().filter(|_| self.rows > self.unreadable) {
            let (origin, column) = (&self.origin, self.decoder.configured(*slot).unwrap_or_default());
            let fact = slot_name(*slot);
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
