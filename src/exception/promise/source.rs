//! The promises about accounts of one source, held against all of its accounts: first each account is looked at, then it is settled
//! what that means.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;

use super::file::{Promise, PromiseFile, PromisedAction};
use super::kept::{PromiseMemory, PromiseState};
use crate::config::{MatchConfig, PlusAddressing};
use crate::key::{KeyKind, Normaliser};
use crate::model::{Account, Fact, Timestamp};

/// The promises about accounts of one source.
#[derive(Debug)]
pub struct SourcePromises<'p> {
    promises: Vec<(&'p PromiseFile, &'p Promise)>,
    by_id: HashMap<&'p str, Vec<usize>>,
    /// Accounts that are to go, by the names that another one could have after them.
    by_name: HashMap<String, Vec<usize>>,
    by_owner: HashMap<&'p str, Vec<usize>>,
    /// The first day on which an account can have come in the place of one that is to go.
    first_day: Option<NaiveDate>,
    normaliser: Normaliser,
    now: Timestamp,
}

/// What an account says of promises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// It is the account of one.
    Own {
        /// Which.
        at: usize,
        /// What would be so if it were due.
        state: PromiseState,
        /// The roles that are still to go.
        roles: Vec<String>,
        /// When it was deleted.
        done_on: Option<NaiveDate>,
    },
    /// It could be in the place of an account that is to go.
    Heir {
        /// Of which.
        at: Vec<usize>,
        /// Its identifier.
        id: String,
    },
}

/// What a rule may know of the promise about an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromisedThere {
    /// What became of it.
    pub state: PromiseState,
    /// The last day for it, at 00:00 UTC.
    pub due: Timestamp,
    /// The review.
    pub review: String,
    /// The roles that are still to go.
    pub roles: Vec<String>,
}

/// What became of the promises about accounts of a source.
#[derive(Debug, Default)]
pub struct Settled {
    /// By the identifiers of accounts that are there.
    pub by_account: HashMap<String, PromisedThere>,
    /// By the ids of promises: what became of it, and on which day, if the vendor tells that.
    pub states: BTreeMap<String, (PromiseState, Option<NaiveDate>)>,
}

impl Settled {
    fn tell(&mut self, id: String, there: PromisedThere) {
        let known = self.by_account.get(&id);
        if known.is_none_or(|known| there.state.rank() < known.state.rank()) {
            self.by_account.insert(id, there);
        }
    }
}

impl<'p> SourcePromises<'p> {
    pub(super) fn new(promises: impl Iterator<Item = (&'p PromiseFile, &'p Promise)>, now: Timestamp) -> Self {
        // A tag in an address never makes it another person's.
        let matching = MatchConfig { plus_addressing: PlusAddressing::Strip, ..MatchConfig::default() };
        let normaliser = Normaliser::new(&matching);
        let promises: Vec<_> = promises.collect();
        let (mut by_id, mut by_name, mut by_owner) = (HashMap::new(), HashMap::new(), HashMap::new());
        for (at, (_, promise)) in promises.iter().enumerate() {
            by_id.entry(promise.account_id.as_str()).or_insert_with(Vec::new).push(at);
            if promise.action != PromisedAction::Revoke {
                continue;
            }
            let then = &promise.then;
            for name in [&then.email, &then.username, &then.external_id].into_iter().flatten() {
                let name = name_of(&normaliser, name);
                if !name.is_empty() {
                    by_name.entry(name).or_insert_with(Vec::new).push(at);
                }
            }
            if let Some(owner) = &then.owner {
                by_owner.entry(owner.as_str()).or_insert_with(Vec::new).push(at);
            }
        }
        let revoked = promises.iter().filter(|(_, promise)| promise.action == PromisedAction::Revoke);
        let first_day = revoked.map(|(file, _)| file.as_of.date_naive()).min();
        Self { promises, by_id, by_name, by_owner, first_day, normaliser, now }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.promises.is_empty()
    }

    /// What an account says of them. `owner` tells whose it is, and is asked only of accounts that have come since.
    pub fn look_at(&self, account: &Account<'_>, owner: &dyn Fn() -> Option<&'p str>) -> Vec<Sight> {
        if let Some(all) = self.by_id.get(account.id.as_ref()) {
            let own = |at: &usize| Some(self.own(*at, self.promises.get(*at)?.1, account));
            return all.iter().filter_map(own).collect();
        }
        if !account.is_live(self.now) {
            return Vec::new();
        }
        let names = [&account.external_id, &account.email, &account.username].into_iter().filter_map(Fact::present);
        let named = names.filter_map(|name| self.by_name.get(&name_of(&self.normaliser, name))).flatten().copied();
        let mut at: Vec<usize> = named.filter(|at| self.may_be_heir(*at, account, true)).collect();
        if let Fact::Known(created) = account.created_at
            && self.first_day.is_some_and(|first| created.date_naive() >= first)
        {
            let owned = owner().and_then(|owner| self.by_owner.get(owner)).into_iter().flatten().copied();
            at.extend(owned.filter(|at| self.may_be_heir(*at, account, false)));
        }
        at.sort_unstable();
        at.dedup();
        if at.is_empty() { Vec::new() } else { vec![Sight::Heir { at, id: account.id.to_string() }] }
    }

