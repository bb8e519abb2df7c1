//! `headcount review assign`: who decides instead.

use clap::Args;

use super::super::clock::parse_moment;
use super::super::output::say;
use super::super::{ConfigArg, Exit};
use super::{Office, refused, unusable};
use crate::base::text::counted;
use crate::model::Timestamp;
use crate::review::Which;

/// Options of `review assign`.
#[derive(Debug, Args)]
pub(crate) struct AssignArgs {
    /// The review
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    config: ConfigArg,
    /// All accounts that this person has yet to decide about
    #[arg(long, value_name = "WHO", group = "which", required = true)]
    from: Option<String>,
    /// This account, as source/id; may be given again
    #[arg(long, value_name = "KEY", group = "which")]
    item: Vec<String>,
    /// All accounts about which nobody may decide
    #[arg(long, group = "which")]
    unassigned: bool,
    /// Who decides now: an employee id, an address or a name
    #[arg(long, value_name = "WHO")]
    to: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Who says so
    #[arg(long, value_name = "WHO")]
    by: String,
    /// The moment, instead of now
    #[arg(long, value_name = "WHEN", value_parser = parse_moment)]
    as_of: Option<Timestamp>,
}

pub(super) fn run(args: &AssignArgs) -> Exit {
    let office = match Office::read(&args.config, args.as_of) {
        Ok(office) => office,
        Err(mistakes) => return unusable(&mistakes),
    };
    let which = match &args.from {
        Some(from) => Which::From(from.clone()),
        None if args.unassigned => Which::Unassigned,
        None => Which::Items(args.item.clone()),
    };
    let people = office.people();
    let assigned = office.take(&args.id).and_then(|mut campaign| {
        let count = campaign.assign(&which, (&args.to, &args.by), &args.reason, &people, office.now)?;
        campaign.issue(&people, office.now)?;
        office.tell(&campaign)?;
        Ok(count)
    });
    match assigned {
        Ok(count) => {
            say(&format!("{} handed over to {}", counted(count, "account", "accounts"), args.to));
            Exit::Success
        }
        Err(error) => refused(&error),
    }
}
