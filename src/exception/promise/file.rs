//! `promises.json`: what a review has decided to take away or change, and its numbers, for all later audits. Strict: whoever alters
//! it would make a promise disappear.

use std::path::Path;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::bag::Role;
use crate::base::diagnostic::{Diagnostic, Lines};
use crate::base::text::digest;
use crate::files::Files;
use crate::model::Timestamp;

/// The file of a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PromiseFile {
    /// What it is.
    pub format: PromiseFormat,
    /// The review.
    pub review: String,
    /// The bundle that it rests on.
    pub evidence_id: String,
    /// The moment of that: what has come since, nobody was asked about.
    pub as_of: Timestamp,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// The last day for answers.
    pub due: NaiveDate,
    /// When it was closed, if it is.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub closed_at: Option<Timestamp>,
    /// Which accounts it is about.
    pub scope: String,
    /// Its numbers.
    pub numbers: ReviewNumbers,
    /// What is to be taken away or changed.
    pub promises: Vec<Promise>,
    /// Promises of earlier reviews in whose place a decision of this one stands, by their ids.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub superseded: Vec<String>,
    /// A hash of all that: what was altered by accident, or without knowing, is noticed.
    #[serde(default)]
    pub check: String,
}

/// The version of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PromiseFormat {
    /// The first.
    #[serde(rename = "headcount-promises-1")]
    One,
}

/// The numbers of a review.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewNumbers {
    /// Accounts in scope.
    pub items: u64,
    /// Accounts with a decision that counts.
    pub decided: u64,
    /// Of these, kept.
    pub kept: u64,
    /// Of these, to be taken away.
    pub revoked: u64,
    /// Of these, to be changed.
    pub modified: u64,
    /// Accounts without a decision that counts.
    pub undecided: u64,
    /// Reviewers who have yet to decide about some.
    #[serde(default)]
    pub waiting: u64,
    /// Accounts that it isn't about.
    #[serde(default)]
    pub outside: u64,
    /// Decisions that came after the due day.
    pub late: u64,
    /// Remarks about answers.
    pub remarks: u64,
}

/// What somebody has decided to take away or change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promise {
    /// Its identity: a hash of review, key and action.
    pub id: String,
    /// `source/id`.
    pub key: String,
    /// The source.
    pub source: String,
    /// The account's identifier there.
    pub account_id: String,
    /// What is to happen.
    pub action: PromisedAction,
    /// The roles that are to go.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub roles: Vec<String>,
    /// The account as it was decided about.
    pub then: Then,
    /// Who decided; nobody, where silence means that access is taken away.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub by: Option<String>,
    /// On which day.
    pub decided_on: NaiveDate,
    /// The last day for it.
    pub due: NaiveDate,
}

/// What is to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PromisedAction {
    /// The account is to go, or to be disabled.
    Revoke,
    /// Some of its roles are to go.
    RemoveRoles,
    /// What a comment says.
    Change,
}

impl PromisedAction {
    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Revoke => "revoke",
            Self::RemoveRoles => "remove-roles",
            Self::Change => "change",
        }
    }
}

/// An account as it was decided about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Then {
    /// active or inactive.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub status: Option<String>,
    /// Its roles.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub roles: Option<Vec<String>>,
    /// Whose it was.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub owner: Option<String>,
    /// Its address.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub email: Option<String>,
    /// Its login name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub username: Option<String>,
    /// The identifier that the organisation gave to the vendor.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub external_id: Option<String>,
    /// When it was made.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub created_at: Option<Timestamp>,
    /// Other live accounts there that had one of its names already, by their identifiers: none of them has come in its place.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub namesakes: Vec<String>,
}

impl Promise {
    /// The identity of a promise.
    pub fn id_of(review: &str, key: &str, action: PromisedAction) -> String {
        digest(&["promise", review, key, action.as_str()])
    }
}

impl PromiseFile {
    /// In which order reviews stand: as they were opened.
    pub fn order(&self) -> (Timestamp, &str) {
        (self.opened_at, &self.review)
    }

    /// Reads and checks a file.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn read(files: &Files, path: &Path) -> Result<Self, Diagnostic> {
        const HELP: &str = "restore it from the bundle of the review; who takes a promise back does it in a review";
        let text = files
            .read_to_string(Role::Promises, path)
            .map_err(|error| Diagnostic::of_file(path, format!("can't read the promises: {error}")))?;
        let lines = Lines::of(&text);
        let file: Self = serde_json::from_str(&text).map_err(|error| {
            let at = lines.offset(&text, error.line(), error.column());
            let why = error.to_string();
            let why = why.rsplit_once(" at line ").map_or(why.as_str(), |(why, _)| why);
            Diagnostic::in_text(path, &text, at..at, format!("these are no promises of a review: {why}")).help(HELP)
        })?;
        for promise in &file.promises {
            let Promise { id, key, source, account_id, action, .. } = promise;
            let why = if *key != format!("{source}/{account_id}") {
                "its key isn't source/account"
            } else if *id != file.id(key, *action) {
                "its id isn't that of its review, key and action"
            } else if *action == PromisedAction::RemoveRoles && promise.roles.is_empty() {
                "it names no roles"
            } else {
                continue;
            };
            let at = text.find(id.as_str()).unwrap_or_default();
            return Err(Diagnostic::in_text(path, &text, at..at, format!("this promise was altered: {why}")).help(HELP));
        }
        if file.check != file.checksum() {
            let at = text.rfind("\"check\"").unwrap_or_default();
            let why = "this file was altered: its check is another".to_owned();
            return Err(Diagnostic::in_text(path, &text, at..at, why).help(HELP));
        }
        Ok(file)
    }

    /// The same, to be written.
    #[must_use]
    pub fn checked(self) -> Self {
        Self { check: self.checksum(), ..self }
    }

    fn checksum(&self) -> String {
        let bare = Self { check: String::new(), ..self.clone() };
        digest(&["promises", &serde_json::to_string(&bare).unwrap_or_default()])
    }

    fn id(&self, key: &str, action: PromisedAction) -> String {
        Promise::id_of(&self.review, key, action)
    }
}
