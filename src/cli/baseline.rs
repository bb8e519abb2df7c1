//! `headcount baseline write`: what was found until now is known; from here on, only new findings fail.

use std::path::{Path, PathBuf};

use chrono_tz::Tz;
use clap::{Args, Subcommand};

use super::Exit;
use super::clock::latest;
use super::output::{say, show};
use crate::base::diagnostic::Diagnostic;
use crate::base::text::{counted, grouped};
use crate::deliver;
use crate::exception::{Baseline, BaselineEntry, Change, Coverage, Identity};
use crate::files::Files;
use crate::model::{Disposition, Fingerprint, RuleId, SourceName, SourceStatus};
use crate::report::{Finding, Report, shown};
use crate::run;

/// What to do with the baseline.
#[derive(Debug, Subcommand)]
pub(super) enum BaselineCommand {
    /// Write down the findings of a report; in a file that exists, drop those that are gone
    Write(WriteArgs),
}

/// Options of `baseline write`.
#[derive(Debug, Args)]
pub(super) struct WriteArgs {
    /// The report
    #[arg(long, value_name = "FILE", default_value = "headcount-out/report.json")]
    report: PathBuf,
    /// The baseline
    #[arg(long, value_name = "FILE", default_value = "baseline.json")]
    out: PathBuf,
    /// Add new findings to a baseline that exists; without this it can only shrink
    #[arg(long)]
    accept_new: bool,
    /// Keep the findings of a baseline that an older version has written, as far as they are there; add nothing
    #[arg(long, conflicts_with = "accept_new")]
    keep: bool,
}

pub(super) fn run(command: &BaselineCommand) -> anyhow::Result<Exit> {
    let BaselineCommand::Write(args) = command;
    let (report, old) = match read(args) {
        Ok(read) => read,
        Err(mistake) => {
            show(&[mistake]);
            return Ok(Exit::Unusable);
        }
    };
    let complete = report.sources.iter().filter(|source| source.status == SourceStatus::Complete);
    let names = |source: &crate::report::SourceSummary| SourceName::new(&source.name);
    // One that was not audited was not seen, either: what is known of it, and of everybody over all sources, stays.
    let left_out = report.run.left_out.iter().map(|name| SourceName::new(name));
    let configured: Vec<_> = report.sources.iter().map(names).chain(left_out).collect();
    let coverage = Coverage::new(&configured, complete.map(names));
    let mut current = Vec::new();
    for finding in report.findings.iter() {
        current.extend(entry(&report, &finding?));
    }
    let accept_new = args.accept_new || old.is_none() && !args.keep;
    let (baseline, change) = old.unwrap_or_default().renew(current, &coverage, accept_new);
    if let Err(error) = deliver::write_file(&args.out, |out| out.write_all(baseline.to_text().as_bytes())) {
        say(&format!("error: {error}"));
        return Ok(Exit::DeliveryFailed);
    }
    for source in report.sources.iter().filter(|source| source.status != SourceStatus::Complete) {
        say(&format!(
            "{} {}: what was not seen there can't be in the baseline",
            source.name,
            source.status.in_a_sentence()
        ));
    }
    say(&told(&args.out, &baseline, change));
    Ok(Exit::Success)
}

/// The report, and the baseline that it goes on from.
fn read(args: &WriteArgs) -> Result<(Report, Option<Baseline>), Diagnostic> {
    let report = Report::read(&args.report)?;
    let read = if args.keep { Baseline::read_to_keep } else { Baseline::read };
    // A day of the roster's zone may be one ahead of the day of the report.
    let latest = run::latest(latest(Some(report.run.as_of)), Tz::UTC);
    let old = if args.keep || args.out.exists() { Some(read(&Files::default(), &args.out, latest)?) } else { None };
    Ok((report, old))
}

/// A finding that can be in a baseline: neither waived, nor promised to be fixed by a date that is over, nor about
/// an exception.
fn entry(report: &Report, finding: &Finding) -> Option<BaselineEntry> {
    let promised = finding.facts.contains_key("waiver.state");
    if promised || finding.disposition == Disposition::Waived || finding.subject.kind == "exception" {
        return None;
    }
    let source = finding.subject.source.as_deref().map(SourceName::new);
    let (rule, first_seen) = (RuleId::new(&finding.rule), report.run.as_of.date_naive());
    let account = Identity::of(shown(finding));
    Some(BaselineEntry::new(Fingerprint::parse(&finding.fingerprint)?, rule, source, first_seen, account))
}

fn told(path: &Path, baseline: &Baseline, change: Change) -> String {
    let counts = [(change.added, "added"), (change.dropped, "resolved and dropped")];
    let counts = counts.into_iter().filter(|(count, _)| *count > 0);
    let mut told = vec![format!("{}: {}", path.display(), counted(baseline.len() as u64, "finding", "findings"))];
    told.extend(counts.map(|(count, what)| format!("{} {what}", grouped(count))));
    let told = told.join(", ");
    if change.refused == 0 {
        return told;
    }
    let new = counted(change.refused, "new finding was", "new findings were");
    format!("{told}\n{new} not added: fix or waive them, or add them with --accept-new")
}
