//! States of the roster that contradict the dates, as of the moment of the audit.

use crate::model::{Employee, Employment, EmploymentStatus, Roster, RosterIssue, RosterIssueKind, Timestamp};

/// Everybody whose state contradicts the dates at `now`, or whose rows contradict each other.
pub fn contradictions(roster: &Roster, now: Timestamp) -> Vec<RosterIssue> {
    let mut issues = Vec::new();
    for employee in &roster.employees {
        if let Some(what) = contradiction(&employee.employment(), now) {
            let text = format!("employee {}: {what}", employee.id());
            issues.push(issue(employee, RosterIssueKind::Contradiction, text));
        }
    }
    issues
}

fn contradiction(told: &Employment, now: Timestamp) -> Option<String> {
    if told.is_contradictory {
        return Some(
            "one row says that the person works here, another one not, and no date tells which holds".to_owned(),
        );
    }
    match (told.status, told.ends_at) {
        (Ok(state @ (EmploymentStatus::Active | EmploymentStatus::Leave)), Some(end)) if now >= end => {
            Some(format!("the status is {}, but the end_date is past", state.as_str()))
        }
        (Ok(EmploymentStatus::Terminated), Some(end)) if end.signed_duration_since(now) > Employment::NOTICE => {
            let days = Employment::NOTICE.num_days();
            Some(format!("the status is terminated, but the end_date is more than {days} days ahead"))
        }
        (Ok(EmploymentStatus::Terminated), _) if told.end_date == Ok(None) => {
            Some("the status is terminated, but there is no end_date".to_owned())
        }
        _ => None,
    }
}

pub(super) fn issue(employee: &Employee, kind: RosterIssueKind, text: String) -> RosterIssue {
    RosterIssue { file: employee.file(), line: Some(employee.line()), kind, text }
}
