//! Input that can't be true stops the audit, and what was there before stays the measure.

use serde_json::Value;

use crate::harness::{Office, ROSTER, user};

const LIMIT: &str = "max_change = \"20%\"";

fn users(count: usize) -> Vec<Value> {
    (0..count).map(|n| user(&n.to_string(), &format!("Person {n}"), &format!("person.{n}@example.com"))).collect()
}

fn roster(people: usize) -> String {
    let rows = (0..people).map(|n| format!("E-{n},Person {n},person.{n}@example.com,Active\n"));
    format!("Employee ID,Name,Work Email,Status\n{}", rows.collect::<String>())
}

fn office(hr: &str) -> Office {
    let office = Office::new(users(40), hr, "");
    office.write("hr.csv", &roster(40));
    assert_eq!(office.run(&["audit"]).code, 0);
    office
}

#[test]
fn a_roster_that_shrank_accuses_nobody() {
    let office = office(LIMIT);
    let before = office.read("headcount-out/report.json");
    office.write("hr.csv", &roster(20));
    for _ in 0..2 {
        let run = office.run(&["audit"]);
        assert_eq!(run.code, 3, "{}", run.stderr);
        assert!(
            run.stderr
                .contains("Suspect input: the roster shrank from 40 employees on 2026-10-15 to 20 now; at most 20 %"),
            "{}",
            run.stderr
        );
        assert!(run.stderr.contains("--accept-change"), "{}", run.stderr);
        assert_eq!(office.read("headcount-out/report.json"), before, "the measure stays");
    }
    let run = office.run(&["audit", "--accept-change"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert_eq!(office.report().correlation.unmatched, 20);
    assert_eq!(office.run(&["audit"]).code, 1, "20 is the measure now");
}

#[test]
fn a_source_that_shrank_grew_or_is_empty_is_suspect() {
    let office = office(LIMIT);
    for (count, expected) in [
        (30, "voiso shrank from 40 accounts on 2026-10-15 to 30 now"),
        (50, "voiso grew from 40 accounts on 2026-10-15 to 50 now"),
        (0, "voiso is complete and has no accounts"),
    ] {
        office.hire(users(count));
        let run = office.run(&["audit"]);
        assert_eq!(run.code, 3, "{}", run.stderr);
        assert!(run.stderr.contains(expected), "{expected}: {}", run.stderr);
    }
    office.hire(users(34));
    assert_eq!(office.run(&["audit"]).code, 0, "15 % may change");
}

#[test]
fn a_source_can_have_its_own_limit() {
    let office = office(LIMIT);
    let config = office.read("headcount.toml");
    office.write("headcount.toml", &format!("{config}max_change = \"off\"\n"));
    office.hire(users(0));
    assert_eq!(office.run(&["audit"]).code, 0, "an empty source is what was said");
    office.write("headcount.toml", &format!("{config}max_change = \"half\"\n"));
    let run = office.run(&["audit"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("\"half\" is no limit of change"), "{}", run.stderr);
}

#[test]
fn a_key_column_that_is_gone_is_suspect() {
    let office = office(LIMIT);
    office.write("hr.csv", &roster(40).replace("Work Email", "Favourite colour"));
    let run = office.run(&["audit"]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(
        run.stderr.contains("the roster has no column for email any more; on 2026-10-15 it was Work Email"),
        "{}",
        run.stderr
    );
}

#[test]
fn without_a_limit_nothing_is_compared_and_a_measure_can_be_named() {
    let office = office("");
    office.write("hr.csv", &roster(20));
    assert_eq!(office.run(&["audit"]).code, 1, "half of the accounts are orphans");
    let config = office.read("headcount.toml");
    office.write("headcount.toml", &config.replacen("[hr]\n", "[hr]\nmax_change = \"20%\"\n", 1));
    std::fs::rename(office.path("headcount-out/report.json"), office.path("last.json")).expect("moved");
    office.write("hr.csv", &roster(40));
    assert_eq!(office.run(&["audit"]).code, 0, "there is no measure");
    assert_eq!(office.run(&["audit", "--previous", "last.json"]).code, 3);
    for (name, expected) in [("nothing.json", "can't read the previous report"), ("hr.csv", "this isn't a report")] {
        let run = office.run(&["audit", "--previous", name]);
        assert_eq!(run.code, 2, "{}", run.stderr);
        assert!(run.stderr.contains(expected), "{}", run.stderr);
    }
    assert!(ROSTER.starts_with("Employee ID"));
}
