//! `headcount review status`: how far a review is.

use clap::{Args, ValueEnum};

use super::super::clock::{now, parse_moment};
use super::super::output::print;
use super::super::{ConfigArg, Exit};
use super::unusable;
use crate::base::diagnostic::Diagnostic;
use crate::config::Config;
use crate::model::Timestamp;
use crate::review::{Campaign, check_id};

/// Options of `review status`.
#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// The review
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    config: ConfigArg,
    /// As what
    #[arg(long, value_name = "FORMAT", default_value = "md")]
    format: StatusFormat,
    /// The moment, instead of now
    #[arg(long, value_name = "WHEN", value_parser = parse_moment)]
    as_of: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum StatusFormat {
    /// For people
    Md,
    /// The same as a page
    Html,
    /// For programs
    Json,
}

pub(super) fn run(args: &StatusArgs) -> anyhow::Result<Exit> {
    let campaign = match read(args) {
        Ok(campaign) => campaign,
        Err(mistakes) => return Ok(unusable(&mistakes)),
    };
    let mut out = anstream::stdout().lock();
    let now = args.as_of.unwrap_or_else(now);
    match args.format {
        StatusFormat::Md => print(&mut out, campaign.told(now).markdown().trim_end())?,
        StatusFormat::Html => print(&mut out, campaign.told(now).html().trim_end())?,
        StatusFormat::Json => print(&mut out, String::from_utf8_lossy(&campaign.in_json()?).trim_end())?,
    }
    let count = campaign.state.count();
    let today = now.date_naive();
    let overdue = !campaign.is_closed() && !count.is_whole() && today > campaign.review.due;
    let behind = overdue || (!campaign.is_closed() && count.unassigned > 0);
    Ok(if behind { Exit::GateFailed } else { Exit::Success })
}

fn read(args: &StatusArgs) -> Result<Campaign, Vec<Diagnostic>> {
    let config = Config::load(args.config.path())?;
    let one = |mistake: Diagnostic| vec![mistake];
    let nothing = || one(config.text.error_of_file("nothing is said of reviews").help("add [review]"));
    let review = config.review.as_ref().ok_or_else(nothing)?;
    check_id(&args.id).map_err(|why| one(Diagnostic::of_file(std::path::Path::new(&args.id), why)))?;
    Campaign::read(&review.folder.join(&args.id)).map_err(one)
}
