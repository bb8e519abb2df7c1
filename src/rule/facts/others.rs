//! The clock, and the facts of sources, groups and the roster.

use super::{FactDef, Kind};
use crate::expression::{List, Value};
use crate::model::{Roster, RosterIssue, RosterIssueKind};
use crate::rule::scope::{AccountsFacts, GroupFacts, Scope, SourceFacts};

const STATUS: &[&str] = &["complete", "incomplete", "failed"];
const ISSUE_KIND: &[&str] = &RosterIssueKind::WORDS;

pub(super) static NOW: &[FactDef] =
    &[FactDef::new("now", "", Kind::Time, "the moment for which the audit is made", |s| Value::Timestamp(s.now))];

pub(super) static SOURCE: &[FactDef] = &[
    FactDef::new("source", "name", Kind::Text, "its name in the configuration", |s| {
        source(s, |x| Value::text(x.name.as_str()))
    }),
    FactDef::new("source", "vendor", Kind::Text, "the kind of vendor", |s| source(s, |x| Value::text(&x.vendor))),
    FactDef::new("source", "status", Kind::Words(STATUS), "whether all its accounts were seen", |s| {
        source(s, |x| Value::text(x.status.as_str()))
    }),
    FactDef::new("source", "declared", Kind::Int, "how many accounts the vendor says there are", |s| {
        source(s, |x| Value::or_absent(x.declared.map(Value::count)))
    })
    .optional(),
    FactDef::new("source", "fetched", Kind::Int, "how many records were received", |s| {
        source(s, |x| Value::count(x.fetched))
    }),
    FactDef::new("source", "distinct", Kind::Int, "how many different accounts they are", |s| {
        source(s, |x| Value::count(x.distinct))
    }),
    FactDef::new("source", "error", Kind::Text, "why it isn't complete", |s| {
        source(s, |x| Value::or_absent(x.error.as_deref().map(Value::text)))
    })
    .optional(),
    FactDef::new("source", "read_at", Kind::Time, "when the last of its accounts was received", |s| {
        source(s, |x| Value::Timestamp(x.read_at))
    }),
    FactDef::new(
        "source",
        "exposes",
        Kind::Texts,
        "the facts of accounts that it tells: \"status\", \"email\", …",
        |s| source(s, |x| Value::List(List::Strings(&x.exposes))),
    ),
];

pub(super) static GROUP: &[FactDef] = &[
    FactDef::new("group", "source", Kind::Text, "the source of the accounts", |s| {
        group(s, |x| Value::text(x.source.as_str()))
    }),
    FactDef::new("group", "vendor", Kind::Text, "the kind of vendor", |s| group(s, |x| Value::text(&x.vendor))),
    FactDef::new("group", "key", Kind::Text, "what they share", |s| group(s, |x| Value::text(&x.key))),
    FactDef::new("group", "by", Kind::Text, "what kind of key that is: `group_by` of the rule", |s| {
        group(s, |x| Value::text(&x.by))
    }),
    FactDef::new("group", "size", Kind::Int, "how many accounts there are", |s| {
        group(s, |x| Value::count(x.members.len() as u64))
    }),
    FactDef::new("group", "members", Kind::Texts, "the identifiers of the accounts", |s| {
        group(s, |x| Value::List(List::Strings(&x.members)))
    }),
    FactDef::new("group", "same_owner", Kind::Bool, "whether one employee owns all of them", |s| {
        group(s, |x| Value::Bool(x.same_owner))
    }),
];

pub(super) static ROSTER: &[FactDef] = &[
    FactDef::new("roster", "rows", Kind::Int, "how many rows the files have", |s| roster(s, |x| Value::count(x.rows))),
    FactDef::new("roster", "employees", Kind::Int, "how many people they name", |s| {
        roster(s, |x| Value::count(x.employees.len() as u64))
    }),
    FactDef::new("roster", "rejected", Kind::Int, "how many rows could not be read", |s| {
        roster(s, |x| Value::count(x.rejected.len() as u64))
    }),
    FactDef::new("roster", "issues", Kind::Int, "how many defects were found in the files", |s| {
        roster(s, |x| Value::count(x.issues.len() as u64))
    }),
    FactDef::new("roster", "modified_at", Kind::Time, "when the oldest of the files was written", |s| {
        roster(s, |x| Value::or_absent(x.modified_at.map(Value::Timestamp)))
    })
    .optional(),
];

pub(super) static ISSUE: &[FactDef] = &[
    FactDef::new("issue", "kind", Kind::Words(ISSUE_KIND), "what kind of defect", |s| {
        issue(s, |x| Value::text(x.kind.as_str()))
    }),
    FactDef::new("issue", "line", Kind::Int, "the line of the file; absent: it is about a whole column or file", |s| {
        issue(s, |x| Value::or_absent(x.line.map(Value::count)))
    })
    .optional(),
    FactDef::new("issue", "text", Kind::Text, "what was found", |s| issue(s, |x| Value::text(&x.text))),
];

pub(super) static ACCOUNTS: &[FactDef] = &[
    FactDef::new("accounts", "count", Kind::Int, "how many accounts the person has", |s| {
        accounts(s, |x| Value::count(x.count))
    }),
    FactDef::new("accounts", "sources", Kind::Texts, "the sources at which they are", |s| {
        accounts(s, |x| Value::List(List::Strings(&x.sources)))
    }),
];

fn source<'a>(scope: &'a Scope<'a>, get: impl FnOnce(&'a SourceFacts) -> Value<'a>) -> Value<'a> {
    scope.source.map_or(Value::or_absent(None), get)
}

fn group<'a>(scope: &'a Scope<'a>, get: impl FnOnce(&'a GroupFacts) -> Value<'a>) -> Value<'a> {
    scope.group.map_or(Value::or_absent(None), get)
}

/// Unknown, as long as it can't be said which accounts count.
fn accounts<'a>(scope: &'a Scope<'a>, get: impl FnOnce(&'a AccountsFacts) -> Value<'a>) -> Value<'a> {
    match scope.accounts {
        Some(accounts) if !accounts.undecided.is_empty() => Value::Unknown(accounts.undecided),
        Some(accounts) => get(accounts),
        None => Value::or_absent(None),
    }
}

fn issue<'a>(scope: &'a Scope<'a>, get: impl FnOnce(&'a RosterIssue) -> Value<'a>) -> Value<'a> {
    scope.issue.map_or(Value::or_absent(None), get)
}

fn roster<'a>(scope: &'a Scope<'a>, get: impl FnOnce(&'a Roster) -> Value<'a>) -> Value<'a> {
    scope.roster.map_or(Value::or_absent(None), get)
}
