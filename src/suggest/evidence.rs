//! Why somebody is suggested, for the person who has to decide: which values are alike, how much, and in what way.

use std::fmt;

use rapidfuzz::distance::osa;

use crate::model::{AccountField, Employee};

use super::compare::{Likeness, Pair, name_similarity, pairs};
use super::differences::{Segment, differences};
use super::features::{local_part, name_of, number};
use super::score::{Scorer, Value, made_from};
use super::words::{Words, squeezed};

/// A field of an employee that an account was compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EmployeeField {
    /// The employee id.
    Id,
    /// The full name.
    Name,
    /// One of the addresses.
    Email,
    /// One of the login names.
    Username,
}

impl EmployeeField {
    /// As reports spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Name => "name",
            Self::Email => "email",
            Self::Username => "username",
        }
    }
}

/// Two values that are alike.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// The account's field.
    pub field: AccountField,
    /// The employee's field.
    pub against: EmployeeField,
    /// From 0 to 1; three decimals.
    pub similarity: f64,
    /// In what way they are alike or not. Nobody's name is in it.
    pub because: Vec<Reason>,
    /// The account's value, in pieces.
    pub account: Vec<Segment>,
    /// The employee's value, in pieces.
    pub employee: Vec<Segment>,
}

/// What two values have to do with one another, in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// A word is like a word of the other.
    Alike(Likeness),
    /// A word of each has no partner in the other.
    OtherName,
    /// The login name could be made from the name.
    MadeFromName,
    /// The name, or a part of it, is one that so few employees have.
    Rare(u32),
    /// All of the name is what at least this many employees have.
    Common(u32),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alike(Likeness::Equal) => write!(f, "equal"),
            Self::Alike(Likeness::Misspelt(1)) => write!(f, "one letter differs"),
            Self::Alike(Likeness::Misspelt(letters)) => write!(f, "{letters} letters differ"),
            Self::Alike(Likeness::SoundsAlike) => write!(f, "sounds alike"),
            Self::Alike(Likeness::Nickname) => write!(f, "nickname"),
            Self::Alike(Likeness::Shortened) => write!(f, "shortened"),
            Self::Alike(Likeness::Initial) => write!(f, "initial"),
            Self::OtherName => write!(f, "another given or family name"),
            Self::MadeFromName => write!(f, "made from the name"),
            Self::Rare(1) => write!(f, "nobody else in the roster has this name"),
            Self::Rare(people) => write!(f, "only {people} people in the roster have this name"),
            Self::Common(people) => write!(f, "a common name: {people} people or more have each part of it"),
        }
    }
}

/// Below this, two login names don't look alike, and are not shown.
const TELLING: f64 = 0.6;
/// A name that at most this many have is rare; with fewer people in the roster, every name is.
const RARE: (u32, f64) = (3, 100.0);
/// A name of which each part is what at least this many have is common.
const COMMON: u32 = 50;

/// Two values that may be alike.
struct Compared<'v> {
    field: AccountField,
    account: &'v str,
    against: EmployeeField,
    employee: &'v str,
    similarity: f64,
    because: Vec<Reason>,
}

impl<'v> Scorer<'v> {
    /// The values that speak for the employee, the most alike first: at most one pair of names, of login names and of numbers.
    pub(super) fn evidence(&self, employee: &'v Employee) -> Vec<Evidence> {
        let words = name_of(employee);
        let mut kinds = [const { None }; 3];
        let [names, handles, numbers] = &mut kinds;
        let shown = self.name.as_ref().filter(|value| value.field == AccountField::DisplayName);
        if let (Some(value), Some(name)) = (shown, employee.name()) {
            *names = self.names(value, name, &words);
        }
        let name_as_login = self.name.as_ref().filter(|_| shown.is_none() || employee.name().is_none());
        for value in self.handles.iter().chain(name_as_login) {
            keep_login(handles, value, employee, &words);
            if number(value.raw).is_some_and(|ours| number(employee.id()) == Some(ours)) {
                keep(numbers, Compared::new(value, EmployeeField::Id, employee.id(), 1.0));
            }
        }
        let mut compared: Vec<_> = kinds.into_iter().flatten().collect();
        compared.sort_by(|a, b| b.similarity.total_cmp(&a.similarity));
        compared.into_iter().map(Compared::marked).collect()
    }

