//! Reads a report back, for the commands that go on from one.

use std::path::Path;

use serde::Deserialize;

use super::{Report, SCHEMA_VERSION};
use crate::bag::Role;
use crate::base::diagnostic::Diagnostic;
use crate::files::Files;

const HELP: &str = "`headcount audit --format json` writes one; --report names it";

/// What every schema has.
#[derive(Deserialize)]
struct Version {
    schema_version: u32,
}

impl Report {
    /// Reads `report.json`, or that of an evidence bundle.
    ///
    /// # Errors
    /// The file can't be read, is something else, or is of another schema.
    pub fn read(path: &Path) -> Result<Self, Diagnostic> {
        let files = Files::default();
        let text = files
            .read_to_string(Role::PreviousReport, &files.report_at(path))
            .map_err(|error| Diagnostic::of_file(path, format!("can't read the report: {error}")).help(HELP))?;
        Self::parse(path, &text)
    }

    /// Reads the text of a `report.json`.
    ///
    /// # Errors
    /// It is something else, or of another schema.
    pub fn parse(path: &Path, text: &str) -> Result<Self, Diagnostic> {
        let unusable = |error| {
            let message = format!("this is no report of headcount, schema {SCHEMA_VERSION}: {error}");
            Diagnostic::of_file(path, message).help(HELP)
        };
        let Version { schema_version } = serde_json::from_str(text).map_err(unusable)?;
        if schema_version != SCHEMA_VERSION {
            let found = format!("expected a report of schema {SCHEMA_VERSION} and found schema {schema_version}");
            let help = "`headcount audit --format json` writes one as this version reads it: run the audit again";
            return Err(Diagnostic::of_file(path, found).help(help));
        }
        serde_json::from_str(text).map_err(unusable)
    }
}
