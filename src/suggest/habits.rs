//! What a source does to names, and how many of its accounts are nobody's. Nobody says so; but where most are nicknames, the
//! next is no wonder, and where many have a name that is like nobody's, those that are a little like somebody's are more
//! likely strangers', too. Estimated as by Fellegi and Sunter, from the accounts that have no owner yet.

use std::iter::Sum;

use super::compare::Likeness;
use super::weights;

/// What happened to a name on its way to an account: the most that happened to one of its words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Change {
    /// It is what it was, or an initial of it.
    #[default]
    None,
    OneLetter,
    /// Several letters, or the spelling of the same sound.
    Letters,
    /// A nickname, or the start of the name.
    Nickname,
    /// There is another name, or none, in place of a word.
    OtherName,
}

impl Change {
    const ALL: [Self; 5] = [Self::None, Self::OneLetter, Self::Letters, Self::Nickname, Self::OtherName];
}

impl From<Likeness> for Change {
    fn from(how: Likeness) -> Self {
        match how {
            Likeness::Equal | Likeness::Initial => Self::None,
            Likeness::Misspelt(1) => Self::OneLetter,
            Likeness::Misspelt(_) | Likeness::SoundsAlike => Self::Letters,
            Likeness::Nickname | Likeness::Shortened => Self::Nickname,
        }
    }
}

/// Something for each [`Change`], in their order.
type ByChange = [f64; Change::ALL.len()];

/// How much likelier it is that an account is of one of some candidates than of a stranger, by what must have happened to
/// the name.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Odds(ByChange);

impl Odds {
    pub(super) fn of(change: Change, odds: f64) -> Self {
        Self(Change::ALL.map(|other| if other == change { odds } else { 0.0 }))
    }

    /// The greater ones, change by change.
    pub(super) fn or_greater(self, other: Self) -> Self {
        let mut greater = self.0;
        greater.iter_mut().zip(other.0).for_each(|(one, other)| *one = one.max(other));
        Self(greater)
    }

    fn times(self, factors: ByChange) -> ByChange {
        let mut product = factors;
        product.iter_mut().zip(self.0).for_each(|(product, odds)| *product *= odds);
        product
    }
}

impl Sum for Odds {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        let mut total = Self::default();
        all.for_each(|one| add(&mut total.0, one.0));
        total
    }
}

fn add(total: &mut ByChange, more: ByChange) {
    total.iter_mut().zip(more).for_each(|(total, more)| *total += more);
}

/// What is known of a source before one of its accounts is looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Habits {
    /// How likely a stranger is, in the measure in which candidates have odds: of one employee, taken at random.
    strangers: f64,
    /// How many times as often as elsewhere names are changed so.
    changes: ByChange,
}

impl Habits {
    /// More rounds change nothing that anybody sees.
    const ROUNDS: u32 = 20;

    /// The greatest share that is nobody's, whatever the accounts look like.
    const MOST: f64 = 0.95;

    /// Of a source's accounts, each given by the odds of all its candidates together. What they say on average when
    /// something is taken for true is taken for true next; so it is sought until it stays.
    pub(super) fn of_source(people: f64, accounts: &[Odds]) -> Self {
        let (thought_of, thought) = (weights::STRANGERS_SEEN, weights::STRANGERS);
        let mut habits = Self { strangers: Self::odds_of(thought, people), changes: [1.0; Change::ALL.len()] };
        for _ in 0..Self::ROUNDS {
            let (mut count, mut strangers, mut changed) = (thought_of, thought_of * thought, ByChange::default());
            for account in accounts {
                let odds = account.times(habits.changes);
                let all = odds.iter().sum::<f64>() + habits.strangers;
                count += 1.0;
                strangers += habits.strangers / all;
                add(&mut changed, odds.map(|odds| odds / all));
            }
            habits = Self { strangers: Self::odds_of(strangers / count, people), changes: Self::as_often(changed) };
        }
        habits
    }

    fn odds_of(share: f64, people: f64) -> f64 {
        let share = share.clamp(weights::LEAST_STRANGERS, Self::MOST);
        (people + weights::OUTSIDERS) * share / (1.0 - share)
    }

    /// How many times as often as elsewhere, for each name that stayed what it was.
    fn as_often(changed: ByChange) -> ByChange {
        let mut often = [1.0; Change::ALL.len()];
        let ([stayed, ..], [stayed_before, ..]) = (changed, weights::CHANGES_SEEN);
        for (often, (now, before)) in often.iter_mut().zip(changed.into_iter().zip(weights::CHANGES_SEEN)) {
            *often = (now + before) / before * stayed_before / (stayed + stayed_before);
        }
        often
    }

    /// How likely it is one of the candidates, of whom all together have the second odds.
    pub(super) fn share(self, odds: Odds, of_all: Odds) -> f64 {
        let sum = |odds: Odds| odds.times(self.changes).iter().sum::<f64>();
        sum(odds) / (sum(of_all) + self.strangers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(accounts: &[Odds], change: Change) -> f64 {
        let odds = Odds::of(change, 1e4);
        Habits::of_source(1_000.0, accounts).share(odds, odds)
    }

    #[test]
    fn where_many_are_like_nobody_less_is_promised() {
        let owned = vec![Odds::of(Change::None, 1e9); 900];
        let strangers = vec![Odds::of(Change::None, 1e-3); 900];
        let many_strangers = [owned.clone(), strangers].concat();
        let share = |accounts: &[Odds]| share(accounts, Change::None);
        assert!(share(&owned) > 0.95, "{}", share(&owned));
        assert!(share(&many_strangers) < 0.9, "{}", share(&many_strangers));
        assert!((0.7..0.98).contains(&share(&[])), "one account says little: {}", share(&[]));
    }

    #[test]
    fn what_a_source_often_does_to_names_is_no_wonder() {
        let as_they_are = vec![Odds::of(Change::None, 1e9); 900];
        let nicknames = vec![Odds::of(Change::Nickname, 1e9); 900];
        for change in [Change::Nickname, Change::OneLetter] {
            assert!(share(&as_they_are, change) < share(&[], change), "{change:?}");
        }
        assert!(share(&nicknames, Change::Nickname) > share(&[], Change::Nickname));
        let other = |accounts: &[Odds]| share(accounts, Change::OtherName);
        assert!((other(&as_they_are) - other(&nicknames)).abs() < 1e-9, "it can't be told from strangers");
    }
}
