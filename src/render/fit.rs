//! As many findings as a document may hold, worst first, and the words for those that it leaves out.

use std::collections::BTreeSet;

use super::view::{Entries, Entry, Group, left_out_words};
use super::{ALL, RenderError, RenderOptions};
use crate::finding::FindingRef;

/// What a document may hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    pub findings: usize,
    pub bytes: usize,
}

/// The rows that fit.
#[derive(Debug, Default)]
pub(super) struct Fitted {
    /// The rows about accounts, one after the other.
    pub accounts: String,
    /// The rows about groups, people, sources and the roster.
    pub others: String,
    /// The fingerprints of the findings in these rows.
    pub shown: BTreeSet<String>,
    /// How many findings are left out and where they are; empty when all are here.
    pub left_out: String,
}

/// Renders rows one by one until the budget is spent, so that no more than the budget is ever held.
pub(super) fn fit(
    entries: &Entries<'_>,
    budget: Budget,
    options: &RenderOptions<'_>,
    mut row: impl FnMut(&Entry) -> Result<String, RenderError>,
) -> Result<Fitted, RenderError> {
    let mut fitted = Fitted::default();
    for (at, group) in entries.groups().enumerate() {
        let used = fitted.accounts.len() + fitted.others.len();
        let subject = if fitted.shown.len() + group.len() <= budget.findings { Some(group.read()?) } else { None };
        let text =
            subject.as_ref().map(|subject| row(&Entry::new(subject, entries.as_of()))).transpose()?.unwrap_or_default();
        let Some(subject) = subject.filter(|_| used + text.len() <= budget.bytes) else {
            fitted.left_out = words(entries.groups().skip(at).flat_map(Group::heads), &options.whole());
            break;
        };
        fitted.shown.extend(subject.findings().map(|finding| finding.fingerprint.clone()));
        if group.is_account() { &mut fitted.accounts } else { &mut fitted.others }.push_str(&text);
    }
    Ok(fitted)
}

/// How many findings are left out, by severity, and where they are.
fn words<'r>(left_out: impl Iterator<Item = FindingRef<'r>>, whole: &str) -> String {
    format!("{} The worst are shown; {whole}.", left_out_words(left_out))
}

/// The findings that a format has room for.
#[derive(Debug)]
pub(super) struct Worst<'r> {
    /// In the order of the report.
    pub heads: Vec<FindingRef<'r>>,
    /// The words for the others; none, when all are here.
    pub left_out: Option<String>,
}

/// At most `limit` of these findings. If there are more, those that ask for action go before those that are covered
/// by an exception; worst first among each, as the report sorts them.
pub(super) fn worst<'r>(findings: impl Iterator<Item = FindingRef<'r>>, limit: usize) -> Worst<'r> {
    let mut heads: Vec<FindingRef<'_>> = findings.collect();
    let mut left_out = None;
    if heads.len() > limit {
        heads.sort_by_key(|head| !head.is_open());
        left_out = Some(words(heads.split_off(limit).into_iter(), ALL));
    }
    Worst { heads, left_out }
}
