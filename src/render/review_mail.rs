//! The mails of a review: what somebody is asked, reminded of, or hears of somebody else. Nothing in them is remote or hidden.

use chrono::NaiveDate;

use super::MailText;
use super::escape::{mail_html, mail_text};
use crate::base::text::counted;
use crate::exception::PromiseState;
use crate::model::Timestamp;

/// What a mail of a review is about.
#[derive(Debug)]
pub struct ReviewMail<'m> {
    /// What kind.
    pub kind: ReviewMailKind<'m>,
    /// The review.
    pub review: &'m str,
    /// Whose accounts.
    pub organisation: &'m str,
    /// What whoever gets it is called.
    pub name: &'m str,
    /// How many accounts are to be decided about.
    pub accounts: u64,
    /// The last day for answers.
    pub due: NaiveDate,
    /// The files that go along.
    pub attached: &'m [String],
    /// Where answers go.
    pub sender: &'m str,
    /// What each subject starts with.
    pub prefix: &'m str,
}

/// The kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReviewMailKind<'m> {
    /// With the packet.
    First,
    /// Before the due day.
    Reminder,
    /// After it, to the manager of whoever is silent.
    Escalation {
        /// Who is silent.
        about: &'m str,
    },
}

/// Writes a mail.
pub fn review_mail(mail: &ReviewMail<'_>) -> MailText {
    let accounts = counted(mail.accounts, "account", "accounts");
    let due = mail.due.format("%-d %B %Y");
    let subject = match mail.kind {
        ReviewMailKind::First => format!("{accounts} to decide about by {due} (review {})", mail.review),
        ReviewMailKind::Reminder => format!("Reminder: {accounts} to decide about by {due} (review {})", mail.review),
        ReviewMailKind::Escalation { about } => {
            format!("Overdue since {due}: {} of {accounts} (review {})", mail_text(about), mail.review)
        }
    };
    let lines = lines(mail, &accounts, &due.to_string());
    let prefix = if mail.prefix.is_empty() { String::new() } else { format!("{} ", mail.prefix) };
    MailText {
        subject: format!("{prefix}{subject}"),
        plain: lines.iter().map(|line| mail_text(line) + "\n\n").collect(),
        html: page(&lines),
    }
}

fn lines(mail: &ReviewMail<'_>, accounts: &str, due: &str) -> Vec<String> {
    let whose = if mail.organisation.is_empty() { String::new() } else { format!(" at {}", mail.organisation) };
    let mut lines = vec![format!("Dear {},", mail.name)];
    match mail.kind {
        ReviewMailKind::First => lines.push(format!(
            "you are asked to decide about {accounts}{whose}: whether each access is still needed. Please answer by {due}."
        )),
        ReviewMailKind::Reminder => {
            lines.push(format!("{accounts}{whose} still wait for your decision, which is due on {due}."));
        }
        ReviewMailKind::Escalation { about } => lines.push(format!(
            "{about} was asked to decide about {accounts}{whose} by {due}, and hasn't. Please see to it that it happens, or tell us \
             who decides instead."
        )),
    }
    if !mail.attached.is_empty() {
        lines.push(format!("Attached: {}.", mail.attached.join(", ")));
        lines.push(
            "In the workbook, choose Keep, Revoke or Modify in each row of the sheet Review, confirm on the sheet Sign-off, save it \
             as .xlsx, and send it back. In the page, save the decisions and send back the file that it has saved. Rows that aren't \
             yours can be passed on: write an employee id or an address in Pass to."
                .to_owned(),
        );
        lines.push("No answer keeps nobody's access.".to_owned());
    }
    lines.push(format!("Answers go to {}. Review {}.", mail.sender, mail.review));
    lines
}

/// How many actions are told one by one.
const TOLD: usize = 50;

