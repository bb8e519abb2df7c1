//! What was read from the HR files: the people, which column served for what, and what was wrong.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{ColumnRole, Employee, EmployeeFact, EmployeeIndex, Timestamp, Untold};

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
    /// Several rows have one employee id.
    DuplicateId,
    /// Several people have one address, so that accounts with it are ambiguous.
    DuplicateEmail,
    /// Several people have one login name, so that accounts with it are ambiguous.
    DuplicateUsername,
    /// So many people have one key that it identifies nobody.
    PlaceholderKey,
    /// Values that stand for nothing, such as `unknown`, where a key should be.
    VoidKey,
    /// Dates by which a system means that there is none.
    VoidDate,
    /// Cells that hold a word for nothing, such as `NULL`.
    VoidCell,
    /// The file could also be read otherwise: its encoding, sheet, quotes or time zone is a guess, or a formula has no result.
    UnsureReading,
    /// A date can't be read, is ambiguous, or ends before it starts.
    BadDate,
    /// The status contradicts the dates.
    Contradiction,
    /// A word for the status or the worker type that nobody declared, or none where one is needed.
    UnknownWord,
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
    /// How rules and reports spell them, in the order of their definition.
    pub const WORDS: [&str; 15] = [
        Self::DuplicateId.as_str(),
        Self::DuplicateEmail.as_str(),
        Self::DuplicateUsername.as_str(),
        Self::PlaceholderKey.as_str(),
        Self::VoidKey.as_str(),
        Self::VoidDate.as_str(),
        Self::VoidCell.as_str(),
        Self::UnsureReading.as_str(),
        Self::BadDate.as_str(),
        Self::Contradiction.as_str(),
        Self::UnknownWord.as_str(),
        Self::NoManager.as_str(),
        Self::AmbiguousColumn.as_str(),
        Self::RaggedRow.as_str(),
        Self::Rejected.as_str(),
    ];

    /// As rules and reports spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DuplicateId => "duplicate_id",
            Self::DuplicateEmail => "duplicate_email",
            Self::DuplicateUsername => "duplicate_username",
            Self::PlaceholderKey => "placeholder_key",
            Self::VoidKey => "void_key",
            Self::VoidDate => "void_date",
            Self::VoidCell => "void_cell",
            Self::UnsureReading => "unsure_reading",
            Self::BadDate => "bad_date",
            Self::Contradiction => "contradiction",
            Self::UnknownWord => "unknown_word",
            Self::NoManager => "no_manager",
            Self::AmbiguousColumn => "ambiguous_column",
            Self::RaggedRow => "ragged_row",
            Self::Rejected => "rejected",
        }
    }
}

/// A further row of somebody who has an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FurtherRow {
    /// Position of the file in [`Roster::files`].
    pub file: usize,
    /// 1-based line.
    pub line: u64,
    /// Whose it is.
    pub employee: EmployeeIndex,
}

/// A word where a state or a kind of worker is expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterWord {
    /// What the column is for: the status or the worker type.
    pub role: ColumnRole,
    /// As it is written, or its build, if it is too long to be a word or there are too many of them.
    pub word: String,
    /// What it means, as rules and reports spell it; `None`: nobody declared it.
    pub meaning: Option<&'static str>,
    /// Position of the file in [`Roster::files`].
    pub file: usize,
    /// The first line that has it.
    pub line: u64,
    /// How many rows have it.
    pub rows: u64,
    /// Whether it decides nothing: the file says by its dates who has left.
    pub is_harmless: bool,
}

/// Rows were lost or counted twice. A defect of headcount, and a reason not to trust its report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{people} people, {further} further rows and {rejected} rejected rows don't add up to {rows} rows")]
pub struct UnbalancedRows {
    /// All rows.
    pub rows: u64,
    /// Those that became a person.
    pub people: u64,
    /// Those of somebody who has an earlier one.
    pub further: u64,
    /// Those that could not be read.
    pub rejected: u64,
}

/// How many people or accounts have a key, by its name; a key that none has is left out.
pub type KeyCounts = BTreeMap<String, u64>;

/// Everything that was read from the HR files.
#[derive(Debug, Clone, Default)]
pub struct Roster {
    /// The files, as paths that can be opened.
    pub files: Vec<PathBuf>,
    /// The same as the configuration writes them, whoever reads it from wherever.
    pub shown: Vec<PathBuf>,
    /// SHA-256 over the bytes of all files in order, in lower-case hexadecimal.
    pub sha256: String,
    /// When the oldest of the files was written, by its file system.
    pub modified_at: Option<Timestamp>,
    /// Data rows that were seen: people, further rows and rejected ones.
    pub rows: u64,
    /// The people, in the order of their first rows.
    pub employees: Vec<Employee>,
    /// Further rows of the same people, in the order of the files.
    pub further: Vec<FurtherRow>,
    /// Rows that could not become an employee.
    pub rejected: Vec<RejectedRow>,
    /// What is wrong with the files.
    pub issues: Vec<RosterIssue>,
    /// The words for states and kinds of workers, file by file.
    pub words: Vec<RosterWord>,
    /// Files that state of themselves that they list only people who work here, as the configuration writes them.
    pub only_active: Vec<PathBuf>,
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

    /// Whose row stands there.
    pub fn employee_at(&self, file: usize, line: u64) -> Option<&Employee> {
        let first = self.employees.binary_search_by_key(&(file, line), |person| (person.file(), person.line()));
        let further = || self.further.binary_search_by_key(&(file, line), |row| (row.file, row.line)).ok();
        match first {
            Ok(at) => self.employees.get(at),
            Err(_) => self.employee(self.further.get(further()?)?.employee),
        }
    }

    /// Holds the law that every row is a person's first, a person's further one, or rejected.
    ///
    /// # Errors
    /// The law doesn't hold.
    pub fn check(&self) -> Result<(), UnbalancedRows> {
        let [people, further, rejected] =
            [self.employees.len(), self.further.len(), self.rejected.len()].map(|count| count as u64);
        let rows = self.rows;
        if people + further + rejected == rows {
            Ok(())
        } else {
            Err(UnbalancedRows { rows, people, further, rejected })
        }
    }

    /// Why a fact of a person isn't told, as a sentence without its full stop.
    pub fn why(&self, employee: &Employee, fact: EmployeeFact, untold: Untold) -> String {
        let file = self.files.get(employee.file()).and_then(|file| file.file_name());
        let file = file.map_or_else(|| "the roster".into(), |name| name.to_string_lossy());
        let what = fact.noun();
        match untold {
            Untold::NoColumn => format!("{file} has no column for {what}"),
            Untold::Blank => format!("{what} is blank in line {} of {file}", employee.line()),
            Untold::Unreadable => format!("{what} can't be read in line {} of {file}", employee.line()),
            Untold::Contradiction => {
                format!("the rows, or the state and the dates, of {} say two things", employee.id())
            }
            Untold::Word(at) => match self.words.get(usize::from(at)) {
                Some(word) if word.role == ColumnRole::WorkerType => {
                    format!("the worker type \"{}\" is not in [hr.worker_type]", word.word)
                }
                Some(word) => format!("the status \"{}\" is not in [hr.status]", word.word),
                None => format!("{what} is a word that nobody declared"),
            },
        }
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
