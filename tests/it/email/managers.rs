//! Each manager is asked about their own people, and the team hears of all the others.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::SystemTime;

use chrono::{DateTime, TimeDelta, Utc};
use headcount::config::{ManagerQuestions, RulesConfig};
use headcount::model::{Disposition, Severity};
use headcount::report::{Manager, Report};
use headcount::rule::RuleSet;

use crate::support::fixture::{self, HOSTILE};
use crate::support::mail::{Kit, Opened, open};
use crate::support::mail_server::{Act, Script, Tls, at};
use crate::support::reading::Book;

const MANAGERS: &str = "to = \"managers\"\nfallback = [\"iam@example.com\"]\nallowed_domains = [\"example.com\"]\n";
/// Whatever the demo has found about people.
const ALL: &str =
    "managers = { rules = [\"leaver-active\", \"stale-login\", \"duplicate\", \"locked\"], min_severity = \"low\" }\n";
const ADDRESS: &str = "smtps://smtp.example.com";

fn manager(name: &str, email: &str) -> Manager {
    let employee_id = Some("E-1".to_owned());
    Manager { employee_id, name: Some(name.to_owned()), email: Some(email.to_owned()), ..Manager::default() }
}

/// The demo, whose people have managers of all kinds, as of now: no answer is late.
fn report() -> Report {
    let mut report = fixture::demo();
    let now: DateTime<Utc> = SystemTime::now().into();
    (report.run.started_at, report.run.finished_at) = (now - TimeDelta::hours(1), now);
    let unknown = |why: &str| Manager { unknown: Some(why.to_owned()), ..Manager::default() };
    report.managers = BTreeMap::from(
        [
            ("E-1042", manager("Tomas Lindqvist", "tomas@example.com")),
            ("E-0377", manager("Tomas Lindqvist", "Tomas@EXAMPLE.com")),
            ("E-1200", unknown("the manager has left")),
            ("E-2000", manager("Rosa Vik", "rosa@example.com")),
            ("E-2001", manager("Eve", "eve@evil.example")),
            ("E-2002", manager("Mallory", "not\r\nBcc: an@address")),
            ("E-2003", manager("Rosa Vik", "rosa@example.com")),
        ]
        .map(|(id, manager)| (id.to_owned(), manager)),
    );
    report
}

/// The last day for an answer, as mails write it.
fn deadline(report: &Report) -> String {
    (report.run.finished_at + TimeDelta::days(14)).format("%-d %B").to_string()
}

/// The mails of a report, by the start of their files' names.
struct Mails {
    kit: Kit,
    mails: BTreeMap<String, Opened>,
}

impl Mails {
    fn new(report: &Report, lines: &str) -> Self {
        let kit = Kit::new(report);
        kit.configure(ADDRESS, &format!("{MANAGERS}{lines}"));
        kit.write("report.xlsx", "a workbook");
        let mails = kit.dry_run().into_iter().map(|(name, mail)| {
            let own = if name == "fallback.eml" { "report" } else { "review-" };
            assert!(mail.contains(&format!("filename=\"{own}")), "{name}");
            assert_eq!(mail.matches("Content-Disposition: attachment").count(), 1, "{name}");
            let opened = open(&mail);
            assert!(!opened.headers.contains("evil.example") && !opened.headers.contains("Bcc"), "{}", opened.headers);
            (name.split("-example-com").next().expect("a name").to_owned(), opened)
        });
        let mails = mails.collect();
        Self { kit, mails }
    }

    fn names(&self) -> Vec<&str> {
        self.mails.keys().map(String::as_str).collect()
    }

    /// In one line.
    fn plain(&self, name: &str) -> String {
        self.mails[name].plain.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The workbook that goes along.
    fn workbook(&self, manager: &str) -> Book {
        let entries =
            std::fs::read_dir(self.kit.path("mails")).expect("a folder").map(|entry| entry.expect("one").path());
        let of_manager =
            |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(manager));
        let is_book = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "xlsx");
        let mut books = entries.filter(|path| of_manager(path) && is_book(path));
        Book::open(std::fs::read(books.next().expect("a workbook")).expect("read"))
    }
}

fn subject(mail: &Opened) -> &str {
    mail.headers.lines().find_map(|line| line.strip_prefix("Subject: ")).expect("a subject")
}

