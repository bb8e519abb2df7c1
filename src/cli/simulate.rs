//! `headcount simulate`: the simulated vendors, until they are interrupted.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;

use super::clock::{now, parse_moment};
use super::output::say;
use super::{Exit, Global, runtime};
use crate::model::Timestamp;
use crate::simulate::faults::{self, FaultKind, FaultRate};
use crate::simulate::{Behaviour, ServeOptions, Simulators, World, WorldOptions, write_kit};

/// Options of `simulate`.
#[derive(Debug, Args)]
#[command(after_long_help = fault_kinds())]
pub(super) struct SimulateArgs {
    /// Address of the first vendor, on loopback; the others take the ports after it
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8700")]
    listen: SocketAddr,
    /// Where configuration, roster and credentials for the simulators are written
    #[arg(long, value_name = "DIR", default_value = "headcount-sim")]
    out: PathBuf,
    /// Simulated accounts over all vendors
    #[arg(long, value_name = "N", default_value_t = 2_400)]
    accounts: u32,
    /// The same seed gives the same people
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// The organisation in a later quarter, 2 or 3: its day is 91 days after that of the one before (`--as-of`)
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=3))]
    quarter: u32,
    /// Wait so long before each answer, for example 50ms
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration, default_value = "0s")]
    latency: Duration,
    /// Misbehave in this way for this part of the requests, as in unavailable=0.1; may be given again. `--help` names
    /// all kinds
    #[arg(long, value_name = "KIND=RATE")]
    fault: Vec<FaultRate>,
    /// Pretend that it is this date or RFC 3339 time
    #[arg(long, value_name = "WHEN", value_parser = parse_moment)]
    as_of: Option<Timestamp>,
}

pub(super) fn run(args: &SimulateArgs, global: &Global) -> anyhow::Result<Exit> {
    if !args.listen.ip().is_loopback() {
        say(&format!("error: {} is not on loopback; the simulators serve this machine only", args.listen));
        return Ok(Exit::Unusable);
    }
    let today = args.as_of.unwrap_or_else(now).date_naive();
    let faults = (!args.fault.is_empty()).then(|| faults::hook(args.fault.clone(), args.seed));
    let behaviour = Behaviour { latency: args.latency, faults, ..Behaviour::default() };
    let options = ServeOptions { listen: Some(args.listen), ..ServeOptions::all(&behaviour) };
    runtime()?.block_on(async {
        let world = Arc::new(
            World::new(WorldOptions { accounts: args.accounts, seed: args.seed, today }).in_quarter(args.quarter),
        );
        let simulators = Simulators::start(Arc::clone(&world), &options).await.with_context(|| {
            format!("can't listen on {} and the ports after it; choose others with --listen", args.listen)
        })?;
        write_kit(&args.out, &world, &simulators)
            .with_context(|| format!("can't write the configuration into {}", args.out.display()))?;
        if !global.quiet {
            for vendor in simulators.vendors() {
                say(&format!("{:24} {}", vendor.to_string(), simulators.base_url(vendor).unwrap_or_default()));
            }
            // Whoever chose the day has to judge by it.
            let day = args.as_of.map_or_else(String::new, |_| format!(" --as-of {today}"));
            say(&format!("Audit them with: headcount audit -c {}{day}", args.out.join("headcount.toml").display()));
            say("Ctrl-C ends the simulation");
        }
        tokio::signal::ctrl_c().await.context("can't wait for Ctrl-C")?;
        Ok(Exit::Success)
    })
}

fn fault_kinds() -> String {
    let kinds: Vec<String> = FaultKind::all().map(|kind| format!("  {:16} {}", kind.name(), kind.about())).collect();
    format!("Kinds of --fault:\n{}", kinds.join("\n"))
}
