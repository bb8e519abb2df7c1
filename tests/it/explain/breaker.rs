//! Input that can't be true stops the audit, and what was there before stays the measure.

use serde_json::{Value, json};

use crate::support::office::{Office, ROSTER, user};

const LIMIT: &str = "max_change = \"20%\"";

/// When sources and roster were complete.
const MEMORY: &str = "headcount-out/last-complete.json";

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
fn a_column_without_which_nothing_can_be_read_is_lost_only_if_it_was_there() {
    let office = office(LIMIT);
    let config = office.read("headcount.toml");
    let configured = config.replacen("[hr]\n", "[hr]\ncolumns = { email = \"Work Email\" }\n", 1);
    let lost = |heading| roster(40).replace(heading, "Favourite colour");
    for (config, hr, column) in [
        (&config, lost("Employee ID"), "employee_id"),
        (&config, "Work Email\nperson.1@example.com\n".to_owned(), "employee_id"),
        (&configured, lost("Work Email"), "email"),
    ] {
        office.write("headcount.toml", config);
        office.write("hr.csv", &hr);
        let run = office.run(&["audit"]);
        assert_eq!(run.code, 3, "{column}: {}", run.stderr);
        let said = format!("Suspect input: the roster has no column for {column} any more; on 2026-10-15 it was ");
        assert!(run.stderr.contains(&said), "{}", run.stderr);
        assert!(run.stderr.contains(&format!("[hr.columns] {column} = ")), "{}", run.stderr);
        assert!(!run.stderr.contains("accept-change"), "nobody can accept that: {}", run.stderr);
        assert_eq!(office.run(&["audit", "--accept-change"]).code, 2, "without a measure it is only unusable");
    }
    office.write("headcount.toml", &format!("{config}colour = 1\n"));
    office.write("hr.csv", &lost("Employee ID"));
    assert_eq!(office.run(&["audit"]).code, 2, "what was written wrong is fixed first");
    office.write("headcount.toml", &configured.replace("email = \"Work", "department = \"Work"));
    office.write("hr.csv", &lost("Work Email"));
    assert_eq!(office.run(&["audit"]).code, 2, "nobody is found by a department");
}

