//! People, and accounts of theirs that no exact tier can match: as vendors, offices and people really write names. And
//! accounts of strangers, many of whom have a name like somebody's.

use std::borrow::Cow;
use std::collections::HashMap;

use fastrand::Rng;
use headcount::model::{Account, Employee, Fact, Profile, Roster};
use serde_json::value::RawValue;

use crate::names::Region;

/// What happened to the name on its way, and to how many of eight hundred accounts of owners; and whose the others are, to how
/// many of two hundred.
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
    ("stranger", 160),
    // Six in a hundred young men work where their fathers do (Corak and Piraino, 2011).
    ("relative", 10),
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

/// An organisation. Hardly any has people from everywhere alike.
#[derive(Clone, Copy)]
pub(crate) struct Company {
    home: &'static Region,
    /// How many of a hundred people are from there at least.
    at_home: u8,
    email: Way,
    username: Way,
}

impl Company {
    pub(crate) fn any(rng: &mut Rng) -> Self {
        Self { home: Region::any(rng), at_home: rng.u8(0..=100), email: Way::any(rng), username: Way::any(rng) }
    }

    /// One of its people, or of those that it works with.
    pub(crate) fn person(self, rng: &mut Rng) -> Person {
        let region = if rng.u8(0..100) < self.at_home { self.home } else { Region::any(rng) };
        Person { region, given: region.given(rng), family: region.family(rng) }
    }

    pub(crate) fn roster(self, people: &[Person]) -> Roster {
        let (mut emails, mut usernames) = (Taken::default(), Taken::default());
        let employees = people.iter().enumerate().map(|(n, person)| {
            let (given, family) = (plain(&person.given), plain(&person.family));
            Employee::new(&Profile {
                id: &format!("E-{n:06}"),
                name: &format!("{} {}", person.given, person.family),
                emails: &[&format!("{}@example.com", emails.next(self.email.made(&given, &family)))],
                usernames: &[&usernames.next(self.username.made(&given, &family))],
                ..Profile::default()
            })
        });
        Roster { employees: employees.collect(), ..Roster::default() }
    }
}

/// How an office makes login names of two words.
#[derive(Clone, Copy)]
struct Way(u8);

impl Way {
    fn any(rng: &mut Rng) -> Self {
        Self(rng.u8(0..100))
    }

    fn made(self, given: &str, family: &str) -> String {
        let initial = |word: &str| word.chars().take(1).collect::<String>();
        match self.0 {
            _ if family.is_empty() => given.to_owned(),
            0..35 => format!("{given}.{family}"),
            35..60 => format!("{}{family}", initial(given)),
            60..70 => format!("{}.{family}", initial(given)),
            70..78 => format!("{family}.{given}"),
            78..88 => format!("{given}{family}"),
            88..94 => format!("{family}{}", initial(given)),
            _ => format!("{given}_{family}"),
        }
    }
}

/// One of these, by how many there are of each.
fn any_kind(kinds: &[(&str, u32)], rng: &mut Rng) -> usize {
    let mut at = rng.u32(0..kinds.iter().map(|(_, share)| share).sum());
    let kind = kinds.iter().position(|(_, share)| {
        let here = at < *share;
        at = at.saturating_sub(*share);
        here
    });
    kind.unwrap_or_default()
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

/// A service that people of a company and others have accounts at. It makes logins in its own way.
pub(crate) struct Vendor<'p> {
    company: Company,
    people: &'p [Person],
    roster: &'p Roster,
    email: Way,
    username: Way,
    taken: Taken,
    rng: Rng,
}

impl<'p> Vendor<'p> {
    pub(crate) fn new(company: Company, people: &'p [Person], roster: &'p Roster, mut rng: Rng) -> Self {
        let (email, username) = (Way::any(&mut rng), Way::any(&mut rng));
        Self { company, people, roster, email, username, taken: Taken::default(), rng }
    }

