//! What the auditor checks: the run, the sources' certificates, the roster, the rules and the exceptions.

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::Value;

use super::text::{NAME, Pair, SENTENCE, at_least, hour, iso, moment, pairs};
use crate::base::text::{counted, grouped};
use crate::render::escape::clip;
use crate::report::{self, Report, SourceStatus, SourceSummary, UnknownWord};

/// When, with what and over what.
#[derive(Debug, Serialize)]
pub(super) struct Run {
    pub(super) id: String,
    title: String,
    organisation: String,
    as_of: String,
    as_of_iso: String,
    /// The same, as people say it.
    as_of_words: String,
    started: String,
    finished: String,
    version: String,
    config_sha256: String,
    rules_sha256: String,
}

impl Run {
    pub(super) fn new(report: &Report) -> Self {
        let run = &report.run;
        Self {
            id: clip(&run.id, NAME),
            title: clip(&run.title, NAME),
            organisation: clip(&run.organisation, NAME),
            as_of: moment(run.as_of),
            as_of_iso: iso(run.as_of),
            as_of_words: hour(run.as_of),
            started: iso(run.started_at),
            finished: iso(run.finished_at),
            version: clip(&run.tool_version, NAME),
            config_sha256: clip(&run.config_sha256, NAME),
            rules_sha256: clip(&run.rules_sha256, NAME),
        }
    }
}

/// A list that is cut off, and by how much.
#[derive(Debug, Serialize)]
pub(super) struct Capped<T> {
    rows: Vec<T>,
    left_out: String,
}

/// What is always true of the accounts, with its numbers.
#[derive(Debug, Serialize)]
pub(super) struct Law {
    sentence: String,
    holds: bool,
}

impl Law {
    pub(super) fn new(report: &Report) -> Self {
        let c = &report.correlation;
        let fetched: u64 = report.sources.iter().map(|source| source.distinct).sum();
        let sum = c.matched + c.unmatched + c.ambiguous + c.conflict + c.declared;
        let parts = [c.matched, c.unmatched, c.ambiguous, c.conflict, c.declared].map(grouped);
        let [matched, unmatched, ambiguous, conflict, declared] = parts;
        Self {
            sentence: format!(
                "{} fetched (distinct) {} {matched} matched + {unmatched} unmatched + {ambiguous} ambiguous + \
                 {conflict} conflict + {declared} declared",
                grouped(fetched),
                if fetched == sum { "=" } else { "≠" },
            ),
            holds: fetched == sum && c.accounts == sum,
        }
    }
}

/// The most rows of a list that isn't the findings.
const ROWS: usize = 500;

impl<T> Capped<T> {
    fn new(all: usize, rows: impl Iterator<Item = T>) -> Self {
        let left_out = all.checked_sub(ROWS).filter(|rest| *rest > 0);
        Self { rows: rows.take(ROWS).collect(), left_out: left_out.map(|n| grouped(n as u64)).unwrap_or_default() }
    }
}

/// A waiver, a baseline entry or a declared account, and what became of it.
#[derive(Debug, Serialize)]
pub(super) struct Exception {
    kind: String,
    id: String,
    state: String,
    details: Vec<Pair>,
}

/// What became of them, in one line.
pub(super) fn exceptions_result(report: &Report) -> String {
    let count = |holds: &dyn Fn(&report::Exception) -> bool| {
        report.exceptions.iter().filter(|exception| holds(exception)).count() as u64
    };
    let waiver = |state: &'static str| count(&|exception| exception.kind == "waiver" && exception.state == state);
    let parts = [
        (waiver("used"), "waiver in use", "waivers in use"),
        (waiver("expiring-soon"), "ends soon", "end soon"),
        (waiver("expired"), "has ended", "have ended"),
        (waiver("void"), "is void", "are void"),
        (waiver("unused"), "covers nothing", "cover nothing"),
        (count(&|exception| exception.kind == "declared"), "declared account", "declared accounts"),
        (count(&|exception| exception.kind == "baseline"), "finding in the baseline", "findings in the baseline"),
    ];
    let told: Vec<String> =
        parts.iter().filter(|part| part.0 > 0).map(|(n, one, many)| counted(*n, one, many)).collect();
    if told.is_empty() { "none".to_owned() } else { told.join(", ") }
}

/// Those that ask for attention first. What is in the baseline and still there is among the findings.
pub(super) fn exceptions(report: &Report) -> Capped<Exception> {
    let urgency = |exception: &&report::Exception| match exception.state.as_str() {
        "expired" | "void" => 0,
        "expiring-soon" => 1,
        "unused" if exception.kind != "baseline" => 2,
        "unused" => 4,
        _ => 3,
    };
    let rests = |exception: &&report::Exception| exception.kind == "baseline" && exception.state == "used";
    let mut sorted: Vec<_> = report.exceptions.iter().filter(|exception| !rests(exception)).collect();
    sorted.sort_by_key(urgency);
    Capped::new(
        sorted.len(),
        sorted.into_iter().map(|exception| Exception {
            kind: clip(&exception.kind, NAME),
            id: clip(&exception.id, NAME),
            state: state(exception),
            details: pairs(&exception.details).into_iter().map(with_day).collect(),
        }),
    )
}

/// A day as the rest of the document says it.
fn with_day(pair: Pair) -> Pair {
    let day = pair.value.parse::<NaiveDate>().map(|day| day.format("%-d %b %Y").to_string());
    Pair { value: day.unwrap_or(pair.value), ..pair }
}

