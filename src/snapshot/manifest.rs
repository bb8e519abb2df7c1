//! `manifest.json`: what a snapshot holds.

use serde::{Deserialize, Serialize};

use crate::fetch::Certificate;
use crate::model::{SourceName, Timestamp};

/// The version of the format. It changes when an older headcount could misread a newer snapshot.
pub(super) const FORMAT: u32 = 1;

/// `manifest.json`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the format.
    pub format: u32,
    /// The headcount that made it.
    pub tool_version: String,
    /// When fetching began.
    pub started_at: Timestamp,
    /// When the last source was whole.
    pub finished_at: Timestamp,
    /// What it was made with.
    pub config: ConfigSeen,
    /// In the order of the configuration.
    pub sources: Vec<StoredSource>,
}

/// The configuration that a snapshot was made with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigSeen {
    /// SHA-256 of the file.
    pub sha256: String,
    /// Its text. Secrets stand elsewhere; one that was written into it by mistake is masked.
    pub text: String,
}

/// One source of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredSource {
    /// Its name.
    pub name: SourceName,
    /// Its kind.
    pub vendor: String,
    /// Its records; `None` when nothing was received.
    pub records: Option<StoredRecords>,
    /// How its accounts were counted. Holds the SHA-256 over the records.
    pub certificate: Certificate,
}

/// The file with a source's records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredRecords {
    /// Its name in the folder.
    pub file: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Bytes when unpacked.
    pub bytes: u64,
}

/// The file of a source's records.
pub(super) fn records_file(source: &SourceName) -> String {
    format!("{source}.ndjson.zst")
}
