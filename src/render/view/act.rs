//! Act today: the live accounts of people who have left, a row a person, and those without an owner that hold power. With
//! everything that it takes to end them: which, since when, and whom to ask.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

use super::entries::Subject;
use super::line::anchor_of;
use super::lines::{Count, Line, Lines};
use super::lookup::Lookup;
use super::person::{Ending, Login, Superior, employee_id, ending, last_login, mailto, name, superior};
use super::text::{NAME, days_after, first_of, short_day};
use crate::base::text::{counted, grouped};
use crate::model::Timestamp;
use crate::render::RenderError;
use crate::render::escape::clip;
use crate::report::{Report, SourceStatus};

/// The most people that are shown at once.
const SHOWN: usize = 6;
/// The most people that have a row.
const ROWS: usize = 300;
/// The most lines that are read for it.
const READ: usize = 5_000;

/// What to act on today.
#[derive(Debug, Serialize)]
pub(super) struct Act {
    /// Of how many people and accounts; nobody, if there are none.
    note: String,
    people: Vec<Row>,
    /// What a click shows: `Show 11 more people, 59 accounts`.
    more: String,
    left_out: String,
    ownerless: Vec<Row>,
    ownerless_left_out: String,
    /// Whether an account without an owner holds power, and of how many nobody can tell.
    power: String,
    power_note: String,
    /// Who has left on a day that HR doesn't give.
    #[serde(skip)]
    pub(super) without_day: Vec<String>,
}

/// A person, or an account without one.
#[derive(Debug, Default, Serialize)]
struct Row {
    /// Whether it is shown only when it is asked for.
    more: bool,
    anchor: String,
    name: String,
    id: String,
    last_day: String,
    ago: String,
    last_day_class: &'static str,
    accounts: String,
    places: String,
    login: String,
    login_note: String,
    login_class: &'static str,
    manager: String,
    email: String,
    mailto: String,
}

/// One live account.
struct Account {
    source: String,
    id: String,
    anchor: String,
    login: Login,
}

/// Somebody who has left, with the accounts that are live.
struct Leaver {
    name: String,
    id: String,
    ending: Ending,
    superior: Superior,
    accounts: Vec<Account>,
    count: u64,
}

impl Act {
    pub(super) fn new(report: &Report, lines: &Lines<'_>, known: &Lookup<'_>) -> Result<Self, RenderError> {
        let leavers = || lines.open().filter(|line| line.is_leavers());
        let all = Count::of(leavers());
        let mut people = read(leavers(), known)?;
        people.sort_by_cached_key(Leaver::order);
        let sources: Vec<&str> = report
            .sources
            .iter()
            .filter(|source| source.status != SourceStatus::Failed)
            .map(|source| source.name.as_str())
            .collect();
        let folded: u64 = people.iter().take(ROWS).skip(SHOWN).map(|leaver| leaver.count).sum();
        let rows: Vec<Row> = people
            .iter()
            .take(ROWS)
            .enumerate()
            .map(|(at, leaver)| Row { more: at >= SHOWN, ..leaver.row(&sources, known) })
            .collect();
        let left_out = all.people.saturating_sub(rows.len() as u64);
        let (power, power_note) = power(report, lines);
        let held: Vec<Line<'_>> = lines.open().filter(|line| line.is_ownerless() && line.is_privileged()).collect();
        let ownerless = held.iter().take(ROWS).map(|line| Ok(ownerless(&line.read()?, known)));
        Ok(Self {
            note: note(all, report),
            more: if rows.len() > SHOWN {
                let more = counted((rows.len() - SHOWN) as u64, "more person", "more people");
                format!("Show {more}, {}", counted(folded, "account", "accounts"))
            } else {
                String::new()
            },
            left_out: if left_out == 0 || rows.is_empty() {
                String::new()
            } else {
                format!("{} are among the findings below.", counted(left_out, "more person", "more people"))
            },
            ownerless: ownerless.collect::<Result<_, RenderError>>()?,
            ownerless_left_out: match held.len().saturating_sub(ROWS) {
                0 => String::new(),
                more => {
                    format!("{} are among the findings below.", counted(more as u64, "more account", "more accounts"))
                }
            },
            without_day: people
                .iter()
                .filter(|leaver| leaver.ending == Ending::NoDay)
                .map(|leaver| leaver.name.clone())
                .collect(),
            people: rows,
            power,
            power_note,
        })
    }
}

