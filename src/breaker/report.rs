//! The report of an earlier audit, as a measure that somebody names.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::{Previous, PreviousRoster, PreviousSource};
use crate::base::diagnostic::Diagnostic;
use crate::model::{KeyCounts, SourceStatus, Timestamp};

/// Of a `report.json`, the few numbers that are compared.
#[derive(Deserialize)]
struct Reported {
    schema_version: u32,
    run: ReportedRun,
    roster: ReportedRoster,
    sources: Vec<ReportedSource>,
}

#[derive(Deserialize)]
struct ReportedRun {
    as_of: Timestamp,
}

#[derive(Deserialize)]
struct ReportedRoster {
    employees: u64,
    columns: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    keys: KeyCounts,
}

#[derive(Deserialize)]
struct ReportedSource {
    name: String,
    status: SourceStatus,
    distinct: u64,
    #[serde(default)]
    keys: KeyCounts,
}

impl Previous {
    /// Reads the `report.json` of an earlier audit.
    ///
    /// # Errors
    /// It can't be read, or isn't a report.
    pub fn of_report(path: &Path) -> Result<Self, Diagnostic> {
        let unusable = |message: String| {
            Diagnostic::of_file(path, message).help("--previous names the report.json of an earlier audit")
        };
        let bytes =
            std::fs::read(path).map_err(|error| unusable(format!("can't read the previous report: {error}")))?;
        let reported: Reported =
            serde_json::from_slice(&bytes).map_err(|error| unusable(format!("this isn't a report: {error}")))?;
        match reported.schema_version {
            // What is compared has the same names in both.
            1 | 2 => Ok(reported.into()),
            other => Err(unusable(format!("expected a report of schema 1 or 2 and found schema {other}"))),
        }
    }
}

impl From<Reported> for Previous {
    fn from(reported: Reported) -> Self {
        let Reported { run: ReportedRun { as_of }, roster, sources, .. } = reported;
        let ReportedRoster { employees, columns, keys } = roster;
        // The count of a source that wasn't seen completely is a minimum, and no measure.
        let complete = sources.into_iter().filter(|source| source.status == SourceStatus::Complete);
        let measured = |source: ReportedSource| {
            let ReportedSource { name, distinct, keys, .. } = source;
            (name, PreviousSource { as_of, distinct, keys })
        };
        let roster = Some(PreviousRoster { as_of, employees, columns, keys });
        Self { roster, sources: complete.map(measured).collect() }
    }
}