    /// One account of an employee, or of nobody of the company.
    pub(crate) fn account(&mut self, nobodys: bool) -> Misspelt {
        let (changes, strangers) = KINDS.split_at(FIRST_STRANGER);
        // What vendors do to names, they do to those of strangers as well.
        let change = any_kind(changes, &mut self.rng);
        let kind = if nobodys { FIRST_STRANGER + any_kind(strangers, &mut self.rng) } else { change };
        let at = self.rng.usize(0..self.people.len());
        let person = self.person(KINDS[kind].0, &self.people[at]);
        let owner = (!nobodys).then_some(at);
        let (shown, login) = self.named(KINDS[change].0, &person);
        let [email, username] = self.logins(owner, &login);
        let (display_name, email, username) = self.shown(shown, &email, username);
        Misspelt { kind, owner: owner.map(|at| at.try_into().unwrap()), email, username, display_name }
    }

    /// Whose the account is: an employee's, or that of somebody else, who may have much of the name.
    fn person(&mut self, kind: &str, employee: &Person) -> Person {
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
        let rng = &mut self.rng;
        let like = |given, family| Person { region: employee.region, given, family };
        match kind {
            "stranger" => self.company.person(rng),
            "relative" => like(employee.region.given(rng), employee.family.clone()),
            "like somebody" => like(typo(&employee.region.given(rng), rng), typo(&employee.family, rng)),
            "service" => like(rng.choice(SERVICES).unwrap().to_owned(), String::new()),
            _ => like(employee.given.clone(), employee.family.clone()),
        }
    }

    /// The name as the vendor shows it, and the two words of which the login is made.
    fn named(&mut self, change: &str, person: &Person) -> (String, [String; 2]) {
        let rng = &mut self.rng;
        let (mut given, mut family) = (person.given.clone(), person.family.clone());
        let mut shown = None;
        match change {
            _ if family.is_empty() => {}
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
            "other given name" => given = person.region.given(rng),
            "transliteration" => (given, family) = (transliterated(&given), transliterated(&family)),
            "missing accents" => (given, family) = (any_ascii::any_ascii(&given), any_ascii::any_ascii(&family)),
            _ => {}
        }
        (shown.unwrap_or_else(|| format!("{given} {family}").trim().to_owned()), [given, family])
    }

    /// An address without its domain, and a username. One in five owners has kept those of the roster, as provisioning does
    /// (if all had, one line would settle them); of the others, one in five has made them in another way than the vendor.
    fn logins(&mut self, owner: Option<usize>, [given, family]: &[String; 2]) -> [String; 2] {
        if let Some(owner) = owner.filter(|_| self.rng.u8(0..5) == 0) {
            let employee = &self.roster.employees[owner];
            let kept = employee.emails().iter().chain(employee.usernames());
            let mut kept = kept.map(|login| login.split('@').next().unwrap().to_owned());
            return [kept.next().unwrap(), kept.next().unwrap()];
        }
        let (given, family) = (plain(given), plain(family));
        [self.email, self.username].map(|usual| {
            let way = if self.rng.u8(0..5) == 0 { Way::any(&mut self.rng) } else { usual };
            self.taken.next(way.made(&given, &family))
        })
    }

    /// What a vendor shows differs.
    fn shown(
        &mut self,
        name: String,
        email: &str,
        username: String,
    ) -> (Option<String>, Option<String>, Option<String>) {
        let email = format!("{email}@{}", if self.rng.bool() { "example.com" } else { "vendor.example" });
        match self.rng.u8(0..10) {
            0 => (Some(name), None, None),
            1 => (None, Some(email), None),
            2 => (None, Some(email), Some(username)),
            3..6 => (Some(name), Some(email.clone()), Some(email)),
            _ => (Some(name), Some(email), Some(username)),
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

/// One letter slips: it is left out, added (half of the time by doubling one), swapped with the next, or changed.
/// The first letter seldom does.
fn typo(name: &str, rng: &mut Rng) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    let first = usize::from(letters.len() > 1 && rng.u8(0..10) > 0);
    let at = rng.usize(first..letters.len());
    match rng.u8(0..93) {
        0..34 if letters.len() > 3 => drop(letters.remove(at)),
        34..61 => letters.insert(at, if rng.bool() { letters[at] } else { rng.lowercase() }),
        61..74 if at + 1 < letters.len() => letters.swap(at, at + 1),
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
