//! A snapshot under construction: `<folder>.partial`, which becomes the folder when it is whole.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use super::records::write;
use super::{Certificates, Ground, SnapshotError, StoredSource};
use crate::bag::{BagError, BagWriter, Command, Description, Input, PayloadName, Role, Run};
use crate::claim::{Claim, ClaimError};
use crate::config::{Config, SourceConfig};
use crate::fetch::Population;
use crate::model::{SourceName, SourceStatus, Timestamp};

/// Marks a folder as a snapshot that isn't whole.
pub(super) const PARTIAL: &str = "partial.json";

/// The version of what is in such a folder.
const FORMAT: u32 = 3;

/// A snapshot under construction.
#[derive(Debug)]
pub(super) struct Draft<'c> {
    config: &'c Config,
    target: PathBuf,
    folder: PathBuf,
    /// Nobody else writes here meanwhile.
    _claim: Claim,
    pub(super) started_at: Timestamp,
}

/// `partial.json`
#[derive(Debug, Serialize, Deserialize)]
struct Begun {
    format: u32,
    config_sha256: String,
    started_at: Timestamp,
}

impl<'c> Draft<'c> {
    /// Begins a new snapshot. What an earlier attempt has left is dropped.
    pub(super) fn begin(out: &Path, config: &'c Config, started_at: Timestamp) -> Result<Self, SnapshotError> {
        let folder = beside(out, ".partial")?;
        let claim = claim(out, started_at)?;
        if folder.join(PARTIAL).exists() {
            fs::remove_dir_all(&folder).map_err(SnapshotError::write(&folder))?;
        } else if folder.exists() {
            return Err(SnapshotError::Exists(folder));
        }
        make_private(&folder).map_err(SnapshotError::write(&folder))?;
        let begun = Begun { format: FORMAT, config_sha256: config.sha256.clone(), started_at };
        write_json(&folder.join(PARTIAL), &begun)?;
        Ok(Self { config, target: out.to_owned(), folder, _claim: claim, started_at })
    }

    /// Goes on with the one that was interrupted.
    pub(super) fn resume(out: &Path, config: &'c Config, now: Timestamp) -> Result<Self, SnapshotError> {
        let folder = beside(out, ".partial")?;
        let path = folder.join(PARTIAL);
        if !path.exists() {
            return Err(SnapshotError::NothingToResume(folder));
        }
        let claim = claim(out, now)?;
        let bytes = fs::read(&path).map_err(SnapshotError::read(&path))?;
        let begun: Begun =
            serde_json::from_slice(&bytes).map_err(|error| SnapshotError::damaged(&path, error.to_string()))?;
        if begun.format != FORMAT {
            return Err(SnapshotError::Version { path, found: begun.format, supported: FORMAT });
        }
        if begun.config_sha256 != config.sha256 {
            return Err(SnapshotError::OtherConfiguration(folder));
        }
        Ok(Self { config, target: out.to_owned(), folder, _claim: claim, started_at: begun.started_at })
    }

    /// Where it is written.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the answers of an unfinished source are kept.
    pub(super) fn answers(&self, source: &SourceName) -> PathBuf {
        self.folder.join(format!("{source}.answers"))
    }

    fn entry(&self, source: &SourceName) -> PathBuf {
        self.folder.join(format!("{source}.entry.json"))
    }

    /// A source that an earlier attempt has finished, and that is whole.
    pub(super) fn finished(&self, source: &SourceName) -> Option<StoredSource> {
        let entry: StoredSource = serde_json::from_slice(&fs::read(self.entry(source)).ok()?).ok()?;
        (entry.certificate.status == SourceStatus::Complete).then_some(entry)
    }

    /// Where the records of a finished source wait.
    fn records(&self, source: &SourceName) -> PathBuf {
        self.folder.join(format!("{source}.ndjson"))
    }

    /// Stores what was fetched of a source. Its answers aren't needed any more.
    pub(super) fn keep(&self, source: &SourceConfig, fetched: &mut Population) -> Result<StoredSource, SnapshotError> {
        let records = match &mut fetched.spool {
            None => None,
            Some(spool) => {
                let path = self.records(&source.name);
                write_whole(&path, |file| write(spool, file))?;
                Some(records_name(self.config, &source.name)?)
            }
        };
        let entry = StoredSource {
            name: source.name.clone(),
            vendor: source.vendor.kind.to_owned(),
            records,
            certificate: fetched.certificate.clone(),
        };
        write_json(&self.entry(&source.name), &entry)?;
        remove(&self.answers(&source.name))?;
        Ok(entry)
    }

