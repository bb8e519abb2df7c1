//! What was looked at: each rule with what it found, where, and what it could not judge. "Not evaluable" is never a zero.

use std::cmp::Reverse;
use std::collections::HashMap;

use serde::Serialize;

use super::line::letter;
use super::tally::Tally;
use super::text::{NAME, Pair, at_least, is_whole, pairs};
use crate::base::text::{counted, grouped};
use crate::render::RenderError;
use crate::render::escape::{anchor, clip};
use crate::report::{Evaluability, Report, RuleSummary, SourceStatus, SourceSummary};

/// Rules by source.
#[derive(Debug, Serialize)]
pub(super) struct Coverage {
    result: String,
    sources: Vec<String>,
    rows: Vec<Row>,
    /// What a click shows: the rules that found nothing.
    quiet: String,
}

#[derive(Debug, Serialize)]
struct Row {
    id: String,
    anchor: String,
    title: String,
    severity: &'static str,
    class: &'static str,
    /// Whether it found nothing.
    quiet: bool,
    disabled: bool,
    subjects: String,
    found: String,
    not_evaluable: String,
    params: Vec<Pair>,
    changes: Vec<String>,
    advice: String,
    cells: Vec<Cell>,
}

/// One rule at one source. The class says which kind of answer it is, the text says it in words or numbers.
#[derive(Debug, Serialize)]
struct Cell {
    class: &'static str,
    text: String,
    missing: String,
}

impl Coverage {
    /// The worst rules first, and of these those that found most.
    pub(super) fn new(report: &Report, tally: &Tally<'_>) -> Result<Self, RenderError> {
        let judged: HashMap<_, _> =
            report.evaluability.iter().map(|entry| ((entry.rule.as_str(), entry.source.as_str()), entry)).collect();
        let mut rules: Vec<&RuleSummary> = report.rules.iter().collect();
        rules.sort_by_key(|rule| (rule.violations == 0, rule.disabled, rule.severity, Reverse(rule.violations)));
        let row = |rule: &&RuleSummary| Row::new(rule, report, &judged, tally);
        let quiet = report.rules.iter().filter(|rule| rule.violations == 0).count() as u64;
        Ok(Self {
            result: result(report),
            sources: report.sources.iter().map(|source| clip(&source.name, NAME)).collect(),
            rows: rules.iter().map(row).collect::<Result<_, _>>()?,
            quiet: if quiet == 0 {
                String::new()
            } else {
                format!("Show {} without findings", counted(quiet, "rule", "rules"))
            },
        })
    }
}

/// What came of it, in one line.
fn result(report: &Report) -> String {
    let enabled = || report.rules.iter().filter(|rule| !rule.disabled);
    let found = enabled().filter(|rule| rule.violations > 0).count() as u64;
    let not_possible: u64 = enabled().map(|rule| rule.not_evaluable).sum();
    let off = report.rules.len() - enabled().count();
    let off = if off == 0 { String::new() } else { format!(", {off} off") };
    format!(
        "{} found something, {} nothing{off}; {}",
        counted(found, "rule", "rules"),
        enabled().count() as u64 - found,
        counted(not_possible, "judgement was not possible", "judgements were not possible")
    )
}

impl Row {
    fn new(
        rule: &RuleSummary,
        report: &Report,
        judged: &HashMap<(&str, &str), &Evaluability>,
        tally: &Tally<'_>,
    ) -> Result<Self, RenderError> {
        let at =
            |source: &SourceSummary| Cell::new(source, judged.get(&(rule.id.as_str(), source.name.as_str())).copied());
        Ok(Self {
            id: clip(&rule.id, NAME),
            anchor: anchor(&rule.id),
            title: clip(&rule.title, NAME),
            severity: rule.severity.as_str(),
            class: letter(rule.severity),
            quiet: rule.violations == 0,
            disabled: rule.disabled,
            subjects: grouped(rule.subjects),
            found: if rule.disabled { "–".to_owned() } else { at_least(rule.violations, is_whole(report)) },
            not_evaluable: if rule.not_evaluable == 0 { "–".to_owned() } else { grouped(rule.not_evaluable) },
            params: pairs(&rule.params),
            changes: rule.changes.iter().map(|change| clip(change, NAME)).collect(),
            advice: tally.advice(&rule.id)?,
            cells: report.sources.iter().map(at).collect(),
        })
    }
}

impl Cell {
    fn new(source: &SourceSummary, judged: Option<&Evaluability>) -> Self {
        let plain = |class, text: &str| Self { class, text: text.to_owned(), missing: String::new() };
        let Some(entry) = judged else {
            return plain("none", "–");
        };
        if source.status == SourceStatus::Failed && entry.violations == 0 {
            return plain("blind", "not seen");
        }
        let missing = clip(&entry.missing.join(", ").replace('_', " "), NAME);
        if entry.not_evaluable > 0 && entry.evaluated == 0 {
            return Self { class: "blind", text: "not told".to_owned(), missing };
        }
        let whole = source.status == SourceStatus::Complete;
        Self {
            class: if entry.violations > 0 { "some" } else { "zero" },
            text: if whole && entry.violations == 0 { "0".to_owned() } else { at_least(entry.violations, whole) },
            missing: if entry.not_evaluable > 0 {
                format!("{} not told: {missing}", grouped(entry.not_evaluable))
            } else {
                String::new()
            },
        }
    }
}
