//! `headcount compare` and `headcount history`: what has changed between two reports, and over several.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, ValueEnum};

use super::output::{say, show};
use super::{Exit, Global};
use crate::base::diagnostic::Diagnostic;
use crate::base::text::counted;
use crate::config::{Config, Demand, FailOn, HistoryConfig};
use crate::deliver;
use crate::files::Files;
use crate::history::{Changes, Earlier, TrendPoint};
use crate::render::{ComparisonFormat, comparison, trend};
use crate::run::compare::{CompareError, Compared, compare};

/// Options of `compare`.
#[derive(Debug, Args)]
pub(super) struct CompareArgs {
    /// The earlier report.json, or an evidence bundle; accounts.ndjson beside it is read, too
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The later one
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// Formats, separated by commas; several only into a folder
    #[arg(long, value_name = "LIST", value_delimiter = ',', default_value = "md")]
    format: Vec<Form>,
    /// Write compare.md and so on into this folder, instead of standard output
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// What fails, separated by commas: new, reopened, overdue, overdue:SEVERITY
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = demand)]
    fail_on: Vec<Wanted>,
    /// The configuration whose [history] has limits and other names of sources
    #[arg(short, long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Options of `history`.
#[derive(Debug, Args)]
pub(super) struct HistoryArgs {
    /// Reports, in any order; each carries the ones before it, if [history] is configured
    #[arg(value_name = "FILE", required = true)]
    reports: Vec<PathBuf>,
    /// Formats, separated by commas; several only into a folder
    #[arg(long, value_name = "LIST", value_delimiter = ',', default_value = "md")]
    format: Vec<Form>,
    /// Write history.md and so on into this folder, instead of standard output
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// A format, as the command line spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// One self-contained page
    Html,
    /// Markdown
    Md,
    /// For programs
    Json,
    /// For spreadsheets
    Csv,
}

impl Form {
    const fn format(self) -> ComparisonFormat {
        match self {
            Self::Html => ComparisonFormat::Html,
            Self::Md => ComparisonFormat::Markdown,
            Self::Json => ComparisonFormat::Json,
            Self::Csv => ComparisonFormat::Csv,
        }
    }
}

/// What fails a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Wanted {
    New,
    OfHistory(FailOn),
}

fn demand(text: &str) -> Result<Wanted, String> {
    match Demand::parse(text)? {
        Demand::New => Ok(Wanted::New),
        Demand::FailOn(limit @ (FailOn::Overdue(_) | FailOn::Reopened)) => Ok(Wanted::OfHistory(limit)),
        _ => Err("a comparison fails on new, reopened, overdue or overdue:SEVERITY".to_owned()),
    }
}

pub(super) fn run(args: &CompareArgs, global: &Global) -> anyhow::Result<Exit> {
    let compared = match args.compare() {
        Ok(compared) => compared,
        Err(CompareError::Unusable(mistake)) => return Ok(unusable(&mistake)),
        Err(CompareError::Io(error)) => return Err(error).context("can't read the findings back"),
    };
    if let Some(mistake) = args.untold(&compared) {
        return Ok(unusable(&mistake));
    }
    let Compared { report, .. } = &compared;
    let write = |form: Form, out: &mut dyn Write| comparison(report, form.format(), out).map_err(std::io::Error::other);
    if let Some(exit) = written("compare", &args.format, args.out.as_deref(), &write)? {
        return Ok(exit);
    }
    if !global.quiet
        && let Some(words) = report.changes.as_ref().and_then(Changes::in_words)
    {
        say(&words);
    }
    Ok(args.judge(&compared))
}

impl CompareArgs {
    fn compare(&self) -> Result<Compared, CompareError> {
        let settings = match &self.config {
            None => HistoryConfig::default(),
            Some(path) => {
                let config = Config::load(path);
                let first = |mistakes: Vec<Diagnostic>| {
                    let none = || Diagnostic::of_file(path, "the configuration can't be used");
                    CompareError::from(mistakes.into_iter().next().unwrap_or_else(none))
                };
                config.map_err(first)?.history.unwrap_or_default()
            }
        };
        compare(&self.old, &self.new, settings)
    }

