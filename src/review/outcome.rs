//! What came of a review: promises, what administrators have to do, every decision as a table, and what can be attested.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use chrono::{Days, NaiveDate};
use serde::Serialize;

use super::campaign::{Campaign, SourceSeen};
use super::journal::Decision;
use super::state::{Answer, Asked, Count, Standing};
use crate::base::text::counted;
use crate::config::NoAnswer;
use crate::exception::{Promise, PromiseFile, PromiseFormat, PromisedAction, ReviewNumbers, Then};
use crate::render::{csv_row, terminal};

/// A file of the outcome.
pub type OutcomeFile = (String, Vec<u8>);

/// What came of it, as `outcome.json` has it. Public: others rely on these names.
#[derive(Debug, Serialize)]
struct Outcome<'o> {
    format: &'static str,
    review: &'o str,
    title: &'o str,
    evidence_id: &'o str,
    as_of: crate::model::Timestamp,
    opened_at: crate::model::Timestamp,
    due: NaiveDate,
    closed_at: Option<crate::model::Timestamp>,
    incomplete: Option<&'o str>,
    against: Option<&'o str>,
    no_recheck: Option<&'o str>,
    scope: &'o str,
    outside: u64,
    numbers: ReviewNumbers,
    coverage: u64,
    sources: &'o [SourceSeen],
    by_reviewer: BTreeMap<&'o str, ByReviewer>,
    handed: u64,
    refused: u64,
    remarks: Vec<&'o (String, String)>,
    not_in_this_review: &'o [String],
    journal_sha256: &'o str,
}

/// The numbers of one reviewer.
#[derive(Debug, Default, Serialize)]
pub(super) struct ByReviewer {
    pub accounts: u64,
    pub kept: u64,
    pub revoked: u64,
    pub modified: u64,
    pub undecided: u64,
    pub late: u64,
}

impl Campaign {
    /// The numbers as later audits read them.
    fn numbers(&self) -> ReviewNumbers {
        let Count { items, decided, kept, revoked, modified, late, remarks, waiting, .. } = self.state.count();
        let (undecided, outside) = (items - decided, self.review.scope.outside);
        ReviewNumbers { items, decided, kept, revoked, modified, undecided, waiting, outside, late, remarks }
    }

    /// `promises.json` as it stands: nothing is promised before the review is closed. `earlier` are the promises of other reviews.
    pub fn promises(&self, earlier: &[PromiseFile]) -> PromiseFile {
        let review = &self.review;
        let ended = self.state.ended.as_ref();
        let promises = self.made_promises();
        let is_decided = |key: &str| matches!(self.state.standing(key), Some(Standing::Decided(_)));
        let promised: BTreeSet<&str> = promises.iter().map(|promise| promise.key.as_str()).collect();
        // Nobody who decided here knew of a promise that was made in a review opened later.
        let old = earlier.iter().filter(|file| file.order() < (review.opened_at, review.id.as_str()));
        let old = old.flat_map(|file| &file.promises);
        let superseded =
            old.filter(|old| ended.is_some() && (is_decided(&old.key) || promised.contains(old.key.as_str())));
        PromiseFile {
            format: PromiseFormat::One,
            review: review.id.clone(),
            evidence_id: review.evidence.bundle_id.clone(),
            opened_at: review.opened_at,
            due: review.due,
            closed_at: ended.map(|ended| ended.at),
            scope: review.scope.text.clone(),
            numbers: self.numbers(),
            superseded: superseded.map(|old| old.id.clone()).collect(),
            as_of: review.evidence.as_of,
            promises,
            check: String::new(),
        }
        .checked()
    }

    /// What is promised: nothing before the review is closed.
    pub(super) fn made_promises(&self) -> Vec<Promise> {
        let Some(day) = self.state.ended.as_ref().map(|ended| ended.at.date_naive()) else { return Vec::new() };
        self.state.asked.values().filter_map(|asked| self.promise(asked, day)).collect()
    }

