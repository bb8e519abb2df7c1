//! Whose account a finding was about. When an account is gone, a vendor can give its identifier to another one, and an
//! exception for the first is none for the second.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::base::text;
use crate::key::{KeyKind, Normaliser, fold};
use crate::model::{AccountField, Finding, Fingerprint, Subject, Timestamp};

/// What a finding shows of its subject, in a report or on the way into one.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'f> {
    /// The kind of subject.
    pub kind: &'f str,
    /// The facts by the name that rules use.
    pub facts: &'f BTreeMap<String, Value>,
    /// How the account was correlated.
    pub matched: &'f BTreeMap<String, Value>,
    /// The employee id of its owner.
    pub owner: Option<&'f str>,
    /// The address.
    pub email: Option<&'f str>,
    /// The login name.
    pub username: Option<&'f str>,
    /// Of a group: its accounts.
    pub members: Option<&'f [String]>,
}

impl<'f> From<&'f Finding> for Shown<'f> {
    fn from(finding: &'f Finding) -> Self {
        let person = &finding.person;
        Self {
            kind: finding.subject.kind(),
            facts: &finding.facts,
            matched: &finding.correlation,
            owner: person.employee_id.as_ref().map(|id| id.0.as_str()),
            email: person.email.as_deref(),
            username: person.username.as_deref(),
            members: match &finding.subject {
                Subject::Group { members, .. } => Some(members),
                _ => None,
            },
        }
    }
}

/// Whom an account belongs to, when it was created, and by which keys people are found: in words, or as hashes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// The employee id of its owner.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub owner: Option<String>,
    /// When it was created.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub created_at: Option<Timestamp>,
    /// Its keys, but for the identifier.
    pub keys: BTreeSet<String>,
}

impl Identity {
    /// Of the account that a finding is about; nothing, if it is about something else.
    pub fn of(shown: Shown<'_>) -> Option<Self> {
        if shown.kind != Subject::ACCOUNT {
            return None;
        }
        let attempts = shown.matched.get("attempts").and_then(Value::as_array);
        // What many people share, and the identifier itself, would be a key of the next account, too.
        let tells = |attempt: &&Value| {
            attempt.get("field").and_then(Value::as_str) != Some(AccountField::Id.as_str())
                && attempt.get("crowd").is_none()
        };
        let compared = attempts.into_iter().flatten().filter(tells);
        // A value that was looked up as the vendor gave it is told once.
        let looked_up = |attempt: &Value| attempt.get("normalised").or_else(|| attempt.get("raw")).cloned();
        let compared = compared.filter_map(|attempt| looked_up(attempt)?.as_str().map(str::to_owned));
        let normaliser = Normaliser::default();
        let named = [shown.email, shown.username].into_iter().flatten();
        let named = named.map(|raw| normaliser.key(KeyKind::Address, raw).text.into_owned());
        let created_at = shown.facts.get("account.created_at").and_then(Value::as_str);
        Some(Self {
            owner: shown.owner.map(str::to_owned),
            created_at: created_at.and_then(|time| time.parse().ok()),
            keys: compared.chain(named).filter(|key| !key.is_empty()).collect(),
        })
    }

    /// The same without a name in it. What is the same at two findings can't be told from their hashes.
    #[must_use]
    pub(super) fn hashed(self, finding: &Fingerprint) -> Self {
        let hash = |text: String| {
            let mut hash = Sha256::new();
            hash.update(finding.as_str());
            hash.update(text);
            let hash = hash.finalize();
            text::hex(hash.first_chunk::<8>().map_or(hash.as_slice(), <[u8; 8]>::as_slice))
        };
        Self {
            owner: self.owner.map(hash),
            keys: self.keys.into_iter().map(hash).collect(),
            created_at: self.created_at,
        }
    }

