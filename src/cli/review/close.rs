//! `headcount review close`: what follows from a review, and all of it under one seal.

use std::path::{Path, PathBuf};

use clap::Args;

use super::super::clock::parse_moment;
use super::super::output::say;
use super::super::{ConfigArg, Exit};
use super::{Office, refused, unusable};
use crate::bag::BagError;
use crate::base::diagnostic::Diagnostic;
use crate::base::text::{counted, grouped};
use crate::deliver::DeliveryError;
use crate::model::Timestamp;
use crate::render::terminal;
use crate::review::{Campaign, Closing, ReviewError, SealedAudit, can_be_sealed};

/// Options of `review close`.
#[derive(Debug, Args)]
pub(crate) struct CloseArgs {
    /// The review
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    config: ConfigArg,
    /// A later bundle: what was kept has to be still what it was
    #[arg(long, value_name = "FILE", required_unless_present = "no_recheck")]
    against: Option<PathBuf>,
    /// Why it isn't held against a later audit
    #[arg(long, value_name = "REASON", conflicts_with = "against")]
    no_recheck: Option<String>,
    /// Close it though not everything is decided, and why; what isn't decided is not kept
    #[arg(long, value_name = "REASON")]
    incomplete: Option<String>,
    /// The moment, instead of now
    #[arg(long, value_name = "WHEN", value_parser = parse_moment)]
    as_of: Option<Timestamp>,
}

pub(super) fn run(args: &CloseArgs) -> Exit {
    let office = match Office::read(&args.config, args.as_of) {
        Ok(office) => office,
        Err(mistakes) => return unusable(&mistakes),
    };
    close(args, &office).unwrap_or_else(|error| refused(&error))
}

fn close(args: &CloseArgs, office: &Office) -> Result<Exit, ReviewError> {
    let mut campaign = office.take_any(&args.id)?;
    let target = office.review.folder.join(format!("{}.zip", args.id));
    can_be_sealed(&target).map_err(unsealed)?;
    // What was closed, and for which the disk had no room, is written once more.
    if campaign.is_closed() {
        return finish(args, office, &campaign, &target);
    }
    let later = args.against.as_deref().map(SealedAudit::read).transpose()?;
    let (obstacles, born) = campaign.recheck(later.as_ref(), office.now)?;
    if obstacles.stale > 0 {
        let accounts = counted(obstacles.stale, "account", "accounts");
        say(&format!("{accounts} changed since being kept: they are undecided again, in new packets"));
        campaign.issue(&office.people(), office.now)?;
    }
    for text in &obstacles.texts {
        say(&terminal(text));
    }
    let is_whole = obstacles.texts.is_empty();
    if !is_whole && args.incomplete.is_none() {
        office.tell(&campaign)?;
        say("Nothing was closed. To do: collect what is missing, or say with --incomplete why it is enough");
        return Ok(Exit::Unverified);
    }
    let incomplete = args.incomplete.clone().filter(|_| !is_whole);
    let closing = Closing { incomplete, no_recheck: args.no_recheck.clone() };
    campaign.close(closing, later.as_ref(), born, office.now)?;
    finish(args, office, &campaign, &target)
}

/// Why it isn't sealed.
fn unsealed(error: BagError) -> ReviewError {
    match error {
        BagError::Write { path, error } => DeliveryError { path, error }.into(),
        BagError::Exists(path) => Diagnostic::of_file(&path, "exists already; it may be the bundle of this review")
            .help("move it away, and close the review once more")
            .into(),
        other => Diagnostic::of_file(Path::new("bundle"), other.to_string()).into(),
    }
}

/// Writes what came of it, and seals that.
fn finish(args: &CloseArgs, office: &Office, campaign: &Campaign, target: &Path) -> Result<Exit, ReviewError> {
    let folder = campaign.folder();
    let promises = campaign.promises(&office.promises_but(&args.id)?);
    let unreadable = |error: serde_json::Error| Diagnostic::of_file(folder, error.to_string());
    let mut written = campaign.outcome(&promises).map_err(unreadable)?;
    let waivers = campaign.proposed_waivers(&office.config.exceptions.max_days);
    written.push(("outcome/waivers.toml".to_owned(), waivers.into_bytes()));
    campaign.write_outcome(&written)?;
    let id = campaign.seal(target).map_err(unsealed)?;
    let count = campaign.state.count();
    say(&format!(
        "Closed {}: {} of {} accounts decided, {} kept, {}",
        args.id,
        grouped(count.decided),
        grouped(count.items),
        grouped(count.kept),
        counted(promises.promises.len() as u64, "promise", "promises")
    ));
    say(&format!("Outcome: {}", folder.join("outcome").display()));
    say(&format!("Bundle: {}, id {id}; `headcount bundle sign` signs it", target.display()));
    let is_whole = campaign.state.ended.as_ref().is_some_and(|ended| ended.incomplete.is_none());
    Ok(if is_whole { Exit::Success } else { Exit::Unverified })
}
