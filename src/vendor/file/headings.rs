//! Which column of a record tells which fact: those that the configuration names, and well-known names for the
//! facts that it doesn't.

use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

use super::mapping::Mapping;
use crate::fetch::scan::{Members, RecordError, text};
use crate::model::{FactName, Incoming, Json, Keys};
use crate::table::{fold, listed, lists, umlauts_written_out};

/// The identifier and the facts, as places in a row of slots.
pub(super) const SLOTS: usize = FactName::OF_RECORDS.len() + 1;

/// The slot of the identifier. Fact number `n` has slot `n + 1`.
pub(super) const ID: usize = 0;

/// The slot of a fact.
pub(super) const fn slot(fact: FactName) -> usize {
    fact as usize + 1
}

/// What a slot is called in the configuration.
pub(super) fn slot_name(slot: usize) -> &'static str {
    slot.checked_sub(1).and_then(|fact| FactName::OF_RECORDS.get(fact)).map_or("id", |fact| fact.as_str())
}

/// A well-known name of a slot.
struct Known {
    slot: usize,
    rank: u8,
    is_opposite: bool,
}

/// The names under which systems export what belongs into slots, folded.
static KNOWN: LazyLock<HashMap<String, Known>> = LazyLock::new(|| {
    let mut known = HashMap::new();
    for word in listed(lists::ACCOUNTS) {
        let (is_opposite, name) = word.name.strip_prefix("not ").map_or((false, word.name), |name| (true, name));
        let Some(slot) = (0..SLOTS).find(|slot| slot_name(*slot) == name) else { continue };
        for name in [fold(word.text), fold(&umlauts_written_out(word.text))] {
            known.entry(name).or_insert(Known { slot, rank: word.rank, is_opposite });
        }
    }
    known
});

/// What Active Directory calls the bits of an account's state.
const BITS: &str = "useraccountcontrol";

/// Headcount's own names, in the order of the slots: what a program of the user's own prints.
pub(super) fn own_names() -> impl Iterator<Item = (usize, &'static str)> {
    (0..SLOTS).map(|slot| (slot, slot_name(slot)))
}

/// Where a column leads.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub slot: usize,
    /// What is left of a dotted path inside the column's value.
    pub path: Vec<String>,
    /// Told apart from other columns that lead to the same slot.
    pub column: usize,
    /// Of several columns, those of the lowest rank count.
    pub rank: u8,
    /// Its yes is the slot's no.
    pub is_opposite: bool,
    /// It holds the bits of Active Directory.
    pub is_bits: bool,
}

/// Finds the targets of a column.
#[derive(Debug, Clone, Default)]
pub(super) struct Headings {
    exact: HashMap<String, Vec<Target>>,
    /// By their folded names.
    well_known: HashMap<&'static str, Target>,
    /// What the configuration names, by slot.
    pub configured: [Option<String>; SLOTS],
    /// What the first record has. Those after it mostly have the same keys in the same order.
    usual: OnceLock<Usual>,
}

/// The keys of a record as they are written, each with its colon, with their targets.
#[derive(Debug, Clone)]
struct Usual {
    keys: Keys,
    members: Vec<(String, Vec<Target>)>,
}

/// The members of a record, one after the other, with where they lead.
#[derive(Debug)]
pub(super) struct Walk<'h, 'r> {
    headings: &'h Headings,
    /// What is usual from here on.
    usual: &'h [(String, Vec<Target>)],
    members: Members<'r>,
}

impl<'h, 'r> Walk<'h, 'r> {
    /// How many members may be left out at a time.
    const FORWARD: usize = 4;

    /// Where the next member leads, and its value; `None` behind the last one. A stranger leads nowhere.
    pub(super) fn next(&mut self) -> Result<Option<(&'h [Target], Json<'r>)>, RecordError> {
        if let Some(member) = self.usual() {
            return Ok(Some(member));
        }
        let Some(key) = self.members.key()? else { return Ok(None) };
        let targets = self.headings.find(&text(key).ok_or(RecordError::NotAnObject)?);
        Ok(Some((targets, self.members.value()?)))
    }

