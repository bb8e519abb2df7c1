//! Correlation holds on every roster and every account: properties, against a reference that compares everybody
//! with everybody.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;

use headcount::config::{MatchConfig, PlusAddressing, Rewrite, SourceMatch};
use headcount::correlate::{Correlator, Crosswalk, SourceCorrelator, Tally};
use headcount::key::{KeyKind, Normaliser, fold};
use headcount::model::{Account, Correlation, Employee, Fact, Profile, Roster, Situation, Tier};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::value::RawValue;

type Values = (String, Option<String>, Option<String>, Option<String>);

/// Few different values, so that keys are shared and tiers disagree, with what normalisation has to see through.
fn key() -> impl Strategy<Value = String> {
    let words = ["1", "e-1", "E-1 ", "user_1", "a", "A", "b", "ß", "SS", "é", "e\u{301}", "\u{200b}a", "", " "];
    let domains =
        ["", "@x.example", "@X.example", "@old.example", "@\u{fc}.example", "@xn--tda.example", "+t@x.example"];
    prop_oneof![
        9 => (select(words.to_vec()), select(domains.to_vec())).prop_map(|(word, domain)| format!("{word}{domain}")),
        1 => any::<String>(),
    ]
}

fn employee() -> impl Strategy<Value = Employee> {
    let keys = || proptest::collection::vec(key(), 0..3);
    (key(), keys(), keys()).prop_map(|(id, emails, usernames)| {
        let [emails, usernames] = [&emails, &usernames].map(|keys| keys.iter().map(String::as_str).collect::<Vec<_>>());
        person(&id, &emails, &usernames)
    })
}

fn person(id: &str, emails: &[&str], usernames: &[&str]) -> Employee {
    Employee::new(&Profile { id, emails, usernames, ..Profile::default() })
}

fn employees() -> impl Strategy<Value = Vec<Employee>> {
    proptest::collection::vec(employee(), 0..6)
}

fn values() -> impl Strategy<Value = Values> {
    let optional = || proptest::option::of(key());
    (key(), optional(), optional(), optional())
}

fn account((id, external_id, email, username): &Values) -> Account<'_> {
    let fact = |value: &'_ Option<String>| value.clone().map_or(Fact::NotExposed, |v| Fact::Known(Some(Cow::Owned(v))));
    Account {
        external_id: fact(external_id),
        email: fact(email),
        username: fact(username),
        ..Account::new(Cow::Borrowed(id), RawValue::NULL)
    }
}

fn config() -> MatchConfig {
    MatchConfig {
        crowd: 3,
        domains: [("old.example".to_owned(), "x.example".to_owned())].into(),
        plus_addressing: PlusAddressing::Strip,
        username_matches_local_part: true,
    }
}

fn matching(tiers: Vec<Tier>) -> SourceMatch {
    let external_id = Some(Rewrite::new("^user_(.+)$", "e-$1").expect("a pattern"));
    SourceMatch { tiers, external_id, ..SourceMatch::default() }
}

fn tiers() -> impl Strategy<Value = Vec<Tier>> {
    Just(Tier::DEFAULT.to_vec())
        .prop_shuffle()
        .prop_flat_map(|tiers| (1..=tiers.len()).prop_map(move |n| tiers[..n].to_vec()))
}

fn roster(employees: &[Employee]) -> Roster {
    Roster { employees: employees.to_vec(), ..Roster::default() }
}

/// A crosswalk that names the first employee, if the roster allows.
fn crosswalk(correlator: &Correlator, employees: &[Employee]) -> Option<Crosswalk> {
    let id = employees.first()?.id();
    let quoted = id.replace('"', "\"\"");
    let text = format!("key,value,employee_id\nusername,a,\"{quoted}\"\nid,1,\"{quoted}\"\n");
    Crosswalk::parse(Path::new("x.csv"), &text, correlator).ok()
}

