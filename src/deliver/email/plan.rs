//! Who hears of which finding. Each finding that asks for action is in exactly one mail.

use std::collections::BTreeMap;

use lettre::message::Mailbox;

use super::EmailError;
use crate::base::text::{counted, grouped};
use crate::config::{EmailConfig, Recipients, parse_address};
use crate::model::Disposition;
use crate::render::{Audience, FindingList};
use crate::report::{Finding, Manager, Report};

/// A mail before it is written.
#[derive(Debug)]
pub(super) struct MailPlan {
    pub audience: Audience,
    pub to: Vec<Mailbox>,
    pub piles: Vec<FindingList>,
    pub overview: Vec<String>,
}

/// The mails of a report, those to managers in the order of their addresses.
pub(super) fn plan(report: &Report, config: &EmailConfig) -> Result<Vec<MailPlan>, EmailError> {
    let told = report.findings.heads().enumerate();
    let told: Vec<usize> =
        told.filter(|(_, head)| head.disposition() != Disposition::Waived).map(|(at, _)| at).collect();
    match &config.to {
        Recipients::List(list) => {
            let piles = piles(&told, report);
            Ok(vec![MailPlan { audience: Audience::Everybody, to: list.clone(), piles, overview: Vec::new() }])
        }
        Recipients::Managers { fallback } => {
            let shares = Shares::of(told, report, config)?;
            Ok(shares.plans(fallback, report))
        }
    }
}

/// New findings first, where a baseline says which are new.
fn piles(findings: &[usize], report: &Report) -> Vec<FindingList> {
    let title = if report.has_baseline() { "New since the baseline" } else { "Findings, worst first" };
    let (open, old): (Vec<usize>, Vec<usize>) = findings.iter().partition(|at| is_open(report, **at));
    let piles = [(title, open), ("Still open", old)];
    let full = piles.into_iter().filter(|(_, findings)| !findings.is_empty());
    full.map(|(title, findings)| FindingList { title: title.to_owned(), findings: report.findings.pick(findings) })
        .collect()
}

fn is_open(report: &Report, at: usize) -> bool {
    report.findings.head(at).is_some_and(|head| head.is_open())
}

/// The positions of the findings, by whom they are told to.
struct Shares {
    /// By address in lower case: two spellings are one mailbox.
    managers: BTreeMap<String, (Mailbox, Vec<usize>)>,
    /// By the reason why no manager is asked.
    others: BTreeMap<String, Vec<usize>>,
}

impl Shares {
    fn of(findings: Vec<usize>, report: &Report, config: &EmailConfig) -> Result<Self, EmailError> {
        let mut shares = Self { managers: BTreeMap::new(), others: BTreeMap::new() };
        for at in findings {
            let Some(head) = report.findings.head(at) else { continue };
            match whom(&head.read().map_err(EmailError::Findings)?, report, config)? {
                Ok(mailbox) => {
                    let key = mailbox.email.to_string().to_lowercase();
                    shares.managers.entry(key).or_insert_with(|| (mailbox, Vec::new())).1.push(at);
                }
                Err(reason) => shares.others.entry(heading(reason)).or_default().push(at),
            }
        }
        Ok(shares)
    }

    /// A manager is only asked if something is new; who answers for the others always hears how it went.
    fn plans(self, fallback: &[Mailbox], report: &Report) -> Vec<MailPlan> {
        let is_new = |at: &usize| is_open(report, *at);
        let (asked, quiet): (Vec<_>, Vec<_>) =
            self.managers.into_values().partition(|(_, findings)| findings.iter().any(is_new));
        let count = |shares: &[(Mailbox, Vec<usize>)]| shares.iter().map(|(_, findings)| findings.len() as u64).sum();
        let (told, old): (u64, u64) = (count(&asked), count(&quiet));
        let here: usize = self.others.values().map(Vec::len).sum();
        let mut overview = vec![
            format!(
                "{} about their own people, with {}",
                counted(asked.len() as u64, "manager is asked", "managers are asked"),
                counted(told, "finding", "findings"),
            ),
            format!(
                "{} in this mail, because no manager can be asked",
                counted(here as u64, "finding is", "findings are")
            ),
        ];
        if old > 0 {
            overview.push(format!("{} of managers for whom nothing is new, and who are not asked", grouped(old)));
        }
        let mut plans: Vec<MailPlan> = asked
            .into_iter()
            .map(|(mailbox, findings)| MailPlan {
                audience: Audience::Manager,
                to: vec![mailbox],
                piles: piles(&findings, report),
                overview: Vec::new(),
            })
            .collect();
        let others = self.others.into_iter();
        let mut piles: Vec<FindingList> =
            others.map(|(title, findings)| FindingList { title, findings: report.findings.pick(findings) }).collect();
        // Findings are in the order of the report, so that the first is the worst.
        piles.sort_by_key(|pile| pile.findings.head(0).map(|head| head.severity()));
        plans.push(MailPlan { audience: Audience::Fallback, to: fallback.to_vec(), piles, overview });
        plans
    }
}

/// A reason as a heading.
fn heading(reason: &str) -> String {
    let mut rest = reason.chars();
    rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
}

/// The manager to be asked about a finding, or why none is.
fn whom<'r>(
    finding: &Finding,
    report: &'r Report,
    config: &EmailConfig,
) -> Result<Result<Mailbox, &'r str>, EmailError> {
    let Some(person) = &finding.subject.employee_id else {
        return match (finding.subject.kind.as_str(), finding.count) {
            (_, Some(_)) => Err(EmailError::NoManagers),
            ("account" | "group", None) => Ok(Err("Nobody is known who answers for these")),
            _ => Ok(Err("About the sources, the HR file and the exceptions")),
        };
    };
    let manager = report.managers.get(person).ok_or(EmailError::NoManagers)?;
    Ok(mailbox(manager, config))
}

fn mailbox<'r>(manager: &'r Manager, config: &EmailConfig) -> Result<Mailbox, &'r str> {
    if let Some(reason) = manager.unknown.as_deref() {
        return Err(reason);
    }
    let address = manager.email.as_deref().and_then(parse_address).ok_or("the manager's address can't be used")?;
    if !config.allows(&address) {
        return Err("the manager's address is outside of allowed_domains");
    }
    // A name out of the HR file may hold anything; the address is enough.
    Ok(Mailbox::new(None, address))
}
