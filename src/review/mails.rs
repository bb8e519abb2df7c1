//! The mails of a review that are due today: with new packets, before the due day, and after it to the managers of those who are
//! silent. What was sent is in the journal, so that it can be asked for every day.

use chrono::{Days, NaiveDate};
use lettre::Address;
use lettre::message::Mailbox;

use super::campaign::{Campaign, ReviewError};
use super::journal::{Event, MailKind};
use super::people::People;
use crate::base::diagnostic::Diagnostic;
use crate::config::{AttachedFile, EmailConfig, parse_address};
use crate::deliver::DeliveryError;
use crate::deliver::email::{Attachment, EmailError, Ledger, Letter, OutgoingMail, letter};
use crate::model::{Employee, Timestamp};
use crate::render::{ReviewMail, ReviewMailKind, review_mail};
use crate::roster::managers_of;

/// A mail that is due.
#[derive(Debug)]
pub struct DueMail {
    /// As it goes over the wire.
    pub mail: OutgoingMail,
    event: Event,
}

/// The mails that are due, and whom none can reach.
#[derive(Debug, Default)]
pub struct DueMails {
    /// In the order of reviewers.
    pub mails: Vec<DueMail>,
    /// Who can't be reached, and why.
    pub unreachable: Vec<(String, String)>,
}

/// What one mail is for.
struct Due<'d> {
    kind: MailKind,
    reviewer: &'d str,
    round: u32,
    on: NaiveDate,
    accounts: u64,
    files: &'d [String],
}

impl Campaign {
    /// Writes the mails that are due at a moment and haven't been sent.
    ///
    /// # Errors
    /// A packet can't be read, or a mail not be put together.
    pub fn due_mails(&self, email: &EmailConfig, people: &People<'_>, now: Timestamp) -> Result<DueMails, ReviewError> {
        let mut found = DueMails::default();
        let today = now.date_naive();
        let packets = self.state.last_packets();
        for (reviewer, open) in self.state.open_by_holder() {
            let accounts = open.len() as u64;
            let Some(packet) = packets.get(reviewer) else { continue };
            for (kind, due_on) in self.kinds(reviewer, packet.round, today) {
                let files = if kind == MailKind::Escalation { &[] } else { packet.files.as_slice() };
                let due = Due { kind, reviewer, round: packet.round, on: due_on, accounts, files };
                let to = match kind {
                    MailKind::Escalation => superior(reviewer, people),
                    _ => people.by_id(reviewer).ok_or("is not in the roster"),
                };
                match to.and_then(|to| Ok((to, address(to, email)?))) {
                    Ok((to, address)) => {
                        let sent = (kind, reviewer.to_owned(), packet.round, to.id().to_owned(), due_on);
                        if !self.state.mails.contains(&sent) {
                            found.mails.push(self.mail(&due, (to, address), email, people, now)?);
                        }
                    }
                    Err(why) => found.unreachable.push((reviewer.to_owned(), why.to_owned())),
                }
            }
        }
        Ok(found)
    }

    /// What is due for a reviewer on a day, and since when.
    fn kinds(&self, reviewer: &str, round: u32, today: NaiveDate) -> Vec<(MailKind, NaiveDate)> {
        let (settings, due) = (&self.review.settings, self.review.due);
        let mails = self.state.mails.iter().filter(|mail| mail.1 == reviewer);
        let first = mails.clone().find(|mail| mail.0 == MailKind::First && mail.2 == round).map(|mail| mail.4);
        // The day of the first mail is its own: no reminder goes out with it, and none that was due before.
        let Some(first) = first else { return vec![(MailKind::First, today)] };
        let mut kinds = Vec::new();
        let reminders = settings.remind.iter().filter_map(|days| due.checked_sub_days(Days::new((*days).into())));
        let last = reminders.filter(|day| *day <= today && *day > first).max();
        kinds.extend(last.filter(|_| today <= due).map(|day| (MailKind::Reminder, day)));
        let escalates = settings.escalate.and_then(|days| due.checked_add_days(Days::new(days.into())));
        kinds.extend(escalates.filter(|day| *day <= today).map(|day| (MailKind::Escalation, day)));
        kinds
    }

