//! People, and accounts of theirs that no exact tier can match: as vendors, offices and people really write names. And
//! accounts of strangers, many of whom have a name like somebody's.

use std::borrow::Cow;
use std::collections::HashMap;

use fastrand::Rng;
use headcount::model::{Account, Employee, Fact, Profile, Roster};
use serde_json::value::RawValue;

use crate::names::Region;

/// What happened to the name on its way, and to how many of a thousand accounts.
pub(crate) const KINDS: [(&str, u32); 18] = [
    ("same name", 340),
    ("one typo", 130),
    ("two typos", 40),
    ("swapped names", 30),
    ("nickname", 80),
    ("initial", 30),
    ("one word", 20),
    ("middle name", 30),
    ("double name", 15),
    ("new name", 20),
    ("other family name", 15),
    ("other given name", 20),
    ("transliteration", 20),
    ("missing accents", 10),
    // Nobody's:
    ("stranger", 150),
    ("relative", 20),
    ("like somebody", 20),
    ("service", 10),
];

/// The first of those that are nobody's.
const FIRST_STRANGER: usize = 14;

pub(crate) struct Person {
    region: &'static Region,
    given: String,
    family: String,
}

pub(crate) struct Misspelt {
    pub(crate) kind: usize,
    pub(crate) owner: Option<u32>,
    email: Option<String>,
    username: Option<String>,
    display_name: Option<String>,
}

impl Person {
    pub(crate) fn any(rng: &mut Rng) -> Self {
        let region = Region::any(rng);
        Self { region, given: region.given(rng), family: region.family(rng) }
    }
}

fn plain(name: &str) -> String {
    any_ascii::any_ascii(name).to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect()
}

/// Login names, each once.
#[derive(Default)]
struct Taken(HashMap<String, u32>);

impl Taken {
    fn next(&mut self, handle: String) -> String {
        let count = self.0.entry(handle.clone()).or_default();
        *count += 1;
        if *count == 1 { handle } else { format!("{handle}{count}") }
    }
}

pub(crate) fn roster(people: &[Person]) -> Roster {
    let mut taken = Taken::default();
    let employees = people.iter().enumerate().map(|(n, person)| {
        let (given, family) = (plain(&person.given), plain(&person.family));
        Employee::new(&Profile {
            id: &format!("E-{n:06}"),
            name: &format!("{} {}", person.given, person.family),
            emails: &[&format!("{}@example.com", taken.next(format!("{given}.{family}")))],
            usernames: &[&taken.next(format!("{}{family}", &given[..1]))],
            ..Profile::default()
        })
    });
    Roster { employees: employees.collect(), ..Roster::default() }
}

/// Makes accounts.
pub(crate) struct Vendor<'p> {
    pub(crate) people: &'p [Person],
    taken: Taken,
    rng: Rng,
}

impl<'p> Vendor<'p> {
    pub(crate) fn new(people: &'p [Person], rng: Rng) -> Self {
        Self { people, taken: Taken::default(), rng }
    }

    pub(crate) fn account(&mut self) -> Misspelt {
        let mut at = self.rng.u32(0..1_000);
        let kind = KINDS.iter().position(|(_, share)| {
            let here = at < *share;
            at = at.saturating_sub(*share);
            here
        });
        let kind = kind.unwrap_or_default();
        let owner = self.rng.usize(0..self.people.len());
        let (shown, login) = self.named(KINDS[kind].0, owner);
        let (display_name, email, username) = self.shown(shown, &login);
        let owner = (kind < FIRST_STRANGER).then(|| owner.try_into().unwrap());
        Misspelt { kind, owner, email, username, display_name }
    }

    /// The name as the vendor shows it, and the two words of which the login is made.
    fn named(&mut self, kind: &str, owner: usize) -> (String, [String; 2]) {
        let person = &self.people[owner];
        let rng = &mut self.rng;
        let (mut given, mut family) = (person.given.clone(), person.family.clone());
        let mut shown = None;
        match kind {
            "one typo" if rng.bool() => given = typo(&given, rng),
            "one typo" => family = typo(&family, rng),
            "two typos" => {
                for _ in 0..2 {
                    let word = if rng.bool() { &mut given } else { &mut family };
                    *word = typo(word, rng);
                }
            }
            "swapped names" => (given, family) = (family, given),
            "nickname" => given = nickname(&given, rng),
            "initial" => given = given.chars().take(1).collect(),
            "one word" => shown = Some(if rng.bool() { given.clone() } else { family.clone() }),
            "middle name" => shown = Some(format!("{given} {} {family}", person.region.given(rng))),
            "double name" => family = format!("{family}-{}", person.region.family(rng)),
            // The login stays what it was.
            "new name" => shown = Some(format!("{given} {}", person.region.family(rng))),
            "other family name" => family = person.region.family(rng),
            "other given name" | "relative" => given = person.region.given(rng),
            "transliteration" => (given, family) = (transliterated(&given), transliterated(&family)),
            "missing accents" => (given, family) = (any_ascii::any_ascii(&given), any_ascii::any_ascii(&family)),
            "stranger" => Person { given, family, .. } = Person::any(rng),
            "like somebody" => {
                given = typo(&person.region.given(rng), rng);
                family = typo(&family, rng);
            }
            "service" => {
                const SERVICES: [&str; 10] = [
                    "Help Desk",
                    "Admin",
                    "Sales Team",
                    "Reception",
                    "Test User",
                    "Support",
                    "API",
                    "Billing",
                    "QA Bot",
                    "Demo",
                ];
                shown = rng.choice(SERVICES).map(str::to_owned);
                (given, family) = (plain(&shown.clone().unwrap()), String::new());
            }
            _ => {}
        }
        (shown.unwrap_or_else(|| format!("{given} {family}")), [given, family])
    }

