//! `headcount compare` and `headcount history`, by what they say and how they end.

use serde_json::Value;

use crate::support::desk::Desk;

fn desk() -> Desk {
    audited(Desk::new())
}

/// The same with reports that carry on what they know.
fn carrying() -> Desk {
    let desk = Desk::new();
    desk.configure("[history]\n");
    audited(desk)
}

fn audited(desk: Desk) -> Desk {
    desk.strangers(&["a", "b"]);
    desk.audit("2026-10-01", &[]);
    desk.strangers(&["b", "c"]);
    desk.audit("2026-10-08", &[]);
    desk
}

const BOTH: [&str; 3] = ["compare", "2026-10-01/report.json", "2026-10-08/report.json"];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&BOTH[..], more].concat()
}

#[test]
fn every_finding_has_its_state() {
    let desk = desk();
    let (code, json, stderr) = desk.run(&with(&["--format", "json"]));
    assert_eq!(code, 0, "{stderr}");
    assert!(stderr.contains("Since 2026-10-01: "), "{stderr}");
    let told: Value = serde_json::from_str(&json).expect("JSON");
    let findings = told["findings"].as_array().expect("findings");
    let states = |rule: &str| -> Vec<(String, String)> {
        let of_rule = findings.iter().filter(|finding| finding["rule"] == rule);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        of_rule.map(|finding| (text(&finding["subject"]["account_id"]), text(&finding["state"]))).collect()
    };
    let owned = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(id, state)| ((*id).to_owned(), (*state).to_owned())).collect()
    };
    assert_eq!(states("orphaned"), owned(&[("b", "persisting"), ("c", "new"), ("a", "resolved")]));
    assert_eq!(findings.iter().find(|finding| finding["state"] == "persisting").expect("one")["since"], "2026-10-01");
    assert_eq!(told["accounts"][0]["added"][0], "c");
    assert_eq!(desk.run(&with(&["--format", "json"])).1, json, "the same bytes");
    let (_, table, _) = desk.run(&with(&["--format", "csv"]));
    assert_eq!(table.lines().count(), findings.len() + 1);
    let (_, text, _) = desk.run(&with(&[]));
    assert!(
        text.starts_with("# What has changed") && text.contains("## Resolved") && text.contains("## New"),
        "{text}"
    );
    let (code, _, stderr) = desk.run(&with(&["--format", "html,md,json", "--out", "changes"]));
    assert_eq!(code, 0, "{stderr}");
    let page = desk.read("changes/compare.html");
    assert!(page.contains("Content-Security-Policy") && page.contains("What has changed") && !page.contains("<script"));
}

#[test]
fn a_report_against_itself_has_changed_nothing() {
    let desk = carrying();
    let same = ["compare", "2026-10-08/report.json", "2026-10-08/report.json", "--format", "json"];
    let (code, json, _) = desk.run(&[&same[..], &["--fail-on", "new,reopened"]].concat());
    assert_eq!(code, 0);
    let told: Value = serde_json::from_str(&json).expect("JSON");
    assert!(told["findings"].as_array().expect("findings").iter().all(|finding| finding["state"] == "persisting"));
    assert_eq!(told["trend"].as_array().expect("a trend").len(), 1, "one run is one point");
}

#[test]
fn the_exit_code_says_what_was_asked() {
    let desk = carrying();
    assert_eq!(desk.run(&with(&["--fail-on", "reopened"])).0, 0);
    assert_eq!(desk.run(&with(&["--fail-on", "new"])).0, 1);
    assert_eq!(
        desk.run(&["compare", "2026-10-08/report.json", "2026-10-01/report.json"]).0,
        2,
        "OLD is the younger one"
    );
    assert_eq!(desk.run(&["compare", "2026-10-08/report.json", "nowhere.json"]).0, 2);
    assert_eq!(desk.run(&with(&["--fail-on", "orphaned"])).0, 2, "no demand of a comparison");
    assert_eq!(desk.run(&with(&["--format", "md,json"])).0, 2, "standard output takes one");
    desk.write("crm.csv", &desk.read("crm.csv").replace("c,c@elsewhere", ",nobody@elsewhere"));
    desk.audit("2026-10-15", &[]);
    let (code, _, stderr) =
        desk.run(&["compare", "2026-10-08/report.json", "2026-10-15/report.json", "--fail-on", "reopened"]);
    assert_eq!(code, 3, "{stderr}");
}

#[test]
fn what_the_reports_cannot_tell_is_refused() {
    let desk = carrying();
    let (code, _, stderr) = desk.run(&with(&["--fail-on", "overdue"]));
    assert!(code == 2 && stderr.contains("overdue needs history with limits"), "{stderr}");
    desk.configure("");
    desk.audit("2026-10-02", &[]);
    let bare = ["compare", "2026-10-02/report.json", "2026-10-08/report.json"];
    let (code, _, stderr) = desk.run(&[&bare[..], &["--fail-on", "reopened"]].concat());
    assert!(code == 2 && stderr.contains("reopened needs history"), "{stderr}");
    assert_eq!(desk.run(&[&bare[..], &["--fail-on", "new"]].concat()).0, 0);
    for day in ["2026-10-03", "2026-10-04"] {
        desk.audit(day, &["--privacy", "counts"]);
    }
    let (code, _, stderr) = desk.run(&["compare", "2026-10-03/report.json", "2026-10-04/report.json"]);
    assert!(code == 2 && stderr.contains("counts tell no findings"), "{stderr}");
}

#[test]
fn a_trend_is_what_its_reports_say() {
    let desk = desk();
    desk.since("2026-10-15", "2026-10-08");
    let (code, json, stderr) =
        desk.run(&["history", "2026-10-15/report.json", "2026-10-01/report.json", "--format", "json"]);
    assert_eq!(code, 0, "{stderr}");
    let told: Value = serde_json::from_str(&json).expect("JSON");
    let days: Vec<&str> = told["trend"]
        .as_array()
        .expect("points")
        .iter()
        .map(|point| point["as_of"].as_str().expect("a time"))
        .collect();
    assert_eq!(days, ["2026-10-01T12:00:00Z", "2026-10-08T12:00:00Z", "2026-10-15T12:00:00Z"]);
    let (_, text, _) = desk.run(&["history", "2026-10-15/report.json"]);
    assert!(text.contains("| 2026-10-08 |") && text.contains("2 reports"), "{text}");
    let (_, table, _) = desk.run(&["history", "2026-10-15/report.json", "2026-10-01/report.json", "--format", "csv"]);
    let rows: Vec<_> = table.lines().collect();
    assert!(rows.len() == days.len() + 1 && rows[0].starts_with("\"as_of\",\"run_id\""), "{table}");
    desk.run(&["history", "2026-10-15/report.json", "--format", "html", "--out", "trend"]);
    assert!(desk.read("trend/history.html").contains("<svg class=\"trend\""));
    assert_eq!(desk.run(&["history", "crm.csv"]).0, 2);
}
