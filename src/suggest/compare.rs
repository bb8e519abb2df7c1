//! Whether two words may be the same name, and how much that says: misspelt, shortened, a nickname, or alike in sound.

use rapidfuzz::distance::osa;

use super::nicknames::are_nicknames;
use super::weights;
use super::words::{Words, sound};

/// How two words are the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Likeness {
    /// Letter by letter.
    Equal,
    /// This many letters are changed, swapped, added or left out.
    Misspelt(u8),
    /// Spelt in another way, with the same sound.
    SoundsAlike,
    /// One is used for the other.
    Nickname,
    /// One is the start of the other.
    Shortened,
    /// One is only the first letter of the other.
    Initial,
}

/// Two words that may be the same name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Match {
    pub(super) how: Likeness,
    /// From 0 to 1, for people to read.
    pub(super) similarity: f64,
    /// What the likeness is worth, and who else may have the word: see [`weights`].
    pub(super) doubt: f64,
    pub(super) rivals: f64,
}

impl Match {
    const fn new(how: Likeness, similarity: f64, doubt: f64, rivals: f64) -> Self {
        Self { how, similarity, doubt, rivals }
    }
}

/// The closest way in which two plain words may be the same name.
pub(super) fn compare(one: &str, other: &str) -> Option<Match> {
    let (shorter, longer) = (one.len().min(other.len()), one.len().max(other.len()));
    if one == other {
        // The same initial is no name.
        let doubt = if shorter > 1 { 2e-5 } else { weights::SAME_INITIAL };
        return (shorter > 0).then_some(Match::new(Likeness::Equal, 1.0, doubt, 0.0));
    }
    if shorter <= 1 {
        let initial = shorter == 1 && one.get(..1) == other.get(..1);
        return initial.then_some(Match::new(Likeness::Initial, 0.8, weights::INITIAL, 0.0));
    }
    let nickname = Match::new(Likeness::Nickname, 0.94, weights::NICKNAME, weights::NICKNAME_RIVALS);
    let shortened = Match::new(Likeness::Shortened, 0.9, weights::SHORTENED, weights::SHORTENED_RIVALS);
    let ways = [
        by_letters(one, other, longer),
        are_nicknames(one, other).then_some(nickname),
        (shorter >= 3 && one.get(..shorter) == other.get(..shorter)).then_some(shortened),
    ];
    ways.into_iter().flatten().min_by(|a, b| a.doubt.total_cmp(&b.doubt))
}

/// By half of the letters at least, which are the same.
fn by_letters(one: &str, other: &str, longer: usize) -> Option<Match> {
    let args = osa::Args::default().score_cutoff(longer / 2);
    let distance = osa::distance_with_args(one.bytes(), other.bytes(), &args)?;
    #[expect(clippy::cast_precision_loss, reason = "a word is short")]
    let similarity = 1.0 - distance as f64 / longer as f64;
    let sounds = Match::new(Likeness::SoundsAlike, 0.94, weights::SOUND, weights::SOUND_RIVALS);
    let sounds = sound_alike(one, other, similarity).then_some(sounds);
    let misspelt = misspelt(distance, longer, similarity);
    match (sounds, misspelt) {
        (Some(sounds), Some(misspelt)) if misspelt.doubt < sounds.doubt => Some(misspelt),
        (sounds, misspelt) => sounds.or(misspelt),
    }
}

/// A sound has no vowels, so that strangers share it, unless there are enough letters that are the same.
fn sound_alike(one: &str, other: &str, similarity: f64) -> bool {
    let sounds = sound(one);
    sounds == sound(other) && (sounds.len() > 2 || similarity >= 0.65)
}

/// The longer two words are, the less likely one becomes the other by chance.
fn misspelt(distance: usize, longer: usize, similarity: f64) -> Option<Match> {
    let (by_length, rivals) = match distance {
        1 => (weights::ONE_LETTER, weights::ONE_LETTER_RIVALS),
        2 => (weights::TWO_LETTERS, weights::TWO_LETTERS_RIVALS),
        3 => (weights::THREE_LETTERS, weights::THREE_LETTERS_RIVALS),
        _ => return None,
    };
    let doubt = by_length.get(longer.checked_sub(3)?).or(by_length.last())?;
    let how = Likeness::Misspelt(u8::try_from(distance).unwrap_or(u8::MAX));
    (*doubt < 1.0).then_some(Match::new(how, similarity, *doubt, rivals))
}

/// Two words of two names that are paired with one another, by their places.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair {
    pub(super) one: usize,
    pub(super) other: usize,
    pub(super) matched: Match,
}