/// Who a tier should find, by looking at everybody. A login name that is an address is one, unless it is the account's address
/// and asked for as such.
fn reference(tier: Tier, values: &Values, employees: &[Employee], crosswalk: bool, by_email: bool) -> BTreeSet<u32> {
    let mut found = by_keys(tier, values, employees, crosswalk);
    let address = |value: &String| Normaliser::new(&config()).key(KeyKind::Address, value).text.into_owned();
    let (login, email) = (values.3.as_ref().map(address), values.2.as_ref().map(address));
    let is_further = login.as_ref().is_some_and(|login| login.contains('@')) && !(by_email && login == email);
    if tier == Tier::Username && is_further {
        let as_address = (values.0.clone(), None, values.3.clone(), None);
        found.extend(by_keys(Tier::Email, &as_address, employees, false));
    }
    found
}

fn by_keys(tier: Tier, values: &Values, employees: &[Employee], crosswalk: bool) -> BTreeSet<u32> {
    let normaliser = Normaliser::new(&config());
    let address = |value: &str| normaliser.key(KeyKind::Address, value).text.into_owned();
    let id = |value: &str| normaliser.key(KeyKind::Id, value).text.into_owned();
    let folded = |value: &str| fold(value).text.into_owned();
    let wanted = match tier {
        Tier::Crosswalk => {
            let written = values.0.trim_matches(|c: char| c.is_whitespace() || c == '\u{200b}') == "1"
                || values.3.as_deref().is_some_and(|name| folded(name) == "a");
            return (0..u32::from(crosswalk && written)).collect();
        }
        Tier::ExternalId => values.1.as_deref().map(|written| {
            let written = written.trim_matches(|c: char| c.is_whitespace() || c == '\u{200b}');
            id(&written
                .strip_prefix("user_")
                .filter(|rest| !rest.is_empty() && !rest.contains('\n'))
                .map_or(written.to_owned(), |n| format!("e-{n}")))
        }),
        Tier::Email => values.2.as_deref().map(address),
        Tier::Username => values.3.as_deref().map(address),
    };
    let Some(wanted) = wanted.filter(|wanted| !wanted.is_empty()) else { return BTreeSet::new() };
    let keys = |employee: &Employee| -> Vec<String> {
        let emails = employee.emails().iter().map(address);
        match tier {
            Tier::ExternalId => vec![id(employee.id())],
            Tier::Email => emails.collect(),
            _ => {
                let local = |email: String| {
                    email.rsplit_once('@').filter(|(l, d)| !l.is_empty() && !d.is_empty()).map(|(l, _)| l.to_owned())
                };
                employee.usernames().iter().map(address).chain(emails.filter_map(local)).collect()
            }
        }
    };
    let found: BTreeSet<u32> =
        (0..).zip(employees).filter(|(_, employee)| keys(employee).contains(&wanted)).map(|(index, _)| index).collect();
    // What a crowd shares identifies nobody.
    if found.len() > config().crowd as usize { BTreeSet::new() } else { found }
}

fn decide(found: &[(Tier, BTreeSet<u32>)]) -> (String, Option<u32>) {
    let mut rest = found.iter().filter(|(_, hits)| !hits.is_empty());
    let Some((_, first)) = rest.next() else { return ("unmatched".into(), None) };
    match (first.len(), first.first()) {
        (1, Some(owner)) if rest.all(|(_, hits)| hits.contains(owner)) => ("matched".into(), Some(*owner)),
        (1, _) => ("conflict".into(), None),
        _ => ("ambiguous".into(), None),
    }
}

fn outcome(situation: &Situation) -> (String, Option<u32>) {
    (situation.as_str().into(), situation.employee().map(|employee| employee.0))
}

