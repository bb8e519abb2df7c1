//! Each manager hears of their own people, and somebody hears of all the others.

use std::collections::BTreeMap;

use headcount::model::Disposition;
use headcount::report::{Manager, Report, Run};

use crate::support::fixture;
use crate::support::mail::{Kit, open};
use crate::support::mail_server::{Act, Script, Tls, at};

const MANAGERS: &str = "to = \"managers\"\nfallback = [\"iam@example.com\"]\nallowed_domains = [\"example.com\"]\n";
const ADDRESS: &str = "smtps://smtp.example.com";

fn manager(email: &str) -> Manager {
    Manager { employee_id: Some("E-1".to_owned()), email: Some(email.to_owned()), ..Manager::default() }
}

/// The demo, whose people have managers of all kinds.
fn report() -> Report {
    let mut report = fixture::demo();
    let unknown = |why: &str| Manager { unknown: Some(why.to_owned()), ..Manager::default() };
    report.managers = BTreeMap::from(
        [
            ("E-1042", manager("tomas@example.com")),
            ("E-0377", manager("Tomas@EXAMPLE.com")),
            ("E-1200", unknown("the manager has left")),
            ("E-2000", manager("rosa@example.com")),
            ("E-2001", manager("eve@evil.example")),
            ("E-2002", manager("not\r\nBcc: an@address")),
            ("E-2003", manager("rosa@example.com")),
        ]
        .map(|(id, manager)| (id.to_owned(), manager)),
    );
    report
}

/// The plain text of each mail, by the start of its file's name.
fn mails(report: &Report) -> BTreeMap<String, String> {
    let report =
        Report { run: Run { started_at: fixture::at("2020-01-01T00:00:00Z"), ..report.run.clone() }, ..report.clone() };
    let kit = Kit::new(&report);
    kit.configure(ADDRESS, MANAGERS);
    kit.write("report.xlsx", "a workbook");
    let mails = kit.dry_run().into_iter().map(|(name, mail)| {
        assert_eq!(mail.contains("filename=\"report.xlsx\""), name == "fallback.eml", "{name}");
        let opened = open(&mail);
        assert!(!opened.headers.contains("evil.example") && !opened.headers.contains("Bcc"), "{}", opened.headers);
        let short = name.split("-example-com").next().expect("a name").to_owned();
        (short, opened.plain.split_whitespace().collect::<Vec<_>>().join(" "))
    });
    mails.collect()
}

#[test]
fn each_manager_hears_of_their_own_people_only() {
    let mails = mails(&report());
    assert_eq!(mails.keys().collect::<Vec<_>>(), ["fallback.eml", "manager-rosa", "manager-tomas"]);
    let own = [("manager-rosa", vec!["Noor Castellan"]), ("manager-tomas", vec!["Maren Oduya", "Ilse Brandauer"])];
    let all = ["Noor Castellan", "Maren Oduya", "Ilse Brandauer", "Jun Abernathy", "Sofia Wren", "Qa Runner", "2,412"];
    for (name, own) in own {
        let text = &mails[name];
        for person in all {
            assert_eq!(text.contains(person), own.contains(&person), "{name}: {person}");
        }
        assert!(text.contains("the HR file names you as the manager"), "{text}");
    }
    assert!(
        mails["manager-tomas"].starts_with("Action needed: 4 accounts of your people"),
        "{}",
        mails["manager-tomas"]
    );
}

#[test]
fn whoever_has_no_manager_to_ask_is_in_the_fallback_with_the_reason() {
    let mails = mails(&report());
    let text = &mails["fallback.eml"];
    for (reason, name) in [
        ("== The manager has left ==", "Anselm Rook"),
        ("== The manager's address is outside of allowed_domains ==", "Jun Abernathy"),
        ("== The manager's address can't be used ==", "Sofia Wren"),
        ("== Nobody is known who answers for these ==", "Qa Runner"),
    ] {
        let from = text.find(reason).unwrap_or_else(|| panic!("no {reason}: {text}"));
        let part = text[from..].split(" == ").nth(1).expect("a part");
        assert!(part.contains(name), "{reason}: {part}");
    }
    assert!(!text.contains("Maren Oduya"), "she is her manager's");
    assert!(text.contains("2 managers are asked about their own people, with 7 findings"), "{text}");
}

#[test]
fn a_manager_is_asked_only_about_something_new() {
    let mut report = report();
    fixture::edit(&mut report, |findings| {
        for finding in findings.iter_mut().filter(|finding| finding.subject.employee_id.as_deref() == Some("E-2000")) {
            finding.disposition = Disposition::Baselined;
        }
    });
    let mails = mails(&report);
    assert!(!mails.contains_key("manager-rosa"), "{:?}", mails.keys());
    assert!(mails["fallback.eml"].contains("1 of managers for whom nothing is new"), "{}", mails["fallback.eml"]);
}

#[test]
fn an_all_clear_goes_to_the_fallback_alone() {
    let mails = mails(&fixture::empty());
    assert_eq!(mails.keys().collect::<Vec<_>>(), ["fallback.eml"]);
    assert!(mails["fallback.eml"].starts_with("All clear"), "{}", mails["fallback.eml"]);
}

#[test]
fn a_report_that_names_no_managers_is_refused() {
    let kit = Kit::new(&fixture::demo());
    kit.configure(ADDRESS, MANAGERS);
    let ran = kit.run(&["--dry-run", "mails"]);
    assert_eq!(ran.code, 2, "{}", ran.said);
    assert!(ran.said.contains("doesn't say who answers for whom") && !kit.path("mails").exists(), "{}", ran.said);
    let kit = Kit::new(&report());
    kit.configure(ADDRESS, MANAGERS);
    let ran = kit.run(&["--dry-run", "mails", "--privacy", "counts"]);
    assert_eq!(ran.code, 2, "{}", ran.said);
}

#[test]
fn one_connection_serves_all_and_is_made_again_when_it_is_lost() {
    let (server, kit) = Kit::serving(&report(), Tls::Upgraded, &[], MANAGERS);
    let ran = kit.send();
    assert_eq!(ran.code, 0, "{}", ran.said);
    let seen = server.seen();
    let recipients: Vec<_> = seen.messages.iter().flat_map(|(to, _)| to.clone()).collect();
    assert_eq!(
        (seen.connections, recipients),
        (1, ["rosa", "tomas", "iam"].map(|name| format!("{name}@example.com")).into())
    );

    let hang_up = Script { after: 1, times: 1, ..at("MAIL", Act::HangUp) };
    let (server, kit) = Kit::serving(&report(), Tls::Implicit, &[hang_up], MANAGERS);
    let ran = kit.send();
    assert_eq!(ran.code, 0, "{}", ran.said);
    let seen = server.seen();
    assert_eq!((seen.connections, seen.messages.len()), (2, 3));
}
