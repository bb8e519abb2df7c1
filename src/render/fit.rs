//! As many findings as a document may hold, worst first, and the words for those that it leaves out.

use std::collections::{BTreeMap, BTreeSet};

use super::RenderError;
use super::view::{Entries, Entry, Group};
use crate::model::Disposition;
use crate::model::text::grouped;
use crate::report::Finding;

/// What a document may hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    pub findings: usize,
    pub bytes: usize,
}

/// The rows that fit.
#[derive(Debug, Default)]
pub(super) struct Fitted<'r> {
    /// The rows about accounts, one after the other.
    pub accounts: String,
    /// The rows about groups, people, sources and the roster.
    pub others: String,
    /// The fingerprints of the findings in these rows.
    pub shown: BTreeSet<&'r str>,
    /// How many findings are left out and where they are; empty when all are here.
    pub left_out: String,
}

/// Renders rows one by one until the budget is spent, so that no more than the budget is ever held.
pub(super) fn fit<'r>(
    entries: &Entries<'r>,
    budget: Budget,
    mut row: impl FnMut(&Entry) -> Result<String, RenderError>,
) -> Result<Fitted<'r>, RenderError> {
    let mut fitted = Fitted::default();
    for (at, group) in entries.groups().iter().enumerate() {
        let findings = group.findings();
        let used = fitted.accounts.len() + fitted.others.len();
        let within = fitted.shown.len() + findings.len() <= budget.findings;
        let text = if within { row(&entries.entry(group))? } else { String::new() };
        if !within || used + text.len() > budget.bytes {
            fitted.left_out = left_out(entries, at);
            break;
        }
        fitted.shown.extend(findings.iter().map(|finding| finding.fingerprint.as_str()));
        if group.is_account() { &mut fitted.accounts } else { &mut fitted.others }.push_str(&text);
    }
    Ok(fitted)
}

fn left_out(entries: &Entries<'_>, from: usize) -> String {
    words(entries.groups().iter().skip(from).flat_map(Group::findings).copied())
}

/// How many findings are left out, by severity, and where they are.
fn words<'r>(left_out: impl Iterator<Item = &'r Finding>) -> String {
    format!("{} The worst are shown; report.json has all.", count(left_out))
}

/// How many findings are left out, by severity.
pub(super) fn count<'r>(left_out: impl Iterator<Item = &'r Finding>) -> String {
    let mut counts = BTreeMap::new();
    for finding in left_out {
        *counts.entry(finding.severity).or_insert(0) += finding.stands_for();
    }
    let total: u64 = counts.values().sum();
    let by_severity: Vec<_> = counts.iter().map(|(severity, n)| format!("{} {severity}", grouped(*n))).collect();
    format!("{} findings are left out here ({}).", grouped(total), by_severity.join(", "))
}

/// The findings that a format has room for.
#[derive(Debug)]
pub(super) struct Worst<'r> {
    /// In the order of the report.
    pub findings: Vec<&'r Finding>,
    /// The words for the others; none, when all are here.
    pub left_out: Option<String>,
}

/// At most `limit` of these findings. If there are more, those that ask for action go before those that are covered
/// by an exception; worst first among each, as the report sorts them.
pub(super) fn worst<'r>(findings: impl Iterator<Item = &'r Finding>, limit: usize) -> Worst<'r> {
    let mut findings: Vec<&Finding> = findings.collect();
    if findings.len() <= limit {
        return Worst { findings, left_out: None };
    }
    findings.sort_by_key(|finding| finding.disposition != Disposition::Open);
    let rest = findings.split_off(limit);
    Worst { findings, left_out: Some(words(rest.into_iter())) }
}
