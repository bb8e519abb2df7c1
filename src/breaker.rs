//! The circuit-breaker: input that can't be true stops the audit before it accuses hundreds of people. The roster is
//! held against the last audit before the first request, the sources before the first account is judged.
//!
//! The measure of each source, and of the roster, is the last time that it was seen completely. When the breaker stops an
//! audit nothing is written, so that the measure stays until somebody has looked.

mod memory;
mod report;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use memory::{LastReport, Memory};
pub use report::{ReportedRoster, ReportedSource};

use crate::base::text::{counted, grouped};
use crate::config::MaxChange;
use crate::model::{ColumnRole, KeyCounts, Roster, SourceName, SourceStatus, Timestamp};

/// What an audit is held against.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Previous {
    roster: Option<PreviousRoster>,
    /// By name, those that were complete.
    sources: BTreeMap<String, PreviousSource>,
}

/// A roster as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct PreviousRoster {
    as_of: Timestamp,
    employees: u64,
    columns: BTreeMap<String, Vec<String>>,
    keys: KeyCounts,
}

/// A source as it was when it was complete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct PreviousSource {
    as_of: Timestamp,
    distinct: u64,
    keys: KeyCounts,
}

/// Why the input can't be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Anomaly {
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
pub struct Counts<'c> {
    /// All of them.
    pub count: u64,
    /// Those that have each key.
    pub keys: &'c KeyCounts,
}

/// A roster that would make an orphan of every account.
pub fn check_empty(roster: &Roster) -> Vec<Anomaly> {
    let mut doubts: Vec<Anomaly> = roster
        .blank
        .iter()
        .map(|file| Anomaly::Empty(format!("{} is empty; export it again", file.display())))
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
        doubts.push(Anomaly::Empty(format!("{} has {found}", files.join(", "))));
    }
    doubts
}

impl Previous {
    /// What speaks against the roster.
    pub fn check_roster(&self, roster: &Roster, limit: MaxChange) -> Vec<Anomaly> {
        let Some(before) = self.roster.as_ref().filter(|_| limit != MaxChange::Off) else { return Vec::new() };
        let has = |key: &str| roster.columns.keys().any(|role| role.as_str() == key);
        let lost = KEYS.into_iter().filter(|role| !has(role.as_str()));
        let lost = lost.filter_map(|role| before.lost(role)).map(Anomaly::Changed);
        // What was said of a column that is gone needn't be said of its cells.
        let mut kept = before.keys.clone();
        kept.retain(|key, _| has(key));
        let change = Change {
            what: "the roster",
            nouns: ("employee", "employees"),
            before: Counts { count: before.employees, keys: &kept },
            now: Counts { count: roster.employees.len() as u64, keys: &roster.keys() },
            since: before.as_of,
            limit,
        };
        lost.chain(change.doubts()).collect()
    }

    /// What speaks against a roster that was refused, because these columns and nothing else are missing.
    pub fn check_refused(&self, missing: &BTreeSet<ColumnRole>, limit: MaxChange) -> Vec<Anomaly> {
        let Some(before) = self.roster.as_ref().filter(|_| limit != MaxChange::Off) else { return Vec::new() };
        let lost = KEYS.into_iter().filter(|role| missing.contains(role));
        let doubt = |role| {
            let advice = format!("export it again, or name the new heading: [hr.columns] {role} = \"…\"");
            Some(Anomaly::Lost(format!("{}; {advice}", before.lost(role)?)))
        };
        lost.filter_map(doubt).collect()
    }

    fn check_source(&self, name: &SourceName, now: Counts<'_>, limit: MaxChange) -> Vec<Anomaly> {
        let Some(before) = self.sources.get(name.as_str()) else { return Vec::new() };
        let change = Change {
            what: name.as_str(),
            nouns: ("account", "accounts"),
            before: Counts { count: before.distinct, keys: &before.keys },
            now,
            since: before.as_of,
            limit,
        };
        change.doubts()
    }
}

impl PreviousRoster {
    fn of(roster: &Roster, as_of: Timestamp) -> Self {
        let columns = roster.columns.iter().map(|(role, headings)| (role.to_string(), headings.clone())).collect();
        Self { as_of, employees: roster.employees.len() as u64, columns, keys: roster.keys() }
    }

    /// That a column is gone, if it was there.
    fn lost(&self, role: ColumnRole) -> Option<String> {
        let before = self.columns.get(role.as_str())?.join(", ");
        Some(format!("the roster has no column for {role} any more; on {} it was {before}", day(self.as_of)))
    }
}

/// What people or accounts were, and what they are.
struct Change<'c> {
    what: &'c str,
    /// One of them, and many.
    nouns: (&'c str, &'c str),
    before: Counts<'c>,
    now: Counts<'c>,
    since: Timestamp,
    limit: MaxChange,
}

