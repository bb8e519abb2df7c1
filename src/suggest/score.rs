//! How much likelier it is that an account is an employee's than a stranger's: each word of the employee's name, confirmed
//! once by whichever of the account's values says it best, weighed by how many others have it.

use crate::model::{Account, AccountField, Employee};

use super::commonness::Commonness;
use super::compare::{Likeness, Match, Pair, compare, pairs};
use super::features::{digits, local_part, name_of, number};
use super::further::{Further, Told};
use super::habits::{Change, Odds};
use super::nicknames::is_first_name;
use super::weights;
use super::words::{Words, is_squeezed, squeezed};

/// A value with what comparing it needs, made once for many comparisons.
#[derive(Debug)]
pub(super) struct Value<'v> {
    pub(super) field: AccountField,
    pub(super) raw: &'v str,
    pub(super) words: Words,
    /// Its letters and digits.
    whole: String,
}

/// An account on the left side of many comparisons.
#[derive(Debug)]
pub(super) struct Scorer<'v> {
    pub(super) common: &'v Commonness,
    /// The display name, or the login name that is made like one.
    pub(super) name: Option<Value<'v>>,
    /// Login names, addresses and the external id.
    pub(super) handles: Vec<Value<'v>>,
    further: Told,
}

/// How much likelier it is that the account is an employee's, as a logarithm.
#[derive(Debug, Clone, Copy)]
pub(super) struct Weight {
    /// By what is alike.
    pub(super) values: f64,
    /// By the same login name, where it could be any namesake's.
    pub(super) login: f64,
    /// What happened to the name, if it is this employee's.
    pub(super) change: Change,
}

impl Weight {
    pub(super) fn sum(self) -> f64 {
        self.values + self.login
    }

    pub(super) fn odds(self) -> Odds {
        Odds::of(self.change, self.sum().exp())
    }
}

/// A word of an employee's name, as the account confirms it.
#[derive(Debug, Clone, Copy, Default)]
struct Confirmed {
    worth: f64,
    change: Change,
}

impl Confirmed {
    const fn or_better(self, other: Self) -> Self {
        if other.worth > self.worth { other } else { self }
    }
}

/// The words of an employee's name.
type Name = [Confirmed; Words::MOST];

/// They say nothing without the word behind them.
const PARTICLES: [&str; 26] = [
    "abd", "abu", "al", "bin", "da", "de", "del", "della", "den", "der", "di", "do", "dos", "du", "el", "ibn", "la",
    "le", "mac", "mc", "san", "st", "ten", "van", "von", "zu",
];
/// One word, and the employee has but one as well: few have.
const BOTH_ONE_WORD: f64 = 10.0;
/// A login name that the roster has and that could not be made from the name.
const KNOWN_HANDLE: Match = Match { how: Likeness::Equal, similarity: 1.0, doubt: 1e-5, rivals: 0.0 };

impl<'v> Value<'v> {
    fn new(field: AccountField, raw: &'v str, compared: &str) -> Self {
        Self { field, raw, words: Words::of(compared), whole: squeezed(compared) }
    }

    /// Its letters and digits, without a number at the end.
    pub(super) fn letters(&self) -> &str {
        self.whole.trim_end_matches(|c: char| c.is_ascii_digit())
    }
}

impl<'v> Scorer<'v> {
    pub(super) fn new(account: &'v Account<'_>, common: &'v Commonness) -> Self {
        let shown = AccountField::DisplayName.of(account);
        let name = shown.map(|raw| Value::new(AccountField::DisplayName, raw, raw)).filter(|v| v.words.count() > 0);
        let fields = [AccountField::Email, AccountField::Username, AccountField::ExternalId];
        let mut handles: Vec<_> = fields
            .into_iter()
            .filter_map(|field| field.of(account).map(|raw| Value::new(field, raw, local_part(raw))))
            .collect();
        let like_a_name = |value: &Value<'_>| value.words.count() > 1;
        let name = name.or_else(|| Some(handles.remove(handles.iter().position(like_a_name)?)));
        Self { common, name, handles, further: Told::of(account) }
    }

