//! What was read from the HR files: the people, which column served for what, and what was wrong.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Employee, EmployeeIndex, Timestamp};

/// What a column of the roster is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ColumnRole {
    /// The organisation's identifier; required.
    EmployeeId,
    /// Full name.
    Name,
    /// First name, joined with the last name where there is no full name.
    GivenName,
    /// Last name.
    FamilyName,
    /// E-mail address; several columns are allowed.
    Email,
    /// Login name; several columns are allowed.
    Username,
    /// Employment status.
    Status,
    /// Staff or external.
    WorkerType,
    /// First day.
    StartDate,
    /// Last day.
    EndDate,
    /// Manager.
    Manager,
    /// Department.
    Department,
    /// Job title.
    Title,
    /// Site or country.
    Location,
}

impl ColumnRole {
    /// All, in the order in which columns are given to them.
    pub const ALL: [Self; 14] = [
        Self::EmployeeId,
        Self::Name,
        Self::GivenName,
        Self::FamilyName,
        Self::Email,
        Self::Username,
        Self::Status,
        Self::WorkerType,
        Self::StartDate,
        Self::EndDate,
        Self::Manager,
        Self::Department,
        Self::Title,
        Self::Location,
    ];

    /// As the configuration and reports spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EmployeeId => "employee_id",
            Self::Name => "name",
            Self::GivenName => "given_name",
            Self::FamilyName => "family_name",
            Self::Email => "email",
            Self::Username => "username",
            Self::Status => "status",
            Self::WorkerType => "worker_type",
            Self::StartDate => "start_date",
            Self::EndDate => "end_date",
            Self::Manager => "manager",
            Self::Department => "department",
            Self::Title => "title",
            Self::Location => "location",
        }
    }
}

impl fmt::Display for ColumnRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A row that could not become an employee. It is kept and shown, never dropped silently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedRow {
    /// Position of the file in [`Roster::files`].
    pub file: usize,
    /// 1-based line.
    pub line: u64,
    /// Why, without the row's personal data.
    pub reason: String,
}

/// What is wrong with a row that was read all the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RosterIssue {
    /// Position of the file in [`Roster::files`].
    pub file: usize,
    /// 1-based line; `None` when the issue is about a whole column or file.
    pub line: Option<u64>,
    /// What kind of defect.
    pub kind: RosterIssueKind,
    /// What was found and what to do, without personal data beyond the employee id.
    pub text: String,
}

/// The kinds of defect of a roster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RosterIssueKind {
    /// Two rows share an employee id.
    DuplicateId,
    /// Two rows share an e-mail address.
    DuplicateEmail,
    /// A date can't be read, is ambiguous, or ends before it starts.
    BadDate,
    /// The status contradicts the dates.
    Contradiction,
    /// A word for the status or the worker type that the mapping doesn't know.
    UnknownStatus,
    /// The manager is missing, unknown or has left.
    NoManager,
    /// Two headings are the same, or could serve the same purpose.
    AmbiguousColumn,
    /// A row has fewer or more fields than the header.
    RaggedRow,
    /// The row could not be read and is not an employee.
    Rejected,
}

impl RosterIssueKind {
    /// As rules and reports spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DuplicateId => "duplicate_id",
            Self::DuplicateEmail => "duplicate_email",
            Self::BadDate => "bad_date",
            Self::Contradiction => "contradiction",
            Self::UnknownStatus => "unknown_status",
            Self::NoManager => "no_manager",
            Self::AmbiguousColumn => "ambiguous_column",
            Self::RaggedRow => "ragged_row",
            Self::Rejected => "rejected",
        }
    }
}

/// How many people or accounts have a key, by its name; a key that none has is left out.
pub type KeyCounts = BTreeMap<String, u64>;

/// Everything that was read from the HR files.
#[derive(Debug, Clone, Default)]
pub struct Roster {
    /// The files, as configured.
    pub files: Vec<PathBuf>,
    /// SHA-256 over the bytes of all files in order, in lower-case hexadecimal.
    pub sha256: String,
    /// When the oldest of the files was written, by its file system.
    pub modified_at: Option<Timestamp>,
    /// Data rows that were seen: employees plus rejected.
    pub rows: u64,
    /// The people, in the order of the files.
    pub employees: Vec<Employee>,
    /// Rows that could not become an employee.
    pub rejected: Vec<RejectedRow>,
    /// What is wrong with the files.
    pub issues: Vec<RosterIssue>,
    /// Detected or configured encoding of each file.
    pub encodings: Vec<String>,
    /// Detected or configured delimiter of each file; a workbook has none.
    pub delimiters: Vec<Option<char>>,
    /// The files among them that hold nothing at all, not even headings.
    pub blank: Vec<PathBuf>,
    /// Which headings serve which purpose.
    pub columns: BTreeMap<ColumnRole, Vec<String>>,
    /// The headings of [`Employee::extra`].
    pub extra_columns: Vec<String>,
}

impl Roster {
    /// The employee at an index that this roster gave out.
    pub fn employee(&self, index: EmployeeIndex) -> Option<&Employee> {
        self.employees.get(index.0 as usize)
    }

    /// How many employees have each key by which accounts can find them.
    pub fn keys(&self) -> KeyCounts {
        let count = |has: fn(&Employee) -> bool| self.employees.iter().filter(|employee| has(employee)).count() as u64;
        let counts = [
            (ColumnRole::Email, count(|employee| !employee.emails().is_empty())),
            (ColumnRole::Username, count(|employee| !employee.usernames().is_empty())),
        ];
        counts.into_iter().filter(|(_, count)| *count > 0).map(|(role, count)| (role.to_string(), count)).collect()
    }
}