    /// The next member, if its key is one of those expected here: comparing is less work than looking it up.
    fn usual(&mut self) -> Option<(&'h [Target], Json<'r>)> {
        let usual = self.usual;
        let mut expected = usual.iter().take(Self::FORWARD).enumerate();
        let (at, targets, value) =
            expected.find_map(|(at, (key, targets))| Some((at, targets, self.members.value_of(key)?)))?;
        self.usual = usual.get(at + 1..)?;
        Some((targets, value))
    }
}

impl Headings {
    /// As the configuration says, and by well-known names for the rest, or by headcount's own.
    pub(super) fn of_mapping(mapping: &Mapping) -> Self {
        let mut headings = Self::default();
        let facts = mapping.facts.iter().map(|(fact, name)| (slot(*fact), name));
        for (slot, name) in mapping.id.iter().map(|name| (ID, name)).chain(facts) {
            headings.add(slot, name);
            if let Some(configured) = headings.configured.get_mut(slot) {
                *configured = Some(name.clone());
            }
        }
        let is_free = |headings: &Self, slot: usize| headings.configured.get(slot).is_some_and(Option::is_none);
        if mapping.is_own {
            for (slot, name) in own_names().filter(|(slot, _)| is_free(&headings, *slot)).collect::<Vec<_>>() {
                headings.insert(slot, name, Vec::new());
            }
            return headings;
        }
        for (at, (name, known)) in KNOWN.iter().enumerate() {
            if is_free(&headings, known.slot) {
                let Known { slot, rank, is_opposite } = *known;
                let target = Target { rank, is_opposite, is_bits: name == BITS, ..target(slot, at) };
                headings.well_known.insert(name, target);
            }
        }
        headings
    }

    /// A name is a column of its own, or a dotted path into one; which of them, the record decides.
    fn add(&mut self, slot: usize, name: &str) {
        self.insert(slot, name, Vec::new());
        let mut path = name.split('.').map(str::to_owned);
        if let Some(first) = path.next().filter(|first| first != name) {
            self.insert(slot, &first, path.collect());
        }
    }

    fn insert(&mut self, slot: usize, column: &str, path: Vec<String>) {
        let name = fold(path.last().map_or(column, String::as_str));
        let is_opposite = KNOWN.get(&name).is_some_and(|known| known.slot == slot && known.is_opposite);
        let target = Target { path, is_opposite, is_bits: name == BITS, ..target(slot, 0) };
        self.exact.entry(column.to_owned()).or_default().push(target);
    }

    /// Begins a record. The first one tells what is usual.
    pub(super) fn walk<'r>(&self, record: Json<'r>) -> Result<Walk<'_, 'r>, RecordError> {
        let Usual { members: usual, .. } = self.usual(record);
        Ok(Walk { headings: self, usual, members: Members::of(record)? })
    }

    /// The members of a record whose values are known, if it is like the first one.
    pub(super) fn members<'r>(&self, record: Incoming<'r>) -> Option<impl Iterator<Item = (&[Target], Json<'r>)>> {
        let Usual { keys, members } = self.usual(record.json);
        let targets = members.iter().map(|(_, targets)| targets.as_slice());
        Some(targets.zip(record.values_of(keys)?))
    }

    fn usual(&self, first: Json<'_>) -> &Usual {
        self.usual.get_or_init(|| {
            let members = self.keys(first);
            Usual { keys: members.iter().map(|(key, _)| key.as_str()).collect(), members }
        })
    }

    /// The keys of a record, as far as it can be read.
    fn keys(&self, record: Json<'_>) -> Vec<(String, Vec<Target>)> {
        let mut keys = Vec::new();
        let Ok(mut members) = Members::of(record) else { return keys };
        while let Ok(Some(key)) = members.key()
            && let Some(column) = text(key)
            && members.value().is_ok()
        {
            keys.push((format!("{}:", key.get()), self.find(&column).to_vec()));
        }
        keys
    }

    /// Where a column leads; nowhere, if it is a stranger.
    pub(super) fn find(&self, column: &str) -> &[Target] {
        const LONGEST: usize = 80;
        if let Some(targets) = self.exact.get(column) {
            return targets;
        }
        if self.well_known.is_empty() || column.len() > LONGEST {
            return &[];
        }
        // `User name [userPrincipalName] Required`, as Entra writes it.
        let inside = column.split_once('[').and_then(|(_, rest)| Some(rest.split_once(']')?.0));
        let known = self.known(column).or_else(|| self.known(inside?));
        known.map_or(&[], std::slice::from_ref)
    }

    fn known(&self, name: &str) -> Option<&Target> {
        const SHORT: usize = 32;
        if !name.is_ascii() || name.len() > SHORT {
            return self.well_known.get(fold(name).as_str());
        }
        let mut plain = [0; SHORT];
        let mut length = 0;
        for (place, byte) in plain.iter_mut().zip(name.bytes().filter(u8::is_ascii_alphanumeric)) {
            *place = byte.to_ascii_lowercase();
            length += 1;
        }
        let plain = plain.get(..length).and_then(|plain| std::str::from_utf8(plain).ok())?;
        self.well_known.get(plain)
    }

    /// The columns of the record that was read first.
    pub(super) fn first_record(&self) -> Vec<String> {
        let usual = self.usual.get().into_iter().flat_map(|usual| &usual.members);
        let keys = usual.filter_map(|(key, _)| key.strip_suffix(':'));
        keys.filter_map(|key| serde_json::from_str(key).ok()).collect()
    }
}