    /// Makes the snapshot whole: everything goes into a bag under its seal, and what belongs to the construction goes away.
    pub(super) fn finish(
        self,
        only: &[SourceName],
        ground: &Ground,
        sources: Vec<StoredSource>,
        finished_at: Timestamp,
    ) -> Result<Certificates, SnapshotError> {
        let certificates = Certificates { started_at: self.started_at, finished_at, sources };
        self.seal(only, ground, &certificates).map_err(|error| match error {
            // What was fetched stays.
            SnapshotError::Bag(BagError::Write { path, error }) => SnapshotError::Write { path, error },
            error => error,
        })?;
        fs::remove_dir_all(&self.folder).map_err(SnapshotError::write(&self.folder))?;
        Ok(certificates)
    }

    fn seal(&self, only: &[SourceName], ground: &Ground, certificates: &Certificates) -> Result<(), SnapshotError> {
        let mut bag = BagWriter::beside(&self.target)?;
        let mut inputs = ground.write(&mut bag)?;
        for source in &certificates.sources {
            inputs.extend(self.put_records(source, &mut bag)?);
        }
        inputs.push(certificates.write(&mut bag)?);
        let run = Run {
            id: None,
            as_of: None,
            started_at: certificates.started_at,
            finished_at: certificates.finished_at,
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let command =
            Command { sources: only.iter().map(|source| source.as_str().to_owned()).collect(), ..Command::default() };
        bag.seal(&Description { command, ..Description::of_snapshot(run, inputs) })?.into_folder()?;
        Ok(())
    }

    /// Puts the records of a source into the bag.
    fn put_records(&self, source: &StoredSource, bag: &mut BagWriter) -> Result<Option<Input>, SnapshotError> {
        let Some(file) = &source.records else { return Ok(None) };
        let path = self.records(&source.name);
        let mut records = File::open(&path).map_err(SnapshotError::read(&path))?;
        bag.file(file, |out| io::copy(&mut records, out).map(drop))?;
        if bag.sha256(file) != Some(source.certificate.sha256.as_str()) {
            return Err(SnapshotError::damaged(&path, "the records aren't those that were stored"));
        }
        Ok(Some(of_records(&source.name, file)))
    }
}

/// The folder of the records.
pub(super) const RECORDS: &str = "records";

/// The file of a source's records.
pub(super) fn records_name(config: &Config, source: &SourceName) -> Result<PayloadName, SnapshotError> {
    let at = config.sources.iter().position(|known| known.name == *source).unwrap_or(config.sources.len());
    Ok(PayloadName::of_word(RECORDS, source.as_str(), at + 1, "ndjson")?)
}

/// The records of a source, among what a snapshot holds.
pub(super) fn of_records(source: &SourceName, file: &PayloadName) -> Input {
    Input { role: Role::Records, shown: source.as_str().to_owned(), file: file.clone(), modified_at: None }
}

/// A name beside the place where the snapshot will be: `.partial` is the folder until it is whole.
fn beside(out: &Path, ending: &str) -> Result<PathBuf, SnapshotError> {
    let is_free = !out.exists() || fs::read_dir(out).is_ok_and(|mut content| content.next().is_none());
    match out.file_name() {
        Some(name) if is_free => {
            let mut name = name.to_owned();
            name.push(ending);
            Ok(out.with_file_name(name))
        }
        _ => Err(SnapshotError::Exists(out.to_owned())),
    }
}

fn claim(out: &Path, now: Timestamp) -> Result<Claim, SnapshotError> {
    let lock = beside(out, ".lock")?;
    Claim::take(out, lock.clone(), now).map_err(|error| match error {
        ClaimError::Held(held) => SnapshotError::Busy(held),
        ClaimError::Io(error) => SnapshotError::Write { path: lock, error },
    })
}

/// A folder that nobody else can look into.
fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    // One that is there is somebody else's.
    builder.recursive(false);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn remove(path: &Path) -> Result<(), SnapshotError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(SnapshotError::write(path)(error)),
        _ => Ok(()),
    }
}

/// Writes a file that appears whole or not at all, and that nobody else can read.
fn write_whole<T>(path: &Path, content: impl FnOnce(&mut File) -> io::Result<T>) -> Result<T, SnapshotError> {
    let write = || {
        let mut file = NamedTempFile::new_in(path.parent().unwrap_or(Path::new(".")))?;
        let told = content(file.as_file_mut())?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(told)
    };
    write().map_err(SnapshotError::write(path))
}

fn write_json(path: &Path, value: &impl Serialize) -> Result<(), SnapshotError> {
    write_whole(path, |file| {
        let mut out = BufWriter::new(file);
        serde_json::to_writer_pretty(&mut out, value)?;
        out.write_all(b"\n")?;
        out.flush()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_leaves_no_half_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("s.ndjson");
        let full = |file: &mut File| {
            file.write_all(&vec![b'x'; 100_000])?;
            Err::<(), _>(io::ErrorKind::StorageFull.into())
        };
        let error = write_whole(&path, full).expect_err("an error").to_string();
        assert!(error.contains("s.ndjson") && error.contains("free some space"), "{error}");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
    }
}
