//! What comes back counts as it was meant, in whatever form, and nothing else counts.

use super::desk::{Desk, REVIEW};

fn standing(desk: &Desk, key: &str) -> String {
    desk.standings()[&format!("crm/{key}")].clone()
}

#[test]
fn a_packet_that_is_filled_in_and_signed_decides() {
    let desk = Desk::opened(REVIEW, &[]);
    let mut packet = desk.packet("E-2", 1);
    packet
        .decide("crm/c-1", " keep ")
        .decide("crm/d-1", "Modify")
        .set("crm/d-1", "Remove roles", "billing")
        .sign("Bob Birch");
    packet.save(&desk.path("bob.xlsx"));
    desk.collect("2026-12-05", &["bob.xlsx"]).ends(0).says("2 decisions");
    assert_eq!((standing(&desk, "c-1"), standing(&desk, "d-1")), ("Keep".to_owned(), "Modify".to_owned()));
    let answer = desk.campaign().state.asked["crm/d-1"].answers["E-2"].clone();
    assert_eq!(answer.remove, ["billing"]);
    assert!(answer.day_of_file && !answer.late);
    assert_eq!(desk.campaign().state.count().coverage(), 33);
    // The same file again changes nothing, and a corrected one takes its place.
    let lines = || std::fs::read_to_string(desk.path("reviews/q4/journal.ndjson")).expect("a journal").lines().count();
    let before = lines();
    desk.collect("2026-12-06", &["bob.xlsx"]).ends(0).says("no change");
    assert_eq!(lines(), before);
    packet.decide("crm/c-1", "Revoke").save(&desk.path("bob2.xlsx"));
    desk.collect("2026-12-06", &["bob2.xlsx"]).ends(0);
    assert_eq!(standing(&desk, "c-1"), "Revoke");
    let journal = std::fs::read_to_string(desk.path("reviews/q4/journal.ndjson")).expect("a journal");
    assert!(journal.contains("\"decision\":\"keep\"") && journal.contains("\"decision\":\"revoke\""), "{journal}");
}

#[test]
fn rows_and_columns_may_move_and_what_is_missing_is_undecided() {
    let desk = Desk::opened(REVIEW, &[]);
    let mut packet = desk.packet("E-2", 1);
    packet.decide_all("Keep").sign("bob@example.com");
    packet.review.swap(1, 2);
    for row in &mut packet.review {
        row.reverse();
    }
    packet.review.truncate(2);
    packet.save(&desk.path("moved.xlsx"));
    desk.collect("2026-12-05", &["moved.xlsx"]).ends(0).says("1 decision");
    // What a filter hides was decided all the same.
    let mut eve = desk.packet("E-5", 1);
    eve.decide_all("Revoke").sign("Eve Elm").save_hiding(&desk.path("filtered.xlsx"), &[1]);
    desk.collect("2026-12-05", &["filtered.xlsx"]).ends(0).says("2 decisions");
    let standings = desk.standings();
    let kept: Vec<_> = standings.iter().filter(|(_, standing)| *standing == "Keep").collect();
    assert_eq!(kept.len(), 1, "{standings:?}");
    assert_eq!((standings["crm/a-1"].as_str(), standings["crm/x-1"].as_str()), ("Revoke", "Revoke"));
    assert_eq!(standings["crm/e-1"], "open");
}

#[test]
fn answers_without_a_signature_wait_and_csv_is_signed_by_who_collects() {
    let desk = Desk::opened(REVIEW, &[]);
    let mut packet = desk.packet("E-2", 1);
    packet.decide_all("Keep");
    desk.write("bob.csv", packet.csv());
    desk.collect("2026-12-05", &["bob.csv"]).ends(0).says("not signed, so that they wait");
    assert_eq!(standing(&desk, "c-1"), "unsigned Keep");
    let other = ["bob.csv", "--signed-by", "Eve Elm", "--signed-on", "2026-12-05"];
    desk.collect("2026-12-06", &other).ends(1).says("--signed-by: names somebody else");
    assert_eq!(standing(&desk, "c-1"), "unsigned Keep");
    desk.collect("2026-12-06", &["bob.csv", "--signed-by", "Bob Birch", "--signed-on", "2026-12-05"]).ends(0);
    assert_eq!(standing(&desk, "c-1"), "Keep");
    let journal = std::fs::read_to_string(desk.path("reviews/q4/journal.ndjson")).expect("a journal");
    assert!(journal.contains("\"stated_by_collector\":true"), "{journal}");
}