fn state(exception: &report::Exception) -> String {
    match exception.details.get("resolved").and_then(Value::as_bool) {
        Some(true) => "resolved".to_owned(),
        Some(false) if exception.state == "unused" => "not seen".to_owned(),
        _ => clip(&exception.state, NAME),
    }
}

/// What became of the baseline, in a sentence; nothing without one.
pub(super) fn baseline(report: &Report) -> String {
    let all = report.exceptions.iter().filter(|exception| exception.kind == "baseline").count() as u64;
    if all == 0 {
        return String::new();
    }
    let resolved = report.resolved().count() as u64;
    format!(
        "The baseline holds {}; {} resolved since it was written, and will drop out when it is written again.",
        counted(all, "finding", "findings"),
        counted(resolved, "has been", "have been"),
    )
}

/// A source with the certificate of its population.
#[derive(Debug, Serialize)]
pub(super) struct Source {
    name: String,
    vendor: String,
    status: &'static str,
    declared: String,
    fetched: String,
    distinct: String,
    matched: String,
    pages: String,
    requests: String,
    retries: String,
    started: String,
    seconds: String,
    sha256: String,
    warnings: Vec<String>,
    error: String,
}

impl Source {
    pub(super) fn new(source: &SourceSummary) -> Self {
        let whole = source.status == SourceStatus::Complete;
        let millis = (source.finished_at - source.started_at).num_milliseconds();
        Self {
            name: clip(&source.name, NAME),
            vendor: match &source.owner {
                Some(owner) => clip(&format!("{}, owner {owner}", source.vendor), NAME),
                None => clip(&source.vendor, NAME),
            },
            status: source.status.as_str(),
            declared: source.declared.map_or_else(|| "not told".to_owned(), grouped),
            fetched: at_least(source.fetched, whole),
            distinct: at_least(source.distinct, whole),
            matched: matched(source),
            pages: grouped(source.pages),
            requests: grouped(source.requests),
            retries: grouped(source.retries),
            started: iso(source.started_at),
            seconds: format!("{}.{} s", millis / 1000, millis.rem_euclid(1000) / 100),
            sha256: clip(&source.sha256, NAME),
            warnings: source.warnings.iter().take(50).map(|warning| clip(warning, SENTENCE)).collect(),
            error: source.error.as_deref().map(|error| clip(error, SENTENCE)).unwrap_or_default(),
        }
    }
}

/// How many were seen completely, in one line.
pub(super) fn sources_result(report: &Report) -> String {
    let whole = report.sources.iter().filter(|source| source.status == SourceStatus::Complete).count();
    format!("{whole} of {} complete", report.sources.len())
}

/// How many accounts have an owner, and the share of them.
fn matched(source: &SourceSummary) -> String {
    match (source.matched, source.match_rate) {
        (Some(matched), Some(rate)) => format!("{} ({:.0} %)", grouped(matched), rate * 100.0),
        (Some(matched), None) => grouped(matched),
        _ => "not told".to_owned(),
    }
}

/// The HR files.
#[derive(Debug, Serialize)]
pub(super) struct Roster {
    /// What came of reading them, in one line.
    result: String,
    file: String,
    sha256: String,
    encoding: String,
    delimiter: String,
    law: String,
    /// What nobody declared, a phrase for each word.
    unknown: Vec<String>,
    /// What to write below which table.
    cures: Vec<Pair>,
    rejected: bool,
    columns: Vec<Pair>,
    unused: Vec<String>,
    issues: Capped<Issue>,
}

#[derive(Debug, Serialize)]
struct Issue {
    line: String,
    kind: String,
    text: String,
}

impl Roster {
    pub(super) fn new(report: &Report) -> Self {
        let roster = &report.roster;
        let issues = roster.issues.iter().map(|issue| Issue {
            line: issue.line.map_or_else(|| "whole file".to_owned(), grouped),
            kind: clip(&issue.kind, NAME),
            text: clip(&issue.text, SENTENCE),
        });
        let columns = roster.columns.iter().take(100);
        let used: usize = roster.columns.values().map(Vec::len).sum();
        let headings = used + roster.unused.len();
        Self {
            result: format!(
                "{}, {} rejected, {}, {used} of {} used",
                counted(roster.employees, "person", "people"),
                counted(roster.rejected, "row", "rows"),
                counted(roster.issues.len() as u64, "remark", "remarks"),
                counted(headings as u64, "column", "columns"),
            ),
            unused: roster.unused.iter().take(100).map(|heading| clip(heading, NAME)).collect(),
            file: clip(&roster.file, SENTENCE),
            sha256: clip(&roster.sha256, NAME),
            encoding: clip(&roster.encoding, NAME),
            delimiter: clip(&roster.delimiter, NAME),
            law: roster.law(),
            unknown: roster.unknown.words.iter().take(30).map(unknown_word).collect(),
            cures: roster
                .unknown
                .cures
                .iter()
                .map(|cure| Pair { name: clip(&cure.table, NAME), value: clip(&cure.line, SENTENCE) })
                .collect(),
            rejected: roster.rejected > 0,
            columns: columns
                .map(|(name, headings)| Pair { name: clip(name, NAME), value: clip(&headings.join(", "), SENTENCE) })
                .collect(),
            issues: Capped::new(roster.issues.len(), issues),
        }
    }
}

fn unknown_word(word: &UnknownWord) -> String {
    let column = word.column.replace('_', " ");
    format!("{column} \"{}\" ({})", clip(&word.word, NAME), counted(word.rows, "row", "rows"))
}
