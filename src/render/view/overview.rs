//! One table of severities by source, how much of each source was seen and matched, what changed, and what is worth a look
//! before anything is believed.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::Value;

use super::lines::Lines;
use super::text::{NAME, SENTENCE, first_of, is_whole};
use crate::base::text::{counted, grouped};
use crate::model::{Disposition, Severity};
use crate::render::escape::clip;
use crate::report::{Report, SourceStatus, SourceSummary, UnknownWord};

/// The most sources with a column of their own.
const COLUMNS: usize = 8;
/// A source of which fewer accounts find an owner is probably asked by the wrong key.
const LEAST_MATCHED: f64 = 0.8;

/// Severities by source, each line counted once.
#[derive(Debug, Serialize)]
pub(super) struct Grid {
    /// How many lines there are.
    lines: String,
    /// Whether there are none.
    empty: bool,
    columns: Vec<Column>,
    rows: Vec<Row>,
    /// Of all sources.
    accounts: String,
    matched: String,
}

#[derive(Debug, Serialize)]
struct Column {
    name: String,
    /// Empty for what is no single source.
    source: String,
    /// What stands for no findings: a dash, or that nobody could look.
    nothing: &'static str,
    accounts: String,
    matched: String,
}

#[derive(Debug, Serialize)]
struct Row {
    severity: &'static str,
    class: &'static str,
    title: &'static str,
    cells: Vec<Cell>,
    all: String,
    none: bool,
}

#[derive(Debug, Serialize)]
struct Cell {
    /// Which source a click filters by.
    source: String,
    text: String,
    /// Whether there is anything to filter by.
    some: bool,
}

/// Where a column takes its lines from.
enum Place<'r> {
    Source(&'r SourceSummary),
    Others(Vec<&'r SourceSummary>),
    Lists,
}

impl Grid {
    pub(super) fn new(report: &Report, lines: &Lines<'_>) -> Self {
        let mut counts: BTreeMap<&str, [u64; Severity::ALL.len()]> = BTreeMap::new();
        for line in lines.open() {
            let row = counts.entry(line.source().unwrap_or_default()).or_default();
            if let Some(count) = row.get_mut(line.severity() as usize) {
                *count += line.weight();
            }
        }
        let of = |name: &str| counts.get(name).copied().unwrap_or_default();
        let places = places(report, &of);
        let whole = is_whole(report);
        let total: u64 = counts.values().flatten().sum();
        let row = |severity: Severity| {
            let at = severity as usize;
            let all: u64 = counts.values().filter_map(|row| row.get(at)).sum();
            Row {
                severity: severity.as_str(),
                class: super::line::letter(severity),
                title: title(severity),
                cells: places.iter().map(|place| Cell::new(place, at, &of)).collect(),
                all: number(all, whole),
                none: all == 0,
            }
        };
        Self {
            lines: format!("{}{}", if whole { "" } else { "≥ " }, counted(total, "line", "lines")),
            empty: total == 0,
            columns: places.iter().map(Column::new).collect(),
            rows: Severity::ALL.map(row).into(),
            accounts: grouped(report.correlation.accounts),
            matched: rate(report.sources.iter()),
        }
    }
}

const fn title(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "Critical",
        Severity::High => "High",
        Severity::Medium => "Medium",
        Severity::Low => "Low",
        Severity::Info => "Info",
    }
}

/// The columns: the sources by name, of many those with the worst lines; what is left of them; and the lists.
fn places<'r>(report: &'r Report, of: &dyn Fn(&str) -> [u64; Severity::ALL.len()]) -> Vec<Place<'r>> {
    let mut sources: Vec<&SourceSummary> = report.sources.iter().collect();
    let mut others = Vec::new();
    if sources.len() > COLUMNS {
        sources.sort_by_key(|source| Reverse(of(&source.name)));
        others = sources.split_off(COLUMNS);
        sources.sort_by_key(|source| &source.name);
    }
    let mut places: Vec<Place<'r>> = sources.into_iter().map(Place::Source).collect();
    if !others.is_empty() {
        places.push(Place::Others(others));
    }
    if of("").iter().any(|count| *count > 0) {
        places.push(Place::Lists);
    }
    places
}

