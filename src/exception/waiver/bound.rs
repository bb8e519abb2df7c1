//! The facts that a waiver rests on: whoever approved it looked at an account in this state.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::Party;
use crate::exception::{Identity, Shown};
use crate::model::{AccountStatus, Timestamp};

/// What was true of the subject when the waiver was written. What is absent was not told, or there was none; that,
/// too, is something that can change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BoundFacts {
    /// The state of the account.
    pub status: Option<String>,
    /// Its roles; their order means nothing.
    pub roles: Option<BTreeSet<String>>,
    /// The employee id of whom it belongs to.
    pub owner: Option<String>,
    /// When the account was created: another one with the same identifier is another account.
    pub created_at: Option<Timestamp>,
    /// The keys that the account has besides its identifier: addresses, login names, an employee id. Where no creation
    /// date is told, one of them has to be the same still.
    pub keys: Option<BTreeSet<String>>,
    /// For a group: its accounts.
    pub members: Option<BTreeSet<String>>,
}

impl BoundFacts {
    /// The facts of a finding, as reports have them.
    pub fn new(shown: Shown<'_>) -> Self {
        let roles = shown.facts.get("account.roles").and_then(Value::as_array);
        let identity = Identity::of(shown);
        Self {
            status: shown.facts.get("account.status").and_then(Value::as_str).map(str::to_owned),
            roles: roles.map(|roles| roles.iter().filter_map(Value::as_str).map(str::to_owned).collect()),
            owner: shown.owner.map(str::to_owned),
            created_at: identity.as_ref().and_then(|identity| identity.created_at),
            keys: identity.map(|identity| identity.keys),
            members: shown.members.map(|members| members.iter().cloned().collect()),
        }
    }

    /// Whether it says which account it is about, whoever gets its identifier later.
    pub(super) const fn tells_accounts_apart(&self) -> bool {
        self.created_at.is_some() || self.keys.is_some()
    }

    /// Whether the account could be this person's.
    pub(super) fn is_of(&self, party: &Party) -> bool {
        party.has_any_of(&self.identity(), self.owner.as_deref().into_iter())
    }

    fn identity(&self) -> Identity {
        let keys = self.keys.clone().unwrap_or_default();
        Identity { owner: self.owner.clone(), created_at: self.created_at, keys }.spelt()
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
        let changed = changed.map(|(what, then, now)| format!("{what}: then {then}, now {now}"));
        let another = self.identity().is_not(&now.identity());
        let another = another.filter(|_| self.tells_accounts_apart());
        let told: Vec<String> =
            changed.chain(another.map(|cause| format!("the id belongs to another account: {cause}"))).collect();
        (!told.is_empty()).then(|| told.join("; "))
    }
}
