//! What somebody can be recognised by: the words of a name and how they sound, the login names that could be made of them
//! with a letter missing, and the number in an identifier. As hashes, by which near misses are looked up.

use crate::model::{Account, AccountField, Employee};

use super::handle::Handle;
use super::nicknames::nicknames;
use super::spelling::Spelling;
use super::words::{Words, sound, squeezed};

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

impl Kind {
    const fn spelling(self) -> Spelling {
        Spelling::of_kind(self as u8)
    }
}

/// Makes the features of one after the other, in the same memory.
#[derive(Debug)]
pub(super) struct Features<W> {
    wanted: W,
    /// Thirty-two bits each: that strangers sometimes share one costs a comparison, and no more.
    found: Vec<u32>,
}

impl<W: Fn(u32) -> bool> Features<W> {
    /// Makes only those that are wanted.
    pub(super) const fn of_which(wanted: W) -> Self {
        Self { wanted, found: Vec::new() }
    }

    /// Those of an employee of this name, each once.
    pub(super) fn of_employee(&mut self, employee: &Employee, name: &Words) -> &[u32] {
        self.found.clear();
        self.name(name);
        for handle in employee.emails().iter().chain(employee.usernames()) {
            self.handle(handle, name);
        }
        self.number(employee.id());
        self.each_once()
    }

    /// Those of an account, each once.
    pub(super) fn of_account(&mut self, account: &Account<'_>) -> &[u32] {
        self.found.clear();
        let name = Words::of(AccountField::DisplayName.of(account).unwrap_or_default());
        self.name(&name);
        self.nicknames(&name);
        for field in [AccountField::ExternalId, AccountField::Email, AccountField::Username] {
            if let Some(value) = field.of(account) {
                self.handle(value, &name);
                self.nicknames(&Words::of(local_part(value)));
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
            self.add(Kind::Number.spelling().and(number.bytes()).hash());
        }
    }

    /// `name` is the one whose features are there already.
    fn handle(&mut self, handle: &str, name: &Words) {
        let local = local_part(handle);
        let words = Words::of(local);
        if words.count() > 1 && words != *name {
            self.name(&words);
        }
        let whole = squeezed(local);
        let letters = whole.trim_end_matches(|c: char| c.is_ascii_digit());
        for handle in [&whole, letters].into_iter().filter(|handle| handle.len() >= 3) {
            self.add(Kind::Handle.spelling().and(handle.bytes()).hash());
            if words.count() == 1 {
                self.with_one_missing(handle.bytes());
            }
        }
    }

    fn name(&mut self, words: &Words) {
        let sounds: Vec<Spelling> = words.iter().map(sounding).collect();
        let mut words = words.iter().zip(sounds);
        while let Some((first, sound)) = words.next() {
            if first.len() >= 3 {
                self.add(Kind::Word.spelling().and(first.bytes()).hash());
            }
            for (second, other) in words.clone() {
                self.add(sound.hash_of_both(other));
                self.made_from(first, second);
                self.made_from(second, first);
            }
        }
    }

    /// A name may be on the roster in any of its forms, so that it is enough if the account asks for all of them.
    fn nicknames(&mut self, words: &Words) {
        for (at, word) in words.iter().enumerate() {
            let others = || words.iter().enumerate().filter(move |(other, _)| *other != at);
            for nickname in nicknames(word) {
                others().for_each(|(_, other)| self.add(sounding(nickname).hash_of_both(sounding(other))));
            }
        }
    }

    fn made_from(&mut self, one: &str, other: &str) {
        let initial = one.get(..1).unwrap_or_default();
        for (start, end) in [(one, other), (initial, other), (other, initial)] {
            self.add(Kind::Handle.spelling().and(start.bytes()).and(end.bytes()).hash());
        }
        if other.len() >= 4 {
            self.with_one_missing(initial.bytes().chain(other.bytes()));
        }
    }

    /// Two login names that differ by one letter, or by two neighbours swapped, have one of these in common.
    fn with_one_missing(&mut self, letters: impl DoubleEndedIterator<Item = u8> + Clone) {
        let mut backwards = letters.rev();
        let Some(mut missing) = backwards.next() else { return };
        let mut spelling = Kind::HandleTypo.spelling().and(backwards.clone().rev());
        self.add(spelling.and([missing]).hash());
        self.add(spelling.hash());
        // Each time the letter in front is the missing one: it changes places with the one that was missing before.
        for (letter, weight) in backwards.zip(Spelling::weights()) {
            spelling = spelling.exchanged(letter, missing, weight);
            self.add(spelling.hash());
            missing = letter;
        }
    }

    fn add(&mut self, feature: u32) {
        if (self.wanted)(feature) {
            self.found.push(feature);
        }
    }
}

/// The sound of a word of a name.
fn sounding(word: &str) -> Spelling {
    Kind::Sound.spelling().and(sound(word))
}

/// The words of an employee's name; if the roster has none, those of the first address or login name that is made like one.
pub(super) fn name_of(employee: &Employee) -> Words {
    let name = Words::of(employee.name().unwrap_or_default());
    if name.count() > 0 {
        return name;
    }
    let handles = employee.emails().iter().chain(employee.usernames());
    handles.map(|handle| Words::of(local_part(handle))).find(|words| words.count() > 1).unwrap_or(name)
}

/// The number in an identifier, without leading zeros; `None` for what is too short to mean one person.
pub(super) fn number(id: &str) -> Option<&str> {
    let number = digits(id).trim_start_matches('0');
    (number.len() >= 2).then_some(number)
}

/// The first number in an identifier, as it is written.
pub(super) fn digits(id: &str) -> &str {
    let digits = id.find(|c: char| c.is_ascii_digit()).and_then(|start| id.get(start..)).unwrap_or_default();
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits.get(..end).unwrap_or_default()
}

/// What stands for the person in a login name or an address.
pub(super) fn local_part(handle: &str) -> &str {
    Handle::of(handle).name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_no_leading_zeros() {
        assert_eq!(number("E-0042x7"), Some("42"));
        assert_eq!(number("E-0007"), None);
        assert_eq!(number("none"), None);
    }
}
