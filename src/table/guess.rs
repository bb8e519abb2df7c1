//! Bytes that are no Unicode → the single-byte encoding in which most of their words are words of some language.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use encoding_rs::{
    Encoding, ISO_8859_2, ISO_8859_5, ISO_8859_7, ISO_8859_15, MACINTOSH, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252,
    WINDOWS_1253, WINDOWS_1254, WINDOWS_1257,
};

use super::data;

/// The encodings with the region whose languages they are for, the likelier first.
static ENCODINGS: [(&Encoding, &str); 11] = [
    (WINDOWS_1252, "west"),
    (ISO_8859_15, "west"),
    (WINDOWS_1250, "central"),
    (MACINTOSH, "west"),
    (ISO_8859_2, "central"),
    (WINDOWS_1254, "turkish"),
    (WINDOWS_1257, "baltic"),
    (WINDOWS_1251, "cyrillic"),
    (ISO_8859_5, "cyrillic"),
    (WINDOWS_1253, "greek"),
    (ISO_8859_7, "greek"),
];

/// The encodings of each region, for people.
pub(super) fn by_region() -> Vec<(String, &'static str)> {
    let mut regions: Vec<(Vec<&str>, &'static str)> = Vec::new();
    for (encoding, region) in ENCODINGS {
        match regions.iter_mut().find(|(_, known)| *known == region) {
            Some((names, _)) => names.push(encoding.name()),
            None => regions.push((vec![encoding.name()], region)),
        }
    }
    regions.into_iter().map(|(names, region)| (names.join(", "), region)).collect()
}

/// More different words than these tell no more.
const WORDS: usize = 2000;

/// A text in the encoding that its bytes are probably in.
pub(super) struct Guess<'b> {
    pub(super) text: Cow<'b, str>,
    /// As reports name it.
    pub(super) encoding: &'static str,
    /// Why it may be another encoding.
    pub(super) doubt: Option<String>,
}

/// The encoding in which most words are words. Where another one explains as many and reads them otherwise, that is told.
pub(super) fn guess(bytes: &[u8]) -> Guess<'_> {
    let words = words(bytes);
    let scores =
        ENCODINGS.map(|(encoding, region)| words.iter().filter(|word| is_explained(word, encoding, region)).count());
    let most = scores.iter().copied().max().unwrap_or_default();
    let is_mac = !bytes.contains(&b'\n') && bytes.contains(&b'\r');
    let mut best: Vec<&'static Encoding> = ENCODINGS
        .into_iter()
        .zip(scores)
        .filter(|(_, score)| *score == most)
        .map(|((encoding, _), _)| encoding)
        .collect();
    // Only old Macs end lines so.
    best.sort_by_key(|encoding| !(is_mac && *encoding == MACINTOSH));
    let encoding = best.first().copied().unwrap_or(WINDOWS_1252);
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    let name = if encoding == WINDOWS_1252 && !bytes.iter().any(|byte| matches!(byte, 0x80..=0x9f)) {
        // All bytes that are left read alike in both.
        "ISO-8859-1"
    } else {
        encoding.name()
    };
    Guess { doubt: doubt(&words, most, name, encoding, &best), text, encoding: name }
}

