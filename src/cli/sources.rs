//! `headcount sources`: what is configured, and with `--check` whether it can be reached.

use clap::Args;
use futures_util::future::join_all;

use super::hr::Reading;
use super::output::{say, show};
use super::{ConfigArg, Exit, runtime};
use crate::base::text::counted;
use crate::config::{Config, SourceConfig};
use crate::render::terminal;

/// Options of `sources`.
#[derive(Debug, Args)]
pub(super) struct SourcesArgs {
    #[command(flatten)]
    config: ConfigArg,
    /// Read the roster, and ask each vendor for one record
    #[arg(long)]
    check: bool,
}

pub(super) fn run(args: &SourcesArgs) -> anyhow::Result<Exit> {
    let config = match Config::load(args.config.path()) {
        Ok(config) => config,
        Err(mistakes) => {
            show(&mistakes);
            return Ok(Exit::Unusable);
        }
    };
    if args.check {
        return runtime()?.block_on(check(&config));
    }
    let mut out = anstream::stdout().lock();
    for source in &config.sources {
        let tiers: Vec<&str> = source.matching.tiers.iter().map(|tier| tier.as_str()).collect();
        super::output::print(
            &mut out,
            &format!(
                "{:20} {:22} {}  matched by {}",
                source.name.as_str(),
                source.vendor.kind,
                source.connection.base_url.as_str().trim_end_matches('/'),
                tiers.join(", ")
            ),
        )?;
    }
    Ok(Exit::Success)
}

async fn check(config: &Config) -> anyhow::Result<Exit> {
    let mut mistakes = Vec::new();
    let mut connectors = Vec::new();
    for source in &config.sources {
        match source.connector() {
            Ok(connector) => connectors.push((source, connector)),
            Err(mistake) => mistakes.push(mistake),
        }
    }
    if !mistakes.is_empty() {
        show(&mistakes);
        return Ok(Exit::Unusable);
    }
    let reading = match Reading::of(config) {
        Ok(reading) => reading,
        Err(mistakes) => {
            show(&mistakes);
            return Ok(Exit::Unusable);
        }
    };
    let answers = join_all(connectors.iter().map(|(_, connector)| connector.probe())).await;
    let mut out = anstream::stdout().lock();
    reading.tell(&mut out)?;
    super::output::print(&mut out, "\nSources")?;
    let mut failures = 0;
    for ((source, connector), answer) in connectors.iter().zip(answers) {
        let result = match answer {
            Ok(()) => "ok".to_owned(),
            Err(error) => {
                failures += 1;
                format!("failed: {error}")
            }
        };
        super::output::print(&mut out, &format!("  {}", line(source, &result)))?;
        for told in connector.recognised() {
            super::output::print(&mut out, &format!("      {}", terminal(&told)))?;
        }
    }
    if failures == 0 {
        return Ok(Exit::Success);
    }
    say(&format!("{} can't be read", counted(failures, "source", "sources")));
    Ok(Exit::Unverified)
}

fn line(source: &SourceConfig, result: &str) -> String {
    format!("{:20} {:22} {result}", source.name.as_str(), source.vendor.kind)
}
