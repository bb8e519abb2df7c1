//! Waivers as people write them, weighed against findings.

mod signers;

use std::collections::BTreeMap;
use std::path::Path;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::config::ExceptionsConfig;
use crate::exception::Coverage;
use crate::key::Normaliser;
use crate::model::{
    Disposition, Employee, EmployeeId, Employment, EmploymentStatus, Finding, Person, Profile, Roster, Severity,
    Subject, Told, Untold,
};

/// Two people who work here, one who left in August, and one of whom nobody can say.
fn roster() -> Roster {
    let person = |id: &str, name: &str, login: &str, status: Told<EmploymentStatus>| {
        let emails = [&*format!("{login}@example.com")];
        let profile = Profile { id, name, emails: &emails, usernames: &[login], ..Profile::default() };
        Employee::new(&profile).with_employment(&Employment { status, ..Employment::default() })
    };
    let mut left = person("E-3", "Cleo Fox", "cleo", Ok(EmploymentStatus::Terminated));
    left.change_employment(|employment| {
        employment.end_date = Ok("2026-08-31".parse().ok());
        employment.ends_at = "2026-09-01T00:00:00Z".parse().ok();
    });
    let mut unread = person("E-4", "Dee Hale", "dee", Err(Untold::Blank));
    unread.change_employment(|employment| employment.end_date = Err(Untold::Unreadable));
    let employees = vec![
        person("E-1", "Ada Moss", "ada", Ok(EmploymentStatus::Active)),
        person("E-2", "Bo Reed", "bo", Ok(EmploymentStatus::Active)),
        left,
        unread,
    ];
    Roster { employees, ..Roster::default() }
}

fn read(text: &str) -> Result<Waivers, String> {
    read_with(text, None)
}

