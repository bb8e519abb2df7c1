//! Which accounts of a source have a name in common: whoever comes after one was taken away may have come in its place, but not
//! whoever was there beside it.

use std::collections::{BTreeSet, HashMap};

use super::item::Facts;
use super::people::People;

/// A name that more accounts have is nobody's.
const MOST: usize = 10;

/// The live accounts of an audit by source and name.
#[derive(Debug, Default)]
pub(super) struct Namesakes(HashMap<(String, String), Vec<String>>);

impl Namesakes {
    /// Adds an account, if it can be used.
    pub(super) fn add(&mut self, facts: &Facts, people: &People<'_>) {
        if facts.status.as_deref() == Some("inactive") || facts.deleted_at.is_some() {
            return;
        }
        for name in names(facts, people) {
            let ids = self.0.entry((facts.source.clone(), name)).or_default();
            if ids.len() <= MOST {
                ids.push(facts.account_id.clone());
            }
        }
    }

    /// The others that have a name of this one.
    pub(super) fn of(&self, facts: &Facts, people: &People<'_>) -> Vec<String> {
        let source = || facts.source.clone();
        let ids = names(facts, people).into_iter().filter_map(|name| self.0.get(&(source(), name)));
        let others: BTreeSet<&String> = ids.flatten().filter(|id| **id != facts.account_id).collect();
        others.into_iter().cloned().collect()
    }
}

/// By what another account could be in the place of one.
fn names(facts: &Facts, people: &People<'_>) -> BTreeSet<String> {
    let names = [&facts.email, &facts.username, &facts.external_id].into_iter().flatten();
    names.map(|name| people.login(name)).filter(|name| !name.is_empty()).collect()
}
