//! The tiers: which keys of an account are looked up in which order, and what their answers mean together.

use std::borrow::Cow;

use super::crosswalk::Crosswalk;
use super::index::{Hash, Hits, KeyTable};
use super::roster_index::{Correlator, PlaceholderIndex};
use crate::config::SourceMatch;
use crate::key::{KeyKind, Normalised, trim};
use crate::model::{Account, Attempt, Correlation, EmployeeIndex, Situation, Step, Steps, Tier};

/// Correlates the accounts of one source.
#[derive(Debug)]
pub struct SourceCorrelator<'c> {
    roster: &'c Correlator,
    matching: &'c SourceMatch,
    crosswalk: Option<Crosswalk>,
}

/// What the tiers of a source found for an account.
#[derive(Debug)]
pub struct Tried<'a> {
    pub(super) source: &'a SourceCorrelator<'a>,
    pub(super) account: &'a Account<'a>,
    /// In the order of the tiers; mostly one for each, as an account mostly has one key of each kind.
    pub(super) keys: Vec<TriedKey<'a>>,
}

#[derive(Debug)]
pub(super) struct TriedKey<'a> {
    pub(super) tier: Tier,
    key: Option<Key<'a>>,
    /// It counts only where no other key finds anybody.
    pub(super) is_private: bool,
    /// It is a login name that is an address, and not one that is asked for as the address that it is.
    pub(super) is_address: bool,
    hits: Hits,
}

/// A value on its way to the index.
#[derive(Debug)]
struct Key<'a> {
    raw: &'a str,
    normalised: Normalised<'a>,
    hash: Option<Hash>,
}

impl<'c> SourceCorrelator<'c> {
    /// `crosswalk` is what [`Crosswalk::read`] made of the source's file, if it has one.
    pub const fn new(roster: &'c Correlator, matching: &'c SourceMatch, crosswalk: Option<Crosswalk>) -> Self {
        Self { roster, matching, crosswalk }
    }

