//! What a report knows of rules, people and time, looked up for each line.

use std::collections::HashMap;

use serde_json::Value;

use super::text::{NAME, days_between};
use crate::history::History;
use crate::model::Timestamp;
use crate::render::escape::clip;
use crate::report::{Manager, Report};

/// What is looked up for each line.
#[derive(Debug)]
pub(in crate::render) struct Lookup<'r> {
    report: &'r Report,
    titles: HashMap<&'r str, &'r str>,
    /// For how many days each finding of the baseline has been known, by fingerprint.
    ages: HashMap<&'r str, u64>,
    /// Whether there is a baseline to be new against.
    has_baseline: bool,
}

impl<'r> Lookup<'r> {
    pub(in crate::render) fn new(report: &'r Report) -> Self {
        let age = |exception: &'r crate::report::Exception| {
            Some((exception.id.as_str(), exception.details.get("age_days").and_then(Value::as_u64)?))
        };
        Self {
            report,
            titles: report.rules.iter().map(|rule| (rule.id.as_str(), rule.title.as_str())).collect(),
            ages: report.exceptions.iter().filter(|exception| exception.kind == "baseline").filter_map(age).collect(),
            has_baseline: report.has_baseline(),
        }
    }

    pub(super) const fn as_of(&self) -> Timestamp {
        self.report.run.as_of
    }

    /// What a rule finds, in a few words; its name, if nobody gave it any.
    pub(super) fn title(&self, rule: &str) -> String {
        let title = self.titles.get(rule).copied().filter(|title| !title.is_empty());
        clip(title.unwrap_or(rule), NAME)
    }

    /// Where a person belongs, and who answers for them.
    pub(super) fn place(&self, employee: &str) -> Option<&'r Manager> {
        self.report.managers.get(employee)
    }

    /// Whether the report tells since when each finding has been there.
    pub(super) const fn tells_history(&self) -> bool {
        self.report.findings.tells_history()
    }

    /// For how many days a finding of the baseline has been known.
    pub(super) fn known_for(&self, fingerprint: &str) -> Option<u64> {
        self.ages.get(fingerprint).copied()
    }

    /// Whether an open finding is new: not in the last report, or, without one to compare with, not in the baseline.
    pub(super) fn is_new(&self, history: Option<&History>) -> bool {
        match (history, &self.report.changes) {
            (Some(history), Some(changes)) if changes.previous.is_some() => history.state.is_new(),
            _ => self.has_baseline,
        }
    }

    /// How long ago something was, in days.
    pub(super) fn days_since(&self, at: Timestamp) -> u64 {
        days_between(at, self.as_of())
    }
}
