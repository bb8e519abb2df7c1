//! What ends a promise, and what doesn't: being done, or a decision of somebody who could know of it; never that a source, a review or
//! a name is gone.

use headcount::report::Report;

use super::desk::{ACCOUNTS, Desk, EVIDENCE, REVIEW};
use super::promises::{audit, broken, decided};

fn open(desk: &Desk, id: &str, evidence: &str, day: &str) {
    let bundle = format!("{evidence}.zip");
    desk.run(&["review", "open", id, "--bundle", &bundle, "--due", "2027-12-31", "--as-of", day]).ends(0);
}

fn close(desk: &Desk, id: &str, day: &str) {
    desk.run(&["review", "close", id, "--no-recheck", "a test", "--as-of", day]).ends(0);
}

fn states(report: &Report) -> (u64, u64, u64) {
    let promises = report.reviews[0].promises;
    (promises.done, promises.overdue, promises.unverifiable)
}

#[test]
fn a_decision_of_an_older_review_ends_no_later_promise() {
    let desk = Desk::new(REVIEW);
    desk.seal(EVIDENCE);
    open(&desk, "older", EVIDENCE, "2026-12-01");
    open(&desk, "later", EVIDENCE, "2026-12-02");
    desk.answer("later", "2026-12-10", &[("crm/x-1", "Decision", "Revoke")]);
    close(&desk, "later", "2026-12-11");
    // Whoever keeps it here has never heard of the other one.
    desk.answer("older", "2026-12-05", &[]);
    close(&desk, "older", "2026-12-12");
    let (code, report) = audit(&desk, "2026-12-20", None);
    assert_eq!((code, broken(&report)), (1, vec!["revocation-overdue x-1".to_owned()]));
    let summary = &report.reviews[1];
    assert_eq!((summary.id.as_str(), summary.promises.superseded, summary.promises.overdue), ("later", 0, 1));
}

#[test]
fn two_promises_about_an_account_are_both_held() {
    let desk = Desk::new(REVIEW);
    desk.seal(EVIDENCE);
    open(&desk, "older", EVIDENCE, "2026-12-01");
    open(&desk, "later", EVIDENCE, "2026-12-02");
    desk.answer("later", "2026-12-10", &[("crm/d-1", "Decision", "Modify"), ("crm/d-1", "Remove roles", "billing")]);
    close(&desk, "later", "2026-12-11");
    desk.answer("older", "2026-12-05", &[("crm/d-1", "Decision", "Revoke")]);
    close(&desk, "older", "2026-12-12");
    // The role is gone, the account isn't.
    let mut accounts = ACCOUNTS.to_vec();
    accounts[3] = ["d-1", "dan@example.com", "active", "agent"];
    desk.export(&accounts);
    let (_, report) = audit(&desk, "2026-12-20", None);
    let told: Vec<_> = report
        .reviews
        .iter()
        .map(|review| (review.id.as_str(), review.promises.done, review.promises.overdue))
        .collect();
    assert_eq!(told, [("older", 0, 1), ("later", 1, 0)]);
    assert_eq!(broken(&report), ["revocation-overdue d-1"]);
}

#[test]
fn a_source_that_is_gone_takes_no_promise_with_it() {
    let desk = decided(REVIEW);
    let config = std::fs::read_to_string(desk.path("headcount.toml")).expect("a configuration");
    let renamed = config.replace("name = \"crm\"", "name = \"crm-emea\"");
    desk.write("headcount.toml", &renamed);
    let run = ["audit", "-q", "--as-of", "2027-01-10T12:00:00Z", "--out", "o", "--format", "json"];
    let ran = desk.run(&run).ends(2).says("no [[source]] is called so").says("[history] renamed");
    assert!(ran.stderr.contains("promises.json:"), "{}", ran.stderr);
    // Under its new name, it is held to what was promised.
    desk.write("headcount.toml", renamed.replace("[gate]", "[history]\nrenamed = { \"crm-emea\" = \"crm\" }\n[gate]"));
    let (code, report) = audit(&desk, "2027-01-10", None);
    assert_eq!((code, states(&report)), (1, (0, 3, 0)));
    // Whoever says that it is gone for good, says that nobody can tell.
    desk.write("headcount.toml", renamed.replace("[gate]", "[history]\nretired = [\"crm\"]\n[gate]"));
    let (_, report) = audit(&desk, "2027-01-11", None);
    assert_eq!(states(&report), (0, 0, 3));
}

#[test]
fn a_review_that_is_gone_is_missed_by_the_next_audit() {
    let desk = decided(REVIEW);
    audit(&desk, "2026-12-25", None);
    std::fs::rename(desk.path("reviews"), desk.path("elsewhere")).expect("moved");
    let run = [
        "audit",
        "-q",
        "--as-of",
        "2027-01-10T12:00:00Z",
        "--out",
        "o",
        "--format",
        "json",
        "--previous",
        "2026-12-25/report.json",
    ];
    desk.run(&run).ends(3).says("3 promises of review q4 weren't done");
    // The same where nothing is said of reviews any more, and by the last report in the folder.
    let config = std::fs::read_to_string(desk.path("headcount.toml")).expect("a configuration");
    desk.write("headcount.toml", config.replace(REVIEW, ""));
    let folder = ["audit", "-q", "--as-of", "2027-01-10T12:00:00Z", "--out", "2026-12-25", "--format", "json"];
    desk.run(&folder).ends(3).says("3 promises of review q4 weren't done");
    // A person can say that it is meant.
    desk.run(&[&folder[..], &["--accept-change"]].concat()).ends(0);
    desk.run(&folder).ends(0);
    // What was done may go.
    desk.write("headcount.toml", config);
    std::fs::rename(desk.path("elsewhere"), desk.path("reviews")).expect("moved back");
    desk.export(&ACCOUNTS[..3]);
    audit(&desk, "2027-01-20", None);
    std::fs::rename(desk.path("reviews"), desk.path("elsewhere")).expect("moved");
    audit(&desk, "2027-01-30", Some("2027-01-20"));
}