fn note(all: Count, report: &Report) -> String {
    let least = if super::text::is_whole(report) { "" } else { "≥ " };
    let accounts = format!("{least}{}", counted(all.accounts, "account", "accounts"));
    match all {
        Count { accounts: 0, .. } => String::new(),
        Count { people: 0, .. } => format!("{accounts}: switch off, end sessions, ask the manager"),
        Count { people, .. } => {
            format!("{}, {accounts}: switch off, end sessions, ask the manager", counted(people, "person", "people"))
        }
    }
}

/// Reads the accounts of people who have left, by person.
fn read<'e>(lines: impl Iterator<Item = Line<'e>>, known: &Lookup<'_>) -> Result<Vec<Leaver>, RenderError> {
    let mut people: Vec<Leaver> = Vec::new();
    let mut places = HashMap::new();
    for line in lines.take(READ) {
        let subject = line.read()?;
        let place = line.person().map(|person| *places.entry(person).or_insert(people.len()));
        let known_leaver = place.and_then(|place| people.get_mut(place));
        let account = Account::of(&subject);
        let ending = ending(&subject);
        match known_leaver {
            Some(leaver) => {
                leaver.accounts.push(account);
                leaver.count += line.weight();
                if leaver.ending == Ending::Untold {
                    leaver.ending = ending;
                }
            }
            None => people.push(Leaver {
                name: some_name(&subject),
                id: employee_id(&subject).map(|id| clip(id, NAME)).unwrap_or_default(),
                ending,
                superior: superior(&subject, known),
                accounts: vec![account],
                count: line.weight(),
            }),
        }
    }
    Ok(people)
}

/// What they are called, where they may be named.
fn some_name(subject: &Subject) -> String {
    Some(name(subject)).filter(|name| !name.is_empty()).unwrap_or_else(|| "not named".to_owned())
}

impl Account {
    fn of(subject: &Subject) -> Self {
        Self {
            source: subject.source(),
            id: subject.first(|finding| finding.subject.account_id.as_deref()).unwrap_or_default().to_owned(),
            anchor: anchor_of(subject),
            login: last_login(subject),
        }
    }
}

impl Leaver {
    /// Used after the last day, no last day, longest gone.
    fn order(&self) -> (u8, Option<Timestamp>, String) {
        let used = self.last_use().is_some_and(|login| self.ending.is_before(login));
        let first = match self.ending {
            Ending::At(_) if used => 0,
            Ending::NoDay => 1,
            Ending::At(_) => 2,
            Ending::Untold => 3,
        };
        (first, self.ending.last_day(), self.id.clone())
    }

    fn last_use(&self) -> Option<Timestamp> {
        self.accounts.iter().filter_map(|account| account.login.moment()).max()
    }

    fn row(&self, sources: &[&str], known: &Lookup<'_>) -> Row {
        let (last_day, ago, last_day_class) = match self.ending.last_day() {
            Some(day) => (short_day(day, known.as_of()), format!("{} d ago", grouped(known.days_since(day))), ""),
            None if self.ending == Ending::NoDay => ("not in HR".to_owned(), String::new(), "unsure"),
            None => ("–".to_owned(), String::new(), ""),
        };
        let (login, login_note, login_class) = self.login(known);
        Row {
            more: false,
            anchor: self.accounts.first().map(|account| account.anchor.clone()).unwrap_or_default(),
            name: self.name.clone(),
            id: if self.id == self.name { String::new() } else { self.id.clone() },
            last_day,
            ago,
            last_day_class,
            accounts: grouped(self.count),
            places: self.places(sources),
            login,
            login_note,
            login_class,
            manager: if self.superior.name.is_empty() { "–".to_owned() } else { self.superior.name.clone() },
            email: self.superior.email.clone(),
            mailto: mailto(&self.superior.email),
        }
    }

