//! Limits of time: what is overdue, and what came back.

use crate::support::desk::Desk;

const LIMITED: &str =
    "[history]\nsla = { critical = \"7d\", high = \"7d\" }\n[gate]\nfail_on = [\"overdue\", \"reopened\"]\n";

#[test]
fn the_last_day_is_in_time_and_the_next_is_not() {
    let desk = Desk::new();
    desk.configure(LIMITED);
    desk.strangers(&["a"]);
    desk.audit("2026-10-01", &[]);
    let in_time = desk.since("2026-10-08", "2026-10-01");
    assert_eq!((in_time.code, in_time.changes().findings.overdue), (0, 0), "{}", in_time.stderr);
    let late = desk.since("2026-10-09", "2026-10-01");
    assert_eq!(late.code, 1, "{}", late.stderr);
    assert!(late.history("orphaned", "a").is_overdue() && late.changes().findings.overdue >= 1);
    assert!(late.stderr.contains("none is allowed (fail_on overdue)"), "{}", late.stderr);
    let text = LIMITED.replace("\"overdue\", \"reopened\"", "\"overdue:critical\"");
    desk.configure(&text);
    let critical = late.finding("orphaned", "a").expect("there").severity.as_str() == "critical";
    assert_eq!(desk.since("2026-10-09", "2026-10-01").code, i32::from(critical));
}

#[test]
fn what_came_back_fails_a_gate_that_asks_for_it() {
    let desk = Desk::new();
    desk.configure(LIMITED);
    desk.strangers(&["a", "b"]);
    desk.audit("2026-10-01", &[]);
    desk.strangers(&["b"]);
    assert_eq!(desk.since("2026-10-02", "2026-10-01").code, 0);
    desk.strangers(&["a", "b"]);
    let back = desk.since("2026-10-03", "2026-10-02");
    assert_eq!(back.code, 1);
    assert!(back.stderr.contains("reopened finding"), "{}", back.stderr);
}

#[test]
fn limits_that_nobody_set_are_a_mistake() {
    let desk = Desk::new();
    desk.strangers(&["a"]);
    for (lines, said) in [
        ("[gate]\nfail_on = [\"overdue\"]\n", "nothing says when a finding is overdue"),
        ("[history]\n[gate]\nfail_on = [\"overdue\"]\n", "nothing says when a finding is overdue"),
        ("[history]\nsla = { high = \"7d\" }\n[gate]\nfail_on = [\"overdue:critical\"]\n", "nothing says when"),
        ("[gate]\nfail_on = [\"reopened\"]\n", "reopened needs history"),
        ("[history]\nsla = { high = \"1h\" }\n", "whole days"),
        ("[history]\nsla = { hihg = \"7d\" }\n", "hihg"),
        ("[history]\nkeep = \"soon\"\n", "keep"),
        ("[history]\nrenamed = { nowhere = \"old\" }\n", "there is no source \"nowhere\""),
        ("[history]\nrenamed = { crm = \"crm\" }\n", "is the name of a source"),
        ("[history]\nretired = [\"crm\"]\n", "is retired, and still a source"),
    ] {
        desk.configure(lines);
        let ran = desk.audit("2026-10-01", &[]);
        assert!(ran.code == 2 && ran.stderr.contains(said), "{lines}: {}", ran.stderr);
    }
    desk.configure("");
    let ran = desk.audit("2026-10-01", &["--fail-on", "overdue"]);
    assert!(ran.code == 2 && ran.stderr.contains("nothing says when"), "{}", ran.stderr);
}

/// Audits into the same folder each time, as most people do.
fn again(desk: &Desk, day: &str, more: &[&str]) -> (i32, String) {
    let as_of = format!("{day}T12:00:00Z");
    let fixed = ["audit", "--as-of", &as_of, "--out", "out"];
    let formats: &[&str] = if more.contains(&"--format") { &[] } else { &["--format", "json,md"] };
    let (code, _, stderr) = desk.run(&[&fixed[..], formats, more].concat());
    (code, stderr)
}

#[test]
fn ages_that_begin_anew_are_no_pass() {
    let desk = Desk::new();
    desk.configure(LIMITED);
    desk.strangers(&["a"]);
    let (code, stderr) = again(&desk, "2026-10-01", &[]);
    assert!(code == 0 && !stderr.contains("began anew"), "a first run has lost nothing: {stderr}");
    let report = desk.read("out/report.json");
    let memory = desk.read("out/last-complete.json");
    let run = report.split("\"id\": \"").nth(1).and_then(|rest| rest.split('"').next()).expect("a run").to_owned();
    for (broken, why) in [
        (report[..report.len() / 2].to_owned(), "can't be read"),
        (report.replacen("\"schema_version\": 2", "\"schema_version\": 1", 1), "first schema"),
        (report.replace(&run, "another"), "of another run"),
    ] {
        desk.write("out/report.json", &broken);
        desk.write("out/last-complete.json", &memory);
        let (code, stderr) = again(&desk, "2026-10-20", &[]);
        assert!(code == 3 && stderr.contains("history began anew: ") && stderr.contains(why), "{why}: {code} {stderr}");
        assert!(stderr.contains("--previous"), "{stderr}");
        assert!(desk.read("out/report.md").contains("history began anew"));
        desk.write("out/report.json", &broken);
        desk.write("out/last-complete.json", &memory);
        let (code, stderr) = again(&desk, "2026-10-20", &["--accept-change"]);
        assert!(code == 0 && stderr.contains("history began anew"), "it is accepted: {stderr}");
    }
    std::fs::remove_file(desk.path("out/report.json")).expect("removed");
    desk.write("out/last-complete.json", &memory);
    assert_eq!(again(&desk, "2026-10-20", &[]).0, 3);
    desk.configure("[history]\n[gate]\nfail_on = [\"severity:low\"]\n");
    std::fs::remove_file(desk.path("out/report.json")).expect("removed");
    desk.write("out/last-complete.json", &memory);
    let (code, stderr) = again(&desk, "2026-10-20", &[]);
    assert!(code == 0 && stderr.contains("history began anew"), "nobody asks, and it is said: {stderr}");
}

