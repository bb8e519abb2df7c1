//! `headcount review send`: the mails that are due; to reviewers as long as a review is open, and then to who answers for sources. It
//! can run every day.

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
use crate::deliver::email::{self, Carrier, Journal, Ledger, OutgoingMail};
use crate::deliver::write_file;
use crate::model::Timestamp;
use crate::render::terminal;
use crate::report::Report;
use crate::review::{Campaign, DueMails, LastAudit, OwnerMails, SentMails};

/// Options of `review send`.
#[derive(Debug, Args)]
pub(crate) struct SendArgs {
    /// The review
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    config: ConfigArg,
    /// The report of the last audit, which has seen what of a closed review is done [default: headcount-out/report.json, if it is there]
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
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
    let mut campaign = match office.take_any(&args.id) {
        Ok(campaign) => campaign,
        Err(error) => return Ok(refused(&error)),
    };
    if campaign.is_closed() {
        return to_owners(args, &office, &campaign, (&email, carrier.as_ref()), global);
    }
    let people = office.people();
    let DueMails { mails, unreachable } = match campaign.due_mails(&email, &people, office.now) {
        Ok(due) => due,
        Err(error) => return Ok(refused(&error)),
    };
    let exit = say_unreachable(&unreachable);
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
    Ok(sent(&carrier, &outgoing, &mut ledger, global)?.and(exit))
}

/// Sends the mails, and says what came of them.
fn sent(carrier: &Carrier, mails: &[OutgoingMail], ledger: &mut dyn Ledger, global: &Global) -> anyhow::Result<Exit> {
    Ok(match runtime()?.block_on(email::send(carrier, mails, ledger, now)) {
        Ok(deliveries) => told(&deliveries, "headcount review send", global),
        Err(error) => {
            say(&format!("error: {error}; a rerun may send the last mail again"));
            Exit::DeliveryFailed
        }
    })
}

fn say_unreachable(unreachable: &[(String, String)]) -> Exit {
    for (who, why) in unreachable {
        say(&format!("{} can't be reached: {}", terminal(who), terminal(why)));
    }
    if unreachable.is_empty() { Exit::Success } else { Exit::DeliveryFailed }
}

/// Tells who answers for sources what a closed review has decided, and isn't done. What was sent is written down beside the promises:
/// the journal of a closed review is sealed.
fn to_owners(
    args: &SendArgs,
    office: &Office,
    campaign: &Campaign,
    (email, carrier): (&EmailConfig, Option<&Carrier>),
    global: &Global,
) -> anyhow::Result<Exit> {
    let seen = match last_audit(args.report.as_deref()) {
        Ok(seen) => seen,
        Err(mistake) => return Ok(unusable(&[mistake])),
    };
    let promises = &office.inputs.exceptions.promises;
    let written = campaign.owner_mails((email, &office.people()), &office.owners(), (promises, &seen), office.now);
    let OwnerMails { mails, unreachable } = match written {
        Ok(written) => written,
        Err(error) => return Ok(refused(&error)),
    };
    let exit = say_unreachable(&unreachable);
    if mails.is_empty() && unreachable.is_empty() && !global.quiet {
        say("No mail is due: nothing that this review has decided is left to be done");
    }
    let Some(carrier) = carrier else {
        let folder = args.dry_run.as_deref().unwrap_or(Path::new("mails"));
        return Ok(dry_run(folder, mails.iter(), global).and(exit));
    };
    if mails.is_empty() {
        return Ok(exit);
    }
    let path = campaign.folder().join("outcome/promises.json");
    let mut ledger = match Journal::beside(&path, &campaign.review.id) {
        Ok(ledger) => ledger,
        Err(error) => {
            say(&format!("error: {error}"));
            return Ok(Exit::DeliveryFailed);
        }
    };
    Ok(sent(carrier, &mails, &mut ledger, global)?.and(exit))
}

/// What the last audit has seen, by the report that is named; otherwise, by the one that an audit writes, if it is there.
fn last_audit(named: Option<&Path>) -> Result<LastAudit, Diagnostic> {
    let path = named.unwrap_or(Path::new("headcount-out/report.json"));
    if named.is_none() && !path.exists() {
        return Ok(LastAudit::default());
    }
    let report = Report::read(path)?;
    let kept = report.reviews.into_iter().flat_map(|review| review.kept_promises);
    let states = kept.map(|kept| (kept.id, kept.state)).collect();
    Ok(LastAudit { run_id: report.run.id, as_of: Some(report.run.as_of), states })
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
