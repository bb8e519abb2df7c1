//! `headcount crosswalk suggest`: a crosswalk of what is probably right, for a person to confirm.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::investigate::{Investigation, InvestigationArgs};
use super::output::{refuse, say};
use super::{Exit, Global, runtime};
use crate::audit::{SettlingLine, Suggestion, Suggestions, Wanted};
use crate::base::diagnostic::Diagnostic;
use crate::base::text::{counted, grouped};
use crate::deliver;
use crate::model::{Employee, Roster, SourceName, SourceStatus};
use crate::render::{cell, terminal};
use crate::run::RunError;
use crate::run::investigate::{self, SourceSuggestions};
use crate::suggest::Accept;

/// What to do about crosswalks.
#[derive(Debug, Subcommand)]
pub(super) enum CrosswalkCommand {
    /// Write a crosswalk for each source with the unmatched accounts of which one employee is probably the owner
    Suggest(SuggestArgs),
}

/// Options of `crosswalk suggest`.
#[derive(Debug, Args)]
pub(super) struct SuggestArgs {
    #[command(flatten)]
    investigation: InvestigationArgs,
    /// Only this source; may be given again
    #[arg(long, value_name = "NAME")]
    source: Vec<String>,
    /// The least score of a line, from 0.5 to 1: the share of lines with that score that are right
    #[arg(long, value_name = "SCORE", default_value_t = SuggestArgs::MIN_SCORE, value_parser = parse_score)]
    min_score: f64,
    /// Of all lines of a source together, this share is right by their scores, from 0.5 to 1: fewer and surer lines
    #[arg(long, value_name = "SHARE", value_parser = parse_score)]
    precision: Option<f64>,
    /// The file to write, for one source; otherwise SOURCE-suggestions.csv in this folder. Never overwritten
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

fn parse_score(text: &str) -> Result<f64, String> {
    let score = text.parse().ok().filter(|score| (0.5..=1.0).contains(score));
    score.ok_or_else(|| "expected a number from 0.5 to 1, such as 0.9".to_owned())
}

pub(super) fn run(command: &CrosswalkCommand, global: &Global) -> anyhow::Result<Exit> {
    let CrosswalkCommand::Suggest(args) = command;
    let investigation = match args.read() {
        Ok(investigation) => investigation,
        Err(error) => return Ok(refuse(&error)),
    };
    let waiting = global.waiting();
    let options = investigation.options(&waiting);
    let wanted = Wanted { least: args.min_score, precision: args.precision };
    let (config, inputs) = (&investigation.config, &investigation.inputs);
    let suggested = runtime()?.block_on(investigate::suggest(config, inputs, &options, wanted));
    drop(waiting);
    match suggested {
        Ok(sources) => Ok(write_all(args, &sources, &inputs.roster)),
        Err(error) => Ok(refuse(&error)),
    }
}

impl SuggestArgs {
    /// The least with which generated people keep what docs/near-misses.md asks of lines: 97 in a hundred right, and at most three
    /// in a hundred of the accounts that are nobody's with one.
    pub(super) const MIN_SCORE: f64 = 0.9;

    fn read(&self) -> Result<Investigation, RunError> {
        let investigation = self.investigation.read(&self.source)?;
        let chosen = || investigation.config.chosen(&investigation.only);
        if self.out.is_some() && chosen().count() > 1 {
            let message = "one file takes the suggestions for one source";
            let mistake = Diagnostic::of_file(Path::new("--out"), message).help("choose one with --source NAME");
            return Err(vec![mistake].into());
        }
        if let Some(path) = chosen().map(|source| self.path(&source.name)).find(|path| path.exists()) {
            let message = "this file exists already and stays as it is";
            let mistake = Diagnostic::of_file(&path, message).help("move it away, or name another with --out");
            return Err(vec![mistake].into());
        }
        Ok(investigation)
    }