#[test]
fn a_page_decides_by_its_file() {
    let desk = Desk::opened(&format!("{REVIEW}packets = [\"xlsx\", \"html\"]\n"), &[]);
    let packet = desk.packet("E-2", 1);
    let (token, evidence) = (&packet.review[1][packet.column("Packet")], packet.column("Evidence"));
    let bundle = desk.campaign().review.evidence.bundle_id;
    let page = std::fs::read_to_string(desk.path("reviews/q4/packets/q4-e-2-r1.html")).expect("a page");
    assert!(
        page.contains(token.as_str()) && page.contains("default-src &#39;none&#39;")
            || page.contains("default-src 'none'")
    );
    let rows: Vec<String> = packet.review[1..]
        .iter()
        .map(|row| {
            format!(
                "\"{}\":{{\"evidence\":\"{}\",\"decision\":\"Keep\",\"remove\":[],\"comment\":\"\",\"pass_to\":\"\",\"decided_at\":\"2026-12-04T10:00:00Z\"}}",
                row[0], row[evidence]
            )
        })
        .collect();
    let file = |saved: &str, rows: &str| {
        format!(
            "{{\"format\":\"headcount-decisions-1\",\"review\":\"q4\",\"packet\":\"q4-e-2-r1\",\"token\":\"{token}\",\"bundle_id\":\"{bundle}\",\
             \"opened_at\":\"2026-12-01T00:00:00Z\",\"saved_at\":\"{saved}\",\"signed\":{{\"name\":\"Bob Birch\",\"at\":\"{saved}\"}},\"rows\":{{{rows}}}}}"
        )
    };
    desk.write("new.json", file("2026-12-04T11:00:00Z", &rows.join(",")));
    desk.write("old.json", file("2026-12-04T09:00:00Z", &rows.join(",").replace("Keep", "Revoke")));
    desk.collect("2026-12-05", &["new.json"]).ends(0).says("2 decisions");
    desk.collect("2026-12-05", &["old.json"]).ends(0).says("older save, not taken");
    assert_eq!(standing(&desk, "c-1"), "Keep");
    // A key that stands there twice.
    let twice = format!("{},{}", rows[0], rows[0].replace("Keep", "Revoke"));
    desk.write("twice.json", file("2026-12-04T12:00:00Z", &twice));
    desk.collect("2026-12-05", &["twice.json"]).ends(1).says("stands here twice with different answers");
}

#[test]
fn what_is_passed_on_comes_in_a_packet_of_somebody_else() {
    let desk = Desk::opened(REVIEW, &[]);
    let mut packet = desk.packet("E-2", 1);
    packet.set("crm/c-1", "Pass to", "fay@example.com").set("crm/c-1", "Comment", "hers");
    packet.set("crm/d-1", "Pass to", "Dan Dorn").sign("Bob Birch").save(&desk.path("bob.xlsx"));
    desk.collect("2026-12-05", &["bob.xlsx"]).ends(1).says("1 passed on to E-6").says("names E-4, who may not decide");
    assert_eq!(desk.holders()["crm/c-1"].as_deref(), Some("E-6"));
    assert_eq!(desk.packet("E-6", 1).keys(), ["crm/c-1"]);
    // A corrected file says it once more; and who has passed a row on, decides no more who decides.
    packet.set("crm/d-1", "Pass to", "E-6").save(&desk.path("bob2.xlsx"));
    let ran = desk.collect("2026-12-06", &["bob2.xlsx"]).ends(0).says("1 passed on to E-6");
    assert!(ran.stdout.contains("0 decisions"), "{}", ran.stdout);
    packet.set("crm/c-1", "Pass to", "E-7").save(&desk.path("bob3.xlsx"));
    desk.collect("2026-12-06", &["bob3.xlsx"]).ends(1).says("names somebody, and E-6 decides about it by now");
    assert_eq!(desk.holders()["crm/c-1"].as_deref(), Some("E-6"));
}

