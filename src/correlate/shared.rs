//! Keys that several people of the roster have: what makes accounts ambiguous, and what identifies nobody. Found in the very
//! index by which accounts find people, so that what is told is what happens.

use std::collections::BTreeMap;

use super::roster_index::{Correlator, PlaceholderIndex};
use crate::base::text::{counted, grouped};
use crate::key::KeyKind;
use crate::model::{Employee, EmployeeIndex, Roster, RosterIssue, RosterIssueKind};

impl Correlator {
    /// The keys of the roster that make accounts ambiguous, and the values that are no keys. Ids that several people have
    /// are told where people are made of rows.
    pub fn shared_keys(&self, roster: &Roster) -> Vec<RosterIssue> {
        let mut issues = Vec::new();
        for (kind, table, of) in [
            (RosterIssueKind::DuplicateEmail, &self.emails, "an address"),
            (RosterIssueKind::DuplicateUsername, &self.usernames, "a login name"),
        ] {
            for people in table.shared() {
                let mut people = people.filter_map(|index| roster.employee(index));
                let Some(first) = people.next() else { continue };
                for employee in people {
                    let other = place(roster, first, employee);
                    // The other person isn't named: this goes to the manager of one of them.
                    let text = format!("employee {} shares {of} with the person in {other}", employee.id());
                    issues.push(issue(employee, kind, text));
                }
            }
        }
        // The index is in the order of hashes.
        issues.sort();
        issues.extend(self.void.iter().filter_map(|(kind, (count, first))| void(roster, *kind, *count, *first)));
        issues
    }

    /// The keys that so many people share that they identify nobody, with how many accounts each has left without an owner.
    pub fn placeholders(&self, roster: &Roster, orphans: &BTreeMap<PlaceholderIndex, u64>) -> Vec<RosterIssue> {
        let tables = [(KeyKind::Id, &self.ids), (KeyKind::Address, &self.emails), (KeyKind::Login, &self.usernames)];
        let all = tables.into_iter().flat_map(|(kind, table)| {
            (0..).zip(table.crowds()).map(move |(at, crowd)| (PlaceholderIndex { kind, at }, *crowd))
        });
        let told = |(index, crowd): (PlaceholderIndex, super::index::Crowd)| {
            let first = roster.employee(crowd.first)?;
            let accounts = match orphans.get(&index).copied().unwrap_or_default() {
                0 => "no account is left without an owner by it".to_owned(),
                count => {
                    let accounts = counted(count, "account", "accounts");
                    format!("{accounts} with it found nobody by another key, and belong to nobody")
                }
            };
            let text = format!(
                "the {} of this row is shared by {} people, so that it identifies nobody; {accounts}",
                index.kind.noun(),
                grouped(crowd.people)
            );
            Some(issue(first, RosterIssueKind::PlaceholderKey, text))
        };
        all.filter_map(told).collect()
    }
}

fn void(roster: &Roster, kind: KeyKind, count: u64, first: EmployeeIndex) -> Option<RosterIssue> {
    let employee = roster.employee(first)?;
    let noun = kind.noun();
    let many = format!("{noun}s").replace("addresss", "addresses");
    let stand = if count == 1 { "stands" } else { "stand" };
    let text =
        format!("{} {stand} for nothing, as unknown and noreply@ do, and identify nobody", counted(count, noun, &many));
    Some(issue(employee, RosterIssueKind::VoidKey, text))
}

fn issue(employee: &Employee, kind: RosterIssueKind, text: String) -> RosterIssue {
    RosterIssue { file: employee.file(), line: Some(employee.line()), kind, text }
}

/// `line 4`, or `line 4 of staff.csv` when that is another file.
fn place(roster: &Roster, employee: &Employee, seen_from: &Employee) -> String {
    match roster.files.get(employee.file()).and_then(|file| file.file_name()) {
        Some(name) if employee.file() != seen_from.file() => format!("line {} of {}", employee.line(), name.display()),
        _ => format!("line {}", employee.line()),
    }
}
