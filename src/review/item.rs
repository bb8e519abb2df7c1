//! An account that is asked about: what was known of it when the review was opened, and what a reviewer is shown of that.

use serde::{Deserialize, Serialize};

use crate::base::text::digest;
use crate::model::{Severity, Timestamp};
use crate::render::packet::{ABOUT, shown_cell};

/// What is known of an account, as `accounts.ndjson` of an audit tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// Its source.
    pub source: String,
    /// Its identifier there.
    pub account_id: String,
    /// The identifier that the organisation gave to the vendor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Its address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Its login name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The name shown to people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// active or inactive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Its roles.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<String>>,
    /// Whether one of them gives power over others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub privileged: Option<bool>,
    /// When it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When it was last used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_login_at: Option<Timestamp>,
    /// When it was deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Timestamp>,
    /// matched, unmatched, ambiguous, conflict or declared.
    pub situation: String,
    /// Its owner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub employee_id: Option<String>,
    /// The owner's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub employee_name: Option<String>,
    /// Who answers for the owner, as the roster writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manager: Option<String>,
    /// What the vendor doesn't tell.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_told: Vec<String>,
    /// Who answers for it, where the organisation vouches for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declared_owner: Option<String>,
}

impl Facts {
    /// `source/id`, by which decisions find it.
    pub fn key(&self) -> String {
        format!("{}/{}", self.source, self.account_id)
    }

    /// Whether a fact is told, also if there is none.
    pub fn tells(&self, name: &str) -> bool {
        !self.not_told.iter().any(|other| other == name)
    }

    /// Its roles, sorted.
    pub fn sorted_roles(&self) -> Vec<&str> {
        let mut roles: Vec<&str> = self.roles.iter().flatten().map(String::as_str).collect();
        roles.sort_unstable();
        roles
    }

    /// What is different from how it was, as far as a decision rests on it.
    pub fn changes_since(&self, then: &Self) -> Vec<String> {
        let list = |facts: &Self| facts.sorted_roles().join(", ");
        let pairs = [
            ("roles", list(then), list(self)),
            ("status", then.status_word(), self.status_word()),
            (
                "owner",
                then.employee_id.clone().unwrap_or_else(|| then.situation.clone()),
                self.employee_id.clone().unwrap_or_else(|| self.situation.clone()),
            ),
        ];
        let changed = pairs.into_iter().filter(|(_, then, now)| then != now);
        let word = |text: String| if text.is_empty() { "none".to_owned() } else { text };
        changed.map(|(what, then, now)| format!("{what}: {} → {}", word(then), word(now))).collect()
    }

    fn status_word(&self) -> String {
        let deleted = if self.deleted_at.is_some() { ", deleted" } else { "" };
        format!("{}{deleted}", self.status.as_deref().unwrap_or("not told"))
    }
}

/// What an audit has found about an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FoundThere {
    /// The rule.
    pub rule: String,
    /// How bad it is.
    pub severity: Severity,
    /// Its identity.
    pub fingerprint: String,
    /// Why, as a sentence.
    pub message: String,
    /// Whether no exception covers it.
    pub open: bool,
    /// If it fails the gate: the lines of a waiver that would cover it.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub waiver: Vec<String>,
}

/// What the review before decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Before {
    /// Which review that was.
    pub review: String,
    /// What was decided.
    pub decision: String,
    /// By whom.
    pub by: String,
    /// On which day.
    pub on: chrono::NaiveDate,
    /// What has changed since.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub changed: Vec<String>,
}

/// Somebody who would be asked, and may not decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Barred {
    /// Their employee id.
    pub who: String,
    /// Why.
    pub why: String,
}

/// An account that is asked about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// `source/id`.
    pub key: String,
    /// What ties an answer to what was shown: a hash of it.
    pub evidence: String,
    /// The account.
    pub facts: Facts,
    /// What was found about it.
    pub findings: Vec<FoundThere>,
    /// What to do, as the worst finding's rule says.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub suggestion: String,
    /// What the review before decided.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub before: Option<Before>,
    /// Who is asked; nobody, where nobody may decide.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reviewer: Option<String>,
    /// In which way that was found.
    pub via: String,
    /// Other live accounts at the source that have one of its names, by their identifiers.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub namesakes: Vec<String>,
    /// Who would have been asked before.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub barred: Vec<Barred>,
}

