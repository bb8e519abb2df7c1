//! Whether an account can be used, and what moments that mean "never" say of it.

use headcount::finding::FindingRef;
use serde_json::{Value, json};

use crate::support::office::Office;

/// The account of somebody who has left, deleted at this moment.
fn of_a_leaver(deleted_at: &Value) -> Value {
    json!({"id": "4", "name": "Cleo Novak", "email": "cleo.novak@example.com", "deleted_at": deleted_at})
}

#[test]
fn only_a_deletion_that_has_happened_switches_an_account_off() {
    let office = Office::new(Vec::new(), "", "");
    for (deleted_at, code) in [
        (json!(null), 1),
        (json!("2026-10-15T12:00:01Z"), 1),
        (json!("2099-01-01T00:00:00Z"), 1),
        (json!("9999-12-31"), 1),
        (json!("9999-12-31T23:59:59Z"), 1),
        (json!("0001-01-01T00:00:00Z"), 1),
        (json!("1970-01-01T00:00:00Z"), 1),
        (json!("2026-10-15T12:00:00Z"), 0),
        (json!("2025-01-01T00:00:00Z"), 0),
    ] {
        office.hire(vec![of_a_leaver(&deleted_at)]);
        let run = office.run(&["audit", "--fail-on", "leaver-active"]);
        assert_eq!(run.code, code, "{deleted_at}: {}", run.stderr);
        let found = |rule| office.report().findings.heads().any(|head| head.rule() == rule);
        assert_eq!((found("leaver-active"), found("inactive")), (code == 1, code == 0), "{deleted_at}");
    }
}

#[test]
fn a_deletion_that_has_happened_is_the_state_that_reports_tell() {
    let office = Office::new(vec![of_a_leaver(&json!("2025-01-01T00:00:00Z"))], "", "");
    assert_eq!(office.run(&["audit"]).code, 0);
    assert!(office.read("headcount-out/report.json").contains("\"account.status\":\"inactive\""));
    let told = office.run(&["explain", "voiso/4", "--all"]).stdout;
    assert!(told.contains("inactive"), "{told}");
}

#[test]
fn moments_that_mean_never_are_counted_in_a_remark() {
    let never = |id| json!({"id": id, "deleted_at": "1601-01-01T00:00:00Z"});
    let office = Office::new(vec![never("1"), never("2")], "", "");
    office.run(&["audit"]);
    let expected = "2 records: `deleted_at` holds a moment that means \"never\"; it is read as none";
    assert_eq!(office.report().sources[0].warnings[0], expected);
}

/// A login so long ago that no duration holds the time since.
#[test]
fn a_login_of_centuries_ago_is_stale_and_no_failure() {
    let office = Office::new(Vec::new(), "", "");
    let config = "[hr]\nfile = \"hr.csv\"\n[[source]]\nname = \"badges\"\nvendor = \"file\"\nfile = \"badges.csv\"\n";
    office.write("headcount.toml", config);
    for (login, rule) in [
        ("0024-05-01T00:00:00Z", "stale-login"),
        ("1602-05-01T00:00:00Z", "stale-login"),
        ("1601-01-01T00:00:00Z", "never-logged-in"),
        ("1/1/1601", "never-logged-in"),
        ("0", "never-logged-in"),
        ("0000-00-00 00:00:00", "never-logged-in"),
    ] {
        let dates = if login.contains('/') { "dates = [\"%m/%d/%Y\"]\ntimezone = \"Asia/Tokyo\"\n" } else { "" };
        office.write("headcount.toml", &format!("{config}{dates}"));
        let row = format!("1,anna.lindberg@example.com,active,2020-01-01,{login}");
        office.write("badges.csv", &format!("id,email,status,created,last login\n{row}\n"));
        let run = office.run(&["audit", "--fail-on", rule]);
        assert_eq!(run.code, 1, "{login}: {}", run.stderr);
        let report = office.report();
        let about_it: Vec<_> = report.findings.heads().filter(FindingRef::is_about_account).collect();
        assert_eq!(about_it.iter().map(FindingRef::rule).collect::<Vec<_>>(), [rule], "{login}");
    }
}
