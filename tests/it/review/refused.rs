//! What is refused though nobody has altered anything: by who they are, whom they name, or what they say twice.

use super::desk::{Desk, EVIDENCE, REVIEW, ROSTER};

#[test]
fn who_has_become_the_owner_decides_no_more() {
    let desk = Desk::opened(REVIEW, &[]);
    let mut eve = desk.packet("E-5", 1);
    eve.decide_all("Keep").sign("Eve Elm").save(&desk.path("eve.xlsx"));
    // HR has given the ghost's address to her since.
    desk.write("hr.csv", ROSTER.replace("eve@example.com,eve", "eve@example.com; ghost@elsewhere.example,eve"));
    let ran = desk.collect("2026-12-05", &["eve.xlsx"]).ends(1);
    ran.says("E-5 may not decide about it: it has their own address").says("1 decision");
    assert_eq!(desk.standings()["crm/x-1"], "open");
    // Who has left, decides nothing.
    desk.write("hr.csv", ROSTER.replace("bob,Active", "bob,Terminated"));
    desk.packet("E-2", 1).decide_all("Keep").sign("Bob Birch").save(&desk.path("bob.xlsx"));
    desk.collect("2026-12-05", &["bob.xlsx"]).ends(1).says("E-2 may not decide about it: has left");
}

#[test]
fn a_row_is_passed_to_nobody_whom_no_mail_may_reach() {
    let email = "[email]\nsmtp = \"smtps://localhost\"\nfrom = \"access@example.com\"\nto = [\"iam@example.com\"]\n\
                 allowed_domains = [\"example.com\"]\n";
    let desk = Desk::new(&format!("{REVIEW}{email}"));
    desk.write("hr.csv", ROSTER.replace("gus@example.com", "gus@contractor.example"));
    desk.seal(EVIDENCE);
    desk.open(&[]).ends(0);
    let mut bob = desk.packet("E-2", 1);
    bob.set("crm/c-1", "Pass to", "E-7")
        .set("crm/d-1", "Pass to", "E-6")
        .sign("Bob Birch")
        .save(&desk.path("bob.xlsx"));
    let ran = desk.collect("2026-12-05", &["bob.xlsx"]).ends(1);
    ran.says("names E-7, whom no mail can reach in [email] allowed_domains").says("1 passed on to E-6");
}

#[test]
fn the_same_account_twice_is_found_however_it_is_written() {
    let desk = Desk::opened(REVIEW, &[]);
    let mut bob = desk.packet("E-2", 1);
    bob.decide_all("Keep").sign("Bob Birch");
    let mut again = bob.review[1].clone();
    let (key, decision) = (bob.column("Key"), bob.column("Decision"));
    assert_eq!(again[key], "crm/c-1");
    again[key] = "crm / c-1".to_owned();
    again[decision] = "Revoke".to_owned();
    bob.review.push(again.clone());
    bob.save(&desk.path("bob.xlsx"));
    desk.collect("2026-12-05", &["bob.xlsx"])
        .ends(1)
        .says("stands here twice with different answers")
        .says("1 decision");
    assert_eq!(desk.standings()["crm/c-1"], "open");
    // The same answer twice is one.
    again[decision] = " keep".to_owned();
    *bob.review.last_mut().expect("a row") = again;
    bob.save(&desk.path("bob2.xlsx"));
    desk.collect("2026-12-05", &["bob2.xlsx"]).ends(0).says("2 decisions");
}