    fn path(&self, source: &SourceName) -> PathBuf {
        self.out.clone().unwrap_or_else(|| PathBuf::from(format!("{source}-suggestions.csv")))
    }
}

fn write_all(args: &SuggestArgs, sources: &[SourceSuggestions], roster: &Roster) -> Exit {
    let mut exit = Exit::Success;
    for SourceSuggestions { source, suggestions, certificate } in sources {
        if certificate.status != SourceStatus::Complete {
            say(&format!("{source} {}", certificate.status.with_reason(certificate.error.as_deref())));
            exit = Exit::Unverified;
        }
        let Suggestions { rules, lines, left_out } = suggestions;
        for rule in rules {
            say_rule(source, rule);
        }
        if lines.is_empty() {
            let other = if rules.is_empty() { "" } else { "other " };
            say(&format!("{source}: {}", why_none(*left_out, other)));
            continue;
        }
        let path = args.path(source);
        let text = file(source, lines, roster);
        if let Err(error) = deliver::write_new_file(&path, |out| out.write_all(text.as_bytes())) {
            say(&format!("error: {error}"));
            return Exit::DeliveryFailed;
        }
        let lines = counted(lines.len() as u64, "suggestion", "suggestions");
        let fewer =
            if *left_out > 0 { format!(", {} less likely left out", grouped(*left_out as u64)) } else { String::new() };
        say(&format!(
            "{source}: {lines} in {}{fewer}; write yes into the column accept of each that is right, then name the file as \
             its crosswalk",
            path.display()
        ));
    }
    exit
}

fn why_none(left_out: usize, other: &str) -> String {
    match left_out {
        0 => format!("no {other}unmatched account has one likely owner"),
        _ => format!(
            "{}, but none as likely as --precision asks for",
            counted(left_out as u64, "suggestion", "suggestions")
        ),
    }
}

/// One line that settles many accounts, to be pasted.
fn say_rule(source: &SourceName, rule: &SettlingLine) {
    let SettlingLine { accept, settles, doubtful, contradicts } = rule;
    let settles = counted(*settles, "account", "accounts");
    say(&format!("{source}: this line below {} settles {settles}:", accept.place()));
    say(&format!("  {}", terminal(accept.line())));
    if *doubtful > 0 {
        let of_these = counted(*doubtful, "of these has a name that", "of these have a name that");
        say(&format!(
            "  {of_these} is rather somebody else's, or that of two people: look with `headcount explain` first"
        ));
    }
    if *contradicts > 0 {
        let others = counted(*contradicts, "account that has an owner", "accounts that have one");
        say(&format!("  It finds somebody else as well for {others}: look at them with `headcount explain` first"));
    }
}

/// The file, for a spreadsheet: each line with who is meant, and a cell in which a person says whether it is right.
fn file(source: &SourceName, suggestions: &[Suggestion], roster: &Roster) -> String {
    // The mark tells spreadsheets the encoding.
    let mut text = format!(
        "\u{feff}# Suggestions for {source}: by resemblance only and confirmed by nobody. Write yes into the column accept\n\
         # of each line that is right. Then name this file in [source.match] as crosswalk = \"…\".\n\
         key,value,employee_id,accept,score,account,employee\n"
    );
    for suggestion in suggestions {
        text.push_str(&line(suggestion, roster));
    }
    text
}

fn line(suggestion: &Suggestion, roster: &Roster) -> String {
    let near = &suggestion.near;
    let employee = roster.employee(near.employee);
    let name = employee.and_then(Employee::name).unwrap_or("somebody without a name");
    let called = format!("{} {}", suggestion.account_id, suggestion.called);
    let line = near.accept.iter().find_map(|accept| match accept {
        Accept::Crosswalk(line) => Some(line),
        Accept::Match(_) | Accept::SourceMatch(_) => None,
    });
    match line.filter(|line| !holds_formula(line)) {
        Some(line) => format!("{line},,{:.2},{},{}\n", near.score, shown(&called), shown(name)),
        None => {
            let who = comment(&format!("account {called} ~ {name} {:.0} % alike", near.score * 100.0));
            format!("{who}\n# not written: its values look like a formula of a spreadsheet. Write the line by hand\n")
        }
    }
}

/// A cell for people: on one line, between quotes, and no formula.
fn shown(text: &str) -> String {
    format!("\"{}\"", cell(text).replace('"', "\"\""))
}

/// One line that is one cell in every spreadsheet, and no formula.
fn comment(text: &str) -> String {
    let apart = |c: char| if matches!(c, ',' | ';' | '|' | '"') { ' ' } else { c };
    format!("# {}", terminal(text).chars().map(apart).collect::<String>())
}

/// Whether a spreadsheet would run a cell of this line. It can't be quoted away: the value has to stay what it is.
fn holds_formula(line: &str) -> bool {
    line.split(',').any(|cell| cell.trim_start_matches('"').starts_with(['=', '+', '-', '@', '\t', '\r']))
}
