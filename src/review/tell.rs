//! Where a review stands, for people: the same in its status and in its outcome.

use super::campaign::Campaign;
use super::journal::MailKind;
use crate::base::text::{counted, grouped};
use crate::exception::PromisedAction;
use crate::model::Timestamp;
use crate::render::{ReviewPage, ReviewTable};

impl Campaign {
    /// Where the review stands at a moment.
    pub fn told(&self, now: Timestamp) -> ReviewPage {
        let mut words = self.decided_in_words(now);
        words.extend(self.grounds());
        words.extend(self.happened());
        ReviewPage {
            title: format!("Review {}", self.review.id),
            words,
            tables: vec![self.reviewers_told(), self.sources_told(), self.actions_told(), self.born_told()],
        }
    }

    /// How far it is.
    fn decided_in_words(&self, now: Timestamp) -> Vec<String> {
        let (count, due) = (self.state.count(), self.review.due);
        let ended = self.state.ended.as_ref();
        let is_late = ended.is_none() && now.date_naive() > due;
        let state = match ended {
            Some(ended) => format!("closed {}, answers were due {due}", ended.at.format("%Y-%m-%d")),
            None if is_late => format!("open, answers were due {due}"),
            None => format!("open, answers due {due}"),
        };
        let (decided, items, coverage) = (grouped(count.decided), grouped(count.items), count.coverage());
        let mut words = vec![
            format!("{decided} of {items} accounts decided, {coverage} %; {state}"),
            format!(
                "{} kept, {} to be taken away, {} to be changed",
                grouped(count.kept),
                grouped(count.revoked),
                grouped(count.modified)
            ),
        ];
        if is_late && count.waiting > 0 {
            words.push(format!("{} late", counted(count.waiting, "reviewer", "reviewers")));
        }
        let open = [
            (count.open, "without an answer"),
            (count.unsigned, "answered, but not signed"),
            (count.conflicts, "with answers that differ"),
            (count.unassigned, "about which nobody may decide"),
        ];
        let open = open.into_iter().filter(|(number, _)| *number > 0);
        words.extend(open.map(|(number, what)| format!("{} {what}", counted(number, "account", "accounts"))));
        if count.late > 0 {
            words.push(format!("{} came after the due day", counted(count.late, "decision", "decisions")));
        }
        if self.state.refused > 0 {
            words.push(format!("{} refused so far", counted(self.state.refused, "row", "rows")));
        }
        words
    }

    /// What it is about, and what it rests on.
    fn grounds(&self) -> Vec<String> {
        let (scope, evidence) = (&self.review.scope, &self.review.evidence);
        let outside = counted(scope.outside, "account is", "accounts are");
        let mut words = vec![
            format!("Scope: {}; {outside} outside of it", scope.text),
            format!("Evidence: bundle {}, as of {}", evidence.bundle_id, evidence.as_of.format("%Y-%m-%d")),
        ];
        words.extend(
            evidence.incomplete.as_ref().map(|why| format!("The evidence isn't whole, accepted because: {why}")),
        );
        words
    }

    /// What whoever reads it should know.
    fn happened(&self) -> Vec<String> {
        let state = &self.state;
        let mut words = Vec::new();
        for handed in &state.handed {
            let accounts = counted(handed.accounts, "account", "accounts");
            let (to, by) = (self.named(&handed.to), self.named(&handed.by));
            words.push(format!("{accounts} handed over to {to} by {by}: {}", handed.reason));
        }
        let escalated = state.mails.iter().filter(|(kind, ..)| *kind == MailKind::Escalation).count() as u64;
        if escalated > 0 {
            words.push(format!("Escalated {}", counted(escalated, "time", "times")));
        }
        words.extend(state.remarks.iter().map(|(who, remark)| format!("Remark on {}: {remark}", self.named(who))));
        if state.received.values().any(|file| !file.tells_times) {
            words
                .push("Workbooks and CSV don't tell when each decision was made: haste shows in pages only".to_owned());
        }
        let Some(ended) = &state.ended else { return words };
        words.extend(ended.incomplete.as_ref().map(|why| format!("Closed though not everything is decided: {why}")));
        words.push(match (&ended.against, &ended.no_recheck) {
            (Some(bundle), _) => format!("What was kept is as it was in bundle {bundle}"),
            (None, why) => format!("Not held against a later audit: {}", why.as_deref().unwrap_or("no reason")),
        });
        words
    }

    fn reviewers_told(&self) -> ReviewTable {
        let of_all = self.by_reviewer();
        let row = |(who, of): (&&str, &super::outcome::ByReviewer)| {
            let numbers = [of.accounts, of.kept, of.revoked, of.modified, of.undecided, of.late];
            [self.named(who)].into_iter().chain(numbers.map(grouped)).collect()
        };
        ReviewTable {
            title: "Reviewers",
            headings: (&["Reviewer"], &["Accounts", "Kept", "To go", "To change", "Open", "Late"]),
            rows: of_all.iter().map(row).collect(),
        }
    }

    fn sources_told(&self) -> ReviewTable {
        let row = |source: &super::campaign::SourceSeen| {
            let owner = source.owner.as_deref().map(|owner| self.named(owner)).unwrap_or_default();
            let outside = source.accounts.saturating_sub(source.in_scope);
            let numbers = [source.accounts, source.in_scope, outside].map(grouped);
            [source.name.clone(), source.status.as_str().to_owned(), owner].into_iter().chain(numbers).collect()
        };
        ReviewTable {
            title: "Sources",
            headings: (&["Source", "Seen", "Owner"], &["Accounts", "In scope", "Outside"]),
            rows: self.review.evidence.sources.iter().map(row).collect(),
        }
    }

    /// What is to be done, once nothing is decided any more.
    fn actions_told(&self) -> ReviewTable {
        let row = |promise: crate::exception::Promise| {
            let action = match promise.action {
                PromisedAction::Revoke => "disable or delete it".to_owned(),
                PromisedAction::RemoveRoles => format!("take away: {}", promise.roles.join("; ")),
                PromisedAction::Change => "change it as the comment in decisions.csv says".to_owned(),
            };
            let by = promise.by.map_or_else(|| "by policy".to_owned(), |by| self.named(&by));
            vec![promise.key, action, promise.due.to_string(), by]
        };
        ReviewTable {
            title: "To be done",
            headings: (&["Account", "What", "By", "Decided by"], &[]),
            rows: self.made_promises().into_iter().map(row).collect(),
        }
    }

    fn born_told(&self) -> ReviewTable {
        let born = self.state.ended.iter().flat_map(|ended| &ended.born);
        ReviewTable {
            title: "Not in this review: accounts that have come since",
            headings: (&["Account"], &[]),
            rows: born.map(|key| vec![key.clone()]).collect(),
        }
    }
}
