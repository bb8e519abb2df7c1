//! Accounts that the organisation vouches for are counted by themselves, and their declarations are accounted for.

use serde_json::json;

use crate::support::office::{Office, user};

const CONFIG: &str = "[exceptions]\ndeclared = \"declared-accounts.toml\"\n";

const DECLARED: &str = r#"
[[account]]
kind = "service"
source = "voiso"
email = "dialler@example.com"
owner = "E-0044"
purpose = "Dials the call-back list"
review_date = 2026-06-30

[[account]]
kind = "shared"
source = "voiso"
pattern = { email = 'desk-\d+@example\.com' }
owner = "E-0041"
expires = 2026-12-31

[[account]]
kind = "external"
source = "voiso"
email = "auditor@partner.example"
expires = 2026-10-14

[[account]]
kind = "break-glass"
source = "voiso"
id = "999"

[[account]]
kind = "service"
source = "voiso"
email = "bruno.okafor@example.com"
"#;

fn office() -> Office {
    let office = Office::new(
        vec![
            user("1", "Dialler", "Dialler@example.com"),
            user("2", "Desk 1", "desk-1@example.com"),
            user("3", "Desk 2", "desk-2@example.com"),
            user("4", "An auditor", "auditor@partner.example"),
            user("5", "Bruno Okafor", "bruno.okafor@example.com"),
            user("6", "Ann Lindqvist", "ann.lindqvist@example.com"),
        ],
        "",
        CONFIG,
    );
    office.write("declared-accounts.toml", DECLARED);
    office
}

#[test]
fn declared_accounts_are_no_orphans_and_every_declaration_is_accounted_for() {
    let office = office();
    let run = office.run(&["audit"]);
    assert!(
        run.stderr.contains("6 accounts from 1 source: 1 matched, 1 unmatched, 0 ambiguous, 0 in conflict, 4 declared"),
        "{}",
        run.stderr
    );
    let report = office.report();
    let sum = &report.correlation;
    assert_eq!((sum.accounts, sum.matched, sum.unmatched, sum.declared), (6, 1, 1, 4));
    let found = report.findings.to_vec().expect("findings");
    let orphans: Vec<_> =
        found.iter().filter(|f| f.rule == "orphaned").map(|f| f.subject.account_id.as_deref()).collect();
    assert_eq!(orphans, [Some("4")], "the expired declaration vouches for nobody");
    let states: Vec<_> = report.exceptions.iter().map(|e| (e.id.as_str(), e.state.as_str())).collect();
    assert_eq!(
        states,
        [
            ("voiso: email = dialler@example.com", "used"),
            (r"voiso: email matches desk-\d+@example\.com", "used"),
            ("voiso: email = auditor@partner.example", "expired"),
            ("voiso: id = 999", "unused"),
            ("voiso: email = bruno.okafor@example.com", "used"),
        ]
    );
    assert_eq!(report.exceptions[0].details["remarks"], json!(["the owner has left, or is not in the roster"]));
    assert_eq!(report.exceptions[1].details["accounts"], json!(2));
    let contradiction = report.exceptions[4].details["remarks"].to_string();
    assert!(contradiction.contains("contradiction") && contradiction.contains("such as 5"), "{contradiction}");
    for name in ["headcount-out/report.html", "headcount-out/report.md"] {
        let text = office.read(name);
        assert!(text.contains("+ 4 declared") && text.contains("contradiction") && text.contains("unused"), "{name}");
    }
}

