//! Finds the few employees worth comparing with an account, without comparing with everybody: those who share
//! a rare feature with it, such as the name with one letter missing, or the initial with the family name.
//!
//! Eight bytes for each feature, about thirty features for each employee; but of those only the ones are kept that the
//! accounts have of which is asked.

use siphasher::sip::SipHasher13;

use crate::crew;
use crate::model::{Account, AccountField, Employee, EmployeeIndex, Roster};

use super::index::{high_half, low_half};
use super::normalise::split;
use super::words::{formal, sound, squeezed, words};

/// A feature that more employees share says too little, and costs too much.
const COMMON: usize = 400;

/// How many employees are worth a closer look.
const CANDIDATES: usize = 40;

/// What a feature was made from. Features of different kinds are never equal.
#[derive(Debug, Clone, Copy)]
#[repr(u8)]
enum Kind {
    /// One word of a name.
    Word,
    /// The sound of two words.
    Sound,
    /// A login name, whole or as it could be made from a name.
    Handle,
    /// A login name with one letter missing, or none.
    HandleTypo,
    /// The number in an identifier.
    Number,
}

/// Which features some accounts have. A few others may pass for them, which does no harm.
pub(super) struct Wanted {
    /// One bit for each of the possible upper ends of a feature.
    ends: Vec<u64>,
}

impl Wanted {
    /// How many bits of a feature are looked at: a table that the processor's cache holds.
    const BITS: u32 = 20;

    /// All that these accounts have.
    pub(super) fn of<'a>(accounts: impl IntoIterator<Item = &'a Account<'a>>) -> Self {
        let mut ends = vec![0; 1 << (Self::BITS - u64::BITS.ilog2())];
        let mut features = Features::default();
        for account in accounts {
            for feature in features.of_account(account) {
                let (word, bit) = Self::place(*feature);
                if let Some(word) = ends.get_mut(word) {
                    *word |= bit;
                }
            }
        }
        Self { ends }
    }

    /// All that there are.
    pub(super) fn all() -> Self {
        Self { ends: vec![u64::MAX; 1 << (Self::BITS - u64::BITS.ilog2())] }
    }

    fn has(&self, feature: u32) -> bool {
        let (word, bit) = Self::place(feature);
        self.ends.get(word).is_some_and(|word| word & bit != 0)
    }

    const fn place(feature: u32) -> (usize, u64) {
        let end = feature >> (u32::BITS - Self::BITS);
        ((end / u64::BITS) as usize, 1 << (end % u64::BITS))
    }
}

/// The features of all employees: the hash in the upper half, the employee in the lower, sorted.
#[derive(Debug)]
pub(super) struct Blocks {
    entries: Vec<u64>,
}

impl Blocks {
    /// The wanted features of everybody.
    pub(super) fn new(roster: &Roster, wanted: &Wanted) -> Self {
        /// How many employees are looked at in one go.
        const PART: usize = 1 << 13;
        let parts: Vec<_> = (0..=u32::MAX).step_by(PART).zip(roster.employees.chunks(PART)).collect();
        let entries = |(first, part): &(u32, &[Employee])| {
            let (mut entries, mut features) = (Vec::new(), Features::default());
            for (index, employee) in (*first..=u32::MAX).zip(*part) {
                let wanted = features.of_employee(employee).iter().filter(|feature| wanted.has(**feature));
                entries.extend(wanted.map(|feature| u64::from(*feature) << 32 | u64::from(index)));
            }
            entries.sort_unstable();
            entries
        };
        let mut entries = crew::map_all(&parts, entries).concat();
        entries.sort_unstable();
        Self { entries }
    }

    /// The employees who share most with the account, in roster order.
    pub(super) fn candidates(&self, account: &Account<'_>) -> Vec<EmployeeIndex> {
        let mut votes: Vec<(u32, f32)> = Vec::new();
        for hash in Features::default().of_account(account) {
            let sharing = self.sharing(*hash);
            if sharing.len() <= COMMON {
                // The rarer a feature is, the more it says. The lengths are small enough for any float.
                #[expect(clippy::cast_precision_loss)]
                let weight = 1.0 / (1.0 + sharing.len() as f32).ln();
                votes.extend(sharing.iter().map(|entry| (low_half(*entry), weight)));
            }
        }
        most_voted(votes)
    }

