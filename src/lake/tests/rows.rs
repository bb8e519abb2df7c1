//! What the rows of an engine say.

use std::collections::{BTreeMap, BTreeSet};

use super::engine::Row;
use crate::model::RuleId;
use crate::rule::{RuleSet, Subject};

/// What a rule says of a subject: rule, source, subject, verdict, and what is missing. Passes aren't told.
pub(super) type Said = (String, String, String, String, BTreeSet<String>);

/// Rule, source, subject and verdict of a row.
type Key = (String, String, String, String);
/// What is missing, and the members of a group.
type Words = (BTreeSet<String>, BTreeSet<String>);

/// What the rows say. A group is told by its members, and a person is of no source.
pub(super) fn said(rows: &[Row], rules: &RuleSet) -> BTreeSet<Said> {
    let mut words: BTreeMap<Key, Words> = BTreeMap::new();
    for row in rows.iter().filter(|row| !row.rule.is_empty() && row.verdict != "counted") {
        let is_of_person = rules.get(&RuleId::new(&row.rule)).is_some_and(|rule| rule.subject() == Subject::Employee);
        let source = if is_of_person { String::new() } else { row.source.clone() };
        let key = (row.rule.clone(), source, row.subject.clone(), row.verdict.clone());
        let (missing, members) = words.entry(key).or_default();
        missing.extend(row.missing.split_whitespace().map(str::to_owned));
        members.extend((!row.member.is_empty() && !is_of_person).then(|| row.member.clone()));
    }
    let told = |((rule, source, subject, verdict), (missing, members)): (Key, Words)| {
        let known: BTreeSet<String> = missing.iter().filter(|word| !word.starts_with("failed:")).cloned().collect();
        let subject = if members.is_empty() { subject } else { members.into_iter().collect::<Vec<_>>().join(" ") };
        (rule, source, subject, verdict, if known.is_empty() { missing } else { known })
    };
    words.into_iter().map(told).collect()
}
