//! Mails of a closed review: who answers for a source hears what is to be done there, once when the review is closed, and again
//! after each audit that has seen something of it undone that should be done.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use lettre::message::Mailbox;

use super::campaign::{Campaign, ReviewError};
use super::mails::address;
use super::people::People;
use crate::base::diagnostic::Diagnostic;
use crate::config::EmailConfig;
use crate::deliver::email::{EmailError, Letter, OutgoingMail, letter};
use crate::exception::{Promise, PromiseState, PromisedAction, Promises};
use crate::model::Timestamp;
use crate::render::{ActionTold, ActionsMail, actions_mail};

/// What the last audit has seen of promises.
#[derive(Debug, Default)]
pub struct LastAudit {
    /// Its run.
    pub run_id: String,
    /// Its moment.
    pub as_of: Option<Timestamp>,
    /// What became of promises, by their ids.
    pub states: BTreeMap<String, PromiseState>,
}

/// The mails to owners of sources, and who can't be reached.
#[derive(Debug, Default)]
pub struct OwnerMails {
    /// In the order of owners.
    pub mails: Vec<OutgoingMail>,
    /// Who or which source can't be reached, and why.
    pub unreachable: Vec<(String, String)>,
}

impl Campaign {
    /// Writes the mails about what isn't done yet. `owners` are the employee ids of who answers for each source.
    ///
    /// # Errors
    /// A mail can't be put together.
    pub fn owner_mails(
        &self,
        (email, people): (&EmailConfig, &People<'_>),
        owners: &BTreeMap<String, String>,
        (promises, seen): (&Promises, &LastAudit),
        now: Timestamp,
    ) -> Result<OwnerMails, ReviewError> {
        let mut found = OwnerMails::default();
        let mut by_owner: BTreeMap<&str, Vec<&Promise>> = BTreeMap::new();
        for promise in self.undone(promises, seen, now) {
            let source = promises.source_of(promise);
            match owners.get(source) {
                Some(owner) => by_owner.entry(owner).or_default().push(promise),
                None => {
                    let nobody =
                        (source.to_owned(), "nobody answers for it: [[source]] owner names somebody".to_owned());
                    if !found.unreachable.contains(&nobody) {
                        found.unreachable.push(nobody);
                    }
                }
            }
        }
        for (owner, undone) in by_owner {
            let to = people.by_id(owner).ok_or("is not in the roster");
            match to.and_then(|to| Ok((to, address(to, email)?))) {
                Ok((to, address)) => {
                    let to = (Mailbox::new(to.name().map(str::to_owned), address), to.name().unwrap_or(to.id()));
                    found.mails.push(self.owner_mail((owner, to), &undone, seen, email, now)?);
                }
                Err(why) => found.unreachable.push((owner.to_owned(), why.to_owned())),
            }
        }
        Ok(found)
    }

    /// The promises of this review that still count and aren't done.
    fn undone<'p>(&self, promises: &'p Promises, seen: &LastAudit, now: Timestamp) -> Vec<&'p Promise> {
        let own = promises.open(now).filter(|(file, _)| file.review == self.review.id).map(|(_, promise)| promise);
        own.filter(|promise| seen.states.get(&promise.id) != Some(&PromiseState::Done)).collect()
    }

    fn owner_mail(
        &self,
        (owner, (to, name)): (&str, (Mailbox, &str)),
        undone: &[&Promise],
        seen: &LastAudit,
        email: &EmailConfig,
        now: Timestamp,
    ) -> Result<OutgoingMail, ReviewError> {
        let state = |promise: &&Promise| seen.states.get(&promise.id).copied();
        let is_behind = |state: PromiseState| !matches!(state, PromiseState::Pending | PromiseState::Done);
        // As long as there is time, nobody is told twice.
        let is_behind = undone.iter().filter_map(state).any(is_behind);
        let round = if is_behind { seen.run_id.as_str() } else { "closed" };
        let mut actions: Vec<ActionTold<'_>> =
            undone.iter().map(|promise| told(promise, state(promise), now.date_naive())).collect();
        actions.sort_by(|a, b| (a.due, a.account).cmp(&(b.due, b.account)));
        let text = actions_mail(&ActionsMail {
            review: &self.review.id,
            organisation: &self.review.organisation,
            name,
            actions: &actions,
            as_of: seen.as_of.filter(|_| undone.iter().any(|promise| seen.states.contains_key(&promise.id))),
            sender: email.from.email.as_ref(),
            prefix: &email.subject_prefix,
        });
        let (review, opened, recipient) =
            (self.review.id.as_str(), self.review.opened_at.to_rfc3339(), to.email.to_string());
        let written = letter(
            email,
            Letter {
                to,
                text,
                attachments: Vec::new(),
                name: format!("{review}-actions-{}-{round}", crate::bag::slug(owner)),
                id: vec![review, &opened, "actions", owner, round, &recipient],
                thread: vec![review, &opened, "actions", owner],
            },
            now,
        );
        Ok(written.map_err(|error: EmailError| Diagnostic::of_file(self.folder(), error.to_string()))?)
    }
}

fn told(promise: &Promise, state: Option<PromiseState>, today: NaiveDate) -> ActionTold<'_> {
    let days_since = |day: NaiveDate| (today - day).num_days().max(0).unsigned_abs();
    ActionTold {
        account: &promise.key,
        names: [&promise.then.email, &promise.then.username].into_iter().flatten().next().map(String::as_str),
        what: match promise.action {
            PromisedAction::Revoke => "disable or delete it".to_owned(),
            PromisedAction::RemoveRoles => format!("take away {}", promise.roles.join("; ")),
            PromisedAction::Change => "change it as its comment in decisions.csv says".to_owned(),
        },
        age: days_since(promise.decided_on),
        due: promise.due,
        overdue: days_since(promise.due),
        state,
    }
}
