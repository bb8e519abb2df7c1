//! `headcount waivers`: check the file of waivers, and add a complete one to it.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::{Args, Subcommand};

use super::clock::now;
use super::offer;
use super::output::{print, refuse, say};
use super::{ConfigArg, Exit};
use crate::base::diagnostic::Diagnostic;
use crate::base::text::counted;
use crate::config::Config;
use crate::deliver;
use crate::exception::{Known, New, Waiver, Waivers};
use crate::report::{Finding, Report, quoted, waiver_lines};
use crate::run::{Inputs, RunError, known};

/// What to do with the waivers.
#[derive(Debug, Subcommand)]
pub(super) enum WaiversCommand {
    /// Check the file of waivers and list what is in it; asks no vendor
    Check {
        #[command(flatten)]
        config: ConfigArg,
    },
    /// Add a waiver: for a finding of a report, bound to the facts that the report shows; or for a whole rule
    Add(Box<AddArgs>),
}

/// Options of `waivers add`.
#[derive(Debug, Args)]
pub(super) struct AddArgs {
    /// The finding, by its fingerprint or the first 8 digits of it
    #[arg(required_unless_present = "rule")]
    fingerprint: Option<String>,
    /// Instead of one finding: all findings of this rule, also those that nobody has seen yet
    #[arg(long, value_name = "ID", conflicts_with_all = ["fingerprint", "report"], requires = "because")]
    #[arg(value_parser = offer::rule(), hide_possible_values = true)]
    rule: Option<String>,
    /// With --rule: only at this source
    #[arg(long, value_name = "NAME", requires = "rule")]
    source: Option<String>,
    /// With --rule: why the waiver has to be that wide
    #[arg(long, value_name = "TEXT", requires = "rule")]
    because: Option<String>,
    #[command(flatten)]
    config: ConfigArg,
    /// The report
    #[arg(long, value_name = "FILE", default_value = "headcount-out/report.json")]
    report: PathBuf,
    /// Who answers for it and works here: an employee id, an address, a login name or a name
    #[arg(long, value_name = "WHO")]
    owner: String,
    /// Who allows it: somebody who works here or is among [exceptions] approvers, and neither the owner nor the person
    /// behind the account
    #[arg(long, value_name = "WHO")]
    approver: String,
    /// Why it is right
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Where it was discussed
    #[arg(long, value_name = "ID")]
    ticket: String,
    /// Its last day
    #[arg(long, value_name = "DATE")]
    expires: NaiveDate,
    /// Its first day; that of the report, or with --rule today, if absent
    #[arg(long, value_name = "DATE")]
    created: Option<NaiveDate>,
}

pub(super) fn run(command: &WaiversCommand) -> anyhow::Result<Exit> {
    match command {
        WaiversCommand::Check { config } => check(config.path()),
        WaiversCommand::Add(args) => match args.new_text() {
            Ok((path, text)) => {
                if let Err(error) = deliver::write_file(&path, |out| out.write_all(text.as_bytes())) {
                    say(&format!("error: {error}"));
                    return Ok(Exit::DeliveryFailed);
                }
                say(&format!("{}: 1 waiver added", path.display()));
                Ok(Exit::Success)
            }
            Err(error) => Ok(refuse(&error)),
        },
    }
}

fn check(path: &Path) -> anyhow::Result<Exit> {
    let inputs = match Config::load(path).map_err(RunError::from).and_then(|config| Inputs::load(&config, None, now()))
    {
        Ok(inputs) => inputs,
        Err(error) => return Ok(refuse(&error)),
    };
    let mut out = anstream::stdout().lock();
    let mut count = 0;
    for waiver in inputs.exceptions.waivers.iter() {
        count += 1;
        print(&mut out, &line(waiver))?;
    }
    say(&format!("{}, all well-formed", counted(count, "waiver", "waivers")));
    Ok(Exit::Success)
}

fn line(waiver: &Waiver) -> String {
    let state = if waiver.has_expired(now()) { "expired" } else { "until" };
    format!("line {:<5} {state:8} {}  {}  {}", waiver.line, waiver.expires, waiver.ticket, waiver.id())
}

