//! Reads a report back, for the commands that go on from one.

use std::path::Path;

use super::{Report, SCHEMA_VERSION};
use crate::base::diagnostic::Diagnostic;

impl Report {
    /// Reads `report.json`.
    ///
    /// # Errors
    /// The file can't be read, is something else, or is of another schema.
    pub fn read(path: &Path) -> Result<Self, Diagnostic> {
        const HELP: &str = "`headcount audit --format json` writes one; --report names it";
        let wrong = |message: String| Diagnostic::of_file(path, message).help(HELP);
        let text = std::fs::read_to_string(path).map_err(|error| wrong(format!("can't read the report: {error}")))?;
        let report: Self = serde_json::from_str(&text)
            .map_err(|error| wrong(format!("this is no report of headcount, schema {SCHEMA_VERSION}: {error}")))?;
        match report.schema_version {
            SCHEMA_VERSION => Ok(report),
            other => Err(wrong(format!("expected a report of schema {SCHEMA_VERSION} and found schema {other}"))),
        }
    }
}
