//! The mails of a review: what somebody is asked, reminded of, or hears of somebody else. Nothing in them is remote or hidden.

use chrono::NaiveDate;

use super::MailText;
use super::escape::{mail_html, mail_text};
use crate::base::text::counted;

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

fn page(lines: &[String]) -> String {
    let paragraphs: Vec<String> = lines.iter().map(|line| format!("<p>{}</p>", mail_html(line))).collect();
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"></head><body>{}</body></html>\n",
        paragraphs.join("\n")
    )
}