    fn promise(&self, asked: &Asked, closed_on: NaiveDate) -> Option<Promise> {
        let item = &asked.item;
        let (action, roles, by, decided_on) = match self.state.standing_of(asked) {
            Standing::Decided(answer) => {
                let action = match (answer.decision, answer.remove.is_empty()) {
                    (Decision::Keep, _) => return None,
                    (Decision::Revoke, _) => PromisedAction::Revoke,
                    (Decision::Modify, false) => PromisedAction::RemoveRoles,
                    (Decision::Modify, true) => PromisedAction::Change,
                };
                (action, answer.remove.clone(), Some(answer.reviewer.clone()), answer.decided_on)
            }
            _ if self.review.settings.no_answer == NoAnswer::Revoke => {
                (PromisedAction::Revoke, Vec::new(), None, closed_on)
            }
            _ => return None,
        };
        let facts = &item.facts;
        let within = Days::new(self.review.settings.revoke_within.days(item.worst()).into());
        Some(Promise {
            id: Promise::id_of(&self.review.id, &item.key, action),
            key: item.key.clone(),
            source: facts.source.clone(),
            account_id: facts.account_id.clone(),
            action,
            roles,
            then: Then {
                status: facts.status.clone(),
                roles: facts.roles.clone(),
                owner: facts.employee_id.clone(),
                email: facts.email.clone(),
                username: facts.username.clone(),
                external_id: facts.external_id.clone(),
                created_at: facts.created_at,
                namesakes: item.namesakes.clone(),
            },
            by,
            decided_on,
            due: closed_on.checked_add_days(within).unwrap_or(closed_on),
        })
    }

    /// All files of the outcome, but for the proposed waivers.
    ///
    /// # Errors
    /// Something can't be written as JSON.
    pub fn outcome(&self, promises: &PromiseFile) -> serde_json::Result<Vec<OutcomeFile>> {
        let told = self.told(self.state.ended.as_ref().map_or(self.review.opened_at, |ended| ended.at));
        let mut files = vec![
            // What audits read comes first, should the disk be full.
            ("outcome/promises.json".to_owned(), json(promises)?),
            ("outcome/outcome.json".to_owned(), json(&self.summary())?),
            ("outcome/outcome.md".to_owned(), told.markdown().into_bytes()),
            ("outcome/outcome.html".to_owned(), told.html().into_bytes()),
            ("outcome/decisions.csv".to_owned(), self.decisions()),
            ("outcome/actions.csv".to_owned(), actions(promises)),
            ("outcome/attestation.txt".to_owned(), super::attest::attestation(self, promises).into_bytes()),
        ];
        files.extend(tickets(promises));
        Ok(files)
    }

    /// Where the review stands, for programs.
    ///
    /// # Errors
    /// It can't be written as JSON.
    pub fn in_json(&self) -> serde_json::Result<Vec<u8>> {
        json(&self.summary())
    }

    /// The numbers of each reviewer.
    pub(super) fn by_reviewer(&self) -> BTreeMap<&str, ByReviewer> {
        let mut by_reviewer: BTreeMap<&str, ByReviewer> = BTreeMap::new();
        for asked in self.state.asked.values() {
            let Some(holder) = &asked.holder else { continue };
            let of = by_reviewer.entry(holder).or_default();
            of.accounts += 1;
            match self.state.standing_of(asked) {
                Standing::Decided(answer) => {
                    of.late += u64::from(answer.late);
                    match answer.decision {
                        Decision::Keep => of.kept += 1,
                        Decision::Revoke => of.revoked += 1,
                        Decision::Modify => of.modified += 1,
                    }
                }
                _ => of.undecided += 1,
            }
        }
        by_reviewer
    }

