//! The world is the same each time, has the size that was asked for, and is one in which people could work.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::super::vendors::Tells;
use super::super::{Outcome, Vendor, World, WorldOptions};
use super::{TODAY, world};
use crate::model::FactName;

fn accounts(world: &World, vendor: Vendor) -> impl Iterator<Item = super::super::Account> {
    (0..world.accounts(vendor)).map(move |number| world.account(vendor, number).unwrap())
}

#[test]
fn the_same_options_make_the_same_world() {
    let options = WorldOptions { accounts: 600, seed: 1, today: TODAY };
    let print = |options| {
        let world = World::new(options);
        let (mut roster, mut crosswalk) = (Vec::new(), Vec::new());
        world.roster_csv(&mut roster).unwrap();
        world.crosswalk_csv(&mut crosswalk).unwrap();
        let accounts: Vec<_> = Vendor::ALL.into_iter().flat_map(|vendor| accounts(&world, vendor)).collect();
        format!("{roster:?} {crosswalk:?} {accounts:?} {:?}", world.expected())
    };
    assert_eq!(print(options), print(options));
    assert_ne!(print(options), print(WorldOptions { seed: 2, ..options }));
}

#[test]
fn a_world_of_any_size_has_that_many_accounts() {
    for size in [0, 1, 7, 100, 2400, 100_000, 1_000_000] {
        let world = world(size);
        let total: u32 = Vendor::ALL.iter().map(|vendor| world.accounts(*vendor)).sum();
        assert_eq!(total, size);
        let last = world.accounts(Vendor::Vonage).checked_sub(1);
        assert!(last.is_none_or(|last| world.account(Vendor::Vonage, last).is_some()));
        assert!(world.account(Vendor::Vonage, world.accounts(Vendor::Vonage)).is_none());
    }
}

/// The two are written apart, from the vendor's documents.
#[test]
fn a_simulator_tells_what_its_vendor_exposes() {
    let exposed = crate::vendor::exposed();
    for vendor in Vendor::ALL {
        let (_, exposed) = exposed.iter().find(|(kind, _)| *kind == vendor.kind()).unwrap();
        for (tells, fact) in [
            (Tells::State, FactName::Status),
            (Tells::Use, FactName::LastLoginAt),
            (Tells::Lock, FactName::Locked),
            (Tells::Change, FactName::UpdatedAt),
            (Tells::Licence, FactName::Licensed),
        ] {
            assert_eq!(vendor.spec().tells.contains(&tells), exposed.contains(&fact), "{vendor}: {tells:?}");
        }
    }
}

#[test]
fn a_rule_finds_something_wherever_the_vendor_can_tell() {
    let expected = world(2400).expected();
    for rule in ["orphaned", "inactive", "duplicate", "leaver-active"] {
        assert!(Vendor::ALL.iter().all(|vendor| expected.count(rule, vendor.source_name()) >= 2), "{rule}");
    }
    assert_eq!(expected.count("locked", "voiso"), 0);
    assert!(expected.count("locked", "voximplant") >= 2 && expected.count("stale-login", "cognigy") >= 2);
    assert!(expected.count("ambiguous-match", "cognigy") >= 2 && expected.count("identity-conflict", "voxmind") >= 2);
}

#[test]
fn every_tier_decides_somewhere() {
    let expected = world(2400).expected();
    let tiers: BTreeSet<_> = expected.sources.iter().flat_map(|source| source.by_tier.keys().cloned()).collect();
    assert_eq!(tiers, ["crosswalk", "email", "external_id", "username"].map(str::to_owned).into());
}

#[test]
fn people_have_unique_keys_a_manager_and_accounts_younger_than_their_employment() {
    let world = world(24_000);
    let mut roster = Vec::new();
    world.roster_csv(&mut roster).unwrap();
    let rows: Vec<_> = csv::Reader::from_reader(&*roster).records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), world.employees() as usize);
    let defects = |rule| world.expected().count(rule, "");
    let ids: BTreeSet<&str> = rows.iter().map(|row| &row[0]).collect();
    assert_eq!(rows.len() - ids.len(), usize::try_from(defects("roster-duplicate-id")).unwrap());
    let hired: BTreeMap<&str, NaiveDate> = rows.iter().map(|row| (&row[0], row[6].parse().unwrap())).collect();
    let active: BTreeSet<&str> = rows.iter().filter(|row| &row[4] == "Active").map(|row| &row[0]).collect();
    let gone = rows.iter().filter(|row| !active.contains(&row[8])).count();
    assert_eq!(gone as u64, defects("roster-no-manager"), "every other manager works here");
    let matched = accounts(&world, Vendor::Vonage).filter(|account| matches!(account.outcome, Outcome::Matched(_)));
    for account in matched {
        let owner = account.owner.unwrap();
        let hired = hired[owner.as_str()];
        let came_back = account.story.starts_with("came back");
        assert!(came_back || hired > TODAY || account.created_at.date_naive() > hired);
        assert!(account.last_login_at.is_none_or(|login| login > account.created_at));
        assert!(account.updated_at.date_naive() < TODAY && account.created_at.date_naive() < TODAY);
    }
}
