//! An old report is no news: neither one that is old, nor one after which an audit has ended without any.

use std::time::SystemTime;

use chrono::{DateTime, TimeDelta, Utc};
use headcount::report::Report;

use crate::support::fixture;
use crate::support::mail::{Kit, Ran};
use crate::support::mail_server::Tls;
use crate::support::process::headcount;

const LIST: &str = "to = [\"ciso@example.com\"]\n";

/// The command reads the clock of this machine, and the reports here are as old as they have to be for it.
fn ago(age: TimeDelta) -> DateTime<Utc> {
    DateTime::from(SystemTime::now()) - age
}

/// The all-clear of a run that ended so long ago.
fn report_of(age: TimeDelta) -> Report {
    let mut report = fixture::empty();
    report.run.finished_at = ago(age);
    report
}

/// Tries to send it, with these lines in the place of a limit that no report reaches.
fn try_to_send(kit: &Kit, lines: &str) -> Ran {
    kit.configure("smtps://smtp.example.com", LIST);
    let text = kit.read("headcount.toml").replace("max_age = \"1000y\"\n", lines);
    kit.write("headcount.toml", &text);
    kit.run(&["--dry-run", "mails"])
}

fn refused(kit: &Kit, lines: &str, expected: &[&str]) {
    let ran = try_to_send(kit, lines);
    assert_eq!(ran.code, 2, "{}", ran.said);
    for part in expected {
        assert!(ran.said.contains(part), "no {part:?}: {}", ran.said);
    }
    assert!(!kit.path("mails").exists());
}

#[test]
fn a_report_older_than_the_limit_is_refused() {
    let kit = Kit::new(&report_of(TimeDelta::days(8)));
    refused(&kit, "", &["report.json", "older than 7days ([email] max_age)", "run `headcount audit`"]);
    assert_eq!(try_to_send(&kit, "max_age = \"9d\"\n").code, 0);
    let kit = Kit::new(&report_of(TimeDelta::days(6)));
    refused(&kit, "max_age = \"12h\"\n", &["older than 12h"]);
    assert_eq!(try_to_send(&kit, "").code, 0);
}

#[test]
fn a_report_of_another_schema_is_refused_with_the_way_to_one_that_can_be_read() {
    let kit = Kit::new(&report_of(TimeDelta::days(1)));
    let text = kit.read("report.json");
    for (schema, found) in [("1", "found schema 1"), ("3", "found schema 3")] {
        kit.write("report.json", &text.replace("\"schema_version\":2", &format!("\"schema_version\":{schema}")));
        refused(&kit, "", &["report.json", "expected a report of schema 2", found, "run the audit again"]);
    }
}

#[test]
fn a_report_is_no_news_after_an_audit_that_left_none() {
    let kit = Kit::new(&report_of(TimeDelta::days(1)));
    let later = ago(TimeDelta::hours(1)).to_rfc3339();
    for code in [2, 3] {
        kit.write("last-attempt.json", &format!("{{\"ended_at\": \"{later}\", \"exit_code\": {code}}}"));
        let time = later[..16].replace('T', " ");
        let words = format!("the last audit, which ended on {time} UTC with exit code {code}, left no report");
        refused(&kit, "", &[&words, "run `headcount audit`"]);
    }
    kit.write("last-attempt.json", &format!("{{\"ended_at\": \"{later}\", \"exit_code\": 0, \"run_id\": \"run-2\"}}"));
    refused(&kit, "", &["with exit code 0, left another report"]);
    kit.write("last-attempt.json", "{\"ended_at\": \"yesterday\"");
    refused(&kit, "", &["last-attempt.json", "can't tell how the last audit ended"]);

    // Its own, an earlier one, and none.
    kit.write("last-attempt.json", &format!("{{\"ended_at\": \"{later}\", \"exit_code\": 1, \"run_id\": \"run-1\"}}"));
    assert_eq!(try_to_send(&kit, "").code, 0);
    kit.write("last-attempt.json", "{\"ended_at\": \"2020-01-01T00:00:00Z\", \"exit_code\": 3}");
    assert_eq!(try_to_send(&kit, "").code, 0);
    std::fs::remove_file(kit.path("last-attempt.json")).expect("removed");
    assert_eq!(try_to_send(&kit, "").code, 0);
}

#[test]
fn an_audit_that_ends_without_a_report_stops_the_mail_and_the_next_one_lets_it_go() {
    let (server, kit) = Kit::serving(&fixture::empty(), Tls::Implicit, &[], LIST);
    let audit = |hr: &str| {
        kit.write("hr.csv", hr);
        kit.write("badges.csv", "id,email\n1,ann@example.com\n");
        let mut command = headcount();
        command.args(["audit", "--out", "."]).arg("-c").arg("headcount.toml").current_dir(kit.path("."));
        command.output().expect("ran").status.code()
    };
    let hr = "Employee ID,Email,Status,Start Date\nE-1,ann@example.com,Active,2020-01-01\n";
    assert_eq!(audit(hr), Some(0));
    assert_eq!(audit("Employee ID,Email,Status\n"), Some(3));
    let ran = kit.send();
    assert!(ran.code == 2 && ran.said.contains("with exit code 3, left no report"), "{}", ran.said);
    assert_eq!(server.seen().connections, 0);
    assert_eq!(audit(hr), Some(0));
    let ran = kit.send();
    assert_eq!(ran.code, 0, "{}", ran.said);
    assert_eq!(server.seen().messages.len(), 1);
}
