//! What goes wrong at the server is told by recipient, and a rerun fixes it.

use crate::support::fixture;
use crate::support::mail::{Kit, Ran, TWO};
use crate::support::mail_server::{Act, Script, Server, Tls, at};

/// Sends to a server that does this; gives what was said and what arrived.
fn send(script: &[Script]) -> (Ran, Server, Kit) {
    let server = Server::start(Tls::Implicit, script);
    let kit = Kit::new(&fixture::demo());
    let stalls = script.iter().any(|entry| matches!(entry.act, Act::Stall));
    kit.configure_with(if stalls { "1s" } else { "30s" }, &server, Tls::Implicit, TWO);
    let ran = kit.send();
    (ran, server, kit)
}

fn says(ran: &Ran, lines: &[&str]) {
    assert_eq!(ran.code, 4, "{}", ran.said);
    for line in lines {
        assert!(ran.said.contains(line), "{line:?} is missing: {}", ran.said);
    }
}

/// After the server is fixed, everybody that is missing gets the mail.
fn fixed(server: &Server, kit: &Kit, arrived: &[&[&str]]) {
    server.behave(&[]);
    kit.configure_for(server, Tls::Implicit, TWO);
    let ran = kit.send();
    assert_eq!(ran.code, 0, "{}", ran.said);
    let messages = server.seen().messages;
    assert_eq!(messages.iter().map(|(to, _)| to.clone()).collect::<Vec<_>>(), arrived);
}

#[test]
fn a_recipient_that_is_refused_keeps_nobody_else_from_the_mail() {
    let (ran, server, kit) = send(&[at("RCPT TO:<ann@", Act::Say("550 5.1.1 no such \u{1b}[31muser"))]);
    says(&ran, &["accepted for 1 of 2 recipients", "ann@example.com: refused: 550", "no such ␛[31muser"]);
    fixed(&server, &kit, &[&["bob@example.com"], &["ann@example.com"]]);
}

#[test]
fn all_recipients_can_be_refused() {
    let (ran, server, kit) = send(&[at("RCPT", Act::Say("550 no"))]);
    says(&ran, &["accepted for 0 of 2", "ann@example.com: refused: 550", "bob@example.com: refused: 550"]);
    assert!(!server.seen().commands.iter().any(|(_, command)| command == "DATA"));
    fixed(&server, &kit, &[&["ann@example.com", "bob@example.com"]]);
}

#[test]
fn a_sender_or_a_message_can_be_refused() {
    for (place, words) in [("MAIL", "553 who?"), ("DATA", "554 no room"), ("END", "552 too big")] {
        let (ran, server, kit) = send(&[at(place, Act::Say(words))]);
        says(
            &ran,
            &["accepted for 0 of 2", &format!("ann@example.com: refused: {}", &words[..3]), "bob@example.com: refused"],
        );
        fixed(&server, &kit, &[&["ann@example.com", "bob@example.com"]]);
    }
}

#[test]
fn silence_and_a_broken_line_before_the_message_leave_it_unsent() {
    for place in ["EHLO", "AUTH", "MAIL", "RCPT TO:<bob@", "DATA"] {
        for (act, words) in [(Act::Stall, "no answer within 1s"), (Act::HangUp, "not sent")] {
            let (ran, server, kit) = send(&[at(place, act)]);
            says(&ran, &["accepted for 0 of 2", "ann@example.com: not sent", "bob@example.com: not sent", words]);
            fixed(&server, &kit, &[&["ann@example.com", "bob@example.com"]]);
        }
    }
}

#[test]
fn silence_after_the_message_is_neither_sent_nor_unsent() {
    for act in [Act::Stall, Act::HangUp] {
        let (ran, server, kit) = send(&[at("END", act)]);
        says(
            &ran,
            &["accepted for 0 of 2", "ann@example.com: unknown, may have been accepted", "a rerun sends it again"],
        );
        fixed(&server, &kit, &[&["ann@example.com", "bob@example.com"]]);
    }
}

#[test]
fn a_server_that_closes_down_says_so() {
    let (ran, server, kit) = send(&[at("RCPT TO:<bob@", Act::Say("421 shutting down"))]);
    says(&ran, &["accepted for 0 of 2", "shutting down"]);
    fixed(&server, &kit, &[&["ann@example.com", "bob@example.com"]]);
}

#[test]
fn nobody_listens() {
    let kit = Kit::new(&fixture::demo());
    kit.configure("smtp://localhost:1", TWO);
    says(&kit.send(), &["ann@example.com: not sent: localhost:1: no connection", "bob@example.com: not sent"]);
}

#[test]
fn what_was_sent_must_be_known() {
    let (ran, server, kit) = send(&[]);
    assert_eq!(ran.code, 0, "{}", ran.said);
    kit.write("report.sent.json", "{\"version\": 1");
    says(&kit.send(), &["report.sent.json can't be read", "all get it again"]);
    assert_eq!(server.seen().messages.len(), 1);
}
