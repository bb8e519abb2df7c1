//! Each reviewer hears once of their packet, is reminded, and after the due day their manager hears of them: by the day that is asked
//! about, and once, whatever runs how often.

use super::desk::{Desk, EVIDENCE, REVIEW};
use crate::support::mail_server::{Act, PASSWORD, Server, Tls, USER, at};
use crate::support::process::headcount;

/// A desk with a mail server.
pub(super) fn serving(script: &[crate::support::mail_server::Script]) -> (Server, Desk) {
    let server = Server::start(Tls::Implicit, script);
    let review = format!("{REVIEW}remind = [\"7d\", \"2d\"]\nescalate = \"2d\"\npackets = [\"xlsx\", \"html\"]\n");
    let email = format!(
        "[email]\nsmtp = \"smtps://{USER}@localhost:{}\"\npassword = \"env:SMTP_PASSWORD\"\nca_file = '{}'\n\
         from = \"access@example.com\"\nto = [\"iam@example.com\"]\nallowed_domains = [\"example.com\"]\ntimeout = \"20s\"\n",
        server.port,
        server.authority().display()
    );
    let desk = Desk::new(&format!("{review}{email}"));
    desk.seal(EVIDENCE);
    desk.open(&[]).ends(0);
    (server, desk)
}

pub(super) fn send(desk: &Desk, day: &str) -> (i32, String) {
    let output = headcount()
        .current_dir(desk.path(""))
        .env("SMTP_PASSWORD", PASSWORD)
        .args(["review", "send", "q4", "--as-of", day])
        .output()
        .expect("ran");
    (output.status.code().expect("not killed"), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Whom mail went to since a number of messages, and how each subject begins.
pub(super) fn since(server: &Server, before: usize) -> Vec<(String, String)> {
    let messages = server.seen().messages;
    let header = |mail: &str, name: &str| {
        let line = mail.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        line.trim().to_owned()
    };
    let mut all: Vec<(String, String)> = messages[before..]
        .iter()
        .map(|(_, mail)| {
            let to = header(mail, "To:").split('<').nth(1).unwrap_or_default().trim_end_matches('>').to_owned();
            (to, header(mail, "Subject:").chars().take(8).collect())
        })
        .collect();
    all.sort();
    all
}

#[test]
fn mails_go_out_once_and_on_their_days() {
    let (server, desk) = serving(&[]);
    let (code, words) = send(&desk, "2026-12-01");
    assert_eq!(code, 0, "{words}");
    let first = since(&server, 0);
    let to: Vec<&str> = first.iter().map(|(to, _)| to.as_str()).collect();
    assert_eq!(to, ["ada@example.com", "bob@example.com", "eve@example.com"]);
    let whole =
        server.seen().messages.iter().find(|(_, mail)| mail.contains("bob@example.com")).expect("his").1.clone();
    assert!(
        whole.contains("q4-e-2-r1.xlsx") && whole.contains("q4-e-2-r1.html") && whole.contains("18 December 2026"),
        "{whole}"
    );
    assert!(!whole.contains("q4-e-1-r1"), "nobody else's packet");
    for (day, expected) in [
        ("2026-12-01", &[][..]),
        ("2026-12-10", &[]),
        (
            "2026-12-11",
            &[("ada@example.com", "Reminder"), ("bob@example.com", "Reminder"), ("eve@example.com", "Reminder")],
        ),
        ("2026-12-12", &[]),
    ] {
        let before = server.seen().messages.len();
        assert_eq!(send(&desk, day).0, 0);
        let found = since(&server, before);
        let found: Vec<(&str, &str)> = found.iter().map(|(to, subject)| (to.as_str(), subject.as_str())).collect();
        assert_eq!(found, expected, "{day}");
    }
    // Bob answers, and is left alone; Ada has nobody above her.
    let mut bob = desk.packet("E-2", 1);
    bob.decide_all("Keep").sign("Bob Birch").save(&desk.path("bob.xlsx"));
    desk.collect("2026-12-13", &["bob.xlsx"]).ends(0);
    let before = server.seen().messages.len();
    assert_eq!(send(&desk, "2026-12-17").0, 0);
    assert_eq!(since(&server, before).len(), 2);
    let before = server.seen().messages.len();
    let (code, words) = send(&desk, "2026-12-20");
    assert_eq!(code, 4, "{words}");
    assert!(words.contains("E-1 can't be reached: no manager is given"), "{words}");
    assert_eq!(since(&server, before), [("ada@example.com".to_owned(), "Overdue ".to_owned())]);
    assert!(send(&desk, "2026-12-21").1.contains("No mail is due"));
}

#[test]
fn what_a_server_refused_goes_next_time_and_nothing_else() {
    let (server, desk) = serving(&[at("RCPT TO:<eve@", Act::Say("550 no such mailbox"))]);
    let (code, words) = send(&desk, "2026-12-01");
    assert_eq!(code, 4, "{words}");
    assert!(words.contains("eve@example.com: refused") && words.contains("`headcount review send`"), "{words}");
    assert_eq!(since(&server, 0).len(), 2);
    server.behave(&[]);
    assert_eq!(send(&desk, "2026-12-02").0, 0);
    let found = since(&server, 2);
    assert_eq!(found.iter().map(|(to, _)| to.as_str()).collect::<Vec<_>>(), ["eve@example.com"]);
    let folder = desk.run(&["review", "send", "q4", "--as-of", "2026-12-11", "--dry-run", "mails"]).ends(0);
    folder.says("Wrote 3 mails to mails; none was sent");
}

#[test]
fn a_server_that_is_down_loses_nothing() {
    let (server, desk) = serving(&[]);
    let config = std::fs::read_to_string(desk.path("headcount.toml")).expect("a configuration");
    let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its number").port();
    desk.write("headcount.toml", config.replace(&format!("localhost:{}", server.port), &format!("localhost:{closed}")));
    let (code, words) = send(&desk, "2026-12-01");
    assert!(code == 4 && words.contains("accepted for 0 of 3"), "{words}");
    desk.write("headcount.toml", config);
    assert_eq!(send(&desk, "2026-12-01").0, 0);
    assert_eq!(since(&server, 0).len(), 3);
}
