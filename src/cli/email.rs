//! `headcount email`, and what `audit --email` shares with it: the mails of a report.

use std::path::{Path, PathBuf};

use clap::Args;

use super::clock::now;
use super::output::{say, show};
use super::privacy::PrivacyLevel;
use super::{ConfigArg, Exit, Global, runtime};
use crate::base::diagnostic::Diagnostic;
use crate::base::text::counted;
use crate::config::{AttachedFile, Config, EmailConfig, Recipients};
use crate::deliver::email::{self, Carrier, Delivery, EmailError, Journal, MailSources, Outcome, OutgoingMail};
use crate::deliver::{Attempt, DeliveryError, write_file};
use crate::model::Timestamp;
use crate::render::{Format, terminal};
use crate::report::{Privacy, Report};

/// Options of `email`.
#[derive(Debug, Args)]
pub(super) struct EmailArgs {
    #[command(flatten)]
    config: ConfigArg,
    /// The JSON report to send
    #[arg(long, value_name = "FILE", default_value = "headcount-out/report.json")]
    report: PathBuf,
    /// Write the mails to this folder, as .eml files with the managers' workbooks beside them, instead of sending them
    #[arg(long, value_name = "DIR")]
    dry_run: Option<PathBuf>,
    /// How much of people the mails tell; nothing is attached if it is not everything
    #[arg(long, value_name = "LEVEL", default_value = "full")]
    privacy: PrivacyLevel,
}

pub(super) fn run(args: &EmailArgs, global: &Global) -> anyhow::Result<Exit> {
    let checked = match args.check() {
        Ok(checked) => checked,
        Err(mistakes) => {
            show(&mistakes);
            return Ok(Exit::Unusable);
        }
    };
    let Checked { config, email, report, whole, way } = checked;
    let mailing = Mailing {
        email: &email,
        templates: config.report.templates.as_deref(),
        report: &report,
        evidence: None,
        path: &args.report,
        attach: if whole { email.attach.clone() } else { Some(Vec::new()) },
    };
    match way {
        Way::Server(carrier) => Ok(runtime()?.block_on(mailing.send(&carrier, global))),
        Way::Folder(folder) => Ok(mailing.dry_run(&folder, global)),
    }
}

/// Everything that was checked before anything is sent.
struct Checked {
    config: Config,
    email: EmailConfig,
    report: Report,
    /// Whether the mails tell everything that the report's folder does.
    whole: bool,
    way: Way,
}

/// Where the mails go. A folder needs no password.
enum Way {
    Server(Box<Carrier>),
    Folder(PathBuf),
}

impl EmailArgs {
    fn check(&self) -> Result<Checked, Vec<Diagnostic>> {
        let config = Config::load(self.config.path())?;
        let one = |mistake: Diagnostic| vec![mistake];
        let email = section(&config).map_err(one)?;
        let privacy = self.privacy.with_key(&config).map_err(one)?;
        let unreadable = |error| one(Diagnostic::of_file(&self.report, format!("can't read its findings: {error}")));
        let report = Report::read(&self.report).map_err(one)?;
        self.is_news(&report, &email, now()).map_err(one)?;
        rules_exist(&email, &report)?;
        let report = report.with_privacy(&privacy).map_err(unreadable)?;
        let way = match &self.dry_run {
            Some(folder) => Way::Folder(folder.clone()),
            None => Way::Server(Box::new(Carrier::new(&email).map_err(one)?)),
        };
        Ok(Checked { config, email, report, whole: matches!(privacy, Privacy::Full), way })
    }

