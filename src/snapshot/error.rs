//! Why a snapshot can't be made or used.

use std::io;
use std::path::{Path, PathBuf};

use crate::bag::{BagError, NameError, Tier};
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
    /// There is nothing.
    #[error("{} is no snapshot: there is no such file or folder", .0.display())]
    Nothing(PathBuf),
    /// It was made by a headcount that kept accounts only.
    #[error(
        "{} is a snapshot of an earlier headcount, which doesn't hold what the accounts are judged by; make a new one: \
         headcount fetch --out DIR", .0.display()
    )]
    Old(PathBuf),
    /// It doesn't tell everything.
    #[error("{} tells of people only {}; judge the full one of which it was made", path.display(), told(*tier))]
    Redacted {
        /// The bundle.
        path: PathBuf,
        /// How much it tells.
        tier: Tier,
    },
    /// A partial one is of another format.
    #[error("{} has format {found}, and this headcount goes on with format {supported}; fetch without --resume", path.display())]
    Version {
        /// The file that says so.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// Ours.
        supported: u32,
    },
    /// It would be read by whoever may read the snapshot.
    #[error("{} holds a secret of this configuration, which must not be in a snapshot or bundle; take it out", .0.display())]
    Secret(PathBuf),
    /// The bag that it is can't be written or read.
    #[error(transparent)]
    Bag(#[from] BagError),
    /// A rule or a file has a name that no bag can hold.
    #[error(transparent)]
    Name(#[from] NameError),
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

const fn told(tier: Tier) -> &'static str {
    match tier {
        Tier::Full => "everything",
        Tier::Pseudonymous => "pseudonyms",
        Tier::Counts => "numbers",
    }
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