    /// The last login in comparison with the last day: in words, what is known of it, and how bad it is.
    fn login(&self, known: &Lookup<'_>) -> (String, String, &'static str) {
        let told = self.accounts.iter().filter(|account| account.login != Login::Untold).count();
        let some_tell = || {
            let all = self.accounts.len();
            if told == all { String::new() } else { format!("{told} of {all} tell") }
        };
        let plain = |words: &str, note: String| (words.to_owned(), note, "");
        match (self.last_use(), self.ending.last_day()) {
            (Some(login), Some(day)) if self.ending.is_before(login) => {
                let after = days_after(day, login);
                (short_day(login, known.as_of()), format!("{after} d after"), "bad")
            }
            (Some(login), None) if self.ending == Ending::NoDay => {
                (format!("{}, perhaps", short_day(login, known.as_of())), String::new(), "unsure")
            }
            (_, None) if self.ending == Ending::Untold => plain("–", String::new()),
            _ if told == 0 => plain("not told", String::new()),
            _ => plain("none seen", some_tell()),
        }
    }

    /// Where the accounts are: `cognigy, vcc`, `all sources but doors`.
    fn places(&self, sources: &[&str]) -> String {
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for account in &self.accounts {
            *counts.entry(&account.source).or_default() += 1;
        }
        let others: Vec<&str> = sources.iter().copied().filter(|source| !counts.contains_key(source)).collect();
        let here = sources.len() - others.len();
        let names: Vec<String> = counts.keys().map(|name| (*name).to_owned()).collect();
        let places = match others.as_slice() {
            [] if here > 2 => format!("all {here} sources"),
            [but] if here > 3 => format!("all sources but {}", clip(but, NAME)),
            _ => first_of(&names, 4),
        };
        let each: BTreeSet<u64> = counts.values().copied().collect();
        match each.first().filter(|each| **each > 1 && counts.len() > 1) {
            Some(number) if each.len() == 1 => format!("{places} · {number} each"),
            _ => places,
        }
    }
}

/// An account without an owner: nobody can be asked.
fn ownerless(subject: &Subject, known: &Lookup<'_>) -> Row {
    let account = Account::of(subject);
    let login = match account.login {
        Login::Untold => "not told".to_owned(),
        Login::Never => "never".to_owned(),
        Login::At(at) => short_day(at, known.as_of()),
    };
    Row {
        anchor: account.anchor,
        name: subject.title(),
        id: clip(&account.id, NAME),
        last_day: "–".to_owned(),
        accounts: "1".to_owned(),
        places: account.source,
        login,
        manager: "nobody to ask".to_owned(),
        ..Row::default()
    }
}

/// Whether accounts without an owner hold power, and how many of them are where nobody tells.
fn power(report: &Report, lines: &Lines<'_>) -> (String, String) {
    let count = |lines: &mut dyn Iterator<Item = Line<'_>>| lines.map(Line::weight).sum::<u64>();
    let ownerless = count(&mut lines.open().filter(|line| line.is_ownerless()));
    if ownerless == 0 {
        return (String::new(), String::new());
    }
    let known = count(&mut lines.open().filter(|line| line.is_ownerless() && line.is_privileged()));
    let of_privileged = || report.evaluability.iter().filter(|entry| entry.rule == "privileged");
    let blind: BTreeSet<&str> = of_privileged()
        .filter(|entry| entry.not_evaluable > entry.evaluated)
        .map(|entry| entry.source.as_str())
        .collect();
    let untold = count(&mut lines.open().filter(|line| {
        line.is_ownerless() && !line.is_privileged() && line.source().is_some_and(|source| blind.contains(source))
    }));
    let told = match known {
        0 if of_privileged().next().is_none() => "not looked for: the rule privileged did not apply.".to_owned(),
        0 => "none known.".to_owned(),
        known => format!("{}.", grouped(known)),
    };
    let note = if untold == 0 {
        String::new()
    } else {
        let are = if untold == 1 { "is" } else { "are" };
        let all = counted(ownerless, "account", "accounts");
        format!("{} of the {all} without an owner {are} at sources that tell no roles.", grouped(untold))
    };
    (told, note)
}