    /// Asks every tier whose account it is.
    pub fn ask<'a>(&'a self, account: &'a Account<'a>) -> Tried<'a> {
        let mut tried = self.with_keys(account);
        self.look_up(&mut tried);
        tried
    }

    /// Asks for several accounts. Their places in the index are all fetched before the first is read, so that the
    /// processor waits for the memory once and not for each account.
    pub fn ask_all<'a>(&'a self, accounts: impl Iterator<Item = &'a Account<'a>>) -> Vec<Tried<'a>> {
        let mut all: Vec<Tried<'a>> = accounts.map(|account| self.with_keys(account)).collect();
        for tried in all.iter().flat_map(|tried| &tried.keys) {
            let Some(hash) = tried.hash() else { continue };
            for table in self.tables(tried).into_iter().flatten() {
                table.prefetch(hash);
            }
        }
        for tried in &mut all {
            self.look_up(tried);
        }
        all
    }

    fn with_keys<'a>(&'a self, account: &'a Account<'a>) -> Tried<'a> {
        let mut keys = Vec::with_capacity(self.matching.tiers.len());
        for tier in &self.matching.tiers {
            let before = keys.len();
            if let Some(field) = tier.field() {
                field.each_of(account, |value| {
                    keys.push(TriedKey::new(*tier, Some(self.key(*tier, value.raw)), value.is_private));
                });
            }
            if keys.len() == before {
                keys.push(TriedKey::new(*tier, None, false));
            }
        }
        for at in 0..keys.len() {
            let is_address = keys.get(at).is_some_and(|key| key.is_further_address(&keys));
            keys.get_mut(at).filter(|_| is_address).into_iter().for_each(|key| key.is_address = true);
        }
        Tried { source: self, account, keys }
    }

    fn look_up(&self, tried: &mut Tried<'_>) {
        for key in &mut tried.keys {
            if let (Tier::Crosswalk, Some(crosswalk)) = (key.tier, &self.crosswalk) {
                key.hits = crosswalk.hits(tried.account);
                continue;
            }
            let Some(hash) = key.hash() else { continue };
            let [own, addresses] = self.tables(key);
            key.hits = own.map(|table| table.get(hash)).unwrap_or_default();
            if let Some(table) = addresses {
                let hits = table.get(hash);
                if let Some(key) = key.key.as_mut().filter(|_| !hits.is_empty()) {
                    key.normalised.steps.add(Step::FoundAmongAddresses);
                }
                key.hits = std::mem::take(&mut key.hits).and(hits);
            }
        }
    }

    /// Where a key is looked up: a login name that is an address among addresses, too.
    fn tables(&self, tried: &TriedKey<'_>) -> [Option<&KeyTable>; 2] {
        let addresses = if tried.is_address { self.roster.table(Tier::Email) } else { None };
        [self.roster.table(tried.tier), addresses]
    }

    /// Whose account it is.
    pub fn correlate(&self, account: &Account<'_>) -> Situation {
        self.ask(account).situation()
    }

    /// The same, with what every tier compared and found.
    pub fn explain(&self, account: &Account<'_>) -> Correlation {
        let tried = self.ask(account);
        let attempts = tried.attempts().into_iter().map(Attempt::into_owned).collect();
        Correlation { attempts, situation: tried.situation() }
    }

    /// The roster in which owners are looked up.
    pub const fn roster(&self) -> &'c Correlator {
        self.roster
    }

    /// By which keys of accounts the source's owners are found.
    pub const fn matching(&self) -> &'c SourceMatch {
        self.matching
    }

    /// Its crosswalk, if it has one.
    pub(super) const fn crosswalk(&self) -> Option<&Crosswalk> {
        self.crosswalk.as_ref()
    }

    /// The lines of the crosswalk that no account has used so far.
    pub fn unused_crosswalk_lines(&self) -> Vec<u64> {
        self.crosswalk.as_ref().map(Crosswalk::unused_lines).unwrap_or_default()
    }

    /// Counts all lines of the crosswalk as used but these: their accounts were seen elsewhere.
    pub fn use_crosswalk_but(&self, unused: &[u64]) {
        if let Some(crosswalk) = &self.crosswalk {
            crosswalk.use_all_but(unused);
        }
    }

    fn key<'a>(&self, tier: Tier, raw: &'a str) -> Key<'a> {
        let normalised = match self.matching.rewrite(tier).map(|rewrite| rewrite.apply(trim(raw))) {
            Some(Cow::Owned(rewritten)) => self.rewritten(tier, &rewritten),
            _ => self.normalise(tier, raw),
        };
        let hash = Hash::of(&normalised.text);
        Key { raw, normalised, hash }
    }

    fn rewritten(&self, tier: Tier, value: &str) -> Normalised<'static> {
        let Normalised { text, mut steps } = self.normalise(tier, value);
        steps.add(Step::Rewritten);
        Normalised { text: text.into_owned().into(), steps }
    }

    fn normalise<'v>(&self, tier: Tier, value: &'v str) -> Normalised<'v> {
        let kind = match tier {
            Tier::Email => KeyKind::Address,
            Tier::Username => KeyKind::Login,
            Tier::Crosswalk | Tier::ExternalId => KeyKind::Id,
        };
        self.roster.normaliser.key(kind, value)
    }
}

