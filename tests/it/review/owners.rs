//! Who answers for a source hears what is to be done there: once when the review is closed, and again when an audit has seen that it
//! should be done and isn't.

use super::mails::{send, serving, since};

#[test]
fn owners_hear_what_is_to_be_done_and_how_long_it_has_been() {
    let (server, desk) = serving(&[]);
    desk.answer(
        "q4",
        "2026-12-05",
        &[("crm/x-1", "Decision", "Revoke"), ("crm/d-1", "Decision", "Modify"), ("crm/d-1", "Remove roles", "billing")],
    );
    desk.close("2026-12-19", &["--no-recheck", "a test"]).ends(0);
    let journal = || std::fs::read(desk.path("reviews/q4/journal.ndjson")).expect("a journal");
    let before = journal();
    assert_eq!(send(&desk, "2026-12-19").0, 0);
    let mail = server.seen().messages[0].1.clone();
    assert_eq!(since(&server, 0), [("eve@example.com".to_owned(), "To do: a".to_owned())]);
    for words in [
        "2 accounts",
        "crm/x-1 (ghost@elsewhere.example): disable or delete it",
        "crm/d-1",
        "take away billing",
        "decided 14",
        "No audit has looked since",
    ] {
        assert!(mail.replace("=\n", "").replace("=\r\n", "").contains(words), "{words}: {mail}");
    }
    // As long as there is time, once is enough, whatever audits see.
    let audit = |day: &str| {
        let moment = format!("{day}T12:00:00Z");
        desk.run(&["audit", "-q", "--as-of", &moment, "--format", "json"]);
    };
    audit("2026-12-20");
    assert_eq!(send(&desk, "2026-12-20").0, 0);
    assert_eq!(since(&server, 1), []);
    // Done in part, and late.
    let mut accounts = super::desk::ACCOUNTS.to_vec();
    accounts.pop();
    desk.export(&accounts);
    audit("2026-12-27");
    assert_eq!(send(&desk, "2026-12-27").0, 0);
    assert_eq!(send(&desk, "2026-12-27").0, 0);
    let messages = server.seen().messages;
    assert_eq!(messages.len(), 2);
    let mail = messages[1].1.replace("=\n", "").replace("=\r\n", "");
    assert!(
        mail.contains("1 overdue") && mail.contains("3 days ago; it is still there") && !mail.contains("x-1"),
        "{mail}"
    );
    // All done: nobody hears anything.
    accounts[3] = ["d-1", "dan@example.com", "active", "agent"];
    desk.export(&accounts);
    audit("2026-12-28");
    let (code, words) = send(&desk, "2026-12-28");
    assert!(code == 0 && words.contains("nothing that this review has decided is left"), "{words}");
    assert_eq!(journal(), before, "what is sealed stays as it is");
}

#[test]
fn a_source_that_nobody_answers_for_is_named() {
    let (server, desk) = serving(&[]);
    desk.answer("q4", "2026-12-05", &[("crm/x-1", "Decision", "Revoke")]);
    desk.close("2026-12-19", &["--no-recheck", "a test"]).ends(0);
    let config = std::fs::read_to_string(desk.path("headcount.toml")).expect("a configuration");
    desk.write("headcount.toml", config.replace("owner = \"E-5\"\n", ""));
    let (code, words) = send(&desk, "2026-12-19");
    assert!(code == 4 && words.contains("crm can't be reached: nobody answers for it"), "{words}");
    assert_eq!(server.seen().messages.len(), 0);
    desk.write("headcount.toml", config);
    let folder = desk.run(&["review", "send", "q4", "--as-of", "2026-12-19", "--dry-run", "mails"]).ends(0);
    folder.says("Wrote 1 mail to mails; none was sent");
    desk.write("report.json", "{");
    for report in ["report.json", "mistyped.json"] {
        desk.run(&["review", "send", "q4", "--as-of", "2026-12-19", "--dry-run", "mails", "--report", report])
            .ends(2)
            .says(report);
    }
}
