//! Accounts correlated per second, by the tier that finds their owner, compared with hash maps that look the same
//! values up: `cargo bench --bench correlate [EMPLOYEES]`.
//!
//! The plain program makes the lower-case value and asks the tiers' hash maps one after the other until one knows it. What
//! it doesn't do: ask the others whether they agree, notice that a key is shared, see through what nobody sees, or say
//! afterwards what was compared. Both run on one thread.

#![expect(clippy::print_stdout, reason = "a bench talks on standard output")]

use std::borrow::Cow;
use std::collections::HashMap;
use std::hint::black_box;
use std::time::Instant;

use headcount::config::{MatchConfig, SourceMatch};
use headcount::correlate::{Correlator, SourceCorrelator};
use headcount::model::{Account, Employee, Fact, Profile, Roster};
use serde_json::value::RawValue;

const ACCOUNTS: u32 = 1_000_000;

/// What the accounts of a row have: external id, address and login name; and whether somebody owns them.
const KINDS: [(&str, [bool; 3], bool); 5] = [
    ("all three", [true, true, true], true),
    ("external_id", [true, false, false], true),
    ("email", [false, true, false], true),
    ("username", [false, false, true], true),
    ("nobody's", [true, true, true], false),
];

fn main() {
    let asked = std::env::args().find_map(|argument| argument.parse().ok());
    let employees: u32 = asked.unwrap_or(200_000);
    let people: Vec<[String; 3]> = (0..employees).map(values).collect();
    let profile = |[id, email, username]: &[String; 3]| {
        Employee::new(&Profile { id, emails: &[email], usernames: &[username], ..Profile::default() })
    };
    let roster = Roster { employees: people.iter().map(profile).collect(), ..Roster::default() };
    let correlator = Correlator::new(&roster, &MatchConfig::default());
    let matching = SourceMatch::default();
    let source = SourceCorrelator::new(&correlator, &matching, None);
    let maps = [0, 1, 2].map(|at| plain_map(&people, at));
    println!("{ACCOUNTS} accounts, {employees} employees, in millions a second");
    println!("{:>12} {:>8} {:>10} {:>10} {:>7}", "key", "plain", "correlate", "+ attempts", "ratio");
    for (name, has, owned) in KINDS {
        let values = accounts(employees, owned);
        let plain = rate(&values, has, |account| {
            let fields = [&account.external_id, &account.email, &account.username];
            let mut found = maps.iter().zip(fields).filter_map(|(map, field)| match field {
                Fact::Known(Some(value)) => map.get(&value.to_lowercase()),
                _ => None,
            });
            found.next().is_some()
        });
        let correlate = rate(&values, has, |account| source.correlate(account).employee().is_some());
        let attempts = rate(&values, has, |account| {
            let tried = source.ask(account);
            black_box(tried.attempts());
            tried.situation().employee().is_some()
        });
        println!("{name:>12} {plain:>8.2} {correlate:>10.2} {attempts:>10.2} {:>7.2}", plain / correlate);
    }
}

fn values(n: u32) -> [String; 3] {
    [format!("E{n:07}"), format!("Ada.Person{n}@corp.example"), format!("aperson{n}")]
}

fn plain_map(people: &[[String; 3]], at: usize) -> HashMap<String, u32> {
    let keys = people.iter().filter_map(|values| values.get(at)).map(|value| value.to_lowercase());
    keys.zip(0..).collect()
}

/// The values of accounts of random people, or of none.
fn accounts(employees: u32, owned: bool) -> Vec<[String; 3]> {
    let mut random = fastrand::Rng::with_seed(7);
    (0..ACCOUNTS).map(|_| values(random.u32(0..employees) + if owned { 0 } else { employees })).collect()
}

/// Millions of accounts in a second.
fn rate(all: &[[String; 3]], has: [bool; 3], find: impl Fn(&Account<'_>) -> bool) -> f64 {
    let start = Instant::now();
    let mut found = 0_u32;
    for values in all {
        let [external_id, email, username] = [0, 1, 2].map(|at| match (has.get(at), values.get(at)) {
            (Some(true), Some(value)) => Fact::Known(Some(Cow::Borrowed(value.as_str()))),
            _ => Fact::NotExposed,
        });
        let account = Account { external_id, email, username, ..Account::new(Cow::Borrowed("1"), RawValue::NULL) };
        found += u32::from(find(&account));
    }
    black_box(found);
    f64::from(ACCOUNTS) / start.elapsed().as_secs_f64() / 1e6
}
