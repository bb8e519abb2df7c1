//! Who hears of which finding: a manager what they can answer of their own people, the team everything else. Each finding that
//! asks for action is in exactly one mail.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use lettre::message::Mailbox;

use super::EmailError;
use crate::base::text::{counted, grouped};
use crate::config::{EmailConfig, ManagerQuestions, Recipients, parse_address};
use crate::finding::Findings;
use crate::history::{History, State};
use crate::model::Disposition;
use crate::render::{Audience, FindingList};
use crate::report::{Finding, Manager, Report};

/// The mails of a report before they are written.
#[derive(Debug)]
pub(super) struct Plan {
    /// In the order of their addresses.
    pub managers: Vec<ManagerPlan>,
    pub team: TeamPlan,
}

/// What one manager is asked.
#[derive(Debug)]
pub(super) struct ManagerPlan {
    pub to: Mailbox,
    /// As HR writes it.
    pub name: Option<String>,
    pub findings: Findings,
}

/// What those hear who answer for the whole.
#[derive(Debug)]
pub(super) struct TeamPlan {
    pub audience: Audience,
    pub to: Vec<Mailbox>,
    pub piles: Vec<FindingList>,
    pub overview: Vec<String>,
}

/// The mails of a report.
pub(super) fn plan(report: &Report, config: &EmailConfig) -> Result<Plan, EmailError> {
    let told = report.findings.heads().enumerate();
    let told: Vec<usize> =
        told.filter(|(_, head)| head.disposition() != Disposition::Waived).map(|(at, _)| at).collect();
    match &config.to {
        Recipients::List(list) => {
            let piles = piles(&told, report);
            let team = TeamPlan { audience: Audience::Everybody, to: list.clone(), piles, overview: Vec::new() };
            Ok(Plan { managers: Vec::new(), team })
        }
        Recipients::Managers { fallback, questions } => {
            let shares = Shares::of(told, questions, report, config)?;
            Ok(shares.plan(fallback, report))
        }
    }
}

/// What is new, came back or is overdue first, where history tells it; else new findings first, where a baseline says which are
/// new.
fn piles(findings: &[usize], report: &Report) -> Vec<FindingList> {
    if report.tells_changes() {
        return by_history(findings, report);
    }
    let title = if report.has_baseline() { "New since the baseline" } else { "Findings, worst first" };
    let (open, old): (Vec<usize>, Vec<usize>) = findings.iter().partition(|at| is_open(report, **at));
    let piles = [(title, open), (STILL_OPEN, old)];
    let full = piles.into_iter().filter(|(_, findings)| !findings.is_empty());
    full.map(|(title, findings)| pile(title, findings, report)).collect()
}

fn by_history(findings: &[usize], report: &Report) -> Vec<FindingList> {
    const TITLES: [&str; 4] = ["New", "Reopened: resolved before, and back", "Overdue", STILL_OPEN];
    let mut piles = TITLES.map(|title| (title, Vec::new()));
    for at in findings {
        let history = report.findings.head(*at).and_then(|head| head.history().copied());
        let pile = match history {
            Some(History { state: State::Reopened, .. }) => 1,
            Some(history) if history.state.is_new() => 0,
            Some(history) if history.is_overdue() => 2,
            _ => 3,
        };
        if let Some((_, pile)) = piles.get_mut(pile) {
            pile.push(*at);
        }
    }
    let full = piles.into_iter().filter(|(_, findings)| !findings.is_empty());
    full.map(|(title, findings)| pile(title, findings, report)).collect()
}

const STILL_OPEN: &str = "Still open";

fn pile(title: &str, findings: Vec<usize>, report: &Report) -> FindingList {
    FindingList { title: title.to_owned(), findings: report.findings.pick(findings) }
}

fn is_open(report: &Report, at: usize) -> bool {
    report.findings.head(at).is_some_and(|head| head.is_open())
}

/// The positions of the findings, by whom they are told to.
struct Shares {
    /// By address in lower case: two spellings are one mailbox.
    managers: BTreeMap<String, (ManagerName, Vec<usize>)>,
    /// What the team hears, by why no manager is asked.
    team: BTreeMap<Why, Vec<usize>>,
}

struct ManagerName {
    to: Mailbox,
    name: Option<String>,
}

/// Why no manager is asked about a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Why {
    /// A manager could answer, and can't be asked.
    Nobody(String),
    /// Nobody's account.
    NoPerson,
    /// About no person's account.
    NoAccount,
    /// Only an administrator can answer, or it isn't bad enough.
    NotForManagers,
    /// The baseline holds it.
    Known,
}

impl Why {
    fn title(&self) -> String {
        match self {
            Self::Nobody(reason) => format!("Nobody could be asked: {reason}"),
            Self::NoPerson => "Nobody is known who answers for these".to_owned(),
            Self::NoAccount => "About the sources, the HR file and the exceptions".to_owned(),
            Self::NotForManagers => "For you: no manager is asked about these".to_owned(),
            Self::Known => STILL_OPEN.to_owned(),
        }
    }
}

