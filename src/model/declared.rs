//! Accounts that belong to no single person and that the organisation vouches for.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{EmployeeId, EmployeeIndex, Roster, SourceName, Timestamp};

/// What kind of account it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DeclaredKind {
    /// A program uses it.
    Service,
    /// Several people use it.
    Shared,
    /// For emergencies only.
    BreakGlass,
    /// It belongs to a person who isn't in the roster: a partner, an auditor, the vendor's own support.
    External,
}

impl DeclaredKind {
    /// All, in the order of documentation.
    pub const ALL: [Self; 4] = [Self::Service, Self::Shared, Self::BreakGlass, Self::External];

    /// As files, rules and reports spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Shared => "shared",
            Self::BreakGlass => "break-glass",
            Self::External => "external",
        }
    }
}

/// The position of a declaration in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DeclarationIndex(pub u32);

/// One `[[account]]` of the file of declared accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// 1-based line of its table.
    pub line: u64,
    /// The source of the accounts.
    pub source: SourceName,
    /// What kind of account it is.
    pub kind: DeclaredKind,
    /// Whether it is about what a pattern matches.
    pub is_pattern: bool,
    /// How many accounts a pattern may be about.
    pub up_to: Option<u64>,
    /// Which accounts it is about, in words: `email = desk@example.com`.
    pub about: String,
    /// Who answers for it.
    pub owner: Option<EmployeeId>,
    /// The rows of the roster with the owner's id; none when the roster doesn't know it.
    pub owners: Vec<EmployeeIndex>,
    /// What it is for.
    pub purpose: Option<String>,
    /// When somebody last looked whether it is still needed.
    pub review_date: Option<NaiveDate>,
    /// The last day on which the declaration holds.
    pub expires: Option<NaiveDate>,
    /// The end of that day, in the roster's time zone.
    pub expires_at: Option<Timestamp>,
}

impl Declaration {
    /// Whether it no longer holds.
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }

    /// What names it in reports.
    pub fn id(&self) -> String {
        format!("{}: {}", self.source, self.about)
    }

    /// Whether it has an owner and that person has left. One whom the roster doesn't name has left, too: many
    /// rosters drop people on the day after their last.
    pub fn owner_left(&self, roster: &Roster, now: Timestamp) -> bool {
        let stays = |index: &EmployeeIndex| roster.employee(*index).is_some_and(|person| !person.has_left(now));
        self.owner.is_some() && !self.owners.iter().any(stays)
    }
}
