//! What a review has decided is seen in the next population, or it is said that it isn't: closed tickets are not it.

use headcount::exception::PromiseState;
use headcount::report::{Report, ReviewSummary};

use super::desk::{ACCOUNTS, Desk, REVIEW};
use crate::support::tenant::read_report;

/// Dan is to lose a role, Eve her account, the ghost is to go.
pub(super) fn decided(review: &str) -> Desk {
    let desk = Desk::opened(review, &[]);
    let answers = [
        ("E-1", "Ada Anning", ("crm/e-1", "Revoke", "")),
        ("E-2", "Bob Birch", ("crm/d-1", "Modify", "billing;agent")),
        ("E-5", "Eve Elm", ("crm/x-1", "Revoke", "")),
    ];
    for (who, name, (key, decision, roles)) in answers {
        let mut packet = desk.packet(who, 1);
        packet.decide_all("Keep").sign(name);
        packet.decide(key, decision).set(key, "Remove roles", roles);
        packet.save(&desk.path("answer.xlsx"));
        desk.collect("2026-12-05", &["answer.xlsx"]).ends(0);
    }
    // Five days for each: until the 24th.
    desk.close("2026-12-19", &["--no-recheck", "a test"]).ends(0);
    desk
}

/// Audits on a day, since the audit of another.
pub(super) fn audit(desk: &Desk, day: &str, since: Option<&str>) -> (i32, Report) {
    let moment = format!("{day}T12:00:00Z");
    let previous = since.map(|day| format!("{day}/report.json"));
    let mut arguments = vec!["audit", "-q", "--as-of", &moment, "--out", day, "--format", "json,html,md"];
    let gate = "revocation-overdue,revocation-recreated,severity:critical";
    arguments.extend(["--fail-on", gate]);
    arguments.extend(previous.iter().flat_map(|path| ["--previous", path.as_str()]));
    let ran = desk.run(&arguments);
    assert!(matches!(ran.code, 0 | 1 | 3), "{}", ran.stderr);
    (ran.code, read_report(&desk.path(day)))
}

/// The findings about promises, as rule and account.
pub(super) fn broken(report: &Report) -> Vec<String> {
    let findings = report.findings.to_vec().expect("findings");
    let broken = findings.iter().filter(|finding| finding.rule.starts_with("revocation-"));
    let named = |finding: &headcount::report::Finding| {
        format!("{} {}", finding.rule, finding.subject.account_id.as_deref().expect("an account"))
    };
    let mut broken: Vec<String> = broken.map(named).collect();
    broken.sort();
    broken
}

fn review(report: &Report) -> &ReviewSummary {
    &report.reviews[0]
}