    fn sharing(&self, hash: u32) -> &[u64] {
        let above = |limit: u64| self.entries.partition_point(|entry| *entry < limit);
        let start = above(u64::from(hash) << 32);
        let rest = self.entries.get(start..).unwrap_or_default();
        let end = rest.iter().take(COMMON + 1).take_while(|entry| high_half(**entry) == hash).count();
        rest.get(..end).unwrap_or_default()
    }
}

fn most_voted(mut votes: Vec<(u32, f32)>) -> Vec<EmployeeIndex> {
    votes.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let mut sums: Vec<(u32, f32)> = Vec::new();
    for (employee, weight) in votes {
        match sums.last_mut() {
            Some((last, sum)) if *last == employee => *sum += weight,
            _ => sums.push((employee, weight)),
        }
    }
    sums.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    sums.truncate(CANDIDATES);
    let mut best: Vec<_> = sums.into_iter().map(|(employee, _)| EmployeeIndex(employee)).collect();
    best.sort_unstable();
    best
}

/// The number in an identifier, without leading zeros; `None` for what is too short to mean one person.
pub(super) fn number(id: &str) -> Option<&str> {
    let start = id.find(|c: char| c.is_ascii_digit())?;
    let digits = id.get(start..)?;
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let number = digits.get(..end)?.trim_start_matches('0');
    (number.len() >= 2).then_some(number)
}

/// What comes before the `@`, or all.
pub(super) fn local_part(handle: &str) -> &str {
    split(handle).map_or(handle, |(local, _)| local)
}

/// Makes the features of one after the other, in the same memory.
#[derive(Debug, Default)]
struct Features {
    /// Thirty-two bits each: that strangers sometimes share one costs a comparison, and no more.
    found: Vec<u32>,
    text: Vec<u8>,
}

impl Features {
    /// Those of an employee, each once.
    fn of_employee(&mut self, employee: &Employee) -> &[u32] {
        self.found.clear();
        let name = words(employee.name().unwrap_or_default());
        self.name(&name);
        for handle in employee.emails().iter().chain(employee.usernames()) {
            self.handle(handle, &name);
        }
        self.number(employee.id());
        self.each_once()
    }

    /// Those of an account, each once.
    fn of_account(&mut self, account: &Account<'_>) -> &[u32] {
        self.found.clear();
        let name = words(AccountField::DisplayName.of(account).unwrap_or_default());
        self.name(&name);
        for field in [AccountField::ExternalId, AccountField::Email, AccountField::Username] {
            if let Some(value) = field.of(account) {
                self.handle(value, &name);
                self.number(value);
            }
        }
        self.each_once()
    }

    fn each_once(&mut self) -> &[u32] {
        self.found.sort_unstable();
        self.found.dedup();
        &self.found
    }

    fn number(&mut self, id: &str) {
        if let Some(number) = number(local_part(id)) {
            self.push(Kind::Number, &[number]);
        }
    }

    /// `name` is the one whose features are there already.
    fn handle(&mut self, handle: &str, name: &[String]) {
        let local = local_part(handle);
        let words = words(local);
        if words.len() > 1 && words != name {
            self.name(&words);
        }
        let whole = squeezed(local);
        let letters = whole.trim_end_matches(|c: char| c.is_ascii_digit());
        for handle in [&whole, letters].into_iter().filter(|handle| handle.len() >= 3) {
            self.push(Kind::Handle, &[handle]);
            if words.len() == 1 {
                self.with_one_missing(&["", handle]);
            }
        }
    }

    fn name(&mut self, words: &[String]) {
        for (at, first) in words.iter().enumerate() {
            if first.len() >= 3 {
                self.push(Kind::Word, &[first]);
            }
            for second in words.iter().skip(at + 1) {
                self.pair(first, second);
            }
        }
    }

    fn pair(&mut self, first: &str, second: &str) {
        let (a, b) = (sound(formal(first)), sound(formal(second)));
        let (a, b) = if a <= b { (a, b) } else { (b, a) };
        self.push(Kind::Sound, &[&a, " ", &b]);
        for (one, other) in [(first, second), (second, first)] {
            let initial = one.get(..1).unwrap_or_default();
            self.push(Kind::Handle, &[one, other]);
            self.push(Kind::Handle, &[initial, other]);
            self.push(Kind::Handle, &[other, initial]);
            if other.len() >= 4 {
                self.with_one_missing(&[initial, other]);
            }
        }
    }

