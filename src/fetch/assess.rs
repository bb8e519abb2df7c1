//! What a collector has to know of a record. Finding it out changes nothing, so any thread can do it.

use super::Decoder;
use super::fingerprint::RunHasher;
use super::record::FieldProblem;
use super::scan::RecordError;
use crate::model::{AccountField, Json};

/// The fields by which accounts find their owners.
pub(crate) const KEYS: [AccountField; 3] = [AccountField::ExternalId, AccountField::Email, AccountField::Username];

/// Reads the records of one source.
#[derive(Clone, Copy)]
pub(crate) struct Assessor<'p> {
    decoder: &'p dyn Decoder,
    fingerprints: RunHasher,
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
        Self { decoder, fingerprints: RunHasher::default() }
    }

    pub(crate) fn decoder(&self) -> &'p dyn Decoder {
        self.decoder
    }

    pub(crate) fn assess<'r>(&self, record: impl Into<Json<'r>>) -> Result<Assessed, RecordError> {
        let decoded = self.decoder.decode(record.into())?;
        Ok(Assessed {
            fingerprint: self.fingerprints.of(decoded.account.id.as_bytes()),
            has: KEYS.map(|key| key.of(&decoded.account).is_some_and(|value| !value.chars().all(char::is_whitespace))),
            problems: decoded.problems,
        })
    }
}
