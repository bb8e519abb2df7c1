//! Words for the state of an employment and the kind of a worker: well-known ones by their list in `table/data/employment.txt`,
//! and the organisation's own, which go first.

use std::collections::HashMap;

use crate::model::{EmploymentStatus, WorkerKind};
use crate::table::{fold, listed, lists, umlauts_written_out};

/// What words mean.
#[derive(Debug)]
pub(super) struct Vocabulary<M> {
    folded: HashMap<String, M>,
}

/// A word that was met.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Met<M> {
    pub(super) word: String,
    /// `None`: it means nothing to headcount.
    pub(super) meaning: Option<M>,
    /// The first line that has it.
    pub(super) line: u64,
    /// How many lines have it.
    pub(super) rows: u64,
}

/// Looks words up, and remembers which it met: rosters repeat a handful of them.
#[derive(Debug)]
pub(super) struct Looking<'v, M> {
    vocabulary: &'v Vocabulary<M>,
    /// Their positions among those that were met.
    positions: HashMap<String, usize>,
    met: Vec<Met<M>>,
}

impl Vocabulary<EmploymentStatus> {
    /// The organisation's words for states, then the well-known ones.
    pub(super) fn of_status(own: &[(String, EmploymentStatus)]) -> Self {
        use EmploymentStatus::{Active, Leave, Terminated};
        Self::new(own, &[Active, Leave, Terminated].map(|status| (status, status.as_str())))
    }
}

impl Vocabulary<WorkerKind> {
    /// The organisation's words for kinds of workers, then the well-known ones.
    pub(super) fn of_worker_type(own: &[(String, WorkerKind)]) -> Self {
        Self::new(own, &[WorkerKind::Employee, WorkerKind::External].map(|kind| (kind, kind.as_str())))
    }
}

impl<M: Copy + PartialEq> Vocabulary<M> {
    /// The organisation's own words, then those that are listed under the names of meanings.
    fn new(own: &[(String, M)], known: &[(M, &'static str)]) -> Self {
        let mut folded = HashMap::new();
        for (word, meaning) in own {
            folded.entry(fold(word)).or_insert(*meaning);
        }
        for word in listed(lists::EMPLOYMENT) {
            let Some((meaning, _)) = known.iter().find(|(_, name)| *name == word.name) else { continue };
            folded.entry(fold(word.text)).or_insert(*meaning);
            folded.entry(fold(&umlauts_written_out(word.text))).or_insert(*meaning);
        }
        Self { folded }
    }

    /// Starts to look words up.
    pub(super) fn look_up(&self) -> Looking<'_, M> {
        Looking { vocabulary: self, positions: HashMap::new(), met: Vec::new() }
    }

    /// What a word means: as it is, or before a suffix that says nothing else, as in `Terminated - Rehire` and
    /// `Active (US)`. `Active - Terminated` says two things, and means nothing.
    fn meaning(&self, word: &str) -> Option<M> {
        if let Some(meaning) = self.folded.get(&fold(word)) {
            return Some(*meaning);
        }
        let at = word.find([',', ';', ':', '(', '/', '–', '—']).into_iter().chain(word.find(" -")).min()?;
        let (head, tail) = word.split_at_checked(at)?;
        let meaning = self.folded.get(&fold(head)).copied()?;
        let agrees = self.hints(tail).iter().all(|hint| *hint == meaning) && !has_negation(tail);
        agrees.then_some(meaning)
    }

    /// What the words within a text say.
    fn hints(&self, text: &str) -> Vec<M> {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() > 2);
        words.chain([text]).filter_map(|word| self.folded.get(&fold(word)).copied()).collect()
    }

    /// What somebody who reads an unknown word would take it for, if it holds words that say one thing.
    pub(super) fn guess(&self, text: &str) -> Option<M> {
        let hints = self.hints(text);
        let first = *hints.first().filter(|_| !has_negation(text))?;
        hints.iter().all(|hint| *hint == first).then_some(first)
    }
}

/// Whether a text denies what else it says.
fn has_negation(text: &str) -> bool {
    const WORDS: [&str; 12] =
        ["not", "no", "non", "never", "longer", "nicht", "kein", "keine", "plus", "pas", "sans", "ya"];
    text.split(|c: char| !c.is_alphanumeric()).any(|word| WORDS.contains(&fold(word).as_str()))
}