    /// The logarithm of how much likelier it is that this employee has such an account than that somebody else has.
    pub(super) fn weight(&self, employee: &Employee) -> Weight {
        let mut words = name_of(employee);
        let mut confirmed = Name::default();
        let (mut shaped, mut change) = (0.0, Change::None);
        if let Some(name) = &self.name {
            let ours = name.words.as_written_by(&words);
            words = words.as_written_by(&ours).into_owned();
            let pairs = pairs(&ours, &words);
            self.confirm(&mut confirmed, &words, &ours, &pairs);
            (shaped, change) = shape(ours.count(), words.count(), pairs.len());
            if change == Change::OtherName {
                keep_rarest(&mut confirmed);
            }
        }
        for handle in self.handles.iter().filter(|handle| change != Change::OtherName || !self.repeats_name(handle)) {
            if handle.words.count() > 1 {
                self.confirm(&mut confirmed, &words, &handle.words, &pairs(&handle.words, &words));
            } else {
                self.confirm_best_reading(&mut confirmed, &words, handle.letters());
            }
        }
        let further: f64 = self.further(employee).into_iter().map(|further| further.worth().ln()).sum();
        let values = shaped + self.worth_of_all(&confirmed) + self.by_number(employee) + further;
        let (known, same) = self.by_known_handle(employee, &words);
        let change = confirmed.iter().map(|word| word.change).fold(change, Change::max);
        Weight { values: values + known, login: same, change }
    }

    fn worth_of_all(&self, name: &Name) -> f64 {
        let worths = || name.iter().map(|word| word.worth).filter(|worth| *worth > 0.0);
        let lift = if worths().count() > 1 { self.common.lift().ln() } else { 0.0 };
        worths().sum::<f64>() - lift
    }

    /// How much likelier it is that the account is of somebody who has one of its two names and now another besides, without
    /// saying who: the search finds but a few of them where many have the name.
    pub(super) fn odds_of_other_names(&self) -> f64 {
        let Some(name) = self.name.as_ref().filter(|name| name.words.count() > 1) else { return 0.0 };
        let known = name.words.iter().filter(|word| word.len() > 1 && self.common.people_called(word) > 0);
        known.take(2).map(|_| weights::OTHER_NAME * self.common.everybody()).sum()
    }

    /// What speaks for the employee or against, besides names and numbers.
    pub(super) fn further(&self, employee: &Employee) -> Vec<Further> {
        self.further.beside(employee)
    }

    /// Whether a login name tells nothing that the account's name doesn't.
    fn repeats_name(&self, handle: &Value<'_>) -> bool {
        self.name.as_ref().is_some_and(|name| made_from(handle.letters(), &name.words))
    }

    fn confirm(&self, name: &mut Name, words: &Words, ours: &Words, pairs: &[Pair]) {
        for pair in pairs {
            let (Some(slot), Some(word)) = (name.get_mut(pair.other), words.iter().nth(pair.other)) else { continue };
            let read = ours.iter().nth(pair.one).unwrap_or_default();
            *slot = slot.or_better(self.confirmed(read, word, pair.matched));
        }
    }

    fn confirmed(&self, read: &str, word: &str, matched: Match) -> Confirmed {
        Confirmed { worth: self.worth(read, word, matched), change: matched.how.into() }
    }

    /// Strangers have the word by right, or something that passes for it. If what is read is a name that people of the roster
    /// have, so have strangers; if it is none, only those pass whose name is unheard of.
    fn worth(&self, read: &str, word: &str, matched: Match) -> f64 {
        if PARTICLES.contains(&word) {
            return 0.0;
        }
        let known = self.share_called(read, matched.how);
        let pass = match matched.rivals {
            rivals if known > 0.0 => matched.doubt + rivals * known,
            0.0 => matched.doubt,
            _ => matched.doubt * self.common.unseen(),
        };
        -(self.common.share(word) + pass).ln()
    }

    /// Of all people, the share that is called what is read, and not by a slip. A first name that the roster doesn't have is
    /// somebody's all the same; a nickname isn't taken for a slip.
    fn share_called(&self, read: &str, how: Likeness) -> f64 {
        let by_a_slip = matches!(how, Likeness::Misspelt(_) | Likeness::SoundsAlike);
        let least = if by_a_slip && is_first_name(read) { 1.0 / self.common.everybody() } else { 0.0 };
        self.common.known_share(read).max(least)
    }

    /// Of all ways to read a login name as made from two words of the name, or one, the one that says most.
    fn confirm_best_reading(&self, name: &mut Name, words: &Words, letters: &str) {
        let mut best: (f64, Name) = (0.0, Name::default());
        let mut offer = |read: [Option<(usize, &str, Match)>; 2]| {
            let mut one = Name::default();
            for (at, read, matched) in read.into_iter().flatten() {
                if let (Some(slot), Some(word)) = (one.get_mut(at), words.iter().nth(at)) {
                    *slot = self.confirmed(read, word, matched);
                }
            }
            let sum = one.iter().map(|word| word.worth).sum();
            if sum > best.0 {
                best = (sum, one);
            }
        };
        for (i, one) in words.iter().enumerate() {
            offer([compare(letters, one).map(|matched| (i, letters, matched)), None]);
            for (j, other) in words.iter().enumerate().filter(|(j, _)| *j != i) {
                for Reading { first, rest, second } in readings(letters, one, other) {
                    offer([Some((i, "", first)), Some((j, rest, second))]);
                }
            }
        }
        for (slot, new) in name.iter_mut().zip(best.1) {
            *slot = slot.or_better(new);
        }
    }

