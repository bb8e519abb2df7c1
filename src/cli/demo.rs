//! `headcount demo`: the whole job against simulated vendors, so that anybody can see it work.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;

use super::basis::BasisArgs;
use super::clock::{now, parse_moment};
use super::job::Job;
use super::measure::Measure;
use super::offer;
use super::output::say;
use super::privacy::PrivacyLevel;
use super::{Exit, Global, runtime};
use crate::model::Timestamp;
use crate::render::Format;
use crate::simulate::{Behaviour, ServeOptions, Simulators, World, WorldOptions, write_kit};

/// Options of `demo`.
#[derive(Debug, Args)]
pub(super) struct DemoArgs {
    /// Where the reports go
    #[arg(long, value_name = "DIR", default_value = "headcount-demo")]
    out: PathBuf,
    /// Formats, separated by commas, as `headcount audit` takes them
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = offer::format(), hide_possible_values = true)]
    format: Vec<Format>,
    /// Simulated accounts over all vendors
    #[arg(long, value_name = "N", default_value_t = 2_400)]
    accounts: u32,
    /// The same seed gives the same people
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Judge the same data by this policy, too; may be given again
    #[arg(long, value_name = "FILE")]
    policy: Vec<PathBuf>,
    /// Pretend that it is this date or RFC 3339 time
    #[arg(long, value_name = "WHEN", value_parser = parse_moment)]
    as_of: Option<Timestamp>,
}

pub(super) fn run(args: &DemoArgs, global: &Global) -> anyhow::Result<Exit> {
    let as_of = args.as_of.unwrap_or_else(now);
    let options = WorldOptions { accounts: args.accounts, seed: args.seed, today: as_of.date_naive() };
    let kit = tempfile::tempdir().context("can't make a temporary folder")?;
    runtime()?.block_on(async {
        let world = Arc::new(World::new(options));
        let simulators = Simulators::start(Arc::clone(&world), &ServeOptions::all(&Behaviour::default()))
            .await
            .context("can't listen on 127.0.0.1")?;
        write_kit(kit.path(), &world, &simulators).context("can't write the demo's configuration")?;
        if !global.quiet {
            say("Auditing five simulated vendors on 127.0.0.1, and the export of a sixth system; nothing leaves this machine");
        }
        let job = Job {
            basis: &BasisArgs::of_config(kit.path().join("headcount.toml")),
            out: &args.out,
            formats: &args.format,
            sources: &[],
            fail_on: None,
            baseline: None,
            policies: &args.policy,
            as_of: Some(as_of),
            privacy: PrivacyLevel::Full,
            bundle: None,
            measure: Measure::Nothing,
            email: false,
            allow_outage: false,
            exit_zero: false,
            engine: None,
        };
        job.run(global).await
    })
}
