//! Without TLS that can be trusted, a server hears neither password nor mail.

use crate::support::fixture;
use crate::support::mail::{Kit, Ran, TWO};
use crate::support::mail_server::{PASSWORD, Server, Tls, USER};

fn refused(server: &Server, ran: &Ran, why: &str) {
    assert_eq!(ran.code, 4, "{}", ran.said);
    assert!(ran.said.contains("ann@example.com: not sent: localhost:") && ran.said.contains(why), "{}", ran.said);
    assert!(ran.said.contains("bob@example.com: not sent"), "{}", ran.said);
    assert!(!ran.said.contains(PASSWORD), "{}", ran.said);
    let seen = server.seen();
    let told = |(_, command): &(bool, String)| command.starts_with("AUTH") || command.starts_with("MAIL");
    assert!(!seen.commands.iter().any(told) && seen.messages.is_empty(), "{:?}", seen.commands);
    assert_eq!(seen.connections, 1, "there is no second attempt for the next recipient");
}

#[test]
fn a_certificate_of_an_unknown_authority_is_refused() {
    for tls in [Tls::Implicit, Tls::Upgraded] {
        let server = Server::start(tls, &[]);
        let kit = Kit::new(&fixture::demo());
        let scheme = if tls == Tls::Implicit { "smtps" } else { "smtp" };
        let address = format!("{scheme}://{USER}@localhost:{}", server.port);
        kit.configure(&address, &format!("password = \"file:password\"\n{TWO}"));
        let ran = kit.send();
        refused(&server, &ran, "invalid peer certificate");
        assert!(ran.said.contains("write the file of the authority that signed it to [email] ca_file"), "{}", ran.said);
    }
}

#[test]
fn a_certificate_for_another_name_is_refused() {
    let server = Server::start(Tls::Implicit, &[]);
    let kit = Kit::new(&fixture::demo());
    kit.configure_for(&server, Tls::Implicit, TWO);
    let text = kit.read("headcount.toml").replace("@localhost:", "@127.0.0.1:");
    kit.write("headcount.toml", &text);
    let ran = kit.send();
    assert_eq!(ran.code, 4, "{}", ran.said);
    assert!(ran.said.contains("not valid for name") && server.seen().messages.is_empty(), "{}", ran.said);
    assert!(ran.said.contains("write a name that the certificate has to [email] smtp"), "{}", ran.said);
}

#[test]
fn a_server_without_starttls_hears_nothing() {
    let (server, kit) = Kit::serving(&fixture::demo(), Tls::Stripped, &[], TWO);
    refused(&server, &kit.send(), "offers no STARTTLS");
}

#[test]
fn answers_from_before_tls_are_no_answers_within() {
    let (server, kit) = Kit::serving(&fixture::demo(), Tls::Injected, &[], TWO);
    refused(&server, &kit.send(), "STARTTLS");
}

#[test]
fn a_wrong_password_is_not_shown_even_if_the_server_repeats_it() {
    let (_server, kit) = Kit::serving(&fixture::demo(), Tls::Implicit, &[], TWO);
    kit.write("password", "hunter2-as-ever");
    let ran = kit.run(&["-vvv"]);
    assert_eq!(ran.code, 4, "{}", ran.said);
    assert!(ran.said.contains("the server refuses the login"), "{}", ran.said);
    assert!(!ran.said.contains("hunter2-as-ever") && !ran.said.contains(PASSWORD), "{}", ran.said);
}

#[test]
fn what_is_missing_is_said_before_anything_is_sent() {
    let (server, kit) = Kit::serving(&fixture::demo(), Tls::Implicit, &[], TWO);
    let good = kit.read("headcount.toml");
    for (from, to, expected) in [
        ("file:password", "file:passwort", "can't read the secret file"),
        ("file:password", "env:HEADCOUNT_TEST_UNSET", "HEADCOUNT_TEST_UNSET is not set"),
        ("ca.pem", "cb.pem", "cb.pem can't be read"),
        ("[email]", "[report]\ntitle = \"x\"\n[e]", "unknown key `e`"),
        ("to = [", "attach = [\"report.xlsx\"]\nto = [", "can't attach report.xlsx"),
    ] {
        kit.write("headcount.toml", &good.replacen(from, to, 1));
        let ran = kit.send();
        assert_eq!(ran.code, 2, "{expected}: {}", ran.said);
        assert!(ran.said.contains(expected), "{expected}: {}", ran.said);
    }
    assert_eq!(server.seen().connections, 0);
}