    /// Whether an account has come since the one of a promise was looked at; where the vendor doesn't tell when it was made, its
    /// name decides.
    fn may_be_heir(&self, at: usize, account: &Account<'_>, by_name: bool) -> bool {
        let Some((file, promise)) = self.promises.get(at) else { return false };
        if promise.then.namesakes.iter().any(|id| *id == account.id) {
            return false;
        }
        match account.created_at {
            Fact::Known(created) => created.date_naive() >= file.as_of.date_naive(),
            Fact::NotExposed => by_name,
        }
    }

    fn own(&self, at: usize, promise: &Promise, account: &Account<'_>) -> Sight {
        let is_live = account.is_live(self.now);
        let mut left = Vec::new();
        let state = if is_live {
            match promise.action {
                PromisedAction::Revoke if account.status.is_known() || account.deleted_at.is_known() => {
                    PromiseState::Overdue
                }
                PromisedAction::Revoke => PromiseState::Unverifiable,
                PromisedAction::RemoveRoles => match &account.roles {
                    Fact::NotExposed => PromiseState::Unverifiable,
                    Fact::Known(roles) => {
                        left = promise
                            .roles
                            .iter()
                            .filter(|role| roles.iter().any(|other| *other == role.as_str()))
                            .cloned()
                            .collect();
                        if left.is_empty() { PromiseState::Done } else { PromiseState::Overdue }
                    }
                },
                PromisedAction::Change if is_changed(promise, account) => PromiseState::Changed,
                PromisedAction::Change => PromiseState::Overdue,
            }
        } else {
            PromiseState::Done
        };
        let deleted = account.deleted_at.present().filter(|at| **at <= self.now).map(Timestamp::date_naive);
        Sight::Own { at, state, roles: left, done_on: deleted }
    }

    /// What all sights together mean.
    pub fn settle(&self, sights: Vec<Sight>, is_whole: bool, memory: &PromiseMemory) -> Settled {
        let mut own: HashMap<usize, (PromiseState, Vec<String>, Option<NaiveDate>)> = HashMap::new();
        let mut heirs: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        for sight in sights {
            match sight {
                // A source may list an account twice: it is gone when all of it is.
                Sight::Own { at, state, .. }
                    if own.get(&at).is_some_and(|(known, ..)| known.rank() <= state.rank()) => {}
                Sight::Own { at, state, roles, done_on } => drop(own.insert(at, (state, roles, done_on))),
                Sight::Heir { at, id } => at.into_iter().for_each(|at| heirs.entry(at).or_default().push(id.clone())),
            }
        }
        let mut settled = Settled::default();
        for (at, (file, promise)) in self.promises.iter().enumerate() {
            let seen = own.remove(&at);
            let is_listed = seen.is_some();
            let (found, roles, done_on) = match seen {
                Some(seen) => seen,
                None if is_whole => (PromiseState::Done, Vec::new(), None),
                None => (PromiseState::Unverifiable, Vec::new(), None),
            };
            // What was off already when it was decided, was done then.
            let was_off =
                promise.action == PromisedAction::Revoke && promise.then.status.as_deref() == Some("inactive");
            let was_done = was_off || memory.was_done(&promise.id);
            // Roles that aren't told any more haven't come back.
            let is_untold = found == PromiseState::Unverifiable && promise.action != PromisedAction::Revoke;
            let state = match found {
                PromiseState::Overdue | PromiseState::Unverifiable if is_listed && was_done && !is_untold => {
                    PromiseState::Returned
                }
                PromiseState::Overdue | PromiseState::Unverifiable if is_listed && !self.is_past(promise.due) => {
                    PromiseState::Pending
                }
                PromiseState::Done if heirs.contains_key(&at) => PromiseState::Recreated,
                state => state,
            };
            let there =
                PromisedThere { state, due: midnight(promise.due, self.now), review: file.review.clone(), roles };
            if state == PromiseState::Recreated {
                let named = heirs.remove(&at).unwrap_or_default();
                for id in named {
                    settled.tell(id, there.clone());
                }
            } else if is_listed {
                settled.tell(promise.account_id.clone(), there);
            }
            settled.states.insert(promise.id.clone(), (state, done_on));
        }
        settled
    }

    fn is_past(&self, due: NaiveDate) -> bool {
        self.now.date_naive() > due
    }
}

fn name_of(normaliser: &Normaliser, name: &str) -> String {
    normaliser.key(KeyKind::Login, name).text.into_owned()
}

fn is_changed(promise: &Promise, account: &Account<'_>) -> bool {
    let then = &promise.then;
    let status = account.status.known().map(|status| status.as_str());
    let sorted = |roles: Vec<&str>| {
        let mut roles = roles;
        roles.sort_unstable();
        roles.join("\n")
    };
    let roles = account.roles.known().map(|roles| sorted(roles.iter().map(AsRef::as_ref).collect()));
    let before = then.roles.as_ref().map(|roles| sorted(roles.iter().map(String::as_str).collect()));
    status.is_some_and(|status| then.status.as_deref().is_some_and(|then| then != status))
        || roles.zip(before).is_some_and(|(now, then)| now != then)
}

fn midnight(day: NaiveDate, otherwise: Timestamp) -> Timestamp {
    day.and_hms_opt(0, 0, 0).map_or(otherwise, |time| time.and_utc())
}