#[test]
fn rules_read_declarations() {
    let office = office();
    std::fs::create_dir(office.path("rules")).expect("folder");
    office.write(
        "rules/own-declared.toml",
        r#"
id = "own-declared"
title = "A declared account whose owner has left"
severity = "high"
subject = "account"
when = 'account.situation == "declared" && declared.owner_left && has(declared.review_date) && declared.review_date < now - days(30)'
message = "{{declared.owner}} has left and answered for this {{declared.kind}} account."
why = "Nobody answers for it."
remediation = "Name another owner."
controls = ["CIS:5.5"]

[[examples]]
name = "the owner has left"
expect = "violation"
now = 2026-11-20T00:00:00Z
account = { declared = { kind = "service", owner = "E-1", owner_left = true, review_date = 2026-01-31 } }

[[examples]]
name = "the owner is still here"
expect = "pass"
now = 2026-11-20T00:00:00Z
account = { declared = { owner = "E-1", review_date = 2026-01-31 } }
"#,
    );
    let config = office.read("headcount.toml");
    office.write("headcount.toml", &format!("{config}\n[rules]\npaths = [\"rules\"]\n"));
    let run = office.run(&["audit"]);
    let report = office.report();
    let found: Vec<_> = report
        .findings
        .to_vec()
        .expect("findings")
        .into_iter()
        .filter(|finding| finding.rule == "own-declared")
        .collect();
    assert_eq!(found.len(), 1, "{}", run.stderr);
    assert_eq!(found[0].message, "E-0044 has left and answered for this service account.");
    assert_eq!(found[0].matched["declared"], json!("service, email = dialler@example.com (line 2)"));
    let tested = office.run(&["rules", "show", "own-declared", "-c", "headcount.toml"]);
    assert_ne!(tested.code, 0, "`rules show` knows no --as-of");
}

#[test]
fn a_mistake_in_the_file_is_refused_with_its_place() {
    let office = office();
    office.write("declared-accounts.toml", &DECLARED.replacen("source = \"voiso\"", "source = \"vosio\"", 1));
    let run = office.run(&["audit"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(
        run.stderr.contains("declared-accounts.toml:4:10") && run.stderr.contains("did you mean \"voiso\"?"),
        "{}",
        run.stderr
    );
    std::fs::remove_file(office.path("declared-accounts.toml")).expect("removed");
    let run = office.run(&["audit"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("can't read the declared accounts"), "{}", run.stderr);
}

#[test]
fn a_pattern_that_covers_too_much_fails_the_default_gate() {
    let desks = |count: u32| {
        let desk = |n: u32| user(&n.to_string(), &format!("Desk {n}"), &format!("desk-{n}@example.com"));
        let office = Office::new((1..=count).map(desk).collect(), "", CONFIG);
        let pattern = "pattern = { email = 'desk-\\d+@example\\.com' }";
        let rest = "owner = \"E-0041\"\npurpose = \"desks\"\nreview_date = 2026-06-30";
        let declared = format!("[[account]]\nkind = \"shared\"\nsource = \"voiso\"\n{pattern}\n{rest}\n");
        office.write("declared-accounts.toml", &declared);
        (office, declared)
    };
    let broad = |office: &Office| {
        let run = office.run(&["audit"]);
        let found = office.report().findings.to_vec().expect("findings");
        let messages = found.into_iter().filter(|one| one.rule == "declared-too-broad").map(|one| one.message);
        (run.code, messages.collect::<Vec<_>>())
    };
    let (few, _) = desks(10);
    assert_eq!(broad(&few), (0, vec![]));
    let (many, declared) = desks(11);
    let said = r#"The pattern "voiso: email matches desk-\d+@example\.com" vouches for 11 of 11 accounts; without up_to, it may be 10."#;
    assert_eq!(broad(&many), (1, vec![said.to_owned()]));
    for (up_to, code) in [(10, 1), (11, 0)] {
        many.write("declared-accounts.toml", &format!("{declared}up_to = {up_to}\n"));
        assert_eq!(broad(&many).0, code, "{up_to}");
    }
    // One that was declared before it is still one that it vouches for.
    let first = "[[account]]\nkind = \"shared\"\nsource = \"voiso\"\nid = \"1\"\nowner = \"E-0041\"\npurpose = \"desk\"\n\
                 review_date = 2026-06-30\n";
    many.write("declared-accounts.toml", &format!("{first}{declared}"));
    assert_eq!(broad(&many).0, 1);
    // What has ended vouches for nobody.
    many.write("declared-accounts.toml", &format!("{declared}expires = 2026-01-01\n"));
    assert!(broad(&many).1.is_empty());
    many.write("declared-accounts.toml", &declared.replace("2026-06-30", "2998-06-30"));
    let run = many.run(&["audit"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("declared-accounts.toml:7:15"), "{}", run.stderr);
}
