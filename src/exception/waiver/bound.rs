//! The facts that a waiver rests on: whoever approved it looked at an account in this state.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::model::{AccountStatus, Finding, Subject};

/// What was true of the subject when the waiver was written. What is absent was not told, or there was none; that,
/// too, is something that can change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bound {
    /// The state of the account.
    pub status: Option<String>,
    /// Its roles; their order means nothing.
    pub roles: Option<BTreeSet<String>>,
    /// The employee id of whom it belongs to.
    pub owner: Option<String>,
    /// For a group: its accounts.
    pub members: Option<BTreeSet<String>>,
}

impl Bound {
    /// The facts of a finding, as reports have them.
    pub fn new(facts: &BTreeMap<String, Value>, owner: Option<&str>, members: Option<&[String]>) -> Self {
        let roles = facts.get("account.roles").and_then(Value::as_array);
        Self {
            status: facts.get("account.status").and_then(Value::as_str).map(str::to_owned),
            roles: roles.map(|roles| roles.iter().filter_map(Value::as_str).map(str::to_owned).collect()),
            owner: owner.map(str::to_owned),
            members: members.map(|members| members.iter().cloned().collect()),
        }
    }

    pub(super) fn of(finding: &Finding) -> Self {
        let members = match &finding.subject {
            Subject::Group { members, .. } => Some(members.as_slice()),
            _ => None,
        };
        Self::new(&finding.facts, finding.person.employee_id.as_ref().map(|id| id.0.as_str()), members)
    }

    /// A state that no account can be in.
    pub(super) fn unknown_status(&self) -> Option<&str> {
        let known = [AccountStatus::Active, AccountStatus::Inactive].map(AccountStatus::as_str);
        self.status.as_deref().filter(|status| !known.contains(status))
    }

    /// What is different now, as a sentence; nothing when all is as it was.
    pub(super) fn changes(&self, now: &Self) -> Option<String> {
        let text = |fact: &Option<String>, none: &str| fact.clone().unwrap_or_else(|| none.to_owned());
        let list = |fact: &Option<BTreeSet<String>>| match fact {
            None => "not told".to_owned(),
            Some(names) if names.is_empty() => "none".to_owned(),
            Some(names) => names.iter().map(String::as_str).collect::<Vec<_>>().join(", "),
        };
        let pairs = [
            ("the status", text(&self.status, "not told"), text(&now.status, "not told")),
            ("the roles", list(&self.roles), list(&now.roles)),
            ("the owner of the account", text(&self.owner, "nobody"), text(&now.owner, "nobody")),
            ("the accounts", list(&self.members), list(&now.members)),
        ];
        let changed = pairs.into_iter().filter(|(_, then, now)| then != now);
        let told: Vec<String> = changed.map(|(what, then, now)| format!("{what}: then {then}, now {now}")).collect();
        (!told.is_empty()).then(|| told.join("; "))
    }
}
