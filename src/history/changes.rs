//! `changes` of a report: what has changed since an earlier one. Public: others rely on these names.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::gone::{Gone, Remembered};
use super::lists::{AccountChanges, ListChanges, PeopleChanges};
use crate::base::diagnostic::Diagnostic;
use crate::base::text::grouped;
use crate::model::{Severity, Timestamp};

/// What has changed since an earlier report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Changes {
    /// The report that was compared with; absent for the first one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub previous: Option<PreviousRun>,
    /// In findings. What is waived now is counted with those that are accepted only.
    pub findings: FindingCounts,
    /// Those that were found the last time, and would be found now if they were still true.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub resolved: Vec<Gone>,
    /// Those that were found before, and of which nobody could see whether they are still true. They go on ageing.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub unseen: Vec<Gone>,
    /// Those that were resolved earlier, in case they come back (`[history] keep`).
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub remembered: Vec<Remembered>,
    /// Why findings are unknown or unseen.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub not_comparable: Vec<NotComparable>,
    /// Accounts, by source, if the lists of both audits are there.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub accounts: Option<Vec<AccountChanges>>,
    /// People, if the lists of both audits are there.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub people: Option<PeopleChanges>,
    /// The last reports, this one last; at most 40.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub trend: Vec<TrendPoint>,
}

/// The report that was compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviousRun {
    /// Its run.
    pub run_id: String,
    /// The moment for which it judged.
    pub as_of: Timestamp,
}

/// How many findings are in which state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FindingCounts {
    /// Not there before, and would have been found.
    pub new: u64,
    /// Of these, critical ones.
    pub new_critical: u64,
    /// There before.
    pub persisting: u64,
    /// Resolved before, and come back.
    pub reopened: u64,
    /// Not there before, and nobody knows whether they would have been found.
    pub unknown: u64,
    /// There before, and covered by a waiver now.
    pub accepted: u64,
    /// There before, and found no more where everything was looked at.
    pub resolved: u64,
    /// There before, and found no more; nobody could see whether they are resolved.
    pub unseen: u64,
    /// There for longer than allowed.
    pub overdue: u64,
}

/// A part of the two reports that can't be compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NotComparable {
    /// The source, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub source: Option<String>,
    /// The rule, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub rule: Option<String>,
    /// `source-incomplete`, `source-absent`, `source-changed`, `rule-absent`, `rule-off`, `rule-changed`, `fact-missing`, `key-lost` or
    /// `list-unreadable`.
    pub why: String,
    /// How many findings are unknown or unseen because of it.
    pub findings: u64,
    /// The same as a sentence.
    pub text: String,
}

/// One report of several.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TrendPoint {
    /// Its run.
    pub run_id: String,
    /// The moment for which it judged.
    pub as_of: Timestamp,
    /// How many accounts it saw.
    pub accounts: u64,
    /// Whether it saw all sources whole.
    pub complete: bool,
    /// Its findings that were not waived, by severity; severities without any are left out.
    pub open: BTreeMap<Severity, u64>,
    /// How many of them were new; absent where nothing was compared with.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub new: Option<u64>,
    /// How many were resolved since the one before.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub resolved: Option<u64>,
    /// How many had come back.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reopened: Option<u64>,
    /// How many were there for longer than allowed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub overdue: Option<u64>,
}

impl FindingCounts {
    /// In words, each with its number: what asks for something first. That nothing is new or resolved is news, too.
    pub fn words(&self) -> Vec<(u64, String)> {
        let critical = match self.new_critical {
            0 => String::new(),
            critical => format!(" ({} critical)", grouped(critical)),
        };
        let all = [
            (self.new, format!("new{critical}")),
            (self.resolved, "resolved".to_owned()),
            (self.reopened, "reopened".to_owned()),
            (self.overdue, "overdue".to_owned()),
            (self.unknown, "perhaps new (the last report could not have shown them)".to_owned()),
            (self.unseen, "unseen (found no more, and perhaps still there)".to_owned()),
            (self.accepted, "accepted by a waiver".to_owned()),
            (self.persisting, "still there".to_owned()),
        ];
        all.into_iter().enumerate().filter(|(at, (count, _))| *at < 2 || *count > 0).map(|(_, words)| words).collect()
    }
}

impl Changes {
    /// What has changed, in a line; nothing, without an earlier report.
    pub fn in_words(&self) -> Option<String> {
        let since = self.previous.as_ref()?.as_of.format("%Y-%m-%d");
        let words = self.findings.words();
        let parts: Vec<String> = words.iter().map(|(count, what)| format!("{} {what}", grouped(*count))).collect();
        Some(format!("Since {since}: {}", parts.join(", ")))
    }

    /// The most reports of a trend.
    pub const TREND: usize = 40;

    /// The same with what has changed in accounts and people.
    #[must_use]
    pub fn with_lists(self, lists: Option<ListChanges>) -> Self {
        let (accounts, people) = lists.map(|lists| (lists.accounts, lists.people)).unzip();
        Self { accounts, people, ..self }
    }

    /// The same where a list of accounts can't be read.
    #[must_use]
    pub fn without_lists(mut self, error: &Diagnostic) -> Self {
        let text = format!("nothing is said of accounts and people: {}", error.message);
        let why = "list-unreadable".to_owned();
        self.not_comparable.push(NotComparable { source: None, rule: None, why, findings: 0, text });
        self
    }

    /// The same without what only a later comparison needs: for whoever asked for no history.
    #[must_use]
    pub fn in_short(self) -> Self {
        let Self { previous, findings, not_comparable, .. } = self;
        Self { previous, findings, not_comparable, ..Self::default() }
    }
}

/// The trend with a point more; the oldest go first when it is full. Of one run there is one point.
pub(super) fn extended(mut trend: Vec<TrendPoint>, point: TrendPoint) -> Vec<TrendPoint> {
    trend.retain(|known| known.run_id != point.run_id);
    trend.push(point);
    let first = trend.len().saturating_sub(Changes::TREND);
    trend.split_off(first)
}
