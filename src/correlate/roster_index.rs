//! The roster by every key of its people: where keys of accounts are looked up.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::index::{Crowd, Entry, Hash, KeyTable};
use crate::base::parallel;
use crate::config::MatchConfig;
use crate::key::{KeyKind, Normalised, Normaliser, fold, split};
use crate::model::{Employee, EmployeeIndex, Roster, Step, Tier};

/// The roster, indexed by every key. Built once and shared by all sources and threads.
#[derive(Debug)]
pub struct Correlator {
    pub(super) normaliser: Normaliser,
    /// Whether the local parts of addresses are login names.
    pub(super) local_parts: bool,
    pub(super) ids: KeyTable,
    pub(super) emails: KeyTable,
    pub(super) usernames: KeyTable,
    /// Values of the roster that stand for nothing, by kind: how many, and who has the first.
    pub(super) void: BTreeMap<KeyKind, (u64, EmployeeIndex)>,
}

/// A key that so many people share that it identifies nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PlaceholderIndex {
    pub(super) kind: KeyKind,
    pub(super) at: usize,
}

/// Keys of some employees.
struct Keys {
    ids: Vec<Entry>,
    emails: Vec<Entry>,
    usernames: Vec<Entry>,
    void: BTreeMap<KeyKind, (u64, EmployeeIndex)>,
}

impl Correlator {
    /// Indexes the roster. An employee's position in it must fit into 32 bits; later ones would not be found.
    pub fn new(roster: &Roster, config: &MatchConfig) -> Self {
        /// Fewer are not worth a thread.
        const FEW: usize = 4_096;
        let normaliser = Normaliser::new(config);
        let size = roster.employees.len().div_ceil(parallel::threads()).max(FEW);
        let parts: Vec<_> = (0..u32::MAX).step_by(size).zip(roster.employees.chunks(size)).collect();
        let keys = |(first, part): &(u32, &[Employee])| {
            let people = (*first..u32::MAX).map(EmployeeIndex).zip(*part);
            Keys::of(people, &normaliser, config.username_matches_local_part)
        };
        let mut all = Keys::with_room(roster.employees.len());
        for keys in parallel::map(&parts, keys) {
            all.ids.extend(keys.ids);
            all.emails.extend(keys.emails);
            all.usernames.extend(keys.usernames);
            for (kind, (count, first)) in keys.void {
                all.void.entry(kind).or_insert((0, first)).0 += count;
            }
        }
        let table = |keys| KeyTable::new(keys, config.crowd);
        let [ids, emails, usernames] = [all.ids, all.emails, all.usernames].map(table);
        let local_parts = config.username_matches_local_part;
        Self { normaliser, local_parts, ids, emails, usernames, void: all.void }
    }

    /// The employees with this id, in whatever case and spacing; more than one if the roster repeats it.
    pub fn by_id(&self, id: &str) -> Vec<EmployeeIndex> {
        Hash::of(&fold(id).text).map(|hash| self.ids.get(hash).into_vec()).unwrap_or_default()
    }

    /// The placeholder that a key of a tier is, if it is one.
    pub(super) fn placeholder(&self, tier: Tier, hash: Hash) -> Option<PlaceholderIndex> {
        let kind = match tier {
            Tier::Crosswalk => return None,
            Tier::ExternalId => KeyKind::Id,
            Tier::Email => KeyKind::Address,
            Tier::Username => KeyKind::Login,
        };
        self.table(tier)?.crowd(hash).map(|at| PlaceholderIndex { kind, at })
    }

    pub(super) fn crowd_at(&self, index: PlaceholderIndex) -> Option<(KeyKind, Crowd)> {
        let table = match index.kind {
            KeyKind::Id => &self.ids,
            KeyKind::Address => &self.emails,
            KeyKind::Login => &self.usernames,
        };
        Some((index.kind, *table.crowds().get(index.at)?))
    }

    pub(super) fn table(&self, tier: Tier) -> Option<&KeyTable> {
        match tier {
            Tier::Crosswalk => None,
            Tier::ExternalId => Some(&self.ids),
            Tier::Email => Some(&self.emails),
            Tier::Username => Some(&self.usernames),
        }
    }
}

impl Keys {
    /// For this many employees, who mostly have one key of each kind.
    fn with_room(employees: usize) -> Self {
        let [ids, emails, usernames] = [(); 3].map(|()| Vec::with_capacity(employees));
        Self { ids, emails, usernames, void: BTreeMap::new() }
    }

    /// Each kind sorted.
    fn of<'e>(
        employees: impl ExactSizeIterator<Item = (EmployeeIndex, &'e Employee)>,
        normaliser: &Normaliser,
        local_parts: bool,
    ) -> Self {
        let mut keys = Self::with_room(employees.len());
        for (index, employee) in employees {
            let void = keys_of(employee, normaliser, local_parts, |kind, key| {
                let of_kind = match kind {
                    KeyKind::Id => &mut keys.ids,
                    KeyKind::Address => &mut keys.emails,
                    KeyKind::Login => &mut keys.usernames,
                };
                of_kind.extend(Hash::of(key).map(|hash| Entry::new(hash, index)));
            });
            for kind in void {
                keys.void.entry(kind).or_insert((0, index)).0 += 1;
            }
        }
        for keys in [&mut keys.ids, &mut keys.emails, &mut keys.usernames] {
            keys.sort_unstable();
        }
        keys
    }
}

/// Shows every key of a person. Returns the kind of each value that stands for nothing.
pub(super) fn keys_of(
    employee: &Employee,
    normaliser: &Normaliser,
    local_parts: bool,
    mut see: impl FnMut(KeyKind, &str),
) -> Vec<KeyKind> {
    let mut void = Vec::new();
    let mut note = |kind, key: &Normalised<'_>| {
        if key.steps.contains(Step::StoodForNothing) {
            void.push(kind);
        }
    };
    see(KeyKind::Id, &normaliser.key(KeyKind::Id, employee.id()).text);
    for email in employee.emails() {
        let key = normaliser.key(KeyKind::Address, email);
        note(KeyKind::Address, &key);
        see(KeyKind::Address, &key.text);
        if let (true, Some((local, _))) = (local_parts, split(&key.text)) {
            see(KeyKind::Login, local);
        }
    }
    for username in employee.usernames() {
        let key = normaliser.key(KeyKind::Login, username);
        note(KeyKind::Login, &key);
        see(KeyKind::Login, &key.text);
    }
    void
}