    fn mail(
        &self,
        due: &Due<'_>,
        (to, address): (&Employee, Address),
        email: &EmailConfig,
        people: &People<'_>,
        now: Timestamp,
    ) -> Result<DueMail, ReviewError> {
        let unreadable = |file: &str, why: String| Diagnostic::of_file(&self.folder().join(file), why);
        let mut attachments = Vec::new();
        for file in due.files {
            let content =
                std::fs::read(self.folder().join(file)).map_err(|error| unreadable(file, error.to_string()))?;
            let name = file.rsplit('/').next().unwrap_or(file).to_owned();
            let page = || AttachedFile { name: name.clone(), media_type: "text/html" };
            attachments.push(Attachment { file: AttachedFile::named(&name).unwrap_or_else(page), content });
        }
        let attached: Vec<String> = attachments.iter().map(|attachment| attachment.file.name.clone()).collect();
        let about = people.called(due.reviewer);
        let text = review_mail(&ReviewMail {
            kind: match due.kind {
                MailKind::First => ReviewMailKind::First,
                MailKind::Reminder => ReviewMailKind::Reminder,
                MailKind::Escalation => ReviewMailKind::Escalation { about: &about },
            },
            review: &self.review.id,
            organisation: &self.review.organisation,
            name: to.name().unwrap_or(to.id()),
            accounts: due.accounts,
            due: self.review.due,
            attached: &attached,
            sender: email.from.email.as_ref(),
            prefix: &email.subject_prefix,
        });
        let (kind, round, day) = (word(due.kind), due.round.to_string(), due.on.to_string());
        let (review, opened) = (self.review.id.as_str(), self.review.opened_at.to_rfc3339());
        let to_address = address.to_string();
        let letter = letter(
            email,
            Letter {
                to: Mailbox::new(to.name().map(str::to_owned), address),
                text,
                attachments,
                name: format!("{review}-{}-{kind}-{day}", crate::bag::slug(due.reviewer)),
                id: vec![review, &opened, due.reviewer, &round, kind, &day, &to_address],
                thread: vec![review, &opened, due.reviewer],
            },
            now,
        );
        let failed = |error: EmailError| Diagnostic::of_file(self.folder(), error.to_string());
        let event = Event::Sent {
            kind: due.kind,
            reviewer: due.reviewer.to_owned(),
            round: due.round,
            to: to.id().to_owned(),
            due_on: due.on,
        };
        Ok(DueMail { mail: letter.map_err(failed)?, event })
    }
}

const fn word(kind: MailKind) -> &'static str {
    match kind {
        MailKind::First => "first",
        MailKind::Reminder => "reminder",
        MailKind::Escalation => "escalation",
    }
}

fn superior<'r>(reviewer: &str, people: &People<'r>) -> Result<&'r Employee, &'static str> {
    managers_of(people.roster(), [reviewer], people.now()).remove(reviewer).unwrap_or(Err("is not in the roster"))
}

pub(super) fn address(to: &Employee, email: &EmailConfig) -> Result<Address, &'static str> {
    let addresses: Vec<Address> = to.emails().iter().filter_map(parse_address).collect();
    if addresses.is_empty() {
        return Err("has no e-mail address");
    }
    addresses.into_iter().find(|address| email.allows(address)).ok_or("is outside of [email] allowed_domains")
}

/// Writes down in the journal what mail servers take.
#[derive(Debug)]
pub struct SentMails<'s> {
    campaign: &'s mut Campaign,
    events: Vec<(String, Event)>,
}

impl<'s> SentMails<'s> {
    /// Of these mails.
    pub fn of(campaign: &'s mut Campaign, mails: &[DueMail]) -> Self {
        Self { campaign, events: mails.iter().map(|due| (due.mail.name.clone(), due.event.clone())).collect() }
    }
}

impl Ledger for SentMails<'_> {
    /// What was sent isn't due any more.
    fn holds(&self, _: &str, _: &str) -> bool {
        false
    }

    fn accept(&mut self, mail: &str, recipients: &[&str], at: Timestamp) -> Result<(), DeliveryError> {
        let event = self.events.iter().find(|(name, _)| name == mail).map(|(_, event)| event.clone());
        let events = event.filter(|_| !recipients.is_empty()).into_iter().collect::<Vec<_>>();
        if events.is_empty() { Ok(()) } else { self.campaign.record(at, events) }
    }
}
