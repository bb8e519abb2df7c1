//! What has changed in accounts and people, as reports have it. Public: others rely on these names.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What has changed in the accounts of a source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AccountChanges {
    /// Its name.
    pub source: String,
    /// New ones, by identifier.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub added: Vec<String>,
    /// Those that are gone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<String>,
    /// Those that were enabled, disabled, deleted or brought back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub status: Vec<String>,
    /// Those with other roles.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// Those that belong to somebody else, or to nobody now.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub owner: Vec<String>,
    /// Those that were made anew: the same identifier with another day of creation, or another identifier with the same address or
    /// login name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub recreated: Vec<String>,
    /// Why it can't be told, if the source wasn't seen whole both times.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why_not: Option<String>,
}

/// What has changed in the people who own accounts: employee id → their live accounts now, as `source/id`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PeopleChanges {
    /// New ones.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub joined: BTreeMap<String, Vec<String>>,
    /// Those who have left since.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub left: BTreeMap<String, Vec<String>>,
    /// Those with another manager, department, title, location or kind of employment.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub moved: BTreeMap<String, Vec<String>>,
    /// Those whom the HR file lists no more.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub unlisted: BTreeMap<String, Vec<String>>,
}

/// What has changed.
#[derive(Debug, Default)]
pub struct ListChanges {
    /// By source.
    pub accounts: Vec<AccountChanges>,
    /// Of those who own accounts.
    pub people: PeopleChanges,
}
