//! `headcount fetch`: a snapshot, to be audited later or elsewhere.

use std::path::PathBuf;

use clap::Args;

use super::basis::source_names;
use super::clock::now;
use super::interrupt::interrupted;
use super::output::{refuse, say, show};
use super::{ConfigArg, Exit, Global, runtime};
use crate::bag::{BagError, Role};
use crate::base::text::counted;
use crate::config::Config;
use crate::files::Files;
use crate::model::{SourceName, SourceStatus};
use crate::run::{RunError, ground};
use crate::snapshot::{self, Certificates, FetchOptions, Ground, SnapshotError};

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
    let checked = match check(args) {
        Ok(checked) => checked,
        Err(error) => return Ok(refuse(&error)),
    };
    match runtime()?.block_on(fetch(args, global, &checked)) {
        Ok(certificates) => Ok(tell(&certificates, &checked, args, global)),
        Err(SnapshotError::Unusable(mistakes)) => {
            show(&mistakes);
            Ok(Exit::Unusable)
        }
        Err(error) => {
            say(&format!("error: {error}"));
            if matches!(error, SnapshotError::Interrupted(_)) {
                let (config, out) = (args.config.path().display(), args.out.display());
                say(&format!("To do: `headcount fetch -c {config} --out {out} --resume`"));
            }
            Ok(exit_of(&error))
        }
    }
}

/// What was read before the first request, and is kept with the accounts.
struct Checked {
    config: Config,
    only: Vec<SourceName>,
    ground: Ground,
}

fn check(args: &FetchArgs) -> Result<Checked, RunError> {
    let path = args.config.path();
    let config = Config::read(path, Role::Configuration, Files::keeping())?;
    let only = source_names(&args.source, &config)?;
    let ground = ground::read(&config, &only, now())?;
    Ok(Checked { config, only, ground })
}

async fn fetch(args: &FetchArgs, global: &Global, checked: &Checked) -> Result<Certificates, SnapshotError> {
    let waiting = global.waiting();
    let Checked { config, only, ground } = checked;
    let options = FetchOptions { out: &args.out, only, resume: args.resume, ground, clock: now, watch: &waiting };
    snapshot::fetch(config, &options, interrupted()).await
}

const fn exit_of(error: &SnapshotError) -> Exit {
    match error {
        SnapshotError::Interrupted(_) => Exit::Interrupted,
        SnapshotError::Write { .. } | SnapshotError::Bag(BagError::Write { .. }) => Exit::DeliveryFailed,
        _ => Exit::Unusable,
    }
}

/// Says what was fetched.
fn tell(certificates: &Certificates, checked: &Checked, args: &FetchArgs, global: &Global) -> Exit {
    let mut whole = true;
    let mut accounts = 0;
    for source in &certificates.sources {
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
            counted(certificates.sources.len() as u64, "source", "sources"),
            args.out.display()
        ));
        let roster = if ground::has_roster(&checked.config) { "" } else { " --roster FILE" };
        say(&format!("Audit it with: headcount audit --snapshot {}{roster}", args.out.display()));
        if !roster.is_empty() {
            say("No HR file lies here, so that the snapshot has no roster: whoever audits it has to name one");
        }
    }
    if whole { Exit::Success } else { Exit::Unverified }
}
