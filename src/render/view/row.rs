//! A row of a table: a subject with all that was found about it.

use serde::Serialize;
use serde_json::Value;

use super::entries::Subject;
use super::matching::{Matching, matching};
use super::near::{NearMiss, near_misses};
use super::text::{NAME, Pair, SENTENCE, day, moment, pairs, parse_moment, value};
use crate::base::text::counted;
use crate::base::text::first_few;
use crate::model::{Disposition, Timestamp};
use crate::render::escape::{anchor, clip, short};
use crate::report::Finding;

/// Facts with a place of their own in the row; among a finding's evidence they would stand there twice.
const COLUMNS: [&str; 9] = [
    "account.last_login_at",
    "account.licensed",
    "account.locked",
    "account.matched",
    "account.roles",
    "account.situation",
    "account.status",
    "employee.manager",
    "employee.name",
];

/// One row: a subject with all that was found about it.
#[derive(Debug, Serialize)]
pub(in crate::render) struct Entry {
    account: bool,
    owned: bool,
    severity: &'static str,
    kind: String,
    title: String,
    source: String,
    id: String,
    email: String,
    username: String,
    members: Vec<String>,
    person: String,
    employee_id: String,
    manager: String,
    access: Vec<String>,
    last_login: String,
    last_login_day: String,
    idle: String,
    findings: Vec<FindingLine>,
    matching: Matching,
    near_misses: Vec<NearMiss>,
}

/// One finding in its row.
#[derive(Debug, Serialize)]
struct FindingLine {
    fingerprint: String,
    anchor: String,
    rule: String,
    rule_anchor: String,
    severity: &'static str,
    exception: &'static str,
    message: String,
    remediation: String,
    facts: Vec<Pair>,
}

impl Entry {
    pub(in crate::render) fn new(group: &Subject, as_of: Timestamp) -> Self {
        let text = |get: fn(&Finding) -> Option<&String>| {
            group.first(|finding| get(finding)).map(|text| clip(text, NAME)).unwrap_or_default()
        };
        let (last_login, idle) = last_login(group, as_of);
        let title = group.title();
        Self {
            account: group.is_account(),
            owned: !group.is_account() || group.first(|finding| finding.subject.employee_id.as_deref()).is_some(),
            severity: group.severity(),
            kind: text(|finding| Some(&finding.subject.kind)),
            source: group.source(),
            id: text(|finding| finding.subject.account_id.as_ref()),
            email: Some(text(|finding| finding.email.as_ref())).filter(|email| *email != title).unwrap_or_default(),
            username: Some(text(|finding| finding.username.as_ref()))
                .filter(|username| *username != title)
                .unwrap_or_default(),
            members: members(group),
            person: group.words("employee.name"),
            employee_id: text(|finding| finding.subject.employee_id.as_ref()),
            manager: group.words("employee.manager"),
            access: access(group),
            last_login_day: group.fact("account.last_login_at").and_then(parse_moment).map(day).unwrap_or_default(),
            last_login,
            idle,
            findings: group.findings().map(FindingLine::new).collect(),
            matching: matching(group),
            near_misses: near_misses(group),
            title,
        }
    }
}

/// The accounts of a group; the first 50 of them.
pub(super) fn members(group: &Subject) -> Vec<String> {
    let all = group.first(|finding| finding.subject.members.as_deref()).unwrap_or_default();
    first_few(all.iter().map(|member| clip(member, NAME)), 50)
}

/// What can be done with the account: its state and its roles.
pub(super) fn access(group: &Subject) -> Vec<String> {
    state(group).into_iter().chain(roles(group)).collect()
}

/// Whether the account can be used.
pub(super) fn state(group: &Subject) -> Vec<String> {
    let flag = |name, word: &str| group.fact(name).and_then(Value::as_bool).filter(|on| *on).map(|_| word.to_owned());
    let status = Some(group.words("account.status")).filter(|status| !status.is_empty());
    status.into_iter().chain(flag("account.locked", "locked")).chain(flag("account.licensed", "licensed")).collect()
}

/// Its roles; the first eight of them.
pub(super) fn roles(group: &Subject) -> Vec<String> {
    let roles = group.fact("account.roles").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    first_roles(roles.iter().map(|role| clip(&value(role), NAME)))
}

/// The first eight, and how many more there are.
pub(super) fn first_roles(roles: impl ExactSizeIterator<Item = String>) -> Vec<String> {
    first_few(roles, 8)
}

/// The last login and how long ago it was, as far as the facts of the findings hold it.
fn last_login(group: &Subject, as_of: Timestamp) -> (String, String) {
    match group.fact("account.last_login_at") {
        None => (String::new(), String::new()),
        Some(Value::Null) => ("never".to_owned(), String::new()),
        Some(fact) => match parse_moment(fact) {
            Some(at) => {
                let days = u64::try_from((as_of - at).num_days()).unwrap_or(0);
                (moment(at), format!("{} ago", counted(days, "day", "days")))
            }
            None => (value(fact), String::new()),
        },
    }
}

impl FindingLine {
    fn new(finding: &Finding) -> Self {
        let facts = finding.facts.iter().filter(|(name, _)| !COLUMNS.contains(&name.as_str()));
        Self {
            fingerprint: finding.fingerprint.clone(),
            anchor: short(&finding.fingerprint),
            rule: clip(&finding.rule, NAME),
            rule_anchor: anchor(&finding.rule),
            severity: finding.severity.as_str(),
            exception: match finding.disposition {
                Disposition::Open => "",
                Disposition::Waived => "waived",
                Disposition::Baselined => "baselined",
            },
            message: clip(&finding.message, SENTENCE),
            remediation: clip(&finding.remediation, SENTENCE),
            facts: pairs(facts),
        }
    }
}
