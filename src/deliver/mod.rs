//! Brings a finished report to where it belongs: files that are whole or absent, standard output, or a mail server.

mod attempt;
pub mod email;

pub use attempt::Attempt;

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use crate::claim::{Claim, ClaimError};
use crate::model::Timestamp;

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
#[error("can't write {}: {error}; nothing was left half-written", path.display())]
pub struct DeliveryError {
    /// The file.
    pub path: PathBuf,
    /// Why.
    pub error: io::Error,
}

/// Writes a file atomically: it appears whole, readable by its owner alone, or not at all; also if the power fails.
///
/// # Errors
/// The folder can't be made, the disk is full, or `content` fails.
pub fn write_file(path: &Path, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), DeliveryError> {
    let fail = |error| DeliveryError { path: path.to_owned(), error };
    synced(path, content).and_then(|file| Ok(file.persist(path)?)).map(drop).map_err(fail)
}

/// A report that waits beside its place until all of its set are there. Dropped, it is gone.
#[derive(Debug)]
pub struct Prepared {
    path: PathBuf,
    file: NamedTempFile,
}

impl Prepared {
    /// Writes it as a whole, without waiting until the disk has it, which for a gigabyte takes longer than the audit.
    /// What a failing power supply can take away can be made again.
    ///
    /// # Errors
    /// As of [`write_file`].
    pub fn write(path: PathBuf, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<Self, DeliveryError> {
        match beside(&path, content) {
            Ok(file) => Ok(Self { path, file }),
            Err(error) => Err(DeliveryError { path, error }),
        }
    }

    /// Where it will be.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Puts it in its place.
    ///
    /// # Errors
    /// The place can't be taken, for example because a folder has that name.
    pub fn publish(self) -> Result<(), DeliveryError> {
        let Self { path, file } = self;
        file.persist(&path).map(drop).map_err(|error| DeliveryError { path, error: error.error })
    }
}

/// Claims a folder of reports for this run, and removes what runs that were killed have left there. A folder that can be
/// written but not locked is used all the same, with a warning.
///
/// # Errors
/// Another run has it, or nothing can be written there: nobody has to wait for a whole audit to learn that.
pub fn claim(folder: &Path, now: Timestamp) -> Result<Option<Claim>, ClaimError> {
    match Claim::take(folder, folder.join(LOCK), now) {
        Ok(claim) => {
            remove_leftovers(folder);
            Ok(Some(claim))
        }
        Err(ClaimError::Io(error)) => {
            beside(&folder.join(LOCK), |out| out.write_all(b"tried"))?;
            tracing::warn!(%error, folder = %folder.display(), "can't be locked, so nobody else may write there now");
            Ok(None)
        }
        Err(held) => Err(held),
    }
}

/// The same for a file that may not be there yet.
///
/// # Errors
/// As of [`write_file`]; or there is a file.
pub fn write_new_file(
    path: &Path,
    content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), DeliveryError> {
    let fail = |error| DeliveryError { path: path.to_owned(), error };
    synced(path, content).and_then(|file| Ok(file.persist_noclobber(path)?)).map(drop).map_err(fail)
}

/// The file by which a folder of reports is locked.
const LOCK: &str = ".headcount.lock";

/// What files are called until they are whole.
const UNFINISHED: (&str, &str) = (".headcount-", ".tmp");

/// Whoever writes a file has it locked, so what can be locked belongs to nobody any more.
fn remove_leftovers(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let is_ours = |name: &str| name.starts_with(UNFINISHED.0) && name.ends_with(UNFINISHED.1);
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_file && entry.file_name().to_str().is_some_and(is_ours) {
            let file = File::open(entry.path());
            if file.is_ok_and(|file| file.try_lock().is_ok()) {
                fs::remove_file(entry.path()).ok();
            }
        }
    }
}

/// The whole content in a file without its name yet, in the folder where it belongs.
fn beside(path: &Path, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = Builder::new().prefix(UNFINISHED.0).suffix(UNFINISHED.1).tempfile_in(folder)?;
    // Where there are no locks, leftovers are nobody's either.
    file.as_file().try_lock().ok();
    let mut out = BufWriter::with_capacity(1 << 18, file.as_file_mut());
    content(&mut out).and_then(|()| out.flush())?;
    drop(out);
    Ok(file)
}

/// The same, on the disk.
fn synced(path: &Path, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<NamedTempFile> {
    let file = beside(path, content)?;
    file.as_file().sync_all()?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("deep/report.md");
        write_file(&path, |out| out.write_all(b"old")).expect("written");
        drop(Prepared::write(path.clone(), |out| out.write_all(b"new")).expect("beside it"));
        let failed = Prepared::write(path.clone(), |out| {
            out.write_all(b"new, but half")?;
            Err(io::Error::other("disk full"))
        });
        assert!(failed.expect_err("an error").to_string().contains("disk full"));
        assert_eq!(fs::read(&path).expect("readable"), b"old");
        let refused = write_new_file(&path, |out| out.write_all(b"new")).expect_err("it exists");
        assert_eq!(refused.error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).expect("readable"), b"old");
        assert_eq!(fs::read_dir(folder.path().join("deep")).expect("folder").count(), 1);
    }

    #[test]
    fn what_killed_runs_have_left_is_removed_and_nothing_else() {
        let folder = tempfile::tempdir().expect("folder");
        let now = "2026-11-20T12:00:00Z".parse().expect("a time");
        for name in [".headcount-a1b2c3.tmp", ".tmpA1b2C3", ".headcount-notes", "report.json"] {
            fs::write(folder.path().join(name), "left").expect("written");
        }
        let prepared = Prepared::write(folder.path().join("report.md"), |out| out.write_all(b"new")).expect("written");
        let claim = claim(folder.path(), now).expect("free").expect("locked");
        super::claim(folder.path(), now).expect_err("taken");
        assert!(!folder.path().join(".headcount-a1b2c3.tmp").exists());
        prepared.publish().expect("somebody was at work on it");
        drop(claim);
        let mut names: Vec<_> =
            fs::read_dir(folder.path()).expect("folder").map(|entry| entry.expect("one").file_name()).collect();
        names.sort();
        assert_eq!(names, [".headcount-notes", ".tmpA1b2C3", "report.json", "report.md"]);
    }
}
