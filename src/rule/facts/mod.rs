//! The published facts: the one table that the checker, the evaluator, the messages and the documentation read.
//!
//! A fact of a vendor's record is a row in `model/facts.rs`; any other new fact is a line in one of the tables here; a new kind of subject is a table and a line in [`ROOTS`].

mod account;
mod declared;
mod employee;
mod exception;
mod names;
mod others;
mod read;

use std::sync::LazyLock;

pub use read::Facts;

use super::scope::Scope;
use super::{GroupBy, Subject};
use crate::expression::{Missing, Type, Value};
use crate::model::{EmployeeFact, FactName};

/// Reads one fact.
type Getter = for<'a> fn(&'a Scope<'a>) -> Value<'a>;

/// A fact that conditions and messages can read.
#[derive(Debug)]
pub struct FactDef {
    /// The root, `account`.
    pub root: &'static str,
    /// The name below it, `last_login_at`; empty if the root is the fact, as `now`.
    pub name: &'static str,
    /// Its type.
    pub kind: Kind,
    /// Whether it can be absent, so that `has()` must be asked first.
    pub optional: bool,
    /// The vendor's fact that it needs; without it the result is unknown.
    pub needs: Option<FactName>,
    /// The roster's fact that it needs; without it the result is unknown.
    pub needs_of_roster: Option<EmployeeFact>,
    /// What it means.
    pub doc: &'static str,
    /// Whether reading it is work.
    costly: bool,
    pub(super) get: Getter,
}

/// The type of a fact, as the table gives it.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// `bool`
    Bool,
    /// `int`
    Int,
    /// `string`
    Text,
    /// A string that is one of these.
    Words(&'static [&'static str]),
    /// `timestamp`
    Time,
    /// `list` of strings
    Texts,
    /// `map` from string to string
    Columns,
    /// A JSON object
    Record,
}

impl Kind {
    /// The type that the checker uses.
    pub fn ty(self) -> Type {
        match self {
            Self::Bool => Type::Bool,
            Self::Int => Type::Int,
            Self::Text => Type::Text,
            Self::Words(words) => Type::Word(words),
            Self::Time => Type::Timestamp,
            Self::Texts => Type::list(Type::Text),
            Self::Columns => Type::Map(Box::new(Type::Text)),
            Self::Record => Type::Map(Box::new(Type::Dyn)),
        }
    }
}

impl FactDef {
    const fn new(root: &'static str, name: &'static str, kind: Kind, doc: &'static str, get: Getter) -> Self {
        Self { root, name, kind, optional: false, needs: None, needs_of_roster: None, doc, costly: false, get }
    }

    const fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    const fn costly(mut self) -> Self {
        self.costly = true;
        self
    }

    const fn needs(mut self, name: FactName) -> Self {
        self.needs = Some(name);
        self
    }

    const fn needs_of_roster(mut self, fact: EmployeeFact) -> Self {
        self.needs_of_roster = Some(fact);
        self
    }

    /// What is missing where it is unknown.
    pub(super) fn missing(&self) -> Missing {
        let of_vendor = self.needs.map_or(Missing::NOTHING, Missing::of);
        self.needs_of_roster.map_or(Missing::NOTHING, Missing::of_employee).and(of_vendor)
    }

    /// Its value, or why there is none.
    pub(crate) fn value<'a>(&self, scope: &'a Scope<'a>) -> Value<'a> {
        (self.get)(scope)
    }

    /// Its value, null where it is absent; `None` where the vendor doesn't tell it.
    pub fn read<'a>(&self, scope: &'a Scope<'a>) -> Option<serde_json::Value> {
        (self.get)(scope).to_json()
    }

    /// Whether reading it is work.
    pub(super) const fn is_costly(&self) -> bool {
        self.costly
    }

    /// Whether it has few values and costs nothing, so that many subjects are alike in it.
    pub(super) const fn is_coarse(&self) -> bool {
        !self.costly && matches!(self.kind, Kind::Bool | Kind::Words(_))
    }

    /// Whether subjects are alike in that it is there, whatever it is.
    pub(super) const fn has_coarse_presence(&self) -> bool {
        self.optional && !self.costly
    }

    /// `account.last_login_at`
    pub fn path(&self) -> String {
        if self.name.is_empty() { self.root.to_owned() } else { format!("{}.{}", self.root, self.name) }
    }
}

