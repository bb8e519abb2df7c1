//! How the last audit into a folder ended. It stands beside the reports, which stay where they are when an audit ends
//! without any: without it, an old report would be news for ever.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{DeliveryError, write_file};
use crate::base::diagnostic::Diagnostic;
use crate::model::Timestamp;

/// Its name, in the folder of the reports.
const NAME: &str = "last-attempt.json";

/// The last audit into a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When it ended.
    pub ended_at: Timestamp,
    /// With which exit code.
    pub exit_code: u8,
    /// The run of its report; none, if it ended without one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub run_id: Option<String>,
}

impl Attempt {
    /// Writes it into the folder, in the place of the one before.
    ///
    /// # Errors
    /// The folder can't be made, or the file not be written.
    pub fn write(&self, folder: &Path) -> Result<(), DeliveryError> {
        write_file(&folder.join(NAME), |out| {
            serde_json::to_writer_pretty(&mut *out, self)?;
            out.write_all(b"\n")
        })
    }

    /// That of the folder in which a report is, if there is one.
    ///
    /// # Errors
    /// The file can't be read, or is something else.
    pub fn beside(report: &Path) -> Result<Option<Self>, Diagnostic> {
        let path: PathBuf = report.with_file_name(NAME);
        let wrong = |why: String| {
            Diagnostic::of_file(&path, format!("can't tell how the last audit ended: {why}"))
                .help("`headcount audit` writes it anew, with a new report")
        };
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(wrong(error.to_string())),
        };
        serde_json::from_slice(&bytes).map(Some).map_err(|error| wrong(error.to_string()))
    }

    /// Whether it came after this report, and left none or another.
    pub fn outdates(&self, run_id: &str, finished_at: Timestamp) -> bool {
        self.ended_at > finished_at && self.run_id.as_deref() != Some(run_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[test]
    fn it_is_read_as_it_was_written() {
        let folder = tempfile::tempdir().expect("folder");
        let report = folder.path().join("report.json");
        assert_eq!(Attempt::beside(&report).expect("none"), None);
        for run_id in [None, Some("run-1".to_owned())] {
            let attempt = Attempt { ended_at: at("2026-11-20T08:00:04Z"), exit_code: 3, run_id };
            attempt.write(folder.path()).expect("written");
            assert_eq!(Attempt::beside(&report).expect("read"), Some(attempt));
        }
        std::fs::write(folder.path().join(NAME), "{\"ended_at\": 7").expect("written");
        let error = Attempt::beside(&report).expect_err("broken").to_string();
        assert!(error.contains("last-attempt.json: can't tell how the last audit ended"), "{error}");
    }

    #[test]
    fn a_later_attempt_outdates_every_report_but_its_own() {
        let attempt = |run_id: Option<&str>| Attempt {
            ended_at: at("2026-11-20T08:00:04Z"),
            exit_code: 3,
            run_id: run_id.map(str::to_owned),
        };
        let before = at("2026-11-20T08:00:03Z");
        assert!(attempt(None).outdates("run-1", before) && attempt(Some("run-2")).outdates("run-1", before));
        assert!(!attempt(Some("run-1")).outdates("run-1", before));
        assert!(!attempt(None).outdates("run-1", at("2026-11-20T08:00:05Z")));
    }
}
