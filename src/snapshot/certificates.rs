//! `data/certificates.json`: how the accounts of each source were counted, and where its records are.

use serde::{Deserialize, Serialize};

use super::SnapshotError;
use crate::bag::{BagWriter, Input, PayloadName, Role};
use crate::fetch::Certificate;
use crate::model::{SourceName, Timestamp};

/// `data/certificates.json`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificates {
    /// When fetching began.
    pub started_at: Timestamp,
    /// When the last source was whole.
    pub finished_at: Timestamp,
    /// In the order of the configuration.
    pub sources: Vec<StoredSource>,
}

/// One source of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredSource {
    /// Its name.
    pub name: SourceName,
    /// Its kind.
    pub vendor: String,
    /// The file of its records; none when nothing was received.
    pub records: Option<PayloadName>,
    /// How its accounts were counted. Holds the SHA-256 over the records, which is that of the file.
    pub certificate: Certificate,
}

/// A snapshot has one.
pub(super) fn name() -> Result<PayloadName, SnapshotError> {
    Ok(PayloadName::new("certificates.json")?)
}

impl Certificates {
    /// Puts them into a bag.
    ///
    /// # Errors
    /// The disk is full.
    pub fn write(&self, bag: &mut BagWriter) -> Result<Input, SnapshotError> {
        let file = name()?;
        bag.file(&file, |out| {
            serde_json::to_writer_pretty(&mut *out, self)?;
            out.write_all(b"\n")
        })?;
        Ok(Input { role: Role::Certificates, shown: file.to_string(), file, modified_at: None })
    }
}