    /// Whether the report tells how things are: it is not old, and no audit has come after it.
    fn is_news(&self, report: &Report, email: &EmailConfig, now: Timestamp) -> Result<(), Diagnostic> {
        let moment = |time: Timestamp| time.format("%Y-%m-%d %H:%M UTC").to_string();
        let finished = report.run.finished_at;
        let stale = |message: String| Diagnostic::of_file(&self.report, message);
        if let Some(last) = Attempt::beside(&self.report)?.filter(|last| last.outdates(&report.run.id, finished)) {
            let (ended, code) = (moment(last.ended_at), last.exit_code);
            let left = if last.run_id.is_some() { "another report" } else { "no report" };
            let message = format!(
                "this report is of {}, and the last audit, which ended on {ended} with exit code {code}, left {left}",
                moment(finished)
            );
            return Err(
                stale(message).help("fix what the audit said, and run `headcount audit` until it writes report.json")
            );
        }
        let age = (now - finished).to_std().unwrap_or_default();
        if age > email.max_age {
            let (finished, limit) = (moment(finished), humantime::format_duration(email.max_age));
            let message = format!("this report is of {finished}, and older than {limit} ([email] max_age)");
            return Err(stale(message).help("run `headcount audit`, or raise max_age"));
        }
        let last_day = email.last_day(finished);
        if matches!(email.to, Recipients::Managers { .. }) && last_day < now.date_naive() {
            let message = format!("managers would be asked for an answer by {last_day}, which has passed");
            return Err(stale(message).help("run `headcount audit`, or raise [email] deadline"));
        }
        Ok(())
    }
}

/// Whether the rules that managers are asked about are rules of this report.
fn rules_exist(email: &EmailConfig, report: &Report) -> Result<(), Vec<Diagnostic>> {
    let Recipients::Managers { questions, .. } = &email.to else { return Ok(()) };
    let unknown = questions.unknown(report.rules.iter().map(|rule| rule.id.as_str()));
    if unknown.is_empty() { Ok(()) } else { Err(unknown) }
}

/// `[email]`, which has to be there.
fn section(config: &Config) -> Result<EmailConfig, Diagnostic> {
    config.email.clone().ok_or_else(|| {
        let help = "add [email] with smtp, from and to; `headcount init` shows an example";
        config.text.error_of_file("nobody is configured to get mail").help(help)
    })
}

/// What `audit --email` needs, checked before anything is fetched.
pub(super) struct AuditMail {
    email: EmailConfig,
    carrier: Carrier,
    /// Only what this audit writes goes along: an older file may tell more of people.
    attach: Vec<AttachedFile>,
}

impl AuditMail {
    /// Adds the JSON report to `formats`: beside it is written down who got the mail.
    pub(super) fn check(
        config: &Config,
        out: &Path,
        privacy: PrivacyLevel,
        formats: &mut Vec<Format>,
    ) -> Result<Self, Diagnostic> {
        let mistake =
            |about: &str, message: &str, help: &str| Diagnostic::of_file(Path::new(about), message).help(help);
        let email = section(config)?;
        if out == Path::new("-") {
            return Err(mistake("--email", "the report has to be a file to be sent", "name a folder with --out"));
        }
        if privacy != PrivacyLevel::Full && matches!(email.to, Recipients::Managers { .. }) {
            let help = "write a list of addresses to [email] to, or --privacy full";
            return Err(mistake("--privacy", "nobody's manager is known without people", help));
        }
        if !formats.contains(&Format::Json) {
            formats.push(Format::Json);
        }
        let written = |file: &AttachedFile| formats.iter().any(|format| format.file_name() == Some(&file.name));
        if let Some(file) = email.attach.iter().flatten().find(|file| !written(file)) {
            let message = format!("[email] attach names {}, which this audit doesn't write", file.name);
            return Err(config.text.error_of_file(message).help("add its format to --format or [report] formats"));
        }
        let workbook = || AttachedFile::named(email::WORKBOOK).into_iter().filter(written).collect();
        let attach = email.attach.clone().unwrap_or_else(workbook);
        Ok(Self { carrier: Carrier::new(&email)?, email, attach })
    }

    /// Sends the report that was written to the folder `out`.
    pub(super) async fn send(
        &self,
        report: &Report,
        (out, evidence): (&Path, Option<&str>),
        templates: Option<&Path>,
        global: &Global,
    ) -> Exit {
        let path = out.join(Format::Json.file_name().unwrap_or_default());
        let attach = Some(self.attach.clone());
        Mailing { email: &self.email, templates, report, evidence, path: &path, attach }
            .send(&self.carrier, global)
            .await
    }
}

/// The mails of one report.
struct Mailing<'m> {
    email: &'m EmailConfig,
    templates: Option<&'m Path>,
    report: &'m Report,
    /// The bundle of this run, if one was made now.
    evidence: Option<&'m str>,
    /// Where the report is; what goes along, and the journal, are beside it.
    path: &'m Path,
    /// What goes along; `None`: the workbook, if it is of this run.
    attach: Option<Vec<AttachedFile>>,
}

