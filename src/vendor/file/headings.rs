//! Which column of a record tells which fact: those that the configuration names, and well-known names for the
//! facts that it doesn't.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::config::Mapping;
use crate::fetch::scan::{Members, RecordError, text};
use crate::model::{FactName, Json};

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

/// Names under which systems export what belongs into a slot, without case, spaces and punctuation.
fn well_known(slot: usize) -> &'static [&'static str] {
    const OF_ID: &[&str] = &["id", "userid", "accountid", "uid", "objectid", "guid"];
    slot.checked_sub(1).and_then(|fact| FactName::OF_RECORDS.get(fact)).map_or(OF_ID, |fact| fact.headings())
}

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
}

/// Finds the targets of a column.
#[derive(Debug, Clone, Default)]
pub(super) struct Headings {
    exact: HashMap<String, Vec<Target>>,
    well_known: HashMap<&'static str, Target>,
    /// What the configuration names, by slot.
    pub configured: [Option<String>; SLOTS],
    /// The keys of the first record as they are written, with their targets. Those after it mostly have the same ones in
    /// the same order.
    usual: OnceLock<Vec<(String, Vec<Target>)>>,
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
    /// So many members may be left out at a time.
    const FORWARD: usize = 4;

    /// Where the next member leads, and its value; `None` behind the last one. A stranger leads nowhere.
    pub(super) fn next(&mut self) -> Result<Option<(&'h [Target], Json<'r>)>, RecordError> {
        let targets = match self.pass_usual() {
            Some(targets) => targets,
            None => match self.members.key()? {
                Some(key) => self.headings.find(&text(key).ok_or(RecordError::NotAnObject)?),
                None => return Ok(None),
            },
        };
        Ok(Some((targets, self.members.value()?)))
    }

    /// Passes the next key if it is one of those expected here: comparing is less work than looking it up.
    fn pass_usual(&mut self) -> Option<&'h [Target]> {
        let at = self.usual.iter().take(Self::FORWARD).position(|(key, _)| self.members.pass(key))?;
        let (_, targets) = self.usual.get(at)?;
        self.usual = self.usual.get(at + 1..)?;
        Some(targets)
    }
}

impl Headings {
    /// As a file's configuration says, and by well-known names for the rest.
    pub(super) fn of_mapping(mapping: &Mapping) -> Self {
        let mut headings = Self::default();
        let facts = mapping.facts.iter().map(|(fact, name)| (slot(*fact), name));
        for (slot, name) in mapping.id.iter().map(|name| (ID, name)).chain(facts) {
            headings.add(slot, name);
            if let Some(configured) = headings.configured.get_mut(slot) {
                *configured = Some(name.clone());
            }
        }
        for slot in 0..SLOTS {
            if headings.configured.get(slot).is_some_and(Option::is_none) {
                let targets = well_known(slot).iter().enumerate().map(|(at, name)| (*name, target(slot, at)));
                headings.well_known.extend(targets);
            }
        }
        headings
    }

    /// Headcount's own names and nothing else.
    pub(super) fn own() -> Self {
        let mut headings = Self::default();
        own_names().for_each(|(slot, name)| headings.insert(slot, name, Vec::new()));
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
        self.exact.entry(column.to_owned()).or_default().push(Target { path, ..target(slot, 0) });
    }

    /// Begins a record. The first one tells what is usual.
    pub(super) fn walk<'r>(&self, record: Json<'r>) -> Result<Walk<'_, 'r>, RecordError> {
        let usual = self.usual.get_or_init(|| self.keys(record));
        Ok(Walk { headings: self, usual, members: Members::of(record)? })
    }

    /// The keys of a record as they are written, with their targets; as far as it can be read.
    fn keys(&self, record: Json<'_>) -> Vec<(String, Vec<Target>)> {
        let mut keys = Vec::new();
        let Ok(mut members) = Members::of(record) else { return keys };
        while let Ok(Some(key)) = members.key()
            && let Some(column) = text(key)
            && members.value().is_ok()
        {
            keys.push((key.get().to_owned(), self.find(&column).to_vec()));
        }
        keys
    }

    /// Where a column leads; nowhere, if it is a stranger.
    pub(super) fn find(&self, column: &str) -> &[Target] {
        const LONGEST: usize = 20;
        if let Some(targets) = self.exact.get(column) {
            return targets;
        }
        if self.well_known.is_empty() || column.len() > 2 * LONGEST {
            return &[];
        }
        let mut plain = [0; LONGEST];
        let mut length = 0;
        for byte in column.bytes().filter(u8::is_ascii_alphanumeric) {
            let Some(place) = plain.get_mut(length) else { return &[] };
            *place = byte.to_ascii_lowercase();
            length += 1;
        }
        let known = plain.get(..length).and_then(|plain| std::str::from_utf8(plain).ok());
        known.and_then(|name| self.well_known.get(name)).map_or(&[], std::slice::from_ref)
    }
}

const fn target(slot: usize, column: usize) -> Target {
    Target { slot, path: Vec::new(), column }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_follow_the_order_of_facts() {
        for (at, fact) in FactName::OF_RECORDS.into_iter().enumerate() {
            assert_eq!(slot(fact), at + 1, "{}", fact.as_str());
            assert_eq!(slot_name(slot(fact)), fact.as_str());
            assert_eq!(well_known(slot(fact)), fact.headings());
        }
        assert_eq!(slot_name(ID), "id");
    }

    #[test]
    fn no_well_known_name_means_two_facts() {
        let mut names: Vec<_> = (0..SLOTS).flat_map(|slot| well_known(slot).iter()).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
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
