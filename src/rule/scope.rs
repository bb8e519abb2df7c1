//! What a condition is asked about: one account, employee, source, group or roster, at one moment.

use std::cell::OnceCell;

use chrono::NaiveDate;

use crate::config::PrivilegedRoles;
use crate::exception::PromisedThere;
use crate::expression::Missing;
use crate::model::{
    Account, Declaration, Employee, Fact, FactName, Roster, RosterIssue, Situation, SourceName, SourceStatus, Timestamp,
};

/// The facts of one evaluation. References only: the pipeline fills it for each subject.
#[derive(Debug, Clone)]
pub struct Scope<'a> {
    /// The moment of the audit.
    pub now: Timestamp,
    /// The account, in rules about accounts.
    pub account: Option<AccountScope<'a>>,
    /// The owner of the account, whoever could own it, the common owner of the group, or the person that the rule is about.
    pub employee: Option<EmployeeScope<'a>>,
    /// What the organisation declares of the account, if it vouches for it.
    pub declared: Option<DeclaredScope<'a>>,
    /// The source, in rules about sources.
    pub source: Option<&'a SourceFacts>,
    /// The group, in rules about groups.
    pub group: Option<&'a GroupFacts>,
    /// The roster, in rules about it.
    pub roster: Option<&'a Roster>,
    /// The exception, in rules about them.
    pub exception: Option<&'a ExceptionFacts>,
    /// The declaration, in rules that ask for declarations.
    pub declaration: Option<&'a DeclarationFacts>,
    /// One defect of it, in rules that ask for defects.
    pub issue: Option<&'a RosterIssue>,
    /// The accounts of the person, in rules about employees.
    pub accounts: Option<&'a AccountsFacts>,
}

impl Scope<'_> {
    /// A scope in which nothing but the time is known.
    pub const fn at(now: Timestamp) -> Self {
        Self {
            now,
            account: None,
            employee: None,
            declared: None,
            source: None,
            group: None,
            roster: None,
            exception: None,
            declaration: None,
            issue: None,
            accounts: None,
        }
    }
}

/// An account and what correlation says of it.
#[derive(Debug, Clone)]
pub struct AccountScope<'a> {
    pub(super) account: &'a Account<'a>,
    pub(super) source: &'a SourceName,
    pub(super) vendor: &'a str,
    pub(super) situation: &'a Situation,
    /// Whether it holds a privileged role; otherwise, what would have to be known to say so.
    pub(super) privileged: Result<bool, FactName>,
    /// What a review has promised about it.
    pub(super) promise: Option<&'a PromisedThere>,
    /// The vendor's record, parsed when a rule asks for it.
    record: OnceCell<serde_json::Value>,
}

impl<'a> AccountScope<'a> {
    /// Puts together what is known of an account.
    pub const fn new(
        account: &'a Account<'a>,
        source: &'a SourceName,
        vendor: &'a str,
        situation: &'a Situation,
    ) -> Self {
        let privileged = Err(FactName::Privileged);
        Self { account, source, vendor, situation, privileged, promise: None, record: OnceCell::new() }
    }

    /// Weighs its roles.
    #[must_use]
    pub fn with_privileged_roles(mut self, privileged: Option<&PrivilegedRoles>) -> Self {
        self.privileged = match (privileged, &self.account.roles) {
            (_, Fact::NotExposed) => Err(FactName::Roles),
            (None, _) => Err(FactName::Privileged),
            (Some(privileged), Fact::Known(roles)) => Ok(roles.iter().any(|role| privileged.contains(role))),
        };
        self
    }

    /// Tells what became of a promise about it.
    #[must_use]
    pub const fn with_promise(mut self, promise: Option<&'a PromisedThere>) -> Self {
        self.promise = promise;
        self
    }

    /// Whether it holds a privileged role, if that is known.
    pub fn is_privileged(&self) -> Option<bool> {
        self.privileged.ok()
    }

    /// Its source.
    pub const fn source(&self) -> &'a SourceName {
        self.source
    }

    /// The vendor's record; null if it is nested too deeply to be parsed.
    pub(super) fn record(&self) -> &serde_json::Value {
        self.record.get_or_init(|| serde_json::from_str(self.account.attributes.get()).unwrap_or_default())
    }
}