#[test]
fn a_review_that_can_not_be_read_stops_the_audit() {
    let desk = decided(REVIEW);
    let (outcome, aside) = (desk.path("reviews/q4/outcome"), desk.path("aside"));
    std::fs::rename(&outcome, &aside).expect("moved");
    let run = ["audit", "-q", "--as-of", "2027-01-10T12:00:00Z", "--out", "o", "--format", "json"];
    desk.run(&run).ends(2).says("this review has no outcome/promises.json");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&outcome, &outcome).expect("a loop");
        desk.run(&run).ends(2).says("can't look whether a review has promised something");
        std::fs::remove_file(&outcome).expect("removed");
    }
    std::fs::rename(&aside, &outcome).expect("moved back");
    audit(&desk, "2027-01-10", None);
}

#[test]
fn roles_that_are_not_told_are_not_gone() {
    let desk = decided(REVIEW);
    desk.write("crm.csv", "id,email,status\ne-1,eve@example.com,inactive\nd-1,dan@example.com,active\n");
    let (_, report) = audit(&desk, "2027-01-10", None);
    assert_eq!(broken(&report), ["revocation-unverifiable d-1"]);
    // They haven't come back, either.
    desk.write("crm.csv", "id,email,status,roles\ne-1,eve@example.com,inactive,\nd-1,dan@example.com,active,reader\n");
    let (_, report) = audit(&desk, "2027-01-11", Some("2027-01-10"));
    assert_eq!((broken(&report), states(&report)), (vec![], (3, 0, 0)));
    desk.write("crm.csv", "id,email,status\ne-1,eve@example.com,inactive\nd-1,dan@example.com,active\n");
    let (_, report) = audit(&desk, "2027-01-12", Some("2027-01-11"));
    assert_eq!(broken(&report), ["revocation-unverifiable d-1"]);
}

#[test]
fn an_account_that_is_listed_twice_is_gone_when_all_of_it_is() {
    let desk = decided(REVIEW);
    desk.write(
        "crm.csv",
        "id,email,status,roles\nd-1,dan@example.com,active,reader\ne-1,eve@example.com,active,agent\n\
         e-1,eve@example.com,inactive,agent\n",
    );
    let (_, report) = audit(&desk, "2027-01-10", None);
    // What is listed twice is not whole, so that the ghost may be anywhere.
    assert_eq!(states(&report), (1, 1, 1));
    assert_eq!(broken(&report), ["revocation-overdue e-1"]);
}

/// What a vendor tells that knows people by several names.
const HEAD: &str = "id,email,username,external_id,status,created_at\n";

/// Three accounts are to go; what comes in their place is known by login name, by external id, or by its owner.
#[test]
fn a_new_account_is_found_by_each_name_and_by_its_owner() {
    let desk = Desk::new(REVIEW);
    desk.write(
        "crm.csv",
        format!(
            "{HEAD}c-1,cleo@example.com,cleo,,active,2026-01-01\nu-1,,nomad,,active,2026-01-01\ng-1,,,G-77,active,2026-01-01\n\
             u-2,,Nomad,,active,2026-01-02\n"
        ),
    );
    desk.seal(EVIDENCE);
    desk.open(&[]).ends(0);
    let revoke = ["crm/c-1", "crm/u-1", "crm/g-1"].map(|key| (key, "Decision", "Revoke"));
    desk.answer("q4", "2026-12-05", &revoke);
    desk.close("2026-12-19", &["--no-recheck", "a test"]).ends(0);
    // The one beside it was there before, and was kept.
    desk.write("crm.csv", format!("{HEAD}u-2,,Nomad,,active,2026-01-02\n"));
    let (code, report) = audit(&desk, "2027-01-10", None);
    assert_eq!((code, broken(&report)), (0, vec![]));
    desk.write(
        "crm.csv",
        format!(
            "{HEAD}u-2,,Nomad,,active,2026-01-02\nc-9,cleo.cairn@other.example,cleo,,active,2026-12-02\nu-9,,nomad,,active,2027-01-01\n\
             g-9,,,g-77,active,2027-01-01\n"
        ),
    );
    let (_, report) = audit(&desk, "2027-01-11", None);
    let expected = ["c-9", "g-9", "u-9"].map(|id| format!("revocation-recreated {id}"));
    assert_eq!(broken(&report), expected);
    // A vendor that doesn't tell when accounts were made: only names tell, and who was there already is known.
    desk.write("crm.csv", "id,email,username,external_id,status\nu-2,,Nomad,,active\nu-9,,nomad,,active\n");
    let (_, report) = audit(&desk, "2027-01-12", None);
    assert_eq!(broken(&report), ["revocation-recreated u-9"]);
}