#[test]
fn each_manager_hears_of_their_own_people_only() {
    let report = report();
    let mails = Mails::new(&report, ALL);
    assert_eq!(mails.names(), ["fallback.eml", "manager-rosa", "manager-tomas"]);
    let own = [("manager-rosa", vec!["Noor Castellan"]), ("manager-tomas", vec!["Maren Oduya", "Ilse Brandauer"])];
    let all = ["Noor Castellan", "Maren Oduya", "Ilse Brandauer", "Jun Abernathy", "Sofia Wren", "Qa Runner", "2,412"];
    for (name, own) in own {
        let text = mails.plain(name);
        let book = mails.workbook(name);
        let cells: Vec<&String> = book.sheets.values().flatten().flatten().collect();
        for person in all {
            assert_eq!(text.contains(person), own.contains(&person), "{name}: {person}: {text}");
            assert_eq!(cells.iter().any(|cell| cell.contains(person)), own.contains(&person), "{name}: {person}");
        }
        assert!(text.contains("HR names you as the manager of"), "{text}");
        // What an administrator has to do is told to administrators.
        for text in [&text, &mails.mails[name].html] {
            assert!(!text.contains("Disable the account") && !text.to_lowercase().contains("gate"), "{name}: {text}");
        }
        assert!(cells.iter().all(|cell| !cell.contains("Disable the account") && !cell.contains("Action needed")));
    }
    let day = deadline(&report);
    assert_eq!(subject(&mails.mails["manager-tomas"]), format!("4 accounts of your team need a decision by {day}"));
    assert_eq!(subject(&mails.mails["manager-rosa"]), format!("1 account of your team needs a decision by {day}"));
}

#[test]
fn each_account_has_one_question_with_its_answers() {
    let report = report();
    let mails = Mails::new(&report, ALL);
    let mail = &mails.mails["manager-tomas"];
    let plain = mail.plain.replace("\r\n", "\n").replace(&deadline(&report), "DEADLINE");
    insta::assert_snapshot!("manager.txt", plain);
    let keys = mails.workbook("manager-tomas").column("Review", "Key").len();
    assert_eq!(
        (mail.html.matches("<h2").count(), keys),
        (4, 4),
        "the group is of two accounts, of which one is asked about"
    );
    let links: Vec<&str> =
        mail.html.split("<a href=\"").skip(1).map(|rest| rest.split('"').next().expect("a link")).collect();
    assert_eq!(links.len(), 4 * 3);
    assert!(links.iter().all(|link| link.starts_with("mailto:access@example.com?subject=")), "{links:?}");
    let book = mails.workbook("manager-tomas");
    let questions = book.column("Review", "Question");
    assert_eq!(questions[0], "Maren Oduya has left. May this account be switched off?");
    assert!(book.sheets["How to"][0][0].starts_with("4 accounts to decide about by "), "{:?}", book.sheets["How to"]);
}

#[test]
fn a_manager_is_asked_what_they_can_answer_and_the_team_hears_the_rest() {
    let mails = Mails::new(&report(), "");
    assert_eq!(mails.names(), ["fallback.eml", "manager-tomas"], "nothing about Noor Castellan is bad enough");
    assert!(subject(&mails.mails["manager-tomas"]).starts_with("2 accounts of your team need a decision by "));
    let text = mails.plain("fallback.eml");
    let (_, rest) = text.split_once("== For you: no manager is asked about these ==").expect("a part");
    for part in ["Noor Castellan", "duplicate: Two live accounts.", "privileged: Holds the role", "Disable the account"]
    {
        assert!(rest.contains(part), "{part}: {rest}");
    }
    assert!(!text.contains("leaver-active:"), "that is asked of a manager: {text}");
}

#[test]
fn the_team_hears_who_is_asked_and_whom_nobody_could_ask() {
    let mails = Mails::new(&report(), &ALL.replace("\"locked\"", "\"roster-no-manager\""));
    let text = mails.plain("fallback.eml");
    for (reason, name) in [
        ("== Nobody could be asked: the manager has left ==", "Anselm Rook"),
        ("== Nobody could be asked: the manager's address is outside of allowed_domains ==", "Jun Abernathy"),
        ("== Nobody could be asked: the manager's address can't be used ==", "Sofia Wren"),
        ("== Nobody is known who answers for these ==", "Qa Runner"),
    ] {
        let from = text.find(reason).unwrap_or_else(|| panic!("no {reason}: {text}"));
        let part = text[from..].split(" == ").nth(1).expect("a part");
        assert!(part.contains(name), "{reason}: {part}");
    }
    assert!(!text.contains("leaver-active:"), "that is her manager's: {text}");
    let asked = "- 2 managers are asked about 5 accounts - Tomas Lindqvist, tomas@example.com: 4 accounts \
                 - Rosa Vik, rosa@example.com: 1 account - Nobody could be asked about 3 findings";
    assert!(text.contains(asked), "{text}");
}

#[test]
fn nobody_is_asked_twice_about_what_the_baseline_holds() {
    let mut report = report();
    fixture::edit(&mut report, |findings| {
        for finding in findings.iter_mut().filter(|finding| finding.subject.employee_id.as_deref() == Some("E-2000")) {
            finding.disposition = Disposition::Baselined;
        }
    });
    let mails = Mails::new(&report, ALL);
    assert_eq!(mails.names(), ["fallback.eml", "manager-tomas"]);
    let text = mails.plain("fallback.eml");
    assert!(text.contains("No manager is asked again about 1 finding of the baseline"), "{text}");
    let (_, still_open) = text.split_once("== Still open ==").expect("a part");
    assert!(still_open.contains("Noor Castellan"), "{still_open}");
}

