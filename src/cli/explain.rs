//! `headcount explain SOURCE/ACCOUNT`: the whole story of one account.

mod pseudonym;
mod text;

use clap::Args;

use super::investigate::InvestigationArgs;
use super::output::{refuse, say};
use super::progress::Bars;
use super::{Exit, Global, runtime};
use crate::audit::Told;
use crate::model::SourceStatus;
use crate::render::terminal;
use crate::run::investigate::{self, Answer};

/// Options of `explain`.
#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// Which account: the name of its source, a slash, and the vendor's identifier as the reports give it
    #[arg(value_name = "SOURCE/ACCOUNT", value_parser = parse_subject, required_unless_present = "pseudonym")]
    account: Option<(String, String)>,
    /// Instead of an account: what a report with `--privacy pseudonymous` calls an account, an employee or a finding;
    /// needs the key that the report was made with
    #[arg(long, value_name = "NAME", value_parser = pseudonym::parse, conflicts_with = "account")]
    pseudonym: Option<String>,
    #[command(flatten)]
    investigation: InvestigationArgs,
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
    match (&args.account, &args.pseudonym) {
        (Some(subject), _) => tell(args, subject, global),
        (None, Some(name)) => pseudonym::tell(args, name, global),
        (None, None) => Ok(Exit::Unusable),
    }
}

/// Tells the story of one account.
fn tell(args: &ExplainArgs, subject: &(String, String), global: &Global) -> anyhow::Result<Exit> {
    let (source, account) = subject;
    let investigation = match args.investigation.read(std::slice::from_ref(source)) {
        Ok(investigation) => investigation,
        Err(error) => return Ok(refuse(&error)),
    };
    let bars = Bars::new(global.bars());
    let options = investigation.options(&bars);
    match runtime()?.block_on(investigate::explain(&investigation.config, &investigation.inputs, &options, account)) {
        Ok(Some(Answer { told: Told::Story(story), .. })) => {
            let text = text::story(subject, &story, &investigation.inputs);
            super::output::print(&mut anstream::stdout().lock(), text.trim_end())?;
            Ok(Exit::Success)
        }
        Ok(Some(Answer { told: Told::Unknown(alike), certificate })) => Ok(unknown(subject, &alike, &certificate)),
        Ok(None) => Ok(Exit::Unusable),
        Err(error) => Ok(refuse(&error)),
    }
}

/// An account that isn't there may still exist, if not all were seen.
fn unknown(
    (source, account): &(String, String),
    alike: &[(String, String)],
    certificate: &crate::fetch::Certificate,
) -> Exit {
    say(&format!("error: {source} has no account \"{}\"", terminal(account)));
    for (id, value) in alike {
        let because = if id == value { String::new() } else { format!(" ({})", terminal(value)) };
        say(&format!("  did you mean {source}/{}{because}?", terminal(id)));
    }
    if certificate.status == SourceStatus::Complete {
        return Exit::Unusable;
    }
    let why = certificate.error.as_deref().unwrap_or(SourceStatus::NO_REASON);
    say(&format!("{source} was not seen completely, so the account may exist: {why}"));
    Exit::Unverified
}
