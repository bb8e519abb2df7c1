//! What reports say of reviews: how far each is, and what became of what it has promised.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::audit::PromiseStates;
use crate::base::text::{counted, grouped};
use crate::exception::{
    KeptPromise, PromiseFile, PromiseMemory, PromiseState, PromisedAction, Promises, ReviewNumbers,
};
use crate::model::Timestamp;

/// A review, as far as later audits tell of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewSummary {
    /// Its name.
    pub id: String,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// The last day for answers.
    pub due: NaiveDate,
    /// When it was closed; absent while it is open.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub closed_at: Option<Timestamp>,
    /// The bundle that it rests on.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub bundle_id: String,
    /// Which accounts it is about.
    pub scope: String,
    /// Accounts in scope, and what was decided about them.
    pub numbers: ReviewNumbers,
    /// Accounts with a decision that counts, of all in scope, in percent, rounded down.
    pub coverage: u64,
    /// What became of its promises.
    pub promises: PromiseTally,
    /// The later reviews whose decisions stand in the place of some of them.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub superseded_by: Vec<String>,
    /// How long it took to take access away, where it was.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub time_to_revoke: Option<TimeToRevoke>,
    /// What the next audit has to know of each promise.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub kept_promises: Vec<KeptPromise>,
}

/// How many promises are in which state. Those that a later review has decided anew don't count any more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PromiseTally {
    /// All.
    pub total: u64,
    /// The account is gone or disabled, or none of the roles is left.
    pub done: u64,
    /// Not done, and there is time.
    pub pending: u64,
    /// Not done, and should be.
    pub overdue: u64,
    /// Was done, and is undone.
    pub returned: u64,
    /// Done, and another account has come in its place.
    pub recreated: u64,
    /// Perhaps done: a person has to look.
    pub changed: u64,
    /// Nobody can tell.
    pub unverifiable: u64,
    /// Decided anew by a later review.
    pub superseded: u64,
}

/// How long it took to take access away, from the decision on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TimeToRevoke {
    /// Half of them took at most this many days.
    pub median_days: i64,
    /// All of them did.
    pub max_days: i64,
    /// For how many the vendor tells the day.
    pub exact: u64,
    /// For how many only the audits between which it was are known; the later one counts.
    pub bounded: u64,
}

impl ReviewSummary {
    /// Of all reviews that were open by a moment.
    pub fn all(promises: &Promises, states: &PromiseStates, memory: &PromiseMemory, as_of: Timestamp) -> Vec<Self> {
        let known = promises.reviews.iter().filter(|file| file.opened_at <= as_of);
        let open: BTreeSet<&str> = promises.open(as_of).map(|(_, promise)| promise.id.as_str()).collect();
        let summary = |file: &PromiseFile| Self {
            superseded_by: promises.superseding(file, as_of).map(str::to_owned).collect(),
            ..Self::of(file, &open, (states, memory), as_of)
        };
        known.map(summary).collect()
    }

    /// How far it is at a moment: "2026-Q4: 312 of 340 (91 %) decided, 2 reviewers late; promises: 3 overdue".
    pub fn in_words(&self, as_of: Timestamp) -> String {
        let late = match self.late_reviewers(as_of) {
            0 => String::new(),
            late => format!(", {} late", counted(late, "reviewer", "reviewers")),
        };
        let promises = match self.promises_in_words() {
            words if words.is_empty() => String::new(),
            words => format!("; promises: {words}"),
        };
        format!("{}: {} decided{late}{promises}", self.id, self.decided_in_words())
    }

    /// Decided accounts of all.
    pub fn decided_in_words(&self) -> String {
        let ReviewNumbers { decided, items, .. } = self.numbers;
        format!("{} of {} ({} %)", grouped(decided), grouped(items), self.coverage)
    }

    /// How many reviewers have yet to decide, and should have.
    pub fn late_reviewers(&self, as_of: Timestamp) -> u64 {
        let is_late = self.closed_at.is_none() && as_of.date_naive() > self.due;
        if is_late { self.numbers.waiting } else { 0 }
    }

