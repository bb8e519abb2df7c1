//! Reports as they are written, and written otherwise, are remembered alike.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::NaiveDate;
use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use super::{CellGround, Earlier, Follow, Ground, Kind, Present, State};
use crate::config::HistoryConfig;
use crate::files::Files;
use crate::model::{Disposition, Severity};

/// A report with this many findings about accounts of one source.
fn report(findings: u32) -> Value {
    let finding = |n: u32| {
        json!({
            "fingerprint": format!("{n:032x}"), "rule": "orphaned", "severity": "high", "disposition": "open",
            "subject": { "kind": "account", "source": "crm", "account_id": format!("a \"{n}\"") }, "message": "m",
        })
    };
    json!({
        "schema_version": 2,
        "run": { "id": "r-1", "as_of": "2026-10-01T00:00:00Z" },
        "roster": { "employees": 1, "columns": { "email": ["Mail"] } },
        "sources": [{ "name": "crm", "vendor": "file", "status": "complete", "distinct": 7 }],
        "correlation": { "accounts": 7 },
        "rules": [{ "id": "orphaned", "disabled": false, "logic_sha256": "ab" }],
        "evaluability": [],
        "accounts": [{ "source": "crm" }],
        "findings": (0..findings).map(finding).collect::<Vec<_>>(),
        "exceptions": [],
    })
}

/// A part of a report, indented.
fn part(name: &str, value: &Value) -> String {
    let text = serde_json::to_string_pretty(&json!({ name: value })).expect("JSON");
    text.trim_start_matches("{\n").trim_end_matches("\n}").to_owned()
}

/// As headcount writes it: each finding a line, and what they rest on before them.
fn lined(report: &Value) -> String {
    let mut frame = report.clone();
    frame["findings"] = json!([]);
    let lines: Vec<String> = report["findings"].as_array().expect("findings").iter().map(Value::to_string).collect();
    let mut parts: Vec<String> =
        ["schema_version", "run", "roster", "sources", "correlation", "rules", "evaluability", "accounts"]
            .iter()
            .map(|name| part(name, &frame[name]))
            .collect();
    parts.extend(["findings", "exceptions"].map(|name| part(name, &frame[name])));
    let text = format!("{{\n{}\n}}", parts.join(",\n"));
    let list = if lines.is_empty() { "[]".to_owned() } else { format!("[\n    {}\n  ]", lines.join(",\n    ")) };
    text.replacen("\"findings\": []", &format!("\"findings\": {list}"), 1) + "\n"
}

fn read(text: &str) -> Result<Earlier, String> {
    read_kept(text).map(|(_, earlier)| earlier)
}

/// The same with the file, whose words may be asked for again.
fn read_kept(text: &str) -> Result<(NamedTempFile, Earlier), String> {
    let file = NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), text).expect("written");
    let earlier = Earlier::read(&Files::default(), file.path(), &BTreeMap::new());
    earlier.map(|earlier| (file, earlier)).map_err(|mistake| mistake.to_string())
}

/// Follows nothing that is there any more, and returns which accounts are resolved.
fn resolved(earlier: Earlier) -> Vec<String> {
    let now = Ground {
        run_id: "r-2".to_owned(),
        as_of: "2026-10-08T00:00:00Z".parse().expect("a time"),
        ..earlier.ground.clone()
    };
    let follow = Follow::new(Some(earlier), now, HistoryConfig::default());
    let changes = follow.close(&|_| Ok(BTreeSet::default())).expect("the file is there");
    assert!(changes.unseen.is_empty());
    changes.resolved.into_iter().filter_map(|gone| gone.subject.account_id).collect()
}

#[test]
fn a_report_that_was_written_otherwise_is_the_same() {
    for findings in [0, 1, 2_500] {
        let report = report(findings);
        let pretty = serde_json::to_string_pretty(&report).expect("JSON").replacen("{\n", "{ \n", 1);
        let all = [lined(&report), report.to_string(), pretty].map(|text| read_kept(&text).expect("a report"));
        for (_file, earlier) in all {
            assert_eq!((earlier.len(), earlier.ground.accounts), (findings as usize, 7));
            assert_eq!(earlier.trend()[0].open.get(&Severity::High).copied().unwrap_or_default(), u64::from(findings));
            assert!(earlier.ground.is_complete() && earlier.ground.keys.contains("email"));
            let gone = resolved(earlier);
            assert_eq!(gone.len(), findings as usize);
            assert!(gone.iter().all(|id| id.starts_with("a \"")));
        }
    }
}