impl Item {
    /// Of an account, with nobody to ask yet.
    pub fn new(facts: Facts, findings: Vec<FoundThere>, suggestion: String, before: Option<Before>) -> Self {
        let key = facts.key();
        let via = "unassigned".to_owned();
        let (reviewer, barred, namesakes) = (None, Vec::new(), Vec::new());
        let evidence = String::new();
        Self { key, evidence, facts, findings, suggestion, before, reviewer, via, namesakes, barred }.sealed()
    }

    /// The same as the account is now, to be decided anew.
    #[must_use]
    pub fn renewed(&self, facts: Facts) -> Self {
        Self { facts, ..self.clone() }.sealed()
    }

    fn sealed(self) -> Self {
        let shown = self.shown();
        let fingerprints = self.findings.iter().map(|finding| finding.fingerprint.as_str());
        let parts: Vec<&str> =
            ["review-evidence"].into_iter().chain(shown.iter().map(String::as_str)).chain(fingerprints).collect();
        // With a letter in front, no program takes it for a number.
        let evidence = format!("e-{}", digest(&parts).get(..16).unwrap_or_default());
        Self { evidence, ..self }
    }

    /// The worst open finding.
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().filter(|finding| finding.open).map(|finding| finding.severity).min()
    }

    /// Where it stands among others: the worst first, then what has changed since the review before, or is new since; last, what
    /// was kept and is as it was.
    pub fn rank(&self) -> (u8, u8, &str) {
        let severity = self.worst().map_or(9, |severity| severity as u8);
        let is_known =
            self.before.as_ref().is_some_and(|before| before.decision == "Keep" && before.changed.is_empty());
        (severity, u8::from(is_known), &self.key)
    }

    /// What a reviewer sees of it, in the order of [`ABOUT`].
    pub fn shown(&self) -> [String; ABOUT.len()] {
        let Facts { source, account_id, email, username, display_name, status, roles, .. } = &self.facts;
        let untold = |name: &str| if self.facts.tells(name) { "" } else { "not told" }.to_owned();
        let day =
            |at: Option<Timestamp>, name: &str| at.map_or_else(|| untold(name), |at| at.format("%Y-%m-%d").to_string());
        let names = [display_name, email, username].into_iter().flatten().filter(|name| !name.is_empty());
        let mut names: Vec<&str> = names.map(String::as_str).collect();
        names.dedup();
        let account = if names.is_empty() { account_id.clone() } else { names.join(", ") };
        let person = match (&self.facts.employee_name, &self.facts.employee_id) {
            (Some(name), Some(id)) => format!("{name} ({id})"),
            (None, Some(id)) => id.clone(),
            _ => self.facts.situation.clone(),
        };
        let never = if self.facts.tells("last_login_at") { "never" } else { "not told" };
        let last_login = self.facts.last_login_at.map_or_else(|| never.to_owned(), |at| day(Some(at), ""));
        let word = |finding: &FoundThere| {
            if finding.open { finding.rule.clone() } else { format!("{} (accepted)", finding.rule) }
        };
        let findings: Vec<String> = self.findings.iter().map(word).collect();
        let why: Vec<&str> = self.findings.iter().map(|finding| finding.message.as_str()).collect();
        let before = self.before.as_ref().map(|before| {
            let changed = match before.changed.as_slice() {
                [] => "unchanged since".to_owned(),
                changed => changed.join("; "),
            };
            format!("{} on {} by {} ({}); {changed}", before.decision, before.on, before.by, before.review)
        });
        let privileged = self.facts.privileged.map_or("not told", |privileged| if privileged { "yes" } else { "no" });
        let cells = [
            self.key.clone(),
            self.worst().map_or("", Severity::as_str).to_owned(),
            source.clone(),
            account,
            person,
            self.facts.manager.clone().unwrap_or_default(),
            roles.as_ref().map_or_else(|| untold("roles"), |roles| roles.join("; ")),
            privileged.to_owned(),
            status.clone().unwrap_or_else(|| untold("status")),
            last_login,
            day(self.facts.created_at, "created_at"),
            findings.join(", "),
            why.join(" "),
            self.suggestion.clone(),
            before.unwrap_or_default(),
        ];
        cells.map(|cell| shown_cell(&cell))
    }
}
