//! What comes of an audit, or why it could not be finished. Filled by [`super::Audit`], read by gate and report.

use std::collections::BTreeMap;
use std::error::Error;
use std::io;

use super::answers::Disagreement;
use super::matrix::Cell;
use super::near::LikelyLine;
use super::promised::PromiseStates;
use crate::correlate::{Tally, Unbalanced};
use crate::exception::{BaselineUse, DeclaredUse, WaiverUse};
use crate::fetch::RecordError;
use crate::finding::Findings;
use crate::model::{RosterIssue, SourceName};

/// What an audit found.
#[derive(Debug)]
pub struct Outcome {
    /// How many accounts are in which situation, over all sources.
    pub tally: Tally,
    /// Sorted by severity, rule, source and subject.
    pub findings: Findings,
    /// What each rule could judge at each source, sorted by rule and source.
    pub cells: Vec<Cell>,
    /// What became of each declared account of the sources, in the order of the file.
    pub declared: Vec<DeclaredUse>,
    /// What became of each waiver, in the order of the file.
    pub waivers: Vec<WaiverUse>,
    /// What became of each entry of the baseline.
    pub baseline: Vec<BaselineUse>,
    /// What is wrong with the roster as of the audit, and could not be told when it was read.
    pub roster_issues: Vec<RosterIssue>,
    /// How many keys of each source's accounts stand for nothing; sources without any are left out.
    pub void_keys: BTreeMap<SourceName, u64>,
    /// How the accounts of each source found their owners.
    pub by_source: BTreeMap<SourceName, SourceMatching>,
    /// What became of the promises about accounts of these sources.
    pub promises: PromiseStates,
}

/// How the accounts of one source found their owners.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceMatching {
    /// How many are in which situation.
    pub tally: Tally,
    /// The line that would settle most of those that have none.
    pub likely: Option<LikelyLine>,
}

/// Why an audit could not be finished.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The received records could not be read again.
    #[error("can't read the received records of {source_name} again: {error}")]
    Spool {
        /// Whose.
        source_name: SourceName,
        /// Why.
        error: io::Error,
    },
    /// What was found could not be kept.
    #[error("can't keep the findings in the temporary folder: {0}; free some space or set TMPDIR")]
    Findings(io::Error),
    /// The tables of facts can't be written.
    #[error("can't write the facts: {0}")]
    Facts(io::Error),
    /// Accounts were lost on the way: a defect of headcount itself.
    #[error("{source_name}: {error}; please report this as a defect of headcount")]
    Unbalanced {
        /// Whose.
        source_name: SourceName,
        /// The numbers.
        error: Unbalanced,
    },
}

impl AuditError {
    /// What an engine says otherwise than headcount, if that is why.
    pub fn disagreement(&self) -> Option<&Disagreement> {
        let (Self::Spool { error, .. } | Self::Findings(error)) = self else { return None };
        error.get_ref()?.downcast_ref()
    }

    /// Whether a record is no account. What was just fetched has been counted as accounts.
    pub fn is_about_record(&self) -> bool {
        let Self::Spool { error, .. } = self else { return false };
        error.get_ref().is_some_and(<dyn Error + Send + Sync>::is::<RecordError>)
    }
}
