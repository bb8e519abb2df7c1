//! What somebody has to decide: one row for each account with open findings, worst first. Findings about groups stand in
//! the row of each of their accounts, because that is where the decision is made; whatever is about no account that
//! needs one is kept apart, so that nothing is lost.

use std::collections::HashSet;

use super::accounts::{Account, Accounts};
use super::entries::{Group, Subject};
use super::near::near_misses;
use super::row::access;
use super::text::{NAME, SENTENCE, parse_moment};
use crate::audit::AccountRow;
use crate::finding::{FindingRef, Findings};
use crate::model::{Disposition, Fact, Timestamp};
use crate::render::escape::clip;
use crate::render::{RenderError, subject};
use crate::report::{Finding, Report};

/// The accounts that need a decision, and the findings that are about none of them.
#[derive(Debug)]
pub(in crate::render) struct Review<'a> {
    accounts: &'a Accounts<'a>,
    /// The positions of the accounts that need a decision, worst first.
    rows: Vec<u32>,
    others: Vec<FindingRef<'a>>,
}

/// One row.
#[derive(Debug)]
pub(in crate::render) struct Row {
    /// What a decision is joined back by: source and account.
    pub key: String,
    pub severity: &'static str,
    pub source: String,
    pub account: String,
    pub person: String,
    pub manager: String,
    pub access: String,
    pub last_login: When,
    pub findings: String,
    pub why: String,
    pub suggestion: String,
    /// The fingerprints of the findings, in their order, with how each stands.
    pub references: String,
}

/// A moment, or why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::render) enum When {
    At(Timestamp),
    Words(&'static str),
}

impl<'a> Review<'a> {
    /// All findings of a report, which are already told apart by account.
    pub(in crate::render) fn new(findings: &'a Findings, accounts: &'a Accounts<'_>) -> Self {
        let group = |at: &u32| accounts.at(*at as usize).map(|(_, group)| group);
        let mut rows: Vec<u32> =
            (0..).take(accounts.len()).filter(|at| group(at).is_some_and(Group::is_open)).collect();
        // The sort is stable: what is equally bad is in the order of sources and identifiers.
        rows.sort_by_cached_key(|at| group(at).map(Group::order));
        let mut in_a_row = vec![false; findings.len()];
        for at in rows.iter().filter_map(group).flat_map(Group::positions) {
            if let Some(mark) = in_a_row.get_mut(at) {
                *mark = true;
            }
        }
        let others = findings.heads().zip(in_a_row).filter(|(_, in_a_row)| !in_a_row).map(|(head, _)| head).collect();
        Self { accounts, rows, others }
    }

    /// How many accounts need a decision.
    pub(in crate::render) const fn len(&self) -> usize {
        self.rows.len()
    }

    fn accounts(&self) -> impl Iterator<Item = (Account<'a>, Group<'a>)> {
        self.rows.iter().filter_map(|at| self.accounts.at(*at as usize))
    }

    /// Their rows, worst first.
    pub(in crate::render) fn rows(&self, report: &Report) -> impl Iterator<Item = Result<Row, RenderError>> {
        self.accounts().map(|(account, group)| Ok(Row::new(account, &group.read()?, report)))
    }

    /// The accounts of which no finding tells more than that they belong to a group.
    pub(in crate::render) fn untold(&self) -> HashSet<Account<'a>> {
        self.accounts().filter(|(_, group)| !group.is_account()).map(|(account, _)| account).collect()
    }

    /// The findings that stand in no row: about people, sources, the roster and exceptions, and covered ones about
    /// accounts on which nothing is open.
    pub(in crate::render) fn others(&self) -> &[FindingRef<'a>] {
        &self.others
    }
}

impl Row {
    fn new((source, id): Account<'_>, group: &Subject, report: &Report) -> Self {
        let lines = |words: &dyn Fn(&Finding) -> String| group.findings().map(words).collect::<Vec<_>>().join("\n");
        Self {
            key: format!("{source}/{id}"),
            severity: group.severity(),
            source: source.to_owned(),
            account: account(group, id),
            person: person(group),
            manager: group.words("employee.manager"),
            access: access(group).join(", "),
            last_login: last_login(group),
            findings: lines(&|finding| {
                let exception =
                    subject::exception(finding.disposition).map(|word| format!(" ({word})")).unwrap_or_default();
                format!("{}{exception}", line(&finding.rule, NAME))
            }),
            why: lines(&|finding| line(&finding.message, SENTENCE)),
            suggestion: suggestion(group),
            references: lines(&|finding| format!("{} {}", finding.fingerprint, standing(report, finding))),
        }
    }
}

