//! A sixth system, without an API: the doors of the building, by the export of its badges. Small, whatever the size of
//! the organisation, and the place of everything that none of the five vendors can tell: when an account was made and that it
//! was never used, both, and the waivers for those that weren't.

use std::io;
use std::ops::Range;

use chrono::NaiveDate;

use super::World;
use super::expected::ExpectedSource;
use super::layout::DOORS;
use super::moments::day;
use super::person::Identity;
use crate::model::Tier;

/// What is waived, and what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waived {
    No,
    Holds,
    EndsSoon,
    Ended,
    /// Approved for another person's badge.
    OtherFacts,
    /// The badge was used since.
    LeftOver,
}

/// The first badges; the others are used and not waived.
const STORIES: [(bool, Waived); 7] = [
    (false, Waived::No),
    (false, Waived::No),
    (false, Waived::Holds),
    (false, Waived::EndsSoon),
    (false, Waived::Ended),
    (false, Waived::OtherFacts),
    (true, Waived::LeftOver),
];

/// The rule that is waived.
const RULE: &str = "never-logged-in";

/// Who answers for the waivers, and who approved them: two regular employees who have no badge.
const SIGNERS: u32 = 2;

impl World {
    /// Writes the export of the badges.
    pub fn doors_csv(&self, out: &mut impl io::Write) -> io::Result<()> {
        writeln!(out, "Badge,Holder,Mail,State,Issued,Last used")?;
        let today = self.options.today;
        for (at, holder) in self.holders() {
            let issued = self.issued(at);
            let used = day(today, -1 - i64::from(at % 20)).to_string();
            let used = if STORIES.get(at as usize).is_none_or(|(used, _)| *used) { used.as_str() } else { "" };
            writeln!(out, "{},{},{},Valid,{issued},{used}", badge(&holder), holder.name, holder.email())?;
        }
        Ok(())
    }

    /// Writes the file of waivers.
    pub fn waivers_toml(&self, out: &mut impl io::Write) -> io::Result<()> {
        writeln!(out, "# Exceptions that somebody has approved until a day, and who answers for them.")?;
        for (at, holder) in self.holders() {
            let Some((_, waived)) = STORIES.get(at as usize) else { break };
            self.waiver(*waived, &holder, at, out)?;
        }
        Ok(())
    }

    fn waiver(&self, waived: Waived, holder: &Identity, at: u32, out: &mut impl io::Write) -> io::Result<()> {
        let expires = match waived {
            Waived::No => return Ok(()),
            Waived::Holds | Waived::OtherFacts | Waived::LeftOver => 60,
            Waived::EndsSoon => 7,
            Waived::Ended => -7,
        };
        let signers = self.badged().end..self.badged().end + SIGNERS;
        let [owner, approver] = [signers.start, signers.end - 1].map(|person| self.identity(person).employee_id());
        let bound = if waived == Waived::OtherFacts { owner.clone() } else { holder.employee_id() };
        let today = self.options.today;
        writeln!(out, "\n[[waiver]]\nrule = \"{RULE}\"\nsource = \"{DOORS}\"\naccount = \"{}\"", badge(holder))?;
        let issued = self.issued(at);
        writeln!(out, "bound = {{ status = \"active\", owner = \"{bound}\", created_at = \"{issued}T00:00:00Z\" }}")?;
        writeln!(out, "owner = \"{owner}\"\napprover = \"{approver}\"")?;
        writeln!(out, "reason = \"works from home until the building reopens\"\nticket = \"SEC-{}\"", 100 + at)?;
        writeln!(out, "created = {}\nexpires = {}", day(today, -40), day(today, expires))
    }

    /// What an audit must find because of the badges and of the waivers: rule and source, each as often as it is here.
    pub(super) fn expected_at_doors(&self) -> Vec<(&'static str, &'static str)> {
        let stories = STORIES.iter().take(self.badged().len());
        let found = stories.flat_map(|(used, waived)| {
            let waiver = match waived {
                Waived::No | Waived::Holds => None,
                Waived::EndsSoon => Some("waiver-expiring"),
                Waived::Ended => Some("waiver-expired"),
                Waived::OtherFacts => Some("waiver-void"),
                Waived::LeftOver => Some("waiver-unused"),
            };
            [(!used).then_some((RULE, DOORS)), waiver.map(|rule| (rule, ""))]
        });
        found.flatten().collect()
    }

    /// What correlation must make of the badges.
    pub(super) fn expected_doors(&self) -> ExpectedSource {
        let accounts = u64::try_from(self.badged().len()).unwrap_or(u64::MAX);
        ExpectedSource {
            source: DOORS.to_owned(),
            accounts,
            matched: accounts,
            by_tier: [(Tier::Email.as_str().to_owned(), accounts)].into_iter().filter(|(_, n)| *n > 0).collect(),
            ..ExpectedSource::default()
        }
    }

    /// The day on which a badge was made.
    fn issued(&self, at: u32) -> NaiveDate {
        day(self.options.today, -400 + i64::from(at % 90) - self.age())
    }

    fn holders(&self) -> impl Iterator<Item = (u32, Identity)> {
        (0..).zip(self.badged()).map(|(at, person)| (at, self.identity(person)))
    }

    /// The people who have a badge: regular employees, if there are enough for all stories.
    fn badged(&self) -> Range<u32> {
        const BADGES: u32 = 40;
        let regular = self.layout.cohorts.last().map_or(0..0, |regular| regular.people.clone());
        let most = u32::try_from(regular.len()).unwrap_or(u32::MAX).saturating_sub(SIGNERS);
        let badges = if most < BADGES / 4 { 0 } else { most.min(BADGES) };
        regular.start..regular.start + badges
    }
}

fn badge(holder: &Identity) -> String {
    format!("B-{}", holder.number)
}
