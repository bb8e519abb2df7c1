//! Values that people and exports write where there is none: `unknown`, `noreply@…`, `0` as an id. They would make one
//! person the owner of every account that has them, so that they are keys of nobody.

use serde::{Deserialize, Serialize};

use super::address::split;

/// What a key is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum KeyKind {
    /// Employee ids.
    Id,
    /// Addresses.
    Address,
    /// Login names, which often are addresses.
    Login,
}

impl KeyKind {
    /// All.
    pub const ALL: [Self; 3] = [Self::Id, Self::Address, Self::Login];

    /// As reports spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Id => "employee_id",
            Self::Address => "email",
            Self::Login => "username",
        }
    }

    /// As people say it.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Id => "employee id",
            Self::Address => "address",
            Self::Login => "login name",
        }
    }
}

/// Stand for nothing wherever they are. Only what is nobody's name: there are people called Null, Na and None.
const WORDS: [&str; 26] = [
    "#n/a",
    "#n/d",
    "#null!",
    "#nv",
    "#ref!",
    "#value!",
    "(blank)",
    "(empty)",
    "(none)",
    "(null)",
    "<na>",
    "<null>",
    "\\n",
    "desconocido",
    "inconnu",
    "keine angabe",
    "n/a",
    "not applicable",
    "not available",
    "notavailable",
    "tba",
    "tbc",
    "tbd",
    "unbekannt",
    "undefined",
    "unknown",
];

/// Stand for nothing in front of an `@`.
const MAILBOXES: [&str; 13] = [
    "do-not-reply",
    "donotreply",
    "keine",
    "no-email",
    "no-mail",
    "no-reply",
    "no.email",
    "no.reply",
    "no_email",
    "no_reply",
    "noemail",
    "nomail",
    "noreply",
];

/// Whether a normalised value stands for nothing.
pub fn stands_for_nothing(kind: KeyKind, key: &str) -> bool {
    let punctuation = || key.chars().all(|c| c.is_ascii_punctuation());
    let begins = |first: u8| first == b'0' || OF_WORDS.has(first) || OF_MAILBOXES.has(first);
    // Hardly any key begins like one of the words, so that most needn't be taken apart.
    if key.as_bytes().first().is_some_and(|first| first.is_ascii_alphanumeric() && !begins(*first)) {
        return false;
    }
    match kind {
        KeyKind::Id => is_word(key) || key.bytes().all(|byte| byte == b'0') || punctuation(),
        KeyKind::Address | KeyKind::Login => match split(key) {
            Some((mailbox, _)) => is_word(mailbox) || OF_MAILBOXES.may_have(mailbox) && MAILBOXES.contains(&mailbox),
            None => is_word(key) || punctuation(),
        },
    }
}

fn is_word(key: &str) -> bool {
    OF_WORDS.may_have(key) && WORDS.contains(&key)
}

/// How long words are, by their first byte: this is asked of every key of every account, and hardly any begins like a word and is as
/// long.
struct Lengths([u16; 256]);

static OF_WORDS: Lengths = Lengths::of(&WORDS);
static OF_MAILBOXES: Lengths = Lengths::of(&MAILBOXES);

impl Lengths {
    /// Of words that are shorter than a number has bits.
    #[expect(clippy::indexing_slicing, reason = "there is a place for each byte")]
    const fn of(words: &[&str]) -> Self {
        let mut lengths = [0; 256];
        let mut rest = words;
        while let [word, others @ ..] = rest {
            if let Some(first) = word.as_bytes().first() {
                lengths[*first as usize] |= 1 << word.len();
            }
            rest = others;
        }
        Self(lengths)
    }

    /// Whether one of the words begins with this byte.
    fn has(&self, first: u8) -> bool {
        self.0.get(usize::from(first)).is_some_and(|lengths| *lengths != 0)
    }

    fn may_have(&self, key: &str) -> bool {
        let lengths = key.as_bytes().first().and_then(|first| self.0.get(usize::from(*first)));
        lengths.is_some_and(|lengths| key.len() < 16 && lengths >> key.len() & 1 == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_may_be_one() {
        for (words, lengths) in [(&WORDS[..], &OF_WORDS), (&MAILBOXES[..], &OF_MAILBOXES)] {
            assert!(words.is_sorted() && words.iter().all(|word| lengths.may_have(word)));
            assert!(!["ada", "n", "a word that is longer than any"].iter().any(|key| lengths.may_have(key)));
        }
    }

    #[test]
    fn what_stands_for_nothing_is_told_from_names() {
        for (kind, key) in [
            (KeyKind::Id, "0"),
            (KeyKind::Id, "000"),
            (KeyKind::Id, "unknown"),
            (KeyKind::Id, "-"),
            (KeyKind::Address, "unknown@example.com"),
            (KeyKind::Address, "noreply@example.com"),
            (KeyKind::Address, "#n/a"),
            (KeyKind::Login, "tbd"),
            (KeyKind::Login, "no-reply@example.com"),
            (KeyKind::Login, "(null)"),
        ] {
            assert!(stands_for_nothing(kind, key), "{key}");
        }
        for (kind, key) in [
            (KeyKind::Id, "10"),
            (KeyKind::Id, "e-0"),
            (KeyKind::Address, "null@example.com"),
            (KeyKind::Address, "unknown.soldier@example.com"),
            (KeyKind::Login, "0"),
            (KeyKind::Login, "na"),
            (KeyKind::Login, "none"),
        ] {
            assert!(!stands_for_nothing(kind, key), "{key}");
        }
    }
}
