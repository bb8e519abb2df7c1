//! A plain re-telling of correlation, over what the vendors show and the files say. It shares nothing with the
//! scenarios, so that they can be held against it; `verdicts` re-tells the rules.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use unicode_normalization::UnicodeNormalization as _;

use super::super::{Account, Outcome, Vendor, World};
use crate::model::Tier;

/// The roster and the crosswalk by key.
pub(super) struct Roster {
    keys: BTreeMap<(Tier, String), BTreeSet<String>>,
    pub(super) people: BTreeMap<String, Person>,
    /// What is declared, by source and key.
    declared: BTreeMap<(String, String), Declared>,
    pub(super) today: NaiveDate,
    pub(super) rows: Vec<csv::StringRecord>,
}

/// What is said of a declared account.
#[derive(Clone)]
pub(super) struct Declared {
    pub(super) owner: Option<String>,
    pub(super) reviewed: NaiveDate,
}

fn declarations(world: &World) -> BTreeMap<(String, String), Declared> {
    let mut bytes = Vec::new();
    world.declared_toml(&Vendor::ALL, &mut bytes).unwrap();
    let file: toml::Table = toml::from_str(std::str::from_utf8(&bytes).unwrap()).unwrap();
    let all = file.get("account").and_then(|list| list.as_array()).cloned().unwrap_or_default();
    let text = |one: &toml::Value, key: &str| one.get(key).map(|value| value.as_str().unwrap().to_owned());
    let read = |one: &toml::Value| {
        let key = text(one, "email").or(text(one, "username")).unwrap();
        let reviewed = one["review_date"].as_datetime().unwrap().to_string().parse().unwrap();
        ((text(one, "source").unwrap(), key), Declared { owner: text(one, "owner"), reviewed })
    };
    all.iter().map(read).collect()
}

/// What the roster says of an employment.
#[derive(Clone)]
pub(super) struct Person {
    pub(super) name: String,
    pub(super) status: String,
    pub(super) contractor: bool,
    pub(super) hired: NaiveDate,
    pub(super) end: Option<NaiveDate>,
}

impl Person {
    /// The last day is a working day.
    pub(super) fn has_left(&self, today: NaiveDate) -> bool {
        self.end.map_or(self.status == "Terminated", |end| end < today)
    }
}

fn normalised(key: &str) -> String {
    let key = key.trim().nfkc().collect::<String>().to_lowercase();
    let Some((mailbox, domain)) = key.split_once('@') else { return key };
    let mailbox = mailbox.split('+').next().unwrap();
    format!("{mailbox}@{}", if domain == "old.example" { "example.com" } else { domain })
}

impl Roster {
    /// Reads the files as of a day.
    pub(super) fn read(world: &World, today: NaiveDate) -> Self {
        let mut bytes = Vec::new();
        world.roster_csv(&mut bytes).unwrap();
        let rows: Vec<_> = csv::Reader::from_reader(&*bytes).records().map(Result::unwrap).collect();
        let mut roster = Self {
            keys: BTreeMap::new(),
            people: BTreeMap::new(),
            declared: declarations(world),
            today,
            rows: Vec::new(),
        };
        for row in &rows {
            for (tier, column) in [(Tier::ExternalId, 0), (Tier::Email, 2), (Tier::Username, 3)] {
                roster.add(tier, &row[column], &row[0]);
            }
            let person = Person {
                name: row[1].to_owned(),
                status: row[4].to_owned(),
                contractor: &row[5] == "Contractor",
                hired: row[6].parse().unwrap(),
                end: row[7].parse().ok(),
            };
            roster.people.insert(row[0].to_owned(), person);
        }
        let mut bytes = Vec::new();
        world.crosswalk_csv(&mut bytes).unwrap();
        for row in csv::Reader::from_reader(&*bytes).records().map(Result::unwrap) {
            assert_eq!(&row[0], "external_id");
            roster.add(Tier::Crosswalk, &row[1], &row[2]);
        }
        Self { rows, ..roster }
    }

    fn add(&mut self, tier: Tier, key: &str, employee: &str) {
        self.keys.entry((tier, normalised(key))).or_default().insert(employee.to_owned());
    }

    /// What the tiers find, in their order.
    fn hits(&self, vendor: Vendor, account: &Account) -> Vec<(Tier, &BTreeSet<String>)> {
        let keys = &account.keys;
        let crosswalk = keys.external_id.clone().filter(|_| vendor == Vendor::Voxmind);
        let external_id = keys.external_id.as_ref().map(|id| match (vendor, id.strip_prefix("user_")) {
            (Vendor::Voxmind, Some(number)) => format!("E-{number}"),
            _ => id.clone(),
        });
        let values = [
            (Tier::Crosswalk, crosswalk),
            (Tier::ExternalId, external_id),
            (Tier::Email, keys.email.clone()),
            (Tier::Username, keys.username.clone()),
        ];
        let hit = |(tier, value): (Tier, Option<String>)| Some((tier, self.keys.get(&(tier, normalised(&value?)))?));
        values.into_iter().filter_map(hit).collect()
    }

    /// What is declared of an account.
    pub(super) fn declared(&self, vendor: Vendor, account: &Account) -> Option<&Declared> {
        let mut keys = [&account.keys.email, &account.keys.username].into_iter().flatten();
        let source = vendor.source_name().to_owned();
        keys.find_map(|key| self.declared.get(&(source.clone(), key.clone())))
    }

    /// The outcome, and the owner if there is one.
    pub(super) fn correlate(&self, vendor: Vendor, account: &Account) -> (Outcome, Option<String>) {
        let hits = self.hits(vendor, account);
        let Some((tier, deciding)) = hits.first() else {
            let declared = self.declared(vendor, account).is_some();
            return (if declared { Outcome::Declared } else { Outcome::Unmatched }, None);
        };
        if deciding.len() > 1 {
            return (Outcome::Ambiguous, None);
        }
        let owner = deciding.first().unwrap();
        if hits.iter().any(|(_, found)| !found.contains(owner)) {
            return (Outcome::Conflict, None);
        }
        (Outcome::Matched(*tier), Some(owner.clone()))
    }
}
