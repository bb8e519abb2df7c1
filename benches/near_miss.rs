//! How often near misses name the right person, and how fast: misspelt people whose owner is known.
//!
//! `cargo bench --bench near_miss [-- EMPLOYEES ACCOUNTS]`. Seeded, so that two runs differ in time only.
//! Recall is the share of owners who were named; precision the share of named accounts for which that was right.
//! Strangers have no owner: whatever is said of them is wrong.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::time::Instant;

use fastrand::Rng;
use headcount::config::{MatchConfig, SourceMatch};
use headcount::correlate::{Correlator, NearMiss, NearMisses, SourceCorrelator};
use headcount::model::{Account, Employee, Fact, Profile, Roster, Situation};
use serde_json::value::RawValue;

const KINDS: [&str; 11] = [
    "one typo",
    "two typos",
    "swapped names",
    "nickname",
    "initial",
    "double name",
    "new name",
    "transliteration",
    "missing accents",
    "other domain",
    "stranger",
];

/// First names with the nicknames that people use.
const GIVEN: [(&str, &str); 40] = [
    ("Robert", "Bob"),
    ("William", "Bill"),
    ("Elizabeth", "Liz"),
    ("Katherine", "Kate"),
    ("Alexander", "Alex"),
    ("Michael", "Mike"),
    ("Margaret", "Peggy"),
    ("Thomas", "Tom"),
    ("Jennifer", "Jen"),
    ("Christopher", "Chris"),
    ("Richard", "Dick"),
    ("Susan", "Sue"),
    ("Dmitry", "Dima"),
    ("José", "Pepe"),
    ("Francisco", "Paco"),
    ("Stephen", "Steve"),
    ("Rebecca", "Becky"),
    ("Edward", "Ted"),
    ("Victoria", "Vicky"),
    ("Andrew", "Andy"),
    ("Zoë", "Zoe"),
    ("Jürgen", "Jürgen"),
    ("François", "François"),
    ("Łukasz", "Łukasz"),
    ("Søren", "Søren"),
    ("Ming", "Ming"),
    ("Aisha", "Aisha"),
    ("Priya", "Priya"),
    ("Kwame", "Kwame"),
    ("Yuki", "Yuki"),
    ("Fatima", "Fatima"),
    ("Olga", "Olya"),
    ("Sergei", "Seryozha"),
    ("Björn", "Björn"),
    ("Inés", "Inés"),
    ("Omar", "Omar"),
    ("Noor", "Noor"),
    ("Tatiana", "Tanya"),
    ("Vladimir", "Vova"),
    ("Mária", "Molly"),
];

struct Person {
    given: String,
    family: String,
}

struct Misspelt {
    kind: &'static str,
    owner: Option<u32>,
    email: Option<String>,
    username: Option<String>,
    display_name: Option<String>,
}

fn main() {
    let mut numbers = std::env::args().filter_map(|argument| argument.parse::<usize>().ok());
    let (employees, accounts) = (numbers.next().unwrap_or(200_000), numbers.next().unwrap_or(10_000));
    let mut rng = Rng::with_seed(4);
    let families: Vec<String> = (0..12_000).map(|_| family(&mut rng)).collect();
    let givens: Vec<(String, String)> = givens(&mut rng);
    let people: Vec<Person> = (0..employees).map(|_| person(&mut rng, &givens, &families)).collect();
    let roster = roster(&people);
    let misspelt: Vec<Misspelt> =
        (0..accounts).map(|n| misspell(KINDS[n % KINDS.len()], &people, &givens, &families, &mut rng)).collect();

    let config = MatchConfig::default();
    let matching = SourceMatch::default();
    let unmatched = unmatched(&roster, &config, &matching, &misspelt);
    let started = Instant::now();
    let misses = NearMisses::new(&roster, &config);
    let built = started.elapsed();
    let started = Instant::now();
    let found: Vec<Vec<NearMiss>> = std::thread::scope(|scope| {
        let halves = unmatched.chunks(unmatched.len().div_ceil(2).max(1)).map(|half| {
            let (misses, matching) = (&misses, &matching);
            scope.spawn(move || half.iter().map(|m| misses.find(&account(m), matching)).collect::<Vec<_>>())
        });
        let halves: Vec<_> = halves.collect();
        halves.into_iter().flat_map(|half| half.join().unwrap()).collect()
    });
    let searched = started.elapsed();

    report(&unmatched, &found);
    println!("\n{} unmatched accounts against {employees} employees, two threads", unmatched.len());
    println!("index {built:.2?}, search {searched:.2?}, {:.0?} an account", searched / accounts.try_into().unwrap());
}

