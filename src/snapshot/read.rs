//! A snapshot that is there: checked, and read back as what was fetched.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::SnapshotError;
use super::draft::{MANIFEST, PARTIAL};
use super::manifest::{FORMAT, Manifest, StoredRecords, StoredSource, records_file};
use super::packed::unpack;
use crate::base::parallel;
use crate::base::text::{counted, hex};
use crate::config::SourceConfig;
use crate::fetch::{Certificate, Population, Spool};
use crate::model::SourceStatus;

/// A whole snapshot.
#[derive(Debug)]
pub struct Snapshot {
    folder: PathBuf,
    manifest: Manifest,
    sha256: String,
}

/// What every version of the manifest has.
#[derive(Deserialize)]
struct AnyManifest {
    format: u32,
}

impl Snapshot {
    /// Opens a snapshot and checks that it is whole and unchanged.
    ///
    /// # Errors
    /// It is partial, of another version, or not what the manifest says.
    pub fn open(folder: &Path) -> Result<Self, SnapshotError> {
        if folder.join(PARTIAL).exists() {
            return Err(SnapshotError::Partial(folder.to_owned()));
        }
        let path = folder.join(MANIFEST);
        let bytes = fs::read(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => SnapshotError::NotASnapshot(folder.to_owned()),
            _ => SnapshotError::read(&path)(error),
        })?;
        let damaged = |error: serde_json::Error| SnapshotError::damaged(&path, error.to_string());
        let AnyManifest { format: found } = serde_json::from_slice(&bytes).map_err(damaged)?;
        if found != FORMAT {
            return Err(SnapshotError::Version { path, found, supported: FORMAT });
        }
        let manifest: Manifest = serde_json::from_slice(&bytes).map_err(damaged)?;
        let snapshot = Self { folder: folder.to_owned(), manifest, sha256: hex(&Sha256::digest(&bytes)) };
        parallel::map(&snapshot.manifest.sources, |source| snapshot.check(source))
            .into_iter()
            .collect::<Result<(), _>>()?;
        match contradiction(&snapshot.manifest.sources) {
            None => Ok(snapshot),
            Some(what) => Err(SnapshotError::Tampered { path, what }),
        }
    }

    /// What it holds.
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// SHA-256 of the manifest, and so of everything that it names.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Why it can't be audited, when its records turn out not to be those of the accounts that were counted.
    pub fn tampered(&self, what: String) -> SnapshotError {
        SnapshotError::Tampered { path: self.folder.clone(), what }
    }

    /// What was fetched of a source, to be audited as if it had been fetched now.
    ///
    /// # Errors
    /// The snapshot lacks the source, or its records aren't those that were stored.
    pub fn population(&self, source: &SourceConfig) -> Result<Population, SnapshotError> {
        let sources = &self.manifest.sources;
        let Some(stored) = sources.iter().find(|stored| stored.name == source.name) else {
            let names = sources.iter().map(|stored| stored.name.as_str()).collect::<Vec<_>>().join(", ");
            return Err(SnapshotError::NoSource(source.name.clone(), names));
        };
        if stored.vendor != source.vendor.kind {
            return Err(SnapshotError::OtherVendor {
                name: source.name.clone(),
                stored: stored.vendor.clone(),
                configured: source.vendor.kind,
            });
        }
        let spool = stored.records.as_ref().map(|records| self.unpack(stored, records)).transpose()?;
        let mut certificate = stored.certificate.clone();
        certificate.expect(source.expect_min);
        Ok(Population { source: source.name.clone(), certificate, spool })
    }

    /// The file of a source is the one that was stored. Its name is no path to somewhere else.
    fn check(&self, source: &StoredSource) -> Result<(), SnapshotError> {
        let Some(records) = &source.records else { return Ok(()) };
        let is_plain = !source.name.as_str().contains(std::path::is_separator);
        if !is_plain || records.file != records_file(&source.name) {
            let what = format!("it names the unexpected file {:?}", records.file);
            return Err(SnapshotError::damaged(&self.folder.join(MANIFEST), what));
        }
        let path = self.folder.join(&records.file);
        if sha256(&path).map_err(SnapshotError::read(&path))? != records.sha256 {
            return Err(SnapshotError::damaged(&path, "it isn't the file that was stored"));
        }
        Ok(())
    }

    /// Unpacks the records, and checks those that are given back, not those that were there before.
    fn unpack(&self, source: &StoredSource, records: &StoredRecords) -> Result<Spool, SnapshotError> {
        let path = self.folder.join(&records.file);
        let unpacked = File::open(&path).and_then(|file| unpack(file, records.bytes));
        let (spool, sha256) = unpacked.map_err(|error| match error.kind() {
            io::ErrorKind::InvalidData => SnapshotError::damaged(&path, error.to_string()),
            _ => SnapshotError::read(&path)(error),
        })?;
        if sha256 != source.certificate.sha256 {
            return Err(SnapshotError::damaged(&path, "the records aren't those that were stored"));
        }
        let distinct = source.certificate.distinct;
        if spool.len() != distinct {
            let records = counted(spool.len(), "record", "records");
            let what = format!("it holds {records}, and its certificate counts {}", accounts(distinct));
            return Err(SnapshotError::Tampered { path, what });
        }
        Ok(spool)
    }
}

/// What the certificates say that no fetch could have found.
fn contradiction(sources: &[StoredSource]) -> Option<String> {
    let mut names = BTreeSet::new();
    sources.iter().find_map(|StoredSource { name, records, certificate, .. }| {
        let Certificate { status, distinct, declared, .. } = certificate;
        let complete = *status == SourceStatus::Complete;
        let less = certificate.keys.iter().find(|(_, count)| *count > distinct);
        let what = if !names.insert(name) {
            "is there twice".to_owned()
        } else if records.is_none() && (complete || *distinct > 0) {
            "has no records".to_owned()
        } else if let Some(declared) = declared.filter(|declared| complete && declared > distinct) {
            format!("is complete with {} of {}", distinct, accounts(declared))
        } else if let Some((key, count)) = less {
            format!("counts {}, {count} of them with {key}", accounts(*distinct))
        } else {
            return None;
        };
        Some(format!("the source {name} {what}"))
    })
}

fn accounts(count: u64) -> String {
    counted(count, "account", "accounts")
}

/// SHA-256 of a file.
fn sha256(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut piece = vec![0; 1 << 17];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(hex(&hash.finalize())),
            length => hash.update(piece.get(..length).unwrap_or_default()),
        }
    }
}
