//! Promises: what reviews have decided to take away or change. An input of every later audit, like waivers; whether one is kept is
//! seen in the population, and nowhere else.

mod file;
mod kept;
mod source;

pub use file::{Promise, PromiseFile, PromiseFormat, PromisedAction, ReviewNumbers, Then};
pub use kept::{KeptPromise, PromiseMemory, PromiseState};
pub use source::{PromisedThere, Settled, Sight, SourcePromises};

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::bag::Role;
use crate::base::diagnostic::Diagnostic;
use crate::config::Config;
use crate::files::Files;
use crate::model::{SourceName, Timestamp};

/// The promises of all reviews.
#[derive(Debug, Default)]
pub struct Promises {
    /// The reviews, in the order in which they were opened.
    pub reviews: Vec<PromiseFile>,
    /// Old names of sources → new ones.
    renamed: BTreeMap<String, String>,
    /// The folders of reviews that have none.
    without: Vec<PathBuf>,
}

impl Promises {
    /// Reads those of all reviews below the folder of `[review]`.
    ///
    /// # Errors
    /// What is wrong with a file, and where; also a promise about a source that nobody knows, so that nobody would look at it.
    pub fn read(config: &Config) -> Result<Self, Vec<Diagnostic>> {
        let Some(review) = &config.review else { return Ok(Self::default()) };
        let renamed = config.history.iter().flat_map(|history| &history.renamed);
        let renamed = renamed.map(|(new, old)| (old.clone(), new.clone())).collect();
        let mut promises = Self { reviews: Vec::new(), renamed, without: Vec::new() };
        let (mut paths, mut mistakes) = (Vec::new(), Vec::new());
        let files = Self::files(&config.files, &review.folder).map_err(|mistake| vec![mistake])?;
        let opened = below(&config.files, &review.folder, "review.json").map_err(|mistake| vec![mistake])?;
        // A bundle holds the promises alone.
        let folders = opened.iter().filter(|path| path.ends_with("review.json")).filter_map(|path| path.parent());
        promises.without = folders.filter(|folder| !files.contains(&folder.join(FILE))).map(Path::to_owned).collect();
        for path in files {
            match PromiseFile::read(&config.files, &path) {
                Ok(file) => {
                    promises.reviews.push(file);
                    paths.push(path);
                }
                Err(mistake) => mistakes.push(mistake),
            }
        }
        let files = promises.reviews.iter().zip(&paths);
        mistakes.extend(files.filter_map(|(file, path)| promises.of_no_source(file, path, config)));
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        promises.reviews.sort_by(|a, b| a.order().cmp(&b.order()));
        Ok(promises)
    }

    /// The first promise of a file that still counts and is about a source that nobody knows.
    fn of_no_source(&self, file: &PromiseFile, path: &Path, config: &Config) -> Option<Diagnostic> {
        let superseded: BTreeSet<&str> =
            self.reviews.iter().flat_map(|file| &file.superseded).map(String::as_str).collect();
        let is_retired = |name: &str| config.history.as_ref().is_some_and(|history| history.retired.contains(name));
        let is_known = |name: &str| config.sources.iter().any(|source| source.name.as_str() == name);
        let still_counts = file.promises.iter().filter(|promise| !superseded.contains(promise.id.as_str()));
        let named = still_counts.map(|promise| (promise, self.source_of(promise)));
        let (promise, name) = named.into_iter().find(|(_, name)| !is_known(name) && !is_retired(name))?;
        let text = config.files.read_to_string(Role::Promises, path).unwrap_or_default();
        let at = text.find(&promise.id).unwrap_or_default();
        let what = format!("this promise is about an account at {name}, and no [[source]] is called so");
        let help = "name its new name in [history] renamed; or, if it is gone for good, in [history] retired: then nobody can tell \
                    whether it is done";
        Some(Diagnostic::in_text(path, &text, at..at, what).help(help))
    }

    /// What the source of a promise is called now.
    pub fn source_of<'s>(&'s self, promise: &'s Promise) -> &'s str {
        self.renamed.get(&promise.source).unwrap_or(&promise.source)
    }

    /// The ids of all.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.reviews.iter().flat_map(|file| &file.promises).map(|promise| promise.id.as_str())
    }

    /// Where those of all reviews below a folder are.
    ///
    /// # Errors
    /// Nobody may look there.
    pub fn files(files: &Files, folder: &Path) -> Result<Vec<PathBuf>, Diagnostic> {
        below(files, folder, FILE)
    }

    /// What is wrong with reviews of which nobody can tell what they have decided.
    pub fn unknown(&self) -> impl Iterator<Item = Diagnostic> {
        self.without.iter().map(|folder| {
            Diagnostic::of_file(
                folder,
                format!("this review has no {FILE}, so that nobody can tell what it has decided"),
            )
            .help("restore it from the bundle of the review; the folder of one that was never opened can be removed")
        })
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

    /// The later reviews that have decided anew about promises of one.
    pub fn superseding<'s>(&'s self, file: &'s PromiseFile, now: Timestamp) -> impl Iterator<Item = &'s str> {
        let ids: BTreeSet<&str> = file.promises.iter().map(|promise| promise.id.as_str()).collect();
        let is_later = move |other: &&PromiseFile| other.superseded.iter().any(|id| ids.contains(id.as_str()));
        self.closed(now).filter(is_later).map(|other| other.review.as_str())
    }

    /// Those about accounts of a source.
    pub fn of(&self, source: &SourceName, now: Timestamp) -> SourcePromises<'_> {
        SourcePromises::new(self.open(now).filter(|(_, promise)| self.source_of(promise) == source.as_str()), now)
    }
}

/// Where the promises of a review are, below its folder.
const FILE: &str = "outcome/promises.json";

/// Where a file is below all folders of reviews.
fn below(files: &Files, folder: &Path, file: &str) -> Result<Vec<PathBuf>, Diagnostic> {
    files.below(Role::Promises, folder, Path::new(file)).map_err(|(path, error)| {
        let what = format!("can't look whether a review has promised something: {error}");
        Diagnostic::of_file(&path, what).help("the folders of reviews are private: let whoever audits read them")
    })
}
