//! Who has which place: every vendor's slots and the roster's people are dealt out to the scenarios in ranges, and
//! permutations scatter the ranges over pages and rows. Nothing is stored per account or person.

use std::ops::Range;

use super::super::vendors::{PerVendor, Vendor};
use super::chance::{Permutation, Seed, Topic};
use super::scenario::{Life, Scenario, Shape, Turn};
use super::stories::{REGULAR, SCENARIOS};

/// The name of the source that isn't a vendor, in the kit's configuration.
pub(in crate::simulate) const DOORS: &str = "doors";

/// The people and accounts of one scenario.
#[derive(Debug)]
pub(super) struct Cohort {
    pub(super) scenario: &'static Scenario,
    /// How many times the story is told.
    pub(super) members: u32,
    /// Its people; those of a scenario without rows are numbered after everybody in the roster.
    pub(super) people: Range<u32>,
    slots: PerVendor<Range<u32>>,
}

/// What a slot is for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// The account's part in the story.
    pub(super) shape: Shape,
    /// The same in the first quarter.
    pub(super) first_shape: Shape,
    /// The scenario.
    pub(super) scenario: &'static Scenario,
    /// What has become of it since.
    pub(super) turn: Option<&'static Turn>,
    /// The first person of the telling.
    pub(super) owner: u32,
}

/// The plan of the whole world.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) cohorts: Vec<Cohort>,
    /// Rows of the roster.
    pub(super) people: u32,
    /// Which quarter it is, from 1.
    pub(super) quarter: u32,
    accounts: PerVendor<u32>,
    scatter: PerVendor<Permutation>,
    staff: PerVendor<Permutation>,
    employees: Permutation,
}

impl Layout {
    /// `defects_of` is the size of the population whose number of defects this one gets, as a rule its own.
    pub(super) fn new(accounts: u32, defects_of: u32, seed: Seed) -> Self {
        let accounts = PerVendor::new(|vendor| share(accounts, vendor));
        let cohorts = deal(&accounts, defects_of);
        let in_roster = |cohort: &&Cohort| cohort.scenario.rows > 0;
        let people = cohorts.iter().filter(in_roster).map(|cohort| cohort.people.end).max().unwrap_or(0);
        let staff = cohorts.last().map_or(0, |regular| regular.members);
        let permutation = |size, topic, vendor| Permutation::new(size, seed.bits(topic, vendor as u64, 0));
        Self {
            scatter: PerVendor::new(|vendor| permutation(*accounts.of(vendor), Topic::Slots, vendor)),
            staff: PerVendor::new(|vendor| permutation(staff, Topic::Staff, vendor)),
            employees: Permutation::new(people, seed.bits(Topic::People, 0, 0)),
            cohorts,
            people,
            quarter: 1,
            accounts,
        }
    }

    pub(super) const fn accounts(&self, vendor: Vendor) -> u32 {
        *self.accounts.of(vendor)
    }

    /// What the account at this position of the vendor's list is for.
    pub(super) fn place(&self, vendor: Vendor, position: u32) -> Option<Place> {
        let slot = self.scatter.of(vendor).forward(position);
        let cohort = self.cohorts.iter().find(|cohort| cohort.slots.of(vendor).contains(&slot))?;
        let index = slot - cohort.slots.of(vendor).start;
        let scenario = cohort.scenario;
        let shapes = u32::try_from(scenario.accounts.len()).ok()?;
        let member = index.checked_div(shapes)?;
        let turn = self.turn(cohort, member);
        // Not every regular employee has an account everywhere: each vendor draws its own.
        let member = if self.is_regular(cohort) { self.staff.of(vendor).forward(member) } else { member };
        let first_shape = *scenario.accounts.get((index % shapes) as usize)?;
        let shape = turn.and_then(|turn| turn.shape).unwrap_or(first_shape);
        let owner = cohort.people.start + member * scenario.rows.max(1);
        Some(Place { shape, first_shape, scenario, turn, owner })
    }

