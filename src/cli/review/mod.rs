//! `headcount review`: accounts confirmed or taken away by people who may say so.

mod assign;
mod close;
mod collect;
mod open;
mod outside;
mod send;
mod status;

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Subcommand;

use super::clock::now;
use super::output::{say, show};
use super::{ConfigArg, Exit, Global};
use crate::base::diagnostic::Diagnostic;
use crate::config::{Config, MatchConfig, PlusAddressing, ReviewConfig};
use crate::exception::PromiseFile;
use crate::files::Files;
use crate::key::Normaliser;
use crate::model::Timestamp;
use crate::review::{Campaign, People, ReviewError, check_id};
use crate::run::Inputs;

/// What to do with a review.
#[derive(Debug, Subcommand)]
pub(super) enum ReviewCommand {
    /// Begin a review of the accounts in an evidence bundle: say who decides about which, and make their packets
    Open(open::OpenArgs),
    /// Send the mails that are due: packets, reminders, escalations, and once it is closed, what is to be done; once each, so that
    /// it can run every day
    Send(send::SendArgs),
    /// Take in what reviewers have sent back: workbooks, CSV, and files that the page has saved
    Collect(collect::CollectArgs),
    /// Say who decides instead: hand accounts over, or settle answers that differ
    Assign(assign::AssignArgs),
    /// Say how far it is
    Status(status::StatusArgs),
    /// End it: write what follows, and seal all of it
    Close(close::CloseArgs),
}

pub(super) fn run(command: &ReviewCommand, global: &Global) -> anyhow::Result<Exit> {
    match command {
        ReviewCommand::Open(args) => open::run(args, global),
        ReviewCommand::Send(args) => send::run(args, global),
        ReviewCommand::Collect(args) => collect::run(args, global),
        ReviewCommand::Assign(args) => Ok(assign::run(args)),
        ReviewCommand::Status(args) => status::run(args),
        ReviewCommand::Close(args) => Ok(close::run(args)),
    }
}

/// What all of them rest on: the configuration, and the people that it names.
struct Office {
    config: Config,
    review: ReviewConfig,
    inputs: Inputs,
    now: Timestamp,
}

impl Office {
    fn read(config: &ConfigArg, moment: Option<Timestamp>) -> Result<Self, Vec<Diagnostic>> {
        let config = Config::load(config.path())?;
        let review = config.review.clone().ok_or_else(|| {
            let help = "add [review]; every key has a default, so that the heading is enough";
            vec![config.text.error_of_file("nothing is said of reviews").help(help)]
        })?;
        let now = moment.unwrap_or_else(now);
        let inputs = Inputs::load(&config, None, now).map_err(|error| match error {
            crate::run::RunError::Unusable(mistakes) => mistakes,
            other => vec![config.text.error_of_file(other.to_string())],
        })?;
        Ok(Self { config, review, inputs, now })
    }

    /// Everybody in the roster. A tag in an address never makes it another person's.
    fn people(&self) -> People<'_> {
        let matching = MatchConfig { plus_addressing: PlusAddressing::Strip, ..self.config.matching.clone() };
        People::new(&self.inputs.roster, Normaliser::new(&matching), self.now)
    }

    /// Who answers for each source: employee ids.
    fn owners(&self) -> BTreeMap<String, String> {
        let owner = |source: &crate::config::SourceConfig| Some((source.name.to_string(), source.owner.clone()?));
        self.config.sources.iter().filter_map(owner).collect()
    }

    /// Where a review is.
    fn folder(&self, id: &str) -> Result<PathBuf, Diagnostic> {
        check_id(id).map_err(|why| Diagnostic::of_file(std::path::Path::new(id), why))?;
        Ok(self.review.folder.join(id))
    }

    /// A review, open or closed.
    fn take_any(&self, id: &str) -> Result<Campaign, ReviewError> {
        Campaign::take(&self.folder(id)?, self.now)
    }

    /// A review, to be changed.
    fn take(&self, id: &str) -> Result<Campaign, ReviewError> {
        let campaign = self.take_any(id)?;
        if campaign.is_closed() {
            let mistake =
                Diagnostic::of_file(campaign.folder(), format!("review {id} is closed; nothing is taken any more"));
            return Err(mistake.into());
        }
        Ok(campaign)
    }

    /// The promises of all reviews but one.
    fn promises_but(&self, id: &str) -> Result<Vec<PromiseFile>, Diagnostic> {
        let others = crate::review::reviews(&self.review.folder).into_iter().filter(|(name, _)| name != id);
        let paths = others.map(|(_, folder)| folder.join("outcome/promises.json")).filter(|path| path.exists());
        paths.map(|path| PromiseFile::read(&Files::default(), &path)).collect()
    }

    /// Writes the numbers of a review where later audits read them.
    fn tell(&self, campaign: &Campaign) -> Result<(), ReviewError> {
        let promises = campaign.promises(&self.promises_but(&campaign.review.id)?);
        let text = serde_json::to_vec_pretty(&promises).unwrap_or_default();
        Ok(campaign.write("outcome/promises.json", &[text.as_slice(), b"\n"].concat())?)
    }
}

/// What can't be used, on standard error.
fn unusable(mistakes: &[Diagnostic]) -> Exit {
    show(mistakes);
    Exit::Unusable
}

/// Why nothing was done.
fn refused(error: &ReviewError) -> Exit {
    match error {
        ReviewError::Unusable(mistake) => {
            say(&mistake.render(true));
            Exit::Unusable
        }
        ReviewError::Claim(_) => {
            say(&format!("error: {error}"));
            Exit::Unusable
        }
        ReviewError::Write(_) => {
            say(&format!("error: {error}"));
            Exit::DeliveryFailed
        }
    }
}
