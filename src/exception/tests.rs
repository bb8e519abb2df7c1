//! Declarations as people write them, and accounts as vendors send them.

use std::collections::BTreeMap;
use std::path::Path;

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::value::RawValue;

use super::declared_file::parse;
use super::*;
use crate::config::MatchConfig;
use crate::correlate::{Correlator, Tally};
use crate::model::{
    Account, DeclarationIndex, Employee, EmployeeIndex, EmploymentStatus, Fact, Profile, Roster, Situation, SourceName,
    SourceStatus, Tier, Timestamp,
};

fn roster() -> Roster {
    let person = |id: &str, status| {
        let mut person = Employee::new(&Profile { id, ..Profile::default() });
        person.change_employment(|employment| employment.status = Ok(status));
        person
    };
    let employees = vec![person("E-1", EmploymentStatus::Active), person("E-2", EmploymentStatus::Terminated)];
    Roster { employees, ..Roster::default() }
}

fn read(text: &str) -> Result<Declarations, String> {
    let sources = ["voiso", "crm"].map(SourceName::new);
    let correlator = Correlator::new(&roster(), &MatchConfig::default());
    let days = Days { zone: chrono_tz::Tz::Europe__Berlin, latest: "2026-10-16".parse().expect("a day") };
    parse(Path::new("declared.toml"), text, &sources, &correlator, days)
        .map_err(|mistakes| mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

fn now() -> Timestamp {
    "2026-10-15T12:00:00Z".parse().expect("a time")
}

fn account<'r>(id: &'r str, email: &'r str, username: &'r str) -> Account<'r> {
    let fact = |value: &'r str| Fact::Known(Some(value.into()).filter(|_| !value.is_empty()));
    Account { email: fact(email), username: fact(username), ..Account::new(id.into(), RawValue::NULL) }
}

const FILE: &str = r#"
[[account]]
kind = "service"
source = "voiso"
email = "Dialler@example.com"
owner = "e-1"
purpose = "dials"
review_date = 2026-09-01

[[account]]
kind = "shared"
source = "voiso"
pattern = { username = 'desk-\d+' }

[[account]]
kind = "break-glass"
source = "voiso"
id = "Root"
expires = 2026-10-14

[[account]]
kind = "external"
source = "crm"
username = "auditor"
owner = "E-9"
"#;

#[test]
fn accounts_are_found_by_value_and_by_pattern() {
    let declarations = read(FILE).expect("valid");
    let voiso = declarations.of(&SourceName::new("voiso"), now());
    for (account, expected) in [
        (account("1", "dialler@EXAMPLE.com ", ""), Some(0)),
        (account("1", "", "Desk-7"), Some(1)),
        (account("1", "", "helpdesk-7"), None),
        (account("1", "", "desk-7x"), None),
        (account("Root", "", ""), None),
        (account("1", "", "auditor"), None),
    ] {
        let situation = voiso.situation(&account, Situation::Unmatched);
        let expected =
            expected.map_or(Situation::Unmatched, |index| Situation::Declared { declaration: DeclarationIndex(index) });
        assert_eq!(situation, expected, "{account:?}");
    }
    assert_eq!(voiso.about(&account("Root", "", "")), [DeclarationIndex(2)], "expired, and still about it");
    assert!(voiso.about(&account("root", "", "")).is_empty(), "the case of a vendor's id matters");
}

#[test]
fn a_declaration_holds_until_its_last_day_ends_where_the_roster_is_kept() {
    let declarations = read(FILE).expect("valid");
    let root = declarations.get(DeclarationIndex(2)).expect("the third");
    assert!(!root.has_expired("2026-10-14T21:59:59Z".parse().expect("a time")));
    assert!(root.has_expired("2026-10-14T22:00:00Z".parse().expect("a time")), "midnight in Berlin");
}