/// Nothing is a dash; of what was not all seen, a number is the least.
fn number(count: u64, whole: bool) -> String {
    match (count, whole) {
        (0, true) => "–".to_owned(),
        (0, false) => "?".to_owned(),
        (_, true) => grouped(count),
        (_, false) => format!("≥ {}", grouped(count)),
    }
}

impl Cell {
    fn new(place: &Place<'_>, at: usize, of: &dyn Fn(&str) -> [u64; Severity::ALL.len()]) -> Self {
        let in_source = |name: &str| of(name).get(at).copied().unwrap_or_default();
        let complete = |source: &SourceSummary| source.status == SourceStatus::Complete;
        let (source, count, whole) = match place {
            Place::Source(source) => (clip(&source.name, NAME), in_source(&source.name), complete(source)),
            Place::Others(sources) => (
                String::new(),
                sources.iter().map(|source| in_source(&source.name)).sum(),
                sources.iter().all(|source| complete(source)),
            ),
            Place::Lists => ("HR, lists".to_owned(), in_source(""), true),
        };
        Self { source, text: number(count, whole), some: count > 0 }
    }
}

impl Column {
    fn new(place: &Place<'_>) -> Self {
        let (name, source, sources): (String, String, &[&SourceSummary]) = match place {
            Place::Source(source) => (clip(&source.name, NAME), clip(&source.name, NAME), std::slice::from_ref(source)),
            Place::Others(sources) => (format!("{} others", sources.len()), String::new(), sources),
            Place::Lists => {
                let (name, none) = ("HR, lists".to_owned(), String::new);
                return Self { name, source: none(), nothing: "–", accounts: none(), matched: none() };
            }
        };
        Self {
            name,
            source,
            nothing: if sources.iter().all(|source| source.status == SourceStatus::Complete) { "–" } else { "?" },
            accounts: match sources {
                [one] if one.status == SourceStatus::Failed && one.distinct == 0 => "none".to_owned(),
                sources => grouped(sources.iter().map(|source| source.distinct).sum()),
            },
            matched: rate(sources.iter().copied()),
        }
    }
}

/// Which share of the accounts found exactly one owner, in whole percent.
fn rate<'r>(sources: impl Iterator<Item = &'r SourceSummary>) -> String {
    let float = |count: u64| u32::try_from(count).map_or(f64::MAX, f64::from);
    let (mut matched, mut all) = (0.0, 0.0);
    for source in sources {
        match (source.matched, source.match_rate) {
            (Some(owned), Some(rate)) if rate > 0.0 => {
                matched += float(owned);
                all += float(owned) / rate;
            }
            (_, Some(_)) => all += float(source.distinct),
            (_, None) => {}
        }
    }
    if all > 0.0 { percent(matched / all) } else { "?".to_owned() }
}

/// What isn't all is never rounded up to it.
fn percent(rate: f64) -> String {
    let rounded = (rate * 100.0).round();
    format!("{} %", if rate < 0.9995 && rounded >= 100.0 { 99.0 } else { rounded })
}

/// What changed since the last report; without one to compare with, since the baseline was written.
#[derive(Debug, Serialize)]
pub(super) struct Since {
    title: String,
    rows: Vec<Change>,
    /// Whether there is nothing to compare with.
    first: bool,
}

#[derive(Debug, Serialize)]
struct Change {
    count: String,
    text: String,
}

/// A number, what it counts, and perhaps lines to write into the configuration.
#[derive(Debug, Serialize)]
pub(super) struct Point {
    count: String,
    text: String,
    lines: Vec<String>,
}