const fn target(slot: usize, column: usize) -> Target {
    Target { slot, path: Vec::new(), column, rank: 0, is_opposite: false, is_bits: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_follow_the_order_of_facts() {
        for (at, fact) in FactName::OF_RECORDS.into_iter().enumerate() {
            assert_eq!(slot(fact), at + 1, "{}", fact.as_str());
            assert_eq!(slot_name(slot(fact)), fact.as_str());
        }
        assert_eq!(slot_name(ID), "id");
    }

    #[test]
    fn every_list_of_headings_is_one_of_a_fact_and_no_name_means_two() {
        let mut meant: HashMap<String, &str> = HashMap::new();
        for word in listed(lists::ACCOUNTS) {
            let name = word.name.trim_start_matches("not ");
            assert!((0..SLOTS).any(|slot| slot_name(slot) == name), "{name}");
            assert_eq!(*meant.entry(fold(word.text)).or_insert(name), name, "{}", word.text);
        }
    }

    #[test]
    fn a_record_of_another_shape_is_read_as_well() {
        let headings = Headings::of_mapping(&Mapping::default());
        for keys in [
            r"id x email name y z role",
            r"id name role",
            r"role ID email z id",
            r"new email",
            r"\u0069d emai emaill name",
            r"email email name email",
        ] {
            let members: Vec<_> = keys.split(' ').zip(0..).map(|(key, at)| format!(" \"{key}\" :{at}")).collect();
            let record = format!("{{{}}}", members.join(" ,"));
            let mut walk = headings.walk(Json::kept(&record)).expect("an object");
            for (key, at) in keys.split(' ').zip(0..) {
                let (targets, value) = walk.next().expect("readable").expect("a member");
                let slots = |targets: &[Target]| targets.iter().map(|target| target.slot).collect::<Vec<_>>();
                assert_eq!(slots(targets), slots(headings.find(&key.replace(r"\u0069", "i"))), "{key}");
                assert_eq!(value.get(), at.to_string());
            }
            assert_eq!(walk.next().map(|member| member.is_none()), Ok(true));
        }
    }

    #[test]
    fn a_configured_fact_has_no_other_names() {
        let facts = vec![(FactName::Email, "profile.mail".to_owned())];
        let headings = Headings::of_mapping(&Mapping { facts, ..Mapping::default() });
        assert!(headings.find("E-Mail").is_empty());
        assert_eq!(headings.find("profile.mail").len(), 1);
        assert_eq!(headings.find("profile")[0].path, ["mail"]);
        for name in ["Last Login", "last_login", "lastLogin", "LAST-LOGIN"] {
            assert_eq!(headings.find(name)[0].slot, slot(FactName::LastLoginAt), "{name}");
        }
    }
}
