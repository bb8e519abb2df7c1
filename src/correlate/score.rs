//! How like an account an employee is: each of the account's values against each of the employee's, and what
//! they say together. A number between 0 and 1 to sort suggestions by, not a probability.

use rapidfuzz::distance::{jaro_winkler, osa};

use crate::model::{Account, AccountField, Employee};

use super::features::{local_part, number};
use super::words::{Words, formal, sound, squeezed};
use crate::key::split;

/// Two values that are alike, and how much.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Likeness<'v> {
    pub(super) field: AccountField,
    pub(super) account: &'v str,
    pub(super) against: EmployeeField,
    pub(super) employee: &'v str,
    pub(super) similarity: f64,
}

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

/// A value with what comparing it needs, made once for many comparisons.
struct Value<'v, F> {
    field: F,
    raw: &'v str,
    words: Vec<Word>,
    squeezed: String,
}

/// A word of a name with what comparing it needs.
struct Word {
    text: String,
    formal: Option<&'static str>,
    sound: Vec<u8>,
}

/// An account on the left side of many comparisons.
pub(super) struct Scorer<'v> {
    values: Vec<Value<'v, AccountField>>,
}

impl<'v> Scorer<'v> {
    pub(super) fn new(account: &'v Account<'_>) -> Self {
        let fields = [AccountField::DisplayName, AccountField::Email, AccountField::Username, AccountField::ExternalId];
        let values = fields.into_iter().filter_map(|field| {
            let raw = field.of(account)?;
            let handle = if field == AccountField::DisplayName { raw } else { local_part(raw) };
            Some(Value::new(field, raw, handle))
        });
        Self { values: values.collect() }
    }

    /// How like the employee is, and the values that say so, the most telling first.
    pub(super) fn score(&self, employee: &'v Employee) -> (f64, Vec<Likeness<'v>>) {
        let name = employee.name().unwrap_or_default();
        let name_words = words(name);
        let known_handles: Vec<_> = handles_of(employee).collect();
        let mut kinds = [const { None }; 3];
        let [names, handles, numbers] = &mut kinds;
        let mut contradicted = false;
        for value in &self.values {
            let like = |against, employee, similarity| Likeness {
                field: value.field,
                account: value.raw,
                against,
                employee,
                similarity,
            };
            if value.field == AccountField::DisplayName {
                let similarity = name_similarity(&value.words, &name_words);
                contradicted = !name_words.is_empty() && !value.words.is_empty() && similarity < CONTRADICTION;
                keep(names, like(EmployeeField::Name, name, similarity));
            } else {
                keep(handles, like(EmployeeField::Name, name, WEIGHT_OF_DERIVED * value.as_made_from(&name_words)));
                keep(numbers, like(EmployeeField::Id, employee.id(), id_similarity(value.raw, employee.id())));
            }
            if value.field == AccountField::DisplayName && !name_words.is_empty() {
                // Login names are made from names: to count both would count one reason twice.
                continue;
            }
            for handle in &known_handles {
                keep(handles, like(handle.field, handle.raw, value.handle_similarity(handle)));
            }
        }
        let total = combined(&kinds) * if contradicted { CONTRADICTED } else { 1.0 };
        let mut likenesses: Vec<_> = kinds.into_iter().flatten().filter(|like| like.similarity >= TELLING).collect();
        likenesses.sort_by(|a, b| b.similarity.total_cmp(&a.similarity));
        (total, likenesses)
    }
}

/// Below this, two values are not alike at all.
const TELLING: f64 = 0.6;
/// A login name that was made from the employee's name says less than one that the roster knows.
const WEIGHT_OF_DERIVED: f64 = 0.9;
/// Below this, two names are of different people, or of one before and after a marriage.
const CONTRADICTION: f64 = 0.45;
/// What is left of the likeness of somebody with another name.
const CONTRADICTED: f64 = 0.7;
/// How far a name, a login name and an id alone can go: namesakes exist.
const CEILINGS: [f64; 3] = [0.8, 0.85, 0.7];

/// Independent reasons add up: what one leaves open, the next may close.
fn combined(kinds: &[Option<Likeness<'_>>; 3]) -> f64 {
    let open = kinds.iter().zip(CEILINGS).map(|(likeness, ceiling)| match likeness {
        Some(Likeness { similarity, .. }) if *similarity >= TELLING => 1.0 - ceiling * similarity * similarity,
        _ => 1.0,
    });
    1.0 - open.product::<f64>()
}

fn keep<'v>(best: &mut Option<Likeness<'v>>, new: Likeness<'v>) {
    if best.as_ref().is_none_or(|old| new.similarity > old.similarity) {
        *best = Some(new);
    }
}

