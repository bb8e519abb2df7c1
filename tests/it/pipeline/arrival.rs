//! Accounts of exports are judged in the visit in which their records are read. What becomes of them has to be what becomes of
//! accounts that are read again from where they were kept: from a snapshot, all are.

use std::fmt::Write as _;

use crate::support::office::Office;
use crate::support::process::{NOW, headcount};
use crate::support::tenant::timeless;

/// Enough for several pieces that different threads read.
const RECORDS: u32 = 6_000;

fn office() -> Office {
    let office = Office::new(Vec::new(), "", "");
    let mut people = "Employee ID,Name,Work Email,Status\n".to_owned();
    for n in 0..RECORDS / 2 {
        let status = if n % 40 == 0 { "Terminated" } else { "Active" };
        writeln!(people, "E-{n},Sample Person,p{n}@example.com,{status}").expect("text");
    }
    office.write("hr.csv", &people);
    let config = ["doors", "desk"].map(|name| {
        let kind = if name == "doors" { "ndjson" } else { "csv" };
        format!("[[source]]\nname = \"{name}\"\nvendor = \"file\"\nfile = \"{name}.{kind}\"\n")
    });
    office.write("headcount.toml", &format!("[hr]\nfile = \"hr.csv\"\n{}", config.concat()));
    office
}

/// A record as JSON: every account of the lower half has an owner, and every ninth has the address of one far away in the list.
fn line(n: u32) -> String {
    let login = if n.is_multiple_of(9) { n + RECORDS / 2 } else { n };
    let padding = "x".repeat(100);
    format!(
        "{{\"id\":\"u-{n}\",\"external_id\":\"E-{n}\",\"email\":\"p{login}@example.com\",\"active\":{},\"note\":\"{padding}\"}}\n",
        !n.is_multiple_of(7)
    )
}

fn cells(n: u32) -> String {
    format!("u-{n},E-{n},p{n}@example.com,{},{}\n", !n.is_multiple_of(7), "x".repeat(100))
}

/// Audits what is there, and again what was fetched of it. Returns the exit code, and what both reports say.
fn both_ways(office: &Office) -> (i32, String) {
    let live = office.run(&["audit", "--format", "json,csv"]);
    let (report, table) = (office.report(), office.read("headcount-out/findings.csv"));
    office.fetch("snapshot");
    let stored = office.run(&["audit", "--snapshot", "snapshot", "--format", "json,csv", "--out", "stored"]);
    assert_eq!(live.code, stored.code, "{}{}", live.stderr, stored.stderr);
    assert_eq!(table, office.read("stored/findings.csv"));
    let again = serde_json::from_str(&office.read("stored/report.json")).expect("schema 2");
    let told = serde_json::to_string(&timeless(report)).expect("JSON");
    assert_eq!(told, serde_json::to_string(&timeless(again)).expect("JSON"));
    std::fs::remove_dir_all(office.path("snapshot")).expect("removed");
    std::fs::remove_dir_all(office.path("stored")).expect("removed");
    (live.code, told)
}

fn findings(report: &str, rule: &str) -> usize {
    report.matches(&format!("\"rule\":\"{rule}\"")).count()
}

#[test]
fn accounts_that_are_judged_on_arrival_are_judged_as_from_a_snapshot() {
    let office = office();
    let headings = "id,external_id,email,active,note\n".to_owned();
    office.write("doors.ndjson", &(0..RECORDS).map(line).collect::<String>());
    office.write("desk.csv", &(headings.clone() + &(0..RECORDS).map(cells).collect::<String>()));
    let (code, whole) = both_ways(&office);
    assert_eq!(code, 1);
    assert!(findings(&whole, "orphaned") > 1_000 && findings(&whole, "shared-key") > 100, "groups span pieces");

    // Only part of some pieces counts: records come again, can't be read, or are none.
    let odd = |n: u32, record: String| match n {
        2_500..2_600 => record + &line(n - 2_000),
        4_000..4_050 => "{\"id\":\n".to_owned() + &record,
        _ => record,
    };
    office.write("doors.ndjson", &(0..RECORDS).map(|n| odd(n, line(n))).collect::<String>());
    let row = |n: u32| if n == 3_000 { cells(n) + &cells(17) + ",,nobody@example.com,true,\n" } else { cells(n) };
    office.write("desk.csv", &(headings + &(0..RECORDS).map(row).collect::<String>()));
    let (code, odd) = both_ways(&office);
    assert_eq!(code, 1, "the gate says failed before unverified");
    for rule in ["orphaned", "shared-key", "leaver-active", "inactive"] {
        assert_eq!(findings(&odd, rule), findings(&whole, rule), "{rule}: the accounts are the same");
    }
}

#[test]
fn findings_that_cannot_be_kept_end_the_audit_and_are_no_fault_of_the_source() {
    let office = office();
    office.write("doors.ndjson", &(0..RECORDS).map(line).collect::<String>());
    office.write("desk.csv", "id,external_id\nu-1,E-1\n");
    let nowhere = office.path("nowhere");
    let audited = headcount()
        .current_dir(office.path("."))
        .args(["audit", "--format", "csv", "--as-of", NOW])
        .env("TMPDIR", &nowhere)
        .output()
        .expect("ran");
    let told = String::from_utf8_lossy(&audited.stderr);
    assert_eq!(audited.status.code(), Some(3), "{told}");
    assert!(told.contains("can't keep the findings") && told.contains("set TMPDIR"), "{told}");
    assert!(!told.contains("defect") && !office.path("headcount-out/findings.csv").exists(), "{told}");
}