#[test]
fn owners_who_left_or_are_unknown_have_left() {
    let file = r#"account = [
        { kind = "service", source = "crm", id = "1", owner = " e-1 " },
        { kind = "service", source = "crm", id = "2", owner = "E-2" },
        { kind = "service", source = "crm", id = "3", owner = "E-3" },
        { kind = "service", source = "crm", id = "4" },
    ]"#;
    let declarations = read(file).expect("valid");
    let left: Vec<bool> = declarations.iter().map(|(_, one)| one.owner_left(&roster(), now())).collect();
    assert_eq!(left, [false, true, true, false]);
}

#[test]
fn mistakes_have_their_place_and_a_cure() {
    let base = "[[account]]\nkind = \"service\"\nsource = \"voiso\"\n";
    for (line, expected) in [
        ("id = \"1\"\nonwer = \"E-1\"", "declared.toml:5:1: unknown key `onwer` (did you mean `owner`?)"),
        ("", "declared.toml:3:10: this doesn't say which account is declared"),
        ("id = \"1\"\nemail = \"a@b.example\"", "declared.toml:5:9: an account is declared by one value"),
        ("id = \"1\"\npattern = { id = 'x.' }", "an account is declared by one value"),
        ("id = \" \"", "declared.toml:4:6: the id is empty"),
        ("id = \"1\"\nowner = \"\"", "declared.toml:5:9: the owner is empty"),
        ("pattern = { username = '(' }", "declared.toml:4:24: this isn't a regular expression: unclosed group"),
        ("pattern = { username = '.*' }", "this pattern covers every account"),
        ("id = \"1\"\nup_to = 40", "declared.toml:5:9: up_to says how many accounts a pattern may cover (remove it"),
        ("pattern = { id = 'x.' }\nup_to = -1", "declared.toml:5:9: "),
        ("pattern = { name = 'x' }", "unknown key `name`"),
        ("id = \"1\"\nexpires = 2026-10-14T00:00:00Z", "declared.toml:5:11: expected a date and found 2026-10-14T"),
        ("id = \"1\"\nexpires = 2026-02-30", "declared.toml:5:"),
        (
            "id = \"1\"\nreview_date = 2026-10-17",
            "declared.toml:5:15: the review was on 2026-10-17, and that day is still to come",
        ),
        ("id = \"1\"\nexpires = \"2026-10-14\"", "declared.toml:5:11: "),
        (
            "id = \"1\"\n[[account]]\nkind = \"shared\"\nsource = \"voiso\"\nid = \"1 \"",
            "declared.toml:8:6: this account is already declared at line 1",
        ),
        (
            "id = \"1\"\n[[account]]\nkind = \"shared\"\nsource = \"viso\"\nid = \"2\"",
            "declared.toml:7:10: there is no source \"viso\" (did you mean \"voiso\"?)",
        ),
        (
            "id = \"1\"\n[[account]]\nkind = \"sharde\"\nsource = \"voiso\"\nid = \"2\"",
            "declared.toml:6:8: unknown variant `sharde`",
        ),
    ] {
        let shown = read(&format!("{base}{line}\n")).expect_err(line);
        assert!(shown.contains(expected), "{line}: {shown}");
    }
}