fn with(rows: &[(usize, Option<[&'static str; 4]>)]) -> Vec<[&'static str; 4]> {
    let mut all: Vec<Option<[&'static str; 4]>> = ACCOUNTS.into_iter().map(Some).collect();
    for (at, row) in rows {
        if let Some(there) = all.get_mut(*at) {
            *there = *row;
        } else {
            all.push(*row);
        }
    }
    all.into_iter().flatten().collect()
}

const NO_GHOST: (usize, Option<[&str; 4]>) = (5, None);
const EVE_DISABLED: (usize, Option<[&str; 4]>) = (4, Some(["e-1", "eve@example.com", "inactive", "agent"]));
const DAN_WITHOUT: (usize, Option<[&str; 4]>) = (3, Some(["d-1", "dan@example.com", "active", "reader"]));

#[test]
fn engines_are_not_asked_about_promises() {
    let desk = decided(REVIEW);
    desk.run(&["facts", "--out", "tables", "--as-of", "2026-12-20"]).ends(2).says("can't be asked whether it is done");
    assert!(!desk.path("tables").exists());
}

#[test]
fn what_is_gone_or_disabled_is_done() {
    let desk = decided(REVIEW);
    desk.export(&with(&[NO_GHOST, EVE_DISABLED, DAN_WITHOUT]));
    let (code, report) = audit(&desk, "2027-01-10", None);
    assert_eq!((code, broken(&report)), (0, vec![]));
    let tally = review(&report).promises;
    assert_eq!((tally.total, tally.done), (3, 3));
    let time = review(&report).time_to_revoke.clone().expect("known");
    assert_eq!((time.max_days, time.exact, time.bounded), (36, 0, 2), "from the decision to the audit that saw it");
    assert_eq!((review(&report).coverage, review(&report).numbers.kept), (100, 3));
}

#[test]
fn the_last_day_is_still_in_time_and_the_day_after_is_not() {
    let desk = decided(REVIEW);
    let (code, report) = audit(&desk, "2026-12-24", None);
    assert_eq!((code, broken(&report)), (0, vec![]));
    assert_eq!(review(&report).promises.pending, 3);
    let (code, report) = audit(&desk, "2026-12-25", None);
    let expected = ["revocation-overdue d-1", "revocation-overdue e-1", "revocation-overdue x-1"];
    assert_eq!((code, broken(&report)), (1, expected.map(str::to_owned).to_vec()));
    let page = std::fs::read_to_string(desk.path("2026-12-25/report.html")).expect("a page");
    let text = std::fs::read_to_string(desk.path("2026-12-25/report.md")).expect("text");
    for (name, text) in [("page", page), ("text", text)] {
        assert!(text.contains("3 overdue") && text.contains("6 of 6"), "{name}");
    }
}

#[test]
fn one_of_two_roles_gone_is_not_done_and_the_other_is_named() {
    let desk = decided(REVIEW);
    desk.export(&with(&[NO_GHOST, EVE_DISABLED, (3, Some(["d-1", "dan@example.com", "active", "billing"]))]));
    let (_, report) = audit(&desk, "2026-12-25", None);
    assert_eq!(broken(&report), ["revocation-overdue d-1"]);
    let findings = report.findings.to_vec().expect("findings");
    let finding = findings.iter().find(|finding| finding.rule == "revocation-overdue").expect("one");
    assert!(finding.message.contains("billing") && !finding.message.contains("agent"), "{}", finding.message);
}

#[test]
fn what_was_done_and_is_back_is_critical() {
    let desk = decided(REVIEW);
    desk.export(&with(&[NO_GHOST, EVE_DISABLED, DAN_WITHOUT]));
    audit(&desk, "2027-01-10", None);
    desk.export(&with(&[DAN_WITHOUT]));
    let (code, report) = audit(&desk, "2027-01-20", Some("2027-01-10"));
    assert_eq!(
        (code, broken(&report)),
        (1, vec!["revocation-returned e-1".to_owned(), "revocation-returned x-1".to_owned()])
    );
    // It stays so until it is done again.
    let (_, report) = audit(&desk, "2027-01-30", Some("2027-01-20"));
    assert_eq!(review(&report).promises.returned, 2);
    desk.export(&with(&[NO_GHOST, EVE_DISABLED, DAN_WITHOUT]));
    let (code, report) = audit(&desk, "2027-02-10", Some("2027-01-30"));
    assert_eq!((code, review(&report).promises.done), (0, 3));
    // Whoever hasn't the report before can only say that it is overdue.
    desk.export(&with(&[DAN_WITHOUT]));
    let (_, report) = audit(&desk, "2027-02-20", None);
    assert_eq!(review(&report).promises.overdue, 2);
}

#[test]
fn a_new_account_in_the_place_of_one_that_went_is_found() {
    let desk = decided(REVIEW);
    desk.export(&with(&[
        NO_GHOST,
        EVE_DISABLED,
        DAN_WITHOUT,
        (9, Some(["x-2", "Ghost+new@Elsewhere.example", "active", "agent"])),
    ]));
    let (code, report) = audit(&desk, "2027-01-10", None);
    assert_eq!((code, broken(&report)), (1, vec!["revocation-recreated x-2".to_owned()]));
    assert_eq!((review(&report).promises.recreated, review(&report).promises.done), (1, 2));
    // With the same id and another login, it is the same account.
    desk.export(&with(&[
        EVE_DISABLED,
        DAN_WITHOUT,
        (5, Some(["x-1", "renamed@elsewhere.example", "active", "agent"])),
    ]));
    let (_, report) = audit(&desk, "2027-01-11", None);
    assert_eq!(broken(&report), ["revocation-overdue x-1"]);
}

#[test]
fn what_can_not_be_seen_is_not_done() {
    let desk = decided(REVIEW);
    // A source that is left out.
    let config = std::fs::read_to_string(desk.path("headcount.toml")).expect("a configuration");
    let other = "[[source]]\nname = \"other\"\nvendor = \"file\"\nfile = \"crm.csv\"\n";
    desk.write("headcount.toml", format!("{config}{other}"));
    desk.run(&[
        "audit",
        "-q",
        "--as-of",
        "2027-01-10T12:00:00Z",
        "--out",
        "o",
        "--format",
        "json",
        "--source",
        "other",
    ])
    .ends(0);
    let report = read_report(&desk.path("o"));
    assert_eq!((review(&report).promises.unverifiable, review(&report).promises.done), (3, 0));
    // A source that isn't seen whole.
    desk.write("headcount.toml", config.replace("owner = \"E-5\"", "owner = \"E-5\"\nexpect_min = 50"));
    desk.export(&with(&[NO_GHOST, EVE_DISABLED, DAN_WITHOUT]));
    let (code, report) = audit(&desk, "2027-01-11", None);
    assert_eq!(code, 3);
    let tally = review(&report).promises;
    assert_eq!((tally.unverifiable, tally.done), (1, 2), "the ghost may be among those that weren't seen");
    // A vendor that tells no state.
    desk.write("headcount.toml", &config);
    desk.write("crm.csv", "id,email,roles\ne-1,eve@example.com,agent\nd-1,dan@example.com,reader\n");
    let (_, report) = audit(&desk, "2027-01-12", None);
    assert_eq!(broken(&report), ["revocation-unverifiable e-1"]);
    let states: Vec<PromiseState> = review(&report).kept_promises.iter().map(|kept| kept.state).collect();
    assert_eq!(states.iter().filter(|state| **state == PromiseState::Done).count(), 2);
}

#[test]
fn a_free_change_is_for_a_person_to_look_at() {
    let desk = Desk::opened(REVIEW, &[]);
    for (who, name) in [("E-1", "Ada Anning"), ("E-2", "Bob Birch"), ("E-5", "Eve Elm")] {
        let mut packet = desk.packet(who, 1);
        packet.decide_all("Keep").sign(name);
        if who == "E-2" {
            packet.decide("crm/d-1", "Modify").set("crm/d-1", "Comment", "read only");
        }
        packet.save(&desk.path("answer.xlsx"));
        desk.collect("2026-12-05", &["answer.xlsx"]).ends(0);
    }
    desk.close("2026-12-19", &["--no-recheck", "a test"]).ends(0);
    let (_, report) = audit(&desk, "2026-12-25", None);
    assert_eq!(broken(&report), ["revocation-overdue d-1"]);
    desk.export(&with(&[(3, Some(["d-1", "dan@example.com", "active", "reader"]))]));
    let (_, report) = audit(&desk, "2026-12-26", None);
    assert_eq!((broken(&report), review(&report).promises.changed), (vec![], 1));
}

#[test]
fn a_new_decision_takes_the_place_of_an_old_promise() {
    let desk = decided(REVIEW);
    desk.seal("2027-02-28");
    let open = ["review", "open", "q1", "--bundle", "2027-02-28.zip", "--due", "2027-03-18", "--as-of", "2027-03-01"];
    desk.run(&open).ends(0);
    for (who, name) in [("e-1", "Ada Anning"), ("e-2", "Bob Birch"), ("e-5", "Eve Elm")] {
        let mut packet = super::desk::Packet::read(&desk.path(&format!("reviews/q1/packets/q1-{who}-r1.xlsx")));
        packet.decide_all("Keep").sign(name).save(&desk.path("answer.xlsx"));
        desk.run(&["review", "collect", "q1", "answer.xlsx", "--as-of", "2027-03-05"]).ends(0);
    }
    desk.run(&["review", "close", "q1", "--no-recheck", "a test", "--as-of", "2027-03-10"]).ends(0);
    let (code, report) = audit(&desk, "2027-03-20", None);
    assert_eq!((code, broken(&report)), (0, vec![]));
    assert_eq!(report.reviews.len(), 2);
    assert_eq!((report.reviews[0].promises.superseded, report.reviews[1].promises.total), (3, 0));
    assert_eq!(report.reviews[0].superseded_by, ["q1"]);
    let text = std::fs::read_to_string(desk.path("2027-03-20/report.md")).expect("text");
    assert!(text.contains("3 decided anew by q1"), "{text}");
    // Before it was closed, the old one stood.
    let (_, report) = audit(&desk, "2027-03-01", None);
    assert_eq!(broken(&report).len(), 3);
}

#[test]
fn altered_promises_stop_the_audit_with_their_place() {
    let desk = decided(REVIEW);
    let path = desk.path("reviews/q4/outcome/promises.json");
    let text = std::fs::read_to_string(&path).expect("promises");
    let id = text.split("\"id\": \"").nth(1).expect("an id")[..32].to_owned();
    for (from, to, words) in [
        (id.as_str(), "00000000000000000000000000000000", "its id isn't that of its review"),
        ("\"due\": \"2026-12-24\"", "\"due\": \"2036-12-24\"", "this file was altered"),
        ("\"account_id\": \"e-1\"", "\"account_id\": \"e-9\"", "its key isn't source/account"),
        ("\"format\"", "\"more\": 1, \"format\"", "unknown field `more`"),
        ("headcount-promises-1", "headcount-promises-2", "unknown variant"),
    ] {
        std::fs::write(&path, text.replacen(from, to, 1)).expect("written");
        let ran = desk.run(&["audit", "-q", "--as-of", "2027-01-10T12:00:00Z"]).ends(2).says(words);
        assert!(ran.stderr.contains("promises.json:"), "{}", ran.stderr);
    }
}

#[test]
fn promises_are_part_of_the_evidence_and_name_nobody_where_nobody_is_named() {
    let desk = decided(REVIEW);
    desk.seal("2027-01-10");
    std::fs::remove_dir_all(desk.path("reviews")).expect("removed");
    desk.run(&["bundle", "replay", "2027-01-10.zip"]).ends(0).says("identical");
    let desk = decided(REVIEW);
    let moment = "2027-01-10T12:00:00Z";
    let run = ["audit", "-q", "--as-of", moment, "--out", "o", "--format", "json", "--privacy", "counts"];
    desk.run(&run).ends(0);
    let text = std::fs::read_to_string(desk.path("o/report.json")).expect("a report");
    assert!(text.contains("\"overdue\": 3") && !text.contains("kept_promises") && !text.contains("x-1"), "{text}");
    desk.write("names.key", "a key that nobody else has, of enough letters");
    let config = std::fs::read_to_string(desk.path("headcount.toml")).expect("a configuration");
    desk.write("headcount.toml", format!("{config}[report]\npseudonym_key = \"file:names.key\"\n"));
    let run = ["audit", "-q", "--as-of", moment, "--out", "p", "--format", "json", "--privacy", "pseudonymous"];
    desk.run(&run).ends(0);
    let text = std::fs::read_to_string(desk.path("p/report.json")).expect("a report");
    assert!(text.contains("\"overdue\": 3") && !text.contains("kept_promises"), "{text}");
    for word in ["x-1", "ghost@", "Dan Dorn", "E-5"] {
        assert!(!text.contains(word), "{word}: {text}");
    }
}

#[test]
fn a_vendor_that_tells_when_makes_the_time_exact_and_never_negative() {
    let desk = decided(REVIEW);
    desk.write(
        "crm.csv",
        "id,email,status,roles,deleted_at\n\
         a-1,ada@example.com,active,agent,\nb-1,bob@example.com,active,agent;admin,\nc-1,cleo@example.com,active,agent,\n\
         d-1,dan@example.com,active,reader,\ne-1,eve@example.com,inactive,agent,2026-12-20\n\
         x-1,ghost@elsewhere.example,inactive,agent,2026-12-01\n",
    );
    let (code, report) = audit(&desk, "2027-01-10", None);
    assert_eq!((code, broken(&report)), (0, vec![]));
    let time = review(&report).time_to_revoke.clone().expect("known");
    // Decided on the 5th: one was deleted on the 20th, the other before, by a clock that isn't ours.
    assert_eq!((time.exact, time.bounded, time.median_days, time.max_days), (2, 0, 0, 15));
}
