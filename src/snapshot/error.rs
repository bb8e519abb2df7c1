//! Why a snapshot can't be made or used.

use std::io;
use std::path::{Path, PathBuf};

use crate::base::diagnostic::Diagnostic;
use crate::claim::Held;
use crate::model::SourceName;

/// Why a snapshot can't be made or used.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// A source can't be asked as it is configured; nothing was requested.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Unusable(Vec<Diagnostic>),
    /// Something is there already.
    #[error("{} exists already; name a new folder, or remove it first", .0.display())]
    Exists(PathBuf),
    /// Nothing is there to be resumed.
    #[error("{} doesn't exist, so there is nothing to resume; fetch without --resume", .0.display())]
    NothingToResume(PathBuf),
    /// Another process is writing it.
    #[error(transparent)]
    Busy(Held),
    /// It was begun with another configuration, whose answers may be those of other questions.
    #[error("{} was begun with another configuration; fetch without --resume to begin anew", .0.display())]
    OtherConfiguration(PathBuf),
    /// The user stopped it.
    #[error("interrupted; {} holds what has arrived", .0.display())]
    Interrupted(PathBuf),
    /// A file can't be written.
    #[error("can't write {}: {error}{}", path.display(), advice(error))]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A file can't be read.
    #[error("can't read {}: {error}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// It isn't whole.
    #[error("{} is a partial snapshot and can't be audited; finish it with fetch --resume", .0.display())]
    Partial(PathBuf),
    /// It is no snapshot at all.
    #[error("{} is no snapshot: it holds no manifest.json", .0.display())]
    NotASnapshot(PathBuf),
    /// It was made by a headcount that writes another format.
    #[error("{} has format {found}, and this headcount reads format {supported}; use the one that made it", path.display())]
    Version {
        /// The manifest.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// Ours.
        supported: u32,
    },
    /// It was changed since it was made, or the disk lost something.
    #[error("{}: {what}; the snapshot was changed or damaged, so it proves nothing", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What doesn't fit.
        what: String,
    },
    /// Its hashes fit, and what it says can't be: no disk does that.
    #[error("{}: {what}, though all hashes fit; the snapshot was tampered with, so it proves nothing", path.display())]
    Tampered {
        /// The file.
        path: PathBuf,
        /// What can't be.
        what: String,
    },
    /// It doesn't hold what the configuration names.
    #[error("the snapshot has no source \"{0}\"; it holds {1}")]
    NoSource(SourceName, String),
    /// It holds a source of that name that is of another kind.
    #[error("\"{name}\" is {stored} in the snapshot and {configured} in the configuration")]
    OtherVendor {
        /// The source.
        name: SourceName,
        /// Kind in the snapshot.
        stored: String,
        /// Kind in the configuration.
        configured: &'static str,
    },
}

fn advice(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "; free some space, then fetch --resume goes on from here"
        }
        _ => "",
    }
}

impl SnapshotError {
    pub(super) fn write(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        |error| Self::Write { path, error }
    }

    pub(super) fn read(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        |error| Self::Read { path, error }
    }

    pub(super) fn damaged(path: &Path, what: impl Into<String>) -> Self {
        Self::Damaged { path: path.to_owned(), what: what.into() }
    }
}