/// Where facts hang: the first word of their path.
#[derive(Debug)]
pub struct Root {
    /// The word.
    pub name: &'static str,
    /// What it stands for.
    pub doc: &'static str,
    available: fn(Subject, &[GroupBy]) -> Availability,
}

/// Whether a rule can use a root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Availability {
    /// It is always there.
    Always,
    /// It is there when one of these facts is true.
    When(&'static [&'static str]),
    /// It has no meaning in such a rule.
    Never,
}

impl Root {
    pub(super) fn available(&self, subject: Subject, by: &[GroupBy]) -> Availability {
        (self.available)(subject, by)
    }
}

const fn only(holds: bool) -> Availability {
    if holds { Availability::Always } else { Availability::Never }
}

/// Every root.
pub static ROOTS: &[Root] = &[
    Root { name: "now", doc: "the moment of the audit", available: |_, _| Availability::Always },
    Root { name: "params", doc: "the rule's own params", available: |_, _| Availability::Always },
    Root {
        name: "account",
        doc: "one login at one source, as the vendor tells it",
        available: |subject, _| only(subject == Subject::Account),
    },
    Root {
        name: "employee",
        doc: "a person in the roster",
        available: |subject, by| match (subject, by) {
            (Subject::Account, _) => Availability::When(&["account.attributable", "account.matched"]),
            (Subject::Employee, _) | (Subject::Group, [GroupBy::Employee]) => Availability::Always,
            _ => Availability::Never,
        },
    },
    Root {
        name: "declared",
        doc: "what the organisation declares of an account that it vouches for",
        available: |subject, _| match subject {
            Subject::Account => Availability::When(&["account.declared"]),
            _ => Availability::Never,
        },
    },
    Root {
        name: "source",
        doc: "one configured source, after it was read",
        available: |subject, _| only(subject == Subject::Source),
    },
    Root {
        name: "group",
        doc: "accounts of one source that share a key",
        available: |subject, _| only(subject == Subject::Group),
    },
    Root { name: "roster", doc: "the HR files", available: |subject, _| only(subject == Subject::Roster) },
    Root {
        name: "exception",
        doc: "a waiver, and what became of it",
        available: |subject, _| only(subject == Subject::Exception),
    },
    Root {
        name: "declaration",
        doc: "a declaration of accounts, and how many it covers; a rule that reads it is asked about every one that holds",
        available: |subject, _| only(subject == Subject::Exception),
    },
    Root {
        name: "issue",
        doc: "one defect of the HR files; a rule that reads it is asked about every defect",
        available: |subject, _| only(subject == Subject::Roster),
    },
    Root {
        name: "accounts",
        doc: "the accounts of a person at all sources, of those that `members` counts",
        available: |subject, _| only(subject == Subject::Employee),
    },
];

/// Every fact, in the order of documentation.
pub static FACTS: LazyLock<Vec<&'static FactDef>> = LazyLock::new(|| {
    [
        others::NOW,
        account::PLACE,
        account::OF_RECORDS,
        account::DERIVED,
        employee::FACTS,
        declared::FACTS,
        others::SOURCE,
        others::GROUP,
        others::ROSTER,
        exception::FACTS,
        declared::DECLARATION,
        others::ISSUE,
        others::ACCOUNTS,
    ]
    .into_iter()
    .flatten()
    .collect()
});

/// A fact and its position in [`FACTS`].
pub(super) fn find(root: &str, name: &str) -> Option<(usize, &'static FactDef)> {
    FACTS.iter().copied().enumerate().find(|(_, fact)| fact.root == root && fact.name == name)
}

/// The position of a fact that is given as a path.
pub(super) fn position(path: &str) -> Option<usize> {
    let (root, name) = path.split_once('.').unwrap_or((path, ""));
    find(root, name).map(|(at, _)| at)
}

#[cfg(test)]
mod tests;