impl Shares {
    fn of(
        findings: Vec<usize>,
        questions: &ManagerQuestions,
        report: &Report,
        config: &EmailConfig,
    ) -> Result<Self, EmailError> {
        let mut shares = Self { managers: BTreeMap::new(), team: BTreeMap::new() };
        for at in findings {
            let Some(head) = report.findings.head(at) else { continue };
            match whom(&head.read().map_err(EmailError::Findings)?, questions, report, config)? {
                Ok(manager) => {
                    let key = manager.to.email.to_string().to_lowercase();
                    shares.managers.entry(key).or_insert_with(|| (manager, Vec::new())).1.push(at);
                }
                Err(why) => shares.team.entry(why).or_default().push(at),
            }
        }
        Ok(shares)
    }

    fn plan(self, fallback: &[Mailbox], report: &Report) -> Plan {
        let managers: Vec<ManagerPlan> = self
            .managers
            .into_values()
            .map(|(ManagerName { to, name }, at)| ManagerPlan { to, name, findings: report.findings.pick(at) })
            .collect();
        let overview = overview(&managers, &self.team);
        let (known, mut others): (Vec<_>, Vec<_>) =
            self.team.into_iter().partition(|(why, _)| matches!(why, Why::Known));
        // Findings are in the order of the report, so that the first is the worst.
        others.sort_by_key(|(_, findings)| {
            findings.first().and_then(|at| report.findings.head(*at)).map(|head| head.severity())
        });
        let piles = others.into_iter().chain(known).map(|(why, at)| pile(&why.title(), at, report)).collect();
        let team = TeamPlan { audience: Audience::Fallback, to: fallback.to_vec(), piles, overview };
        Plan { managers, team }
    }
}

/// How many managers are told by name.
const NAMED: usize = 20;

/// Who is asked about how many accounts, most first, and how much nobody could be asked about.
fn overview(managers: &[ManagerPlan], team: &BTreeMap<Why, Vec<usize>>) -> Vec<String> {
    let mut asked: Vec<(Reverse<u64>, String)> = managers
        .iter()
        .map(|manager| {
            let name = manager.name.as_ref().map(|name| format!("{name}, ")).unwrap_or_default();
            (Reverse(accounts(&manager.findings)), format!("{name}{}", manager.to.email))
        })
        .collect();
    asked.sort();
    let all = asked.iter().map(|(Reverse(count), _)| count).sum();
    let about = |count| counted(count, "account", "accounts");
    let head = match asked.len() as u64 {
        0 => "No manager is asked about anything".to_owned(),
        count => format!("{} about {}", counted(count, "manager is asked", "managers are asked"), about(all)),
    };
    let rest = asked.split_off(asked.len().min(NAMED));
    let mut lines = vec![head];
    lines.extend(asked.into_iter().map(|(Reverse(count), name)| format!("{name}: {}", about(count))));
    if !rest.is_empty() {
        let count = rest.iter().map(|(Reverse(count), _)| count).sum();
        let managers = counted(rest.len() as u64, "more manager", "more managers");
        lines.push(format!("and {managers}: {}", about(count)));
    }
    let unasked: usize =
        team.iter().filter(|(why, _)| matches!(why, Why::Nobody(_))).map(|(_, findings)| findings.len()).sum();
    if unasked > 0 {
        lines.push(format!("Nobody could be asked about {}, for the reasons below", finding_count(unasked)));
    }
    if let Some(known) = team.get(&Why::Known) {
        lines.push(format!("No manager is asked again about {} of the baseline", finding_count(known.len())));
    }
    lines
}

fn finding_count(count: usize) -> String {
    format!("{} {}", grouped(count as u64), if count == 1 { "finding" } else { "findings" })
}

/// How many accounts findings are about: a question each.
fn accounts(findings: &Findings) -> u64 {
    findings.heads().map(|head| head.subject()).collect::<BTreeSet<_>>().len() as u64
}

/// The manager to be asked about a finding, or why none is.
fn whom(
    finding: &Finding,
    questions: &ManagerQuestions,
    report: &Report,
    config: &EmailConfig,
) -> Result<Result<ManagerName, Why>, EmailError> {
    if finding.count.is_some() {
        return Err(EmailError::NoManagers);
    }
    if finding.disposition != Disposition::Open {
        return Ok(Err(Why::Known));
    }
    let Some(person) = &finding.subject.employee_id else {
        let about_accounts = matches!(finding.subject.kind.as_str(), "account" | "group");
        return Ok(Err(if about_accounts { Why::NoPerson } else { Why::NoAccount }));
    };
    let manager = report.managers.get(person).ok_or(EmailError::NoManagers)?;
    if !questions.ask_about(&finding.rule, finding.severity) {
        return Ok(Err(Why::NotForManagers));
    }
    Ok(mailbox(manager, config).map_err(|reason| Why::Nobody(reason.to_owned())))
}

fn mailbox<'r>(manager: &'r Manager, config: &EmailConfig) -> Result<ManagerName, &'r str> {
    if let Some(reason) = manager.unknown.as_deref() {
        return Err(reason);
    }
    let address = manager.email.as_deref().and_then(parse_address).ok_or("the manager's address can't be used")?;
    if !config.allows(&address) {
        return Err("the manager's address is outside of allowed_domains");
    }
    // In the header, a name out of the HR file may hold anything; the address is enough.
    Ok(ManagerName { to: Mailbox::new(None, address), name: manager.name.clone() })
}