#[test]
fn answers_that_differ_wait_until_somebody_says_who_decides() {
    let desk = Desk::opened(REVIEW, &[]);
    let mut bob = desk.packet("E-2", 1);
    bob.decide_all("Keep").sign("Bob Birch").save(&desk.path("bob.xlsx"));
    desk.collect("2026-12-05", &["bob.xlsx"]).ends(0);
    let hand_over = |to: &str| {
        let item = ["review", "assign", "q4", "--item", "crm/d-1", "--to", to, "--reason", "doubt", "--by", "E-1"];
        desk.run(&item).ends(0);
    };
    hand_over("E-6");
    assert_eq!(standing(&desk, "d-1"), "open", "who is to decide now hasn't");
    let mut fay = desk.packet("E-6", 1);
    fay.decide_all("Revoke").sign("Fay Fir").save(&desk.path("fay.xlsx"));
    desk.collect("2026-12-06", &["fay.xlsx"]).ends(0);
    assert_eq!(standing(&desk, "d-1"), "conflict");
    desk.close("2026-12-19", &["--no-recheck", "a test"]).ends(3).says("answers that differ");
    hand_over("E-6");
    assert_eq!(standing(&desk, "d-1"), "Revoke");
    for (who, name) in [("E-1", "Ada Anning"), ("E-5", "Eve Elm")] {
        desk.packet(who, 1).decide_all("Keep").sign(name).save(&desk.path("other.xlsx"));
        desk.collect("2026-12-06", &["other.xlsx"]).ends(0);
    }
    desk.close("2026-12-19", &["--no-recheck", "a test"]).ends(0).says("1 promise");
    let attested = std::fs::read_to_string(desk.path("reviews/q4/outcome/attestation.txt")).expect("text");
    assert!(attested.contains("E-6: 1 account, 0 kept, 1 to go"));
}

#[test]
fn two_who_would_change_it_otherwise_are_in_conflict() {
    let desk = Desk::opened(REVIEW, &[]);
    let change = |who: &str, name: &str, how: &str| {
        let mut packet = desk.packet(who, 1);
        packet.decide_all("Modify").sign(name);
        for key in packet.keys() {
            packet.set(&key, "Comment", how);
        }
        packet.save(&desk.path("answer.xlsx"));
        desk.collect("2026-12-05", &["answer.xlsx"]).ends(0);
    };
    change("E-2", "Bob Birch", "read only");
    let item = ["review", "assign", "q4", "--item", "crm/d-1", "--to", "E-6", "--reason", "doubt", "--by", "E-1"];
    desk.run(&item).ends(0);
    change("E-6", "Fay Fir", "another queue");
    assert_eq!(standing(&desk, "d-1"), "conflict");
    change("E-6", "Fay Fir", "read only");
    assert_eq!(standing(&desk, "d-1"), "Modify");
}

#[test]
fn what_a_later_file_leaves_out_stands_and_is_said() {
    let desk = Desk::opened(REVIEW, &[]);
    let mut bob = desk.packet("E-2", 1);
    bob.decide_all("Keep").sign("Bob Birch").save(&desk.path("bob.xlsx"));
    desk.collect("2026-12-05", &["bob.xlsx"]).ends(0);
    bob.decide("crm/c-1", "").decide("crm/d-1", "Revoke").save(&desk.path("bob2.xlsx"));
    let ran = desk.collect("2026-12-06", &["bob2.xlsx"]).ends(0);
    ran.says("remark: 1 decision of an earlier file stands, about which this one says nothing");
    assert_eq!((standing(&desk, "c-1"), standing(&desk, "d-1")), ("Keep".to_owned(), "Revoke".to_owned()));
}