/// What the exact tiers leave over; a misspelling can be somebody else's right spelling.
fn unmatched<'m>(
    roster: &Roster,
    config: &MatchConfig,
    matching: &SourceMatch,
    all: &'m [Misspelt],
) -> Vec<&'m Misspelt> {
    let started = Instant::now();
    let correlator = Correlator::new(roster, config);
    let built = started.elapsed();
    let source = SourceCorrelator::new(&correlator, matching, None);
    let started = Instant::now();
    let left = all.iter().filter(|m| source.correlate(&account(m)) == Situation::Unmatched).collect();
    println!("exact: index {built:.2?}, {:.0?} an account", started.elapsed() / all.len().try_into().unwrap());
    left
}

fn report(accounts: &[&Misspelt], found: &[Vec<NearMiss>]) {
    #[derive(Default)]
    struct Row {
        accounts: u32,
        owned: u32,
        named: u32,
        first: u32,
        three: u32,
    }
    let mut rows: BTreeMap<usize, Row> = BTreeMap::new();
    let mut above: BTreeMap<u32, (u32, u32)> = BTreeMap::new();
    for (misspelt, near) in accounts.iter().zip(found) {
        let right = |near: &NearMiss| misspelt.owner == Some(near.employee.0);
        let kind = KINDS.iter().position(|kind| *kind == misspelt.kind).unwrap();
        for row in [kind, KINDS.len()] {
            let row = rows.entry(row).or_default();
            row.accounts += 1;
            row.owned += u32::from(misspelt.owner.is_some());
            row.named += u32::from(!near.is_empty());
            row.first += u32::from(near.first().is_some_and(right));
            row.three += u32::from(near.iter().any(right));
        }
        for limit in [60, 70, 80, 90, 95] {
            let sure = |near: &&NearMiss| near.score * 100.0 >= f64::from(limit) && near.equals == 0;
            if let Some(first) = near.first().filter(sure) {
                let (named, correct) = above.entry(limit).or_default();
                *named += 1;
                *correct += u32::from(right(first));
            }
        }
    }
    let share = |part: u32, whole: u32| format!("{:5.1}%", 100.0 * f64::from(part) / f64::from(whole.max(1)));
    println!("\n{:18}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}", "", "accounts", "named", "recall@1", "@3", "prec.@1", "@3");
    for (kind, row) in &rows {
        let recall = |part| if row.owned == 0 { "-".into() } else { share(part, row.owned) };
        println!(
            "{:18}{:9}{:>9}{:>9}{:>9}{:>9}{:>9}",
            KINDS.get(*kind).unwrap_or(&"all"),
            row.accounts,
            share(row.named, row.accounts),
            recall(row.first),
            recall(row.three),
            share(row.first, row.named),
            share(row.three, row.named),
        );
    }
    println!();
    for (limit, (named, correct)) in above {
        println!("nobody equally like, score from 0.{limit}: {named} accounts, {} right", share(correct, named));
    }
}

