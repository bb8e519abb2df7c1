//! What a likeness is worth, and what is thought before there is data: every number of the score that neither the roster nor
//! the source tells. docs/near-misses.md says where they come from; `benches/near_miss/search.py` holds them against people who
//! don't exist.
//!
//! A *doubt* is how many strangers have a word that is like another in this way, for each person whose own name is: with a
//! thousandth, it is a thousand times as likely to be the same person as to be another. But the word may be what somebody else
//! is really called: *rivals* is how many such people outweigh one whose name became just this word.

/// The share of owners who have another given name or another family name at a vendor: after a marriage, or because
/// that is what they are called.
pub(super) const OTHER_NAME: f64 = 0.06;
/// A display name that has nothing of the employee's name.
pub(super) const OTHER_PERSON: f64 = 0.002;
/// A middle name that only one side has.
pub(super) const MIDDLE_NAME: f64 = 0.6;
/// One word, where the employee has several.
pub(super) const ONLY_ONE_WORD: f64 = 0.3;
/// The same login name as in the roster, as it could be made from the name: two namesakes may be told apart by it.
pub(super) const SAME_HANDLE: f64 = 1.9;

/// Doubt of an initial for a name.
pub(super) const INITIAL: f64 = 0.03;
/// Doubt of the same initial on both sides, which is no name.
pub(super) const SAME_INITIAL: f64 = 0.05;
/// Doubt of a nickname.
pub(super) const NICKNAME: f64 = 0.012;
/// Rivals of a nickname.
pub(super) const NICKNAME_RIVALS: f64 = 80.0;
/// Doubt of the start of a name.
pub(super) const SHORTENED: f64 = 0.02;
/// Rivals of the start of a name.
pub(super) const SHORTENED_RIVALS: f64 = 100.0;
/// Doubt of the same sound, spelt in another way.
pub(super) const SOUND: f64 = 0.02;
/// Rivals of the same sound.
pub(super) const SOUND_RIVALS: f64 = 150.0;
/// Doubts of one letter that differs, in words of three letters, of four, and so on; counted among the names of a census,
/// drawn as often as it has them, as are the next two, and each row then weighed as a whole.
pub(super) const ONE_LETTER: &[f64] = &[0.012, 0.012, 0.004, 0.004, 0.002, 0.001];
/// Doubts of two letters.
pub(super) const TWO_LETTERS: &[f64] = &[9.0, 0.4, 0.17, 0.09, 0.03, 0.015, 0.01];
/// Doubts of three letters.
pub(super) const THREE_LETTERS: &[f64] = &[9.0, 9.0, 9.0, 9.0, 9.0, 9.0, 0.35, 0.25];
/// Rivals of one letter that differs.
pub(super) const ONE_LETTER_RIVALS: f64 = 1_000.0;
/// Rivals of two letters.
pub(super) const TWO_LETTERS_RIVALS: f64 = 5_000.0;
/// Rivals of three letters.
pub(super) const THREE_LETTERS_RIVALS: f64 = 20_000.0;

/// What is known of names before a roster is read: as if this many more people were in it, of whom hardly any two have
/// the same name. Three people called Ann in a firm of ten don't make it the name of a third of mankind.
pub(super) const OTHERS: f64 = 800.0;
/// As if this many more words had been read, each once: a short roster doesn't know most names.
pub(super) const WORDS: f64 = 2_000.0;
/// So few pairs of namesakes say nothing yet of how first names and family names go together.
pub(super) const FEW_NAMESAKES: f64 = 20.0;
/// Of the people who have a word, the part of one that isn't counted: who is found by it is one of them himself.
pub(super) const HIMSELF: f64 = 0.1;

/// People outside the roster who have accounts, however small the roster is: of service providers, of customers.
pub(super) const OUTSIDERS: f64 = 200.0;
/// What is thought of a source before its accounts are seen: such a share is nobody's.
pub(super) const STRANGERS: f64 = 0.2;
/// As if it had been seen of this many accounts.
pub(super) const STRANGERS_SEEN: f64 = 20.0;
/// The least share that is nobody's, whatever the accounts look like.
pub(super) const LEAST_STRANGERS: f64 = 0.05;
/// What happens to the names of owners, as if this many had been seen: it is what it was, one letter differs, several
/// do, it is a nickname. So often it happens to the people who don't exist. That names are others altogether can't be
/// told from strangers, and isn't learnt.
pub(super) const CHANGES_SEEN: [f64; 4] = [59.0, 21.0, 9.0, 11.0];
