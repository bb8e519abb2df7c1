//! The same rules on an engine, from outside: facts as tables and in shares, the statement, and the report of what an engine answers.

mod answers;
mod document;
mod parts;
mod report;
mod statement;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use headcount::report::Report;

use crate::support::desk::Desk;
use crate::support::engine::{Engine, Row};
use crate::support::process::{code_and_words, spawnable};
use crate::support::tenant::read_report;

const AT: &str = "--as-of=2026-10-15T12:00:00Z";

/// Ann is well, Bob has left, nobody knows the third, and the fourth has been locked since a year.
const RECORDS: [&str; 4] = [
    r#"{"id":"a-1","email":"ann@example.com","status":"active","last_login_at":"2026-10-14T08:00:00Z"}"#,
    r#"{"id":"a-2","email":"bob@example.com","status":"active","last_login_at":"2026-10-14T08:00:00Z"}"#,
    r#"{"id":"a-3","email":"nobody@elsewhere.example","status":"active","last_login_at":"2026-10-14T08:00:00Z"}"#,
    r#"{"id":"a-4","email":"dee@example.com","status":"inactive","updated_at":"2025-10-01T08:00:00Z"}"#,
];

/// An organisation whose records lie in a lake.
struct Lake(Desk);

/// What a command did.
struct Did {
    code: i32,
    words: String,
}

impl Did {
    /// Fails unless it ended so, and said all of that somewhere.
    #[track_caller]
    fn is(&self, code: i32, said: &[&str]) -> &Self {
        assert_eq!(self.code, code, "{}", self.words);
        for text in said {
            assert!(self.words.contains(text), "no {text:?} in\n{}", self.words);
        }
        self
    }
}

impl Lake {
    fn new() -> Self {
        let lake = Self(Desk::new());
        lake.0.write(
            "hr.csv",
            "Employee ID,Name,Work email,Status,Last day\nE-1,Ann Tester,ann@example.com,Active,\n\
             E-2,Bob Tester,bob@example.com,Terminated,2026-08-31\nE-4,Dee Tester,dee@example.com,Active,\n",
        );
        lake.configure("");
        lake.0.write("crm.ndjson", &(RECORDS.join("\n") + "\n"));
        lake
    }

    /// Writes the configuration, with some lines more.
    fn configure(&self, lines: &str) {
        let source = "[[source]]\nname = \"crm\"\nvendor = \"file\"\nfile = \"crm.ndjson\"\n";
        self.0.write("headcount.toml", &format!("[hr]\nfile = \"hr.csv\"\n{source}{lines}"));
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path(name)
    }

    fn run(&self, arguments: &[&str]) -> Did {
        self.piped(arguments, "")
    }

    /// The same with something on standard input.
    fn piped(&self, arguments: &[&str], input: &str) -> Did {
        let mut command = spawnable();
        command.current_dir(self.path("")).args(arguments).env("A_KEY", "0123456789abcdef0123456789abcdef");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().expect("started");
        // Whoever refuses doesn't read it.
        process.stdin.take().expect("a pipe").write_all(input.as_bytes()).ok();
        let (code, words) = code_and_words(&process.wait_with_output().expect("ran"));
        Did { code, words }
    }

    fn facts(&self, more: &[&str]) -> Did {
        self.run(&[&["facts", AT, "--out", "facts"], more].concat())
    }

    /// Makes a share's facts, such as 1/2, of these records.
    fn share(&self, part: &str, records: &[&str], more: &[&str]) -> Did {
        let share = ["facts", AT, "--out", "facts", "--source", "crm", "--part", part, "--records", "-"];
        self.piped(&[&share, more].concat(), &records.join("\n"))
    }

    /// What an engine says over the facts.
    fn asked(&self, engine: &Engine, more: &[&str]) -> Vec<Row> {
        let statement = self.run(&[&["sql"], more].concat());
        statement.is(0, &["SELECT"]);
        engine.rows(&self.path("facts"), &statement.words)
    }

    fn write(&self, rows: &[Row]) {
        let line = |row: &Row| serde_json::to_string(row).expect("JSON") + "\n";
        self.0.write("verdicts.ndjson", &rows.iter().map(line).collect::<String>());
    }

    /// Asks SQLite, and reports what it says.
    fn answered(&self, more: &[&str]) -> Did {
        self.write(&self.asked(&Engine::Sqlite, &[]));
        self.report(more)
    }

    fn report(&self, more: &[&str]) -> Did {
        self.run(&[&["report", "--facts", "facts", "--verdicts", "verdicts.ndjson", "--out", "there"], more].concat())
    }

    /// The report of an engine's answer, and that of an audit here.
    fn reports(&self) -> [Report; 2] {
        let audit = self.run(&["audit", AT, "--format", "json", "--out", "here"]);
        assert!(self.path("here/report.json").exists(), "{}", audit.words);
        ["there", "here"].map(|folder| read_report(&self.path(folder)))
    }
}

/// The findings of a report: rule, subject and fingerprint.
fn findings(report: &Report) -> Vec<String> {
    let findings = report.findings.to_vec().expect("findings");
    findings.iter().map(|finding| format!("{} {:?} {}", finding.rule, finding.subject, finding.fingerprint)).collect()
}

/// The only file of a table.
fn only(folder: &Path) -> PathBuf {
    let mut files = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    files.next().filter(|_| files.next().is_none()).expect("one file")
}
