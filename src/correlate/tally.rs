//! The law of conservation: every account has exactly one situation. The last step of correlation.

use serde::{Deserialize, Serialize};

use crate::model::{Situation, Tier};

/// How many accounts are in which situation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tally {
    matched: [u64; Tier::DEFAULT.len()],
    unmatched: u64,
    ambiguous: u64,
    conflict: u64,
    declared: u64,
}

/// Accounts were lost or counted twice. A defect of headcount, and a reason not to trust its report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the situations of the accounts add up to {counted}, but there are {accounts} accounts")]
pub struct Unbalanced {
    /// The sum of the situations.
    pub counted: u64,
    /// The accounts.
    pub accounts: u64,
}

impl Tally {
    /// Counts one account.
    pub fn add(&mut self, situation: &Situation) {
        let count = match situation {
            Situation::Matched { tier, .. } => self.tier_mut(*tier),
            Situation::Unmatched => &mut self.unmatched,
            Situation::Ambiguous { .. } => &mut self.ambiguous,
            Situation::Conflict { .. } => &mut self.conflict,
            Situation::Declared { .. } => &mut self.declared,
        };
        *count += 1;
    }

    /// Adds what another thread or source counted.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.matched.iter_mut().zip(other.matched) {
            *mine += theirs;
        }
        self.unmatched += other.unmatched;
        self.ambiguous += other.ambiguous;
        self.conflict += other.conflict;
        self.declared += other.declared;
    }

    /// Accounts with exactly one owner.
    pub fn matched(&self) -> u64 {
        self.matched.iter().sum()
    }

    /// Accounts with exactly one owner, by the tier that decided; tiers that decided nothing are there with 0.
    pub fn by_tier(&self) -> impl Iterator<Item = (Tier, u64)> {
        Tier::DEFAULT.into_iter().zip(self.matched)
    }

    /// How many accounts are in each situation, as rules spell it, those with an owner by the tier that decided.
    pub fn by_situation(&self) -> impl Iterator<Item = ((&'static str, &'static str), u64)> {
        let matched = self.by_tier().map(|(tier, count)| (("matched", tier.as_str()), count));
        let others = [
            (("unmatched", ""), self.unmatched),
            (("ambiguous", ""), self.ambiguous),
            (("conflict", ""), self.conflict),
            (("declared", ""), self.declared),
        ];
        matched.chain(others)
    }

    /// Accounts with no owner.
    pub const fn unmatched(&self) -> u64 {
        self.unmatched
    }

    /// Accounts whose deciding key several employees share.
    pub const fn ambiguous(&self) -> u64 {
        self.ambiguous
    }

    /// Accounts whose keys name different people.
    pub const fn conflict(&self) -> u64 {
        self.conflict
    }

    /// Accounts that the organisation vouches for.
    pub const fn declared(&self) -> u64 {
        self.declared
    }

    /// All accounts counted.
    pub fn total(&self) -> u64 {
        self.matched() + self.unmatched + self.ambiguous + self.conflict + self.declared
    }

    /// The share of accounts with exactly one owner, of those that the organisation doesn't vouch for; none without any.
    pub fn match_rate(&self) -> Option<f64> {
        let all = self.total() - self.declared;
        #[expect(clippy::cast_precision_loss, reason = "no list has 2^53 accounts")]
        (all > 0).then(|| self.matched() as f64 / all as f64)
    }

    /// Whether so few accounts have an owner that the key is probably written differently on both sides.
    pub fn has_low_match(&self) -> bool {
        const LOW: f64 = 0.5;
        self.match_rate().is_some_and(|rate| rate < LOW)
    }

    /// Holds the law against the number of accounts that were fetched.
    ///
    /// # Errors
    /// The law doesn't hold.
    pub fn check(&self, accounts: u64) -> Result<(), Unbalanced> {
        let counted = self.total();
        if counted == accounts { Ok(()) } else { Err(Unbalanced { counted, accounts }) }
    }

    const fn tier_mut(&mut self, tier: Tier) -> &mut u64 {
        let [crosswalk, external_id, email, username] = &mut self.matched;
        match tier {
            Tier::Crosswalk => crosswalk,
            Tier::ExternalId => external_id,
            Tier::Email => email,
            Tier::Username => username,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::EmployeeIndex;

    #[test]
    fn tiers_are_counted_under_their_own_name() {
        for tier in Tier::DEFAULT {
            let mut tally = Tally::default();
            tally.add(&Situation::Matched { employee: EmployeeIndex(0), tier });
            assert!(tally.by_tier().all(|(counted, n)| n == u64::from(counted == tier)), "{tier:?}");
        }
    }

    #[test]
    fn a_lost_account_is_noticed() {
        let mut tally = Tally::default();
        tally.add(&Situation::Unmatched);
        let mut both = tally;
        both.merge(&tally);
        assert_eq!(both.check(2), Ok(()));
        assert_eq!(both.check(3), Err(Unbalanced { counted: 2, accounts: 3 }));
    }
}
