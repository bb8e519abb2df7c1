//! How many of a source's accounts are nobody's. Nobody says so; but where many have a name that is like nobody's, those that
//! are a little like somebody's are more likely strangers', too.

/// How likely it is that an account is a stranger's, before it is looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Strangers {
    /// In the measure in which candidates have odds: of one employee, taken at random.
    odds: f64,
}

impl Strangers {
    /// People outside the roster who have accounts, however small the roster is: of service providers, of customers.
    const OUTSIDERS: f64 = 500.0;

    /// What is thought of a source before its accounts are seen, as if from so many accounts: a fifth is nobody's.
    const BEFORE: (f64, f64) = (20.0, 0.2);

    /// More rounds change nothing that anybody sees.
    const ROUNDS: u32 = 20;

    /// A share that is no certainty, whatever the accounts look like.
    const LIMITS: (f64, f64) = (0.05, 0.95);

    /// Among accounts, each given by the odds of all its candidates together. The share of strangers is what the accounts say
    /// on average when it is taken for true; so it is sought until it stays.
    pub(super) fn among(people: f64, accounts: &[f64]) -> Self {
        let (thought_of, thought) = Self::BEFORE;
        let mut share = thought;
        for _ in 0..Self::ROUNDS {
            let strangers = Self::of_share(share, people);
            let (count, sum) = accounts.iter().fold((thought_of, thought_of * thought), |(count, sum), odds| {
                (count + 1.0, sum + strangers.odds / (strangers.odds + odds))
            });
            share = sum / count;
        }
        Self::of_share(share, people)
    }

    fn of_share(share: f64, people: f64) -> Self {
        let share = share.clamp(Self::LIMITS.0, Self::LIMITS.1);
        Self { odds: (people + Self::OUTSIDERS) * share / (1.0 - share) }
    }

    /// How likely it is one of the candidates, of whom all together have the second odds.
    pub(super) fn share(self, odds: f64, of_all: f64) -> f64 {
        odds / (of_all + self.odds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(accounts: &[f64]) -> f64 {
        Strangers::among(1_000.0, accounts).share(1e4, 1e4)
    }

    #[test]
    fn where_many_are_like_nobody_less_is_promised() {
        let owned = vec![1e9; 900];
        let many_strangers: Vec<f64> = owned.iter().copied().chain(vec![1e-3; 900]).collect();
        assert!(share(&owned) > 0.95, "{}", share(&owned));
        assert!(share(&many_strangers) < 0.9, "{}", share(&many_strangers));
        assert!((0.7..0.97).contains(&share(&[])), "one account says little: {}", share(&[]));
    }
}