/// Pairs the words of two names, the surest first, in whatever order they stand. A name has so few words that a bit for each
/// of them fits into a byte.
pub(super) fn pairs(one: &Words, other: &Words) -> Vec<Pair> {
    let mut pairs = Vec::with_capacity(one.count());
    for (i, left) in one.iter().enumerate() {
        let matched = other.iter().enumerate().filter_map(|(j, right)| Some((j, compare(left, right)?)));
        pairs.extend(matched.map(|(j, matched)| Pair { one: i, other: j, matched }));
    }
    pairs.sort_by(|a, b| {
        a.matched.doubt.total_cmp(&b.matched.doubt).then(a.one.cmp(&b.one)).then(a.other.cmp(&b.other))
    });
    let mut used = (0_u8, 0_u8);
    pairs.retain(|pair| {
        let free = used.0 & 1 << pair.one == 0 && used.1 & 1 << pair.other == 0;
        if free {
            used = (used.0 | 1 << pair.one, used.1 | 1 << pair.other);
        }
        free
    });
    pairs
}

/// What a word costs that only one of two names has.
const EXTRA_WORD: f64 = 0.15;

/// How alike two names look, from 0 to 1, word by word. Words that only one of them has count little: middle names.
pub(super) fn name_similarity(one: &Words, other: &Words) -> f64 {
    let (one, other) = (&*one.as_written_by(other), &*other.as_written_by(one));
    let pairs = pairs(one, other);
    let total: f64 = pairs.iter().map(|pair| pair.matched.similarity).sum();
    #[expect(clippy::cast_precision_loss, reason = "at most five words each")]
    let (fewer, more) = (one.count().min(other.count()) as f64, one.count().max(other.count()) as f64);
    let similarity = if fewer > 0.0 { total / (fewer + EXTRA_WORD * (more - fewer)) } else { 0.0 };
    let full_words = pairs.iter().filter(|pair| pair.matched.how != Likeness::Initial).count();
    match full_words {
        0 => similarity.min(0.5),
        1 if fewer < 2.0 && more > 1.0 => similarity.min(0.65),
        _ => similarity,
    }
}

/// How alike two names of people are, from 0 to 100; `None` if one of them has no letters. Sees through order, accents,
/// scripts, nicknames and initials.
pub fn name_likeness(one: &str, other: &str) -> Option<u8> {
    if one == other && one.chars().any(char::is_alphabetic) {
        return Some(100);
    }
    let (one, other) = (Words::of(one), Words::of(other));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is between 0 and 1")]
    let percent = |similarity: f64| (similarity * 100.0).round() as u8;
    (one.count() > 0 && other.count() > 0).then(|| percent(name_similarity(&one, &other)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(one: &str, other: &str) -> f64 {
        name_similarity(&Words::of(one), &Words::of(other))
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
            ("Garanggar", "garanggar"),
            ("Seungbeom Lee", "Lee Seung-Beom"),
        ] {
            assert!(names(one, other) > 0.85, "{one} {other} {}", names(one, other));
        }
        for (one, other) in [("Ann Lindqvist", "Ann Berg"), ("Ann", "Ann Berg"), ("A L", "Ann Lindqvist"), ("", "Ann")]
        {
            assert!(names(one, other) < 0.66, "{one} {other} {}", names(one, other));
        }
    }

    #[test]
    fn equal_sounds_need_equal_letters() {
        for (one, other) in [
            ("Erin Nguyen", "Renee Hanigan"),
            ("Kyle Egan", "Chloe Egan"),
            ("Kyle Ross", "Chloe Egan"),
            ("Lee", "Ella"),
        ] {
            assert!(names(one, other) < 0.6, "{one} {other} {}", names(one, other));
        }
        for (one, other) in [("erin", "renee"), ("kyle", "chloe"), ("erin", "aron"), ("adrian", "doreen")] {
            assert_eq!(sound(one), sound(other), "{one} {other}");
            let sounds = compare(one, other).is_some_and(|matched| matched.how == Likeness::SoundsAlike);
            assert!(!sounds, "{one} {other}");
        }
        for (one, other) in [("petroff", "petrov"), ("aleksandr", "alexander"), ("yuliya", "julia")] {
            let matched = compare(one, other).expect(one);
            assert!(matched.doubt <= 0.03, "{matched:?}");
        }
    }

    #[test]
    fn words_may_be_the_same_in_several_ways() {
        for (one, other, how) in [
            ("anna", "anna", Likeness::Equal),
            ("glad", "glass", Likeness::Misspelt(2)),
            ("maxon", "mason", Likeness::Misspelt(1)),
            ("nate", "nathaniel", Likeness::Nickname),
            ("nate", "nathan", Likeness::Nickname),
            ("tschaikowsky", "schaikovski", Likeness::SoundsAlike),
            ("theo", "theobald", Likeness::Shortened),
            ("t", "theobald", Likeness::Initial),
        ] {
            assert_eq!(compare(one, other).map(|matched| matched.how), Some(how), "{one} {other}");
            assert_eq!(compare(one, other), compare(other, one), "{one} {other}");
        }
        for (one, other) in [("anna", "otto"), ("x", "anna"), ("", "anna"), ("lee", "ann")] {
            assert_eq!(compare(one, other), None, "{one} {other}");
        }
    }
}
