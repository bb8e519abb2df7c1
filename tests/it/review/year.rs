//! A year of an organisation, told from quarter to quarter: sealed, reviewed, partly done, found, fixed, green.

use headcount::report::Report;

use super::desk::{Desk, REVIEW};
use crate::support::tenant::read_report;

const GATE: &str = "revocation-overdue,revocation-recreated,severity:critical";

/// Audits on a day behind an earlier bundle, and seals that.
fn audit(desk: &Desk, day: &str, earlier: Option<&str>) -> (i32, Report) {
    let (moment, bundle) = (format!("{day}T12:00:00Z"), format!("{day}.zip"));
    let previous = earlier.map(|day| format!("{day}.zip"));
    let mut run = vec!["audit", "-q", "--as-of", &moment, "--out", day, "--format", "json,html", "--bundle", &bundle];
    run.extend(["--fail-on", GATE]);
    run.extend(previous.iter().flat_map(|path| ["--previous", path.as_str()]));
    let ran = desk.run(&run);
    assert!(ran.code < 2, "{}", ran.stderr);
    (ran.code, read_report(&desk.path(day)))
}

fn broken(report: &Report) -> Vec<String> {
    let findings = report.findings.to_vec().expect("findings");
    let broken = findings.into_iter().filter(|finding| finding.rule.starts_with("revocation-"));
    broken.map(|finding| format!("{} {}", finding.rule, finding.subject.account_id.expect("an account"))).collect()
}

/// A quarter's review: everything is kept but what is named.
fn review(desk: &Desk, id: &str, (evidence, opened, due): (&str, &str, &str), revoked: &[&'static str]) {
    let bundle = format!("{evidence}.zip");
    let open = ["review", "open", id, "--bundle", &bundle, "--due", due, "--as-of", opened];
    desk.run(&open).ends(0);
    let revoke = |key: &&'static str| [(*key, "Decision", "Revoke"), (*key, "Comment", "not needed any more")];
    desk.answer(id, due, &revoked.iter().flat_map(revoke).collect::<Vec<_>>());
}

fn close(desk: &Desk, id: &str, against: &str) {
    let bundle = format!("{against}.zip");
    desk.run(&["review", "close", id, "--against", &bundle, "--as-of", against]).ends(0);
}

#[test]
fn a_year_of_reviews() {
    let desk = Desk::new(REVIEW);
    let account = |id: &'static str, email: &'static str, status: &'static str| [id, email, status, "agent"];
    let (ada, bob) = (account("a-1", "ada@example.com", "active"), account("b-1", "bob@example.com", "active"));
    let (cleo, dan) = (account("c-1", "cleo@example.com", "active"), account("d-1", "dan@example.com", "active"));
    let ghost = account("x-1", "ghost@elsewhere.example", "active");
    desk.export(&[ada, bob, cleo, dan, ghost]);

    // The first quarter: sealed, reviewed, three accounts are to go.
    audit(&desk, "2026-03-31", None);
    review(&desk, "2026-Q1", ("2026-03-31", "2026-04-01", "2026-04-15"), &["crm/x-1", "crm/c-1", "crm/d-1"]);
    audit(&desk, "2026-04-16", Some("2026-03-31"));
    close(&desk, "2026-Q1", "2026-04-16");

    // Partly done: Cleo's account is disabled. The next audit is red, with exactly the others.
    let cleo_off = account("c-1", "cleo@example.com", "inactive");
    desk.export(&[ada, bob, cleo_off, dan, ghost]);
    let (code, report) = audit(&desk, "2026-06-30", Some("2026-04-16"));
    assert_eq!(code, 1);
    assert_eq!(broken(&report), ["revocation-overdue d-1", "revocation-overdue x-1"]);
    let tally = report.reviews[0].promises;
    assert_eq!((tally.total, tally.done, tally.overdue), (3, 1, 2));

    // Fixed, and green.
    let dan_off = account("d-1", "dan@example.com", "inactive");
    desk.export(&[ada, bob, cleo_off, dan_off]);
    let (code, report) = audit(&desk, "2026-07-02", Some("2026-06-30"));
    assert_eq!((code, broken(&report)), (0, vec![]));
    assert_eq!(report.reviews[0].promises.done, 3);

    // The second quarter keeps what is left. Then a script brings an account back, and somebody makes one anew.
    review(&desk, "2026-Q2", ("2026-07-02", "2026-07-03", "2026-07-17"), &["crm/c-1", "crm/d-1"]);
    audit(&desk, "2026-07-18", Some("2026-07-02"));
    close(&desk, "2026-Q2", "2026-07-18");
    let anew = account("x-7", "Ghost@elsewhere.example", "active");
    desk.export(&[ada, bob, cleo, dan_off, anew]);
    audit(&desk, "2026-07-30", Some("2026-07-18"));
    let (code, report) = audit(&desk, "2026-09-30", Some("2026-07-30"));
    assert_eq!(code, 1);
    let mut found = broken(&report);
    found.sort();
    assert_eq!(found, ["revocation-recreated x-7", "revocation-returned c-1"]);

    // The third quarter decides about both: one goes, and one is needed after all.
    review(&desk, "2026-Q3", ("2026-09-30", "2026-10-01", "2026-10-15"), &["crm/x-7", "crm/d-1"]);
    audit(&desk, "2026-10-16", Some("2026-09-30"));
    close(&desk, "2026-Q3", "2026-10-16");
    desk.export(&[ada, bob, cleo, dan_off]);
    let (code, report) = audit(&desk, "2026-12-31", Some("2026-10-16"));
    assert_eq!((code, broken(&report)), (0, vec![]));
    assert_eq!(report.reviews.len(), 3);
    assert!(report.reviews.iter().all(|review| review.promises.overdue == 0), "{:?}", report.reviews);

    // The whole year is one chain, its reviews beside its audits.
    let mut files = vec!["bundle".to_owned(), "verify".to_owned(), "--chain".to_owned()];
    let days = [
        "2026-03-31",
        "2026-04-16",
        "2026-06-30",
        "2026-07-02",
        "2026-07-18",
        "2026-07-30",
        "2026-09-30",
        "2026-10-16",
        "2026-12-31",
    ];
    files.extend(days.map(|day| format!("{day}.zip")));
    files.extend(["Q1", "Q2", "Q3"].map(|quarter| format!("reviews/2026-{quarter}.zip")));
    let words: Vec<&str> = files.iter().map(String::as_str).collect();
    let verified = desk.run(&words).ends(3);
    assert!(!verified.stdout.contains("!!"), "{}", verified.stdout);
    desk.run(&["bundle", "replay", "2026-12-31.zip"]).ends(0);
}
