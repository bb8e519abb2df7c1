//! How many people of the roster have a name. That somebody is called Whisson says much where one person is, and little
//! where hundreds are.

use super::spelling::Spelling;
use super::weights;
use super::words::Words;

/// What is counted of some employees' names, as hashes.
#[derive(Debug, Default)]
pub(super) struct Names {
    words: Vec<u32>,
    /// Of a sample: the first word, the last, and all of them.
    sample: [Vec<u32>; 3],
}

impl Names {
    /// How many people are enough to see how first names and family names go together.
    const SAMPLE: u32 = 1 << 15;

    /// Adds the name of an employee, who has this place among this many.
    pub(super) fn add(&mut self, name: &Words, place: u32, people: usize) {
        self.words.extend(name.iter().map(hash));
        let every = u32::try_from(people).unwrap_or(u32::MAX).div_ceil(Self::SAMPLE).max(1);
        if let (Some(first), Some(last), true) = (name.iter().next(), name.iter().last(), place.is_multiple_of(every)) {
            let whole = name.iter().fold(SPELLING, |whole, word| whole.and(word.bytes()).and([b' ']));
            for (hashes, hash) in self.sample.iter_mut().zip([hash(first), hash(last), whole.hash()]) {
                hashes.push(hash);
            }
        }
    }
}

const SPELLING: Spelling = Spelling::of_kind(u8::MAX);

fn hash(word: &str) -> u32 {
    SPELLING.and(word.bytes()).hash()
}

/// How many employees have each word in their name. Two words share a counter now and then, which makes a rare one look a
/// little less rare, and no more.
#[derive(Debug)]
pub(super) struct Commonness {
    counts: Vec<u32>,
    /// How many bits of a hash are not looked at.
    cut: u32,
    people: f64,
    lift: f64,
    unseen: f64,
}

impl Commonness {
    /// Of all employees, of whom there are this many; their names are given in parts.
    pub(super) fn new(people: usize, names: &[Names]) -> Self {
        let bits = (people.max(1).ilog2() + 5).clamp(10, 21);
        let mut common =
            Self { counts: vec![0; 1 << bits], cut: u32::BITS - bits, people: float(people), lift: 1.0, unseen: 1.0 };
        for hash in names.iter().flat_map(|names| &names.words) {
            if let Some(count) = common.counts.get_mut((hash >> common.cut) as usize) {
                *count += 1;
            }
        }
        common.lift = lift(names);
        let read = float(names.iter().map(|names| names.words.len()).sum());
        let once = float(common.counts.iter().filter(|count| **count == 1).count());
        common.unseen = (once + weights::WORDS) / (read + weights::WORDS);
        common
    }

    /// How much more often two people have the same name than they would if first names and family names had nothing to do
    /// with one another: among people from several countries, many times.
    pub(super) const fn lift(&self) -> f64 {
        self.lift
    }

    /// How many employees have the word.
    pub(super) fn people_called(&self, word: &str) -> u32 {
        self.counts.get((hash(word) >> self.cut) as usize).copied().unwrap_or_default()
    }

    /// Of all people who could have an account, the share that has the word.
    pub(super) fn share(&self, word: &str) -> f64 {
        (f64::from(self.people_called(word).max(1)) - weights::HIMSELF) / self.everybody()
    }

    /// The same for a word that perhaps nobody is called.
    pub(super) fn known_share(&self, word: &str) -> f64 {
        f64::from(self.people_called(word)) / self.everybody()
    }

    /// The share of the words of strangers' names that the roster doesn't have: as large as that of the new ones when
    /// they were read last (Good and Turing).
    pub(super) const fn unseen(&self) -> f64 {
        self.unseen
    }

    /// All people who could have an account.
    pub(super) fn everybody(&self) -> f64 {
        self.people + weights::OTHERS
    }

    /// How many people the roster has.
    pub(super) const fn people(&self) -> f64 {
        self.people
    }
}

/// See [`Commonness::lift`].
fn lift(names: &[Names]) -> f64 {
    let mut people = 0.0;
    let [firsts, lasts, wholes] = [0, 1, 2].map(|which| {
        let of_part = |names: &Names| names.sample.get(which).map(Vec::as_slice).unwrap_or_default().to_vec();
        let mut hashes = names.iter().map(of_part).collect::<Vec<_>>().concat();
        hashes.sort_unstable();
        people = float(hashes.len()).max(1.0);
        let namesakes = hashes.chunk_by(|one, other| one == other).map(|same| float(same.len() * (same.len() - 1)));
        namesakes.sum::<f64>()
    });
    let expected = firsts / people * lasts / people;
    ((wholes + weights::FEW_NAMESAKES) / (expected + weights::FEW_NAMESAKES)).clamp(1.0, 20.0)
}

#[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52")]
const fn float(number: usize) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use std::iter;

    use super::*;

    #[test]
    fn rare_words_have_a_small_share() {
        let common = of(iter::repeat_n("Ann Smith", 100).chain(iter::once("Ann Whisson")));
        assert_eq!((common.people_called("smith"), common.people_called("whisson")), (100, 1));
        assert!(common.share("smith") > 50.0 * common.share("whisson"));
        assert!(common.share("nobody") > 0.0 && common.known_share("nobody") == 0.0);
        assert!(of(["Ann Lee", "Bob Ray", "Cy Fox"].into_iter()).share("ann") < 0.01, "a small roster says little");
    }

    #[test]
    fn a_roster_of_repeated_names_knows_most() {
        let repeated = of(iter::repeat_n("Ann Smith", 20_000)).unseen();
        let letter = |n: u8| char::from(b'a' + n);
        let names: Vec<_> =
            (0..26).flat_map(|n| (0..26).map(move |m| format!("{0}{1} {1}{0}x", letter(n), letter(m)))).collect();
        let rare = of(names.iter().map(String::as_str)).unseen();
        assert!(repeated < 0.1 && rare > 0.9, "{repeated} {rare}");
        assert!(of(iter::once("Ann Smith")).unseen() > 0.9, "one name says little");
    }

    #[test]
    fn names_of_a_country_go_together() {
        let apart = (0..400).map(|n| {
            if n % 2 == 0 {
                ["Ann Smith", "Bob Jones"][n / 2 % 2]
            } else {
                ["Иван Иванов", "Олег Попов"][n / 2 % 2]
            }
        });
        let mixed = (0..400).map(|n| ["Ann Smith", "Ann Jones", "Bob Smith", "Bob Jones"][n % 4]);
        assert!(of(apart).lift() > 2.0 && of(mixed).lift() < 1.1);
    }

    fn of<'n>(names: impl Iterator<Item = &'n str>) -> Commonness {
        let all: Vec<_> = names.map(Words::of).collect();
        let mut names = Names::default();
        (0..).zip(&all).for_each(|(place, name)| names.add(name, place, all.len()));
        Commonness::new(all.len(), &[names])
    }
}
