//! What is looked up, as texts: the keys of accounts and those of people, for whoever joins them elsewhere. Only what
//! [`KeyTable`](super::index::KeyTable) would find is among them.

use super::crosswalk::{Crosswalk, written_key};
use super::index::Hash;
use super::roster_index::{Correlator, keys_of};
use super::tiers::{SourceCorrelator, Tried};
use crate::key::KeyKind;
use crate::model::{Account, EmployeeIndex, Roster, SourceName, Tier};

/// A key of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookup {
    /// Keys are asked in this order; what several keys with one rank find is found by one.
    pub rank: i64,
    /// Its tier.
    pub tier: Tier,
    /// What it is compared with.
    pub key: String,
}

/// The rank of what counts only where no other key finds anybody.
pub const LAST_RANK: i64 = 1_000_000;

impl Tried<'_> {
    /// Every key by which the account can be found.
    pub fn lookups(&self, source: &SourceName) -> Vec<Lookup> {
        let mut all = Vec::with_capacity(4);
        for (rank, tried) in (0_i64..).zip(&self.keys) {
            let (tier, rank) = (tried.tier, if tried.is_private { LAST_RANK } else { rank });
            if tier == Tier::Crosswalk {
                let keys = self.source.crosswalk().into_iter().flat_map(|lines| lines.keys(self.account, source));
                all.extend(keys.map(|key| Lookup { rank, tier, key }));
                continue;
            }
            let Some(text) = tried.key_text() else { continue };
            let kinds = [kind(tier), tried.is_address.then_some(KeyKind::Address)];
            all.extend(kinds.into_iter().flatten().map(|kind| Lookup { rank, tier, key: spelt(kind, text) }));
        }
        all
    }
}

impl SourceCorrelator<'_> {
    /// What the source's crosswalk gives to whom.
    pub fn crosswalk_keys(&self, source: &SourceName) -> Vec<(String, EmployeeIndex)> {
        let lines = self.crosswalk().into_iter().flat_map(Crosswalk::given);
        lines.map(|(field, value, person)| (written(source, field.as_str(), value), person)).collect()
    }
}

impl Correlator {
    /// Every key of the roster that identifies somebody, with the person.
    pub fn person_keys(&self, roster: &Roster, mut see: impl FnMut(String, EmployeeIndex)) {
        for (index, employee) in (0..).map(EmployeeIndex).zip(&roster.employees) {
            keys_of(employee, &self.normaliser, self.local_parts, |kind, key| {
                let table = match kind {
                    KeyKind::Id => &self.ids,
                    KeyKind::Address => &self.emails,
                    KeyKind::Login => &self.usernames,
                };
                if Hash::of(key).is_some_and(|hash| table.crowd(hash).is_none()) {
                    see(spelt(kind, key), index);
                }
            });
        }
    }
}

impl Crosswalk {
    /// The keys of the lines that are about an account.
    fn keys(&self, account: &Account<'_>, source: &SourceName) -> Vec<String> {
        let mut keys = Vec::new();
        for field in self.fields() {
            field.each_of(account, |value| {
                let key = written_key(field, value.raw).text;
                if self.has(field, &key) {
                    keys.push(written(source, field.as_str(), &key));
                }
            });
        }
        keys
    }
}

const fn kind(tier: Tier) -> Option<KeyKind> {
    match tier {
        Tier::Crosswalk => None,
        Tier::ExternalId => Some(KeyKind::Id),
        Tier::Email => Some(KeyKind::Address),
        Tier::Username => Some(KeyKind::Login),
    }
}

fn spelt(kind: KeyKind, key: &str) -> String {
    format!("{}:{key}", kind.as_str())
}

/// A line of a crosswalk is about one source.
fn written(source: &SourceName, field: &str, value: &str) -> String {
    format!("crosswalk:{source}/{field}:{value}")
}
