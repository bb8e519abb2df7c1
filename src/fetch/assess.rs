//! What a collector has to know of a record. Finding it out changes nothing, so any thread can do it.

use std::io;

use super::fingerprint::RunHasher;
use super::record::FieldProblem;
use super::scan::RecordError;
use super::{Decoded, Decoder, Visit, Visitor};
use crate::model::{AccountField, Incoming, Json};

/// The fields by which accounts find their owners.
pub(crate) const KEYS: [AccountField; 3] = [AccountField::ExternalId, AccountField::Email, AccountField::Username];

/// Reads the records of one source.
#[derive(Clone, Copy)]
pub(crate) struct Assessor<'p> {
    decoder: &'p dyn Decoder,
    fingerprints: RunHasher,
    visitor: Option<&'p dyn Visitor>,
}

/// What is known of a record that is an account.
#[derive(Debug)]
pub(crate) struct Assessed {
    /// Of its identifier.
    pub fingerprint: u128,
    /// Which of [`KEYS`] it has.
    pub has: [bool; KEYS.len()],
    pub problems: Vec<FieldProblem>,
}

impl<'p> Assessor<'p> {
    pub(crate) fn new(decoder: &'p dyn Decoder) -> Self {
        Self { decoder, fingerprints: RunHasher::default(), visitor: None }
    }

    /// The same, for accounts that are judged on arrival.
    pub(crate) fn with_visitor(self, visitor: Option<&'p dyn Visitor>) -> Self {
        Self { visitor, ..self }
    }

    /// Who judges accounts on arrival, if somebody does.
    pub(crate) fn visitor(&self) -> Option<&'p dyn Visitor> {
        self.visitor
    }

    pub(crate) fn decoder(&self) -> &'p dyn Decoder {
        self.decoder
    }

    pub(crate) fn assess<'r>(&self, record: impl Into<Json<'r>>) -> Result<Assessed, RecordError> {
        self.assess_incoming(record.into().into())
    }

    fn assess_incoming(&self, record: Incoming<'_>) -> Result<Assessed, RecordError> {
        let mut decoded = self.decoder.decode_incoming(record)?;
        let problems = std::mem::take(&mut decoded.problems);
        Ok(Assessed { problems, ..self.of(&decoded) })
    }

    /// Assesses records in a row, and has their accounts judged, if somebody does that on arrival.
    pub(crate) fn assess_all<'r>(
        &self,
        mut records: impl Iterator<Item = Incoming<'r>>,
        mut take: impl FnMut(Result<Assessed, RecordError>),
    ) -> io::Result<Option<Visit>> {
        let Some(visitor) = self.visitor else {
            records.for_each(|record| take(self.assess_incoming(record)));
            return Ok(None);
        };
        visitor.visit(&mut records, &mut |decoded| take(decoded.map(|decoded| self.of(decoded)))).map(Some)
    }

    fn of(&self, decoded: &Decoded<'_>) -> Assessed {
        let has =
            |key: AccountField| key.of(&decoded.account).is_some_and(|value| !value.chars().all(char::is_whitespace));
        Assessed {
            fingerprint: self.fingerprints.of(decoded.account.id.as_bytes()),
            has: KEYS.map(has),
            problems: decoded.problems.clone(),
        }
    }
}
