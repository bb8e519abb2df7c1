//! Closing a review: it is whole, and still true, or it says why not; then its outcome, and all of it under one seal.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::path::{Path, PathBuf};

use super::campaign::{Campaign, ReviewError};
use super::evidence::SealedAudit;
use super::item::Facts;
use super::journal::{Decision, Event};
use super::outcome::OutcomeFile;
use super::state::{Asked, Standing};
use crate::bag::{self, BagError, BagId, BagWriter, Description, Input, Kind, PayloadName, Previous, Role, Tier};
use crate::base::diagnostic::Diagnostic;
use crate::base::text::{counted, first_few};
use crate::model::Timestamp;

/// How a review is closed.
#[derive(Debug)]
pub struct Closing {
    /// Why, if not everything is decided.
    pub incomplete: Option<String>,
    /// Why it isn't held against a later audit.
    pub no_recheck: Option<String>,
}

/// What stands in the way of closing it.
#[derive(Debug, Default)]
pub struct Obstacles {
    /// As sentences.
    pub texts: Vec<String>,
    /// The accounts that aren't any more what was kept.
    pub stale: u64,
}

impl Campaign {
    /// Looks whether everything is decided, and whether what was kept is still what it was. What isn't, is undecided again.
    ///
    /// # Errors
    /// The later audit can't be used, or the journal not be written.
    pub fn recheck(
        &mut self,
        later: Option<&SealedAudit>,
        now: Timestamp,
    ) -> Result<(Obstacles, Vec<String>), ReviewError> {
        let mut obstacles = Obstacles::default();
        let mut born = Vec::new();
        if let Some(later) = later {
            let wrong = |why: &str| Diagnostic::of_file(later.bag().path(), why);
            if later.report.run.as_of <= self.review.evidence.as_of {
                return Err(wrong("is no later audit than the one that the review rests on").into());
            }
            let (stale, came) = self.compare(later)?;
            obstacles.stale = stale.len() as u64;
            born = came;
            if !stale.is_empty() {
                self.record(now, stale)?;
            }
            let sources: BTreeSet<&str> =
                self.state.asked.values().map(|asked| asked.item.facts.source.as_str()).collect();
            let unseen = sources.into_iter().filter(|source| !later.is_whole(source));
            obstacles.texts.extend(unseen.map(|source| {
                format!("{source} wasn't seen whole in the later audit, so that nobody knows whether what was kept is as it was")
            }));
        }
        self.count_obstacles(&mut obstacles);
        Ok((obstacles, born))
    }

    fn count_obstacles(&self, obstacles: &mut Obstacles) {
        let count = self.state.count();
        let mut say = |number: u64, what: &str| {
            if number > 0 {
                obstacles.texts.push(format!("{} {what}", counted(number, "account", "accounts")));
            }
        };
        say(count.open, "without an answer");
        say(count.unsigned, "answered, but not signed");
        say(count.conflicts, "with answers that differ: `headcount review assign` says who decides");
        say(count.unassigned, "about which nobody may decide: `headcount review assign` names somebody");
        let keys =
            self.state.asked.iter().filter(|(_, asked)| !matches!(self.state.standing_of(asked), Standing::Decided(_)));
        let keys: Vec<String> = keys.map(|(key, _)| key.clone()).collect();
        if !keys.is_empty() {
            obstacles.texts.push(first_few(keys.into_iter(), 10).join(", "));
        }
    }

    /// What was kept and is different now, and which accounts have come.
    fn compare(&self, later: &SealedAudit) -> Result<(Vec<Event>, Vec<String>), Diagnostic> {
        let left_out = self.left_out().map_err(|error| Diagnostic::of_file(self.folder(), error.to_string()))?;
        let left_out: BTreeSet<String> = left_out.into_iter().collect();
        let mut now: HashMap<String, Facts> = HashMap::new();
        let mut born = Vec::new();
        later.accounts(&mut |facts| {
            let key = facts.key();
            if self.state.asked.contains_key(&key) {
                now.insert(key, facts);
            } else if !left_out.contains(&key) {
                born.push(key);
            }
        })?;
        let stale = self.state.asked.values().filter_map(|asked| self.stale(asked, now.get(&asked.item.key)?));
        Ok((stale.collect(), born))
    }