#[test]
fn what_became_of_each_declaration_is_known() {
    let declarations = read(FILE).expect("valid");
    let voiso = declarations.of(&SourceName::new("voiso"), now());
    let mut ledger = DeclarationUse::default();
    let matched = Situation::Matched { employee: EmployeeIndex(0), tier: Tier::Email };
    let weak = Situation::Matched { employee: EmployeeIndex(0), tier: Tier::Username };
    ledger.decide(voiso, &account("1", "dialler@example.com", "desk-1"), matched);
    ledger.decide(voiso, &account("2", "", "desk-2"), weak);
    let root = ledger.decide(voiso, &account("Root", "", ""), Situation::Unmatched);
    assert_eq!(root, Situation::Unmatched, "an expired declaration vouches for nothing");
    let sources = BTreeMap::from([(SourceName::new("voiso"), SourceStatus::Complete)]);
    let uses = ledger.close(&declarations, &sources, &roster(), now());
    let states: Vec<_> = uses.iter().map(|one| (one.state, one.accounts)).collect();
    assert_eq!(states, [(DeclaredState::Used, 1), (DeclaredState::Used, 1), (DeclaredState::Expired, 1)]);
    assert_eq!(uses[0].remarks.len(), 1, "{:?}", uses[0].remarks);
    assert!(uses[0].remarks[0].starts_with("contradiction: by crosswalk, external id or address 1 account"));
    assert_eq!(uses[1].remarks, ["1 account is declared already at line 2, which decides"]);
    let crm = BTreeMap::from([(SourceName::new("crm"), SourceStatus::Failed)]);
    let uses = DeclarationUse::default().close(&declarations, &crm, &roster(), now());
    assert_eq!(uses[0].state, DeclaredState::Unused);
    assert_eq!(uses[0].remarks.len(), 2, "not seen, and owned by nobody: {:?}", uses[0].remarks);
}

fn tiers_say(matched: bool) -> Situation {
    if matched { Situation::Matched { employee: EmployeeIndex(0), tier: Tier::Email } } else { Situation::Unmatched }
}

/// Few values, with what comparing has to see through.
fn value() -> impl Strategy<Value = String> {
    select(vec!["a", "A ", "ß", "ss", "b", "\u{200b}b", "c-1", "c-22", ""]).prop_map(str::to_owned)
}

/// Declarations without doubles, as (field, value).
fn declared() -> impl Strategy<Value = Vec<(&'static str, String)>> {
    let one =
        (select(vec!["id", "username", "pattern"]), value()).prop_filter("a value", |(_, v)| !v.trim().is_empty());
    proptest::collection::vec(one, 0..4)
}

fn file(declared: &[(&str, String)]) -> String {
    let account = |(field, value): &(&str, String)| {
        let value = toml::Value::String(value.clone());
        let key = match *field {
            "pattern" => "pattern = { username = 'c-\\d+' }".to_owned(),
            field => format!("{field} = {value}"),
        };
        format!("[[account]]\nkind = \"shared\"\nsource = \"voiso\"\n{key}\n")
    };
    declared.iter().map(account).collect()
}

proptest! {
    /// The law holds with declared accounts, and neither the order of the file nor that of the accounts matters.
    #[test]
    fn an_account_is_declared_or_what_the_tiers_say(
        declared in declared(),
        accounts in proptest::collection::vec((value(), value(), any::<bool>()), 0..8),
    ) {
        let Ok(forwards) = read(&file(&declared)) else { return Ok(()) };
        let mut turned = declared.clone();
        turned.reverse();
        let backwards = read(&file(&turned)).expect("the same declarations");
        let source = SourceName::new("voiso");
        let (mut one, mut other, mut tally, mut turned_tally) = <(DeclarationUse, DeclarationUse, Tally, Tally)>::default();
        for (id, username, matched) in &accounts {
            let found = tiers_say(*matched);
            let account = account(id, "", username);
            let situation = one.decide(forwards.of(&source, now()), &account, found.clone());
            prop_assert_eq!(&situation, &forwards.of(&source, now()).situation(&account, found.clone()));
            let kept = situation.as_str() == "declared" || situation == found;
            prop_assert!(kept, "{:?}", situation);
            tally.add(&situation);
        }
        for (id, username, matched) in accounts.iter().rev() {
            let found = tiers_say(*matched);
            turned_tally.add(&other.decide(backwards.of(&source, now()), &account(id, "", username), found));
        }
        prop_assert_eq!(tally.check(accounts.len() as u64), Ok(()));
        prop_assert_eq!(tally, turned_tally);
        let complete = BTreeMap::from([(source, SourceStatus::Complete)]);
        let covered: u64 = one.close(&forwards, &complete, &roster(), now()).iter().map(|one| one.accounts).sum();
        prop_assert_eq!(covered, tally.declared(), "every declared account is covered by one declaration");
    }
}
