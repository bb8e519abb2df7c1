//! One line of the findings: what is seen of it at once, and what unfolds.

use serde::Serialize;

use super::entries::Subject;
use super::lines::Line;
use super::lookup::Lookup;
use super::matching::{Matching, matching};
use super::near::{NearMiss, near_misses};
use super::person::{Ending, Login, employee_id, ending, last_login, name, superior};
use super::row::{access, members};
use super::text::{NAME, SENTENCE, days_after, hour, short_day};
use crate::base::text::counted;
use crate::history::{History, State};
use crate::model::{Disposition, Severity, Timestamp};
use crate::render::RenderError;
use crate::render::escape::{anchor, clip, short};
use crate::report::Finding;

/// What a template sees of a line.
#[derive(Debug, Serialize)]
pub(in crate::render) struct LineView {
    anchor: String,
    /// The first letter of the severity, and what else the line is: `c new`.
    class: String,
    severity: &'static str,
    title: String,
    more: String,
    new: bool,
    /// `reopened`, `overdue`.
    marks: Vec<&'static str>,
    exception: &'static str,
    person: String,
    employee_id: String,
    source: String,
    id: String,
    /// The identifier, shortened in the middle.
    short_id: String,
    /// The login name, else the address; what the account is called, if it has neither.
    login: String,
    manager: String,
    manager_email: String,
    department: String,
    age: String,
    /// Whether the facts have room, or only what was found.
    whole: bool,
    account: bool,
    names: Vec<String>,
    state: Vec<String>,
    last_login: String,
    after: String,
    employment: String,
    members: Vec<String>,
    matching: Matching,
    near_misses: Vec<NearMiss>,
    findings: Vec<Found>,
}

/// One finding of a line.
#[derive(Debug, Serialize)]
struct Found {
    class: &'static str,
    severity: &'static str,
    title: String,
    rule: String,
    rule_anchor: String,
    exception: &'static str,
    message: String,
    /// The fingerprint, as it can stand in a link.
    anchor: String,
}

impl LineView {
    /// Reads a line.
    pub(in crate::render) fn new(line: Line<'_>, known: &Lookup<'_>) -> Result<Self, RenderError> {
        let subject = line.read()?;
        let findings = worst_first(&subject);
        let first = findings.first().copied();
        let superior = superior(&subject, known);
        let login = last_login(&subject);
        let ending = ending(&subject);
        let exception = if line.is_open() { "" } else { first.map_or("", |finding| exception(finding.disposition)) };
        let is_new =
            |finding: &&Finding| finding.disposition == Disposition::Open && known.is_new(finding.history.as_ref());
        let new = line.is_open() && findings.iter().any(is_new);
        let asks = |finding: &&&Finding| finding.disposition != Disposition::Waived;
        let of_history = |holds: &dyn Fn(&History) -> bool| {
            findings.iter().filter(asks).any(|finding| finding.history.as_ref().is_some_and(holds))
        };
        let reopened = line.is_open() && of_history(&|history| history.state == State::Reopened);
        let overdue = of_history(&History::is_overdue);
        let id = subject.first(|finding| finding.subject.account_id.as_deref()).unwrap_or_default();
        let owner = person(&subject);
        let is_privileged = line.is_privileged();
        Ok(Self {
            anchor: first.map(|finding| short(&finding.fingerprint)).unwrap_or_default(),
            class: class(line.severity(), new, is_privileged, exception),
            severity: line.severity().as_str(),
            title: first.map(|finding| known.title(&finding.rule)).unwrap_or_default(),
            more: match findings.len() {
                0 | 1 => String::new(),
                all => format!("+{} more", all - 1),
            },
            new: new && !reopened,
            marks: [(reopened, "reopened"), (overdue, "overdue")]
                .into_iter()
                .filter(|(holds, _)| *holds)
                .map(|(_, mark)| mark)
                .collect(),
            exception,
            names: names(&subject, &owner),
            person: owner,
            employee_id: employee_id(&subject).map(|id| clip(id, NAME)).unwrap_or_default(),
            source: place(&subject),
            id: clip(id, NAME),
            short_id: middle(id),
            login: login_name(&subject),
            manager: superior.name,
            manager_email: superior.email,
            department: superior.department,
            age: age(&findings, ending, known),
            whole: true,
            account: subject.is_account(),
            state: access(&subject),
            last_login: match login {
                Login::Untold => String::new(),
                Login::Never => "never".to_owned(),
                Login::At(at) => hour(at),
            },
            after: after(login.moment(), ending),
            employment: employment(ending, known),
            members: members(&subject),
            matching: matching(&subject),
            near_misses: near_misses(&subject),
            findings: findings.into_iter().map(|finding| Found::new(finding, known)).collect(),
        })
    }

    /// The same without its facts, for a document in which they have no room.
    pub(in crate::render) fn shortened(mut self) -> Self {
        self.whole = false;
        self.class.push_str(" cut");
        self
    }
}

/// Where a link to a subject leads.
pub(super) fn anchor_of(subject: &Subject) -> String {
    worst_first(subject).first().map(|finding| short(&finding.fingerprint)).unwrap_or_default()
}