    /// A demand of history where the reports carry none: it would never fail.
    fn untold(&self, compared: &Compared) -> Option<Diagnostic> {
        let (old, new) = compared.carried;
        let wanted = self.fail_on.iter().filter_map(Wanted::limit).find(|limit| match limit {
            FailOn::Reopened => !old,
            _ => !new,
        })?;
        let path = if matches!(wanted, FailOn::Reopened) { &self.old } else { &self.new };
        let limits = if matches!(wanted, FailOn::Reopened) { "" } else { " with limits ([history] sla)" };
        let message = format!("{} needs history{limits}, which this report doesn't carry", wanted.describe());
        Some(
            Diagnostic::of_file(path, message)
                .help("audit with [history] in the configuration, which reports then carry on"),
        )
    }

    /// What the demands come to: what can't be compared is no pass.
    fn judge(&self, compared: &Compared) -> Exit {
        let failed: Vec<&Wanted> = self.fail_on.iter().filter(|wanted| compared.has(wanted.limit())).collect();
        for wanted in &failed {
            say(&format!(
                "Failed: there are {} findings",
                wanted.limit().map_or_else(|| "new".to_owned(), FailOn::describe)
            ));
        }
        match (failed.is_empty(), self.fail_on.is_empty(), compared.is_whole()) {
            (false, ..) => Exit::GateFailed,
            (true, false, false) => {
                say("Could not verify: not everything can be compared, so that findings may be missing");
                Exit::Unverified
            }
            (true, ..) => Exit::Success,
        }
    }
}

impl Wanted {
    const fn limit(&self) -> Option<&FailOn> {
        match self {
            Self::New => None,
            Self::OfHistory(limit) => Some(limit),
        }
    }
}

/// Runs `history`.
pub(super) fn history(args: &HistoryArgs, global: &Global) -> anyhow::Result<Exit> {
    let mut points: Vec<TrendPoint> = Vec::new();
    for path in &args.reports {
        match Earlier::read(&Files::default(), path, &BTreeMap::new()) {
            Ok(earlier) => points.extend_from_slice(earlier.trend()),
            Err(mistake) => return Ok(unusable(&mistake)),
        }
    }
    // Of one run, what its own report and later ones say is the same, but that the first may have had nothing to compare with.
    points.sort_by(|a, b| (a.as_of, &a.run_id, a.new.is_none()).cmp(&(b.as_of, &b.run_id, b.new.is_none())));
    points.dedup_by(|later, earlier| later.run_id == earlier.run_id);
    let write = |form: Form, out: &mut dyn Write| trend(&points, form.format(), out).map_err(std::io::Error::other);
    if let Some(exit) = written("history", &args.format, args.out.as_deref(), &write)? {
        return Ok(exit);
    }
    if !global.quiet && args.out.is_some() {
        say(&counted(points.len() as u64, "report", "reports"));
    }
    Ok(Exit::Success)
}

fn unusable(mistake: &Diagnostic) -> Exit {
    show(std::slice::from_ref(mistake));
    Exit::Unusable
}

/// Writes each format where it goes. Returns how the command ends, if it ends here.
fn written(
    name: &str,
    forms: &[Form],
    out: Option<&Path>,
    write: &dyn Fn(Form, &mut dyn Write) -> std::io::Result<()>,
) -> anyhow::Result<Option<Exit>> {
    let Some(folder) = out else {
        let [form] = forms else {
            say("error: standard output takes one format; add --out DIR for several");
            return Ok(Some(Exit::Unusable));
        };
        let mut text = Vec::new();
        write(*form, &mut text)?;
        std::io::stdout().lock().write_all(&text)?;
        return Ok(None);
    };
    for form in forms {
        let path = folder.join(format!("{name}.{}", form.format().ending()));
        if let Err(error) = deliver::write_file(&path, |file| write(*form, file)) {
            say(&format!("error: {error}"));
            return Ok(Some(Exit::DeliveryFailed));
        }
        say(&format!("Written: {}", path.display()));
    }
    Ok(None)
}
