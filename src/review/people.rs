//! Who may decide about an account: somebody who works here, and never whoever could own it.

use std::collections::BTreeSet;

use super::item::Facts;
use crate::key::{Key, KeyKind, KeyMap, Normaliser};
use crate::model::{Employee, Roster, Timestamp};

/// Everybody in the roster.
#[derive(Debug)]
pub struct People<'r> {
    roster: &'r Roster,
    normaliser: Normaliser,
    by_id: KeyMap<usize>,
    now: Timestamp,
}

impl<'r> People<'r> {
    /// Of this roster, as of a moment.
    pub fn new(roster: &'r Roster, normaliser: Normaliser, now: Timestamp) -> Self {
        let mut by_id = KeyMap::default();
        for (at, employee) in roster.employees.iter().enumerate() {
            by_id.entry(Key::of(employee.id())).or_insert(at);
        }
        Self { roster, normaliser, by_id, now }
    }

    /// The roster.
    pub const fn roster(&self) -> &'r Roster {
        self.roster
    }

    /// The moment.
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// Somebody by their employee id.
    pub fn by_id(&self, id: &str) -> Option<&'r Employee> {
        self.by_id.get(&Key::of(id)).and_then(|at| self.roster.employees.get(*at))
    }

    /// Somebody by employee id, address or full name. What several people are called names nobody.
    pub fn named(&self, words: &str) -> Option<&'r Employee> {
        let words = words.trim();
        let inside = words.strip_suffix(')').and_then(|rest| rest.rsplit_once('(')).map(|(_, id)| id);
        if let Some(found) = self.by_id(words).or_else(|| inside.and_then(|id| self.by_id(id))) {
            return Some(found);
        }
        let wanted = Key::of(words);
        let is_called = |employee: &&'r Employee| {
            let mut all = employee.emails().iter().chain(employee.name());
            all.any(|name| Key::of(name) == wanted)
        };
        let mut found = self.roster.employees.iter().filter(is_called);
        found.next().filter(|_| found.next().is_none())
    }

    /// What somebody is called, with the employee id.
    pub fn called(&self, id: &str) -> String {
        match self.by_id(id).and_then(Employee::name) {
            Some(name) => format!("{name} ({id})"),
            None => id.to_owned(),
        }
    }

    /// Why somebody may not decide about an account; nothing, if they may.
    pub fn bar(&self, who: &Employee, account: &Facts) -> Option<String> {
        if who.has_left(self.now) {
            return Some("has left".to_owned());
        }
        let is_who = |id: &Option<String>| id.as_deref().is_some_and(|id| Key::of(id) == Key::of(who.id()));
        if is_who(&account.employee_id) {
            return Some("it is their own account".to_owned());
        }
        if is_who(&account.declared_owner) {
            return Some("they answer for this declared account themselves".to_owned());
        }
        let own = self.keys_of(who);
        let owners = [&account.employee_id, &account.declared_owner];
        let owners = owners.into_iter().flatten().filter_map(|id| self.by_id(id));
        let addresses = |person: &Employee| person.emails().iter().map(|email| self.address(email)).collect::<Vec<_>>();
        if owners.flat_map(addresses).any(|address| own.contains(&address)) {
            return Some("they have an address in common with its owner".to_owned());
        }
        let names = [&account.email, &account.username, &account.external_id];
        let is_own = names
            .into_iter()
            .flatten()
            .any(|name| own.contains(&self.login(name)) || own.contains(&self.address(name)));
        is_own.then(|| "it has their own address, login name or employee id".to_owned())
    }

    /// By what an account could be somebody's.
    fn keys_of(&self, who: &Employee) -> BTreeSet<String> {
        let addresses = who.emails().iter().map(|email| self.address(email));
        let logins = who.usernames().iter().chain([who.id()]).map(|name| self.login(name));
        addresses.chain(logins).filter(|key| !key.is_empty()).collect()
    }

    fn address(&self, text: &str) -> String {
        self.normaliser.key(KeyKind::Address, text).text.into_owned()
    }

    /// A name as it is compared with others.
    pub(super) fn login(&self, text: &str) -> String {
        self.normaliser.key(KeyKind::Login, text).text.into_owned()
    }
}
