//! What mail servers have accepted, written down beside the report, so that nobody gets a mail twice.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{EmailError, Ledger};
use crate::base::text::digest;
use crate::deliver::{DeliveryError, write_file};
use crate::model::Timestamp;

/// The deliveries of one report. As long as it lives, no other run sends mail about this report.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    memory: Memory,
    /// The lock ends with it.
    _report: File,
}

/// The file: whose mail was accepted when. Recipients are in it as hashes, so that it names nobody.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Memory {
    version: u32,
    /// The run whose report stands beside it; with the next report it starts anew.
    run: String,
    accepted: BTreeMap<String, Timestamp>,
}

const VERSION: u32 = 1;

impl Journal {
    /// Opens the journal of a report, `report.sent.json` beside `report.json`, and makes sure that it can be written.
    ///
    /// # Errors
    /// It is damaged or can't be written, or another run is at work on it.
    pub fn beside(report: &Path, run: &str) -> Result<Self, EmailError> {
        let path = report.with_extension("sent.json");
        let fail = |why: String| EmailError::Journal(why);
        let lock = File::open(report).map_err(|error| fail(format!("can't read {}: {error}", report.display())))?;
        if let Err(TryLockError::WouldBlock) = lock.try_lock() {
            return Err(fail(format!("another run is sending {}", report.display())));
        }
        let fresh = || Memory { version: VERSION, run: run.to_owned(), accepted: BTreeMap::new() };
        let memory = match fs::read_to_string(&path) {
            Ok(text) => {
                let read: Option<Memory> = serde_json::from_str(&text).ok();
                let read = read.filter(|read| read.version == VERSION).ok_or_else(|| {
                    let path = path.display();
                    let advice = "so that it is unknown who got the mail; without it, all get it again";
                    fail(format!("{path} can't be read, {advice}"))
                })?;
                if read.run == run { read } else { fresh() }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => fresh(),
            Err(error) => return Err(fail(format!("can't read {}: {error}", path.display()))),
        };
        let journal = Self { path, memory, _report: lock };
        journal.write()?;
        Ok(journal)
    }

    fn key(&self, mail: &str, recipient: &str) -> String {
        digest(&["delivery", &self.memory.run, mail, &recipient.to_lowercase()])
    }

    fn write(&self) -> Result<(), DeliveryError> {
        write_file(&self.path, |out| {
            serde_json::to_writer_pretty(&mut *out, &self.memory)?;
            out.write_all(b"\n")
        })
    }
}

impl Ledger for Journal {
    fn holds(&self, mail: &str, recipient: &str) -> bool {
        self.memory.accepted.contains_key(&self.key(mail, recipient))
    }

    fn accept(&mut self, mail: &str, recipients: &[&str], at: Timestamp) -> Result<(), DeliveryError> {
        for recipient in recipients {
            let key = self.key(mail, recipient);
            self.memory.accepted.insert(key, at);
        }
        self.write()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_remembers_by_run_mail_and_recipient_and_names_nobody() {
        let folder = tempfile::tempdir().expect("a folder");
        let report = folder.path().join("report.json");
        fs::write(&report, "{}").expect("written");
        let now = "2026-11-20T08:00:00Z".parse().expect("a time");
        let open = |run: &str| Journal::beside(&report, run);
        let mut journal = open("run-1").expect("new");
        assert!(open("run-1").expect_err("locked").to_string().contains("another run is sending"));
        journal.accept("list", &["Ann@example.com"], now).expect("written");
        drop(journal);
        let journal = open("run-1").expect("read back");
        assert!(journal.holds("list", "ann@EXAMPLE.com") && !journal.holds("fallback", "ann@example.com"));
        drop(journal);
        let written = fs::read_to_string(folder.path().join("report.sent.json")).expect("text");
        assert!(written.contains("run-1") && !written.to_lowercase().contains("ann@"), "{written}");
        assert!(!open("run-2").expect("another run").holds("list", "ann@example.com"));
        fs::write(folder.path().join("report.sent.json"), "{").expect("written");
        assert!(open("run-1").expect_err("damaged").to_string().contains("can't be read"));
    }
}
