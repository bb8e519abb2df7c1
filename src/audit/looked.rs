//! What is counted of accounts in addition to their verdicts: whose they are, what declarations cover, and keys that
//! found nobody. An audit counts it while it judges; where an engine judges, it was counted when the facts were made.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::correlate::{PlaceholderIndex, Tally, Tried};
use crate::exception::DeclarationUse;
use crate::model::{RuleId, Situation};

/// What was counted of accounts on the way.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Looked {
    /// How many are in which situation.
    pub tally: Tally,
    /// What the declarations cover.
    pub ledger: DeclarationUse,
    /// How many accounts each placeholder of the roster has left without an owner.
    #[serde(with = "pairs")]
    pub placeholders: BTreeMap<PlaceholderIndex, u64>,
    /// How many keys stand for nothing.
    pub void_keys: u64,
    /// What rules say of single accounts, where it is counted for whoever hears of it from an engine.
    pub said: BTreeMap<RuleId, RuleCount>,
}

/// Of how many accounts a rule has something to say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleCount {
    /// That violate it.
    pub violations: u64,
    /// Of which nobody can say it, or whether they count in a group.
    pub not_evaluable: u64,
}

impl RuleCount {
    /// Adds another one.
    pub const fn add(&mut self, other: Self) {
        self.violations += other.violations;
        self.not_evaluable += other.not_evaluable;
    }
}

impl Looked {
    /// Adds what was counted of later accounts.
    pub fn merge(&mut self, later: Self) {
        self.tally.merge(&later.tally);
        self.ledger.merge(later.ledger);
        self.void_keys += later.void_keys;
        for (placeholder, count) in later.placeholders {
            *self.placeholders.entry(placeholder).or_default() += count;
        }
        for (rule, count) in later.said {
            self.said.entry(rule).or_default().add(count);
        }
    }

    /// Counts an account.
    pub(super) fn count(&mut self, situation: &Situation, tried: &Tried<'_>) {
        self.tally.add(situation);
        self.void_keys += tried.void_keys();
        if matches!(situation, Situation::Unmatched) {
            for placeholder in tried.placeholders() {
                *self.placeholders.entry(placeholder).or_default() += 1;
            }
        }
    }
}

/// A map whose keys are no texts.
mod pairs {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<K: Serialize, V: Serialize, S: Serializer>(
        map: &BTreeMap<K, V>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(map)
    }

    pub(super) fn deserialize<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<K, V>, D::Error> {
        Ok(Vec::<(K, V)>::deserialize(deserializer)?.into_iter().collect())
    }
}