impl AddArgs {
    /// The file with the new waiver, checked as a whole; it is not written if anything in it is wrong.
    fn new_text(&self) -> Result<(PathBuf, String), RunError> {
        let mut config = Config::load(self.config.path())?;
        let Some(path) = config.exceptions.waivers.take() else {
            let message = "the configuration names no file of waivers";
            let help = "add [exceptions] waivers = \"waivers.toml\"";
            return Err(vec![Diagnostic::of_file(self.config.path(), message).help(help)].into());
        };
        let covers = self.covers(&config).map_err(|mistake| vec![mistake])?;
        // Without its exceptions: the file of waivers is read below, and may not be there yet.
        config.exceptions.baseline = None;
        config.gate.new = None;
        let inputs = Inputs::load(&config, None, now())?;
        let mut text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => HEADER.to_owned(),
            Err(error) => {
                return Err(vec![Diagnostic::of_file(&path, format!("can't read the waivers: {error}"))].into());
            }
        };
        match text.trim() {
            "" => HEADER.clone_into(&mut text),
            _ if text.ends_with('\n') => {}
            _ => text.push('\n'),
        }
        let new = New { from: text.len(), now: now() };
        text.push_str(&self.entry(&covers));
        let known = known(&config, &inputs.rules, &inputs.roster, now());
        Waivers::parse(&path, &text, &Known { new: Some(new), ..known })?;
        Ok((path, text))
    }

    /// What is waived.
    fn covers(&self, config: &Config) -> Result<Covered, Diagnostic> {
        let today = || now().with_timezone(&config.roster.timezone).date_naive();
        match (&self.fingerprint, &self.rule, &self.because) {
            (Some(fingerprint), ..) => {
                let report = Report::read(&self.report)?;
                let lines = waiver_lines(&self.finding(&report, fingerprint)?);
                Ok(Covered { lines, created: self.created.unwrap_or_else(|| report.run.as_of.date_naive()) })
            }
            (None, rule, because) => {
                let scope = if self.source.is_some() { "source" } else { "rule" };
                let source = self.source.iter().map(|source| ("source", quoted(source)));
                let told = |name, text: &Option<String>| text.as_deref().map(|text| (name, quoted(text)));
                let lines = told("rule", rule).into_iter().chain(source);
                let lines = lines.chain([("scope", quoted(scope))]).chain(told("because", because)).collect();
                Ok(Covered { lines, created: self.created.unwrap_or_else(today) })
            }
        }
    }

    fn finding(&self, report: &Report, wanted: &str) -> Result<Finding, Diagnostic> {
        const SHORTEST: usize = 8;
        let wrong = |message: String| Diagnostic::of_file(&self.report, message);
        let unreadable = |error: std::io::Error| wrong(format!("can't read its findings: {error}"));
        let mut found = Vec::new();
        for finding in report.findings.iter() {
            let finding = finding.map_err(unreadable)?;
            found.extend(finding.fingerprint.starts_with(wanted).then_some(finding));
        }
        let mut found = found.into_iter();
        match (found.next(), found.next()) {
            (Some(finding), None) if wanted.len() >= SHORTEST => Ok(finding),
            (Some(_), _) => {
                Err(wrong(format!("{wanted} could be several findings")).help("give all digits of the fingerprint"))
            }
            (None, _) => Err(wrong(format!("no finding has the fingerprint {wanted}"))
                .help("copy it from this report; another audit may have written it")),
        }
    }

    /// The `[[waiver]]`, as a person would write it.
    fn entry(&self, covered: &Covered) -> String {
        let people = [("owner", &self.owner), ("approver", &self.approver), ("reason", &self.reason)];
        let people = people.into_iter().chain([("ticket", &self.ticket)]).map(|(key, text)| (key, quoted(text)));
        let dates = [("created", covered.created.to_string()), ("expires", self.expires.to_string())];
        let lines = covered.lines.iter().cloned().chain(people).chain(dates);
        lines.fold("\n[[waiver]]\n".to_owned(), |entry, (key, value)| format!("{entry}{key} = {value}\n"))
    }
}

/// The lines of a waiver that say what it covers, and its first day.
struct Covered {
    lines: Vec<(&'static str, String)>,
    created: NaiveDate,
}

/// What a new file begins with.
const HEADER: &str = "# Findings that are accepted until a day. `headcount waivers check` reads this file; \
                      `headcount waivers add` writes to it.\n";
