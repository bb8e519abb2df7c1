//! What `explain` and `crosswalk suggest` share: where accounts come from, and what has to be read before they are
//! looked at.

use clap::Args;

use super::basis::{Basis, BasisArgs};
use super::clock::{latest, now, parse_moment};
use super::progress::Waiting;
use crate::audit::Evidence;
use crate::config::Config;
use crate::model::{SourceName, Timestamp};
use crate::run::{Inputs, RunError, RunOptions};
use crate::snapshot::Snapshot;

/// Options of a command that looks at accounts without a report.
#[derive(Debug, Args)]
pub(super) struct InvestigationArgs {
    #[command(flatten)]
    basis: BasisArgs,
    /// Judge as of this date (its end, UTC) or RFC 3339 time instead of now
    #[arg(long, value_name = "WHEN", value_parser = parse_moment)]
    as_of: Option<Timestamp>,
}

/// Everything that was read before the first request.
#[derive(Debug)]
pub(super) struct Investigation {
    pub(super) config: Config,
    pub(super) inputs: Inputs,
    pub(super) only: Vec<SourceName>,
    snapshot: Option<Snapshot>,
    replaced: Vec<String>,
    as_of: Option<Timestamp>,
}

impl InvestigationArgs {
    /// Reads what the configuration names, to look at these sources; at all, when empty.
    pub(super) fn read(&self, sources: &[String]) -> Result<Investigation, RunError> {
        let basis = self.basis.read(false, &[])?;
        let only = basis.chosen(sources)?;
        let Basis { config, snapshot, replaced, .. } = basis;
        let inputs = Inputs::load(&config, None, latest(self.as_of))?;
        Ok(Investigation { config, inputs, only, snapshot, replaced, as_of: self.as_of })
    }
}

impl Investigation {
    /// How to run it.
    pub(super) fn options<'o>(&'o self, waiting: &'o Waiting) -> RunOptions<'o> {
        RunOptions {
            clock: now,
            as_of: self.as_of,
            only: &self.only,
            snapshot: self.snapshot.as_ref(),
            answered: None,
            replaced: &self.replaced,
            again: None,
            previous: None,
            inventory: None,
            lists_accounts: false,
            evidence: Evidence::Whole,
            gate: &self.config.gate,
            allow_outage: false,
            observer: waiting,
        }
    }
}
