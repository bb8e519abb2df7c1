//! `audit --email`: from the vendors and the roster to the managers.

use headcount::report::Report;

use crate::support::mail::open;
use crate::support::mail_server::{Act, PASSWORD, Server, Tls, USER, at};
use crate::support::tenant::{Audited, Tenant};

const MANAGERS: &str = "to = \"managers\"\nfallback = [\"iam@example.com\"]\nallowed_domains = [\"example.com\"]\n";

fn audit(tenant: &Tenant, server: &Server, lines: &str, arguments: &[&str]) -> Audited {
    let path = tenant.config();
    let text = std::fs::read_to_string(&path).expect("a configuration");
    let rest = text.split("[email]").next().expect("the rest").to_owned();
    std::fs::write(tenant.kit.path().join("smtp-password"), PASSWORD).expect("written");
    let email = format!(
        "[email]\nsmtp = \"smtps://{USER}@localhost:{}\"\npassword = \"file:smtp-password\"\nca_file = '{}'\n\
         from = \"access@example.com\"\ntimeout = \"30s\"\n{lines}",
        server.port,
        server.authority().display()
    );
    std::fs::write(&path, format!("{rest}{email}")).expect("written");
    tenant.audit(arguments)
}

#[test]
fn each_manager_of_the_roster_gets_their_own() {
    let tenant = Tenant::new(600, 5);
    let server = Server::start(Tls::Implicit, &[]);
    let audited = audit(&tenant, &server, MANAGERS, &["--email", "--format", "md"]);
    assert_eq!(audited.code(), 1, "the gate's exit code stays: {}", audited.stderr());
    let report: Report = audited.report();
    let messages = server.seen().messages;
    assert!(messages.len() > 5, "{}", messages.len());
    let mut told = 0;
    for (to, message) in &messages {
        let plain = open(message).plain.split_whitespace().collect::<Vec<_>>().join(" ");
        let [to] = to.as_slice() else { panic!("{to:?}") };
        let mine = |id: &str| report.managers.get(id).is_some_and(|manager| manager.email.as_ref() == Some(to));
        for person in plain.split(" person: ").skip(1) {
            let person = person.split(['*', ';']).next().expect("a person");
            let Some(id) = report.managers.keys().find(|id| person.contains(id.as_str())) else { continue };
            assert!(mine(id) || to == "iam@example.com", "{to} was told about {id}");
            told += usize::from(mine(id));
        }
    }
    assert!(told > 20, "{told}");
}

#[test]
fn a_delivery_that_fails_is_told_and_can_be_repeated() {
    let tenant = Tenant::new(600, 5);
    let server = Server::start(Tls::Implicit, &[at("RCPT", Act::Say("550 no"))]);
    let list = "to = [\"ciso@example.com\"]\nattach = [\"findings.csv\"]\n";
    let audited = audit(&tenant, &server, list, &["--email", "--format", "csv"]);
    assert_eq!(audited.code(), 1, "a finding goes first, and both are said: {}", audited.stderr());
    assert!(audited.stderr().contains("ciso@example.com: refused: 550"), "{}", audited.stderr());
    assert!(!audited.report().managers.is_empty(), "the page says whom to ask");
    let undelivered = audit(&tenant, &server, list, &["--email", "--format", "csv", "--exit-zero"]);
    assert_eq!(undelivered.code(), 4, "an orphan beside a failed delivery: {}", undelivered.stderr());
    server.behave(&[]);
    let report = audited.out.join("report.json");
    let again = || {
        let mut command = crate::support::process::headcount();
        command.arg("email").arg("-c").arg(tenant.config()).arg("--report").arg(&report);
        command.output().expect("ran").status.code()
    };
    assert_eq!((again(), again()), (Some(0), Some(0)));
    let messages = server.seen().messages;
    assert_eq!(messages.len(), 1);
    assert!(messages[0].1.contains("filename=\"findings.csv\""));
}

#[test]
fn nothing_is_fetched_if_the_mail_could_not_be_sent() {
    let tenant = Tenant::new(600, 5);
    let server = Server::start(Tls::Implicit, &[]);
    for (lines, arguments, expected) in [
        (MANAGERS, ["--email", "--privacy", "counts"].as_slice(), "nobody's manager is known without people"),
        ("to = [\"a@example.com\"]\nattach = [\"findings.csv\"]\n", &["--email"], "which this audit doesn't write"),
        ("to = []\n", &["--email"], "nobody would get the mail"),
    ] {
        let audited = audit(&tenant, &server, lines, arguments);
        assert_eq!(audited.code(), 2, "{expected}: {}", audited.stderr());
        assert!(audited.stderr().contains(expected), "{expected}: {}", audited.stderr());
    }
    audit(&tenant, &server, MANAGERS, &["--help"]);
    let mut command = crate::support::process::headcount();
    let output =
        command.args(["audit", "--email", "--format", "json", "--out", "-", "-c"]).arg(tenant.config()).output();
    let output = output.expect("ran");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("the report has to be a file"));
    assert_eq!(server.seen().connections, 0);
}
