//! `headcount report`: what an engine has answered, as a report.

use std::path::PathBuf;

use clap::Args;

use super::basis::BasisArgs;
use super::job::{EngineAnswer, Job, OutcomeArgs};
use super::{ConfigArg, Exit, Global, runtime};
use crate::lake::Answered;

/// Options of `report`.
#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    #[command(flatten)]
    config: ConfigArg,
    /// What the engine has answered: a file of Parquet, NDJSON or CSV, or a folder of such
    #[arg(long, value_name = "FILE")]
    verdicts: PathBuf,
    /// The folder of the facts: certificates, and the records of the accounts that the engine accuses
    #[arg(long, value_name = "DIR")]
    facts: PathBuf,
    #[command(flatten)]
    pub(super) outcome: OutcomeArgs,
}

pub(super) fn run(args: &ReportArgs, global: &Global) -> anyhow::Result<Exit> {
    let basis = BasisArgs::of_config(args.config.path().to_owned());
    let engine = Some(EngineAnswer { facts: &args.facts, verdicts: &args.verdicts });
    // As of when its facts were told; that there are none is said with everything else.
    let as_of = Answered::as_of(&args.facts);
    let job = Job { as_of, engine, ..Job::new(&basis, &args.outcome) };
    runtime()?.block_on(job.run(global))
}
