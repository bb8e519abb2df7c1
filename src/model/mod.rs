//! The words of the trade as types: accounts, employees, situations, findings. No input or output here.

mod account;
mod column;
mod declared;
mod employee;
mod employment;
mod fact;
mod facts;
mod finding;
mod json;
mod moment;
mod packed;
mod roster;
mod situation;
mod source;

pub use account::{Account, AccountStatus, FurtherKeys, SourceName};
pub use column::ColumnRole;
pub use declared::{Declaration, DeclarationIndex, DeclaredKind};
pub use employee::{Employee, EmployeeId, EmployeeIndex, Profile, Texts};
pub use employment::{ColumnSet, EmployeeFact, Employment, EmploymentStatus, Told, Untold, WorkerKind};
pub use fact::{Fact, FactName};
pub(crate) use facts::facts;
pub use finding::{Disposition, Finding, Fingerprint, Person, RuleId, Severity, Subject};
pub use json::{Incoming, Json};
pub(crate) use json::{Keys, Values};
pub use moment::{Timestamp, means_never};
pub use roster::{
    FurtherRow, KeyCounts, RejectedRow, Roster, RosterIssue, RosterIssueKind, RosterWord, UnbalancedRows,
};
pub use situation::{AccountField, Attempt, Correlation, KeyValue, Situation, Step, Steps, Tier};
pub use source::SourceStatus;