/// What the attempts say, tier by tier.
fn found(story: &Correlation, tiers: &[Tier]) -> Vec<(Tier, BTreeSet<u32>)> {
    let hits = |tier: Tier| story.attempts.iter().filter(move |attempt| attempt.tier == tier).flat_map(|a| &a.hits);
    tiers.iter().map(|tier| (*tier, hits(*tier).map(|employee| employee.0).collect())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// In particular, no employee is chosen when two share the deciding key.
    #[test]
    fn both_paths_agree_with_the_reference(employees in employees(), values in values(), tiers in tiers()) {
        let correlator = Correlator::new(&roster(&employees), &config());
        let crosswalk = crosswalk(&correlator, &employees);
        let expected: Vec<_> =
            tiers.iter().map(|tier| {
                let by_email = tiers.contains(&Tier::Email);
                (*tier, reference(*tier, &values, &employees, crosswalk.is_some(), by_email))
            }).collect();
        let matching = matching(tiers.clone());
        let source = SourceCorrelator::new(&correlator, &matching, crosswalk);
        let (fast, story) = (source.correlate(&account(&values)), source.explain(&account(&values)));
        prop_assert_eq!(found(&story, &tiers), expected.clone());
        prop_assert_eq!(outcome(&fast), decide(&expected));
        prop_assert_eq!(&fast, &story.situation);
        if let Situation::Conflict { named } = fast {
            let every: Vec<_> = expected.iter().flat_map(|(tier, hits)| hits.iter().map(|hit| (*tier, *hit))).collect();
            prop_assert_eq!(named.into_iter().map(|(tier, employee)| (tier, employee.0)).collect::<Vec<_>>(), every);
        }
    }

    /// Rows and accounts may come in any order, and every account is counted exactly once.
    #[test]
    fn order_does_not_matter_and_the_law_adds_up(
        employees in employees(),
        accounts in proptest::collection::vec(values(), 0..8),
        rotation in any::<Index>(),
        split in any::<Index>(),
    ) {
        let matching = matching(vec![Tier::ExternalId, Tier::Email, Tier::Username]);
        let tally = |employees: &[Employee], accounts: &[Values]| {
            let correlator = Correlator::new(&roster(employees), &config());
            let source = SourceCorrelator::new(&correlator, &matching, None);
            accounts.iter().fold(Tally::default(), |mut tally, values| {
                tally.add(&source.correlate(&account(values)));
                tally
            })
        };
        let before = tally(&employees, &accounts);
        prop_assert_eq!(before.check(accounts.len() as u64), Ok(()));

        let mut moved = employees.clone();
        moved.rotate_left(rotation.index(employees.len() + 1));
        let mut reversed = accounts.clone();
        reversed.reverse();
        prop_assert_eq!(tally(&moved, &reversed), before);

        let (left, right) = accounts.split_at(split.index(accounts.len() + 1));
        let mut merged = tally(&employees, left);
        merged.merge(&tally(&employees, right));
        prop_assert_eq!(merged, before);
    }

    /// Whoever shares every key with somebody is never chosen by one, in whatever order the two stand.
    #[test]
    fn nobody_is_chosen_who_shares_the_deciding_key(
        employees in employees(),
        values in values(),
        tiers in tiers(),
        first in any::<bool>(),
    ) {
        let twin = |(number, employee): (usize, &Employee)| {
            let [emails, usernames] = [employee.emails(), employee.usernames()].map(|keys| keys.iter().collect::<Vec<_>>());
            person(&format!("twin-{number}"), &emails, &usernames)
        };
        let twins: Vec<Employee> = employees.iter().enumerate().map(twin).collect();
        let all = if first { [twins, employees].concat() } else { [employees, twins].concat() };
        let correlator = Correlator::new(&roster(&all), &config());
        let matching = matching(tiers);
        let situation = SourceCorrelator::new(&correlator, &matching, None).correlate(&account(&values));
        if let Situation::Matched { tier, .. } = situation {
            prop_assert_eq!(tier, Tier::ExternalId, "the id is all that they don't share");
        }
    }
}