    fn stale(&self, asked: &Asked, now: &Facts) -> Option<Event> {
        let kept =
            matches!(self.state.standing_of(asked), Standing::Decided(answer) if answer.decision == Decision::Keep);
        let changed = now.changes_since(&asked.item.facts);
        let declared_owner = asked.item.facts.declared_owner.clone();
        let now = Box::new(Facts { declared_owner, ..now.clone() });
        (kept && !changed.is_empty()).then(|| Event::Stale { key: asked.item.key.clone(), changed, now })
    }

    /// Writes down that it is closed.
    ///
    /// # Errors
    /// The journal can't be written.
    pub fn close(
        &mut self,
        closing: Closing,
        against: Option<&SealedAudit>,
        born: Vec<String>,
        now: Timestamp,
    ) -> Result<(), ReviewError> {
        let Closing { incomplete, no_recheck } = closing;
        let against = against.map(SealedAudit::id);
        Ok(self.record(now, vec![Event::Closed { incomplete, against, no_recheck, born }])?)
    }

    /// Writes what came of it.
    ///
    /// # Errors
    /// The disk is full.
    pub fn write_outcome(&self, files: &[OutcomeFile]) -> Result<(), ReviewError> {
        for (name, bytes) in files {
            self.write(name, bytes)?;
        }
        Ok(())
    }

    /// Seals all of it. The bundle before it is that of the audit.
    ///
    /// # Errors
    /// Something is there, a file can't be read, or the disk is full.
    pub fn seal(&self, target: &Path) -> Result<BagId, BagError> {
        let mut bag = BagWriter::beside(target)?;
        let mut inputs = Vec::new();
        let paths = files(self.folder()).map_err(|error| BagError::Read { path: self.folder().to_owned(), error })?;
        let mut numbers = HashMap::new();
        for path in paths {
            let shown = path.strip_prefix(self.folder()).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            let file = payload(&shown, &mut numbers)?;
            bag.file(&file, |out| io::copy(&mut std::fs::File::open(&path)?, out).map(drop))?;
            inputs.push(Input { role: Role::Review, shown, file, modified_at: None });
        }
        let review = &self.review;
        let run = bag::Run {
            id: Some(format!("review-{}", review.id)),
            as_of: Some(self.state.ended.as_ref().map_or(review.opened_at, |ended| ended.at)),
            started_at: review.opened_at,
            finished_at: self.state.ended.as_ref().map_or(review.opened_at, |ended| ended.at),
            tool_version: review.tool_version.clone(),
        };
        let previous = review.evidence.bundle_id.parse().ok().map(|id| Previous {
            id,
            run_id: review.evidence.run_id.clone(),
            as_of: review.evidence.as_of,
        });
        let description =
            Description { kind: Kind::Review, tier: Tier::Full, previous, ..Description::of_snapshot(run, inputs) };
        bag.seal(&description)?.into_zip()
    }
}

/// Where a file of the review is in its bundle: under its own name, if a bundle can have that.
fn payload(shown: &str, numbers: &mut HashMap<String, usize>) -> Result<PayloadName, BagError> {
    if let Ok(name) = PayloadName::new(shown) {
        return Ok(name);
    }
    let (folder, file) = shown.rsplit_once('/').unwrap_or(("", shown));
    let (stem, extension) = file.rsplit_once('.').unwrap_or((file, "bin"));
    let number = numbers.entry(folder.to_owned()).and_modify(|number| *number += 1).or_insert(1);
    let folder = if folder.is_empty() { "review" } else { folder };
    let named = PayloadName::numbered(folder, stem, *number, extension);
    named.map_err(|error| BagError::NoBag { path: PathBuf::from(shown), why: error.to_string() })
}

/// All files below a folder that belong to the review, sorted.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let (mut found, mut open) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            let is_ours = !entry.file_name().to_string_lossy().starts_with('.');
            let kind = entry.file_type()?;
            if kind.is_dir() && is_ours {
                open.push(entry.path());
            } else if kind.is_file() && is_ours {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Checks that a bundle can be written there, before anything is closed.
///
/// # Errors
/// Something is there, or nothing can be written beside it.
pub fn can_be_sealed(target: &Path) -> Result<(), BagError> {
    BagWriter::beside(target).map(drop)
}
