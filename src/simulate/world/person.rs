//! One person: who they are, and the dates of their employment in days relative to today.

use super::chance::{Permutation, Seed, Topic};
use super::names::{COMBINATIONS, name};
use super::scenario::Life;

/// The organisation's domain, and the one it had before; the kit's configuration knows both.
pub(in crate::simulate) const DOMAIN: &str = "example.com";
/// The organisation's former domain.
pub(in crate::simulate) const FORMER_DOMAIN: &str = "old.example";

/// The keys by which a person is known.
#[derive(Debug, Clone)]
pub(super) struct Identity {
    /// The number in the employee id.
    pub(super) number: u32,
    pub(super) name: String,
    /// The part of the address before the `@`.
    pub(super) mailbox: String,
    pub(super) username: String,
}

impl Identity {
    /// The identity of an employee number. Namesakes get a number in address and login, as they do in real life.
    pub(super) fn new(seed: Seed, number: u32) -> Self {
        let scatter = Permutation::new(COMBINATIONS, seed.bits(Topic::Names, 0, 0));
        let name = name(scatter.forward(number % COMBINATIONS));
        let suffix = match number / COMBINATIONS {
            0 => String::new(),
            namesakes => (namesakes + 1).to_string(),
        };
        Self {
            number: 10_000 + number,
            mailbox: format!("{}.{}{suffix}", name.given, name.family),
            username: format!("{}-{}{suffix}", name.given, name.family),
            name: name.full,
        }
    }

    pub(super) fn employee_id(&self) -> String {
        format!("E-{}", self.number)
    }

    pub(super) fn email(&self) -> String {
        format!("{}@{DOMAIN}", self.mailbox)
    }
}

/// What HR knows of an employment. Days are relative to today, negative in the past.
#[derive(Debug, Clone, Copy)]
pub(super) struct Employment {
    pub(super) status: &'static str,
    pub(super) contractor: bool,
    pub(super) hired: i64,
    /// Last day of employment or of the contract.
    pub(super) ends: Option<i64>,
}

impl Employment {
    /// The employment of a person. Every date keeps its distance from the thresholds of rules, so that a run around
    /// midnight counts the same; staff were hired long before anything else that may be said of them.
    pub(super) fn new(seed: Seed, person: u32, life: Life) -> Self {
        let mut dice = seed.dice(Topic::Employment, 0, person);
        let settled = Self { status: "Active", contractor: false, hired: dice.i64(-4000..=-500), ends: None };
        let ended = |range| Self { status: "Terminated", ends: Some(range), ..settled };
        match life {
            Life::Settled if dice.u8(0..10) == 0 => {
                Self { contractor: true, ends: Some(dice.i64(60..=300)), ..settled }
            }
            Life::Settled | Life::Staff | Life::NoManager | Life::SameId => settled,
            Life::Contractor => Self { contractor: true, ends: Some(dice.i64(60..=300)), ..settled },
            Life::OpenContract => Self { contractor: true, ..settled },
            Life::CameBack => Self { hired: dice.i64(-60..=-30), ..settled },
            Life::StartsLater => Self { hired: dice.i64(30..=60), ..settled },
            Life::Newcomer => Self { hired: dice.i64(-20..=-8), ..settled },
            Life::StartsSoon => Self { hired: dice.i64(5..=10), ..settled },
            Life::OnLeave => Self { status: "On Leave", ..settled },
            Life::OnNotice => Self { ends: Some(dice.i64(20..=60)), ..settled },
            Life::LeavesSoon => ended(dice.i64(4..=10)),
            Life::Left => ended(dice.i64(-50..=-10)),
            Life::LeftLongAgo => ended(dice.i64(-380..=-115)),
            Life::LeftYearsAgo => Self { hired: settled.hired - 800, ..ended(dice.i64(-700..=-300)) },
            Life::StillActive => Self { status: "Active", ..ended(dice.i64(-50..=-10)) },
            Life::Reversed => ended(settled.hired - dice.i64(10..=400)),
            Life::LeftUndated => Self { status: "Terminated", ..settled },
            Life::ContractEnded => Self { contractor: true, ..ended(dice.i64(-50..=-10)) },
        }
    }

    /// The same `days` later: whoever was hired stays hired on that day. How far off an end is stays as the story says.
    pub(super) fn aged(mut self, days: i64, life: Life) -> Self {
        if !life.passes() {
            self.hired -= days;
        }
        if life == Life::Reversed {
            self.ends = self.ends.map(|end| end - days);
        }
        self
    }
}