impl Since {
    pub(super) fn new(report: &Report, lines: &Lines<'_>) -> Self {
        if let Some(changes) = &report.changes
            && let Some(previous) = &changes.previous
        {
            let change = |(count, text): (u64, String)| Change { count: grouped(count), text };
            return Self {
                title: format!("Since {}", previous.as_of.format("%-d %b %Y")),
                rows: changes.findings.words().into_iter().map(change).collect(),
                first: false,
            };
        }
        if !report.has_baseline() {
            return Self { title: "First report".to_owned(), rows: Vec::new(), first: true };
        }
        let new = || lines.open();
        let critical = new().filter(|line| line.severity() == Severity::Critical).count() as u64;
        let kept = report.findings.heads().filter(|head| head.disposition() == Disposition::Baselined);
        let kept: u64 = kept.map(|head| head.stands_for()).sum();
        let gone = report.resolved().count() as u64;
        let unseen: Vec<String> = report
            .sources
            .iter()
            .filter(|source| source.status != SourceStatus::Complete)
            .map(|source| clip(&source.name, NAME))
            .collect();
        let unseen =
            if unseen.is_empty() { String::new() } else { format!("; {} can’t be told", first_of(&unseen, 3)) };
        let of_these = if critical == 0 { String::new() } else { format!(", of these {} critical", grouped(critical)) };
        let change = |count: u64, text: String| Change { count: grouped(count), text };
        Self {
            title: written(report).map_or_else(|| "Since the baseline".to_owned(), |day| format!("Since {day}")),
            rows: vec![
                change(new().count() as u64, format!("new{of_these}")),
                change(gone, format!("resolved{unseen}")),
                change(kept, "still open, in the baseline".to_owned()),
            ],
            first: false,
        }
    }
}

/// The day on which the youngest entry of the baseline was first seen.
fn written(report: &Report) -> Option<String> {
    let baseline = report.exceptions.iter().filter(|exception| exception.kind == "baseline");
    let days = baseline.filter_map(|entry| entry.details.get("first_seen").and_then(Value::as_str));
    let youngest: NaiveDate = days.max()?.get(..10)?.parse().ok()?;
    Some(youngest.format("%-d %b %Y").to_string())
}

/// What is worth a look first, because findings may come from it.
pub(super) fn checks(report: &Report, without_day: &[String]) -> Vec<Point> {
    let roster = &report.roster;
    let mut points = Vec::new();
    let mut add = |count: u64, text: String, lines: Vec<String>| {
        let lines = lines.iter().take(10).map(|line| clip(line, SENTENCE)).collect();
        points.push(Point { count: grouped(count), text: clip(&text, SENTENCE), lines });
    };
    if roster.rejected > 0 {
        let rows = if roster.rejected == 1 { "row of the HR file" } else { "rows of the HR file" };
        add(roster.rejected, format!("{rows} could not be read: these people’s accounts look ownerless"), Vec::new());
    }
    let words: Vec<String> = roster.unknown.words.iter().map(unknown_word).collect();
    if !words.is_empty() {
        let lines = roster.unknown.cures.iter().flat_map(|cure| [format!("[{}]", cure.table), cure.line.clone()]);
        let noun = if words.len() == 1 {
            "word of the HR file that nobody declared"
        } else {
            "words of the HR file that nobody declared"
        };
        add(words.len() as u64, format!("{noun}: {}", first_of(&words, 3)), lines.collect());
    }
    for source in report.sources.iter().filter(|source| source.match_rate.is_some_and(|rate| rate < LEAST_MATCHED)) {
        let unmatched = source.distinct.saturating_sub(source.matched.unwrap_or_default());
        let rate = percent(source.match_rate.unwrap_or_default());
        let text = format!(
            "accounts of {} without a match ({rate} matched): its key is probably written differently",
            source.name
        );
        let is_plain = source.name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
        let command = format!("headcount crosswalk suggest --source {}", source.name);
        add(unmatched, text, is_plain.then_some(command).into_iter().collect());
    }
    if !without_day.is_empty() {
        let have = if without_day.len() == 1 { "leaver has" } else { "leavers have" };
        add(without_day.len() as u64, format!("{have} no last day in HR: {}", first_of(without_day, 3)), Vec::new());
    }
    if !roster.unused.is_empty() {
        let are = if roster.unused.len() == 1 { "column of the HR file is" } else { "columns of the HR file are" };
        let text = format!(
            "{are} not used: {}; to use one, paste its name behind that of a field, such as department",
            first_of(&roster.unused, 4)
        );
        let heading = toml::Value::String(roster.unused.first().cloned().unwrap_or_default());
        add(roster.unused.len() as u64, text, vec!["[hr.columns]".to_owned(), format!("FIELD = [{heading}]")]);
    }
    points
}

fn unknown_word(word: &UnknownWord) -> String {
    let column = word.column.replace('_', " ");
    format!("{column} \"{}\" ({})", clip(&word.word, NAME), counted(word.rows, "row", "rows"))
}