#[test]
fn without_a_limit_nothing_is_compared_and_a_measure_can_be_named() {
    let office = office("");
    office.write("hr.csv", &roster(20));
    assert_eq!(office.run(&["audit"]).code, 1, "half of the accounts are orphans");
    let config = office.read("headcount.toml");
    office.write("headcount.toml", &config.replacen("[hr]\n", "[hr]\nmax_change = \"20%\"\n", 1));
    std::fs::rename(office.path("headcount-out/report.json"), office.path("last.json")).expect("moved");
    std::fs::remove_file(office.path(MEMORY)).expect("removed");
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

#[test]
fn a_roster_with_nobody_in_it_accuses_nobody() {
    let office = office("");
    let before = office.read("headcount-out/report.json");
    let headings = "Employee ID,Name,Work Email,Status\n";
    let empty = "Suspect input: hr.csv is empty; export it again";
    for (text, expected) in [
        ("", empty.to_owned()),
        ("\u{feff}\r\n \r\n", empty.to_owned()),
        (headings, "hr.csv has headings, but no employee; export it again".to_owned()),
        (&format!("{headings},Nobody,n@x.example,\n"), "hr.csv has 1 row, but no employee; line 2".to_owned()),
    ] {
        office.write("hr.csv", text);
        for command in
            [&["audit"][..], &["audit", "--accept-change"], &["explain", "voiso/1"], &["crosswalk", "suggest"]]
        {
            let run = office.run(command);
            assert_eq!(run.code, 3, "{command:?} {}", run.stderr);
            assert!(run.stderr.contains("Suspect input: ") && run.stderr.contains(expected.as_str()), "{}", run.stderr);
            assert!(!run.stderr.contains("accept-change"), "nobody can accept that: {}", run.stderr);
        }
    }
    assert_eq!(office.read("headcount-out/report.json"), before, "the measure stays");
    office.write("hr.csv", "<html>Sign in</html>");
    assert_eq!(office.run(&["audit"]).code, 2, "that is no table");
}

#[test]
fn a_key_column_without_its_cells_is_suspect() {
    let office = office(LIMIT);
    let emptied = |kept: usize| {
        let lines = roster(40);
        let lines = lines.lines().enumerate();
        let address = |n: usize, line: &str| match n {
            0 => line.to_owned(),
            n if n <= kept => line.to_owned(),
            _ => line.replace(&format!("person.{}@example.com", n - 1), ""),
        };
        lines.map(|(n, line)| address(n, line) + "\n").collect::<String>()
    };
    office.write("hr.csv", &emptied(2));
    let run = office.run(&["audit"]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    let expected = "the roster has email for 2 of 40 employees, and had it for 40 of 40 on 2026-10-15; at most 20 %";
    assert!(run.stderr.contains(expected) && run.stderr.contains("--accept-change"), "{}", run.stderr);
    office.write("hr.csv", &(emptied(36) + "Total: 40,,,\n"));
    assert_eq!(office.run(&["audit"]).code, 1, "a tenth may be missing");
    let rejected = office.report().roster.issues.into_iter().filter(|issue| issue.kind == "rejected");
    assert_eq!(rejected.count(), 1, "a row that isn't read is told once");
}

#[test]
fn a_source_whose_keys_have_gone_is_suspect() {
    let with_badges = |badges: bool| {
        let mut users = users(40);
        for (n, user) in users.iter_mut().enumerate().filter(|(n, _)| badges && n % 10 != 0) {
            user["employee_id"] = format!("E-{n}").into();
        }
        users
    };
    let office = office(LIMIT);
    office.hire(with_badges(true));
    assert_eq!(office.run(&["audit"]).code, 0);
    let before = &office.report().sources[0];
    assert_eq!((before.keys["external_id"], before.keys["email"]), (36, 40));
    assert_eq!(office.report().roster.keys["email"], 40);
    office.hire(with_badges(false));
    let run = office.run(&["audit"]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    let expected = "voiso has external_id for 0 of 40 accounts, and had it for 36 of 40 on 2026-10-15; at most 20 %";
    assert!(run.stderr.contains(expected), "{}", run.stderr);
    assert_eq!(office.run(&["audit", "--accept-change"]).code, 0);
    assert_eq!(office.run(&["audit"]).code, 0, "none is the measure now");
}

#[test]
fn an_earlier_report_that_did_not_count_keys_is_still_a_measure() {
    let office = office(LIMIT);
    let mut report: Value = serde_json::from_str(&office.read("headcount-out/report.json")).expect("JSON");
    report["roster"].as_object_mut().expect("roster").remove("keys").expect("counted");
    report["sources"][0].as_object_mut().expect("source").remove("keys").expect("counted");
    office.write("last.json", &report.to_string());
    assert_eq!(office.run(&["audit", "--previous", "last.json"]).code, 0);
    report["schema_version"] = 1.into();
    office.write("last.json", &report.to_string());
    assert_eq!(office.run(&["audit", "--previous", "last.json"]).code, 0, "what is compared had the same names");
    office.write("hr.csv", &roster(20));
    assert_eq!(office.run(&["audit", "--previous", "last.json"]).code, 3);
}

#[test]
fn what_ran_in_between_is_no_measure() {
    let office = office(LIMIT);
    let config = office.read("headcount.toml");
    let shrunk = "Suspect input: voiso shrank from 40 accounts on 2026-10-15 to 1 now; at most 20 %";
    let unknown = json!({"name": "without an id"});
    for between in [
        &["audit", "--format", "md"][..],
        &["audit", "--source", "voiso", "--format", "json,csv"],
        &["audit", "--previous", "headcount-out/report.json"],
    ] {
        office.hire([users(1), vec![unknown.clone()]].concat());
        let run = office.run(between);
        assert!(run.code != 0 && run.stderr.contains("voiso is incomplete"), "{}", run.stderr);
        office.hire(users(1));
        let run = office.run(&["audit"]);
        assert!(run.code == 3 && run.stderr.contains(shrunk), "{between:?}: {}", run.stderr);
    }
    office.write("headcount.toml", &config.replace("[hr]", "[report]\ntitle = \"Edited\"\n[hr]"));
    let run = office.run(&["audit"]);
    assert!(run.code == 3 && run.stderr.contains(shrunk), "an edited configuration: {}", run.stderr);
    std::fs::remove_file(office.path("headcount-out/report.json")).expect("removed");
    assert_eq!(office.run(&["audit"]).code, 3, "the report isn't the measure");
    assert_eq!(office.run(&["audit", "--accept-change"]).code, 0);
    assert_eq!(office.run(&["audit"]).code, 0, "1 is the measure now");
}

#[test]
fn another_organisation_with_its_reports_in_the_same_folder_is_no_measure() {
    let office = office(LIMIT);
    let config = office.read("headcount.toml").replace("hr.csv", "other.csv");
    office.write("other.toml", &config);
    office.write("other.csv", &roster(8));
    office.hire(users(8));
    assert_eq!(office.run(&["audit", "-c", "other.toml"]).code, 0, "never seen before");
    office.hire(users(40));
    assert_eq!(office.run(&["audit"]).code, 0, "nor was the first one seen like that");
    office.hire(users(1));
    let run = office.run(&["audit", "-c", "other.toml"]);
    assert!(run.code == 3 && run.stderr.contains("shrank from 8 accounts"), "{}", run.stderr);
}

#[test]
fn a_memory_that_cannot_be_read_is_told() {
    let office = office(LIMIT);
    office.write(MEMORY, "{");
    let run = office.run(&["audit"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("this doesn't tell when sources were complete"), "{}", run.stderr);
    assert_eq!(office.run(&["audit", "--accept-change"]).code, 0);
    office.hire(users(8));
    assert_eq!(office.run(&["audit"]).code, 3, "it has been written anew");
}
