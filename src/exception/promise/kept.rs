//! What became of a promise, and what the next audit has to know of that.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What became of a promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PromiseState {
    /// The account is gone or disabled; or none of the roles is left.
    Done,
    /// It isn't done, and there is time.
    Pending,
    /// It isn't done, and should be.
    Overdue,
    /// It was done, and is undone.
    Returned,
    /// It is done, and another account has come in its place.
    Recreated,
    /// What a comment asked for may be done: a person has to look.
    Changed,
    /// Nobody can tell.
    Unverifiable,
}

impl PromiseState {
    /// All.
    pub const ALL: [Self; 7] =
        [Self::Done, Self::Pending, Self::Overdue, Self::Returned, Self::Recreated, Self::Changed, Self::Unverifiable];

    /// How much it asks for somebody, 0 most: of several promises about an account, the worst is told.
    pub(super) const fn rank(self) -> u8 {
        match self {
            Self::Returned => 0,
            Self::Overdue => 1,
            Self::Recreated => 2,
            Self::Unverifiable => 3,
            Self::Changed => 4,
            Self::Pending => 5,
            Self::Done => 6,
        }
    }

    /// As rules and reports spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Pending => "pending",
            Self::Overdue => "overdue",
            Self::Returned => "returned",
            Self::Recreated => "recreated",
            Self::Changed => "changed",
            Self::Unverifiable => "unverifiable",
        }
    }
}

/// What became of a promise, as the next audit needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeptPromise {
    /// Its identity.
    pub id: String,
    /// What became of it.
    pub state: PromiseState,
    /// The day of the first audit that saw it done.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub done_by: Option<NaiveDate>,
    /// The day of the last audit that saw it not done.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub not_before: Option<NaiveDate>,
    /// The day on which it was done, as the vendor tells it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub done_on: Option<NaiveDate>,
}

/// What the audit before knew, by the ids of promises.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PromiseMemory(BTreeMap<String, Remembered>);

/// A promise, and the review that has made it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Remembered {
    review: String,
    kept: KeptPromise,
}

impl PromiseMemory {
    /// Remembers the promises of a review.
    pub fn remember(&mut self, review: &str, kept: Vec<KeptPromise>) {
        let review = || review.to_owned();
        self.0.extend(kept.into_iter().map(|kept| (kept.id.clone(), Remembered { review: review(), kept })));
    }

    /// Whether a promise was done once.
    pub fn was_done(&self, id: &str) -> bool {
        self.0.get(id).is_some_and(|old| old.kept.done_by.is_some())
    }

    /// How many of them nobody knows any more though they weren't done, by their reviews. `is_known` tells which are there.
    pub fn lost(&self, is_known: impl Fn(&str) -> bool) -> BTreeMap<&str, u64> {
        let mut lost = BTreeMap::new();
        let gone = self.0.values().filter(|old| old.kept.state != PromiseState::Done && !is_known(&old.kept.id));
        gone.for_each(|old| *lost.entry(old.review.as_str()).or_default() += 1);
        lost
    }

    /// What is to be known of a promise from now on.
    pub fn next(&self, id: &str, state: PromiseState, done_on: Option<NaiveDate>, today: NaiveDate) -> KeptPromise {
        let before = self.0.get(id).map(|old| &old.kept);
        let is_done = matches!(state, PromiseState::Done | PromiseState::Recreated);
        let is_seen_undone = matches!(state, PromiseState::Pending | PromiseState::Overdue | PromiseState::Returned);
        KeptPromise {
            id: id.to_owned(),
            state,
            done_by: before.and_then(|before| before.done_by).or(is_done.then_some(today)),
            not_before: if is_seen_undone { Some(today) } else { before.and_then(|before| before.not_before) },
            done_on: if is_done { done_on.or(before.and_then(|before| before.done_on)) } else { None },
        }
    }
}