    /// Why the account that has the identifier `now` isn't the one that had it then. With another creation date, it
    /// isn't; where none is told, neither its owner nor any of its keys says that it is. People change their names, and
    /// with them an address or a login name, but hardly both at once.
    pub(super) fn is_not(&self, now: &Self) -> Option<String> {
        match (self.created_at, now.created_at) {
            (Some(then), Some(now)) if then != now => {
                Some(format!("it was created on {}, and that one on {}", now.date_naive(), then.date_naive()))
            }
            (Some(_), Some(_)) => None,
            _ if self.owner.is_some() && self.owner == now.owner => None,
            _ if self.keys.is_empty() && now.keys.is_empty() => None,
            _ => self.keys.is_disjoint(&now.keys).then(|| "it has none of the keys that that one had".to_owned()),
        }
    }

    /// Whether it has gone from one person to another.
    pub(super) fn has_another_owner(&self, now: &Self) -> bool {
        self.owner.is_some() && now.owner.is_some() && self.owner != now.owner
    }

    /// With its keys as they are compared, however somebody has written them.
    #[must_use]
    pub(super) fn spelt(mut self) -> Self {
        self.keys = self.keys.iter().map(|key| fold(key).text.into_owned()).collect();
        self
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn identity(owner: Option<&str>, created: Option<&str>, keys: &[&str]) -> Identity {
        Identity {
            owner: owner.map(str::to_owned),
            created_at: created.map(|day| format!("{day}T08:00:00Z").parse().expect("a time")),
            keys: keys.iter().map(|key| (*key).to_owned()).collect(),
        }
    }

    #[test]
    fn another_account_with_the_same_identifier_is_told_from_a_new_surname() {
        let then = identity(None, Some("2024-03-01"), &["zed@example.com", "zed"]);
        for (now, same) in [
            (identity(None, Some("2024-03-01"), &["other@example.com"]), true),
            (identity(None, Some("2026-03-01"), &["zed@example.com", "zed"]), false),
            (identity(None, None, &["zed.new@example.com", "zed"]), true),
            (identity(None, None, &["other@example.com"]), false),
            (identity(None, None, &[]), false),
        ] {
            assert_eq!(then.is_not(&now).is_none(), same, "{now:?}");
        }
        let owned = identity(Some("E-1"), None, &["ann.lee@example.com"]);
        assert_eq!(owned.is_not(&identity(Some("E-1"), None, &["ann.ray@example.com"])), None, "the same person");
        assert!(owned.is_not(&identity(Some("E-2"), None, &["bo@example.com"])).is_some());
        assert!(owned.has_another_owner(&identity(Some("E-2"), None, &["ann.lee@example.com"])));
        assert!(!owned.has_another_owner(&identity(None, None, &[])));
        let nothing = identity(None, None, &[]);
        assert_eq!(nothing.is_not(&nothing), None, "nothing tells them apart");
    }

    #[test]
    fn keys_are_what_people_are_found_by() {
        let matched = json!([
            {"field": "id", "normalised": "17"},
            {"tier": "email", "raw": "zed@example.com"},
            {"field": "external_id", "normalised": "team", "crowd": 9},
            {"tier": "username", "raw": " ", "normalised": null},
        ]);
        let facts = BTreeMap::from([("account.created_at".to_owned(), json!("2024-03-01T08:00:00Z"))]);
        let shown = Shown {
            kind: "account",
            facts: &facts,
            matched: &BTreeMap::from([("attempts".to_owned(), matched)]),
            owner: None,
            email: Some("Zed@example.com"),
            username: Some("noreply@example.com"),
            members: None,
        };
        let told = Identity::of(shown).expect("an account");
        assert_eq!(told, identity(None, Some("2024-03-01"), &["zed@example.com"]));
        assert_eq!(Identity::of(Shown { kind: "group", ..shown }), None);
        let [one, other] = ["a", "b"].map(|digit| Fingerprint::parse(&digit.repeat(32)).expect("a fingerprint"));
        let hashed = told.clone().hashed(&one);
        assert!(hashed.keys.iter().all(|key| key.len() == 16) && hashed.created_at == told.created_at);
        assert_ne!(hashed, told.hashed(&other), "two findings about one account can't be put together");
    }
}