    fn summary(&self) -> Outcome<'_> {
        let (review, count) = (&self.review, self.state.count());
        let ended = self.state.ended.as_ref();
        Outcome {
            format: "headcount-review-outcome-1",
            review: &review.id,
            title: &review.title,
            evidence_id: &review.evidence.bundle_id,
            as_of: review.evidence.as_of,
            opened_at: review.opened_at,
            due: review.due,
            closed_at: ended.map(|ended| ended.at),
            incomplete: ended.and_then(|ended| ended.incomplete.as_deref()),
            against: ended.and_then(|ended| ended.against.as_deref()),
            no_recheck: ended.and_then(|ended| ended.no_recheck.as_deref()),
            scope: &review.scope.text,
            outside: review.scope.outside,
            numbers: self.numbers(),
            coverage: count.coverage(),
            sources: &review.evidence.sources,
            by_reviewer: self.by_reviewer(),
            handed: self.state.handed.iter().map(|handed| handed.accounts).sum(),
            refused: self.state.refused,
            remarks: self.state.remarks.iter().collect(),
            not_in_this_review: ended.map(|ended| ended.born.as_slice()).unwrap_or_default(),
            journal_sha256: self.journal_sha256(),
        }
    }

    /// Every decision, and every account without one.
    fn decisions(&self) -> Vec<u8> {
        let mut table = csv_row([
            "key",
            "standing",
            "decision",
            "remove_roles",
            "comment",
            "reviewer",
            "decided_on",
            "day_of_file",
            "late",
            "evidence",
            "file",
        ]);
        let nobody = String::new();
        for asked in self.state.asked.values() {
            let standing = self.state.standing_of(asked);
            let answer = match standing {
                Standing::Decided(answer) | Standing::Unsigned(answer) => Some(answer),
                _ => None,
            };
            let text = |of: fn(&Answer) -> String| answer.map(of).unwrap_or_default();
            let flag = |is: bool| if is { "yes" } else { "no" }.to_owned();
            table.extend(csv_row([
                asked.item.key.as_str(),
                word(&standing),
                answer.map_or("", |answer| answer.decision.as_str()),
                &text(|answer| answer.remove.join("; ")),
                &text(|answer| answer.reason.clone()),
                answer.map_or(asked.holder.as_ref().unwrap_or(&nobody), |answer| &answer.reviewer),
                &text(|answer| answer.decided_on.to_string()),
                &answer.map(|answer| flag(answer.day_of_file)).unwrap_or_default(),
                &answer.map(|answer| flag(answer.late)).unwrap_or_default(),
                &asked.item.evidence,
                &text(|answer| answer.received.clone()),
            ]));
        }
        table
    }

    /// A reviewer with their name, if it was known when the review began.
    pub(super) fn named(&self, id: &str) -> String {
        let name =
            self.review.reviewers.iter().find(|reviewer| reviewer.id == id).and_then(|known| known.name.as_ref());
        name.map_or_else(|| id.to_owned(), |name| format!("{name}, {id}"))
    }
}

/// How far a decision is, in a word.
pub(super) const fn word(standing: &Standing<'_>) -> &'static str {
    match standing {
        Standing::Unassigned => "unassigned",
        Standing::Open => "open",
        Standing::Unsigned(_) => "unsigned",
        Standing::Conflict => "conflict",
        Standing::Decided(_) => "decided",
    }
}

/// What administrators have to do, as a table.
fn actions(promises: &PromiseFile) -> Vec<u8> {
    let mut table = csv_row(["source", "account_id", "action", "roles", "due", "decided_by", "decided_on", "promise"]);
    for promise in &promises.promises {
        table.extend(csv_row([
            promise.source.as_str(),
            &promise.account_id,
            promise.action.as_str(),
            &promise.roles.join("; "),
            &promise.due.to_string(),
            promise.by.as_deref().unwrap_or("by policy"),
            &promise.decided_on.to_string(),
            &promise.id,
        ]));
    }
    table
}

/// The same as texts for tickets, one for each source.
fn tickets(promises: &PromiseFile) -> Vec<OutcomeFile> {
    let mut by_source: BTreeMap<&str, Vec<&Promise>> = BTreeMap::new();
    for promise in &promises.promises {
        by_source.entry(&promise.source).or_default().push(promise);
    }
    let ticket = |(at, (source, promises_there)): (usize, (&str, Vec<&Promise>))| {
        let accounts = counted(promises_there.len() as u64, "account", "accounts");
        let mut text =
            format!("{accounts} at {} to change, as review {} has decided\n\n", terminal(source), promises.review);
        for promise in promises_there {
            let what = match promise.action {
                PromisedAction::Revoke => "disable or delete it".to_owned(),
                PromisedAction::RemoveRoles => format!("take away: {}", terminal(&promise.roles.join("; "))),
                PromisedAction::Change => "change it as the comment in decisions.csv says".to_owned(),
            };
            let names = [&promise.then.email, &promise.then.username].into_iter().flatten().next();
            let name = names.map(|name| format!(" ({})", terminal(name))).unwrap_or_default();
            let _ = writeln!(text, "- {}{name}: {what}, by {}", terminal(&promise.account_id), promise.due);
        }
        text.push_str("\nThe next audit looks whether it is done.\n");
        (format!("outcome/actions/{:02}-{}.txt", at + 1, crate::bag::slug(source)), text.into_bytes())
    };
    by_source.into_iter().enumerate().map(ticket).collect()
}

/// A value as its file has it.
fn json(value: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut text = serde_json::to_vec_pretty(value)?;
    text.push(b'\n');
    Ok(text)
}
