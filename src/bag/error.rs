//! Why a bag can't be made or read, and what is wrong with one that can.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why a bag can't be made or read.
#[derive(Debug, thiserror::Error)]
pub enum BagError {
    /// Something is where it should be made.
    #[error("{} exists already; name another, or remove it first", .0.display())]
    Exists(PathBuf),
    /// A file can't be written.
    #[error("can't write {}: {error}; nothing was left half-written", path.display())]
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
    /// It is something else.
    #[error("{} is no bundle: {why}", path.display())]
    NoBag {
        /// The file or folder.
        path: PathBuf,
        /// What it lacks.
        why: String,
    },
    /// No bundle is as large.
    #[error("{} isn't read: {why}", path.display())]
    TooLarge {
        /// The file or folder.
        path: PathBuf,
        /// What is too large.
        why: String,
    },
    /// It isn't what was sealed.
    #[error("{} was altered or damaged, so it proves nothing:\n{}", path.display(), lines(defects))]
    Altered {
        /// The file or folder.
        path: PathBuf,
        /// All that is wrong with its structure.
        defects: Vec<Defect>,
    },
    /// It has no such file.
    #[error("{} has no data/{name}", path.display())]
    NoFile {
        /// The file or folder.
        path: PathBuf,
        /// The file that isn't there.
        name: String,
    },
}

fn lines(defects: &[Defect]) -> String {
    defects.iter().map(|defect| format!("  {defect}")).collect::<Vec<_>>().join("\n")
}

impl BagError {
    pub(super) fn write(path: &Path) -> impl Fn(io::Error) -> Self + '_ {
        move |error| Self::Write { path: path.to_owned(), error }
    }

    pub(super) fn read(path: &Path) -> impl Fn(io::Error) -> Self + '_ {
        move |error| Self::Read { path: path.to_owned(), error }
    }

    pub(super) fn no_bag(path: &Path, why: impl Into<String>) -> Self {
        Self::NoBag { path: path.to_owned(), why: why.into() }
    }

    pub(super) fn too_large(path: &Path, why: impl Into<String>) -> Self {
        Self::TooLarge { path: path.to_owned(), why: why.into() }
    }
}

/// One thing that is wrong with a bag. What is named is as the bag spells it; only what could move a terminal's cursor is
/// escaped.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Defect {
    /// A file has other contents than the seal says.
    Changed {
        /// The file.
        file: String,
        /// The SHA-256 that the manifest says.
        expected: String,
        /// The one that it has.
        found: String,
    },
    /// A file isn't there.
    Missing {
        /// The file.
        file: String,
    },
    /// A file is there that the seal doesn't know.
    Unlisted {
        /// The file.
        file: String,
    },
    /// A file is there several times, so that each reader sees another.
    Repeated {
        /// The file.
        file: String,
    },
    /// A file can't be read as what it has to be.
    Malformed {
        /// The file.
        file: String,
        /// Why.
        why: String,
    },
}

impl Defect {
    pub(super) fn malformed(file: impl Into<String>, why: impl Into<String>) -> Self {
        Self::Malformed { file: file.into(), why: why.into() }
    }
}

/// A name that anybody may have written, without what moves the cursor.
fn visible(name: &str) -> String {
    const LONGEST: usize = 300;
    let mut shown: String = name.chars().take(LONGEST).flat_map(shown).collect();
    if shown.len() < name.len() && name.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}

fn shown(c: char) -> Vec<char> {
    let is_hidden =
        matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    if c.is_control() || is_hidden { c.escape_unicode().collect() } else { vec![c] }
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed { file, expected, found } => {
                write!(f, "changed {} (manifest {}, file {})", visible(file), short(expected), short(found))
            }
            Self::Missing { file } => write!(f, "missing {}", visible(file)),
            Self::Unlisted { file } => write!(f, "not in the manifest {}", visible(file)),
            Self::Repeated { file } => write!(f, "more than once {}", visible(file)),
            Self::Malformed { file, why } => write!(f, "malformed {}: {}", visible(file), visible(why)),
        }
    }
}

fn short(sha256: &str) -> String {
    format!("{}…", sha256.get(..12).unwrap_or(sha256))
}
