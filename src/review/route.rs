//! Whom to ask about each account: the manager of its owner, who answers for the source, and whoever stands in for them; nobody
//! about an account that could be their own.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::item::{Barred, Item};
use super::people::People;
use crate::config::{ReviewSettings, Via};
use crate::model::Employee;
use crate::roster::{Superior, managers_of};

/// Finds whom to ask.
#[derive(Debug)]
pub(super) struct Router<'r> {
    people: &'r People<'r>,
    settings: &'r ReviewSettings,
    /// Who answers for each source.
    owners: &'r BTreeMap<String, String>,
    managers: BTreeMap<String, Superior<'r>>,
    today: NaiveDate,
}

impl<'r> Router<'r> {
    /// For these accounts.
    pub(super) fn new(
        people: &'r People<'r>,
        settings: &'r ReviewSettings,
        owners: &'r BTreeMap<String, String>,
        items: &[Item],
    ) -> Self {
        let owned: BTreeSet<&str> = items.iter().filter_map(|item| item.facts.employee_id.as_deref()).collect();
        let managers = managers_of(people.roster(), owned, people.now());
        let managers = managers.into_iter().map(|(id, superior)| (id.to_owned(), superior)).collect();
        Self { people, settings, owners, managers, today: people.now().date_naive() }
    }

    /// The same account with whom to ask about it.
    pub(super) fn route(&self, item: Item) -> Item {
        let ways =
            if item.facts.privileged == Some(true) { &self.settings.privileged } else { &self.settings.reviewers };
        let mut barred = Vec::new();
        let found = ways.iter().map(|via| (via.as_str(), self.by_way(*via, &item)));
        let others = [("fallback", &self.settings.fallback), ("second", &self.settings.second)];
        let others = others.into_iter().filter_map(|(via, id)| {
            id.as_ref().map(|id| {
                (via, self.people.by_id(id).ok_or_else(|| Barred { who: id.clone(), why: UNKNOWN.to_owned() }))
            })
        });
        for (via, candidate) in found.chain(others) {
            match candidate.and_then(|who| self.stand_in(who)).and_then(|(who, by)| self.may(who, by, &item)) {
                Ok((who, by)) => {
                    let via = by.map_or_else(|| via.to_owned(), |by| format!("{via}, {by}"));
                    return Item { reviewer: Some(who.id().to_owned()), via, barred, ..item };
                }
                Err(why) => barred.push(why),
            }
        }
        Item { reviewer: None, via: "unassigned".to_owned(), barred, ..item }
    }

    fn by_way(&self, via: Via, item: &Item) -> Result<&'r Employee, Barred> {
        let nobody = |why: &str| Barred { who: via.as_str().to_owned(), why: why.to_owned() };
        match via {
            Via::Manager => {
                let owner = item.facts.employee_id.as_deref().ok_or_else(|| nobody("nobody owns the account"))?;
                let manager = self.managers.get(owner).copied();
                manager.unwrap_or(Err("the owner is not in the roster")).map_err(nobody)
            }
            Via::SourceOwner => {
                let owner =
                    self.owners.get(&item.facts.source).ok_or_else(|| nobody("nobody answers for the source"))?;
                self.people.by_id(owner).ok_or_else(|| Barred { who: owner.clone(), why: UNKNOWN.to_owned() })
            }
        }
    }

    /// Whoever stands in for somebody today.
    fn stand_in(&self, who: &'r Employee) -> Result<(&'r Employee, Option<String>), Barred> {
        let is_of = |from: &str| self.people.by_id(from).is_some_and(|person| std::ptr::eq(person, who));
        let delegate = self.settings.delegates.iter().find(|one| one.until >= self.today && is_of(&one.from));
        match delegate {
            None => Ok((who, None)),
            Some(one) => match self.people.by_id(&one.to) {
                Some(other) => Ok((other, Some(format!("for {}: {}", who.id(), one.reason)))),
                None => Err(Barred { who: one.to.clone(), why: UNKNOWN.to_owned() }),
            },
        }
    }

    fn may(
        &self,
        who: &'r Employee,
        by: Option<String>,
        item: &Item,
    ) -> Result<(&'r Employee, Option<String>), Barred> {
        match self.people.bar(who, &item.facts) {
            None => Ok((who, by)),
            Some(why) => Err(Barred { who: who.id().to_owned(), why }),
        }
    }
}

const UNKNOWN: &str = "is not in the roster";