    /// A login name or a former address that the roster has.
    fn by_known_handle(&self, employee: &Employee, words: &Words) -> (f64, f64) {
        let known = employee.emails().iter().chain(employee.usernames()).map(local_part);
        let (mut best, mut same) = (0.0_f64, 0.0_f64);
        for known in known {
            let equal = |value: &&Value<'_>| is_squeezed(known, &value.whole);
            let Some(value) = self.handles.iter().chain(&self.name).find(equal) else { continue };
            let made = words.count() > 0 && made_from(value.letters(), words);
            if made {
                same = weights::SAME_HANDLE.ln();
            } else {
                best = best.max(self.worth("", &value.whole, KNOWN_HANDLE));
            }
        }
        (best, same)
    }

    /// The same number in other clothes. That it is there by chance is as likely as its digits are few.
    fn by_number(&self, employee: &Employee) -> f64 {
        let Some(theirs) = number(employee.id()) else { return 0.0 };
        let equal = self.handles.iter().chain(&self.name).filter(|value| number(value.raw) == Some(theirs));
        let written =
            |value: &Value<'_>| (value.field, digits(value.raw).len().min(digits(employee.id()).len()).min(6));
        let Some((field, written)) = equal.map(written).min() else { return 0.0 };
        let chance = f64::from(u8::try_from(written).unwrap_or_default()) * 10_f64.ln();
        match field {
            AccountField::ExternalId => chance - 1.0,
            _ if written >= 4 => chance - 3.5,
            _ => 0.0,
        }
    }
}

/// Where another name contradicts, the words that are left are one half of a name, and as rare as the rarest of them.
fn keep_rarest(name: &mut Name) {
    let rarest = name.iter().enumerate().max_by(|(_, a), (_, b)| a.worth.total_cmp(&b.worth)).map(|(at, _)| at);
    let others = name.iter_mut().enumerate().filter(|(at, _)| Some(*at) != rarest);
    others.for_each(|(_, word)| *word = Confirmed::default());
}

/// What it says that words of one name have no partner in the other.
fn shape(ours: usize, theirs: usize, paired: usize) -> (f64, Change) {
    #[expect(clippy::cast_precision_loss, reason = "at most five")]
    let times = |share: f64, count: usize| share.ln() * count as f64;
    if theirs == 0 {
        return (0.0, Change::None);
    }
    match (ours, theirs, paired) {
        (_, _, 0) => (weights::OTHER_PERSON.ln(), Change::OtherName),
        (1, 1, _) => (BOTH_ONE_WORD.ln(), Change::None),
        (1, ..) => (weights::ONLY_ONE_WORD.ln(), Change::OtherName),
        _ => {
            let contradicting = ours.min(theirs) - paired;
            let change = if contradicting > 0 { Change::OtherName } else { Change::None };
            let extra = ours.max(theirs) - paired - contradicting;
            (times(weights::OTHER_NAME, contradicting) + times(weights::MIDDLE_NAME, extra), change)
        }
    }
}

/// A login name, read as made of two words.
struct Reading<'l> {
    /// The one that is there in full, or its initial.
    first: Match,
    /// The letters that are left for the other.
    rest: &'l str,
    second: Match,
}

/// How a login name could be made of two words: `annlee`, `alee` and `leea`, with one of the two perhaps misspelt.
fn readings<'l>(letters: &'l str, one: &str, other: &str) -> impl Iterator<Item = Reading<'l>> {
    let initial = one.get(..1).unwrap_or_default();
    [one, initial].into_iter().filter(|part| !part.is_empty()).flat_map(move |part| {
        let rests = [letters.strip_prefix(part), letters.strip_suffix(part)].into_iter().flatten();
        rests.filter_map(move |rest| {
            let (first, second) = (compare(part, one)?, compare(rest, other)?);
            // The rest can be the start of the word, but not the word and something that nobody explains.
            let explained = match second.how {
                Likeness::Initial => false,
                Likeness::Shortened => rest.len() < other.len(),
                _ => true,
            };
            explained.then_some(Reading { first, rest, second })
        })
    })
}

/// Whether a login name tells nothing that the name doesn't.
pub(super) fn made_from(letters: &str, words: &Words) -> bool {
    let exact = |read: Reading<'_>| read.second.how == Likeness::Equal;
    words.is(letters)
        || words.iter().any(|word| word == letters)
        || words.iter().enumerate().any(|(i, one)| {
            let mut others = words.iter().enumerate().filter(move |(j, _)| *j != i);
            others.any(|(_, other)| readings(letters, one, other).any(exact))
        })
}
