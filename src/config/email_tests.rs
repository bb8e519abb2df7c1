//! What `[email]` takes, and what it refuses with a place.

use std::path::Path;

use crate::config::{Config, EmailConfig, MailTls, Recipients};
use crate::model::Severity;

const LIST: &str = "smtp = \"smtps://mailer@smtp.example.com\"\npassword = \"env:SMTP_PASSWORD\"\n\
                    from = \"Access review <access@example.com>\"\nto = [\"ciso@example.com\"]\n";

const REST: &str = "[hr]\nfile = \"hr.csv\"\n[[source]]\nname = \"badges\"\nvendor = \"file\"\nfile = \"badges.csv\"\n";

fn parse(lines: &str) -> Result<EmailConfig, String> {
    let text = format!("{REST}[email]\n{lines}");
    let config = Config::parse(Path::new("headcount.toml"), &text)
        .map_err(|mistakes| mistakes.iter().map(|one| one.render(false)).collect::<Vec<_>>().join("\n"))?;
    Ok(config.email.expect("an [email]"))
}

#[test]
fn a_list_needs_no_more_than_server_sender_and_recipients() {
    let email = parse(LIST).expect("good");
    assert_eq!((email.server.host.as_str(), email.server.port), ("smtp.example.com", 465));
    assert_eq!(email.server.tls, MailTls::Implicit);
    assert_eq!(email.server.login.as_ref().map(|login| login.user.as_str()), Some("mailer"));
    assert_eq!(email.list_id, "access-review.example.com");
    assert_eq!(email.max_age.as_secs(), 7 * 24 * 60 * 60);
    assert_eq!(email.deadline.as_secs(), 14 * 24 * 60 * 60);
    assert!(matches!(email.to, Recipients::List(list) if list.len() == 1));
    let starttls = parse(&LIST.replace("smtps://mailer@", "smtp://mailer%40example.com@")).expect("good");
    assert_eq!((starttls.server.port, starttls.server.tls), (587, MailTls::StartTls));
    assert_eq!(starttls.server.login.map(|login| login.user).as_deref(), Some("mailer@example.com"));
}

#[test]
fn managers_need_a_fallback_and_domains() {
    let managers = LIST.replace("[\"ciso@example.com\"]", "\"managers\"");
    assert!(parse(&managers).expect_err("no domains").contains("add allowed_domains"));
    let with_domains = format!("{managers}allowed_domains = [\"Example.com\"]\n");
    assert!(parse(&with_domains).expect_err("no fallback").contains("add fallback"));
    let good = parse(&format!("{with_domains}fallback = [\"access@example.com\"]\n")).expect("good");
    assert_eq!(good.allowed_domains, Some(vec!["example.com".to_owned()]));
    let outside = parse(&format!("{with_domains}fallback = [\"access@example.org\"]\n")).expect_err("outside");
    assert!(outside.contains("access@example.org is outside of allowed_domains"), "{outside}");
}

#[test]
fn managers_are_asked_what_they_can_answer() {
    let managers = LIST.replace("[\"ciso@example.com\"]", "\"managers\"");
    let with = |line: &str| {
        let lines = "allowed_domains = [\"example.com\"]\nfallback = [\"access@example.com\"]\n";
        match parse(&format!("{managers}{lines}{line}")).expect("good").to {
            Recipients::Managers { questions, .. } => questions,
            Recipients::List(_) => panic!("managers"),
        }
    };
    let usual = with("");
    assert!(
        usual.ask_about("leaver-active", Severity::Critical) && usual.ask_about("privileged-external", Severity::High)
    );
    assert!(!usual.ask_about("stale-login", Severity::Medium), "not bad enough");
    assert!(!usual.ask_about("orphaned", Severity::High), "nobody's manager can answer");
    let low = with("managers = { min_severity = \"low\" }");
    assert!(low.ask_about("stale-login", Severity::Medium) && !low.ask_about("privileged", Severity::Info));
    let own = with("managers = { rules = [\"locked\", \"my-own\"], min_severity = \"info\" }");
    assert!(own.ask_about("my-own", Severity::Info) && !own.ask_about("leaver-active", Severity::Critical));
    let unknown = own.unknown(["locked", "my-owl"].into_iter());
    assert_eq!(unknown.len(), 1);
    let shown = unknown[0].render(false);
    assert!(shown.contains("headcount.toml:14:33") && shown.contains("did you mean \"my-owl\"?"), "{shown}");
}