/// The open ones first, and of these the worst.
fn worst_first(subject: &Subject) -> Vec<&Finding> {
    let mut findings: Vec<&Finding> = subject.findings().collect();
    // Of two as bad, what is done with an account weighs more than that it is there.
    findings.sort_by_key(|finding| {
        (finding.disposition != Disposition::Open, finding.severity, finding.rule != "leaver-login")
    });
    findings
}

/// One letter for the severity, because there may be thousands of lines.
fn class(severity: Severity, new: bool, privileged: bool, exception: &str) -> String {
    let mut class = letter(severity).to_owned();
    for (holds, word) in [(new, " new"), (privileged, " adm"), (!exception.is_empty(), " cov")] {
        if holds {
            class.push_str(word);
        }
    }
    class
}

pub(super) const fn letter(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "c",
        Severity::High => "h",
        Severity::Medium => "m",
        Severity::Low => "l",
        Severity::Info => "i",
    }
}

const fn exception(disposition: Disposition) -> &'static str {
    match disposition {
        Disposition::Open => "",
        Disposition::Waived => "waived",
        Disposition::Baselined => "in the baseline",
    }
}

/// Whose it is; what the account is called, where nobody is known.
fn person(subject: &Subject) -> String {
    if employee_id(subject).is_some() { name(subject) } else { String::new() }
}

/// Where it is: the source, or which list.
fn place(subject: &Subject) -> String {
    let source = subject.source();
    match subject.first(|finding| Some(finding.subject.kind.as_str())) {
        Some("exception") => "exceptions".to_owned(),
        _ if source.is_empty() => "HR file".to_owned(),
        _ => source,
    }
}

/// The login name, else the address, else what it is called; of a group, how many accounts it is.
fn login_name(subject: &Subject) -> String {
    if let Some(members) = subject.first(|finding| finding.subject.members.as_deref()) {
        return counted(members.len() as u64, "account", "accounts");
    }
    let own = subject.is_account().then(|| {
        subject
            .first(|finding| finding.username.as_deref())
            .or_else(|| subject.first(|finding| finding.email.as_deref()))
            .or_else(|| subject.first(|finding| finding.display_name.as_deref()))
    });
    match own {
        Some(name) => name.map(|name| clip(name.trim(), NAME)).unwrap_or_default(),
        None if employee_id(subject).is_some() || !subject.source().is_empty() => String::new(),
        None => subject.title(),
    }
}

/// What the account is called, each once, and not as its owner: login name, address, display name.
fn names(subject: &Subject, owner: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let told = [
        subject.first(|finding| finding.username.as_deref()),
        subject.first(|finding| finding.email.as_deref()),
        subject.first(|finding| finding.display_name.as_deref()),
    ];
    for name in told.into_iter().flatten().filter(|_| subject.is_account()) {
        let name = clip(name.trim(), NAME);
        if !name.is_empty() && name != *owner && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Long identifiers are told apart by their ends: `9da8743c…0201`.
fn middle(id: &str) -> String {
    const MOST: usize = 16;
    let id = clip(id, NAME);
    let characters = id.chars().count();
    if characters <= MOST {
        return id;
    }
    let start: String = id.chars().take(8).collect();
    let end: String = id.chars().skip(characters - 4).collect();
    format!("{start}…{end}")
}

/// Days since the fact began, else since the finding was first seen.
fn age(findings: &[&Finding], ending: Ending, known: &Lookup<'_>) -> String {
    const OF_ENDING: [&str; 4] = ["leaver-active", "leaver-login", "leaver-locked", "contractor-expired"];
    let began = findings.iter().any(|finding| OF_ENDING.contains(&finding.rule.as_str()));
    let since_end = ending.last_day().filter(|_| began).map(|day| known.days_since(day));
    let told = |finding: &&Finding| match finding.history.filter(|_| known.tells_history()) {
        Some(history) => Some(u64::from(history.days_open)),
        None => known.known_for(&finding.fingerprint),
    };
    let seen = findings.iter().filter_map(told).max();
    since_end.or(seen).map(|days| format!("{days} d")).unwrap_or_default()
}

/// How long after the last day the account was used.
fn after(login: Option<Timestamp>, ending: Ending) -> String {
    match (login, ending.last_day()) {
        (Some(login), Some(day)) if ending.is_before(login) => {
            let days = days_after(day, login);
            format!("{} after the last day", counted(days, "day", "days"))
        }
        _ => String::new(),
    }
}

fn employment(ending: Ending, known: &Lookup<'_>) -> String {
    match ending {
        Ending::At(end) if end <= known.as_of() => {
            ending.last_day().map(|day| format!("last day {}", short_day(day, known.as_of()))).unwrap_or_default()
        }
        Ending::At(_) => {
            ending.last_day().map(|day| format!("leaves on {}", short_day(day, known.as_of()))).unwrap_or_default()
        }
        Ending::NoDay => "left, last day not in HR".to_owned(),
        Ending::Untold => String::new(),
    }
}

impl Found {
    fn new(finding: &Finding, known: &Lookup<'_>) -> Self {
        Self {
            class: letter(finding.severity),
            severity: finding.severity.as_str(),
            title: known.title(&finding.rule),
            rule: clip(&finding.rule, NAME),
            rule_anchor: anchor(&finding.rule),
            exception: exception(finding.disposition),
            message: clip(&finding.message, SENTENCE),
            anchor: short(&finding.fingerprint),
        }
    }
}
