//! One writer at a time: a locked file that says who is at work. The system takes the lock from a process that ends,
//! however it ends, so none is ever left behind.

use std::fmt;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

#[cfg(windows)]
use same_file::Handle;
use serde::{Deserialize, Serialize};

use crate::model::Timestamp;

/// The right to write somewhere, until it is dropped.
#[derive(Debug)]
pub struct Claim {
    lock: PathBuf,
    /// The folder of the lock, if there was none before.
    made: Option<PathBuf>,
    /// Locked as long as it is open.
    _file: File,
}

/// Why there is no claim.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// Somebody else has it.
    #[error(transparent)]
    Held(#[from] Held),
    /// The file of the lock can't be had.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Somebody else is writing there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Held {
    folder: PathBuf,
    holder: Option<Holder>,
}

/// Who has a claim, as the file of the lock says. On Windows, what somebody has locked can't be read by others, so that
/// nothing is known of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Holder {
    pid: u32,
    since: Timestamp,
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "another headcount is writing {}", self.folder.display())?;
        if let Some(Holder { pid, since }) = &self.holder {
            write!(f, " (process {pid}, since {})", since.format("%Y-%m-%dT%H:%M:%SZ"))?;
        }
        f.write_str("; wait for it, or name another folder")
    }
}

impl Claim {
    /// Claims `folder`, by a lock at a path in it or beside it.
    ///
    /// # Errors
    /// Somebody else has it, or the lock can't be written.
    pub fn take(folder: &Path, lock: PathBuf, now: Timestamp) -> Result<Self, ClaimError> {
        /// Whoever ends takes the lock's file away, at worst each time between our finding and locking it.
        const ATTEMPTS: usize = 100;
        let place = lock.parent().filter(|place| !place.as_os_str().is_empty());
        let made = place.filter(|place| !place.exists()).map(Path::to_owned);
        for _ in 0..ATTEMPTS {
            place.map_or(Ok(()), fs::create_dir_all)?;
            let Some(file) = open(&lock)? else { continue };
            match file.try_lock() {
                Ok(()) if is_at(&file, &lock) => {
                    sign(&file, now)?;
                    return Ok(Self { lock, made, _file: file });
                }
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    let holder = fs::read(&lock).ok().and_then(|text| serde_json::from_slice(&text).ok());
                    return Err(Held { folder: folder.to_owned(), holder }.into());
                }
                Err(TryLockError::Error(error)) => return Err(error.into()),
            }
        }
        Err(io::Error::other("its lock comes and goes").into())
    }
}

impl Drop for Claim {
    /// Nothing is left of it: on Windows, too, a file that this program has open can be removed.
    fn drop(&mut self) {
        fs::remove_file(&self.lock).ok();
        // Only if nothing was written there.
        self.made.as_ref().map(fs::remove_dir);
    }
}

/// Opens the file of a lock or makes it; `None` if its folder has just been removed. What isn't a file is left alone.
fn open(lock: &Path) -> io::Result<Option<File>> {
    if fs::symlink_metadata(lock).is_ok_and(|there| !there.is_file()) {
        return Err(io::Error::other(format!("{} is no file", lock.display())));
    }
    match open_private(lock) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        other => other.map(Some),
    }
}

/// Says who has the lock.
fn sign(mut file: &File, now: Timestamp) -> io::Result<()> {
    file.set_len(0)?;
    let holder = Holder { pid: std::process::id(), since: now };
    file.write_all(serde_json::to_string(&holder)?.as_bytes())
}

/// Whether a file is still that of a path: one that was removed in between locks nothing.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let same = |(one, other): (fs::Metadata, fs::Metadata)| (one.dev(), one.ino()) == (other.dev(), other.ino());
    file.metadata().ok().zip(fs::metadata(path).ok()).is_some_and(same)
}

#[cfg(windows)]
fn is_at(file: &File, path: &Path) -> bool {
    let same = |file| Ok(Handle::from_file(file)? == Handle::from_path(path)?);
    file.try_clone().and_then(same).unwrap_or(false)
}

/// Opens or makes a file that nobody else can read.
pub(crate) fn open_private(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(folder: &Path) -> Result<Claim, String> {
        let now = "2026-11-20T12:00:00.5Z".parse().expect("a time");
        Claim::take(folder, folder.join("in/.lock"), now).map_err(|error| error.to_string())
    }

    #[test]
    fn one_at_a_time_and_the_second_hears_of_the_first() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = take(folder.path()).expect("free");
        let told = take(folder.path()).expect_err("taken");
        let who = format!("(process {}, since 2026-11-20T12:00:00Z); wait for it", std::process::id());
        assert!(told.contains("another headcount is writing"), "{told}");
        assert!(cfg!(windows) || told.contains(&who), "{told}");
        drop(first);
        assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 0, "nothing stays");
        take(folder.path()).expect("free again");
    }

    #[test]
    fn what_a_crash_left_is_no_obstacle_and_what_others_left_is_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let lock = folder.path().join("in/.lock");
        fs::create_dir(folder.path().join("in")).expect("made");
        for left in ["{\"pid\":1,\"since\":\"2026-11-20T12:00:00Z\"}", "not ours"] {
            fs::write(&lock, left).expect("written");
            let claim = take(folder.path()).expect("nobody holds it");
            let signed = fs::read_to_string(&lock);
            assert!(cfg!(windows) || signed.expect("text").contains(&std::process::id().to_string()));
            drop(claim);
            assert!(folder.path().join("in").exists() && !lock.exists());
        }
        fs::write(folder.path().join("other"), "kept").expect("written");
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(folder.path().join("other"), &lock).expect("linked");
            assert!(take(folder.path()).expect_err("a link").contains("is no file"));
        }
        assert_eq!(fs::read_to_string(folder.path().join("other")).expect("text"), "kept");
    }

    #[test]
    fn many_at_once_never_hold_it_together() {
        let folder = tempfile::tempdir().expect("a folder");
        let held = std::sync::atomic::AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        let Ok(claim) = take(folder.path()) else { continue };
                        assert_eq!(held.fetch_add(1, std::sync::atomic::Ordering::SeqCst), 0);
                        held.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
                        drop(claim);
                    }
                });
            }
        });
    }
}