    /// What has become of a story in this quarter.
    pub(super) fn turn(&self, cohort: &Cohort, member: u32) -> Option<&'static Turn> {
        cohort.scenario.turn.as_ref().filter(|turn| member == 0 && turn.quarters.contains(&self.quarter))
    }

    /// The life of a person in this quarter.
    pub(super) fn life(&self, person: u32) -> Life {
        let Some((cohort, _)) = self.story(person) else { return Life::Settled };
        let member = (person - cohort.people.start) / cohort.scenario.rows.max(1);
        self.turn(cohort, member).and_then(|turn| turn.life).unwrap_or(cohort.scenario.life)
    }

    /// Everybody in the stories, also those who are in no roster.
    pub(super) fn everybody(&self) -> u32 {
        self.cohorts.iter().map(|cohort| cohort.people.end).max().unwrap_or_default()
    }

    /// Which regular employee somebody is, from 0.
    pub(super) fn regular(&self, person: u32) -> Option<u32> {
        let regular = self.cohorts.last().filter(|regular| regular.people.contains(&person))?;
        Some(person - regular.people.start)
    }

    /// How many accounts of a vendor belong to a cohort.
    pub(super) fn slots(cohort: &Cohort, vendor: Vendor) -> u32 {
        let slots = cohort.slots.of(vendor);
        slots.end - slots.start
    }

    /// The story of a person, and which of its people they are.
    pub(super) fn story(&self, person: u32) -> Option<(&Cohort, u32)> {
        let cohort = self.cohorts.iter().find(|cohort| cohort.people.contains(&person))?;
        Some((cohort, (person - cohort.people.start) % cohort.scenario.rows.max(1)))
    }

    /// The manager: settled employees form a tree, and everybody else hangs below it. The head of the
    /// organisation manages themself, as HR systems tend to say it.
    pub(super) fn manager(&self, person: u32, chance: u64) -> Option<u32> {
        let regular = self.cohorts.last().filter(|regular| !regular.people.is_empty())?;
        let managers = u64::from(regular.members / 8 + 1);
        let member = match person.checked_sub(regular.people.start) {
            Some(member) => member / 8,
            None => u32::try_from(chance % managers).ok()?,
        };
        Some(regular.people.start + member)
    }

    /// The number that a person's identity derives from; scattered, so that defects don't sit together in the roster.
    pub(super) fn employee_number(&self, person: u32) -> u32 {
        self.employees.forward(person)
    }

    /// The person with this employee number.
    pub(super) fn person(&self, employee_number: u32) -> u32 {
        self.employees.backward(employee_number)
    }

    fn is_regular(&self, cohort: &Cohort) -> bool {
        self.cohorts.last().is_some_and(|last| std::ptr::eq(last, cohort))
    }
}

/// The vendor's part of all accounts. One takes what the others leave.
fn share(accounts: u32, vendor: Vendor) -> u32 {
    let percent = |vendor: Vendor| vendor.spec().percent.map(|percent| scale(accounts, percent, 100));
    let others = || accounts.saturating_sub(Vendor::ALL.into_iter().filter_map(percent).sum());
    percent(vendor).unwrap_or_else(others)
}

fn scale(number: u32, part: u32, whole: u64) -> u32 {
    u32::try_from(u64::from(number) * u64::from(part) / whole).unwrap_or(u32::MAX)
}

/// Deals slots and people to the scenarios. The regular cohort comes last and takes the slots that are left.
fn deal(accounts: &PerVendor<u32>, defects_of: u32) -> Vec<Cohort> {
    let total: u32 = Vendor::ALL.iter().map(|vendor| *accounts.of(*vendor)).sum();
    let mut next_slot = PerVendor::new(|_| 0_u32);
    let mut cohorts = Vec::with_capacity(SCENARIOS.len() + 1);
    for scenario in SCENARIOS {
        let members = scale(defects_of.min(total), scenario.per_2400, 2400);
        let per_member = u32::try_from(scenario.accounts.len()).unwrap_or(0);
        let slots = PerVendor::new(|vendor| {
            let from = *next_slot.of(vendor);
            from..from + if scenario.at.has(vendor) { members * per_member } else { 0 }
        });
        next_slot = PerVendor::new(|vendor| slots.of(vendor).end);
        cohorts.push(Cohort { scenario, members, people: 0..0, slots });
    }
    let slots = PerVendor::new(|vendor| *next_slot.of(vendor)..*accounts.of(vendor));
    let most = Vendor::ALL.iter().map(|vendor| slots.of(*vendor).len()).max().unwrap_or(0);
    let members = u32::try_from(most).unwrap_or(u32::MAX).max(total / 4);
    cohorts.push(Cohort { scenario: &REGULAR, members, people: 0..0, slots });
    number_people(&mut cohorts);
    cohorts
}

/// Numbers the people in the roster first, then those who are in no roster.
fn number_people(cohorts: &mut [Cohort]) {
    let mut next = 0;
    for in_roster in [true, false] {
        for cohort in cohorts.iter_mut().filter(|cohort| (cohort.scenario.rows > 0) == in_roster) {
            let end = next + cohort.members * cohort.scenario.rows.max(1);
            cohort.people = next..end;
            next = end;
        }
    }
}
