//! What was looked at: rules by source. "Not evaluable" is never a zero.

use std::collections::HashMap;

use serde::Serialize;

use super::text::{NAME, at_least, is_whole};
use crate::base::text::grouped;
use crate::render::escape::{anchor, clip};
use crate::report::{Evaluability, Report, RuleSummary, SourceStatus, SourceSummary};

/// Rules by source.
#[derive(Debug, Serialize)]
pub(super) struct Matrix {
    sources: Vec<String>,
    rows: Vec<MatrixRow>,
}

#[derive(Debug, Serialize)]
struct MatrixRow {
    rule: String,
    anchor: String,
    severity: &'static str,
    all: String,
    cells: Vec<Cell>,
}

/// One rule at one source. The class says which kind of answer it is, the text says it in words or numbers.
#[derive(Debug, Serialize)]
struct Cell {
    class: &'static str,
    text: String,
    missing: String,
}

impl Matrix {
    pub(super) fn new(report: &Report) -> Self {
        let judged: HashMap<_, _> =
            report.evaluability.iter().map(|entry| ((entry.rule.as_str(), entry.source.as_str()), entry)).collect();
        let whole = is_whole(report);
        let row = |rule: &RuleSummary| MatrixRow {
            rule: clip(&rule.id, NAME),
            anchor: anchor(&rule.id),
            severity: rule.severity.as_str(),
            all: at_least(rule.violations, whole),
            cells: report
                .sources
                .iter()
                .map(|source| Cell::new(source, judged.get(&(rule.id.as_str(), source.name.as_str())).copied()))
                .collect(),
        };
        Self {
            sources: report.sources.iter().map(|source| clip(&source.name, NAME)).collect(),
            rows: report.rules.iter().filter(|rule| !rule.disabled).map(row).collect(),
        }
    }
}

impl Cell {
    fn new(source: &SourceSummary, judged: Option<&Evaluability>) -> Self {
        let plain = |class, text: &str| Self { class, text: text.to_owned(), missing: String::new() };
        let Some(entry) = judged else {
            return plain("none", "–");
        };
        if source.status == SourceStatus::Failed && entry.violations == 0 {
            return plain("unknown", "unknown");
        }
        if entry.not_evaluable > 0 && entry.evaluated == 0 {
            let missing = clip(&entry.missing.join(", "), NAME);
            return Self { class: "blind", text: "not evaluable".to_owned(), missing };
        }
        let whole = source.status == SourceStatus::Complete;
        Self {
            class: if entry.violations > 0 { "some" } else { "zero" },
            text: at_least(entry.violations, whole),
            missing: if entry.not_evaluable > 0 {
                let missing = clip(&entry.missing.join(", "), NAME);
                format!("{} not evaluable: {missing}", grouped(entry.not_evaluable))
            } else {
                String::new()
            },
        }
    }
}
