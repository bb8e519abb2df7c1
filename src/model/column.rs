//! What columns of the roster hold.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
