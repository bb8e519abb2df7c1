//! A review ends when everything is decided and still true; what follows from it is written and sealed.

use super::desk::{ACCOUNTS, Desk, EVIDENCE, REVIEW};

/// Everybody answers; Dan loses a role, and the ghost goes.
fn answered(desk: &Desk) {
    for (who, name) in [("E-1", "Ada Anning"), ("E-2", "Bob Birch"), ("E-5", "Eve Elm")] {
        let mut packet = desk.packet(who, 1);
        packet.decide_all("Keep").sign(name);
        if who == "E-2" {
            packet.decide("crm/d-1", "Modify").set("crm/d-1", "Remove roles", "billing");
        }
        if who == "E-5" {
            packet.decide("crm/x-1", "Revoke");
        }
        packet.save(&desk.path(&format!("inbox-{who}.xlsx")));
        desk.collect("2026-12-05", &[&format!("inbox-{who}.xlsx")]).ends(0);
    }
}

#[test]
fn a_whole_review_is_closed_and_sealed_behind_its_audit() {
    let desk = Desk::opened(REVIEW, &[]);
    answered(&desk);
    desk.seal_behind("2026-12-19", EVIDENCE);
    desk.close("2026-12-19", &["--against", "2026-12-19.zip"])
        .ends(0)
        .says("6 of 6 accounts decided, 4 kept, 2 promises");
    let text = |name: &str| std::fs::read_to_string(desk.path(&format!("reviews/q4/outcome/{name}"))).expect(name);
    let actions = text("actions.csv");
    assert!(actions.contains("\"crm\",\"x-1\",\"revoke\",\"\",\"2026-12-24\",\"E-5\""), "{actions}");
    assert!(actions.contains("\"crm\",\"d-1\",\"remove-roles\",\"billing\""), "{actions}");
    assert!(
        text("actions/01-crm.txt").contains("- x-1 (ghost@elsewhere.example): disable or delete it, by 2026-12-24")
    );
    let attested = text("attestation.txt");
    for words in [
        "6 of 6 accounts decided, 100 %",
        "Self-reviews      0",
        "4 kept, 1 to be taken away, 1 to be changed",
        "crm is complete",
    ] {
        assert!(attested.contains(words), "{words}: {attested}");
    }
    let outcome: serde_json::Value = serde_json::from_str(&text("outcome.json")).expect("JSON");
    assert_eq!(outcome["coverage"], 100);
    assert!(attested.contains("Bob Birch, E-2: 2 accounts, 1 kept, 0 to go, 1 to change, 0 open"), "{attested}");
    let (page, told) = (text("outcome.html"), text("outcome.md"));
    for words in ["crm/x-1", "disable or delete it", "take away: billing", "Bob Birch", "100 %"] {
        assert!(page.contains(words) && told.contains(words), "{words}: {told}");
    }
    assert!(page.contains("default-src 'none'") && !page.contains("<script"), "{page}");
    let status = desk.run(&["review", "status", "q4", "--format", "html"]).ends(0);
    assert_eq!(status.stdout.trim_end(), page.trim_end());
    assert_eq!(outcome["by_reviewer"]["E-2"]["modified"], 1);
    let verified =
        desk.run(&["bundle", "verify", "2026-11-30.zip", "reviews/q4.zip", "2026-12-19.zip", "--chain"]).ends(3);
    verified.says("review, full");
    desk.collect("2026-12-20", &["inbox-E-1.xlsx"]).ends(2).says("closed");
    desk.close("2026-12-20", &["--no-recheck", "again"]).ends(2).says("exists already");
    // What couldn't be sealed is sealed later, and is the same.
    let outcome = text("outcome.json");
    std::fs::remove_file(desk.path("reviews/q4.zip")).expect("removed");
    desk.close("2026-12-20", &["--no-recheck", "again"]).ends(0).says("6 of 6 accounts decided");
    assert_eq!(text("outcome.json"), outcome);
}