impl Change<'_> {
    fn doubts(&self) -> Vec<Anomaly> {
        self.resized().into_iter().chain(self.emptied()).collect()
    }

    /// Whether there are many more or fewer than there were.
    fn resized(&self) -> Option<Anomaly> {
        let (before, now, (one, many)) = (self.before.count, self.now.count, self.nouns);
        self.limit.is_exceeded(before, now).then(|| {
            let verb = if now < before { "shrank" } else { "grew" };
            Anomaly::Changed(format!(
                "{} {verb} from {} on {} to {} now; {}",
                self.what,
                counted(before, one, many),
                day(self.since),
                grouped(now),
                allowed(self.limit)
            ))
        })
    }

    /// The keys that many more would have, if as large a part had them as before: a column that is there, but whose
    /// cells have gone.
    fn emptied(&self) -> impl Iterator<Item = Anomaly> {
        let (before, now) = (self.before, self.now);
        let doubt = move |(key, had): (&String, &u64)| {
            let has = now.keys.get(key).copied().unwrap_or(0);
            let expected = had.saturating_mul(now.count).checked_div(before.count)?;
            (has < expected && self.limit.is_exceeded(expected, has)).then(|| {
                Anomaly::Changed(format!(
                    "{} has {key} for {} of {} {}, and had it for {} of {} on {}; {}",
                    self.what,
                    grouped(has),
                    grouped(now.count),
                    self.nouns.1,
                    grouped(*had),
                    grouped(before.count),
                    day(self.since),
                    allowed(self.limit)
                ))
            })
        };
        before.keys.iter().filter_map(doubt)
    }
}

fn day(moment: Timestamp) -> String {
    moment.format("%Y-%m-%d").to_string()
}

fn allowed(limit: MaxChange) -> String {
    match limit {
        MaxChange::Off => "anything may change (max_change)".to_owned(),
        MaxChange::Percent(percent) => format!("at most {percent} % may change (max_change)"),
    }
}

/// What speaks against a source that says it is complete. One that isn't can't produce a clean verdict anyway.
pub fn check_source(
    name: &SourceName,
    (status, now): (SourceStatus, Counts<'_>),
    limit: Option<MaxChange>,
    previous: Option<&Previous>,
) -> Vec<Anomaly> {
    if status != SourceStatus::Complete || limit == Some(MaxChange::Off) {
        return Vec::new();
    }
    if now.count == 0 {
        let advice = "if that is right, set max_change = \"off\" for it";
        return vec![Anomaly::Empty(format!("{name} is complete and has no accounts; {advice}"))];
    }
    previous.zip(limit).map_or_else(Vec::new, |(previous, limit)| previous.check_source(name, now, limit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Employee, Profile};

    fn counts(keys: &[(&str, u64)]) -> KeyCounts {
        keys.iter().map(|(key, count)| ((*key).to_owned(), *count)).collect()
    }

    fn previous(employees: u64, accounts: u64) -> Previous {
        let as_of = "2026-10-14T00:00:00Z".parse().expect("a time");
        let columns = [("email".to_owned(), vec!["Work Email".to_owned()])].into();
        let source = PreviousSource { as_of, distinct: accounts, keys: counts(&[("external_id", accounts / 2)]) };
        Previous {
            roster: Some(PreviousRoster { as_of, employees, columns, keys: counts(&[("email", employees)]) }),
            sources: [("voiso".to_owned(), source)].into(),
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

    fn texts(doubts: Vec<Anomaly>) -> Vec<String> {
        doubts.into_iter().map(|doubt| doubt.to_string()).collect()
    }

    const LIMIT: MaxChange = MaxChange::Percent(20);

    #[test]
    fn a_roster_that_shrank_or_lost_a_key_is_doubted() {
        let before = previous(100, 0);
        let doubts = |now: &Roster, limit| texts(before.check_roster(now, limit));
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
        let before = previous(100, 100);
        let doubts = |without| texts(before.check_roster(&roster(90, without, &[ColumnRole::Email]), LIMIT));
        assert!(doubts(18).is_empty(), "a fifth of 90");
        assert_eq!(
            doubts(19),
            ["the roster has email for 71 of 90 employees, and had it for 100 of 100 on 2026-10-14; at most 20 % may \
              change (max_change)"]
        );
        let source = |has| {
            let keys = counts(&[("external_id", has), ("email", 100)]);
            let now = (SourceStatus::Complete, Counts { count: 100, keys: &keys });
            texts(check_source(&SourceName::new("voiso"), now, Some(LIMIT), Some(&before)))
        };
        assert!(source(40).is_empty() && source(90).is_empty(), "half had it; more than before is no loss");
        assert!(source(0).iter().any(|doubt| doubt.starts_with("voiso has external_id for 0 of 100 accounts")));
        let unknown = Previous { sources: BTreeMap::new(), ..before.clone() };
        let keys = KeyCounts::new();
        let now = (SourceStatus::Complete, Counts { count: 100, keys: &keys });
        assert!(check_source(&SourceName::new("voiso"), now, Some(LIMIT), Some(&unknown)).is_empty());
    }

    #[test]
    fn a_roster_without_people_is_doubted() {
        let said = |roster: Roster| texts(check_empty(&roster)).join("\n");
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
    fn only_what_is_seen_completely_is_compared() {
        use SourceStatus::{Complete, Failed, Incomplete};
        let doubt = |now: (u64, SourceStatus), limit| {
            let keys = counts(&[("external_id", now.0)]);
            let now = (now.1, Counts { count: now.0, keys: &keys });
            texts(check_source(&SourceName::new("voiso"), now, limit, Some(&previous(0, 100)))).join("\n")
        };
        assert!(doubt((50, Complete), Some(LIMIT)).contains("shrank from 100 accounts"));
        assert!(doubt((500, Complete), Some(LIMIT)).contains("grew"));
        assert_eq!(doubt((50, Incomplete), Some(LIMIT)), "");
        assert_eq!(doubt((0, Failed), Some(LIMIT)), "");
        assert_eq!(doubt((50, Complete), None), "");
        assert!(doubt((0, Complete), None).contains("has no accounts"));
        assert_eq!(doubt((0, Complete), Some(MaxChange::Off)), "");
    }
}
