//! How one run differs from what the configuration says.

use std::fmt;
use std::hash::{BuildHasher as _, RandomState};

use super::{Inputs, RunError};
use crate::audit::{Audit, AuditError, Evidence, Inventory};
use crate::bag::BagId;
use crate::breaker::Previous;
use crate::config::{Config, GateConfig};
use crate::fetch::{Population, Progress};
use crate::lake::Answered;
use crate::model::{SourceName, Timestamp};
use crate::snapshot::Snapshot;

/// How this run differs from what the configuration says.
pub struct RunOptions<'o> {
    /// Tells the time.
    pub clock: fn() -> Timestamp,
    /// Judge as of this moment; when absent, as of the moment at which fetching began.
    pub as_of: Option<Timestamp>,
    /// Only these sources; all, when empty.
    pub only: &'o [SourceName],
    /// Judge what was fetched before, instead of fetching now.
    pub snapshot: Option<&'o Snapshot>,
    /// Take what an engine has answered, instead of fetching and judging now.
    pub answered: Option<&'o Answered>,
    /// What it is judged by in the place of what the snapshot holds, for people.
    pub replaced: &'o [String],
    /// Be this run once more, instead of a new one.
    pub again: Option<&'o Identity>,
    /// The audit that this one is held against, if there is one.
    pub previous: Option<&'o Previous>,
    /// Where every judged account is put, when a format lists them all.
    pub inventory: Option<&'o Inventory>,
    /// Whether that list is written beside the report, where a later audit finds it.
    pub lists_accounts: bool,
    /// How much of what is found is kept.
    pub evidence: Evidence,
    /// What makes it fail.
    pub gate: &'o GateConfig,
    /// Sources whose outage is known don't make the verdict unverified.
    pub allow_outage: bool,
    /// Told how fetching goes.
    pub observer: &'o dyn Observer,
}

/// What is true of one run only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Its id.
    pub id: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Timestamp,
    /// The headcount that made it.
    pub tool_version: String,
    /// The snapshot that was judged, if there was one.
    pub snapshot: Option<BagId>,
}

impl fmt::Debug for RunOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunOptions").field("as_of", &self.as_of).field("only", &self.only).finish_non_exhaustive()
    }
}

impl<'o> RunOptions<'o> {
    /// An audit as this run makes it.
    pub(super) fn audit<'a>(&self, config: &'a Config, inputs: &'a Inputs, as_of: Timestamp) -> Audit<'a>
    where
        'o: 'a,
    {
        let audit = inputs.audit(config, as_of).with_inventory(self.inventory).with_evidence(self.evidence);
        audit.with_answers(self.answered.map(|answered| &answered.answers))
    }

    /// The moment of judgement.
    pub(crate) fn as_of(&self) -> Timestamp {
        self.as_of.unwrap_or_else(|| self.read_at((self.clock)()))
    }

    /// When reading the accounts began: now, unless they come from a snapshot.
    pub(super) fn read_at(&self, now: Timestamp) -> Timestamp {
        let answered = || self.answered.map_or(now, |answered| answered.started_at);
        self.snapshot.map_or_else(answered, |snapshot| snapshot.certificates().started_at)
    }

    /// The id of this run, which began at a moment.
    pub(super) fn id(&self, started_at: Timestamp) -> String {
        self.again.map_or_else(|| run_id(started_at), |identity| identity.id.clone())
    }

    /// This run, which began at a moment and has come to its end.
    pub(super) fn identity(&self, id: String, started_at: Timestamp) -> Identity {
        self.again.cloned().unwrap_or_else(|| Identity {
            id,
            started_at,
            finished_at: (self.clock)(),
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            snapshot: self.snapshot.map(|snapshot| snapshot.bag().id()),
        })
    }

    /// Why there is no answer, when an audit fails: what a snapshot holds may be at fault, or what an engine has answered.
    pub(crate) fn blame(&self, error: AuditError) -> RunError {
        if let Some((answered, disagreement)) = self.answered.zip(error.disagreement()) {
            return RunError::Unusable(vec![answered.refuted(disagreement)]);
        }
        match self.snapshot.filter(|_| error.is_about_record()) {
            Some(snapshot) => snapshot.tampered(error.to_string()).into(),
            None => error.into(),
        }
    }
}

/// Told how fetching goes.
pub trait Observer: Sync {
    /// A source is about to be fetched.
    fn started(&self, source: &SourceName) -> Box<dyn Progress>;
    /// A source has been fetched.
    fn fetched(&self, population: &Population);
    /// Something that may take long has begun behind fetching.
    fn entered(&self, phase: Phase);
}

/// What may take long when everything has been fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Rules are applied to accounts.
    Judging,
    /// Reports are written.
    Writing,
}

impl Phase {
    /// In words, behind "still".
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Judging => "judging the accounts",
            Self::Writing => "writing the reports",
        }
    }
}

/// Unique to a run: its start and 32 random bits.
fn run_id(started_at: Timestamp) -> String {
    let random = RandomState::new().hash_one(started_at.timestamp_nanos_opt());
    format!("{}-{:08x}", started_at.format("%Y%m%dT%H%M%SZ"), random & 0xffff_ffff)
}