#[test]
fn what_was_kept_and_is_different_now_is_undecided_again() {
    let desk = Desk::opened(REVIEW, &[]);
    answered(&desk);
    let mut accounts = ACCOUNTS.to_vec();
    accounts[2] = ["c-1", "cleo@example.com", "active", "agent;admin"];
    accounts.push(["n-1", "new@elsewhere.example", "active", "agent"]);
    desk.export(&accounts);
    desk.seal("2026-12-19");
    desk.close("2026-12-19", &["--against", "2026-11-30.zip"]).ends(2).says("is no later audit");
    let closed = desk.close("2026-12-19", &["--against", "2026-12-19.zip"]).ends(3);
    closed.says("1 account changed since being kept");
    assert_eq!(desk.standings()["crm/c-1"], "open");
    let mut bob = desk.packet("E-2", 2);
    assert_eq!(bob.keys(), ["crm/c-1"]);
    assert!(bob.review[1][bob.column("Roles")].contains("admin"));
    // The old packet shows what isn't so any more.
    desk.packet("E-2", 1).decide_all("Keep").sign("Bob Birch").save(&desk.path("late.xlsx"));
    desk.collect("2026-12-19", &["late.xlsx"]).ends(1).says("the account has changed since");
    bob.decide_all("Keep").sign("Bob Birch").save(&desk.path("bob.xlsx"));
    desk.collect("2026-12-19", &["bob.xlsx"]).ends(0);
    desk.close("2026-12-20", &["--against", "2026-12-19.zip"]).ends(0);
    let outcome = std::fs::read_to_string(desk.path("reviews/q4/outcome/outcome.json")).expect("an outcome");
    assert!(outcome.contains("crm/n-1"), "{outcome}");
    let told = std::fs::read_to_string(desk.path("reviews/q4/outcome/outcome.md")).expect("an outcome");
    assert!(told.contains("Not in this review") && told.contains("crm/n-1"), "{told}");
    desk.run(&["bundle", "verify", "reviews/q4.zip"]).ends(3).says("its files agree with each other");
}

#[test]
fn silence_is_never_approval() {
    let desk = Desk::opened(REVIEW, &[]);
    desk.close("2026-12-19", &["--no-recheck", "a test"]).ends(3).says("6 accounts without an answer");
    assert!(!desk.path("reviews/q4.zip").exists());
    let status = desk.run(&["review", "status", "q4", "--as-of", "2026-12-19"]).ends(1);
    status.says("0 of 6 accounts decided, 0 %").says("3 reviewers late");
    // The next audit says so, too.
    let audit = ["audit", "--as-of", "2026-12-19T12:00:00Z", "--out", "o", "--format", "json,html,md"];
    desk.run(&audit).ends(0).says("Review q4: 0 of 6 (0 %) decided, 3 reviewers late");
    for name in ["o/report.html", "o/report.md"] {
        let text = std::fs::read_to_string(desk.path(name)).expect(name);
        assert!(text.contains("q4: 0 of 6") && text.contains("decided, 3 reviewers late"), "{name}");
    }
    let on_time = ["audit", "--as-of", "2026-12-18T12:00:00Z", "--out", "o", "--format", "json"];
    let ran = desk.run(&on_time).ends(0).says("Review q4: 0 of 6 (0 %) decided");
    assert!(!ran.stderr.contains("late"), "{}", ran.stderr);
    desk.close("2026-12-19", &["--no-recheck", "a test", "--incomplete", "nobody answered"]).ends(3);
    let promises = std::fs::read_to_string(desk.path("reviews/q4/outcome/promises.json")).expect("promises");
    assert!(
        promises.contains("\"decided\": 0")
            && promises.contains("\"kept\": 0")
            && promises.contains("\"promises\": []"),
        "{promises}"
    );
    let desk = Desk::opened(&format!("{REVIEW}no_answer = \"revoke\"\n"), &[]);
    desk.close("2026-12-19", &["--no-recheck", "a test", "--incomplete", "nobody answered"]).ends(3).says("6 promises");
    let actions = std::fs::read_to_string(desk.path("reviews/q4/outcome/actions.csv")).expect("actions");
    assert_eq!(actions.matches("\"by policy\"").count(), 6, "{actions}");
}

#[test]
fn what_the_disk_had_no_room_for_is_written_by_the_same_command() {
    let desk = Desk::opened(REVIEW, &[]);
    answered(&desk);
    let outcome = desk.path("reviews/q4/outcome");
    std::fs::remove_dir_all(&outcome).expect("removed");
    desk.write("reviews/q4/outcome", "in the way");
    desk.close("2026-12-19", &["--no-recheck", "a test"]).ends(4).says("outcome");
    assert!(!desk.path("reviews/q4.zip").exists());
    std::fs::remove_file(&outcome).expect("removed");
    desk.close("2026-12-20", &["--no-recheck", "a test"]).ends(0).says("2 promises");
    assert_eq!(desk.campaign().state.ended.expect("closed").at.to_rfc3339(), "2026-12-19T23:59:59+00:00");
}

