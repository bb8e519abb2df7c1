//! What the roster can't tell: it is said how the files are read, what nobody can judge therefore, and what settles it.

use crate::support::office::{Office, user};

const UNKNOWN: &str = "Employee ID,Name,Work Email,Username,Status\n\
    E-0042,Ann Lindqvist,ann.lindqvist@example.com,alindqvist,Active\n\
    E-0043,Bruno Okafor,bruno.okafor@example.com,bokafor,Aktiv laut Lohnlauf\n";

fn office(roster: &str) -> Office {
    let users = vec![
        user("1", "Ann Lindqvist", "ann.lindqvist@example.com"),
        user("2", "Bruno Okafor", "bruno.okafor@example.com"),
    ];
    let office = Office::new(users, "", "[gate]\nfail_on = [\"leaver-active\"]\n");
    office.write("hr.csv", roster);
    office
}

#[test]
fn pasting_the_line_from_stderr_turns_the_next_run_green() {
    let office = office(UNKNOWN);
    let run = office.run(&["audit"]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    let marker = "paste below [hr]: ";
    let line = run.stderr.lines().find_map(|line| line.split_once(marker)).expect("a line to paste").1;
    assert_eq!(line, "status = { active = [\"Aktiv laut Lohnlauf\"] } # active, leave or terminated?");
    for report in ["headcount-out/report.md", "headcount-out/report.html"] {
        let text = office.read(report);
        assert!(text.contains("nobody declared") && text.contains("status = { active = ["), "{report}");
    }
    let config = office.read("headcount.toml");
    office.write("headcount.toml", &config.replace("[hr]\n", &format!("[hr]\n{line}\n")));
    let run = office.run(&["audit"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(office.report().roster.unknown.words.is_empty());
}

#[test]
fn a_word_that_decides_nothing_changes_no_verdict() {
    let roster = "Employee ID,Work Email,Status,End Date\nE-0042,ann.lindqvist@example.com,Active,\n\
                  E-0043,bruno.okafor@example.com,Phase 9,\n";
    let office = office(roster);
    let run = office.run(&["audit"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(!run.stderr.contains("paste below"), "{}", run.stderr);
    let findings = office.report().findings.to_vec().expect("findings");
    assert!(findings.iter().any(|finding| finding.rule == "roster-unknown-word"), "it is told all the same");
}

#[test]
fn explain_tells_why_a_rule_cannot_judge_and_where_it_does_not_apply() {
    let office = office(UNKNOWN);
    let text = office.run(&["explain", "voiso/2", "--all"]).stdout;
    let why = "not evaluable without employee.left: the status \"Aktiv laut Lohnlauf\" is not in [hr.status]";
    assert!(text.lines().any(|line| line.starts_with("  leaver-active") && line.ends_with(why)), "{text}");
    assert!(text.contains("hr.csv has no column for the worker type"), "{text}");
    let verdict =
        |rule: &str| text.lines().find(|line| line.trim_start().starts_with(rule)).expect("the rule").to_owned();
    assert!(verdict("orphaned  ").ends_with("a pass"), "{}", verdict("orphaned  "));
    assert!(verdict("orphaned-disabled").ends_with("does not apply"), "{}", verdict("orphaned-disabled"));
    assert!(verdict("declared-no-owner").ends_with("does not apply"), "{}", verdict("declared-no-owner"));
}

#[test]
fn hr_check_tells_how_the_files_are_read() {
    let office = office(
        "Employee ID,Name,Work Email,Status,Shoe Size\nE-1,Ann Lee,ann@example.com,Active,38\n\
         E-1,Ann Lee,ann@example.com,Active,38\n,Nobody,n@example.com,Active,\nE-2,Bo Ray,ann@example.com,Phase 9,\n",
    );
    let run = office.command(&["hr", "check"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    for part in [
        "4 rows = 2 people + 1 further row of the same people + 1 rejected row",
        "hr.csv  UTF-8, fields separated by ','",
        "employee_id   Employee ID",
        "Columns not used\n  Shoe Size",
        "status        \"Active\"                 active, 2 rows",
        "status        \"Phase 9\"                unknown, 1 row",
        "hr.csv:3: employee E-1: 2 rows with this id (line 2, line 3) say the same, and are one person (duplicate_id)",
        "hr.csv:4: not read: the row has no employee id (rejected)",
        "hr.csv:5: employee E-2 shares an address with the person in line 2 (duplicate_email)",
        "below [hr]: status = { terminated = [\"Phase 9\"] }",
    ] {
        assert!(run.stdout.contains(part), "no {part:?} in:\n{}", run.stdout);
    }
    let json: serde_json::Value =
        serde_json::from_str(&office.command(&["hr", "check", "--format", "json"]).stdout).expect("JSON");
    assert_eq!(
        (&json["people"], &json["unused"][0], &json["words"][1]["meaning"]),
        (&2.into(), &"Shoe Size".into(), &serde_json::Value::Null)
    );
    let check = office.command(&["sources", "--check"]);
    assert!(check.stdout.contains("4 rows = 2 people") && check.stdout.contains("voiso"), "{}", check.stdout);
    office.write("hr.csv", "no,headings\n");
    assert_eq!((office.command(&["hr", "check"]).code, office.command(&["sources", "--check"]).code), (2, 2));
}

#[test]
fn several_who_could_own_an_account_are_judged_by_what_they_agree_on() {
    let rows = |states: [&str; 2]| {
        format!(
            "Employee ID,Name,Work Email,Status\nE-1,Bo Ray,bruno.okafor@example.com,{}\nE-2,Cy Fox,bruno.okafor@example.com,{}\n\
             E-3,Ann Lindqvist,ann.lindqvist@example.com,Active\n",
            states[0], states[1]
        )
    };
    for (states, code, leaver, orphaned) in [
        (["Terminated", "Terminated"], 1, "a violation", "a pass"),
        (["Active", "Active"], 0, "a pass", "not evaluable without employee.id"),
        (["Active", "Terminated"], 3, "not evaluable without employee.left", "not evaluable without employee.id"),
    ] {
        let office = office(&rows(states));
        let run = office.run(&["audit"]);
        assert_eq!(run.code, code, "{states:?}: {}", run.stderr);
        let text = office.run(&["explain", "voiso/2", "--all"]).stdout;
        let verdict = |rule: &str| text.lines().find(|line| line.starts_with(rule)).expect("the rule").to_owned();
        assert!(verdict("  leaver-active").contains(leaver), "{states:?}: {text}");
        assert!(verdict("  orphaned ").contains(orphaned), "{states:?}: {text}");
    }
    let office = office(&rows(["Terminated", "Terminated"]));
    office.run(&["audit"]);
    let findings = office.report().findings.to_vec().expect("findings");
    let leaver = findings.iter().find(|finding| finding.rule == "leaver-active").expect("a leaver");
    assert!(leaver.message.starts_with("Everybody whom its keys name (E-1, E-2) has left"), "{}", leaver.message);
}

#[test]
fn what_a_crowd_shares_identifies_nobody_and_is_told_once() {
    let people: Vec<String> = (1..=6).map(|n| format!("E-{n},Sample Person{n},all@example.com,Active\n")).collect();
    let people = people.concat();
    let office = office(&format!("Employee ID,Name,Work Email,Status\n{people}"));
    office.hire((1..=20).map(|n| user(&n.to_string(), "A Stranger", "all@example.com")).collect());
    let run = office.run(&["audit", "--fail-on", "orphaned"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let findings = office.report().findings.to_vec().expect("findings");
    let placeholder: Vec<_> = findings.iter().filter(|finding| finding.rule == "roster-placeholder-key").collect();
    let [one] = placeholder.as_slice() else { panic!("{placeholder:?}") };
    assert!(
        one.message.contains("shared by 6 people") && one.message.contains("20 accounts with it"),
        "{}",
        one.message
    );
    assert_eq!(findings.iter().filter(|finding| finding.rule == "orphaned").count(), 20);
    let text = office.run(&["explain", "voiso/7"]).stdout;
    assert!(text.contains("finds 6 people, so that it identifies nobody"), "{text}");
}

#[test]
fn evidence_does_not_grow_with_those_who_share_a_key() {
    let people: Vec<String> = (1..=40).map(|n| format!("E-{n:02},Sample Person{n},all@example.com,Active\n")).collect();
    let people = people.concat();
    let office = office(&format!("Employee ID,Name,Work Email,Status\n{people}"));
    let config = office.read("headcount.toml");
    office.write("headcount.toml", &format!("{config}\n[match]\ncrowd = 50\n"));
    office.hire(vec![user("1", "A Stranger", "all@example.com")]);
    office.run(&["audit"]);
    let findings = office.report().findings.to_vec().expect("findings");
    let ambiguous = findings.iter().find(|finding| finding.rule == "ambiguous-match").expect("ambiguous");
    let matched = serde_json::to_value(&ambiguous.matched).expect("JSON");
    assert_eq!(matched["candidate_count"], 40);
    assert_eq!(matched["candidates"].as_array().map(Vec::len), Some(5));
    assert!(matched.to_string().matches("E-").count() <= 10, "{matched}");
}
