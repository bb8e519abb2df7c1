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
use crate::model::{ColumnRole, KeyCounts, Roster, SourceName, SourceStatus, Timestamp};

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
    #[serde(default)]
    keys: KeyCounts,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct PreviousSource {
    name: String,
    status: SourceStatus,
    distinct: u64,
    #[serde(default)]
    keys: KeyCounts,
}

/// Why the input can't be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Suspicion {
    /// There is nothing in it.
    #[error("{0}")]
    Empty(String),
    /// It can't be read without what it has lost.
    #[error("{0}")]
    Lost(String),
    /// It isn't what it was. A person can say that the change is real.
    #[error("{0}")]
    Changed(String),
}

/// The columns by which accounts find their owners.
const KEYS: [ColumnRole; 3] = [ColumnRole::EmployeeId, ColumnRole::Email, ColumnRole::Username];

/// People or accounts: how many there are, and how many have each key.
#[derive(Debug, Clone, Copy)]
pub struct Crowd<'c> {
    /// All of them.
    pub count: u64,
    /// Those that have each key.
    pub keys: &'c KeyCounts,
}

/// A roster that would make an orphan of every account.
pub fn doubts_empty(roster: &Roster) -> Vec<Suspicion> {
    let mut doubts: Vec<Suspicion> = roster
        .blank
        .iter()
        .map(|file| Suspicion::Empty(format!("{} is empty; export it again", file.display())))
        .collect();
    if doubts.is_empty() && roster.employees.is_empty() {
        let files: Vec<String> = roster.files.iter().map(|file| file.display().to_string()).collect();
        let found = match roster.rejected.first() {
            Some(row) => {
                let rows = counted(roster.rows, "row", "rows");
                format!("{rows}, but no employee; line {}: {}", row.line, row.reason)
            }
            None => "headings, but no employee; export it again".to_owned(),
        };
        doubts.push(Suspicion::Empty(format!("{} has {found}", files.join(", "))));
    }
    doubts
}

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
        if limit == MaxChange::Off {
            return Vec::new();
        }
        let has = |key: &str| roster.columns.keys().any(|role| role.as_str() == key);
        let lost = KEYS.into_iter().filter(|role| !has(role.as_str()));
        let lost = lost.filter_map(|role| self.lost(role)).map(Suspicion::Changed);
        // What was said of a column that is gone needn't be said of its cells.
        let mut kept = self.roster.keys.clone();
        kept.retain(|key, _| has(key));
        let before = Crowd { count: self.roster.employees, keys: &kept };
        let now = Crowd { count: roster.employees.len() as u64, keys: &roster.keys() };
        let nouns = ("employee", "employees");
        lost.chain(self.resized("the roster", nouns, (before.count, now.count), limit))
            .chain(self.emptied("the roster", nouns.1, (before, now), limit))
            .collect()
    }

    /// What speaks against a roster that was refused, because these columns and nothing else are missing.
    pub fn doubts_refused(&self, missing: &BTreeSet<ColumnRole>, limit: MaxChange) -> Vec<Suspicion> {
        if limit == MaxChange::Off {
            return Vec::new();
        }
        let lost = KEYS.into_iter().filter(|role| missing.contains(role));
        let doubt = |role| {
            let advice = format!("export it again, or name the new heading: [hr.columns] {role} = \"…\"");
            Some(Suspicion::Lost(format!("{}; {advice}", self.lost(role)?)))
        };
        lost.filter_map(doubt).collect()
    }

    /// That a column is gone, if it was there.
    fn lost(&self, role: ColumnRole) -> Option<String> {
        let before = self.roster.columns.get(role.as_str())?.join(", ");
        Some(format!("the roster has no column for {role} any more; on {} it was {before}", self.day()))
    }

    fn doubts_source(&self, name: &SourceName, now: Crowd<'_>, limit: MaxChange) -> Vec<Suspicion> {
        // The count of a source that wasn't seen completely is a minimum, and no measure.
        let whole = |source: &&PreviousSource| source.name == name.as_str() && source.status == SourceStatus::Complete;
        let Some(before) = self.sources.iter().find(whole) else { return Vec::new() };
        let before = Crowd { count: before.distinct, keys: &before.keys };
        let resized = self.resized(name.as_str(), ("account", "accounts"), (before.count, now.count), limit);
        resized.into_iter().chain(self.emptied(name.as_str(), "accounts", (before, now), limit)).collect()
    }

    /// Whether there are many more or fewer than there were.
    fn resized(
        &self,
        what: &str,
        (one, many): (&str, &str),
        counts: (u64, u64),
        limit: MaxChange,
    ) -> Option<Suspicion> {
        let (before, now) = counts;
        limit.is_exceeded(before, now).then(|| {
            let verb = if now < before { "shrank" } else { "grew" };
            Suspicion::Changed(format!(
                "{what} {verb} from {} on {} to {} now; {}",
                counted(before, one, many),
                self.day(),
                grouped(now),
                allowed(limit)
            ))
        })
    }

    /// The keys that many more would have, if as large a part had them as before: a column that is there, but whose
    /// cells have gone.
    fn emptied(&self, what: &str, many: &str, crowds: (Crowd<'_>, Crowd<'_>), limit: MaxChange) -> Vec<Suspicion> {
        let (before, now) = crowds;
        let day = self.day();
        let doubt = |(key, had): (&String, &u64)| {
            let has = now.keys.get(key).copied().unwrap_or(0);
            let expected = had.saturating_mul(now.count).checked_div(before.count)?;
            (has < expected && limit.is_exceeded(expected, has)).then(|| {
                Suspicion::Changed(format!(
                    "{what} has {key} for {} of {} {many}, and had it for {} of {} on {day}; {}",
                    grouped(has),
                    grouped(now.count),
                    grouped(*had),
                    grouped(before.count),
                    allowed(limit)
                ))
            })
        };
        before.keys.iter().filter_map(doubt).collect()
    }

    fn day(&self) -> String {
        self.run.as_of.format("%Y-%m-%d").to_string()
    }
}