fn handles_of(employee: &Employee) -> impl Iterator<Item = Value<'_, EmployeeField>> {
    let emails = employee.emails().iter().map(|email| (EmployeeField::Email, email));
    let usernames = employee.usernames().iter().map(|username| (EmployeeField::Username, username));
    emails.chain(usernames).map(|(field, raw)| Value::new(field, raw, local_part(raw)))
}

fn words(raw: &str) -> Vec<Word> {
    let word = |text: &str| Word { text: text.to_owned(), formal: formal(text), sound: sound(text) };
    Words::of(raw).iter().map(word).collect()
}

impl<'v, F> Value<'v, F> {
    /// `handle` is what of it is compared.
    fn new(field: F, raw: &'v str, handle: &str) -> Self {
        Self { field, raw, words: words(handle), squeezed: squeezed(handle) }
    }
}

impl Value<'_, AccountField> {
    /// Two login names: letter by letter, or word by word if there are words.
    fn handle_similarity(&self, handle: &Value<'_, EmployeeField>) -> f64 {
        let letters = letters_similarity(&self.squeezed, handle.squeezed.bytes());
        let by_words = if self.words.len() > 1 && handle.words.len() > 1 {
            0.95 * name_similarity(&self.words, &handle.words)
        } else if self.field == AccountField::DisplayName {
            0.85 * made_from(&handle.squeezed, &self.words)
        } else {
            0.0
        };
        letters.max(by_words) * domain_factor(self.raw, handle.raw)
    }

    /// A login name that may have been made from a name.
    fn as_made_from(&self, name: &[Word]) -> f64 {
        let by_words = if self.words.len() > 1 { name_similarity(&self.words, name) } else { 0.0 };
        by_words.max(made_from(self.squeezed.trim_end_matches(|c: char| c.is_ascii_digit()), name))
    }
}

/// Another organisation's address is less telling. A login name without a domain isn't.
fn domain_factor(one: &str, other: &str) -> f64 {
    match (split(one), split(other)) {
        (Some((_, one)), Some((_, other))) if !one.eq_ignore_ascii_case(other) => 0.97,
        _ => 1.0,
    }
}

/// How near a login name is to one made from two words of a name: `annlee`, `leeann`, `alee`, `leea`.
fn made_from(handle: &str, name: &[Word]) -> f64 {
    let pairs = name.iter().enumerate().flat_map(|(at, one)| {
        let others = name.iter().enumerate().filter(move |(other, _)| *other != at);
        others.map(move |(_, other)| (one.text.as_str(), other.text.as_str()))
    });
    let made = pairs.map(|(one, other)| {
        let initial = one.get(..1).unwrap_or_default();
        let like = |start: &str, end: &str| letters_similarity(handle, start.bytes().chain(end.bytes()));
        like(one, other).max(0.9 * like(initial, other)).max(0.85 * like(other, initial))
    });
    made.fold(0.0, f64::max)
}

/// 1 less the share of letters that have to be changed, swapped, added or removed.
fn letters_similarity(one: &str, other: impl DoubleEndedIterator<Item = u8> + Clone) -> f64 {
    let lengths = (one.len(), other.clone().count());
    let (fewer, more) = (lengths.0.min(lengths.1), lengths.0.max(lengths.1));
    // So many letters would have to be added that a closer look changes nothing.
    if fewer == 0 || fewer * 2 < more {
        return 0.0;
    }
    let args = osa::Args::default().score_cutoff(TELLING);
    osa::normalized_similarity_with_args(one.bytes(), other, &args).unwrap_or_default()
}

/// The same identifier in other clothes. Two different numbers are two different people, however near.
fn id_similarity(value: &str, id: &str) -> f64 {
    if squeezed(value) == squeezed(id) {
        return 1.0;
    }
    match (number(value), number(id)) {
        (Some(one), Some(other)) if one == other => {
            if one.len() >= 4 {
                1.0
            } else {
                0.85
            }
        }
        _ => 0.0,
    }
}

