//! The same rules on the engine that holds the data: facts as tables, and the statement over them. Behind the audit, whose
//! eyes it looks with; an audit of one machine needs nothing of it.
//!
//! ```text
//! records ─▶ facts (decode, normalise, key; on any number of machines) ─▶ accounts, account_keys, sources
//! roster, exceptions ─▶ people, person_keys, declarations, rules
//! rules ─▶ statement ─▶ an SQL engine over these tables ─▶ verdicts ─▶ report
//! ```
//!
//! Everything that engines disagree about is done before them, so that what is left for SQL is joining, grouping and comparing
//! whole numbers and texts. A fact that isn't told is NULL; a moment is its Unix seconds and, in a second column, the
//! nanoseconds beyond them.

mod accounts;
mod answered;
mod columns;
mod file;
mod part;
mod people;
mod read;
mod sheet;
mod statement;
#[cfg(test)]
mod tests;
mod verdicts;

use std::fmt;

pub use accounts::{AccountTables, Shape};
pub use answered::Answered;
pub use file::{Folder, TableFile};
pub use part::{Part, PartOf};
pub use people::Ground;
pub use statement::{Statement, Tables, Unsayable, statement};
pub use verdicts::Verdicts;

/// The tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TableName {
    /// Accounts with their facts.
    Accounts,
    /// What accounts are looked up by.
    AccountKeys,
    /// People with their facts.
    People,
    /// What people are found by.
    PersonKeys,
    /// Accounts for which the organisation vouches.
    Declarations,
    /// How the accounts of each source were counted.
    Sources,
    /// The rules, and the moment as of which facts are told.
    Rules,
}

impl TableName {
    /// All, in the order of the documentation.
    pub const ALL: [Self; 7] = [
        Self::Accounts,
        Self::AccountKeys,
        Self::People,
        Self::PersonKeys,
        Self::Declarations,
        Self::Sources,
        Self::Rules,
    ];

    /// Its name, which is that of its folder.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::AccountKeys => "account_keys",
            Self::People => "people",
            Self::PersonKeys => "person_keys",
            Self::Declarations => "declarations",
            Self::Sources => "sources",
            Self::Rules => "rules",
        }
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
