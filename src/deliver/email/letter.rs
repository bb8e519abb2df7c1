//! A mail that isn't of a report: its text is given, and so is what goes along.

use lettre::message::Mailbox;

use super::message::{MailHeader, message};
use super::{Attachment, EmailError, OutgoingMail};
use crate::base::text::digest;
use crate::config::EmailConfig;
use crate::model::Timestamp;
use crate::render::{Audience, MailText};

/// What goes to one person.
#[derive(Debug)]
pub struct Letter<'l> {
    /// Who gets it.
    pub to: Mailbox,
    /// What it says.
    pub text: MailText,
    /// What goes along.
    pub attachments: Vec<Attachment>,
    /// The name of its file, without an ending; the same in every run.
    pub name: String,
    /// What tells it from all other mails.
    pub id: Vec<&'l str>,
    /// What it has in common with those that it is shown together with.
    pub thread: Vec<&'l str>,
}

/// Writes a mail out.
///
/// # Errors
/// It can't be put together.
pub fn letter(config: &EmailConfig, letter: Letter<'_>, now: Timestamp) -> Result<OutgoingMail, EmailError> {
    let Letter { to, text, attachments, name, id, thread } = letter;
    let domain = config.from.email.domain();
    let of = |parts: &[&str]| format!("<{}@{domain}>", digest(parts));
    let to = vec![to];
    let header = MailHeader {
        from: &config.from,
        to: &to,
        date: now,
        id: of(&[&["letter", config.list_id.as_str()], id.as_slice()].concat()),
        thread: of(&[&["letters", config.list_id.as_str()], thread.as_slice()].concat()),
        list_id: &config.list_id,
    };
    let content = message(&header, &text, &attachments)?;
    Ok(OutgoingMail { audience: Audience::Manager, to, name, content, workbook: None })
}