/// Two names word by word, in whatever order. Words that only one of them has count little: middle names.
fn name_similarity(one: &[Word], other: &[Word]) -> f64 {
    let mut pairs: Vec<(f64, usize, usize)> = Vec::with_capacity(one.len() * other.len());
    for (i, left) in one.iter().enumerate() {
        pairs.extend(other.iter().enumerate().map(|(j, right)| (word_similarity(left, right), i, j)));
    }
    pairs.retain(|(similarity, ..)| *similarity > 0.0);
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
    let (mut total, mut full_words, mut used) = (0.0, 0_u32, (0_u32, 0_u32));
    for (similarity, i, j) in pairs {
        if used.0 & 1 << i == 0 && used.1 & 1 << j == 0 {
            used = (used.0 | 1 << i, used.1 | 1 << j);
            total += similarity;
            full_words += u32::from(similarity > INITIAL);
        }
    }
    // At most five words each.
    #[expect(clippy::cast_precision_loss)]
    let (fewer, more) = (one.len().min(other.len()) as f64, one.len().max(other.len()) as f64);
    let similarity = if fewer > 0.0 { total / (fewer + EXTRA_WORD * (more - fewer)) } else { 0.0 };
    match full_words {
        0 => similarity.min(0.5),
        1 if fewer < 2.0 => similarity.min(0.65),
        _ => similarity,
    }
}

/// How alike two names of people are, from 0 to 100; `None` if one of them has no letters. Sees through order, accents,
/// scripts, nicknames and initials.
pub fn name_likeness(one: &str, other: &str) -> Option<u8> {
    if one == other && one.chars().any(char::is_alphabetic) {
        return Some(100);
    }
    let (one, other) = (words(one), words(other));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is between 0 and 1")]
    let percent = |similarity: f64| (similarity * 100.0).round() as u8;
    (!one.is_empty() && !other.is_empty()).then(|| percent(name_similarity(&one, &other)))
}

/// What a word costs that only one of two names has.
const EXTRA_WORD: f64 = 0.15;
/// An initial and a word that starts with it.
const INITIAL: f64 = 0.8;

fn word_similarity(one: &Word, other: &Word) -> f64 {
    let (left, right) = (one.text.as_str(), other.text.as_str());
    let shorter = left.len().min(right.len());
    let start = |length| left.get(..length) == right.get(..length);
    let of_one_name = one.formal.is_some() && one.formal == other.formal;
    if left == right {
        1.0
    } else if shorter == 1 {
        if start(1) { INITIAL } else { 0.0 }
    } else if of_one_name || (shorter >= 3 && one.sound == other.sound) {
        0.94
    } else {
        let alike = jaro_winkler::similarity(left.bytes(), right.bytes());
        let alike = if shorter >= 3 && start(shorter) { alike.max(0.9) } else { alike };
        if alike < 0.85 { 0.0 } else { alike }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::correlate::testing::{account, person};

    fn names(one: &str, other: &str) -> f64 {
        name_similarity(&words(one), &words(other))
    }

    fn score(values: [&str; 4]) -> f64 {
        let employee = person("E-0042", "Ann Lindqvist", &["ann.lindqvist@example.com"], &["alindqvist"]);
        Scorer::new(&account(values)).score(&employee).0
    }

    #[test]
    fn names_are_compared_word_by_word() {
        for (one, other) in [
            ("Ann Lindqvist", "Lindqvist, Ann"),
            ("Ann Maria Lindqvist", "Ann Lindqvist"),
            ("Bob Jones", "Robert Jones"),
            ("A. Lindqvist", "Ann Lindqvist"),
            ("Юлия Мороз", "Julia Moros"),
            ("Ann Lindqvist-Berg", "Ann Lindqvist"),
        ] {
            assert!(names(one, other) > 0.85, "{one} {other} {}", names(one, other));
        }
        for (one, other) in [("Ann Lindqvist", "Ann Berg"), ("Ann", "Ann Berg"), ("A L", "Ann Lindqvist"), ("", "Ann")]
        {
            assert!(names(one, other) < 0.66, "{one} {other} {}", names(one, other));
        }
    }

    #[test]
    fn reasons_add_up_and_contradictions_count() {
        let name = score(["", "", "", "Ann Lindqvist"]);
        let both = score(["", "ann.lindqvist@old.example", "", "Ann Lindqvist"]);
        let another = score(["", "ann.lindqvist@old.example", "", "Bruno Okafor"]);
        assert!(both > 0.9 && both > name && name > another, "{both} {name} {another}");
        assert!(score(["user_0042", "", "", ""]) > 0.5);
        assert!(score(["user_0043", "", "", ""]) == 0.0, "a near number is another person");
        assert!(score(["", "", "lindqvista", ""]) > 0.5);
        assert!(score(["", "zed@example.com", "zed", "Zed"]) == 0.0);
    }

    #[test]
    fn scores_stay_between_0_and_1() {
        let all = score(["E-0042", "ann.lindqvist@example.com", "alindqvist", "Ann Lindqvist"]);
        assert!((0.95..=1.0).contains(&all), "{all}");
    }
}