    /// What a vendor shows differs, and how it makes logins.
    fn shown(
        &mut self,
        name: String,
        [given, family]: &[String; 2],
    ) -> (Option<String>, Option<String>, Option<String>) {
        let (given, family) = (plain(given), plain(family));
        let rng = &mut self.rng;
        let mut handle = || {
            let initial = |word: &str| word.chars().take(1).collect::<String>();
            let made = match rng.u8(0..100) {
                _ if family.is_empty() => given.clone(),
                0..35 => format!("{given}.{family}"),
                35..60 => format!("{}{family}", initial(&given)),
                60..70 => format!("{}.{family}", initial(&given)),
                70..78 => format!("{family}.{given}"),
                78..88 => format!("{given}{family}"),
                88..94 => format!("{family}{}", initial(&given)),
                _ => format!("{given}_{family}"),
            };
            self.taken.next(made)
        };
        let (one, other) = (handle(), handle());
        let email = format!("{one}@{}", if rng.bool() { "example.com" } else { "vendor.example" });
        match rng.u8(0..10) {
            0 => (Some(name), None, None),
            1 => (None, Some(email), None),
            2 => (None, Some(email), Some(other)),
            3..6 => (Some(name), Some(email.clone()), Some(email)),
            _ => (Some(name), Some(email), Some(other)),
        }
    }
}

fn nickname(given: &str, rng: &mut Rng) -> String {
    const KNOWN: [(&str, &str); 48] = [
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
        ("Rebecca", "Becky"),
        ("Edward", "Ted"),
        ("Victoria", "Vicky"),
        ("Andrew", "Andy"),
        ("Joshua", "Josh"),
        ("Matthew", "Matt"),
        ("Daniel", "Dan"),
        ("Joseph", "Joe"),
        ("Nicholas", "Nick"),
        ("Benjamin", "Ben"),
        ("Samuel", "Sam"),
        ("Anthony", "Tony"),
        ("Timothy", "Tim"),
        ("Patricia", "Trish"),
        ("Deborah", "Debbie"),
        ("Zachary", "Zach"),
        ("Theodore", "Teddy"),
        ("Lawrence", "Larry"),
        ("José", "Pepe"),
        ("Francisco", "Paco"),
        ("Guillermo", "Memo"),
        ("Dolores", "Lola"),
        ("Ignacio", "Nacho"),
        ("Ursula", "Uschi"),
        ("Johannes", "Hans"),
        ("Heinrich", "Heinz"),
        ("Sebastian", "Basti"),
        ("Ulrich", "Uli"),
        ("Дмитрий", "Dima"),
        ("Сергей", "Serge"),
        ("Екатерина", "Katya"),
        ("Михаил", "Misha"),
        ("Владимир", "Vova"),
        ("Mehmet", "Memo"),
        ("Fatma", "Fatima"),
        ("Mohamed", "Mo"),
    ];
    let known = KNOWN.iter().find(|(name, _)| *name == given).map(|(_, nickname)| (*nickname).to_owned());
    known.unwrap_or_else(|| given.chars().take(rng.usize(3..5)).collect())
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
        ("ä", "ae"),
        ("ov", "off"),
        ("ck", "k"),
        ("x", "ks"),
        ("sch", "sh"),
        ("v", "w"),
        ("ski", "sky"),
        ("z", "s"),
        ("y", "i"),
        ("ou", "u"),
        ("ee", "i"),
        ("kh", "h"),
        ("ph", "f"),
        ("th", "t"),
    ];
    let name = any_ascii::any_ascii(name).to_lowercase();
    spellings.iter().fold(name, |name, (from, to)| name.replace(from, to))
}

pub(crate) fn account(misspelt: &Misspelt) -> Account<'_> {
    let fact = |value: &'_ Option<String>| value.clone().map_or(Fact::NotExposed, |v| Fact::Known(Some(Cow::Owned(v))));
    Account {
        email: fact(&misspelt.email),
        username: fact(&misspelt.username),
        display_name: fact(&misspelt.display_name),
        ..Account::new(Cow::Borrowed("1"), RawValue::NULL)
    }
}