#[test]
fn a_mistake_in_a_list_is_shown_at_its_entry() {
    let two = "to = [\"ciso@example.com\", '\"ann lee\"@example.com']";
    let shown = parse(&LIST.replace("to = [\"ciso@example.com\"]", two)).expect_err("quotes");
    assert!(shown.contains("headcount.toml:11:27") && shown.contains("has a quoted part before the @"), "{shown}");
    let outside = two.replace("'\"ann lee\"@example.com'", "\"ann@example.org\"");
    let outside = format!("allowed_domains = [\"example.com\"]\n{outside}");
    let shown = parse(&LIST.replace("to = [\"ciso@example.com\"]", &outside)).expect_err("outside");
    assert!(shown.contains("headcount.toml:12:27") && shown.contains("ann@example.org is outside"), "{shown}");
}

#[test]
fn mistakes_have_a_place_and_no_secret() {
    for (from, to, expected) in [
        ("smtps://mailer@", "smtps://mailer:hunter2@", "an address may not hold a password"),
        ("smtps://mailer@", "smtps://", "no user whose it is"),
        ("smtps://", "http://", "unknown scheme \"http\""),
        ("smtp.example.com", "smtp.example.com/x", "more than user, server and port"),
        ("\"env:SMTP_PASSWORD\"", "\"hunter2\"", "a secret can't stand in the configuration"),
        ("password = \"env:SMTP_PASSWORD\"\n", "", "there is no password"),
        ("access@example.com", "access", "is no address"),
        ("[\"ciso@example.com\"]", "[]", "nobody would get the mail"),
        ("[\"ciso@example.com\"]", "[\"a@example.com\\r\\nBcc: b@example.com\"]", "is no address"),
        ("[\"ciso@example.com\"]", "\"manager\"", "unknown recipients \"manager\""),
        ("[\"ciso@example.com\"]", "7", "expected a list of addresses, or \"managers\""),
        ("to =", "cc =", "unknown key `cc`"),
        ("to =", "attach = [\"../x.xlsx\"]\nto =", "this file can't be attached"),
        ("to =", "attach = [\"report.html\"]\nto =", "this file can't be attached"),
        ("to =", "list_id = \"<x>\"\nto =", "this is no List-Id"),
        ("to =", "subject_prefix = \"a\\nb\"\nto =", "one line"),
        ("to =", "timeout = \"0s\"\nto =", "timeout is not a duration"),
        ("to =", "max_age = \"0d\"\nto =", "max_age is not a duration"),
        ("to =", "max_age = \"a week\"\nto =", "for example \"7d\""),
        ("to =", "deadline = \"soon\"\nto =", "for example \"14d\""),
        ("to =", "deadline = \"2y\"\nto =", "deadline is over a year"),
        ("to =", "managers = { min_severity = \"low\" }\nto =", "managers is for to = \"managers\""),
        ("to =", "managers = { severity = \"low\" }\nto =", "unknown key `severity`"),
        ("to =", "fallback = [\"a@example.com\"]\nto =", "fallback is for to = \"managers\""),
        ("to =", "allowed_domains = [\"example.org\"]\nto =", "ciso@example.com is outside"),
    ] {
        let shown = parse(&LIST.replacen(from, to, 1)).expect_err(expected);
        assert!(shown.contains(expected) && shown.contains("headcount.toml:"), "{expected}: {shown}");
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

#[test]
fn what_init_suggests_is_good() {
    let tail = include_str!("../../templates/init/tail.toml");
    let (_, lines) = tail.split_once("# [email]").expect("a suggestion");
    let (list, managers) = lines.split_once("# Or each manager").expect("both ways");
    let uncommented = |text: &str| {
        let lines = text.lines().filter_map(|line| line.strip_prefix("# ")).filter(|line| line.contains(" = "));
        lines.chain([""]).collect::<Vec<_>>().join("\n")
    };
    parse(&uncommented(list)).expect("a good list");
    let list = uncommented(list).replace("to = [", "attach = []\n#");
    parse(&format!("{list}{}", uncommented(managers))).expect("good managers");
}