/// A mail to who answers for a source: what a review has decided, and isn't done.
#[derive(Debug)]
pub struct ActionsMail<'m> {
    /// The review.
    pub review: &'m str,
    /// Whose accounts.
    pub organisation: &'m str,
    /// What whoever gets it is called.
    pub name: &'m str,
    /// The most urgent first.
    pub actions: &'m [ActionTold<'m>],
    /// The moment of the last audit, if it has looked.
    pub as_of: Option<Timestamp>,
    /// Where answers go.
    pub sender: &'m str,
    /// What each subject starts with.
    pub prefix: &'m str,
}

/// Something that is to be done.
#[derive(Debug)]
pub struct ActionTold<'m> {
    /// `source/id`.
    pub account: &'m str,
    /// Its address or login name.
    pub names: Option<&'m str>,
    /// What.
    pub what: String,
    /// For how many days it is decided.
    pub age: u64,
    /// The last day.
    pub due: NaiveDate,
    /// For how many days that is over.
    pub overdue: u64,
    /// What the last audit has seen of it.
    pub state: Option<PromiseState>,
}

impl ActionTold<'_> {
    fn in_words(&self) -> String {
        let Self { account, what, age, due, overdue, .. } = self;
        let names = self.names.map(|names| format!(" ({names})")).unwrap_or_default();
        let decided = format!("decided {} ago", counted(*age, "day", "days"));
        let due = due.format("%-d %B %Y");
        let due = match overdue {
            0 => format!("due on {due}"),
            days => format!("due on {due}, {} ago", counted(*days, "day", "days")),
        };
        let seen = match self.state {
            None => "",
            Some(PromiseState::Pending | PromiseState::Overdue) => "; it is still there",
            Some(PromiseState::Returned) => "; it was gone, and is back",
            Some(PromiseState::Recreated) => "; it is gone, and another account has come in its place",
            Some(PromiseState::Changed) => "; it is different now: please look whether that is what was asked for",
            Some(PromiseState::Unverifiable) => "; the audit couldn't tell whether it is done",
            Some(PromiseState::Done) => "; it is done",
        };
        format!("{account}{names}: {what}. It was {decided} and {due}{seen}.")
    }
}

/// Writes a mail about what is to be done.
pub fn actions_mail(mail: &ActionsMail<'_>) -> MailText {
    let ActionsMail { review, organisation, name, actions, as_of, sender, prefix } = mail;
    let accounts = counted(actions.len() as u64, "account", "accounts");
    let overdue = actions.iter().filter(|action| action.overdue > 0).count();
    let late = if overdue > 0 { format!(", {overdue} overdue") } else { String::new() };
    let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix} ") };
    let whose = if organisation.is_empty() { String::new() } else { format!(" at {organisation}") };
    let looked = match as_of {
        Some(at) => format!(" So it stands in the audit of {}.", at.format("%-d %B %Y")),
        None => " No audit has looked since.".to_owned(),
    };
    let mut lines = vec![
        format!("Dear {name},"),
        format!(
            "review {review} has decided what is to happen to {accounts}{whose} that you answer for, and isn't known to be done.{looked}"
        ),
    ];
    lines.extend(actions.iter().take(TOLD).map(ActionTold::in_words));
    if let Some(more) = actions.len().checked_sub(TOLD).filter(|more| *more > 0) {
        lines.push(format!("And {more} more: actions.csv of the review's outcome has all."));
    }
    lines.push("Please see to it. The next audit looks whether it is done: nobody has to report it.".to_owned());
    lines.push(format!("Answers go to {sender}. Review {review}."));
    MailText {
        subject: format!("{prefix}To do: access of {accounts} to be taken away or changed{late} (review {review})"),
        plain: lines.iter().map(|line| mail_text(line) + "\n\n").collect(),
        html: page(&lines),
    }
}

fn page(lines: &[String]) -> String {
    let paragraphs: Vec<String> = lines.iter().map(|line| format!("<p>{}</p>", mail_html(line))).collect();
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"></head><body>{}</body></html>\n",
        paragraphs.join("\n")
    )
}