#[test]
fn what_is_no_report_is_told_with_its_line() {
    let text = lined(&report(3));
    for (edited, expected) in [
        (text.replacen("\"schema_version\": 2", "\"schema_version\": 3", 1), "found schema 3"),
        (text.replace("\"rule\":\"orphaned\"", "\"rule\":7"), ": this isn't a finding"),
        (text.replacen("\"disabled\": false", "\"disabled\": 1", 1), ": this isn't a report: invalid type"),
        (text.replace("\n}\n", ""), "cut off"),
        (format!("{{\n{}", "x".repeat(3_000_000)), "line 2"),
        ("[]".to_owned(), "this isn't a report"),
        ("{}".to_owned(), "doesn't say of which schema"),
        (String::new(), "this isn't a report"),
    ] {
        let told = read(&edited).expect_err("refused");
        assert!(told.contains(expected), "{told}");
    }
    assert!(Earlier::read(&Files::default(), Path::new("/nowhere/report.json"), &BTreeMap::new()).is_err());
}

#[test]
fn a_finding_that_is_there_twice_is_no_finding() {
    let mut twice = report(2);
    twice["findings"][1]["fingerprint"] = twice["findings"][0]["fingerprint"].clone();
    assert!(read(&lined(&twice)).expect_err("refused").contains("is there twice"));
}

#[test]
fn what_is_there_and_was_there_persists() {
    let earlier = read(&lined(&report(2))).expect("a report");
    let now = Ground { as_of: "2026-10-08T00:00:00Z".parse().expect("a time"), ..earlier.ground.clone() };
    let mut follow = Follow::new(
        Some(earlier),
        now,
        HistoryConfig { sla: [(Severity::High, 3)].into(), ..HistoryConfig::default() },
    );
    let mut history = |fingerprint: &str| {
        follow.history(&Present {
            at: follow.place(fingerprint),
            rule: "orphaned",
            source: Some("crm"),
            kind: Kind::Account,
            severity: Severity::High,
            disposition: Disposition::Open,
            baseline: None,
            carried: None,
        })
    };
    let old = history("00000000000000000000000000000001");
    assert_eq!((old.state, old.days_open, old.is_overdue()), (State::Persisting, 7, true));
    assert_eq!(old.first_seen, NaiveDate::from_ymd_opt(2026, 10, 1).expect("a day"));
    let new = history("000000000000000000000000000000ff");
    assert_eq!((new.state, new.days_open, new.is_overdue()), (State::New, 0, false));
}

#[test]
fn where_more_can_not_be_judged_nothing_is_resolved() {
    let blind = |not_evaluable| {
        let cell = CellGround { not_evaluable, missing: ["account.last_login_at".to_owned()].into() };
        BTreeMap::from([("orphaned".to_owned(), BTreeMap::from([("crm".to_owned(), cell)]))])
    };
    for (then, today, resolved) in [(1, 2, 0), (1, 1, 1), (2, 1, 1)] {
        let (_file, mut earlier) = read_kept(&lined(&report(1))).expect("a report");
        earlier.ground.cells = blind(then);
        let now = Ground { run_id: "r-2".to_owned(), cells: blind(today), ..earlier.ground.clone() };
        let follow = Follow::new(Some(earlier), now, HistoryConfig::default());
        let changes = follow.close(&|_| Ok(BTreeSet::default())).expect("the file is there");
        assert_eq!((changes.resolved.len(), changes.unseen.len()), (resolved, 1 - resolved), "{then} {today}");
    }
}

proptest! {
    #[test]
    fn no_edit_makes_it_panic(at in 0_usize..3_000, bytes in proptest::collection::vec(any::<u8>(), 0..6)) {
        let mut text = lined(&report(4)).into_bytes();
        let at = at.min(text.len());
        text.splice(at..(at + bytes.len()).min(text.len()), bytes);
        let file = NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), &text).expect("written");
        let _unused = Earlier::read(&Files::default(), file.path(), &BTreeMap::new());
    }
}
