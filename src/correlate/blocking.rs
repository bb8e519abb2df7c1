//! Finds the few employees worth comparing with an account, without comparing with everybody: those who share
//! a rare feature with it, such as the name with one letter missing, or the initial with the family name.
//!
//! Eight bytes for each feature, about thirty features for each employee; built only if an account is unmatched.

use siphasher::sip::SipHasher13;

use crate::model::{Account, AccountField, Employee, EmployeeIndex, Roster};

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

/// The features of all employees: the hash in the upper half, the employee in the lower, sorted.
#[derive(Debug)]
pub(super) struct Blocks {
    entries: Vec<u64>,
}

impl Blocks {
    pub(super) fn new(roster: &Roster) -> Self {
        let mut entries = Vec::new();
        let mut features = Vec::new();
        for (index, employee) in (0..=u32::MAX).zip(&roster.employees) {
            of_employee(employee, &mut features);
            features.sort_unstable();
            features.dedup();
            entries.extend(features.drain(..).map(|hash| u64::from(hash) << 32 | u64::from(index)));
        }
        entries.sort_unstable();
        entries.shrink_to_fit();
        Self { entries }
    }

    /// The employees who share most with the account, in roster order.
    pub(super) fn candidates(&self, account: &Account<'_>) -> Vec<EmployeeIndex> {
        let mut features = Vec::new();
        of_account(account, &mut features);
        features.sort_unstable();
        features.dedup();
        let mut votes: Vec<(u32, f32)> = Vec::new();
        for hash in features {
            let sharing = self.sharing(hash);
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

fn of_employee(employee: &Employee, out: &mut Vec<u32>) {
    of_name(&words(employee.name.as_deref().unwrap_or_default()), out);
    for handle in employee.emails.iter().chain(&employee.usernames) {
        of_handle(handle, out);
    }
    of_number(&employee.id.0, out);
}

fn of_account(account: &Account<'_>, out: &mut Vec<u32>) {
    if let Some(name) = AccountField::DisplayName.of(account) {
        of_name(&words(name), out);
    }
    for field in [AccountField::ExternalId, AccountField::Email, AccountField::Username] {
        if let Some(value) = field.of(account) {
            of_handle(value, out);
            of_number(value, out);
        }
    }
}

fn of_number(id: &str, out: &mut Vec<u32>) {
    out.extend(number(local_part(id)).map(|number| feature(Kind::Number, &[number])));
}

fn of_handle(handle: &str, out: &mut Vec<u32>) {
    let local = local_part(handle);
    let words = words(local);
    if words.len() > 1 {
        of_name(&words, out);
    }
    let whole = squeezed(local);
    let letters = whole.trim_end_matches(|c: char| c.is_ascii_digit());
    for handle in [&whole, letters].into_iter().filter(|handle| handle.len() >= 3) {
        out.push(feature(Kind::Handle, &[handle]));
        if words.len() == 1 {
            with_one_missing(Kind::HandleTypo, handle, out);
        }
    }
}

fn of_name(words: &[String], out: &mut Vec<u32>) {
    for (at, first) in words.iter().enumerate() {
        if first.len() >= 3 {
            out.push(feature(Kind::Word, &[first]));
        }
        for second in words.iter().skip(at + 1) {
            of_pair(first, second, out);
        }
    }
}

fn of_pair(first: &str, second: &str, out: &mut Vec<u32>) {
    let (a, b) = (sound(formal(first)), sound(formal(second)));
    let (a, b) = if a <= b { (a, b) } else { (b, a) };
    out.push(feature(Kind::Sound, &[&a, " ", &b]));
    for (one, other) in [(first, second), (second, first)] {
        let initial = one.get(..1).unwrap_or_default();
        out.push(feature(Kind::Handle, &[one, other]));
        out.push(feature(Kind::Handle, &[initial, other]));
        out.push(feature(Kind::Handle, &[other, initial]));
        if other.len() >= 4 {
            with_one_missing(Kind::HandleTypo, &format!("{initial}{other}"), out);
        }
    }
}

/// Two texts that differ by one letter, or by two neighbours swapped, have one of these in common.
fn with_one_missing(kind: Kind, text: &str, out: &mut Vec<u32>) {
    out.push(feature(kind, &[text]));
    for at in 0..text.len() {
        if let (Some(before), Some(after)) = (text.get(..at), text.get(at + 1..)) {
            out.push(feature(kind, &[before, after]));
        }
    }
}

/// Thirty-two bits: that strangers sometimes share one costs a comparison, and no more.
fn feature(kind: Kind, parts: &[&str]) -> u32 {
    use std::hash::Hasher as _;
    let mut hasher = SipHasher13::new_with_keys(kind as u64, 0);
    for part in parts {
        hasher.write(part.as_bytes());
    }
    high_half(hasher.finish())
}

const fn high_half(entry: u64) -> u32 {
    let [a, b, c, d, ..] = entry.to_be_bytes();
    u32::from_be_bytes([a, b, c, d])
}

const fn low_half(entry: u64) -> u32 {
    let [.., a, b, c, d] = entry.to_be_bytes();
    u32::from_be_bytes([a, b, c, d])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::correlate::testing::{account, person, roster};

    fn found(values: [&str; 4]) -> Vec<u32> {
        let roster = roster([
            person("E-0042", "Ann Lindqvist", &["ann.lindqvist@example.com"], &["alindqvist"]),
            person("E-0043", "Robert Petrov", &["robert.petrov@example.com"], &[]),
            person("E-0044", "Юлия Мороз", &[], &["xk7"]),
        ]);
        Blocks::new(&roster).candidates(&account(values)).into_iter().map(|employee| employee.0).collect()
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
    fn what_everybody_shares_is_not_looked_at() {
        let many = (0..=COMMON).map(|n| person(&format!("E-{n}"), "Sam Common", &[], &[]));
        assert!(Blocks::new(&roster(many)).candidates(&account(["", "", "", "Sam Common"])).is_empty());
    }

    #[test]
    fn numbers_have_no_leading_zeros() {
        assert_eq!(number("E-0042x7"), Some("42"));
        assert_eq!(number("E-0007"), None);
        assert_eq!(number("none"), None);
    }
}