fn doubt(
    words: &BTreeSet<&[u8]>,
    most: usize,
    name: &str,
    encoding: &'static Encoding,
    best: &[&'static Encoding],
) -> Option<String> {
    let read = |encoding: &'static Encoding, word: &&[u8]| encoding.decode_without_bom_handling(word).0.into_owned();
    let other = best.iter().skip(1).find(|other| words.iter().any(|word| read(other, word) != read(encoding, word)));
    if let Some(other) = other {
        let other = other.name();
        return Some(format!("the encoding may be {name} or {other}; settle it: encoding = \"{name}\" or \"{other}\""));
    }
    // Not even half of the words are words of any language.
    (most * 2 < words.len()).then(|| {
        format!("the encoding is a guess ({name}) that leaves odd words; settle it: encoding = \"…\", or export UTF-8")
    })
}

/// The different words that have bytes beyond ASCII.
fn words(bytes: &[u8]) -> BTreeSet<&[u8]> {
    let apart = |byte: &u8| byte.is_ascii() && !byte.is_ascii_alphabetic();
    // A letter that stands alone may be anything.
    let words = bytes.split(apart).filter(|word| word.len() > 1 && !word.is_ascii());
    let mut different = BTreeSet::new();
    for word in words {
        if different.len() >= WORDS {
            break;
        }
        different.insert(word);
    }
    different
}

/// Whether a word reads as one in this encoding: all its letters are of one language, and what is no letter stands where it
/// can.
fn is_explained(word: &[u8], encoding: &'static Encoding, region: &str) -> bool {
    let (text, _) = encoding.decode_without_bom_handling(word);
    let text = without_signs(&text);
    if text.is_empty() || !text.chars().all(char::is_alphabetic) || has_odd_capital(text) {
        return false;
    }
    // Letters of two scripts are in no word.
    if !matches!(region, "west" | "central" | "turkish" | "baltic") && text.chars().any(|c| c.is_ascii()) {
        return false;
    }
    if region == "greek" && is_odd_greek(text) {
        return false;
    }
    let mut languages = ALPHABETS.iter().filter(|(regions, _)| regions.contains(&region)).map(|(_, letters)| letters);
    let beyond = || text.chars().filter(|c| !c.is_ascii()).flat_map(char::to_lowercase);
    languages.any(|letters| beyond().all(|c| letters.contains(&c)))
}

/// Without quotation marks around it, and without the apostrophe behind a prefix: `O’Hara`, `D’Angelo`.
fn without_signs(text: &str) -> &str {
    let text = text.trim_matches(['“', '”', '„', '‘', '’', '«', '»', '‹', '›', '\u{a0}']);
    match text.split_once(['’', '´']) {
        Some((prefix, rest)) if prefix.chars().count() <= 2 && rest.chars().next().is_some_and(char::is_uppercase) => {
            rest
        }
        _ => text,
    }
}

/// `MŸller`, `OíHara`: a capital letter among small ones is a small one of another encoding, or begins the word.
fn has_odd_capital(text: &str) -> bool {
    let is_shouted = !text.contains(char::is_lowercase);
    let inner = text.chars().skip(1).any(|c| !c.is_ascii() && c.is_uppercase());
    let mut pairs = text.chars().zip(text.chars().skip(1));
    (inner && !is_shouted) || pairs.any(|(before, c)| !before.is_ascii() && before.is_lowercase() && c.is_uppercase())
}

/// Greek words have one accent at most, and a sigma of its final form only at their end.
fn is_odd_greek(text: &str) -> bool {
    let accents = text.chars().filter(|c| "άέήίόύώΐΰ".contains(*c)).count();
    let inner = text.trim_end_matches('ς').contains('ς');
    accents > 1 || inner
}

/// The regions of languages, with their letters.
static ALPHABETS: LazyLock<Vec<(Vec<&str>, BTreeSet<char>)>> = LazyLock::new(|| {
    let alphabets = data::lines(include_str!("data/alphabets.txt"));
    alphabets.map(|(name, letters)| (name.split(' ').collect(), letters.chars().collect())).collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    fn guessed(bytes: &[u8]) -> (Cow<'_, str>, &'static str, bool) {
        let Guess { text, encoding, doubt } = guess(bytes);
        (text, encoding, doubt.is_some())
    }

    #[test]
    fn the_encoding_is_that_in_which_words_are_words() {
        for (text, encoding, name) in [
            ("1;Zoë Müller;Núñez", WINDOWS_1252, "ISO-8859-1"),
            ("Štěpán;Dvořák;Jiří;Němec;Růžička", WINDOWS_1250, "windows-1250"),
            ("Paweł Wiśniewski;Łukasz Żak;Michał Dąbrowski", WINDOWS_1250, "windows-1250"),
            ("Paweł Wiśniewski;Łukasz Żak;Michał Dąbrowski", ISO_8859_2, "ISO-8859-2"),
            ("Renée Éluard;Jürgen Müßig;Åsa Öst;García Peña", MACINTOSH, "macintosh"),
            ("Çağlar Şahin;Işık;Gülşen", WINDOWS_1254, "windows-1254"),
            ("Иван Петров;Анна Щукина", WINDOWS_1251, "windows-1251"),
            ("Иван Петров;Анна Щукина", ISO_8859_5, "ISO-8859-5"),
            ("Γιώργος Παπαδόπουλος;Ελένη", WINDOWS_1253, "windows-1253"),
        ] {
            let (bytes, _, damaged) = encoding.encode(text);
            assert!(!damaged, "{text}");
            assert_eq!(guessed(&bytes), (text.into(), name, false), "{text}");
        }
    }

    #[test]
    fn relatives_are_told_apart() {
        assert_eq!(guessed(b"1;\x8aimon \x80 O\x92Hara").0, "1;Šimon € O’Hara");
        for (bytes, text) in [
            (&b"1;\xa6imon"[..], "1;Šimon"),
            (b"1;\xb4ofia;", "1;Žofia;"),
            (b"Ko\xa8ice", "Košice"),
            (b"B\xbduf", "Bœuf"),
        ] {
            let (found, encoding, _) = guessed(bytes);
            assert_eq!((found.as_ref(), encoding), (text, "ISO-8859-15"));
        }
        assert_eq!(guessed(b"1;O\xb4Brien;\xe9"), ("1;O´Brien;é".into(), "ISO-8859-1", false));
    }

    #[test]
    fn what_may_be_two_things_is_told() {
        let (_, name, is_doubted) = guessed(b"Mu\xf1oz");
        assert_eq!((name, is_doubted), ("ISO-8859-1", true), "Muñoz, or Muńoz");
        assert!(guessed(b"\xfe\xd0\xde \xd7\xf7a \xb3x\xb3y").2, "no language at all");
    }
}
