//! Promises: what reviews have decided to take away or change. An input of every later audit, like waivers; whether one is kept is
//! seen in the population, and nowhere else.

mod file;
mod kept;
mod source;

pub use file::{Promise, PromiseFile, PromiseFormat, PromisedAction, ReviewNumbers, Then};
pub use kept::{KeptPromise, PromiseMemory, PromiseState};
pub use source::{PromisedThere, Settled, Sight, SourcePromises};

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::bag::Role;
use crate::base::diagnostic::Diagnostic;
use crate::files::Files;
use crate::model::{SourceName, Timestamp};

/// The promises of all reviews.
#[derive(Debug, Default)]
pub struct Promises {
    /// The reviews, in the order in which they were opened.
    pub reviews: Vec<PromiseFile>,
}

impl Promises {
    /// Reads those of all reviews below a folder.
    ///
    /// # Errors
    /// What is wrong with a file, and where.
    pub fn read(files: &Files, folder: &Path) -> Result<Self, Vec<Diagnostic>> {
        let (mut reviews, mut mistakes) = (Vec::new(), Vec::new());
        for path in Self::files(files, folder) {
            match PromiseFile::read(files, &path) {
                Ok(file) => reviews.push(file),
                Err(mistake) => mistakes.push(mistake),
            }
        }
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        reviews.sort_by(|a: &PromiseFile, b| (a.opened_at, &a.review).cmp(&(b.opened_at, &b.review)));
        Ok(Self { reviews })
    }

    /// Where those of all reviews below a folder are.
    pub fn files(files: &Files, folder: &Path) -> Vec<PathBuf> {
        files.below(Role::Promises, folder, Path::new("outcome/promises.json"))
    }

    /// Those that still count, with their reviews, as of a moment: nothing was promised before it was closed.
    pub fn open(&self, now: Timestamp) -> impl Iterator<Item = (&PromiseFile, &Promise)> {
        let superseded: BTreeSet<&str> = self.superseded(now).collect();
        let all = self.closed(now).flat_map(|file| file.promises.iter().map(move |promise| (file, promise)));
        all.filter(move |(_, promise)| !superseded.contains(promise.id.as_str()))
    }

    fn closed(&self, now: Timestamp) -> impl Iterator<Item = &PromiseFile> {
        self.reviews.iter().filter(move |file| file.closed_at.is_some_and(|at| at <= now))
    }

    /// Those that don't count any more, because a later review has decided anew.
    pub fn superseded(&self, now: Timestamp) -> impl Iterator<Item = &str> {
        self.closed(now).flat_map(|file| file.superseded.iter().map(String::as_str))
    }

    /// Those about accounts of a source.
    pub fn of(&self, source: &SourceName, now: Timestamp) -> SourcePromises<'_> {
        SourcePromises::new(self.open(now).filter(|(_, promise)| promise.source == source.as_str()), now)
    }
}
