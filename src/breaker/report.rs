//! The report of an earlier audit, as a measure that somebody names.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::{KEYS, Previous, PreviousRoster, PreviousSource};
use crate::model::{ColumnRole, KeyCounts, SourceStatus, Timestamp};

/// Of `roster` in a report, what is compared.
#[derive(Debug, Deserialize)]
pub struct ReportedRoster {
    employees: u64,
    columns: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    keys: KeyCounts,
}

/// Of a source in a report, what is compared.
#[derive(Debug, Clone, Deserialize)]
pub struct ReportedSource {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub vendor: String,
    /// Whether all accounts were seen.
    pub status: SourceStatus,
    /// How it was read, as a hash; empty if the report doesn't tell.
    #[serde(default)]
    pub reading_sha256: String,
    distinct: u64,
    #[serde(default)]
    keys: KeyCounts,
}

impl ReportedRoster {
    /// The columns by which accounts find their owners.
    pub fn key_columns(&self) -> BTreeSet<String> {
        let has = |role: &ColumnRole| self.columns.contains_key(role.as_str());
        KEYS.iter().filter(|role| has(role)).map(|role| role.as_str().to_owned()).collect()
    }
}

impl Previous {
    /// The measure that a report gives.
    pub fn of_report(as_of: Timestamp, roster: Option<ReportedRoster>, sources: Vec<ReportedSource>) -> Self {
        // The count of a source that wasn't seen completely is a minimum, and no measure.
        let complete = sources.into_iter().filter(|source| source.status == SourceStatus::Complete);
        let measured = |source: ReportedSource| {
            let ReportedSource { name, distinct, keys, .. } = source;
            (name, PreviousSource { as_of, distinct, keys })
        };
        let roster = roster.map(|ReportedRoster { employees, columns, keys }| PreviousRoster {
            as_of,
            employees,
            columns,
            keys,
        });
        Self { roster, sources: complete.map(measured).collect() }
    }
}
