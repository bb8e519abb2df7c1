//! The words of the trade as types: accounts, employees, situations, findings. No input or output here.

mod account;
mod declared;
mod employee;
mod fact;
mod finding;
mod json;
mod situation;
mod source;
pub mod text;

pub use account::{Account, AccountStatus, SourceName, Timestamp};
pub use declared::{Declaration, DeclarationIndex, DeclaredKind};
pub use employee::{
    Cells, ColumnRole, Employee, EmployeeId, EmployeeIndex, EmploymentStatus, KeyCounts, RejectedRow, Roster,
    RosterIssue, RosterIssueKind, WorkerKind,
};
pub use fact::{Fact, FactName};
pub use finding::{Disposition, Finding, Fingerprint, Person, RuleId, Severity, Subject};
pub use json::Json;
pub use situation::{AccountField, Attempt, Correlation, Situation, Step, Steps, Tier};
pub use source::SourceStatus;
