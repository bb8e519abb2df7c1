//! A finding as a waiver names it: what it covers, and the facts that it rests on.

use chrono::SecondsFormat;

use super::Finding;
use crate::exception::{BoundFacts, Shown};

/// What a finding shows of its subject.
pub fn shown(finding: &Finding) -> Shown<'_> {
    let subject = &finding.subject;
    Shown {
        kind: &subject.kind,
        facts: &finding.facts,
        matched: &finding.matched,
        owner: subject.employee_id.as_deref(),
        email: finding.email.as_deref(),
        username: finding.username.as_deref(),
        members: subject.members.as_deref(),
    }
}

/// The lines of a waiver that cover one finding, as long as its facts are the same.
pub fn waiver_lines(finding: &Finding) -> Vec<(&'static str, String)> {
    let subject = match (&finding.subject.source, &finding.subject.account_id) {
        (Some(source), Some(account)) => vec![("source", quoted(source)), ("account", quoted(account))],
        _ => vec![("fingerprint", quoted(&finding.fingerprint))],
    };
    [("rule", quoted(&finding.rule))].into_iter().chain(subject).chain([("bound", bound(finding))]).collect()
}

/// A text as TOML writes it.
pub fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// The facts that the waiver rests on.
fn bound(finding: &Finding) -> String {
    let bound = BoundFacts::new(shown(finding));
    let list = |names: &std::collections::BTreeSet<String>| {
        format!("[{}]", names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", "))
    };
    let facts = [
        ("status", bound.status.as_deref().map(quoted)),
        ("roles", bound.roles.as_ref().map(list)),
        ("owner", bound.owner.as_deref().map(quoted)),
        ("created_at", bound.created_at.map(|time| quoted(&time.to_rfc3339_opts(SecondsFormat::AutoSi, true)))),
        ("keys", bound.keys.as_ref().map(list)),
        ("members", bound.members.as_ref().map(list)),
    ];
    let told: Vec<String> =
        facts.into_iter().filter_map(|(name, fact)| fact.map(|fact| format!("{name} = {fact}"))).collect();
    if told.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", told.join(", ")) }
}
