//! What is wrong with the roster as a whole: keys that two rows share, and states that contradict the dates.

use super::key::{Key, KeyMap};
use crate::crew;
use crate::model::{Employee, EmploymentStatus, Roster, RosterIssue, RosterIssueKind, Timestamp};

/// Rows that share an employee id, and employees that share an address.
pub(super) fn duplicates(roster: &Roster) -> Vec<RosterIssue> {
    let checks = [shared_ids, shared_addresses];
    crew::map_all(&checks, |check| check(roster)).into_iter().flatten().collect()
}

fn shared_ids(roster: &Roster) -> Vec<RosterIssue> {
    let mut issues = Vec::new();
    let mut ids: KeyMap<&Employee> = KeyMap::with_capacity_and_hasher(roster.employees.len(), <_>::default());
    for employee in &roster.employees {
        let first = *ids.entry(Key::of(employee.id())).or_insert(employee);
        if !std::ptr::eq(first, employee) {
            let text = format!("employee {}: the same id is in {}", employee.id(), place(roster, first, employee));
            issues.push(issue(employee, RosterIssueKind::DuplicateId, text));
        }
    }
    issues
}

fn shared_addresses(roster: &Roster) -> Vec<RosterIssue> {
    let mut issues = Vec::new();
    let mut emails: KeyMap<&Employee> = KeyMap::with_capacity_and_hasher(roster.employees.len(), <_>::default());
    for employee in &roster.employees {
        for email in employee.emails() {
            let first = *emails.entry(Key::of(email)).or_insert(employee);
            if !std::ptr::eq(first, employee) && Key::of(first.id()) != Key::of(employee.id()) {
                let other = place(roster, first, employee);
                // The other person isn't named: this goes to the manager of one of them.
                let text = format!("employee {} shares an address with the person in {other}", employee.id());
                issues.push(issue(employee, RosterIssueKind::DuplicateEmail, text));
            }
        }
    }
    issues
}

/// States that contradict the dates at `now`: still active after the last day, or terminated without one.
pub fn contradictions(roster: &Roster, now: Timestamp) -> Vec<RosterIssue> {
    let mut issues = Vec::new();
    for employee in &roster.employees {
        let id = employee.id();
        let text = match (employee.status, employee.ends_at) {
            (EmploymentStatus::Active | EmploymentStatus::Leave, Some(end)) if now >= end => {
                format!("employee {id}: the status is {}, but the end_date is past", employee.status.as_str())
            }
            (EmploymentStatus::Terminated, None) if !employee.end_date_unread => {
                format!("employee {id}: the status is terminated, but there is no end_date")
            }
            _ => continue,
        };
        issues.push(issue(employee, RosterIssueKind::Contradiction, text));
    }
    issues
}

pub(super) fn issue(employee: &Employee, kind: RosterIssueKind, text: String) -> RosterIssue {
    RosterIssue { file: employee.file(), line: Some(employee.line()), kind, text }
}

/// `line 4`, or `line 4 of staff.csv` when that is another file.
fn place(roster: &Roster, employee: &Employee, seen_from: &Employee) -> String {
    match roster.files.get(employee.file()).and_then(|file| file.file_name()) {
        Some(name) if employee.file() != seen_from.file() => format!("line {} of {}", employee.line(), name.display()),
        _ => format!("line {}", employee.line()),
    }
}
