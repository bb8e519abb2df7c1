//! `headcount waivers`: check the file of waivers, and add a complete one to it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::{Args, Subcommand};

use super::clock::now;
use super::output::{print, refuse, say};
use super::{ConfigArg, Exit};
use crate::config::Config;
use crate::deliver;
use crate::diagnostic::Diagnostic;
use crate::exception::{Bound, Waiver, Waivers};
use crate::model::text::counted;
use crate::pipeline::{Inputs, RunError, known};
use crate::report::{Finding, Report};

/// What to do with the waivers.
#[derive(Debug, Subcommand)]
pub(super) enum WaiversCommand {
    /// Check the file of waivers and list what is in it; asks no vendor
    Check {
        #[command(flatten)]
        config: ConfigArg,
    },
    /// Add a waiver for a finding of a report, bound to the facts that the report shows
    Add(AddArgs),
}

/// Options of `waivers add`.
#[derive(Debug, Args)]
pub(super) struct AddArgs {
    /// The finding, by its fingerprint or the first 8 digits of it
    fingerprint: String,
    #[command(flatten)]
    config: ConfigArg,
    /// The report
    #[arg(long, value_name = "FILE", default_value = "headcount-out/report.json")]
    report: PathBuf,
    /// Who answers for it: an employee id or an address
    #[arg(long, value_name = "WHO")]
    owner: String,
    /// Who allows it: neither the owner nor the person behind the account
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
    /// Its first day; that of the report, if absent
    #[arg(long, value_name = "DATE")]
    created: Option<NaiveDate>,
}

pub(super) fn run(command: &WaiversCommand) -> anyhow::Result<Exit> {
    match command {
        WaiversCommand::Check { config } => check(&config.config),
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
    let inputs = match Config::load(path).map_err(RunError::from).and_then(|config| Inputs::load(&config)) {
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
        let mut config = Config::load(&self.config.config)?;
        let Some(path) = config.exceptions.waivers.take() else {
            let message = "the configuration names no file of waivers";
            let help = "add [exceptions] waivers = \"waivers.toml\"";
            return Err(vec![Diagnostic::of_file(&self.config.config, message).help(help)].into());
        };
        let report = Report::read(&self.report).map_err(|mistake| vec![mistake])?;
        let finding = self.finding(&report).map_err(|mistake| vec![mistake])?;
        // Without its exceptions: the file of waivers is read below, and may not be there yet.
        config.exceptions.baseline = None;
        config.gate.new = None;
        let inputs = Inputs::load(&config)?;
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
        text.push_str(&self.entry(&report, &finding));
        Waivers::parse(&path, &text, &known(&config, &inputs.rules, &inputs.roster))?;
        Ok((path, text))
    }

    fn finding(&self, report: &Report) -> Result<Finding, Diagnostic> {
        const SHORTEST: usize = 8;
        let wanted = self.fingerprint.as_str();
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
    fn entry(&self, report: &Report, finding: &Finding) -> String {
        let mut entry = format!("\n[[waiver]]\nrule = {}\n", quoted(&finding.rule));
        let mut line = |key: &str, value: String| writeln!(entry, "{key} = {value}").ok();
        match (&finding.subject.source, &finding.subject.account_id) {
            (Some(source), Some(account)) => {
                line("source", quoted(source));
                line("account", quoted(account));
            }
            _ => {
                line("fingerprint", quoted(&finding.fingerprint));
            }
        }
        line("bound", bound(finding));
        for (key, text) in [("owner", &self.owner), ("approver", &self.approver), ("reason", &self.reason)] {
            line(key, quoted(text));
        }
        line("ticket", quoted(&self.ticket));
        line("created", self.created.unwrap_or_else(|| report.run.as_of.date_naive()).to_string());
        line("expires", self.expires.to_string());
        entry
    }
}

/// What a new file begins with.
const HEADER: &str = "# Findings that are accepted until a day. `headcount waivers check` reads this file; \
                      `headcount waivers add` writes to it.\n";

/// The facts that the waiver rests on.
fn bound(finding: &Finding) -> String {
    let bound = Bound::new(&finding.facts, finding.subject.employee_id.as_deref(), finding.subject.members.as_deref());
    let list = |names: &std::collections::BTreeSet<String>| {
        format!("[{}]", names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", "))
    };
    let facts = [
        ("status", bound.status.as_deref().map(quoted)),
        ("roles", bound.roles.as_ref().map(list)),
        ("owner", bound.owner.as_deref().map(quoted)),
        ("members", bound.members.as_ref().map(list)),
    ];
    let told: Vec<String> =
        facts.into_iter().filter_map(|(name, fact)| fact.map(|fact| format!("{name} = {fact}"))).collect();
    if told.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", told.join(", ")) }
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}
