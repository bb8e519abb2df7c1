//! What somebody has to decide: one row for each account with open findings, worst first. Findings about groups stand in
//! the row of each of their accounts, because that is where the decision is made; whatever is about no account that
//! needs one is kept apart, so that nothing is lost.

use std::collections::{BTreeMap, HashSet};
use std::io;

use super::accounts::{Account, Accounts};
use super::entries::{Group, Subject};
use super::lines::is_about_power;
use super::near::near_misses;
use super::questions::question;
use super::row::{first_roles, roles, state};
use super::text::{NAME, SENTENCE, parse_moment};
use crate::audit::AccountRow;
use crate::finding::{FindingRef, Findings};
use serde_json::Value;

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
    /// Of its worst open finding; nothing without any.
    pub severity: &'static str,
    pub source: String,
    pub account: String,
    pub person: String,
    pub manager: String,
    /// Whether it can be used, and whether it was.
    pub access: String,
    pub roles: String,
    /// "yes" or "no"; nothing, if nobody can tell.
    pub privileged: &'static str,
    pub last_login: Option<Timestamp>,
    pub created: Option<Timestamp>,
    pub findings: String,
    pub why: String,
    pub suggestion: String,
    /// What the manager is asked.
    pub question: String,
    /// The fingerprints of the findings, in their order, with how each stands.
    pub references: String,
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
        let mut large = Large::default();
        self.accounts()
            .map(move |(account, group)| Ok(Row::new(account, &group.read_by(|head| large.read(head))?, report)))
    }

    /// Whether an account needs a decision because of a finding.
    pub(in crate::render) fn holds(&self, account: Account<'_>) -> bool {
        self.accounts.get(account).is_some_and(Group::is_open)
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

/// The findings of which each row of a group needs the same, read once: a group of thousands would be read thousands of
/// times. What is kept is as small as a finding about an account.
#[derive(Debug, Default)]
struct Large(BTreeMap<usize, Finding>);

impl Large {
    /// Bytes of a finding that is large.
    const SIZE: u32 = 4 * 1024;

    fn read(&mut self, head: FindingRef<'_>) -> io::Result<Finding> {
        if head.size() < Self::SIZE || !head.is_about_group() {
            return head.read();
        }
        let key = head.subject();
        if let Some(known) = self.0.get(&key) {
            return Ok(known.clone());
        }
        let mut finding = head.read()?;
        finding.subject.members = None;
        finding.message = clip(&finding.message, SENTENCE);
        self.0.insert(key, finding.clone());
        Ok(finding)
    }
}

impl Row {
    fn new((source, id): Account<'_>, group: &Subject, report: &Report) -> Self {
        let lines = |words: &dyn Fn(&Finding) -> String| group.findings().map(words).collect::<Vec<_>>().join("\n");
        Self {
            key: format!("{source}/{id}"),
            severity: if group.findings().any(|finding| finding.disposition == Disposition::Open) {
                group.severity()
            } else {
                ""
            },
            source: source.to_owned(),
            account: account(group, id),
            person: person(group),
            manager: manager(group, report),
            access: used(state(group), last_login(group)).join(", "),
            roles: roles(group).join(", "),
            privileged: if group.findings().any(|finding| is_about_power(&finding.rule)) { "yes" } else { "" },
            last_login: group.fact("account.last_login_at").and_then(parse_moment),
            created: group.fact("account.created_at").and_then(parse_moment),
            findings: lines(&|finding| {
                let exception =
                    subject::exception(finding.disposition).map(|word| format!(" ({word})")).unwrap_or_default();
                format!("{}{exception}", line(&finding.rule, NAME))
            }),
            why: lines(&|finding| line(&finding.message, SENTENCE)),
            suggestion: suggestion(group),
            question: question(group),
            references: lines(&|finding| format!("{} {}", finding.fingerprint, standing(report, finding))),
        }
    }
}

/// In one line: a break is put between what belongs in lines of its own, and nowhere else.
fn line(text: &str, limit: usize) -> String {
    clip(&text.split_whitespace().collect::<Vec<_>>().join(" "), limit)
}

/// What is known of an account besides its findings.
#[derive(Debug)]
pub(in crate::render) struct Known {
    account: Option<String>,
    access: String,
    roles: String,
    privileged: &'static str,
    last_login: Option<Timestamp>,
    created: Option<Timestamp>,
}

impl Known {
    pub(in crate::render) fn of(row: &AccountRow<'_>) -> Self {
        let names = [row.display_name.present(), row.email.present(), row.username.present()];
        let flag = |fact: &Fact<bool>, word: &str| (fact.known() == Some(&true)).then(|| word.to_owned());
        let status = row.status.known().map(|status| status.as_str().to_owned());
        let state = status.into_iter().chain(flag(&row.locked, "locked")).collect();
        let (login, last_login) = match row.last_login_at {
            Fact::Known(Some(at)) => (Login::At, Some(at)),
            Fact::Known(None) => (Login::Never, None),
            Fact::NotExposed => (Login::NotTold, None),
        };
        let roles = row.roles.known().map(Vec::as_slice).unwrap_or_default();
        Self {
            account: joined(names.into_iter().flatten().map(|name| line(name, NAME))),
            access: used(state, login).join(", "),
            roles: first_roles(roles.iter().map(|role| line(role, NAME))).join(", "),
            privileged: row.privileged.map_or("", yes_or_no),
            last_login,
            created: row.created_at.known().copied(),
        }
    }
}

impl Row {
    /// An account on which nothing is open, where all are asked about.
    pub(in crate::render) fn quiet(
        source: &str,
        row: &AccountRow<'_>,
        manager: Option<&str>,
        findings: String,
    ) -> Self {
        let person =
            [&row.employee_name, &row.employee_id].map(|words| words.as_deref().map(|words| line(words, NAME)));
        let blank = Self {
            key: format!("{source}/{}", row.id),
            severity: "",
            source: source.to_owned(),
            account: line(&row.id, NAME),
            person: joined(person.into_iter().flatten()).unwrap_or_default(),
            manager: manager.map(|name| line(name, NAME)).unwrap_or_default(),
            access: String::new(),
            roles: String::new(),
            privileged: "",
            last_login: None,
            created: None,
            findings,
            why: String::new(),
            suggestion: String::new(),
            question: String::new(),
            references: String::new(),
        };
        blank.with(&Known::of(row))
    }

    /// Whether it has power over others, where more is known than the findings tell.
    pub(in crate::render) fn privileged(self, known: Option<bool>) -> Self {
        Self { privileged: known.map_or(self.privileged, yes_or_no), ..self }
    }

    /// With what is known of its account besides the findings.
    pub(in crate::render) fn with(self, known: &Known) -> Self {
        Self {
            account: known.account.clone().unwrap_or(self.account),
            access: known.access.clone(),
            roles: known.roles.clone(),
            privileged: known.privileged,
            last_login: known.last_login,
            created: known.created,
            ..self
        }
    }
}

const fn yes_or_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

/// Whether the last login is told.
#[derive(Debug, Clone, Copy)]
enum Login {
    At,
    Never,
    NotTold,
    /// Nothing is told of the account.
    Unknown,
}

/// The state of an account, with what its last login is if it is no day: a column of days holds nothing else.
fn used(mut state: Vec<String>, login: Login) -> Vec<String> {
    match login {
        Login::At | Login::Unknown => {}
        Login::Never => state.push("never used".to_owned()),
        Login::NotTold => state.push("last login not told".to_owned()),
    }
    state
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
fn last_login(group: &Subject) -> Login {
    let told = || group.findings().any(|finding| finding.facts.keys().any(|name| name.starts_with("account.")));
    match group.fact("account.last_login_at") {
        Some(Value::Null) => Login::Never,
        Some(_) => Login::At,
        None if told() => Login::NotTold,
        None => Login::Unknown,
    }
}

/// Who answers for the owner: by name, where the roster tells it.
fn manager(group: &Subject, report: &Report) -> String {
    let place = group.first(|finding| finding.subject.employee_id.as_deref()).and_then(|id| report.managers.get(id));
    let named = place.and_then(|place| place.name.as_deref().or(place.employee_id.as_deref()));
    named.map_or_else(|| group.words("employee.manager"), |name| line(name, NAME))
}

/// What to do about the worst, because one decision is made about all; and to whom an account without an owner may
/// belong.
fn suggestion(group: &Subject) -> String {
    let worst = group.findings().find(|finding| finding.disposition == Disposition::Open);
    let mut lines: Vec<String> = worst.map(|finding| line(&finding.remediation, SENTENCE)).into_iter().collect();
    lines.extend(near_misses(group).iter().map(|near| line(&format!("Perhaps {}", near.words()), SENTENCE)));
    lines.join("\n")
}