fn allowed(limit: MaxChange) -> String {
    match limit {
        MaxChange::Off => "anything may change (max_change)".to_owned(),
        MaxChange::Percent(percent) => format!("at most {percent} % may change (max_change)"),
    }
}

/// What speaks against a source that says it is complete. One that isn't can't produce a clean verdict anyway.
pub fn doubts_source(
    name: &SourceName,
    (status, now): (SourceStatus, Crowd<'_>),
    limit: Option<MaxChange>,
    previous: Option<&Previous>,
) -> Vec<Suspicion> {
    if status != SourceStatus::Complete || limit == Some(MaxChange::Off) {
        return Vec::new();
    }
    if now.count == 0 {
        let advice = "if that is right, set max_change = \"off\" for it";
        return vec![Suspicion::Empty(format!("{name} is complete and has no accounts; {advice}"))];
    }
    previous.zip(limit).map_or_else(Vec::new, |(previous, limit)| previous.doubts_source(name, now, limit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Employee, Profile};

    fn counts(keys: &[(&str, u64)]) -> KeyCounts {
        keys.iter().map(|(key, count)| ((*key).to_owned(), *count)).collect()
    }

    fn previous(employees: u64, accounts: u64, status: SourceStatus) -> Previous {
        Previous {
            schema_version: 1,
            run: PreviousRun { as_of: "2026-10-14T00:00:00Z".parse().expect("a time") },
            roster: PreviousRoster {
                employees,
                columns: [("email".to_owned(), vec!["Work Email".to_owned()])].into(),
                keys: counts(&[("email", employees)]),
            },
            sources: vec![PreviousSource {
                name: "voiso".to_owned(),
                status,
                distinct: accounts,
                keys: counts(&[("external_id", accounts / 2)]),
            }],
        }
    }

    /// People, the last of whom have no address.
    fn roster(employees: u64, without: u64, roles: &[ColumnRole]) -> Roster {
        let person = |n: u64| {
            let (id, email) = (n.to_string(), format!("{n}@x.example"));
            let emails = if n < employees - without { &[email.as_str()][..] } else { &[] };
            Employee::new(&Profile { id: &id, emails, ..Profile::default() })
        };
        Roster {
            employees: (0..employees).map(person).collect(),
            columns: roles.iter().map(|role| (*role, vec!["x".to_owned()])).collect(),
            ..Roster::default()
        }
    }

    fn texts(doubts: Vec<Suspicion>) -> Vec<String> {
        doubts.into_iter().map(|doubt| doubt.to_string()).collect()
    }

    const LIMIT: MaxChange = MaxChange::Percent(20);

    #[test]
    fn a_roster_that_shrank_or_lost_a_key_is_doubted() {
        let before = previous(100, 0, SourceStatus::Complete);
        let doubts = |now: &Roster, limit| texts(before.doubts_roster(now, limit));
        assert!(doubts(&roster(80, 0, &[ColumnRole::Email]), LIMIT).is_empty());
        assert_eq!(
            doubts(&roster(79, 79, &[ColumnRole::EmployeeId]), LIMIT),
            [
                "the roster has no column for email any more; on 2026-10-14 it was Work Email",
                "the roster shrank from 100 employees on 2026-10-14 to 79 now; at most 20 % may change (max_change)",
            ]
        );
        assert!(doubts(&roster(7, 0, &[]), MaxChange::Off).is_empty());
    }

    #[test]
    fn a_key_whose_cells_have_gone_is_doubted() {
        let before = previous(100, 100, SourceStatus::Complete);
        let doubts = |without| texts(before.doubts_roster(&roster(90, without, &[ColumnRole::Email]), LIMIT));
        assert!(doubts(18).is_empty(), "a fifth of 90");
        assert_eq!(
            doubts(19),
            ["the roster has email for 71 of 90 employees, and had it for 100 of 100 on 2026-10-14; at most 20 % may \
              change (max_change)"]
        );
        let source = |has| {
            let keys = counts(&[("external_id", has), ("email", 100)]);
            let now = (SourceStatus::Complete, Crowd { count: 100, keys: &keys });
            texts(doubts_source(&SourceName::new("voiso"), now, Some(LIMIT), Some(&before)))
        };
        assert!(source(40).is_empty() && source(90).is_empty(), "half had it; more than before is no loss");
        assert!(source(0).iter().any(|doubt| doubt.starts_with("voiso has external_id for 0 of 100 accounts")));
        let unknown = Previous { sources: Vec::new(), ..before.clone() };
        let keys = KeyCounts::new();
        let now = (SourceStatus::Complete, Crowd { count: 100, keys: &keys });
        assert!(doubts_source(&SourceName::new("voiso"), now, Some(LIMIT), Some(&unknown)).is_empty());
    }

    #[test]
    fn a_roster_without_people_is_doubted() {
        let said = |roster: Roster| texts(doubts_empty(&roster)).join("\n");
        let files = vec!["staff.csv".into(), "more.csv".into()];
        assert_eq!(said(roster(1, 0, &[])), "");
        assert_eq!(
            said(Roster { files: files.clone(), ..Roster::default() }),
            "staff.csv, more.csv has headings, but no employee; export it again"
        );
        let blank = Roster { files: files.clone(), blank: files, ..roster(1, 0, &[]) };
        assert_eq!(said(blank), "staff.csv is empty; export it again\nmore.csv is empty; export it again");
    }

    #[test]
    fn only_what_was_and_is_seen_completely_is_compared() {
        use SourceStatus::{Complete, Failed, Incomplete};
        let doubt = |before: (u64, SourceStatus), now: (u64, SourceStatus), limit| {
            let previous = previous(0, before.0, before.1);
            let keys = counts(&[("external_id", now.0)]);
            let now = (now.1, Crowd { count: now.0, keys: &keys });
            texts(doubts_source(&SourceName::new("voiso"), now, limit, Some(&previous))).join("\n")
        };
        assert!(doubt((100, Complete), (50, Complete), Some(LIMIT)).contains("shrank from 100 accounts"));
        assert!(doubt((100, Complete), (500, Complete), Some(LIMIT)).contains("grew"));
        assert_eq!(doubt((100, Incomplete), (50, Complete), Some(LIMIT)), "");
        assert_eq!(doubt((100, Complete), (50, Incomplete), Some(LIMIT)), "");
        assert_eq!(doubt((100, Complete), (0, Failed), Some(LIMIT)), "");
        assert_eq!(doubt((100, Complete), (50, Complete), None), "");
        assert!(doubt((100, Complete), (0, Complete), None).contains("has no accounts"));
        assert_eq!(doubt((100, Complete), (0, Complete), Some(MaxChange::Off)), "");
    }
}
