//! A team with the simulated vendors and one export of its own, in which a test can put accounts.

use std::fs;
use std::path::PathBuf;

use headcount::report::{Finding, Report};

use super::process::{code_and_words, headcount};
use super::tenant::{Audited, Tenant};

/// The report of the last audit.
pub(crate) const REPORT: &str = "out/report.json";

/// Somebody's export, before anything is put into it.
const BADGES: &str = "Badge,Mail\n";

pub(crate) struct Team {
    pub(crate) tenant: Tenant,
}

impl Team {
    /// With `accounts` simulated accounts and these further lines in its configuration.
    pub(crate) fn new(accounts: u32, further: &str) -> Self {
        let team = Self { tenant: Tenant::new(accounts, 11) };
        team.badges("");
        fs::remove_file(team.path("waivers.toml")).expect("the kit's own waivers are for its own exceptions");
        let kit = fs::read_to_string(team.tenant.config()).expect("a configuration");
        let own = without(&without(&kit, "[gate]"), "[exceptions]");
        let source = "[[source]]\nname = \"badges\"\nvendor = \"file\"\nfile = \"badges.csv\"\n\
                      [source.columns]\nid = \"Badge\"\nemail = \"Mail\"\n";
        team.write("headcount.toml", &format!("{own}\n{source}\n{further}"));
        team
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.tenant.kit.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("written");
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("readable")
    }

    /// What is in the export.
    pub(crate) fn badges(&self, lines: &str) {
        self.write("badges.csv", &format!("{BADGES}B-0,{}\n{lines}", self.somebody()));
    }

    /// The address of a person who works here: the export isn't empty.
    fn somebody(&self) -> String {
        let roster = fs::read_to_string(self.path("hr.csv")).expect("a roster");
        let mut rows = roster.lines();
        let headings: Vec<&str> = rows.next().expect("headings").split(',').collect();
        let at = |part: &str| headings.iter().position(|name| name.to_lowercase().contains(part)).expect("a column");
        let (mail, status) = (at("mail"), at("status"));
        let active = rows
            .map(|row| row.split(',').collect::<Vec<_>>())
            .find(|row| row.len() == headings.len() && row[status] == "Active" && row[mail].contains('@'));
        active.expect("somebody")[mail].to_owned()
    }

    /// The employee id of the same person, who can answer for a waiver.
    pub(crate) fn signer(&self) -> String {
        let somebody = self.somebody();
        let roster = fs::read_to_string(self.path("hr.csv")).expect("a roster");
        let row = roster.lines().find(|row| row.split(',').any(|cell| cell == somebody)).expect("their row");
        row.split(',').next().expect("an id").to_owned()
    }

    pub(crate) fn audit(&self, arguments: &[&str]) -> Audited {
        self.tenant.audit(arguments)
    }

    /// Runs another command in the folder of the configuration; gives its exit code, and what it said.
    pub(crate) fn run(&self, arguments: &[&str]) -> (i32, String) {
        code_and_words(&headcount().current_dir(self.tenant.kit.path()).args(arguments).output().expect("ran"))
    }

    /// Adds a waiver for a finding of the last report.
    pub(crate) fn waive(&self, fingerprint: &str, expires: &str) -> (i32, String) {
        self.run(&[
            "waivers",
            "add",
            fingerprint,
            "--report",
            REPORT,
            "--owner",
            &self.signer(),
            "--approver",
            "ciso@example.com",
            "--reason",
            "waits for the \"migration\"",
            "--ticket",
            "SEC-42",
            "--expires",
            expires,
        ])
    }
}

/// A configuration without one of its tables, which the test writes itself.
fn without(text: &str, table: &str) -> String {
    let Some((before, after)) = text.split_once(table) else { return text.to_owned() };
    let rest = after.split_once("\n[").map_or(String::new(), |(_, rest)| format!("[{rest}"));
    format!("{before}{rest}")
}

/// The findings of a rule at the export.
pub(crate) fn at_badges(report: &Report, rule: &str) -> Vec<Finding> {
    let here = |finding: &Finding| finding.rule == rule && finding.subject.source.as_deref() == Some("badges");
    report.findings.to_vec().expect("findings").into_iter().filter(here).collect()
}
