//! Finds the few employees worth comparing with an account, without comparing with everybody: those who share
//! a rare feature with it, such as the name with one letter missing, or the initial with the family name.
//!
//! Eight bytes for each feature, about thirty features for each employee; but of those only the ones are kept that the
//! accounts have of which is asked.

use crate::base::parallel;
use crate::model::{Account, Employee, EmployeeIndex, Roster};

use super::commonness::{Commonness, Names};
use super::features::{Features, name_of};
use crate::key::{high_half, low_half};

/// A feature that more employees share says too little, and costs too much.
const COMMON: usize = 400;

/// How many employees are worth a closer look.
const CANDIDATES: usize = 40;

/// Which features some accounts have. A few others may pass for them, which does no harm.
pub(super) struct Wanted {
    /// One bit for each of the possible upper ends of a feature.
    ends: Vec<u64>,
}

impl Wanted {
    /// How many bits of a feature are looked at: a table that the processor's cache holds.
    const BITS: u32 = 23;

    /// All that these accounts have.
    pub(super) fn of<'a>(accounts: impl IntoIterator<Item = &'a Account<'a>>) -> Self {
        let mut ends = vec![0; 1 << (Self::BITS - u64::BITS.ilog2())];
        let mut features = Features::of_which(|_| true);
        for account in accounts {
            for feature in features.of_account(account) {
                let (word, bit) = Self::place(*feature);
                if let Some(word) = ends.get_mut(word) {
                    *word |= bit;
                }
            }
        }
        Self { ends }
    }

    pub(super) fn has(&self, feature: u32) -> bool {
        let (word, bit) = Self::place(feature);
        self.ends.get(word).is_some_and(|word| word & bit != 0)
    }

    const fn place(feature: u32) -> (usize, u64) {
        let end = feature >> (u32::BITS - Self::BITS);
        ((end / u64::BITS) as usize, 1 << (end % u64::BITS))
    }
}

/// The features of all employees: the hash in the upper half, the employee in the lower, sorted.
#[derive(Debug)]
pub(super) struct Blocks {
    entries: Vec<u64>,
    common: Commonness,
}

impl Blocks {
    /// The wanted features of everybody.
    pub(super) fn new(roster: &Roster, wanted: impl Fn(u32) -> bool + Sync) -> Self {
        /// How many employees are looked at in one go.
        const PART: usize = 1 << 13;
        let parts: Vec<_> = (0..=u32::MAX).step_by(PART).zip(roster.employees.chunks(PART)).collect();
        let people = roster.employees.len();
        let of_part = |(first, part): &(u32, &[Employee])| {
            let (mut entries, mut features) = (Vec::new(), Features::of_which(&wanted));
            let mut names = Names::default();
            for (index, employee) in (*first..=u32::MAX).zip(*part) {
                let name = name_of(employee);
                names.add(&name, index, people);
                let found = features.of_employee(employee, &name).iter();
                entries.extend(found.map(|feature| u64::from(*feature) << 32 | u64::from(index)));
            }
            (entries, names)
        };
        let (entries, names): (Vec<_>, Vec<_>) = parallel::map(&parts, of_part).into_iter().unzip();
        let mut entries = entries.concat();
        let common = Commonness::new(people, &names);
        entries.sort_unstable();
        Self { entries, common }
    }

    /// How common the names of the roster are.
    pub(super) const fn common(&self) -> &Commonness {
        &self.common
    }

    /// The employees who share most with the account, in roster order.
    pub(super) fn candidates(&self, account: &Account<'_>) -> Vec<EmployeeIndex> {
        let mut votes: Vec<u64> = Vec::new();
        for hash in Features::of_which(|_| true).of_account(account) {
            let sharing = self.sharing(*hash);
            if sharing.len() <= COMMON {
                // The rarer a feature is, the more it says. The lengths are small enough for any float.
                #[expect(clippy::cast_precision_loss)]
                let weight = 1.0 / (1.0 + sharing.len() as f32).ln();
                let vote = |entry: &u64| u64::from(low_half(*entry)) << 32 | u64::from(weight.to_bits());
                votes.extend(sharing.iter().map(vote));
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

/// Each vote has the employee in the upper half and the bits of a weight in the lower, by which it is sorted fast.
fn most_voted(mut votes: Vec<u64>) -> Vec<EmployeeIndex> {
    votes.sort_unstable();
    let of_one = votes.chunk_by(|one, other| high_half(*one) == high_half(*other));
    let sum = |votes: &[u64]| votes.iter().map(|vote| f32::from_bits(low_half(*vote))).sum::<f32>();
    let mut sums: Vec<(u32, f32)> = of_one.filter_map(|votes| Some((high_half(*votes.first()?), sum(votes)))).collect();
    if sums.len() > CANDIDATES {
        sums.select_nth_unstable_by(CANDIDATES, |a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        sums.truncate(CANDIDATES);
    }
    let mut best: Vec<_> = sums.into_iter().map(|(employee, _)| EmployeeIndex(employee)).collect();
    best.sort_unstable();
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::correlate::testing::{account, person, roster};

    fn of(roster: &Roster, account: &Account<'_>) -> Vec<EmployeeIndex> {
        let wanted = Wanted::of([account]);
        let found = Blocks::new(roster, |feature| wanted.has(feature)).candidates(account);
        assert_eq!(found, Blocks::new(roster, |_| true).candidates(account), "what is not wanted is not missed");
        found
    }

    fn found(values: [&str; 4]) -> Vec<u32> {
        let roster = roster([
            person("E-0042", "Ann Lindqvist", &["ann.lindqvist@example.com"], &["alindqvist"]),
            person("E-0043", "Robert Petrov", &["robert.petrov@example.com"], &[]),
            person("E-0044", "Юлия Мороз", &[], &["xk7"]),
        ]);
        of(&roster, &account(values)).into_iter().map(|employee| employee.0).collect()
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
    fn nothing_is_missed_that_any_of_many_accounts_has() {
        let letter = |n: u8| char::from(b'a' + n);
        let names = (0..26).flat_map(|n| (0..26).map(move |m| format!("Ann {0}{1}{0}lind{1}", letter(n), letter(m))));
        let names: Vec<String> = names.collect();
        let accounts: Vec<_> = names.iter().map(|name| account(["", "", "", name])).collect();
        let wanted = Wanted::of(&accounts);
        let mut features = Features::of_which(|_| true);
        assert!(accounts.iter().all(|account| features.of_account(account).iter().all(|feature| wanted.has(*feature))));
        assert!(!features.of_account(&account(["", "", "", "Zed Quux"])).iter().all(|feature| wanted.has(*feature)));
    }

    #[test]
    fn what_everybody_shares_is_not_looked_at() {
        let many = (0..=COMMON).map(|n| person(&format!("E-{n}"), "Sam Common", &[], &[]));
        assert!(of(&roster(many), &account(["", "", "", "Sam Common"])).is_empty());
    }
}