/// In one line: a break is put between what belongs in lines of its own, and nowhere else.
fn line(text: &str, limit: usize) -> String {
    clip(&text.split_whitespace().collect::<Vec<_>>().join(" "), limit)
}

/// What is known of an account without a finding of its own.
#[derive(Debug)]
pub(in crate::render) struct Known {
    account: Option<String>,
    access: &'static str,
    last_login: When,
}

impl Known {
    pub(in crate::render) fn of(row: &AccountRow<'_>) -> Self {
        let names = [row.display_name.present(), row.email.present(), row.username.present()];
        Self {
            account: joined(names.into_iter().flatten().map(|name| line(name, NAME))),
            access: row.status.known().map_or("", |status| status.as_str()),
            last_login: match row.last_login_at {
                Fact::Known(Some(at)) => When::At(at),
                Fact::Known(None) => When::Words("never"),
                Fact::NotExposed => When::Words("not told"),
            },
        }
    }
}

impl Row {
    /// With what is known of its account besides the findings.
    pub(in crate::render) fn with(mut self, known: &Known) -> Self {
        self.account = known.account.clone().unwrap_or(self.account);
        known.access.clone_into(&mut self.access);
        self.last_login = known.last_login;
        self
    }
}

/// Names that differ, below each other; none if all are blank.
fn joined(names: impl Iterator<Item = String>) -> Option<String> {
    let mut names: Vec<String> = names.filter(|name| !name.is_empty()).collect();
    names.dedup();
    (!names.is_empty()).then(|| names.join("\n"))
}

/// How a finding stands before the gate.
fn standing(report: &Report, finding: &Finding) -> &'static str {
    match finding.disposition {
        Disposition::Open if report.fails_gate(finding.disposition, &finding.rule) => "fails the gate",
        Disposition::Open => "open",
        Disposition::Waived | Disposition::Baselined => finding.disposition.as_str(),
    }
}

/// What the vendor calls the account, as far as the findings tell; else its identifier.
fn account(group: &Subject, id: &str) -> String {
    let own = |get: fn(&Finding) -> Option<&String>| {
        let own = group.findings().filter(|finding| finding.subject.kind == "account");
        own.filter_map(|finding| get(finding)).map(|name| line(name, NAME)).find(|name| !name.is_empty())
    };
    let names = [
        own(|finding| finding.display_name.as_ref()),
        own(|finding| finding.email.as_ref()),
        own(|finding| finding.username.as_ref()),
    ];
    joined(names.into_iter().flatten()).unwrap_or_else(|| line(id, NAME))
}

/// The owner, by name and identifier.
fn person(group: &Subject) -> String {
    let id = group.first(|finding| finding.subject.employee_id.as_deref());
    let of_group = || group.findings().find(|finding| finding.subject.kind == "group");
    let name = match group.words("employee.name") {
        name if name.is_empty() => of_group().and_then(|finding| finding.display_name.clone()).unwrap_or_default(),
        name => name,
    };
    match id.map(|id| line(id, NAME)) {
        Some(id) if name.is_empty() => id,
        Some(id) => format!("{}\n{id}", line(&name, NAME)),
        None => line(&name, NAME),
    }
}

/// Findings about accounts hold it if the vendor tells it; others hold no facts of an account, and neither does a
/// report without people.
fn last_login(group: &Subject) -> When {
    let told = || group.findings().any(|finding| finding.facts.keys().any(|name| name.starts_with("account.")));
    match group.fact("account.last_login_at") {
        Some(fact) => parse_moment(fact).map_or(When::Words("never"), When::At),
        None => When::Words(if told() { "not told" } else { "" }),
    }
}

/// What to do about the worst, because one decision is made about all; and to whom an account without an owner may
/// belong.
fn suggestion(group: &Subject) -> String {
    let worst = group.findings().find(|finding| finding.disposition == Disposition::Open);
    let mut lines: Vec<String> = worst.map(|finding| line(&finding.remediation, SENTENCE)).into_iter().collect();
    lines.extend(near_misses(group).iter().map(|near| line(&format!("Perhaps {}", near.words()), SENTENCE)));
    lines.join("\n")
}
