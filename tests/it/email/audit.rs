//! `audit --email`: from the vendors and the roster to the managers.

use headcount::model::Severity;
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
    let audited = audit(
        &tenant,
        &server,
        &format!("{MANAGERS}managers = {{ min_severity = \"medium\" }}\n"),
        &["--email", "--format", "md"],
    );
    assert_eq!(audited.code(), 1, "the gate's exit code stays: {}", audited.stderr());
    let report: Report = audited.report();
    let messages = server.seen().messages;
    assert!(messages.len() > 5, "{}", messages.len());
    let findings = report.findings.to_vec().expect("findings");
    let (mut told, mut asked) = (0, 0);
    for (to, message) in &messages {
        let plain = open(message).plain.split_whitespace().collect::<Vec<_>>().join(" ");
        let [to] = to.as_slice() else { panic!("{to:?}") };
        for reference in plain.split(" Reference: ").skip(1) {
            let reference = reference.split(' ').next().expect("a reference");
            let finding =
                findings.iter().find(|finding| finding.fingerprint.starts_with(reference)).expect("a finding");
            let id = finding.subject.employee_id.as_ref().expect("a person");
            assert_eq!(report.managers[id].email.as_ref(), Some(to), "{to} was asked about {id}");
            assert!(finding.severity <= Severity::Medium, "{finding:?}");
            told += 1;
        }
        asked += usize::from(plain.contains("HR names you as the manager"));
        assert_eq!(message.contains("filename=\"review-"), to != "iam@example.com");
    }
    assert_eq!(asked, messages.len() - 1, "everybody but the team");
    assert!(told > 10, "{told}");
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