    fn names(&self, value: &Value<'v>, name: &'v str, words: &Words) -> Option<Compared<'v>> {
        let ours = value.words.as_written_by(words);
        let words = &*words.as_written_by(&ours);
        let pairs = pairs(&ours, words);
        if pairs.is_empty() {
            return None;
        }
        let mut compared = Compared::new(value, EmployeeField::Name, name, name_similarity(&value.words, words));
        let unequal = pairs.iter().map(|pair| pair.matched.how).filter(|how| *how != Likeness::Equal);
        compared.because.extend(unequal.map(Reason::Alike));
        if pairs.len() < ours.count().min(words.count()) {
            compared.because.push(Reason::OtherName);
        }
        compared.because.extend(self.commonness(&pairs, words));
        Some(compared)
    }

    fn commonness(&self, pairs: &[Pair], words: &Words) -> Option<Reason> {
        let full = pairs.iter().filter(|pair| pair.matched.how != Likeness::Initial);
        let people = full.filter_map(|pair| words.iter().nth(pair.other)).map(|word| self.common.people_called(word));
        let fewest = people.min()?;
        let (few, roster) = RARE;
        match fewest {
            0 => None,
            _ if fewest <= few && self.common.people() >= roster => Some(Reason::Rare(fewest)),
            _ if fewest >= COMMON => Some(Reason::Common(fewest)),
            _ => None,
        }
    }
}

impl<'v> Compared<'v> {
    const fn new(value: &Value<'v>, against: EmployeeField, employee: &'v str, similarity: f64) -> Self {
        Self { field: value.field, account: value.raw, against, employee, similarity, because: Vec::new() }
    }

    fn marked(self) -> Evidence {
        let (account, employee) = differences(self.account, self.employee);
        let Self { field, against, similarity, mut because, .. } = self;
        because.sort_unstable();
        because.dedup();
        Evidence { field, against, similarity: (similarity * 1000.0).round() / 1000.0, because, account, employee }
    }
}

fn keep<'v>(best: &mut Option<Compared<'v>>, new: Compared<'v>) {
    if new.similarity >= TELLING && best.as_ref().is_none_or(|old| new.similarity > old.similarity) {
        *best = Some(new);
    }
}

/// A login name compared with those of the roster, or with the name that it could be made from.
fn keep_login<'v>(best: &mut Option<Compared<'v>>, value: &Value<'v>, employee: &'v Employee, words: &Words) {
    let emails = employee.emails().iter().map(|email| (EmployeeField::Email, email));
    let usernames = employee.usernames().iter().map(|username| (EmployeeField::Username, username));
    for (against, raw) in emails.chain(usernames) {
        keep(best, Compared::new(value, against, raw, handle_similarity(value, local_part(raw))));
    }
    let Some(name) = employee.name() else { return };
    let made = made_from(value.letters(), words);
    let similarity = if made { 0.9 } else { 0.9 * name_similarity(&value.words, words) };
    let mut compared = Compared::new(value, EmployeeField::Name, name, similarity);
    compared.because.extend(made.then_some(Reason::MadeFromName));
    keep(best, compared);
}

/// Two login names: letter by letter, or word by word if there are words.
fn handle_similarity(value: &Value<'_>, known: &str) -> f64 {
    let ours = squeezed(local_part(value.raw));
    let letters = osa::normalized_similarity(ours.bytes(), squeezed(known).bytes());
    let words = Words::of(known);
    let by_words =
        if value.words.count() > 1 && words.count() > 1 { 0.95 * name_similarity(&value.words, &words) } else { 0.0 };
    letters.max(by_words)
}
