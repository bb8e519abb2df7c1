//! The words in which the stories of the simulated organisation are told: employments, accounts, and what an audit must
//! find.

use super::super::vendors::{Knows, Tells, Vendor};

/// One story that happens to several people.
#[derive(Debug)]
pub(super) struct Scenario {
    /// What it tells, in the messages of tests.
    pub(super) name: &'static str,
    /// To how many it happens in a world of 2,400 accounts; grows and shrinks in proportion.
    pub(super) per_2400: u32,
    /// Where each of them has accounts.
    pub(super) at: At,
    /// Their employment.
    pub(super) life: Life,
    /// Rows of the roster that one telling takes: the owner, and for mix-ups a second person.
    pub(super) rows: u32,
    /// What the declaration of its accounts says, if they are declared.
    pub(super) declared: Option<Declared>,
    /// The accounts of one telling at each vendor.
    pub(super) accounts: &'static [Shape],
    /// What an audit must find.
    pub(super) expect: &'static [Expect],
    /// What becomes of the first of them in later quarters.
    pub(super) turn: Option<Turn>,
}

/// Another course of a story in some quarters.
#[derive(Debug)]
pub(super) struct Turn {
    pub(super) quarters: &'static [u32],
    pub(super) life: Option<Life>,
    pub(super) shape: Option<Shape>,
    /// The account was deleted, and made again under the same name.
    pub(super) recreated: bool,
    /// What an audit must find then, instead.
    pub(super) expect: &'static [Expect],
}

impl Turn {
    /// Nothing but that it is another course.
    pub(super) const fn in_quarters(quarters: &'static [u32]) -> Self {
        Self { quarters, life: None, shape: None, recreated: false, expect: &[] }
    }
}

/// At which vendors something happens.
#[derive(Debug, Clone, Copy)]
pub(super) enum At {
    /// At all.
    All,
    /// At those that tell this.
    Telling(Tells),
    /// At those that match by a key that two rows of the roster can share: an address or a login name.
    ByName,
    /// At those that have an identifier of the organisation's: it can contradict another key, and be missing.
    ByIdentifier,
    /// At these.
    These(&'static [Vendor]),
}

impl At {
    pub(super) const NOWHERE: Self = Self::These(&[]);

    pub(super) fn has(self, vendor: Vendor) -> bool {
        let spec = vendor.spec();
        match self {
            Self::All => true,
            Self::Telling(what) => spec.tells.contains(&what),
            Self::ByName => spec.knows != Knows::Enrolled,
            Self::ByIdentifier => !matches!(spec.knows, Knows::Login | Knows::Address),
            Self::These(vendors) => vendors.contains(&vendor),
        }
    }

    pub(super) fn vendors(self) -> impl Iterator<Item = Vendor> {
        Vendor::ALL.into_iter().filter(move |vendor| self.has(*vendor))
    }
}

/// The employment of a scenario's people. Days are relative to today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Life {
    /// Has worked here for years; every tenth is a contractor whose contract runs on.
    Settled,
    /// Has worked here for years, on the payroll.
    Staff,
    /// A contractor whose contract runs on.
    Contractor,
    /// A contractor without an end date.
    OpenContract,
    /// Came back weeks ago, to an account that was kept.
    CameBack,
    /// Started days ago.
    Newcomer,
    /// Starts in days.
    StartsSoon,
    /// Starts in weeks.
    StartsLater,
    /// Away for long.
    OnLeave,
    /// Works on, with a last day weeks ahead.
    OnNotice,
    /// Terminated, with a last day days ahead.
    LeavesSoon,
    /// Left weeks ago.
    Left,
    /// Left months ago.
    LeftLongAgo,
    /// Left years ago.
    LeftYearsAgo,
    /// Terminated; nobody wrote down when.
    LeftUndated,
    /// A contractor whose contract ended weeks ago.
    ContractEnded,
    /// HR says active, though the last day was weeks ago.
    StillActive,
    /// HR says that the last day was before the first.
    Reversed,
    /// The manager is somebody of whom the roster knows nothing.
    NoManager,
    /// HR gave the second of two people the employee id of the first.
    SameId,
}

impl Life {
    /// Whether it is a time that everybody passes soon, so that each quarter others live it, with accounts of their own.
    pub(super) const fn passes(self) -> bool {
        matches!(self, Self::CameBack | Self::Newcomer | Self::StartsSoon | Self::StartsLater)
    }
}

/// What is declared of an account; its owner is the person of the story.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Declared {
    /// Everything.
    Whole,
    /// Everything but an owner.
    Unowned,
    /// Everything, but the last review was long ago.
    Unreviewed,
}

/// How an account names its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    /// By the vendor's usual key.
    Usual,
    /// As a further account of the same person.
    Again,
    /// By the login name alone.
    NameOnly,
    /// By keys that nobody in the roster has.
    Stranger,
    /// By a mistyped key of an employee.
    Misspelt,
    /// By a key that two employees share.
    Shared,
    /// By one key of one employee, and another key of another.
    Contradictory,
    /// By the vendor's usual key, which once was somebody else's: the account's name is.
    Recycled,
    /// By the employee id; the address is a private one.
    Private,
    /// Not at all.
    Nameless,
    /// By the name of a function.
    Generic,
    /// The same, and the organisation has declared it.
    Declared,
}

/// When an account was last used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Used {
    /// Days ago; if it is disabled, days before that.
    Recently,
    /// Before the leave began.
    BeforeLeave,
    /// Days before the owner left.
    BeforeLeaving,
    /// After the owner left.
    AfterLeaving,
    /// Yesterday or the day before.
    Yesterday,
    /// Longer ago than anybody allows.
    LongAgo,
    /// Never.
    Never,
}

/// One account of a story.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is true or false on its own")]
pub(super) struct Shape {
    pub(super) link: Link,
    pub(super) used: Used,
    pub(super) enabled: bool,
    pub(super) locked: bool,
    pub(super) admin: bool,
    /// Costs a licence, though it is disabled.
    pub(super) paid: bool,
}

/// A number of findings for each telling of the story, at each of some vendors or in the roster.
#[derive(Debug)]
pub(super) struct Expect {
    pub(super) rule: &'static str,
    pub(super) at: At,
    pub(super) in_roster: bool,
    pub(super) count: u32,
}

impl Expect {
    /// Where it is expected, and how often for each telling: what is wrong with the roster belongs to no source.
    pub(super) fn places(&self) -> impl Iterator<Item = ((&'static str, &'static str), u64)> + use<> {
        let (rule, count) = (self.rule, u64::from(self.count));
        let places = self.at.vendors().map(Vendor::source_name).chain(self.in_roster.then_some(""));
        places.map(move |place| ((rule, place), count))
    }
}

pub(super) const fn finds(rule: &'static str, at: At) -> Expect {
    Expect { rule, at, in_roster: false, count: 1 }
}

pub(super) const fn finds_in_roster(rule: &'static str) -> Expect {
    Expect { rule, at: At::NOWHERE, in_roster: true, count: 1 }
}

/// The rule about administrators who are not on the list of those who may.
pub(super) const UNAPPROVED: &str = "privileged-unapproved";

impl Scenario {
    /// Whether its people are administrators, and on the list of those who may.
    pub(super) fn is_approved(&self) -> bool {
        self.accounts.iter().any(|shape| shape.admin) && !self.expect.iter().any(|expect| expect.rule == UNAPPROVED)
    }
}