#[test]
fn a_manager_of_a_large_team_is_asked_about_the_worst_in_the_mail_and_about_all_in_the_workbook() {
    let mut report = fixture::large_with(400, |_, mut finding| {
        finding.subject.employee_id = Some("E-1".to_owned());
        finding
    });
    report.run.finished_at = SystemTime::now().into();
    report.managers = BTreeMap::from([("E-1".to_owned(), manager("Rosa Vik", "rosa@example.com"))]);
    let mails = Mails::new(&report, "managers = { rules = [\"stale-login\"], min_severity = \"low\" }\n");
    let mail = &mails.mails["manager-rosa"];
    assert!(mail.html.len() <= 60_000 && mail.html.matches("<h2").count() > 20, "{}", mail.html.len());
    let left = 400 - mail.html.matches("<h2").count();
    assert!(mails.plain("manager-rosa").contains(&format!("{left} more accounts are in review-rosa.xlsx.")));
    assert_eq!(mails.workbook("manager-rosa").column("Review", "Key").len(), 400);
}

#[test]
fn what_hr_and_vendors_write_asks_nothing_else() {
    let mut report = fixture::hostile();
    report.run.finished_at = SystemTime::now().into();
    report.managers = report
        .findings
        .to_vec()
        .expect("findings")
        .into_iter()
        .filter_map(|finding| Some((finding.subject.employee_id?, manager(HOSTILE, "rosa@example.com"))))
        .collect();
    let mails = Mails::new(&report, ALL);
    let mail = &mails.mails["manager-rosa"];
    let html = mail.html.to_lowercase();
    assert_eq!(html.matches("<a ").count(), html.matches("<a href=\"mailto:access@example.com?subject=").count());
    for mark in ["<script", "<img", "https:", "</style></", "javascript:alert(1)\"", "evil.example/p"] {
        assert!(mark == "evil.example/p" || !html.contains(mark), "{mark}");
    }
    for text in [&mail.plain, &mail.html] {
        assert!(!text.contains(['\u{202e}', '\u{feff}', '\u{1b}', '\u{7}']) && !text.contains("https://"));
    }
    assert!(
        !mail.headers.contains("Bcc") && mail.headers.lines().filter(|line| line.starts_with("Subject:")).count() == 1
    );
    assert!(mail.plain.contains("There may be more: not all accounts could be seen at"), "{}", mail.plain);
}

#[test]
fn an_all_clear_goes_to_the_fallback_alone() {
    let mut report = fixture::empty();
    report.run.started_at = fixture::at("2020-01-01T00:00:00Z");
    report.run.finished_at = SystemTime::now().into();
    let mails = Mails::new(&report, "");
    assert_eq!(mails.names(), ["fallback.eml"]);
    let text = mails.plain("fallback.eml");
    assert!(text.starts_with("All clear") && text.contains("No manager is asked about anything"), "{text}");
}

#[test]
fn what_would_ask_in_vain_is_refused() {
    let late = Report { run: fixture::demo().run, ..report() };
    let no_managers = Report { managers: BTreeMap::new(), ..report() };
    for (report, lines, arguments, expected) in [
        (&no_managers, "", "", "doesn't say who answers for whom"),
        (&report(), "", "counts", "doesn't say who answers for whom"),
        (&late, "deadline = \"1h\"\n", "", "by 2026-11-20, which has passed"),
        (&report(), "managers = { rules = [\"stale-logon\"] }\n", "", "headcount.toml:14:23"),
    ] {
        let kit = Kit::new(report);
        kit.configure(ADDRESS, &format!("{MANAGERS}{lines}"));
        let mut all = vec!["--dry-run", "mails"];
        if !arguments.is_empty() {
            all.extend(["--privacy", arguments]);
        }
        let ran = kit.run(&all);
        assert_eq!(ran.code, 2, "{expected}: {}", ran.said);
        assert!(ran.said.contains(expected) && !kit.path("mails").exists(), "{expected}: {}", ran.said);
    }
}

#[test]
fn what_managers_are_asked_by_default_are_rules() {
    let rules = RuleSet::load(&RulesConfig::default()).expect("rules");
    let questions = ManagerQuestions::default();
    let asked = rules.iter().filter(|rule| questions.ask_about(rule.id().as_str(), Severity::Critical));
    assert_eq!(asked.count(), 16);
}

#[test]
fn one_connection_serves_all_and_is_made_again_when_it_is_lost() {
    let lines = format!("{MANAGERS}{ALL}");
    let (server, kit) = Kit::serving(&report(), Tls::Upgraded, &[], &lines);
    let ran = kit.send();
    assert_eq!(ran.code, 0, "{}", ran.said);
    let seen = server.seen();
    let recipients: Vec<_> = seen.messages.iter().flat_map(|(to, _)| to.clone()).collect();
    assert_eq!(
        (seen.connections, recipients),
        (1, ["rosa", "tomas", "iam"].map(|name| format!("{name}@example.com")).into())
    );

    let hang_up = Script { after: 1, times: 1, ..at("MAIL", Act::HangUp) };
    let (server, kit) = Kit::serving(&report(), Tls::Implicit, &[hang_up], &lines);
    let ran = kit.send();
    assert_eq!(ran.code, 0, "{}", ran.said);
    let seen = server.seen();
    assert_eq!((seen.connections, seen.messages.len()), (2, 3));
}