#[test]
fn what_keeps_no_names_or_no_report_says_so() {
    let desk = Desk::new();
    desk.configure(LIMITED);
    desk.strangers(&["a"]);
    let (code, stderr) = again(&desk, "2026-10-01", &["--privacy", "counts"]);
    assert!(code == 2 && stderr.contains("can't be told under --privacy counts"), "{stderr}");
    let (code, stderr) = again(&desk, "2026-10-01", &["--format", "md"]);
    assert!(code == 0 && stderr.contains("without the format json"), "{stderr}");
}

#[test]
fn what_is_past_its_day_and_unseen_is_no_pass() {
    let desk = Desk::new();
    desk.configure(LIMITED);
    desk.strangers(&["a"]);
    desk.audit("2026-10-01", &[]);
    desk.configure_as("sales-crm", LIMITED);
    desk.export(&[["i", "ilse@example.com", "active", "2024-01-01", "2026-10-01"]]);
    let in_time = desk.since("2026-10-08", "2026-10-01");
    assert_eq!(in_time.code, 0, "{}", in_time.stderr);
    let page = desk.read("2026-10-08/report.md");
    assert!(page.contains("of the last report can't be told any more"), "{page}");
    let late = desk.since("2026-10-09", "2026-10-01");
    assert_eq!(late.code, 3, "{}", late.stderr);
    assert!(late.stderr.contains("of crm") && late.stderr.contains("crm was not audited this time"), "{}", late.stderr);
    desk.configure_as("sales-crm", &LIMITED.replace("[history]", "[history]\nretired = [\"crm\"]"));
    let retired = desk.since("2026-10-09", "2026-10-01");
    let changes = retired.changes();
    assert!(retired.code == 0 && changes.unseen.is_empty() && changes.resolved.is_empty(), "{}", retired.stderr);
    assert!(changes.not_comparable.iter().any(|why| why.why == "source-retired" && why.findings > 0), "{changes:?}");
}

#[test]
fn what_to_do_about_overdue_ones_helps_and_is_told_under_pseudonyms() {
    let desk = Desk::new();
    desk.configure(&format!("{LIMITED}[report]\npseudonym_key = \"file:key\"\n"));
    desk.write("key", &"0123456789abcdef".repeat(4));
    desk.strangers(&["a"]);
    desk.audit("2026-10-01", &[]);
    let late = desk.since("2026-10-09", "2026-10-01");
    assert!(late.code == 1 && !late.stderr.contains("baseline write"), "{}", late.stderr);
    assert!(late.stderr.contains("To do for overdue: "), "{}", late.stderr);
    let pseudonymous = &["--privacy", "pseudonymous"];
    desk.audit("2026-10-10", pseudonymous);
    let previous = &["--privacy", "pseudonymous", "--previous", "2026-10-10/report.json"];
    let late = desk.audit("2026-10-20", previous);
    assert!(late.code == 1 && late.stderr.contains("1 overdue finding; none is allowed"), "{}", late.stderr);
}

#[test]
fn what_is_waived_is_not_overdue() {
    let desk = Desk::new();
    desk.configure(LIMITED);
    desk.strangers(&["a"]);
    let first = desk.audit("2026-10-01", &[]);
    desk.configure(&format!("[exceptions]\nwaivers = \"waivers.toml\"\n{LIMITED}"));
    let fingerprint = first.finding("orphaned", "a").expect("there").fingerprint;
    let added = desk.run(&[
        "waivers",
        "add",
        &fingerprint,
        "--report",
        "2026-10-01/report.json",
        "--owner",
        "Q-1",
        "--approver",
        "Q-2",
        "--reason",
        "until the new desk opens",
        "--ticket",
        "T-1",
        "--expires",
        "2026-10-25",
    ]);
    assert_eq!(added.0, 0, "{}", added.2);
    let waived = desk.since("2026-10-20", "2026-10-01");
    let history = waived.history("orphaned", "a");
    assert!(history.due.is_none() && !history.is_overdue(), "{}", waived.stderr);
    assert_eq!(waived.changes().findings.accepted, 1);
    desk.configure_as("sales-crm", LIMITED);
    let unseen = desk.since("2026-10-24", "2026-10-20");
    assert!(unseen.changes().unseen.iter().any(|gone| gone.waived && gone.rule == "orphaned"), "{}", unseen.stderr);
    assert_eq!(unseen.code, 0, "nor is it where nobody sees it: {}", unseen.stderr);
}
