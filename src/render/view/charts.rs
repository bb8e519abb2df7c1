//! The charts, each with the table that says the same in numbers, and the conservation law.

use std::collections::BTreeMap;

use serde::Serialize;

use super::entries::Entries;
use super::text::{NAME, at_least, is_whole, share};
use crate::base::text::{counted, grouped};
use crate::finding::FindingRef;
use crate::model::{Severity, Tier};
use crate::render::chart::{Bar, bars};
use crate::render::escape::clip;
use crate::report::{Report, SourceStatus};

/// A chart and its table.
#[derive(Debug, Serialize)]
pub(super) struct Chart {
    id: &'static str,
    title: &'static str,
    note: String,
    svg: String,
    columns: Vec<&'static str>,
    rows: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    label: String,
    cells: Vec<String>,
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

/// The charts for which the report has numbers.
pub(super) fn all(report: &Report, entries: &Entries<'_>) -> Vec<Chart> {
    [by_source(report), last_login(report, entries), by_tier(report), situations(report)]
        .into_iter()
        .flatten()
        .collect()
}

fn by_source(report: &Report) -> Option<Chart> {
    let mut counts: BTreeMap<&str, [u64; 5]> = report.sources.iter().map(|s| (s.name.as_str(), [0; 5])).collect();
    for head in report.findings.heads().filter(FindingRef::is_open) {
        let row = counts.entry(head.source().unwrap_or("people and roster")).or_default();
        if let Some(count) = row.get_mut(head.severity() as usize) {
            *count += head.stands_for();
        }
    }
    let whole = |name: &str| {
        !report.sources.iter().any(|source| source.name == name && source.status != SourceStatus::Complete)
    };
    let drawn: Vec<_> = counts
        .iter()
        .map(|(name, row)| Bar {
            label: (*name).to_owned(),
            number: at_least(row.iter().sum(), whole(name)),
            parts: Severity::ALL.into_iter().zip(row).map(|(severity, n)| (severity.as_str(), *n)).collect(),
        })
        .collect();
    let rows = counts.iter().map(|(name, row)| Row {
        label: clip(name, NAME),
        cells: row.iter().map(|n| at_least(*n, whole(name))).collect(),
    });
    (!counts.is_empty()).then(|| Chart {
        id: "by-source",
        title: "Open findings by source",
        note: "By severity, worst on the left.".to_owned(),
        svg: bars("Open findings by source", &drawn),
        columns: vec!["Source", "Critical", "High", "Medium", "Low", "Info"],
        rows: rows.collect(),
    })
}

/// A chart of plain numbers: what each is called, how many, and of how many.
fn simple(
    id: &'static str,
    title: &'static str,
    note: String,
    columns: Vec<&'static str>,
    counts: &[(String, u64)],
    total: u64,
) -> Chart {
    let drawn: Vec<_> = counts
        .iter()
        .map(|(label, count)| Bar {
            label: label.clone(),
            number: format!("{} · {}", grouped(*count), share(*count, total)),
            parts: vec![("plain", *count)],
        })
        .collect();
    let rows = counts
        .iter()
        .map(|(label, count)| Row { label: clip(label, NAME), cells: vec![grouped(*count), share(*count, total)] });
    Chart { id, title, note, svg: bars(title, &drawn), columns, rows: rows.collect() }
}

/// Days since last login, of the accounts whose findings hold that fact.
fn last_login(report: &Report, entries: &Entries<'_>) -> Option<Chart> {
    const LIMITS: [(&str, i64); 5] =
        [("up to 30 days", 30), ("31 to 60", 60), ("61 to 90", 90), ("91 to 180", 180), ("181 to 365", 365)];
    let mut counts = [0_u64; LIMITS.len() + 2];
    for told in entries.groups().filter_map(|group| group.heads().find_map(|head| head.last_login())) {
        let place = match told {
            None => LIMITS.len() + 1,
            Some(at) => {
                let days = (report.run.as_of - at).num_days();
                LIMITS.iter().position(|(_, limit)| days <= *limit).unwrap_or(LIMITS.len())
            }
        };
        if let Some(count) = counts.get_mut(place) {
            *count += 1;
        }
    }
    let labels = LIMITS.iter().map(|(label, _)| *label).chain(["more than a year", "never"]);
    let counts: Vec<_> = labels.map(str::to_owned).zip(counts).collect();
    let total = counts.iter().map(|(_, count)| count).sum();
    (total > 0).then(|| {
        let known = counted(total, "account with findings that tells", "accounts with findings that tell");
        let note = format!("Of {known} its last login.");
        simple("last-login", "Days since last login", note, vec!["Last login", "Accounts", "Share"], &counts, total)
    })
}

/// How the owners were found.
fn by_tier(report: &Report) -> Option<Chart> {
    let c = &report.correlation;
    let place = |tier: &str| Tier::DEFAULT.iter().position(|known| known.as_str() == tier).unwrap_or(usize::MAX);
    let mut counts: Vec<_> = c.by_tier.iter().map(|(tier, count)| (tier.clone(), *count)).collect();
    counts.sort_by_key(|(tier, _)| place(tier));
    (c.accounts > 0).then(|| {
        counts.push(("no single owner".to_owned(), c.accounts - c.matched.min(c.accounts)));
        let note = "The key that settled whose account it is.".to_owned();
        simple("by-tier", "Match coverage by tier", note, vec!["Tier", "Accounts", "Share"], &counts, c.accounts)
    })
}

/// Whose accounts they are.
fn situations(report: &Report) -> Option<Chart> {
    let c = &report.correlation;
    let counts = [
        ("matched", c.matched),
        ("unmatched", c.unmatched),
        ("ambiguous", c.ambiguous),
        ("conflict", c.conflict),
        ("declared", c.declared),
    ]
    .map(|(label, count)| (label.to_owned(), count));
    (c.accounts > 0).then(|| {
        let note = if is_whole(report) { "Of all accounts." } else { "Of the accounts that were seen." };
        let columns = vec!["Situation", "Accounts", "Share"];
        simple("situations", "Situations", note.to_owned(), columns, &counts, c.accounts)
    })
}
