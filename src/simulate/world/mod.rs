//! The simulated organisation: its people, their accounts at the vendors and in one export, and what an audit must find. Pure and
//! seeded; every account and every row is made when it is asked for, so that a million cost no memory.

mod chance;
mod changes;
mod declared;
mod doors;
mod expected;
mod keys;
mod layout;
mod moments;
mod names;
mod person;
mod roster;
mod scenario;
mod stories;

use chrono::{NaiveDate, TimeDelta};

use self::chance::{Seed, Topic};
use self::keys::{Owners, keys, outcome};
use self::layout::Layout;
use self::moments::Moments;
use self::person::{Employment, Identity};
use self::scenario::Link;
use super::account::{Account, Outcome};
use super::vendors::Vendor;

pub use changes::{ExpectedAccounts, ExpectedChanges, ExpectedPeople, ExpectedStates};
pub(super) use expected::has_doors;
pub use expected::{Expected, ExpectedFindings, ExpectedSource};
pub(super) use layout::DOORS;
pub(super) use person::{DOMAIN, FORMER_DOMAIN};

/// What a world is made from; the same options make the same world.
#[derive(Debug, Clone, Copy)]
pub struct WorldOptions {
    /// Accounts at all vendors together.
    pub accounts: u32,
    /// Seed of everything that is left to chance.
    pub seed: u64,
    /// The day on which everything is relative to; its midnight in UTC.
    pub today: NaiveDate,
}

/// So far are the quarters of the organisation from each other.
pub const QUARTER_DAYS: i64 = 91;

/// The name on accounts whose key was given to somebody else. It is like no other name of this organisation.
const FORMER_OWNER: &str = "Quirin Xaverl";

/// The organisation.
#[derive(Debug)]
pub struct World {
    options: WorldOptions,
    seed: Seed,
    layout: Layout,
}

impl World {
    /// Plans the world. Cheap at any size.
    pub fn new(options: WorldOptions) -> Self {
        Self::with_defects_of(options, options.accounts)
    }

    /// A world with as many defects as one of `accounts` has: a large and almost healthy population.
    pub fn with_defects_of(options: WorldOptions, accounts: u32) -> Self {
        let seed = Seed(options.seed);
        Self { options, seed, layout: Layout::new(options.accounts, accounts, seed) }
    }

    /// The same organisation in a later quarter: the first is 1. Today stays what the options say, and is so much later then: the
    /// options of the next quarter have a day that is [`QUARTER_DAYS`] later.
    #[must_use]
    pub fn in_quarter(mut self, quarter: u32) -> Self {
        self.layout.quarter = quarter.max(1);
        self
    }

    /// How many days have passed since the first quarter.
    fn age(&self) -> i64 {
        QUARTER_DAYS * i64::from(self.layout.quarter - 1)
    }

    /// What it was made from.
    pub const fn options(&self) -> WorldOptions {
        self.options
    }

    /// Rows of the roster.
    pub const fn employees(&self) -> u32 {
        self.layout.people
    }

    /// Distinct accounts at a vendor.
    pub const fn accounts(&self, vendor: Vendor) -> u32 {
        self.layout.accounts(vendor)
    }

    /// The account at position `number` of a vendor's list, from 0.
    pub fn account(&self, vendor: Vendor, number: u32) -> Option<Account> {
        let place = self.layout.place(vendor, number)?;
        let (link, mut dice) = (place.shape.link, self.key_dice(vendor, number));
        let owner = self.identity(place.owner);
        let other = self.identity(place.owner + place.scenario.rows.saturating_sub(1));
        let outcome = outcome(vendor, link, &mut dice);
        let dice_of_account = || self.seed.dice(Topic::Account, vendor as u64, number);
        let draw = |shape, life, chance: &mut fastrand::Rng| {
            let employment = Employment::new(self.seed, place.owner, life).aged(self.age(), life);
            Moments::draw(shape, life, &employment, self.options.today, chance)
        };
        // When it was made stays, whatever becomes of it.
        let mut chance = dice_of_account();
        let first = draw(place.first_shape, place.scenario.life, &mut chance);
        let moments = draw(place.shape, self.layout.life(place.owner), &mut dice_of_account());
        let recreated = TimeDelta::days(i64::from(place.turn.is_some_and(|turn| turn.recreated)));
        let renewed = if place.scenario.life.passes() { self.layout.quarter - 1 } else { 0 };
        Some(Account {
            number,
            serial: number + renewed * self.accounts(vendor),
            keys: keys(vendor, link, outcome, &Owners { owner: &owner, other: &other }, &mut dice),
            owner: (place.scenario.rows > 0).then(|| owner.employee_id()),
            name: match link {
                Link::Recycled => FORMER_OWNER.to_owned(),
                Link::Generic | Link::Declared => "Help desk".to_owned(),
                _ => owner.name,
            },
            enabled: place.shape.enabled,
            locked: place.shape.locked,
            admin: place.shape.admin,
            paid: place.shape.enabled || place.shape.paid,
            created_at: first.created + recreated,
            updated_at: moments.updated,
            last_login_at: moments.last_login,
            trivia: chance.u64(..),
            story: place.scenario.name,
            outcome,
        })
    }

    /// The employee ids of those who may be administrators.
    pub fn approved(&self) -> Vec<String> {
        let cohorts = self.layout.cohorts.iter().filter(|cohort| cohort.scenario.is_approved());
        cohorts.flat_map(|cohort| cohort.people.clone()).map(|person| self.identity(person).employee_id()).collect()
    }

    /// Bits for a vendor's identifier of an account.
    pub(super) const fn identifier(&self, vendor: Vendor, number: u32) -> u64 {
        self.seed.bits(Topic::Identifier, vendor as u64, number as u64)
    }

    /// What correlation must make of an account; the same as in [`World::account`], without making it.
    fn outcome(&self, vendor: Vendor, number: u32) -> Option<Outcome> {
        let link = self.layout.place(vendor, number)?.shape.link;
        Some(outcome(vendor, link, &mut self.key_dice(vendor, number)))
    }

    fn key_dice(&self, vendor: Vendor, number: u32) -> fastrand::Rng {
        self.seed.dice(Topic::Key, vendor as u64, number)
    }

    fn identity(&self, person: u32) -> Identity {
        let number = self.layout.employee_number(person);
        // Others are new now.
        let renewed = if self.layout.life(person).passes() { self.layout.quarter - 1 } else { 0 };
        Identity::new(self.seed, number + renewed * self.layout.everybody())
    }
}