impl Tried<'_> {
    /// The first whom any tier found, who mostly is the owner.
    pub fn first_found(&self) -> Option<EmployeeIndex> {
        self.keys.iter().find_map(|tried| tried.hits.iter().next())
    }

    /// Whose account it is.
    ///
    /// The first key that finds somebody decides, and the later ones are still asked whether they agree. A
    /// crosswalk is no exception: an account that somebody wrote down for one person and whose address names
    /// another is what a reviewer has to see. Private addresses contradict nobody.
    pub fn situation(&self) -> Situation {
        let keys = || self.keys.iter().filter(|tried| !tried.is_private);
        let mut found = keys().filter(|tried| !tried.hits.is_empty());
        let Some(TriedKey { tier, hits, .. }) = found.next() else { return self.by_private_keys() };
        let Some(employee) = hits.only() else {
            return Situation::Ambiguous { tier: *tier, candidates: hits.iter().collect() };
        };
        if found.all(|tried| tried.hits.contains(employee)) {
            return Situation::Matched { employee, tier: *tier };
        }
        let mut named: Vec<_> = Vec::new();
        for name in keys().flat_map(|tried| tried.hits.iter().map(|employee| (tried.tier, employee))) {
            if !named.contains(&name) {
                named.push(name);
            }
        }
        Situation::Conflict { named }
    }

    /// Where no other key finds anybody: the one whom all private ones that find somebody find.
    fn by_private_keys(&self) -> Situation {
        let mut found = self.keys.iter().filter(|tried| tried.is_private && !tried.hits.is_empty());
        let Some(TriedKey { tier, hits, .. }) = found.next() else { return Situation::Unmatched };
        let hits = found.fold(hits.clone(), |hits, tried| hits.and(tried.hits.clone()));
        match hits.only() {
            Some(employee) => Situation::Matched { employee, tier: *tier },
            None => Situation::Ambiguous { tier: *tier, candidates: hits.into_vec() },
        }
    }

    /// The placeholders among its keys.
    pub fn placeholders(&self) -> impl Iterator<Item = PlaceholderIndex> {
        self.keys.iter().filter_map(|tried| tried.placeholder(self.source.roster))
    }

    /// How many of its keys stand for nothing.
    pub fn void_keys(&self) -> u64 {
        let void = |tried: &&TriedKey<'_>| {
            tried.key.as_ref().is_some_and(|key| key.normalised.steps.contains(Step::StoodForNothing))
        };
        self.keys.iter().filter(void).count() as u64
    }

    /// What every tier compared and found.
    pub fn attempts(&self) -> Vec<Attempt<'_>> {
        let mut attempts = Vec::with_capacity(self.keys.len());
        for tried in &self.keys {
            match tried.tier {
                Tier::Crosswalk => {
                    attempts.extend(self.source.crosswalk.iter().flat_map(|lines| lines.attempts(self.account)));
                }
                _ => attempts.extend(tried.attempt(self.source.roster)),
            }
        }
        attempts
    }
}

impl<'a> TriedKey<'a> {
    const fn new(tier: Tier, key: Option<Key<'a>>, is_private: bool) -> Self {
        Self { tier, key, is_private, is_address: false, hits: Hits::NOBODY }
    }

    fn hash(&self) -> Option<Hash> {
        self.key.as_ref()?.hash
    }

    /// The placeholder that the key is. What finds somebody is none.
    fn placeholder(&self, roster: &Correlator) -> Option<PlaceholderIndex> {
        let hash = self.hash().filter(|_| self.hits.is_empty())?;
        roster.placeholder(self.tier, hash)
    }

    /// What is looked up; none if nothing is left of the value.
    pub(super) fn key_text(&self) -> Option<&str> {
        self.key.as_ref().filter(|key| key.hash.is_some()).map(|key| key.normalised.text.as_ref())
    }

    /// Whether it is a login name that is an address, and none of the addresses among these keys: most vendors have people
    /// sign in with theirs, and to ask for it twice would say nothing new.
    fn is_further_address(&self, keys: &[Self]) -> bool {
        let Some(Key { normalised, hash, .. }) = self.key.as_ref().filter(|_| self.tier == Tier::Username) else {
            return false;
        };
        let known = |other: &Self| other.tier == Tier::Email && !other.is_private && other.hash() == *hash;
        normalised.text.contains('@') && !keys.iter().any(known)
    }

    fn attempt(&self, roster: &Correlator) -> Option<Attempt<'_>> {
        let Self { tier, key, is_private, hits, .. } = self;
        let normalised = key.as_ref().map(|key| &key.normalised);
        let mut steps = normalised.map_or_else(Steps::default, |key| key.steps);
        steps.add_if(*is_private, Step::KeptForLast);
        Some(Attempt {
            tier: *tier,
            field: tier.field()?,
            raw: key.as_ref().map(|key| Cow::Borrowed(key.raw)),
            normalised: normalised.map(|key| Cow::Borrowed(key.text.as_ref())).filter(|key| !key.is_empty()),
            steps,
            hits: hits.iter().collect(),
            crowd: self.placeholder(roster).and_then(|index| Some(roster.crowd_at(index)?.1.people)),
        })
    }
}

#[cfg(test)]
mod tests;