#[test]
fn evidence_that_is_not_whole_needs_a_reason() {
    let desk = Desk::new(REVIEW);
    let config = std::fs::read_to_string(desk.path("headcount.toml")).expect("a configuration");
    desk.write(
        "headcount.toml",
        format!("{config}[[source]]\nname = \"gone\"\nvendor = \"file\"\nfile = \"crm.csv\"\n"),
    );
    let moment = format!("{EVIDENCE}T12:00:00Z");
    let bundle = format!("{EVIDENCE}.zip");
    desk.run(&[
        "audit", "-q", "--as-of", &moment, "--out", "o", "--format", "json", "--source", "crm", "--bundle", &bundle,
    ]);
    desk.open(&[]).ends(3).says("gone was not audited");
    desk.open(&["--incomplete", "gone is being replaced"]).ends(0);
    assert_eq!(desk.campaign().review.evidence.incomplete.as_deref(), Some("gone is being replaced"));
}

#[test]
fn the_next_review_says_what_the_last_one_decided() {
    let desk = Desk::opened(REVIEW, &[]);
    answered(&desk);
    desk.close("2026-12-19", &["--no-recheck", "a test"]).ends(0);
    let mut accounts = ACCOUNTS.to_vec();
    accounts[0] = ["a-1", "ada@example.com", "active", "agent;billing"];
    desk.export(&accounts);
    desk.seal("2027-02-28");
    let open = ["review", "open", "q1", "--bundle", "2027-02-28.zip", "--due", "2027-03-18", "--as-of", "2027-03-01"];
    desk.run(&open).ends(0);
    let path = desk.path("reviews/q1/packets/q1-e-5-r1.xlsx");
    let eve = super::desk::Packet::read(&path);
    let before = |key: &str| {
        let row = eve.review.iter().find(|row| row[0] == key).expect("a row");
        row[eve.column("Before")].clone()
    };
    assert_eq!(before("crm/a-1"), "Keep on 2026-12-05 by E-5 (q4); roles: agent → agent, billing");
    assert_eq!(before("crm/x-1"), "Revoke on 2026-12-05 by E-5 (q4); unchanged since");
}

#[test]
fn proposed_waivers_pass_the_check_or_say_why_they_could_not() {
    let desk = Desk::new(REVIEW);
    let config = std::fs::read_to_string(desk.path("headcount.toml")).expect("a configuration");
    let gated = config.replace("fail_on = []", "fail_on = [\"orphaned\", \"privileged\"]");
    desk.write("headcount.toml", format!("{gated}[exceptions]\nwaivers = \"waivers.toml\"\n"));
    desk.write("waivers.toml", "");
    desk.seal(EVIDENCE);
    desk.open(&[]).ends(0);
    for (who, name) in [("E-1", "Ada Anning"), ("E-2", "Bob Birch"), ("E-5", "Eve Elm")] {
        let mut packet = desk.packet(who, 1);
        packet.decide_all("Keep").sign(name);
        for key in packet.keys() {
            packet.set(&key, "Comment", "known, and \"needed\"");
        }
        packet.save(&desk.path("answer.xlsx"));
        desk.collect("2026-12-05", &["answer.xlsx"]).ends(0);
    }
    desk.close("2026-12-19", &["--no-recheck", "a test"]).ends(0);
    let proposed = std::fs::read_to_string(desk.path("reviews/q4/outcome/waivers.toml")).expect("waivers");
    assert!(proposed.contains("rule = \"privileged\"") && proposed.contains("account = \"b-1\""), "{proposed}");
    // The ghost's reviewer answers for the source, too.
    assert!(proposed.contains("# Not as it stands: owner and approver are the same person."), "{proposed}");
    assert!(proposed.contains("# account = \"x-1\""), "{proposed}");
    let due = proposed.lines().find(|line| line.starts_with("expires")).expect("a last day").to_owned();
    assert_eq!(due, "expires = 2027-03-19");
    // Nothing can be approved on a day that is still to come: this machine's clock is its own.
    let today = proposed
        .replace("created = 2026-12-19", "created = 2026-11-30")
        .replace("expires = 2027-03-19", "expires = 2027-02-20");
    desk.write("waivers.toml", today);
    desk.run(&["waivers", "check"]).ends(0).says("1 waiver, all well-formed");
}