/// An employee and the headings of the roster's further columns. Where several people could own an account, a fact is what
/// all of them agree on, and otherwise unknown.
#[derive(Debug, Clone, Copy)]
pub struct EmployeeScope<'a> {
    /// The person.
    pub employee: &'a Employee,
    /// Who else could be meant.
    pub others: &'a [&'a Employee],
    /// The headings of [`Employee::extra`].
    pub headings: &'a [String],
}

impl<'a> EmployeeScope<'a> {
    /// One person.
    pub const fn one(employee: &'a Employee, headings: &'a [String]) -> Self {
        Self { employee, others: &[], headings }
    }

    /// Several people, of whom nobody knows which is meant.
    pub const fn several(people: &'a [&'a Employee], headings: &'a [String]) -> Option<Self> {
        match people.split_first() {
            Some((employee, others)) => Some(Self { employee, others, headings }),
            None => None,
        }
    }

    /// Everybody who could be meant.
    pub fn people(self) -> impl Iterator<Item = &'a Employee> {
        std::iter::once(self.employee).chain(self.others.iter().copied())
    }

    /// Whether all of them are known to have left.
    pub fn have_all_left(self, now: Timestamp) -> bool {
        self.people().all(|person| person.has_left(now))
    }
}

/// The declaration of an account, and what the roster says of its owner.
#[derive(Debug, Clone, Copy)]
pub struct DeclaredScope<'a> {
    /// What the file says.
    pub declaration: &'a Declaration,
    /// Whether it has an owner and that person has left.
    pub owner_left: bool,
}

/// What is known of a source once it has been read.
#[derive(Debug, Clone)]
pub struct SourceFacts {
    /// Its configured name.
    pub name: SourceName,
    /// The kind of vendor.
    pub vendor: String,
    /// How reading it ended.
    pub status: SourceStatus,
    /// How many accounts the vendor says there are.
    pub declared: Option<u64>,
    /// How many records were received.
    pub fetched: u64,
    /// How many different accounts they are.
    pub distinct: u64,
    /// Why it isn't complete.
    pub error: Option<String>,
    /// When the last of its accounts was received.
    pub read_at: Timestamp,
    /// Which facts of accounts it tells.
    pub exposes: Vec<String>,
}

/// Accounts of one source that share a key.
#[derive(Debug, Clone)]
pub struct GroupFacts {
    /// Their source.
    pub source: SourceName,
    /// The kind of vendor.
    pub vendor: String,
    /// What they share: an employee id, an address, …
    pub key: String,
    /// What kind of key it is, as the rule's `group_by` says.
    pub by: String,
    /// Identifiers of the accounts, sorted.
    pub members: Vec<String>,
    /// Whether one employee owns all of them.
    pub same_owner: bool,
}

/// The accounts of one person at all sources that the rule counts.
#[derive(Debug, Clone, Default)]
pub struct AccountsFacts {
    /// How many.
    pub count: u64,
    /// Where, sorted.
    pub sources: Vec<String>,
    /// What would have to be known to say whether further accounts count.
    pub undecided: Missing,
}

/// What became of an exception.
#[derive(Debug, Clone)]
pub struct ExceptionFacts {
    /// Its kind: `waiver`.
    pub kind: String,
    /// What names it in reports.
    pub id: String,
    /// The rule that it is about.
    pub rule: String,
    /// What became of it.
    pub state: String,
    /// How many findings it covers, or would cover if it held.
    pub findings: u64,
    /// Whether everything was seen that it could cover.
    pub seen: bool,
    /// Where it was discussed.
    pub ticket: String,
    /// Its last day.
    pub expires: Option<NaiveDate>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Why it is void.
    pub cause: Option<String>,
}

/// What a declaration covers.
#[derive(Debug, Clone)]
pub struct DeclarationFacts {
    /// What names it in reports.
    pub id: String,
    /// The source of the accounts.
    pub source: SourceName,
    /// What kind of accounts they are: `shared`.
    pub kind: String,
    /// Whether it covers what a pattern matches, and not one value.
    pub pattern: bool,
    /// How many accounts it is about.
    pub accounts: u64,
    /// How many accounts its source has.
    pub out_of: u64,
    /// How many it may be about, if it says so.
    pub up_to: Option<u64>,
}
