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
    ] {
        desk.configure(lines);
        let ran = desk.audit("2026-10-01", &[]);
        assert!(ran.code == 2 && ran.stderr.contains(said), "{lines}: {}", ran.stderr);
    }
    desk.configure("");
    let ran = desk.audit("2026-10-01", &["--fail-on", "overdue"]);
    assert!(ran.code == 2 && ran.stderr.contains("nothing says when"), "{}", ran.stderr);
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
}
