//! The circuit-breaker: input that can't be true stops the audit before it accuses hundreds of people. The roster is
//! held against the previous audit before the first request, the sources before the first account is judged.
//!
//! The previous audit is its `report.json`. When the breaker stops an audit nothing is written, so that the report
//! which is there stays the measure until somebody has looked.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;

use crate::config::MaxChange;
use crate::diagnostic::Diagnostic;
use crate::model::text::{counted, grouped};
use crate::model::{ColumnRole, Roster, SourceName, SourceStatus, Timestamp};

/// What is known of the previous audit: of its `report.json`, the few numbers that are compared.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Previous {
    schema_version: u32,
    run: PreviousRun,
    roster: PreviousRoster,
    sources: Vec<PreviousSource>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct PreviousRun {
    as_of: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct PreviousRoster {
    employees: u64,
    columns: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct PreviousSource {
    name: String,
    status: SourceStatus,
    distinct: u64,
}

/// Why the input can't be believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspicion(pub String);

/// The columns by which accounts find their owners.
const KEYS: [ColumnRole; 3] = [ColumnRole::EmployeeId, ColumnRole::Email, ColumnRole::Username];

impl Previous {
    /// Reads the `report.json` of the previous audit.
    ///
    /// # Errors
    /// It can't be read, or isn't a report.
    pub fn read(path: &Path) -> Result<Self, Diagnostic> {
        let unusable = |message: String| {
            Diagnostic::of_file(path, message)
                .help("max_change compares with the report.json of an earlier audit; --accept-change goes without")
        };
        let bytes =
            std::fs::read(path).map_err(|error| unusable(format!("can't read the previous report: {error}")))?;
        let previous: Self =
            serde_json::from_slice(&bytes).map_err(|error| unusable(format!("this isn't a report: {error}")))?;
        if previous.schema_version == 1 {
            Ok(previous)
        } else {
            Err(unusable(format!("expected a report of schema 1 and found schema {}", previous.schema_version)))
        }
    }

    /// What speaks against the roster.
    pub fn doubts_roster(&self, roster: &Roster, limit: MaxChange) -> Vec<Suspicion> {
        let now: BTreeSet<&str> = roster.columns.keys().map(|role| role.as_str()).collect();
        let lost = KEYS.into_iter().filter(|role| !now.contains(role.as_str())).filter_map(|role| {
            let before = self.roster.columns.get(role.as_str())?;
            Some(Suspicion(format!(
                "the roster has no column for {role} any more; on {} it was {}",
                self.day(),
                before.join(", ")
            )))
        });
        let employees = roster.employees.len() as u64;
        lost.filter(|_| limit != MaxChange::Off)
            .chain(self.change("the roster", "employee", "employees", (self.roster.employees, employees), limit))
            .collect()
    }

    fn doubts_source(&self, name: &SourceName, accounts: u64, limit: MaxChange) -> Option<Suspicion> {
        // The count of a source that wasn't seen completely is a minimum, and no measure.
        let before = self.sources.iter().find(|source| source.name == name.as_str())?;
        let before = (before.status == SourceStatus::Complete).then_some(before.distinct)?;
        self.change(name.as_str(), "account", "accounts", (before, accounts), limit)
    }

    fn change(&self, what: &str, one: &str, many: &str, counts: (u64, u64), limit: MaxChange) -> Option<Suspicion> {
        let (before, now) = counts;
        let MaxChange::Percent(percent) = limit else { return None };
        limit.is_exceeded(before, now).then(|| {
            let verb = if now < before { "shrank" } else { "grew" };
            Suspicion(format!(
                "{what} {verb} from {} on {} to {} now; at most {percent} % may change (max_change)",
                counted(before, one, many),
                self.day(),
                grouped(now)
            ))
        })
    }

    fn day(&self) -> String {
        self.run.as_of.format("%Y-%m-%d").to_string()
    }
}

/// What speaks against a source that says it is complete. One that isn't can't produce a clean verdict anyway.
pub fn doubts_source(
    name: &SourceName,
    (status, accounts): (SourceStatus, u64),
    limit: Option<MaxChange>,
    previous: Option<&Previous>,
) -> Option<Suspicion> {
    if status != SourceStatus::Complete {
        return None;
    }
    if accounts == 0 && limit != Some(MaxChange::Off) {
        return Some(Suspicion(format!(
            "{name} is complete and has no accounts; if that is right, set max_change = \"off\" for it"
        )));
    }
    previous?.doubts_source(name, accounts, limit?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Employee, EmployeeId};

    fn previous(employees: u64, accounts: u64, status: SourceStatus) -> Previous {
        Previous {
            schema_version: 1,
            run: PreviousRun { as_of: "2026-10-14T00:00:00Z".parse().expect("a time") },
            roster: PreviousRoster { employees, columns: [("email".to_owned(), vec!["Work Email".to_owned()])].into() },
            sources: vec![PreviousSource { name: "voiso".to_owned(), status, distinct: accounts }],
        }
    }

    fn roster(employees: u64, roles: &[ColumnRole]) -> Roster {
        Roster {
            employees: (0..employees).map(|n| Employee::new(EmployeeId(n.to_string()))).collect(),
            columns: roles.iter().map(|role| (*role, vec!["x".to_owned()])).collect(),
            ..Roster::default()
        }
    }

    const LIMIT: MaxChange = MaxChange::Percent(20);

    #[test]
    fn a_roster_that_shrank_or_lost_a_key_is_doubted() {
        let before = previous(100, 0, SourceStatus::Complete);
        let doubts =
            |now: &Roster, limit| before.doubts_roster(now, limit).into_iter().map(|doubt| doubt.0).collect::<Vec<_>>();
        assert!(doubts(&roster(80, &[ColumnRole::Email]), LIMIT).is_empty());
        assert_eq!(
            doubts(&roster(79, &[ColumnRole::EmployeeId]), LIMIT),
            [
                "the roster has no column for email any more; on 2026-10-14 it was Work Email",
                "the roster shrank from 100 employees on 2026-10-14 to 79 now; at most 20 % may change (max_change)",
            ]
        );
        assert!(doubts(&roster(7, &[]), MaxChange::Off).is_empty());
    }

    #[test]
    fn only_what_was_and_is_seen_completely_is_compared() {
        use SourceStatus::{Complete, Failed, Incomplete};
        let doubt = |before: (u64, SourceStatus), now: (u64, SourceStatus), limit| {
            let previous = previous(0, before.0, before.1);
            doubts_source(&SourceName::new("voiso"), (now.1, now.0), limit, Some(&previous))
        };
        assert!(
            doubt((100, Complete), (50, Complete), Some(LIMIT))
                .is_some_and(|d| d.0.contains("shrank from 100 accounts"))
        );
        assert!(doubt((100, Complete), (500, Complete), Some(LIMIT)).is_some_and(|d| d.0.contains("grew")));
        assert_eq!(doubt((100, Incomplete), (50, Complete), Some(LIMIT)), None);
        assert_eq!(doubt((100, Complete), (50, Incomplete), Some(LIMIT)), None);
        assert_eq!(doubt((100, Complete), (0, Failed), Some(LIMIT)), None);
        assert_eq!(doubt((100, Complete), (50, Complete), None), None);
        assert!(doubt((100, Complete), (0, Complete), None).is_some_and(|d| d.0.contains("has no accounts")));
        assert_eq!(doubt((100, Complete), (0, Complete), Some(MaxChange::Off)), None);
    }
}
