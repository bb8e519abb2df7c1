//! `headcount fetch`: a snapshot, to be audited later or elsewhere.

use std::path::PathBuf;

use clap::Args;

use super::audit::source_names;
use super::clock::now;
use super::interrupt::interrupted;
use super::output::{say, show};
use super::{ConfigArg, Exit, Global, runtime};
use crate::base::text::counted;
use crate::config::Config;
use crate::model::{SourceName, SourceStatus};
use crate::snapshot::{self, FetchOptions, Manifest, SnapshotError};

/// Options of `fetch`.
#[derive(Debug, Args)]
pub(super) struct FetchArgs {
    #[command(flatten)]
    config: ConfigArg,
    /// The folder of the snapshot; it may not exist yet
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Go on with a fetch that was interrupted
    #[arg(long)]
    resume: bool,
    /// Only this source; may be given again
    #[arg(long, value_name = "NAME")]
    source: Vec<String>,
}

pub(super) fn run(args: &FetchArgs, global: &Global) -> anyhow::Result<Exit> {
    let path = &args.config.config;
    let checked =
        Config::load(path).and_then(|config| source_names(&args.source, &config, path).map(|only| (config, only)));
    let (config, only) = match checked {
        Ok(checked) => checked,
        Err(mistakes) => {
            show(&mistakes);
            return Ok(Exit::Unusable);
        }
    };
    match runtime()?.block_on(fetch(args, global, &config, &only)) {
        Ok(manifest) => Ok(tell(&manifest, args, global)),
        Err(SnapshotError::Unusable(mistakes)) => {
            show(&mistakes);
            Ok(Exit::Unusable)
        }
        Err(error) => {
            say(&format!("error: {error}"));
            if matches!(error, SnapshotError::Interrupted(_)) {
                let (config, out) = (path.display(), args.out.display());
                say(&format!("To do: `headcount fetch -c {config} --out {out} --resume`"));
            }
            Ok(exit_of(&error))
        }
    }
}

async fn fetch(
    args: &FetchArgs,
    global: &Global,
    config: &Config,
    only: &[SourceName],
) -> Result<Manifest, SnapshotError> {
    let waiting = global.waiting();
    let options = FetchOptions { out: &args.out, only, resume: args.resume, clock: now, watch: &waiting };
    snapshot::fetch(config, &options, interrupted()).await
}

const fn exit_of(error: &SnapshotError) -> Exit {
    match error {
        SnapshotError::Interrupted(_) => Exit::Interrupted,
        SnapshotError::Write { .. } => Exit::DeliveryFailed,
        _ => Exit::Unusable,
    }
}

/// Says what was fetched.
fn tell(manifest: &Manifest, args: &FetchArgs, global: &Global) -> Exit {
    let mut whole = true;
    let mut accounts = 0;
    for source in &manifest.sources {
        accounts += source.certificate.distinct;
        if source.certificate.status != SourceStatus::Complete {
            whole = false;
            let (status, error) = (source.certificate.status, &source.certificate.error);
            say(&format!("{} {}", source.name, status.with_reason(error.as_deref())));
        }
    }
    if !global.quiet {
        say(&format!(
            "{} from {} in {}",
            counted(accounts, "account", "accounts"),
            counted(manifest.sources.len() as u64, "source", "sources"),
            args.out.display()
        ));
        let config = args.config.config.display();
        say(&format!("Audit it with: headcount audit -c {config} --snapshot {}", args.out.display()));
    }
    if whole { Exit::Success } else { Exit::Unverified }
}
