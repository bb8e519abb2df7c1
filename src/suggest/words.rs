//! Names and login names as plain lower-case words, so that near misses see through scripts, accents and
//! spelling traditions. Never used to decide anything.

use std::borrow::Cow;
use std::{iter, slice};

use any_ascii::any_ascii_char;

/// Longer values aren't names; a hostile one must not cost time.
const MOST_CHARACTERS: usize = 100;

/// Written around names, and no part of them.
const TITLES: [&str; 9] = ["dr", "mr", "mrs", "ms", "prof", "ext", "jr", "sr", "phd"];

/// The words of a name or of the local part of an address, in plain lower-case letters and digits, one behind the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Words {
    letters: String,
    /// Where each word ends.
    ends: Vec<usize>,
}

impl Words {
    /// More words than this are a job title or a sentence.
    pub(super) const MOST: usize = 5;

    pub(super) fn of(raw: &str) -> Self {
        let mut words = Self { letters: String::with_capacity(raw.len()), ends: Vec::new() };
        for c in raw.chars().take(MOST_CHARACTERS) {
            let before = words.letters.len();
            push_plain(&mut words.letters, c);
            if words.letters.len() == before && separates(c) {
                words.close();
            }
        }
        words.close();
        words
    }

    pub(super) const fn count(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> + Clone {
        let starts = iter::once(&0).chain(&self.ends);
        starts.zip(&self.ends).map(|(start, end)| self.letters.get(*start..*end).unwrap_or_default())
    }

    /// The words as another name has them: two that it writes as one are one. `Seung-Beom` is Seungbeom.
    pub(super) fn as_written_by(&self, other: &Self) -> Cow<'_, Self> {
        let starts = iter::once(&0).chain(&self.ends);
        let mut joined = starts.zip(self.ends.iter().skip(1)).enumerate();
        let found = joined.find(|(_, (start, end))| {
            let joined = self.letters.get(**start..**end).unwrap_or_default();
            other.iter().any(|word| word == joined)
        });
        let Some((at, _)) = found else { return Cow::Borrowed(self) };
        let mut written = self.clone();
        written.ends.remove(at);
        Cow::Owned(written)
    }

    /// Whether these are the letters of all words, one behind the other.
    pub(super) fn is(&self, letters: &str) -> bool {
        self.letters == letters
    }

    /// Ends the last word, and forgets it if it says nothing.
    fn close(&mut self) {
        let start = self.ends.last().copied().unwrap_or_default();
        let word = self.letters.get(start..).unwrap_or_default();
        let letters = word.trim_end_matches(|c: char| c.is_ascii_digit());
        let word = if letters.is_empty() { word } else { letters };
        if word.is_empty() || TITLES.contains(&word) || self.count() == Self::MOST {
            self.letters.truncate(start);
        } else {
            self.ends.push(start + word.len());
            self.letters.truncate(start + word.len());
        }
    }
}

/// Whether a word ends at what has no letters in plain text.
fn separates(c: char) -> bool {
    match c {
        // O'Brien is one word, in all its spellings.
        '\'' | '’' | 'ʼ' | '`' | '´' => false,
        // The accent of a decomposed é is nothing in plain text, and no end either.
        _ => c.is_ascii() || c.is_whitespace() || !any_ascii_char(c).is_empty(),
    }
}

/// The letters and digits of a login name, without what separates them.
pub(super) fn squeezed(raw: &str) -> String {
    let mut squeezed = String::with_capacity(raw.len());
    raw.chars().take(MOST_CHARACTERS).for_each(|c| push_plain(&mut squeezed, c));
    squeezed
}

/// Whether a login name has these letters and digits, as [`squeezed`] makes them.
pub(super) fn is_squeezed(raw: &str, letters: &str) -> bool {
    if raw.is_ascii() {
        let plain = raw.bytes().take(MOST_CHARACTERS).filter(u8::is_ascii_alphanumeric);
        plain.map(|byte| byte.to_ascii_lowercase()).eq(letters.bytes())
    } else {
        squeezed(raw) == letters
    }
}

/// Adds the letters and digits that a character is in plain text, in lower case.
fn push_plain(text: &mut String, c: char) {
    // Nearly all characters are plain already, and need no table.
    if c.is_ascii_alphanumeric() {
        text.push(c.to_ascii_lowercase());
    } else if !c.is_ascii() {
        let plain = any_ascii_char(c).chars().filter(char::is_ascii_alphanumeric);
        text.extend(plain.map(|c| c.to_ascii_lowercase()));
    }
}

/// What a word sounds like, roughly and in no language in particular: Aleksandr is Alexander, Petroff is Petrov,
/// Mueller is Muller and Müller.
pub(super) fn sound(word: &str) -> Vec<u8> {
    let mut unread = word.as_bytes();
    let mut sound = Vec::with_capacity(word.len());
    while !unread.is_empty() {
        let (sounds, rest) = first_sounds(unread);
        for letter in sounds {
            if sound.last() != Some(letter) {
                sound.push(*letter);
            }
        }
        unread = rest;
    }
    if sound.is_empty() { word.into() } else { sound }
}

/// What the first letters of a word sound like, and those behind them.
fn first_sounds(word: &[u8]) -> (&[u8], &[u8]) {
    match word {
        [b't', b's', b'c', b'h', rest @ ..]
        | [b's', b'c', b'h', rest @ ..]
        | [b's' | b'z', b'h', rest @ ..]
        | [b'c', b'z', rest @ ..]
        | [b'z', rest @ ..] => (b"s", rest),
        [b'k', b'h', rest @ ..] | [b'c', b'h' | b'k', rest @ ..] | [b'c' | b'q', rest @ ..] => (b"k", rest),
        [b'p', b'h', rest @ ..] | [b'v' | b'w', rest @ ..] => (b"f", rest),
        [b'x', rest @ ..] => (b"ks", rest),
        [b'a' | b'e' | b'i' | b'o' | b'u' | b'y' | b'j' | b'h', rest @ ..] => (b"", rest),
        [first @ (b'd' | b'g' | b't'), b'h', rest @ ..] | [first, rest @ ..] => (slice::from_ref(first), rest),
        [] => (b"", b""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_plain_words() {
        for (raw, expected) in [
            ("Dr. Zoë  O’Brien-Müller", &["zoe", "obrien", "muller"][..]),
            ("e\u{301}lan", &["elan"]),
            ("j.smith42", &["j", "smith"]),
            ("Юлия Петрова", &["yuliya", "petrova"]),
            ("1234", &["1234"]),
            ("…", &[]),
        ] {
            assert_eq!(Words::of(raw).iter().collect::<Vec<_>>(), expected, "{raw}");
        }
        assert_eq!(squeezed("J_Smith-42"), "jsmith42");
        let (apart, together) = (Words::of("Seung-Beom Lee"), Words::of("Seungbeom Lee"));
        assert_eq!(*apart.as_written_by(&together), together);
        assert_eq!(*together.as_written_by(&apart), together);
    }

    #[test]
    fn spellings_sound_alike() {
        for (one, other) in [
            ("aleksandr", "alexander"),
            ("petroff", "petrov"),
            ("mueller", "muller"),
            ("yuliya", "julia"),
            ("kovacs", "covach"),
            ("tschaikowsky", "schaikovski"),
            ("maxim", "macksim"),
            ("bhargava", "bargava"),
        ] {
            let alike = sound(one) == sound(other);
            assert_eq!(alike, one != "kovacs", "{one} {other}");
        }
        assert_eq!(sound("aya"), b"aya", "nothing but vowels stays");
    }
}
