//! A desk with a roster and the export of one system, audited on days that a test chooses.

use std::fs;
use std::path::PathBuf;

use headcount::history::{Changes, History, State};
use headcount::report::{Finding, Report};
use tempfile::TempDir;

use super::process::headcount;
use super::tenant::read_report;

const ROSTER: &str = "Employee ID,Name,Work email,Status,Department\n\
    Q-1,Ilse Brandhorst,ilse@example.com,Active,Sales\n\
    Q-2,Tomasz Wieczorkiewicz,tomasz@example.com,Active,Sales\n\
    Q-3,Amparo Requena,amparo@example.com,Terminated,Sales\n";

/// The headings of the export.
const HEADINGS: &str = "id,email,status,created_at,last_login,roles\n";

/// The desk.
pub(crate) struct Desk(TempDir);

/// What an audit did.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stderr: String,
    out: PathBuf,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let desk = Self(tempfile::tempdir().expect("folder"));
        desk.write("hr.csv", ROSTER);
        desk.configure("");
        desk
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("written");
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("a file")
    }

    /// Writes the configuration, with some lines more.
    pub(crate) fn configure(&self, lines: &str) {
        self.configure_as("crm", lines);
    }

    /// The same for a source with another name.
    pub(crate) fn configure_as(&self, source: &str, lines: &str) {
        let text = format!(
            "{lines}\n[hr]\nfile = \"hr.csv\"\n[[source]]\nname = \"{source}\"\nvendor = \"file\"\nfile = \"crm.csv\"\n"
        );
        self.write("headcount.toml", &text);
    }

    /// Writes the export: id, address, status, day of creation, last login.
    pub(crate) fn export(&self, rows: &[[&str; 5]]) {
        let rows: Vec<String> = rows.iter().map(|row| row.join(",") + ",agent\n").collect();
        self.write("crm.csv", &format!("{HEADINGS}{}", rows.concat()));
    }

    /// An export of accounts that nobody owns.
    pub(crate) fn strangers(&self, ids: &[&str]) {
        let address: Vec<String> = ids.iter().map(|id| format!("{id}@elsewhere.example")).collect();
        let rows = ids.iter().zip(&address);
        let rows: Vec<_> =
            rows.map(|(id, address)| [*id, address.as_str(), "active", "2025-01-01", "2026-09-30"]).collect();
        self.export(&rows);
    }

    /// Audits at the noon of a day into a folder of that name.
    pub(crate) fn audit(&self, day: &str, arguments: &[&str]) -> Ran {
        let out = self.path(day);
        let mut command = headcount();
        command.current_dir(self.0.path()).args(["audit", "--as-of", &format!("{day}T12:00:00Z"), "--out", day]);
        command.args(["--format", "json,accounts,md"]);
        let output = command.args(arguments).output().expect("ran");
        Ran {
            code: output.status.code().expect("not killed"),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            out,
        }
    }

    /// The same, compared with the report of an earlier day.
    pub(crate) fn since(&self, day: &str, earlier: &str) -> Ran {
        self.audit(day, &["--previous", &format!("{earlier}/report.json")])
    }

    /// Runs another command in the folder.
    pub(crate) fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = headcount().current_dir(self.0.path()).args(arguments).output().expect("ran");
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code().expect("not killed"), text(&output.stdout), text(&output.stderr))
    }
}

impl Ran {
    pub(crate) fn report(&self) -> Report {
        assert!(self.out.join("report.json").exists(), "{}", self.stderr);
        read_report(&self.out)
    }

    pub(crate) fn changes(&self) -> Changes {
        self.report().changes.expect("changes")
    }

    /// The finding of a rule about an account.
    pub(crate) fn finding(&self, rule: &str, account: &str) -> Option<Finding> {
        let is_it = |finding: &Finding| finding.rule == rule && finding.subject.account_id.as_deref() == Some(account);
        self.report().findings.to_vec().expect("findings").into_iter().find(is_it)
    }

    /// What is known of it.
    pub(crate) fn history(&self, rule: &str, account: &str) -> History {
        let finding = self.finding(rule, account).unwrap_or_else(|| panic!("no {rule} of {account}: {}", self.stderr));
        finding.history.expect("history")
    }

    pub(crate) fn state(&self, rule: &str, account: &str) -> State {
        self.history(rule, account).state
    }

    /// The accounts of resolved findings of a rule.
    pub(crate) fn resolved(&self, rule: &str) -> Vec<String> {
        let of_rule = self.changes().resolved.into_iter().filter(|gone| gone.rule == rule);
        of_rule.filter_map(|gone| gone.subject.account_id).collect()
    }

    /// The same of those that nobody could see.
    pub(crate) fn unseen(&self, rule: &str) -> Vec<String> {
        let of_rule = self.changes().unseen.into_iter().filter(|gone| gone.rule == rule);
        of_rule.filter_map(|gone| gone.subject.account_id).collect()
    }
}
