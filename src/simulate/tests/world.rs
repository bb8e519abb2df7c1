//! The world is the same each time, has the size that was asked for, and means what its scenarios say.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, TimeDelta};

use super::super::world::DOORS;
use super::super::{Outcome, Vendor, World, WorldOptions};
use super::oracle::Roster;
use super::verdicts::{at_doors, findings, in_roster};
use super::{TODAY, world};

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

#[test]
fn situations_add_up_to_the_population() {
    for size in [50, 2400, 10_000] {
        let world = world(size);
        for source in world.expected().sources.into_iter().filter(|source| source.source != DOORS) {
            assert_eq!(
                source.matched + source.unmatched + source.ambiguous + source.conflict + source.declared,
                source.accounts
            );
            assert_eq!(source.by_tier.values().sum::<u64>(), source.matched);
            let vendor = Vendor::ALL.into_iter().find(|vendor| vendor.source_name() == source.source).unwrap();
            assert_eq!(source.accounts, u64::from(world.accounts(vendor)));
        }
    }
}

#[test]
fn correlation_finds_what_the_scenarios_say() {
    let world = world(6000);
    let roster = Roster::read(&world, TODAY);
    for vendor in Vendor::ALL {
        for account in accounts(&world, vendor) {
            let (outcome, owner) = roster.correlate(vendor, &account);
            assert_eq!(outcome, account.outcome, "{vendor}: {account:?}");
            assert!(owner.is_none() || owner == account.owner, "{vendor}: {account:?} isn't of {owner:?}");
        }
    }
}

#[test]
fn the_rules_find_what_the_scenarios_say() {
    // A run that crosses midnight counts the same.
    for (size, days) in [(300, 0), (2400, 0), (2400, -2), (2400, 2), (6000, 0)] {
        let world = world(size);
        let (roster, expected) = (Roster::read(&world, TODAY + TimeDelta::days(days)), world.expected());
        let at = |source: &str| -> BTreeMap<&str, u64> {
            let here = expected.findings.iter().filter(|findings| findings.source == source);
            here.map(|findings| (findings.rule.as_str(), findings.count)).collect()
        };
        for vendor in Vendor::ALL {
            let source = vendor.source_name();
            assert_eq!(at(source), findings(&world, &roster, vendor), "{source} of {size}, {days} days later");
        }
        let mut elsewhere = at("");
        elsewhere.retain(|rule, _| !rule.starts_with("waiver-"));
        assert_eq!(elsewhere, in_roster(&roster), "roster of {size}, {days} days later");
        assert_eq!(at(DOORS), at_doors(&world, &roster), "doors of {size}, {days} days later");
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
    let roster = Roster::read(&world, TODAY);
    assert_eq!(roster.rows.len(), world.employees() as usize);
    let defects = |rule| world.expected().count(rule, "");
    let ids: BTreeSet<&str> = roster.rows.iter().map(|row| &row[0]).collect();
    assert_eq!(roster.rows.len() - ids.len(), usize::try_from(defects("roster-duplicate-id")).unwrap());
    let hired: BTreeMap<&str, NaiveDate> = roster.rows.iter().map(|row| (&row[0], row[6].parse().unwrap())).collect();
    let active: BTreeSet<&str> = roster.rows.iter().filter(|row| &row[4] == "Active").map(|row| &row[0]).collect();
    let gone = roster.rows.iter().filter(|row| !active.contains(&row[8])).count();
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
