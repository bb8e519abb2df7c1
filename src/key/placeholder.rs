//! Values that people and exports write where there is none: `unknown`, `noreply@…`, `0` as an id. They would make one
//! person the owner of every account that has them, so that they are keys of nobody.

use super::address::split;

/// What a key is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    // Hardly any key begins like one of the words, and this is asked of every one.
    let punctuation = || key.chars().all(|c| c.is_ascii_punctuation());
    match kind {
        KeyKind::Id => is_word(key) || key.bytes().all(|byte| byte == b'0') || punctuation(),
        KeyKind::Address | KeyKind::Login => match split(key) {
            Some((mailbox, _)) => is_word(mailbox) || MAILBOXES.binary_search(&mailbox).is_ok(),
            None => is_word(key) || punctuation(),
        },
    }
}

fn is_word(key: &str) -> bool {
    WORDS.binary_search(&key).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_sorted_to_be_found() {
        assert!(WORDS.is_sorted() && MAILBOXES.is_sorted());
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