#[test]
fn what_is_late_haste_or_all_the_same_is_remarked() {
    let desk = Desk::new(REVIEW);
    let rows: Vec<[String; 4]> = (0..30)
        .map(|n| [format!("n-{n}"), format!("n{n}@elsewhere.example"), "active".to_owned(), "agent".to_owned()])
        .collect();
    let rows: Vec<[&str; 4]> = rows.iter().map(|row| row.each_ref().map(String::as_str)).collect();
    desk.export(&rows);
    desk.seal(super::desk::EVIDENCE);
    desk.open(&[]).ends(0);
    let mut eve = desk.packet("E-5", 1);
    for key in eve.keys() {
        eve.decide(&key, "Keep").set(&key, "Comment", "ok");
    }
    eve.sign("Eve Elm").save(&desk.path("eve.xlsx"));
    let ran = desk.collect("2026-12-20", &["eve.xlsx"]).ends(0);
    let ran = ran.says("30 decisions came after the due day").says("all 30 accounts were kept");
    ran.says("all 30 decisions have the same comment");
    assert_eq!(desk.campaign().state.count().late, 30);
    // The same on a page, within seconds.
    let packet = desk.packet("E-5", 1);
    let (token, evidence) = (packet.review[1][packet.column("Packet")].clone(), packet.column("Evidence"));
    let row = |(at, row): (usize, &Vec<String>)| {
        format!(
            "\"{}\":{{\"evidence\":\"{}\",\"decision\":\"Keep\",\"decided_at\":\"2026-12-04T10:00:{:02}Z\"}}",
            row[0],
            row[evidence],
            at / 6
        )
    };
    let rows: Vec<String> = packet.review[1..].iter().enumerate().map(row).collect();
    let bundle = desk.campaign().review.evidence.bundle_id;
    let file = |saved: &str, rows: &[String]| {
        format!(
            "{{\"format\":\"headcount-decisions-1\",\"review\":\"q4\",\"packet\":\"p\",\"token\":\"{token}\",\"bundle_id\":\"{bundle}\",\
             \"opened_at\":null,\"saved_at\":\"{saved}\",\"signed\":null,\"rows\":{{{}}}}}",
            rows.join(",")
        )
    };
    desk.write("eve.json", file("2026-12-04T11:00:00Z", &rows));
    desk.collect("2026-12-20", &["eve.json"]).ends(0).says("10 or more decisions were made within 10 seconds");
    // One each second, but for a rest after every eighth: never ten within ten seconds.
    let slow = |(at, row): (usize, &String)| {
        let seconds = at + at / 8 * 20;
        row.replace(&format!("10:00:{:02}Z", at / 6), &format!("10:{:02}:{:02}Z", seconds / 60, seconds % 60))
    };
    let rows: Vec<String> = rows.iter().enumerate().map(slow).collect();
    desk.write("slow.json", file("2026-12-04T12:00:00Z", &rows));
    let ran = desk.collect("2026-12-20", &["slow.json"]).ends(0);
    assert!(!ran.stdout.contains("10 or more"), "{}", ran.stdout);
    ran.says("decisions were made in less than 2 seconds each, in the median");
}

#[test]
fn a_demanded_reason_and_the_rules_of_modify_hold() {
    let desk = Desk::opened(&format!("{REVIEW}reason_for_keep = [\"severity:high\"]\n"), &[]);
    desk.packet("E-5", 1).decide_all("Keep").sign("Eve Elm").save(&desk.path("eve.xlsx"));
    let worst = desk.campaign().state.asked["crm/x-1"].item.worst().expect("a finding");
    assert_eq!(worst, headcount::model::Severity::High);
    desk.collect("2026-12-05", &["eve.xlsx"]).ends(1).says("is kept only with a reason").says("1 decision");
    let desk = Desk::opened(&format!("{REVIEW}reason_for_keep = [\"privileged\"]\n"), &[]);
    let mut ada = desk.packet("E-1", 1);
    ada.decide_all("Keep").sign("Ada Anning").save(&desk.path("ada.xlsx"));
    desk.collect("2026-12-05", &["ada.xlsx"]).ends(1).says("is kept only with a reason").says("1 decision");
    ada.set("crm/b-1", "Comment", "leads the desk").save(&desk.path("ada2.xlsx"));
    desk.collect("2026-12-05", &["ada2.xlsx"]).ends(0);
    let mut bob = desk.packet("E-2", 1);
    for (decision, remove, why) in [
        ("Modify", "", "Modify needs the roles"),
        ("Modify", "admin", "a role that the account doesn't have; it has: agent; billing"),
        ("Keep", "billing", "roles go with Modify"),
        ("Kepe", "", "did you mean Keep?"),
        ("", "billing", "is empty, and the row has other answers"),
    ] {
        bob.decide("crm/d-1", decision).set("crm/d-1", "Remove roles", remove).save(&desk.path("bob.xlsx"));
        desk.collect("2026-12-05", &["bob.xlsx"]).ends(1).says(why);
    }
    bob.decide("crm/d-1", "modify")
        .set("crm/d-1", "Remove roles", "billing, agent")
        .sign("E-2")
        .save(&desk.path("bob.xlsx"));
    desk.collect("2026-12-05", &["bob.xlsx"]).ends(0);
    assert_eq!(desk.campaign().state.asked["crm/d-1"].answers["E-2"].remove, ["agent", "billing"]);
}