    /// What is worth saying of its promises: "3 overdue, 1 returned, 2 decided anew by 2027-Q1".
    pub fn promises_in_words(&self) -> String {
        let tally = &self.promises;
        let all = [
            (tally.done, "done"),
            (tally.pending, "pending"),
            (tally.overdue, "overdue"),
            (tally.returned, "returned"),
            (tally.recreated, "recreated"),
            (tally.changed, "to be looked at"),
            (tally.unverifiable, "unverifiable"),
        ];
        let told = all.into_iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}"));
        let by = match self.superseded_by.as_slice() {
            [] => String::new(),
            reviews => format!(" by {}", reviews.join(", ")),
        };
        let anew = (tally.superseded > 0).then(|| format!("{} decided anew{by}", tally.superseded));
        told.chain(anew).collect::<Vec<_>>().join(", ")
    }

    /// Whether somebody has to do something about it: it is open, or a promise isn't done.
    pub const fn is_open(&self) -> bool {
        let PromiseTally { total, done, superseded, .. } = self.promises;
        self.closed_at.is_none() || done + superseded < total
    }

    /// The same without what could lead to an account: a condition may name some, and a promise is known by its account.
    pub(super) fn without_people(self) -> Self {
        Self { scope: "withheld; the full report has it".to_owned(), kept_promises: Vec::new(), ..self }
    }

    fn of(
        file: &PromiseFile,
        open: &BTreeSet<&str>,
        (states, memory): (&PromiseStates, &PromiseMemory),
        as_of: Timestamp,
    ) -> Self {
        let is_closed = file.closed_at.is_some_and(|at| at <= as_of);
        let (mut tally, mut days) = (PromiseTally::default(), Vec::new());
        let mut exact = 0;
        let mut kept_promises = Vec::new();
        for promise in file.promises.iter().filter(|_| is_closed) {
            tally.total += 1;
            if !open.contains(promise.id.as_str()) {
                tally.superseded += 1;
                continue;
            }
            // Of a source that wasn't audited, or has another name now, nobody can tell.
            let (state, done_on) = states.get(&promise.id).copied().unwrap_or((PromiseState::Unverifiable, None));
            tally.add(state);
            let kept = memory.next(&promise.id, state, done_on, as_of.date_naive());
            if state == PromiseState::Done && promise.action == PromisedAction::Revoke {
                let done = kept.done_on.or(kept.done_by);
                exact += u64::from(kept.done_on.is_some());
                // A vendor's clock may be ahead of or behind ours.
                days.extend(done.map(|day| (day - promise.decided_on).num_days().max(0)));
            }
            kept_promises.push(kept);
        }
        days.sort_unstable();
        let time_to_revoke = days.last().map(|longest| TimeToRevoke {
            median_days: days.get((days.len() - 1) / 2).copied().unwrap_or_default(),
            max_days: *longest,
            exact,
            bounded: days.len() as u64 - exact,
        });
        let ReviewNumbers { items, decided, .. } = file.numbers;
        Self {
            id: file.review.clone(),
            opened_at: file.opened_at,
            due: file.due,
            closed_at: file.closed_at.filter(|_| is_closed),
            bundle_id: file.evidence_id.clone(),
            scope: file.scope.clone(),
            numbers: file.numbers,
            coverage: (decided * 100).checked_div(items).unwrap_or(100),
            promises: tally,
            superseded_by: Vec::new(),
            time_to_revoke,
            kept_promises,
        }
    }
}

impl PromiseTally {
    fn add(&mut self, state: PromiseState) {
        let count = match state {
            PromiseState::Done => &mut self.done,
            PromiseState::Pending => &mut self.pending,
            PromiseState::Overdue => &mut self.overdue,
            PromiseState::Returned => &mut self.returned,
            PromiseState::Recreated => &mut self.recreated,
            PromiseState::Changed => &mut self.changed,
            PromiseState::Unverifiable => &mut self.unverifiable,
        };
        *count += 1;
    }
}