fn syllables(rng: &mut Rng, count: std::ops::Range<usize>) -> String {
    const STARTS: [&str; 24] = [
        "b", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "br", "kr", "st", "sch", "th", "w", "z",
        "gr", "ch", "j",
    ];
    const VOWELS: [&str; 11] = ["a", "e", "i", "o", "u", "a", "e", "o", "ü", "é", "ö"];
    const ENDS: [&str; 10] = ["", "", "", "n", "r", "l", "s", "ck", "x", "v"];
    let mut word = String::new();
    for _ in 0..rng.usize(count) {
        for part in [&STARTS[..], &VOWELS[..], &ENDS[..]] {
            word.push_str(rng.choice(part).unwrap());
        }
    }
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn family(rng: &mut Rng) -> String {
    const ENDINGS: [&str; 8] = ["", "", "", "son", "ov", "ski", "berg", "ez"];
    format!("{}{}", syllables(rng, 2..4), rng.choice(ENDINGS).unwrap())
}

fn givens(rng: &mut Rng) -> Vec<(String, String)> {
    let known = GIVEN.iter().map(|(name, nickname)| ((*name).to_owned(), (*nickname).to_owned()));
    let made = (0..400).map(|_| syllables(rng, 2..3)).map(|name| (name.clone(), name));
    known.chain(made.collect::<Vec<_>>()).collect()
}

/// Some names are borne by many, most by few.
fn person(rng: &mut Rng, givens: &[(String, String)], families: &[String]) -> Person {
    let skewed = |rng: &mut Rng, len: usize| {
        let most = rng.usize(0..len);
        rng.usize(0..=most)
    };
    let given = givens[skewed(rng, givens.len())].0.clone();
    Person { given, family: families[skewed(rng, families.len())].clone() }
}

fn plain(name: &str) -> String {
    any_ascii::any_ascii(name).to_lowercase()
}

fn roster(people: &[Person]) -> Roster {
    let mut taken: HashMap<String, u32> = HashMap::new();
    let mut number = |handle: String| {
        let count = taken.entry(handle.clone()).or_default();
        *count += 1;
        if *count == 1 { handle } else { format!("{handle}{count}") }
    };
    let employees = people.iter().enumerate().map(|(n, person)| {
        let (given, family) = (plain(&person.given), plain(&person.family));
        Employee::new(&Profile {
            id: &format!("E-{n:06}"),
            name: &format!("{} {}", person.given, person.family),
            emails: &[&format!("{}@example.com", number(format!("{given}.{family}")))],
            usernames: &[&number(format!("{}{family}", &given[..1]))],
            ..Profile::default()
        })
    });
    Roster { employees: employees.collect(), ..Roster::default() }
}

/// An account of a person with one kind of misspelling. What it shows differs, as it does between vendors.
fn misspell(
    kind: &'static str,
    people: &[Person],
    givens: &[(String, String)],
    families: &[String],
    rng: &mut Rng,
) -> Misspelt {
    let owner = rng.usize(0..people.len());
    let (mut given, mut family) = (people[owner].given.clone(), people[owner].family.clone());
    let mut domain = "example.com";
    let (mut swapped, mut new_family) = (false, None);
    match kind {
        "one typo" if rng.bool() => given = typo(&given, rng),
        "one typo" => family = typo(&family, rng),
        "two typos" => (given, family) = (typo(&given, rng), typo(&family, rng)),
        "swapped names" => swapped = true,
        "nickname" => {
            let known = givens.iter().find(|(name, _)| *name == given).map(|(_, nickname)| nickname.clone());
            given = known.filter(|nickname| *nickname != given).unwrap_or_else(|| given.chars().take(4).collect());
        }
        "initial" => given = given.chars().take(1).collect(),
        "double name" => family = format!("{family}-{}", rng.choice(families).unwrap()),
        // The login stays what it was.
        "new name" => new_family = Some(rng.choice(families).unwrap()),
        "transliteration" => (given, family) = (transliterated(&given), transliterated(&family)),
        "missing accents" => (given, family) = (plain(&given), plain(&family)),
        "other domain" => domain = "old.example",
        _ => (given, family) = (syllables(rng, 2..3), self::family(rng)),
    }
    let (first, last) = if swapped { (&family, &given) } else { (&given, &family) };
    let (first_plain, last_plain) = (plain(first), plain(last).replace('-', ""));
    let shows = rng.u8(0..4);
    let number = rng.u32(100..999);
    Misspelt {
        kind,
        owner: (kind != "stranger").then(|| owner.try_into().unwrap()),
        display_name: (shows != 3).then(|| format!("{first} {}", new_family.unwrap_or(last))),
        // The number keeps exact tiers from answering where the address isn't what is misspelt.
        email: (shows == 0 || shows == 3).then(|| match kind {
            "missing accents" | "swapped names" | "nickname" | "new name" => {
                format!("{first_plain}_{last_plain}@{domain}")
            }
            _ => format!("{first_plain}.{last_plain}@{domain}"),
        }),
        username: (shows == 1).then(|| format!("{}{last_plain}{number}", first_plain.get(..1).unwrap_or_default())),
    }
}

fn typo(name: &str, rng: &mut Rng) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    let at = rng.usize(0..letters.len());
    match rng.u8(0..4) {
        0 if letters.len() > 3 => drop(letters.remove(at)),
        1 => letters.insert(at, rng.lowercase()),
        2 if at + 1 < letters.len() => letters.swap(at, at + 1),
        _ => letters[at] = rng.lowercase(),
    }
    letters.into_iter().collect()
}

/// As another office spells it.
fn transliterated(name: &str) -> String {
    let spellings = [
        ("ü", "ue"),
        ("ö", "oe"),
        ("ov", "off"),
        ("ck", "k"),
        ("x", "ks"),
        ("sch", "sh"),
        ("v", "w"),
        ("ski", "sky"),
        ("z", "s"),
    ];
    spellings.iter().fold(name.to_lowercase(), |name, (from, to)| name.replace(from, to))
}

fn account(misspelt: &Misspelt) -> Account<'_> {
    let fact = |value: &'_ Option<String>| value.clone().map_or(Fact::NotExposed, |v| Fact::Known(Some(Cow::Owned(v))));
    Account {
        email: fact(&misspelt.email),
        username: fact(&misspelt.username),
        display_name: fact(&misspelt.display_name),
        ..Account::new(Cow::Borrowed("1"), RawValue::NULL)
    }
}
