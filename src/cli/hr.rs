//! `headcount hr check`: how the roster is read, so that a wrong column or an unknown word is seen before an audit.

use std::fmt::Write as _;
use std::io::Write;

use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;

use super::output::{print, show};
use super::{ConfigArg, Exit};
use crate::base::diagnostic::Diagnostic;
use crate::base::text::{counted, grouped};
use crate::config::Config;
use crate::correlate::Correlator;
use crate::key::Normaliser;
use crate::model::{Roster, RosterWord};
use crate::render::terminal;
use crate::roster::{self, Cure, Refusal};

/// What there is about the roster.
#[derive(Debug, Subcommand)]
pub(super) enum HrCommand {
    /// Tell how the HR files are read: rows, people, columns used and unused, words, rejected rows
    Check(CheckArgs),
}

/// Options of `hr check`.
#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    config: ConfigArg,
    /// How it is told
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: CheckFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CheckFormat {
    /// For people
    Text,
    /// For programs
    Json,
}

pub(super) fn run(command: &HrCommand) -> anyhow::Result<Exit> {
    let HrCommand::Check(args) = command;
    let checked = Config::load(args.config.path()).and_then(|config| Reading::of(&config));
    let reading = match checked {
        Ok(reading) => reading,
        Err(mistakes) => {
            show(&mistakes);
            return Ok(Exit::Unusable);
        }
    };
    let mut out = anstream::stdout().lock();
    match args.format {
        CheckFormat::Text => reading.tell(&mut out)?,
        CheckFormat::Json => print(&mut out, &serde_json::to_string_pretty(&reading)?)?,
    }
    Ok(Exit::Success)
}

/// How the roster is read.
#[derive(Debug, Serialize)]
pub(super) struct Reading {
    /// Data rows: people, further rows of the same people, and rejected ones.
    rows: u64,
    people: u64,
    further: u64,
    rejected: u64,
    files: Vec<ReadFile>,
    /// Which headings serve which purpose.
    columns: Vec<Column>,
    /// The headings that serve none.
    unused: Vec<String>,
    words: Vec<MetWord>,
    issues: Vec<Issue>,
    /// The lines that settle unknown words, as (table, line).
    cures: Vec<(String, String)>,
}

#[derive(Debug, Serialize)]
struct ReadFile {
    file: String,
    encoding: String,
    delimiter: Option<char>,
    only_active: bool,
}

#[derive(Debug, Serialize)]
struct Column {
    purpose: &'static str,
    headings: Vec<String>,
}

#[derive(Debug, Serialize)]
struct MetWord {
    column: &'static str,
    word: String,
    /// `null`: nobody declared it.
    meaning: Option<&'static str>,
    rows: u64,
}

#[derive(Debug, Serialize)]
struct Issue {
    file: String,
    line: Option<u64>,
    kind: &'static str,
    text: String,
}

impl Reading {
    /// Reads the files that the configuration names.
    pub(super) fn of(config: &Config) -> Result<Self, Vec<Diagnostic>> {
        let normaliser = Normaliser::new(&config.matching);
        let mut roster =
            roster::read(&config.files, &config.roster, &normaliser).map_err(|Refusal { mistakes, .. }| mistakes)?;
        let correlator = Correlator::new(&roster, &config.matching);
        roster.issues.extend(correlator.shared_keys(&roster));
        roster.issues.extend(correlator.placeholders(&roster, &<_>::default()));
        roster.issues.sort();
        let cures = roster::cures(&roster, &config.roster);
        Ok(Self::new(&roster, cures))
    }

