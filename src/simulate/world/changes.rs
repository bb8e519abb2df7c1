//! What must have changed since the quarter before: counted from the stories, not from two audits.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::super::vendors::{Tells, Vendor};
use super::World;
use super::layout::{Cohort, DOORS, Layout};
use super::scenario::{Expect, Life, Link, Shape};

/// What must have changed, in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ExpectedChanges {
    /// By rule and source; without those of which nothing is or was found.
    pub findings: Vec<ExpectedStates>,
    /// By source.
    pub accounts: Vec<ExpectedAccounts>,
    /// Of the roster.
    pub people: ExpectedPeople,
}

/// The findings of one rule at one source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ExpectedStates {
    /// The rule's id.
    pub rule: String,
    /// The source's name; empty for what is wrong with the roster.
    pub source: String,
    /// Never there before.
    pub new: u64,
    /// There in the quarter before.
    pub persisting: u64,
    /// Not there in the quarter before, and in an earlier one.
    pub reopened: u64,
    /// There in the quarter before, and not any more.
    pub resolved: u64,
}

/// The accounts of one source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ExpectedAccounts {
    /// Its name.
    pub source: String,
    /// New ones.
    pub added: u64,
    /// Those that are gone.
    pub removed: u64,
    /// Those that were switched on or off.
    pub status: u64,
    /// Those with other roles.
    pub roles: u64,
    /// Those with another owner.
    pub owner: u64,
    /// Those that were deleted and made again under the same name.
    pub recreated: u64,
}

/// The people of the roster.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ExpectedPeople {
    /// New ones.
    pub joined: u64,
    /// Those who have left and are still listed.
    pub left: u64,
    /// Those with another department, title, location, manager or kind.
    pub moved: u64,
    /// Those whom the roster lists no more.
    pub unlisted: u64,
}

type Place = (&'static str, &'static str);

impl World {
    /// What must have changed since the quarter before.
    pub(super) fn expected_changes(&self) -> Option<ExpectedChanges> {
        let before = self.layout.quarter.checked_sub(1).filter(|before| *before > 0)?;
        let mut accounts: Vec<_> =
            Vendor::ALL.into_iter().map(|vendor| self.changed_accounts(vendor, before)).collect();
        accounts.push(ExpectedAccounts { source: DOORS.to_owned(), ..ExpectedAccounts::default() });
        accounts.sort_by(|a, b| a.source.cmp(&b.source));
        Some(ExpectedChanges { findings: self.changed_findings(before), accounts, people: self.changed_people(before) })
    }

    fn changed_findings(&self, before: u32) -> Vec<ExpectedStates> {
        let mut states = BTreeMap::<Place, ExpectedStates>::new();
        for cohort in &self.layout.cohorts {
            let members = u64::from(cohort.members);
            for (place, count) in cohort.scenario.expect.iter().flat_map(Expect::places) {
                let state = states.entry(place).or_default();
                if cohort.scenario.life.passes() {
                    state.new += members * count;
                    state.resolved += members * count;
                } else {
                    state.persisting += members.saturating_sub(1) * count;
                }
            }
            if members > 0 && !cohort.scenario.life.passes() {
                first_of(cohort, self.layout.quarter, before, &mut states);
            }
        }
        for place in self.expected_of_all() {
            states.entry(place).or_default().persisting += 1;
        }
        let named = states.into_iter().map(|((rule, source), states)| ExpectedStates {
            rule: rule.to_owned(),
            source: source.to_owned(),
            ..states
        });
        named.filter(|states| states.new + states.persisting + states.reopened + states.resolved > 0).collect()
    }

    fn changed_accounts(&self, vendor: Vendor, before: u32) -> ExpectedAccounts {
        let mut changes = ExpectedAccounts { source: vendor.source_name().to_owned(), ..ExpectedAccounts::default() };
        for cohort in &self.layout.cohorts {
            let slots = Layout::slots(cohort, vendor);
            if cohort.scenario.life.passes() {
                changes.added += u64::from(slots);
                changes.removed += u64::from(slots);
            } else if slots > 0
                && let Some(first) = cohort.scenario.accounts.first()
            {
                let [now, then] = [self.layout.quarter, before].map(|quarter| Course::of(cohort, quarter, *first));
                let tells = |what| vendor.spec().tells.contains(&what);
                changes.status += u64::from(now.shape.enabled != then.shape.enabled);
                changes.roles += u64::from(now.shape.admin != then.shape.admin && tells(Tells::Admin));
                changes.owner += u64::from((now.shape.link == Link::Misspelt) != (then.shape.link == Link::Misspelt));
                changes.recreated += u64::from(now.recreated != then.recreated && tells(Tells::Birth));
            }
        }
        changes
    }

    fn changed_people(&self, before: u32) -> ExpectedPeople {
        let mut changes = ExpectedPeople::default();
        for cohort in self.layout.cohorts.iter().filter(|cohort| cohort.scenario.rows > 0 && cohort.members > 0) {
            if cohort.scenario.life.passes() {
                let people = u64::from(cohort.members * cohort.scenario.rows);
                changes.joined += people;
                changes.unlisted += people;
            } else {
                let has_left = |quarter| life(cohort, quarter) == Life::Left;
                changes.left += u64::from(has_left(self.layout.quarter) && !has_left(before));
            }
        }
        let regular = self.layout.cohorts.last().map_or(0..0, |regular| regular.people.clone());
        changes.moved = regular.filter(|person| self.moved_in(*person) == Some(self.layout.quarter)).count() as u64;
        changes
    }
}

/// What becomes of the first one to whom a story happens.
fn first_of(cohort: &Cohort, now: u32, before: u32, states: &mut BTreeMap<Place, ExpectedStates>) {
    let found =
        |quarter| -> BTreeMap<Place, u64> { expected_in(cohort, quarter).iter().flat_map(Expect::places).collect() };
    let (here, then) = (found(now), found(before));
    let earlier: BTreeSet<Place> = (1..before).flat_map(|quarter| found(quarter).into_keys()).collect();
    for place in here.keys().chain(then.keys()).copied().collect::<BTreeSet<_>>() {
        let state = states.entry(place).or_default();
        match (here.get(&place), then.get(&place)) {
            (Some(count), Some(_)) => state.persisting += count,
            (Some(count), None) if earlier.contains(&place) => state.reopened += count,
            (Some(count), None) => state.new += count,
            (None, Some(count)) => state.resolved += count,
            (None, None) => {}
        }
    }
}

fn expected_in(cohort: &Cohort, quarter: u32) -> &'static [Expect] {
    let turn = cohort.scenario.turn.as_ref().filter(|turn| turn.quarters.contains(&quarter));
    turn.map_or(cohort.scenario.expect, |turn| turn.expect)
}

fn life(cohort: &Cohort, quarter: u32) -> Life {
    let turn = cohort.scenario.turn.as_ref().filter(|turn| turn.quarters.contains(&quarter));
    turn.and_then(|turn| turn.life).unwrap_or(cohort.scenario.life)
}

/// The account of the first one to whom a story happens.
struct Course {
    shape: Shape,
    recreated: bool,
}

impl Course {
    fn of(cohort: &Cohort, quarter: u32, first: Shape) -> Self {
        let turn = cohort.scenario.turn.as_ref().filter(|turn| turn.quarters.contains(&quarter));
        Self {
            shape: turn.and_then(|turn| turn.shape).unwrap_or(first),
            recreated: turn.is_some_and(|turn| turn.recreated),
        }
    }
}
