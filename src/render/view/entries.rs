//! Findings grouped by what they are about, because people read by account; worst first.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::Value;

use super::matching::{Matching, matching};
use super::near::{NearMiss, near_misses};
use super::text::{NAME, Pair, SENTENCE, day, moment, pairs, parse_moment, value};
use crate::model::text::counted;
use crate::model::{Disposition, Severity, Timestamp};
use crate::render::escape::{anchor, clip, short};
use crate::report::{Finding, Report};

/// All findings by subject.
#[derive(Debug)]
pub(in crate::render) struct Entries<'r> {
    groups: Vec<Group<'r>>,
    as_of: Timestamp,
}

/// The findings about one subject; never empty.
#[derive(Debug)]
pub(in crate::render) struct Group<'r> {
    pub(super) findings: Vec<&'r Finding>,
}

/// Two findings with the same key are about the same thing.
type Key<'r> = (&'r str, Option<&'r str>, Option<&'r str>, Option<&'r [String]>);

fn key(finding: &Finding) -> Key<'_> {
    let subject = &finding.subject;
    let id = match subject.kind.as_str() {
        "account" => subject.account_id.as_deref(),
        "employee" => subject.employee_id.as_deref(),
        "group" | "source" => None,
        // The roster's findings carry no identity but their fingerprint.
        _ => Some(finding.fingerprint.as_str()),
    };
    (&subject.kind, subject.source.as_deref(), id, subject.members.as_deref())
}

impl<'r> Entries<'r> {
    pub(in crate::render) fn new(report: &'r Report) -> Self {
        let mut places = HashMap::new();
        let mut groups: Vec<Group<'r>> = Vec::new();
        for finding in &report.findings {
            let place = *places.entry(key(finding)).or_insert(groups.len());
            match groups.get_mut(place) {
                Some(group) => group.findings.push(finding),
                None => groups.push(Group { findings: vec![finding] }),
            }
        }
        // The sort is stable: within a rank, the order is the report's.
        groups.sort_by_key(|group| (group.rank(), std::cmp::Reverse(group.findings.len())));
        Self { groups, as_of: report.run.as_of }
    }

    pub(in crate::render) fn len(&self) -> usize {
        self.groups.len()
    }

    pub(in crate::render) fn groups(&self) -> &[Group<'r>] {
        &self.groups
    }

    pub(in crate::render) fn entry(&self, group: &Group<'r>) -> Entry {
        Entry::new(group, self.as_of)
    }
}

impl<'r> Group<'r> {
    /// The worst severity that still asks for action; what is covered by exceptions comes last.
    fn rank(&self) -> (bool, Option<Severity>) {
        let open = |finding: &&&Finding| finding.disposition == Disposition::Open;
        let worst = self.findings.iter().filter(open).map(|finding| finding.severity).min();
        (worst.is_none(), worst.or_else(|| self.findings.iter().map(|finding| finding.severity).min()))
    }

    pub(super) fn severity(&self) -> &'static str {
        self.rank().1.map_or("", Severity::as_str)
    }

    pub(in crate::render) fn findings(&self) -> &[&'r Finding] {
        &self.findings
    }

    pub(in crate::render) fn is_account(&self) -> bool {
        self.findings.iter().any(|finding| finding.subject.kind == "account")
    }

    /// A fact that any of the findings holds.
    pub(super) fn fact(&self, name: &str) -> Option<&'r Value> {
        self.findings.iter().find_map(|finding| finding.facts.get(name))
    }

    /// A fact as text; nothing when it isn't there or is null.
    pub(super) fn words(&self, name: &str) -> String {
        self.fact(name).filter(|fact| !fact.is_null()).map(|fact| clip(&value(fact), NAME)).unwrap_or_default()
    }

    pub(super) fn first<T: ?Sized>(&self, get: impl Fn(&'r Finding) -> Option<&'r T>) -> Option<&'r T> {
        self.findings.iter().find_map(|finding| get(finding))
    }

    /// What people call the subject.
    pub(super) fn title(&self) -> String {
        let named = self
            .first(|finding| finding.display_name.as_deref())
            .or_else(|| self.first(|finding| finding.email.as_deref()))
            .or_else(|| self.first(|finding| finding.username.as_deref()))
            .or_else(|| self.first(|finding| finding.subject.account_id.as_deref()))
            .or_else(|| self.first(|finding| finding.subject.employee_id.as_deref()));
        let named = named.map(|name| clip(name, NAME)).filter(|name| !name.trim().is_empty());
        match (named, self.first(|finding| Some(finding.subject.kind.as_str()))) {
            (Some(name), _) => name,
            (None, Some("source")) => self.source(),
            (None, Some("roster")) => "HR roster".to_owned(),
            (None, Some("exception")) => self.words("exception.id"),
            (None, _) => "without a name".to_owned(),
        }
    }

    pub(super) fn source(&self) -> String {
        self.first(|finding| finding.subject.source.as_deref()).map(|name| clip(name, NAME)).unwrap_or_default()
    }
}

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
    fn new(group: &Group<'_>, as_of: Timestamp) -> Self {
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
            findings: group.findings.iter().map(|finding| FindingLine::new(finding)).collect(),
            matching: matching(group),
            near_misses: near_misses(group),
            title,
        }
    }
}

/// The accounts of a group; the first 50 of them.
fn members(group: &Group<'_>) -> Vec<String> {
    let all = group.first(|finding| finding.subject.members.as_deref()).unwrap_or_default();
    let mut shown: Vec<_> = all.iter().take(50).map(|member| clip(member, NAME)).collect();
    if all.len() > shown.len() {
        shown.push(format!("and {} more", all.len() - shown.len()));
    }
    shown
}

fn access(group: &Group<'_>) -> Vec<String> {
    let flag = |name, word: &str| group.fact(name).and_then(Value::as_bool).filter(|on| *on).map(|_| word.to_owned());
    let status = Some(group.words("account.status")).filter(|status| !status.is_empty());
    let roles = group.fact("account.roles").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let shown = roles.iter().take(8).map(|role| clip(&value(role), NAME));
    let more = roles.len().checked_sub(9).map(|rest| format!("and {} more", rest + 1));
    status
        .into_iter()
        .chain(flag("account.locked", "locked"))
        .chain(flag("account.licensed", "licensed"))
        .chain(shown)
        .chain(more)
        .collect()
}

/// The last login and how long ago it was, as far as the facts of the findings hold it.
fn last_login(group: &Group<'_>, as_of: Timestamp) -> (String, String) {
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