    /// Two login names that differ by one letter, or by two neighbours swapped, have one of these in common.
    fn with_one_missing(&mut self, handle: &[&str; 2]) {
        self.push(Kind::HandleTypo, handle);
        // Each time the next letter is the missing one: it changes places with the one that was missing before.
        let Some((mut missing, rest)) = self.text.split_first().map(|(first, rest)| (*first, rest.len())) else {
            return;
        };
        self.text.remove(0);
        for at in 0..=rest {
            self.found.push(hashed(Kind::HandleTypo, &self.text));
            if let Some(next) = self.text.get_mut(at) {
                std::mem::swap(next, &mut missing);
            }
        }
    }

    fn push(&mut self, kind: Kind, parts: &[&str]) {
        self.text.clear();
        for part in parts {
            self.text.extend_from_slice(part.as_bytes());
        }
        self.found.push(hashed(kind, &self.text));
    }
}

fn hashed(kind: Kind, text: &[u8]) -> u32 {
    high_half(SipHasher13::new_with_keys(kind as u64, 0).hash(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::correlate::testing::{account, person, roster};

    fn of(roster: &Roster, account: &Account<'_>) -> Vec<EmployeeIndex> {
        let found = Blocks::new(roster, &Wanted::of([account])).candidates(account);
        assert_eq!(found, Blocks::new(roster, &Wanted::all()).candidates(account), "what is not wanted is not missed");
        found
    }

    fn found(values: [&str; 4]) -> Vec<u32> {
        let roster = roster([
            person("E-0042", "Ann Lindqvist", &["ann.lindqvist@example.com"], &["alindqvist"]),
            person("E-0043", "Robert Petrov", &["robert.petrov@example.com"], &[]),
            person("E-0044", "Юлия Мороз", &[], &["xk7"]),
        ]);
        of(&roster, &account(values)).into_iter().map(|employee| employee.0).collect()
    }

    #[test]
    fn whoever_is_like_the_account_is_a_candidate() {
        for (values, employee) in [
            (["", "", "", "Lindqvist Ann"], 0),
            (["", "", "", "Ann Lindqist"], 0),
            (["", "ann.lnidqvist@other.example", "", ""], 0),
            (["", "", "lindqvista", ""], 0),
            (["", "", "a.lindqvist", ""], 0),
            (["user_42", "", "", ""], 0),
            (["", "", "", "Bob Petroff"], 1),
            (["", "", "rpetrov1", ""], 1),
            (["", "", "", "Yulia Moroz"], 2),
        ] {
            assert_eq!(found(values), [employee], "{values:?}");
        }
    }

    #[test]
    fn strangers_are_not_compared() {
        assert!(found(["77", "zed@example.com", "zed", "Zed Quux"]).is_empty());
        assert!(found(["", "", "", ""]).is_empty());
    }

    #[test]
    fn nothing_is_missed_that_any_of_many_accounts_has() {
        let letter = |n: u8| char::from(b'a' + n);
        let names = (0..26).flat_map(|n| (0..26).map(move |m| format!("Ann {0}{1}{0}lind{1}", letter(n), letter(m))));
        let names: Vec<String> = names.collect();
        let accounts: Vec<_> = names.iter().map(|name| account(["", "", "", name])).collect();
        let wanted = Wanted::of(&accounts);
        let mut features = Features::default();
        assert!(accounts.iter().all(|account| features.of_account(account).iter().all(|feature| wanted.has(*feature))));
        assert!(!features.of_account(&account(["", "", "", "Zed Quux"])).iter().all(|feature| wanted.has(*feature)));
    }

    #[test]
    fn what_everybody_shares_is_not_looked_at() {
        let many = (0..=COMMON).map(|n| person(&format!("E-{n}"), "Sam Common", &[], &[]));
        assert!(of(&roster(many), &account(["", "", "", "Sam Common"])).is_empty());
    }

    #[test]
    fn numbers_have_no_leading_zeros() {
        assert_eq!(number("E-0042x7"), Some("42"));
        assert_eq!(number("E-0007"), None);
        assert_eq!(number("none"), None);
    }
}
