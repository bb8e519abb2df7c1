//! Mail arrives, whole and once.

use crate::support::fixture;
use crate::support::mail::{Kit, TWO, open};
use crate::support::mail_server::{Act, Server, Tls, at};

#[test]
fn mail_goes_out_over_implicit_tls_and_starttls() {
    for tls in [Tls::Implicit, Tls::Upgraded] {
        for mechanism in ["PLAIN", "LOGIN"] {
            let server = Server::with_login(tls, mechanism, &[]);
            let kit = Kit::new(&fixture::demo());
            kit.configure_for(&server, tls, TWO);
            let ran = kit.send();
            assert_eq!(ran.code, 0, "{}", ran.said);
            assert!(ran.said.contains("accepted for 2 of 2 recipients"), "{}", ran.said);
            let seen = server.seen();
            let [(recipients, message)] = seen.messages.as_slice() else { panic!("{:?}", seen.messages.len()) };
            assert_eq!(recipients, &["ann@example.com", "bob@example.com"]);
            assert!(open(message).plain.contains("Action needed: 9 of 2,412 accounts"));
            let secret =
                |(tls, command): &(bool, String)| !tls && !matches!(command.as_str(), "EHLO [127.0.0.1]" | "STARTTLS");
            assert!(!seen.commands.iter().any(secret), "{:?}", seen.commands);
        }
    }
}

#[test]
fn nothing_that_runs_here_is_named_to_the_server() {
    let (server, kit) = Kit::serving(&fixture::demo(), Tls::Implicit, &[], TWO);
    assert_eq!(kit.send().code, 0);
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let seen = server.seen();
    assert_eq!(seen.commands[0].1, "EHLO [127.0.0.1]");
    if host.trim().len() > 3 && host.trim() != "localhost" {
        assert!(!seen.messages[0].1.contains(host.trim()), "the host's name is in the message");
    }
}

#[test]
fn a_rerun_sends_only_what_was_not_accepted() {
    let (server, kit) = Kit::serving(
        &fixture::demo(),
        Tls::Upgraded,
        &[at("RCPT TO:<bob@", Act::Say("450 4.7.1 come back later"))],
        TWO,
    );
    let first = kit.send();
    assert_eq!(first.code, 4, "{}", first.said);
    assert!(first.said.contains("bob@example.com: refused: 450"), "{}", first.said);
    assert!(first.said.contains("come back later") && first.said.contains("a rerun tries again"), "{}", first.said);
    assert!(!first.said.contains("ann@"), "whoever got theirs isn't named: {}", first.said);
    let journal = kit.read("report.sent.json");
    assert!(!journal.contains("ann") && !journal.contains("example"), "{journal}");

    server.behave(&[]);
    let second = kit.send();
    assert_eq!(second.code, 0, "{}", second.said);
    assert!(second.said.contains("accepted for 1 of 2 recipients; 1 had got theirs before"), "{}", second.said);
    let third = kit.send();
    assert_eq!(third.code, 0, "{}", third.said);

    let messages = server.seen().messages;
    let recipients: Vec<_> = messages.iter().map(|(to, _)| to.as_slice()).collect();
    assert_eq!(recipients, [["ann@example.com"], ["bob@example.com"]]);
    let ids: Vec<_> = messages.iter().map(|(_, message)| header(message, "Message-ID")).collect();
    assert_eq!(ids[0], ids[1], "one mail has one identity");
}

#[test]
fn another_report_is_another_mail_in_the_same_thread() {
    let mut report = fixture::demo();
    let (server, kit) = Kit::serving(&report, Tls::Implicit, &[], TWO);
    assert_eq!(kit.send().code, 0);
    report.run.id = "run-2".to_owned();
    kit.write("report.json", &serde_json::to_string(&report).expect("json"));
    assert_eq!(kit.send().code, 0);
    let messages = server.seen().messages;
    let of = |name: &str| messages.iter().map(|(_, message)| header(message, name)).collect::<Vec<_>>();
    assert_ne!(of("Message-ID")[0], of("Message-ID")[1]);
    assert_eq!(of("References")[0], of("References")[1]);
    assert_eq!(of("In-Reply-To"), of("References"));
}

fn header(message: &str, name: &str) -> String {
    let headers = open(message).headers;
    let line = headers.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    line.unwrap_or_else(|| panic!("no {name}")).to_owned()
}
