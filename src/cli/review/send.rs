//! `headcount review send`: the mails that are due. It can run every day.

use std::path::{Path, PathBuf};

use clap::Args;

use super::super::clock::{now, parse_moment};
use super::super::email::told;
use super::super::output::say;
use super::super::{ConfigArg, Exit, Global, runtime};
use super::{Office, refused, unusable};
use crate::base::diagnostic::Diagnostic;
use crate::base::text::counted;
use crate::config::EmailConfig;
use crate::deliver::email::{self, Carrier, OutgoingMail};
use crate::deliver::write_file;
use crate::model::Timestamp;
use crate::render::terminal;
use crate::review::{DueMails, SentMails};

/// Options of `review send`.
#[derive(Debug, Args)]
pub(crate) struct SendArgs {
    /// The review
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    config: ConfigArg,
    /// Write the mails to this folder, as .eml files, instead of sending them
    #[arg(long, value_name = "DIR")]
    dry_run: Option<PathBuf>,
    /// The moment, instead of now
    #[arg(long, value_name = "WHEN", value_parser = parse_moment)]
    as_of: Option<Timestamp>,
}

pub(super) fn run(args: &SendArgs, global: &Global) -> anyhow::Result<Exit> {
    let office = match Office::read(&args.config, args.as_of) {
        Ok(office) => office,
        Err(mistakes) => return Ok(unusable(&mistakes)),
    };
    let (email, carrier) = match way(args, &office) {
        Ok(way) => way,
        Err(mistake) => return Ok(unusable(&[mistake])),
    };
    let mut campaign = match office.take(&args.id) {
        Ok(campaign) => campaign,
        Err(error) => return Ok(refused(&error)),
    };
    let people = office.people();
    let DueMails { mails, unreachable } = match campaign.due_mails(&email, &people, office.now) {
        Ok(due) => due,
        Err(error) => return Ok(refused(&error)),
    };
    for (who, why) in &unreachable {
        say(&format!("{} can't be reached: {}", terminal(who), terminal(why)));
    }
    let exit = if unreachable.is_empty() { Exit::Success } else { Exit::DeliveryFailed };
    if mails.is_empty() {
        if !global.quiet {
            say("No mail is due");
        }
        return Ok(exit);
    }
    let Some(carrier) = carrier else {
        let folder = args.dry_run.as_deref().unwrap_or(Path::new("mails"));
        return Ok(dry_run(folder, mails.iter().map(|due| &due.mail), global).and(exit));
    };
    let mut ledger = SentMails::of(&mut campaign, &mails);
    let outgoing: Vec<OutgoingMail> = mails.into_iter().map(|due| due.mail).collect();
    match runtime()?.block_on(email::send(&carrier, &outgoing, &mut ledger, now)) {
        Ok(deliveries) => Ok(told(&deliveries, "headcount review send", global).and(exit)),
        Err(error) => {
            say(&format!("error: {error}; a rerun may send the last mail again"));
            Ok(Exit::DeliveryFailed)
        }
    }
}

/// Who sends; a folder needs no password.
fn way(args: &SendArgs, office: &Office) -> Result<(EmailConfig, Option<Carrier>), Diagnostic> {
    let email = office.config.email.clone().ok_or_else(|| {
        let help = "add [email] with smtp, from and to; `headcount init` shows an example";
        office.config.text.error_of_file("nobody is configured to get mail").help(help)
    })?;
    let carrier = if args.dry_run.is_some() { None } else { Some(Carrier::new(&email)?) };
    Ok((email, carrier))
}

fn dry_run<'m>(folder: &Path, mails: impl Iterator<Item = &'m OutgoingMail>, global: &Global) -> Exit {
    let mut count = 0;
    for mail in mails {
        if let Err(error) = write_file(&folder.join(format!("{}.eml", mail.name)), |out| out.write_all(&mail.content)) {
            say(&format!("error: {error}"));
            return Exit::DeliveryFailed;
        }
        count += 1;
    }
    if !global.quiet {
        say(&format!("Wrote {} to {}; none was sent", counted(count, "mail", "mails"), folder.display()));
    }
    Exit::Success
}