impl Mailing<'_> {
    fn compose(&self) -> Result<Vec<OutgoingMail>, EmailError> {
        let folder = self.path.parent().unwrap_or(Path::new(""));
        let attachments = email::attachments(self.attach.as_deref(), folder, self.report.run.started_at)?;
        attachments.remarks.iter().for_each(|remark| say(remark));
        email::compose(&MailSources {
            report: self.report,
            config: self.email,
            attachments: &attachments,
            templates: self.templates,
            evidence: self.evidence,
            now: now(),
        })
    }

    /// Writes the mails to a folder.
    fn dry_run(&self, folder: &Path, global: &Global) -> Exit {
        let written = self.compose().and_then(|mails| Ok(write(&mails, folder)?));
        match written {
            Ok(count) => {
                if !global.quiet {
                    let mails = counted(count as u64, "mail", "mails");
                    say(&format!("Wrote {mails} to {}; none was sent", folder.display()));
                }
                Exit::Success
            }
            Err(error) => failed(&error),
        }
    }

    /// Sends the mails, and says what became of them.
    async fn send(&self, carrier: &Carrier, global: &Global) -> Exit {
        let prepared = self.compose().and_then(|mails| Ok((mails, Journal::beside(self.path, &self.report.run.id)?)));
        let (mails, mut journal) = match prepared {
            Ok(prepared) => prepared,
            Err(error) => return failed(&error),
        };
        match email::send(carrier, &mails, &mut journal, now).await {
            Ok(deliveries) => told(&deliveries, "headcount email", global),
            Err(error) => {
                say(&format!("error: {error}; a rerun may send the last mail again"));
                Exit::DeliveryFailed
            }
        }
    }
}

/// How many there are.
fn write(mails: &[OutgoingMail], folder: &Path) -> Result<usize, DeliveryError> {
    for mail in mails {
        write_file(&folder.join(format!("{}.eml", mail.name)), |out| out.write_all(&mail.content))?;
        if let Some(workbook) = &mail.workbook {
            write_file(&folder.join(format!("{}.xlsx", mail.name)), |out| out.write_all(workbook))?;
        }
    }
    Ok(mails.len())
}

/// What can't be used has the exit code of what can't be used; what could not be written or sent, that of a delivery.
fn failed(error: &EmailError) -> Exit {
    say(&format!("error: {error}"));
    match error {
        EmailError::Write(_) | EmailError::Journal(_) | EmailError::Findings(_) => Exit::DeliveryFailed,
        EmailError::NoManagers | EmailError::Attachment { .. } | EmailError::Render(_) | EmailError::Message(_) => {
            Exit::Unusable
        }
    }
}

/// Counts what was taken, and names whoever didn't get their mail: logs of CI systems are read by many.
pub(super) fn told(deliveries: &[Delivery], command: &str, global: &Global) -> Exit {
    let count = |wanted: &Outcome| deliveries.iter().filter(|delivery| delivery.outcome == *wanted).count() as u64;
    let (accepted, before) = (count(&Outcome::Accepted), count(&Outcome::Before));
    let missing = deliveries.len() as u64 - accepted - before;
    if !global.quiet || missing > 0 {
        let before = if before > 0 { format!("; {before} had got theirs before") } else { String::new() };
        let of = counted(deliveries.len() as u64, "recipient", "recipients");
        say(&format!("Mail: accepted for {accepted} of {of}{before}"));
    }
    for Delivery { recipient, outcome } in deliveries {
        let recipient = terminal(recipient);
        match outcome {
            Outcome::Accepted | Outcome::Before => {}
            Outcome::Refused(words) => say(&format!("  {recipient}: refused: {words}")),
            Outcome::NotSent(words) => say(&format!("  {recipient}: not sent: {words}")),
            Outcome::Unknown(words) => {
                say(&format!("  {recipient}: unknown, may have been accepted: {words}; a rerun sends it again"));
            }
        }
    }
    if missing == 0 {
        return Exit::Success;
    }
    say(&format!("To do: run `{command}` again, once the server takes mail; nobody gets it twice who has it"));
    Exit::DeliveryFailed
}
