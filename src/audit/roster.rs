//! Rules about the roster: about the files as a whole, or about each defect that was found in them.

use std::collections::BTreeMap;
use std::io;

use super::{Audit, AuditError, evidence};
use crate::model::{Employee, Person, Roster, RosterIssue, Subject};
use crate::rule::{Rule, RuleResult, Scope, Subject as RuleSubject};

impl Audit<'_> {
    /// Judges the roster, with those of its defects that could be told only at the time of the audit.
    ///
    /// # Errors
    /// The findings can't be kept.
    pub fn roster(&mut self, later_issues: Vec<RosterIssue>) -> Result<(), AuditError> {
        self.judge_roster(&later_issues).map_err(AuditError::Findings)?;
        self.roster_issues = later_issues;
        Ok(())
    }

    fn judge_roster(&mut self, later_issues: &[RosterIssue]) -> io::Result<()> {
        let roster = self.roster;
        let rules = self.rules.enabled().filter(|rule| rule.subject() == RuleSubject::Roster);
        for rule in rules {
            if !rule.is_about_issues() {
                let scope = Scope { roster: Some(roster), ..Scope::at(self.now) };
                self.judge_issue(rule, &scope, || (files(roster), None))?;
                continue;
            }
            let mut places = BTreeMap::<String, u32>::new();
            let mut found = 0;
            for issue in roster.issues.iter().chain(later_issues) {
                let scope = Scope { roster: Some(roster), issue: Some(issue), ..Scope::at(self.now) };
                found += u64::from(self.judge_issue(rule, &scope, || place(roster, issue, &mut places))?);
            }
            self.matrix.count_passes(rule.id(), None, roster.rows.saturating_sub(found));
        }
        Ok(())
    }

    /// Whether it is a violation. Passes of single defects say nothing: every defect of another kind is one.
    fn judge_issue<'e>(
        &mut self,
        rule: &Rule,
        scope: &Scope<'_>,
        place: impl FnOnce() -> (String, Option<&'e Employee>),
    ) -> io::Result<bool> {
        let verdict = rule.judge(scope);
        if scope.issue.is_none() || verdict != RuleResult::Pass {
            self.matrix.count(rule.id(), None, verdict);
        }
        if verdict == RuleResult::Violation {
            let (place, employee) = place();
            let person = employee.map_or_else(Person::default, evidence::owner);
            self.found.push(evidence::finding(rule, Subject::Roster { place }, person, scope))?;
        }
        Ok(verdict == RuleResult::Violation)
    }
}

/// The employee whose row it is, else the file. Line numbers change with every export, so that they identify nothing.
fn place<'r>(
    roster: &'r Roster,
    issue: &RosterIssue,
    places: &mut BTreeMap<String, u32>,
) -> (String, Option<&'r Employee>) {
    let row = issue.line.and_then(|line| roster.employee_at(issue.file, line));
    let name = row.map_or_else(|| file(roster, issue.file), |employee| employee.id().to_owned());
    let times = places.entry(name.clone()).or_default();
    *times += 1;
    (if *times == 1 { name } else { format!("{name}#{times}") }, row)
}

/// The name of a file without its folder, which differs from one machine to the next.
fn file(roster: &Roster, at: usize) -> String {
    let name = roster.files.get(at).and_then(|path| path.file_name());
    name.map(|name| name.display().to_string()).unwrap_or_default()
}

fn files(roster: &Roster) -> String {
    (0..roster.files.len()).map(|at| file(roster, at)).collect::<Vec<_>>().join(", ")
}