/// Where the last waivers are new.
fn read_with(text: &str, new: Option<New>) -> Result<Waivers, String> {
    let rule = |severity, about_accounts, about_exceptions| KnownRule { severity, about_accounts, about_exceptions };
    let rules = BTreeMap::from([
        (RuleId::new("orphaned"), rule(Severity::High, true, false)),
        (RuleId::new("duplicate"), rule(Severity::Medium, false, false)),
        (RuleId::new("waiver-expired"), rule(Severity::High, false, true)),
    ]);
    let config = ExceptionsConfig {
        approvers: vec!["Board of Directors".to_owned()],
        max_days: BTreeMap::from([(Severity::High, 90)]),
        expiring_days: 14,
        ..ExceptionsConfig::default()
    };
    let sources = ["voiso", "crm"].map(SourceName::new).to_vec();
    let known = Known {
        rules,
        sources,
        roster: &roster(),
        config: &config,
        normaliser: Normaliser::default(),
        zone: chrono_tz::Tz::UTC,
        latest: "2026-12-16".parse().expect("a day"),
        new,
    };
    Waivers::parse(Path::new("waivers.toml"), text, &known)
        .map_err(|mistakes| mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

/// A good waiver of which some lines are replaced by key; an empty value removes the line.
fn waiver(changes: &[(&str, &str)]) -> String {
    let mut lines = vec![
        ("rule", "\"orphaned\""),
        ("source", "\"voiso\""),
        ("account", "\"17\""),
        ("bound", "{ status = \"active\", roles = [\"agent\"], keys = [\"zed\"] }"),
        ("owner", "\"E-1\""),
        ("approver", "\"E-2\""),
        ("reason", "\"the switch to SSO\""),
        ("ticket", "\"SEC-12\""),
        ("created", "2026-10-01"),
        ("expires", "2026-11-30"),
    ];
    for (key, value) in changes {
        lines.retain(|(known, _)| known != key);
        if !value.is_empty() {
            lines.push((*key, *value));
        }
    }
    let lines: Vec<String> = lines.iter().map(|(key, value)| format!("{key} = {value}\n")).collect();
    format!("[[waiver]]\n{}", lines.concat())
}

/// What has happened to an account since its waiver was written.
type Change = fn(&mut Finding);

fn now() -> Timestamp {
    "2026-10-15T12:00:00Z".parse().expect("a time")
}

fn finding(rule: &str, source: &str, account: &str) -> Finding {
    let subject = Subject::Account { source: SourceName::new(source), account_id: account.to_owned() };
    let facts = [("account.status", json!("active")), ("account.roles", json!(["agent"]))];
    Finding {
        fingerprint: Fingerprint::of(&RuleId::new(rule), &subject),
        rule: RuleId::new(rule),
        severity: Severity::High,
        disposition: Disposition::Open,
        subject,
        person: Person { username: Some("Zed".to_owned()), ..Person::default() },
        message: "Nobody owns this.".to_owned(),
        facts: facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        correlation: BTreeMap::new(),
    }
}

fn coverage() -> Coverage {
    let all = ["voiso", "crm"].map(SourceName::new);
    Coverage::new(&all, all.iter().cloned())
}

/// Weighs a file against one finding; gives its state and the finding.
fn weigh(text: &str, mut finding: Finding) -> (WaiverState, Finding) {
    let uses = weigh_all(&read(text).expect(text), std::slice::from_mut(&mut finding), &coverage());
    (uses.first().expect("a waiver").state, finding)
}

fn weigh_all(waivers: &Waivers, findings: &mut [Finding], coverage: &Coverage) -> Vec<WaiverUse> {
    let mut tally = waivers.tally(&roster(), now());
    for finding in findings {
        waivers.weigh(finding, &mut tally, now());
    }
    waivers.close(tally, coverage, now())
}

#[test]
fn mistakes_have_their_place_and_a_cure() {
    for (changes, expected) in [
        (vec![("owner", "")], "waivers.toml:1:1: missing field `owner` (a waiver has rule, owner, approver"),
        (vec![("onwer", "\"E-1\"")], "unknown key `onwer` (did you mean `owner`?)"),
        (vec![("rule", "\"orphand\"")], "waivers.toml:11:8: there is no rule \"orphand\" (did you mean \"orphaned\"?)"),
        (vec![("rule", "\"waiver-expired\"")], "is about exceptions, and those can't be waived"),
        (vec![("rule", "\"duplicate\"")], "waivers.toml:3:11: duplicate doesn't judge single accounts"),
        (vec![("source", "\"vioso\"")], "waivers.toml:11:10: there is no source \"vioso\" (did you mean \"voiso\"?)"),
        (vec![("source", "")], "this account could be at any source (add source"),
        (vec![("account", "")], "this doesn't say which findings are waived"),
        (vec![("account", "\" \"")], "the account is empty"),
        (vec![("fingerprint", "\"0123\"")], "this says in several ways which findings are waived"),
        (vec![("source", ""), ("account", ""), ("fingerprint", "\"0123\"")], "a fingerprint is 32 hexadecimal digits"),
        (vec![("bound", "")], "this waiver isn't bound to the facts that it rests on"),
        (vec![("bound", "{ status = \"on\" }")], "no account has the status \"on\""),
        (vec![("bound", "{ role = [\"agent\"] }")], "unknown key `role` (did you mean `roles`?)"),
        (vec![("account", ""), ("scope", "\"source\"")], "facts of one account can't bind a whole scope"),
        (vec![("account", ""), ("bound", ""), ("scope", "\"source\"")], "a scope hides findings that nobody has seen"),
        (vec![("source", ""), ("account", ""), ("bound", ""), ("scope", "\"source\"")], "and none is named"),
        (vec![("because", "\"many\"")], "because says why a scope is wide, and this is one finding"),
        (vec![("approver", "\"e-1 \"")], "waivers.toml:11:12: the approver is the owner"),
        (vec![("approver", "\"ADA@example.com\"")], "the approver is the owner"),
        (vec![("approver", "\"ada\"")], "the approver is the owner (somebody else has to approve it"),
        (vec![("approver", "\"Ada Moss\"")], "waivers.toml:11:12: the approver is the owner"),
        (vec![("owner", "\"bo\""), ("approver", "\"Bo Reed\"")], "the approver is the owner"),
        (vec![("owner", "\"Nobody Here\""), ("approver", "\"nobody here\"")], "the approver is the owner"),
        (vec![("approver", "\"-\"")], "waivers.toml:11:12: the approver is nobody (write an employee id"),
        (vec![("owner", "\"n/a\"")], "the owner is nobody"),
        (
            vec![("bound", "{ status = \"active\" }")],
            "it would cover whoever gets the same id later (add what the report",
        ),
        (vec![("bound", "{ created_at = \"yesterday\" }")], "waivers.toml:11:"),
        (
            vec![("created", "2026-12-17"), ("expires", "2026-12-18")],
            "waivers.toml:10:11: the waiver was created on 2026-12-17, and that day is still to come",
        ),
        (vec![("reason", "\"\"")], "the reason is empty (fill it in)"),
        (vec![("created", "2026-12-01")], "the waiver ends on 2026-11-30, before it begins on 2026-12-01"),
        (
            vec![("expires", "2027-10-01")],
            "lives for at most 90 days ([exceptions] max_days) (the latest end is 2026-12-30)",
        ),
        (vec![("expires", "2026-11-30T00:00:00Z")], "expected a date and found 2026-11-30T"),
        (vec![("expires", "\"2026-11-30\"")], "waivers.toml:11:11: "),
    ] {
        let shown = read(&waiver(&changes)).expect_err(expected);
        assert!(shown.contains(expected), "{expected}: {shown}");
    }
}

#[test]
fn a_file_that_is_nested_wrongly_is_refused() {
    let good = waiver(&[]);
    for (text, expected) in [
        (good.replace("[[waiver]]", "[waiver]"), "each waiver starts with a line [[waiver]]"),
        (good.replace("[[waiver]]", "[[waivers]]"), "waivers.toml:1:3: unknown key `waivers` (did you mean `waiver`?)"),
        (good.replace("[[waiver]]", "[[exceptions.waiver]]"), "unknown key `exceptions`"),
        (good.replace("[[waiver]]\n", ""), "unknown key `account` (known keys here: waiver)"),
        (good.replace("owner =", "[waiver.owner]\nname ="), "waivers.toml:"),
        (format!("{good}{good}"), "waivers.toml:13:8: the waiver at line 1 is about the same; it is ambiguous"),
        (format!("{good}expires = 2027-01-01\n"), "waivers.toml:12:1: duplicate key"),
        (good.replace("\"SEC-12\"", "\"SEC-12"), "waivers.toml:9:"),
    ] {
        let shown = read(&text).expect_err(expected);
        assert!(shown.contains(expected), "{expected}: {shown}");
    }
    assert_eq!(read("").expect("an empty file has no waivers").iter().count(), 0);
}

#[test]
fn a_waiver_covers_its_finding_and_the_finding_stays() {
    let (state, found) = weigh(&waiver(&[]), finding("orphaned", "voiso", "17"));
    assert_eq!((state, found.disposition), (WaiverState::Used, Disposition::Waived));
    assert_eq!(found.facts.get("waiver.ticket"), Some(&json!("SEC-12")));
    let (state, found) = weigh(&waiver(&[]), finding("orphaned", "voiso", "18"));
    assert_eq!((state, found.disposition), (WaiverState::Unused, Disposition::Open));
    let (state, found) = weigh(&waiver(&[("expires", "2026-10-20")]), finding("orphaned", "voiso", "17"));
    assert_eq!((state, found.disposition), (WaiverState::ExpiringSoon, Disposition::Waived));
}

#[test]
fn what_would_be_waived_but_for_its_end_says_so() {
    let (state, found) = weigh(&waiver(&[("expires", "2026-10-14")]), finding("orphaned", "voiso", "17"));
    assert_eq!((state, found.disposition), (WaiverState::Expired, Disposition::Open));
    let expected = "Nobody owns this. A waiver would cover this (waivers.toml line 1, SEC-12), but it has expired; its \
                    last day was 2026-10-14.";
    assert_eq!(found.message, expected);
    let (_, found) = weigh(&waiver(&[("expires", "2026-10-15")]), finding("orphaned", "voiso", "17"));
    assert_eq!(found.disposition, Disposition::Waived, "the last day counts");
}

#[test]
fn a_waiver_is_void_when_its_facts_change() {
    // The approver is E-2; one account has the address that the waiver calls the approver by.
    let bound = [waiver(&[]), waiver(&[("approver", "\"Bo@example.com\"")])];
    let cases: [(&str, usize, Change); 8] = [
        ("the status: then active, now inactive", 0, |f| {
            f.facts.insert("account.status".to_owned(), json!("inactive"));
        }),
        ("the roles: then agent, now admin, agent", 0, |f| {
            f.facts.insert("account.roles".to_owned(), json!(["agent", "admin"]));
        }),
        ("the roles: then agent, now not told", 0, |f| {
            f.facts.remove("account.roles");
        }),
        ("the owner of the account: then nobody, now E-9", 0, |f| {
            f.person.employee_id = Some(EmployeeId("E-9".to_owned()));
        }),
        ("its owner or approver is the person concerned", 1, |f| f.person.email = Some("bo@example.com".to_owned())),
        ("its owner or approver is the person concerned", 0, |f| f.person.display_name = Some("Bo Reed".to_owned())),
        ("its owner or approver is the person concerned", 0, |f| f.person.email = Some("Ada@example.com".to_owned())),
        ("the id belongs to another account: it has none of the keys", 0, |f| {
            f.person.username = Some("mallory".to_owned());
        }),
    ];
    for (expected, which, change) in cases {
        let mut changed = finding("orphaned", "voiso", "17");
        change(&mut changed);
        let (state, found) = weigh(&bound[which], changed);
        assert_eq!((state, found.disposition), (WaiverState::Void, Disposition::Open), "{expected}");
        assert!(found.message.contains(expected), "{}", found.message);
    }
    let created = waiver(&[("bound", "{ created_at = \"2025-03-01T00:00:00Z\" }")]);
    let made = |day: &str| {
        let mut made = finding("orphaned", "voiso", "17");
        made.facts = BTreeMap::from([("account.created_at".to_owned(), json!(format!("{day}T00:00:00Z")))]);
        weigh(&created, made).1
    };
    assert_eq!(made("2025-03-01").disposition, Disposition::Waived);
    let another = made("2026-10-02");
    assert_eq!(another.disposition, Disposition::Open);
    assert!(
        another.message.contains("it was created on 2026-10-02, and that one on 2025-03-01"),
        "{}",
        another.message
    );
    let (state, found) = weigh(&waiver(&[("created", "2026-10-16")]), finding("orphaned", "voiso", "17"));
    assert_eq!((state, found.disposition), (WaiverState::Void, Disposition::Open), "it begins tomorrow");
}

#[test]
fn a_group_with_another_member_is_not_what_was_waived() {
    let members = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let group = |names: &[&str]| {
        let subject =
            Subject::Group { source: SourceName::new("voiso"), key: "E-1".to_owned(), members: members(names) };
        let fingerprint = Fingerprint::of(&RuleId::new("duplicate"), &subject);
        Finding { subject, fingerprint, facts: BTreeMap::new(), ..finding("duplicate", "voiso", "") }
    };
    let two = group(&["1", "2"]);
    let fingerprint = format!("\"{}\"", two.fingerprint.as_str());
    let text = waiver(&[
        ("rule", "\"duplicate\""),
        ("source", ""),
        ("account", ""),
        ("fingerprint", &fingerprint),
        ("bound", "{ members = [\"2\", \"1\"] }"),
    ]);
    assert_eq!(weigh(&text, two).1.disposition, Disposition::Waived);
    let (state, found) = weigh(&text, group(&["1", "2", "3"]));
    assert_eq!((state, found.disposition), (WaiverState::Void, Disposition::Open));
}

#[test]
fn the_narrowest_waiver_decides_and_a_scope_leaves_the_approver_out() {
    let wide = waiver(&[("account", ""), ("bound", ""), ("scope", "\"source\""), ("because", "\"migration\"")]);
    let expired = waiver(&[("expires", "2026-10-02")]);
    let (state, found) = weigh(&format!("{expired}{wide}"), finding("orphaned", "voiso", "17"));
    assert_eq!((state, found.disposition), (WaiverState::Expired, Disposition::Waived), "the wide one holds");
    let mut own = finding("orphaned", "voiso", "17");
    own.person.employee_id = Some(EmployeeId("E-2".to_owned()));
    let (state, found) = weigh(&wide, own);
    assert_eq!((state, found.disposition), (WaiverState::Used, Disposition::Open), "the approver's own account");
    assert_eq!(weigh(&wide, finding("orphaned", "crm", "17")).0, WaiverState::Unused);
}

#[test]
fn what_could_not_be_seen_is_remarked() {
    let waivers = read(&waiver(&[])).expect("good");
    let uses = weigh_all(&waivers, &mut [], &Coverage::default());
    let unused = uses.first().expect("one");
    assert!(unused.state == WaiverState::Unused && !unused.seen);
    assert!(unused.remarks.iter().any(|remark| remark.contains("not all accounts were seen")), "{:?}", unused.remarks);
}

proptest! {
    /// Whatever the waivers and the baseline, every finding is still there, once, and is what it was.
    #[test]
    fn an_exception_never_hides_a_finding(
        accounts in proptest::collection::vec((0_u8..4, 0_u8..6), 0..20),
        waived in proptest::collection::btree_map((0_u8..2, 0_u8..6), 1_u32..30, 0..6),
        scope in proptest::option::of(1_u32..30),
    ) {
        let source = |number: u8| if number.is_multiple_of(2) { "voiso" } else { "crm" };
        let mut text: String = waived.iter().map(|((at, account), day)| {
            let (source, account) = (format!("\"{}\"", source(*at)), format!("\"{account}\""));
            waiver(&[("source", &source), ("account", &account), ("expires", &format!("2026-10-{day:02}"))])
        }).collect();
        if let Some(day) = scope {
            text.push_str(&waiver(&[
                ("source", ""), ("account", ""), ("bound", ""), ("scope", "\"rule\""), ("because", "\"all\""),
                ("expires", &format!("2026-10-{day:02}")),
            ]));
        }
        let before: Vec<Finding> =
            accounts.iter().map(|(at, account)| finding("orphaned", source(*at), &account.to_string())).collect();
        let mut after = before.clone();
        let uses = weigh_all(&read(&text).expect(&text), &mut after, &coverage());
        prop_assert_eq!(before.len(), after.len());
        for (was, is) in before.iter().zip(&after) {
            prop_assert_eq!(&was.fingerprint, &is.fingerprint);
            prop_assert!(is.severity == was.severity && is.subject == was.subject);
            prop_assert!(is.message.starts_with(&was.message));
            prop_assert!(was.facts.iter().all(|(name, value)| is.facts.get(name) == Some(value)));
            // It is waived exactly if somebody has said so until a day that isn't over.
            let (at, account) = match &is.subject {
                Subject::Account { source, account_id } => (u8::from(source.as_str() == "crm"), account_id.clone()),
                _ => unreachable!("accounts only"),
            };
            let holds = |day: &u32| *day >= 15;
            let own = waived.get(&(at, account.parse().expect("a number"))).is_some_and(holds);
            let covered = own || scope.as_ref().is_some_and(holds);
            prop_assert_eq!(is.disposition == Disposition::Waived, covered);
        }
        prop_assert_eq!(uses.len(), waived.len() + usize::from(scope.is_some()));
    }
}