    fn new(roster: &Roster, cures: Vec<Cure>) -> Self {
        let name = |at: usize| roster.files.get(at).map(|file| file.display().to_string()).unwrap_or_default();
        let file = |at: usize| ReadFile {
            file: name(at),
            encoding: roster.encodings.get(at).cloned().unwrap_or_default(),
            delimiter: roster.delimiters.get(at).copied().flatten(),
            only_active: roster.shown.get(at).is_some_and(|file| roster.only_active.contains(file)),
        };
        let column = |(role, headings): (&crate::model::ColumnRole, &Vec<String>)| Column {
            purpose: role.as_str(),
            headings: headings.clone(),
        };
        let word = |word: &RosterWord| MetWord {
            column: word.role.as_str(),
            word: word.word.clone(),
            meaning: word.meaning,
            rows: word.rows,
        };
        let issue = |issue: &crate::model::RosterIssue| Issue {
            file: name(issue.file),
            line: issue.line,
            kind: issue.kind.as_str(),
            text: issue.text.clone(),
        };
        Self {
            rows: roster.rows,
            people: roster.employees.len() as u64,
            further: roster.further.len() as u64,
            rejected: roster.rejected.len() as u64,
            files: (0..roster.files.len()).map(file).collect(),
            columns: roster.columns.iter().map(column).collect(),
            unused: roster.extra_columns.clone(),
            words: roster.words.iter().map(word).collect(),
            issues: roster.issues.iter().map(issue).collect(),
            cures: cures.into_iter().map(|Cure { table, line }| (table, line)).collect(),
        }
    }

    /// For people.
    pub(super) fn tell(&self, out: &mut impl Write) -> anyhow::Result<()> {
        Ok(print(out, self.text().trim_end())?)
    }

    fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a String can't fail.
        let _ = writeln!(
            text,
            "{} = {} + {} + {}",
            counted(self.rows, "row", "rows"),
            counted(self.people, "person", "people"),
            counted(self.further, "further row of the same people", "further rows of the same people"),
            counted(self.rejected, "rejected row", "rejected rows"),
        );
        let files = self.files.iter().map(ReadFile::line);
        section(&mut text, "Files", files);
        section(&mut text, "Columns used", self.columns.iter().map(Column::line));
        section(&mut text, "Columns not used", self.unused.iter().map(|heading| terminal(heading)));
        section(&mut text, "Words", self.words.iter().map(MetWord::line));
        section(&mut text, "What is wrong", self.told_issues());
        section(
            &mut text,
            "To be written into the configuration",
            self.cures.iter().map(|(table, line)| format!("below {table}: {}", terminal(line))),
        );
        text
    }

    fn told_issues(&self) -> impl Iterator<Item = String> {
        /// More would hide the rest; `--format json` has them all.
        const SHOWN: usize = 30;
        let more = self.issues.len().saturating_sub(SHOWN);
        let more = (more > 0).then(|| format!("and {} more; --format json tells them all", grouped(more as u64)));
        self.issues.iter().take(SHOWN).map(Issue::line).chain(more)
    }
}

impl ReadFile {
    fn line(&self) -> String {
        let delimiter =
            self.delimiter.map(|delimiter| format!(", fields separated by {delimiter:?}")).unwrap_or_default();
        let only = if self.only_active { "; lists only people who work here" } else { "" };
        format!("{}  {}{delimiter}{only}", terminal(&self.file), self.encoding)
    }
}

impl Column {
    fn line(&self) -> String {
        format!("{:13} {}", self.purpose, terminal(&self.headings.join(", ")))
    }
}

impl MetWord {
    fn line(&self) -> String {
        let meaning = self.meaning.unwrap_or("unknown");
        format!(
            "{:13} {:24} {meaning}, {}",
            self.column,
            terminal(&format!("{:?}", self.word)),
            counted(self.rows, "row", "rows")
        )
    }
}

impl Issue {
    fn line(&self) -> String {
        let line = self.line.map(|line| format!(":{line}")).unwrap_or_default();
        format!("{}{line}: {} ({})", terminal(&self.file), terminal(&self.text), self.kind)
    }
}

fn section(text: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let mut lines = lines.peekable();
    if lines.peek().is_none() {
        return;
    }
    let _ = writeln!(text, "\n{title}");
    for line in lines {
        let _ = writeln!(text, "  {line}");
    }
}
