//! `headcount explain SOURCE/ACCOUNT`: the whole story of one account.

mod text;

use std::path::PathBuf;

use clap::Args;

use super::audit::{open_snapshot, source_names};
use super::clock::{now, parse_moment};
use super::output::{say, show};
use super::progress::Bars;
use super::{ConfigArg, Exit, Global, runtime};
use crate::audit::Told;
use crate::config::Config;
use crate::investigate::{self, Answer};
use crate::model::{SourceName, SourceStatus, Timestamp};
use crate::pipeline::{Inputs, RunError, RunOptions};
use crate::render::terminal;

/// Options of `explain`.
#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// Which account: the name of its source, a slash, and the vendor's identifier as the reports give it
    #[arg(value_name = "SOURCE/ACCOUNT", value_parser = parse_subject)]
    account: (String, String),
    #[command(flatten)]
    config: ConfigArg,
    /// Judge as of this date (its end, UTC) or RFC 3339 time instead of now
    #[arg(long, value_name = "WHEN", value_parser = parse_moment)]
    as_of: Option<Timestamp>,
    /// Look in what `headcount fetch` has stored; asks no vendor
    #[arg(long, value_name = "DIR")]
    snapshot: Option<PathBuf>,
}

/// The name of a source holds no slash; an identifier may.
fn parse_subject(text: &str) -> Result<(String, String), String> {
    match text.split_once('/') {
        Some((source, account)) if !source.is_empty() && !account.is_empty() => {
            Ok((source.to_owned(), account.to_owned()))
        }
        _ => Err("expected the source and the account, as in voiso-emea/4017".to_owned()),
    }
}

pub(super) fn run(args: &ExplainArgs, global: &Global) -> anyhow::Result<Exit> {
    let (source, account) = &args.account;
    let only = [SourceName::new(source)];
    let loaded = Config::load(&args.config.config).and_then(|config| {
        source_names(std::slice::from_ref(source), &config, &args.config.config)?;
        let snapshot = open_snapshot(args.snapshot.as_deref())?;
        Inputs::load(&config).map(|inputs| (config, inputs, snapshot))
    });
    let (config, inputs, snapshot) = match loaded {
        Ok(loaded) => loaded,
        Err(mistakes) => {
            show(&mistakes);
            return Ok(Exit::Unusable);
        }
    };
    let options = RunOptions {
        clock: now,
        as_of: args.as_of,
        only: &only,
        snapshot: snapshot.as_ref(),
        previous: None,
        inventory: None,
        gate: &config.gate,
        observer: &Bars::new(global.bars()),
    };
    match runtime()?.block_on(investigate::explain(&config, &inputs, &options, account)) {
        Ok(Some(Answer { told: Told::Story(story), .. })) => {
            let text = text::story(&args.account, &story, &inputs);
            super::output::print(&mut anstream::stdout().lock(), text.trim_end())?;
            Ok(Exit::Success)
        }
        Ok(Some(Answer { told: Told::Unknown(alike), certificate })) => Ok(unknown(args, &alike, &certificate)),
        Ok(None) => Ok(Exit::Unusable),
        Err(RunError::Unusable(mistakes)) => {
            show(&mistakes);
            Ok(Exit::Unusable)
        }
        Err(error) => {
            say(&format!("error: {error}"));
            Ok(Exit::Unverified)
        }
    }
}

/// An account that isn't there may still exist, if not all were seen.
fn unknown(args: &ExplainArgs, alike: &[(String, String)], certificate: &crate::source::Certificate) -> Exit {
    let (source, account) = &args.account;
    say(&format!("error: {source} has no account \"{}\"", terminal(account)));
    for (id, value) in alike {
        let because = if id == value { String::new() } else { format!(" ({})", terminal(value)) };
        say(&format!("  did you mean {source}/{}{because}?", terminal(id)));
    }
    if certificate.status == SourceStatus::Complete {
        return Exit::Unusable;
    }
    let why = certificate.error.as_deref().unwrap_or("no reason is known");
    say(&format!("{source} was not seen completely, so the account may exist: {why}"));
    Exit::Unverified
}