impl<M: Copy + PartialEq> Looking<'_, M> {
    /// What a word means.
    ///
    /// # Errors
    /// The position among [`Self::into_met`] of one that isn't known.
    pub(super) fn meaning(&mut self, word: &str, line: u64) -> Result<M, usize> {
        let at = self.positions.get(word).copied().unwrap_or_else(|| {
            self.positions.insert(word.to_owned(), self.met.len());
            self.met.push(Met { word: word.to_owned(), meaning: self.vocabulary.meaning(word), line, rows: 0 });
            self.met.len() - 1
        });
        let met = self.met.get_mut(at).ok_or(at)?;
        met.rows += 1;
        met.meaning.ok_or(at)
    }

    /// The words that were met.
    pub(super) fn into_met(self) -> Vec<Met<M>> {
        self.met
    }
}

/// The words of all files.
#[derive(Debug)]
pub(super) struct Words {
    pub(super) status: Vocabulary<EmploymentStatus>,
    pub(super) worker_type: Vocabulary<WorkerKind>,
}

#[cfg(test)]
mod tests {
    use EmploymentStatus::{Active, Leave, Terminated};
    use WorkerKind::{Employee, External};

    use super::*;

    #[test]
    fn four_languages_are_known() {
        let words = Vocabulary::of_status(&[]);
        for (word, meaning) in [
            ("ACTIVE", Active),
            ("aktiv", Active),
            ("en congé", Leave),
            ("Baja", Terminated),
            ("Beschaeftigt", Active),
            ("On-Leave", Leave),
            ("Termed", Terminated),
            ("t", Terminated),
            ("A", Active),
        ] {
            assert_eq!(words.meaning(word), Some(meaning), "{word}");
        }
        let words = Vocabulary::of_worker_type(&[]);
        assert_eq!(words.meaning("Intérimaire"), Some(External));
        assert_eq!(words.meaning("Werkstudentin"), Some(Employee));
    }

    #[test]
    fn what_is_denied_or_said_twice_is_not_active() {
        let words = Vocabulary::of_status(&[]);
        for (word, meaning) in [
            ("Not Active", Some(Terminated)),
            ("No longer active", Some(Terminated)),
            ("nicht mehr aktiv", Some(Terminated)),
            ("Active - Terminated", None),
            ("Active (terminated 3 May)", None),
            ("Active - not working", None),
            ("Active (on leave)", None),
            ("Terminated - Rehire", Some(Terminated)),
            ("Terminated – voluntary", Some(Terminated)),
            ("Active (US)", Some(Active)),
            ("Active, Full-Time", Some(Active)),
            ("Leave of Absence: medical", Some(Leave)),
            ("Vertrag beendet (K)", Some(Terminated)),
        ] {
            assert_eq!(words.meaning(word), meaning, "{word}");
        }
        for word in ["1", "0", "N", "Y", "L", "I", "S", "2", "3"] {
            assert_eq!(words.meaning(word), None, "{word} means different things");
        }
    }

    #[test]
    fn a_guess_is_made_where_words_say_one_thing() {
        let words = Vocabulary::of_status(&[]);
        assert_eq!(words.guess("Arbeitsvertrag beendet"), Some(Terminated));
        assert_eq!(words.guess("aktiv laut Lohnlauf"), Some(Active));
        assert_eq!(words.guess("nicht aktiv laut Lohnlauf"), None);
        assert_eq!(words.guess("Zombie"), None);
    }

    #[test]
    fn the_organisations_words_go_first() {
        let words = Vocabulary::of_status(&[("Suspended".to_owned(), Terminated), ("A1".to_owned(), Active)]);
        assert_eq!(words.meaning("suspended"), Some(Terminated));
        assert_eq!(words.meaning("a-1"), Some(Active));
    }

    #[test]
    fn words_are_counted() {
        let words = Vocabulary::of_status(&[]);
        let mut words = words.look_up();
        let found = [("Zzz", 4), ("Zzz", 9), ("aktiv", 9)].map(|(word, line)| words.meaning(word, line));
        assert_eq!(found, [Err(0), Err(0), Ok(Active)]);
        let met = |word: &str, meaning, line, rows| Met { word: word.to_owned(), meaning, line, rows };
        assert_eq!(words.into_met(), [met("Zzz", None, 4, 2), met("aktiv", Some(Active), 9, 1)]);
    }

    /// Within a language no word may have two meanings; the first would win by accident.
    #[test]
    fn no_word_has_two_meanings() {
        for meanings in [["active", "leave", "terminated"].as_slice(), &["employee", "external"]] {
            let mut seen: HashMap<String, &str> = HashMap::new();
            for word in listed(lists::EMPLOYMENT).filter(|word| meanings.contains(&word.name)) {
                let folded = fold(word.text);
                assert!(!folded.is_empty());
                assert_eq!(*seen.entry(folded).or_insert(word.name), word.name, "{}", word.text);
            }
        }
    }
}
