//! The mails of a report, written out and ready to go.

use std::path::Path;

use lettre::message::Mailbox;

use super::message::{MailHeader, message};
use super::plan::{MailPlan, plan};
use super::{Attachments, EmailError};
use crate::base::text::digest;
use crate::config::EmailConfig;
use crate::model::Timestamp;
use crate::render::{Audience, MailContent, MailTemplates};
use crate::report::Report;

/// What mails are made of.
#[derive(Debug)]
pub struct MailSources<'p> {
    /// The audit.
    pub report: &'p Report,
    /// Who sends to whom.
    pub config: &'p EmailConfig,
    /// What goes along with the mails to those who may see everything.
    pub attachments: &'p Attachments,
    /// `[report] templates`.
    pub templates: Option<&'p Path>,
    /// The date of the mails.
    pub now: Timestamp,
}

/// A mail, ready to go.
#[derive(Debug)]
pub struct OutgoingMail {
    /// To whom it speaks.
    pub audience: Audience,
    /// Who gets it.
    pub to: Vec<Mailbox>,
    /// The name of its file, without an ending; the same in every run.
    pub name: String,
    /// The message as it goes over the wire.
    pub content: Vec<u8>,
}

/// Writes every mail of a report. Nothing is sent.
///
/// # Errors
/// The report lacks what the recipients need, or a template is at fault.
pub fn compose(sources: &MailSources<'_>) -> Result<Vec<OutgoingMail>, EmailError> {
    let templates = MailTemplates::new(sources.templates)?;
    plan(sources.report, sources.config)?.into_iter().map(|plan| mail(sources, &templates, plan)).collect()
}

fn mail(sources: &MailSources<'_>, templates: &MailTemplates, plan: MailPlan) -> Result<OutgoingMail, EmailError> {
    let config = sources.config;
    // The workbook holds everybody, so that a manager doesn't get it; all of theirs is in the mail itself.
    let attachments = match plan.audience {
        Audience::Manager => &[],
        Audience::Everybody | Audience::Fallback => sources.attachments.files.as_slice(),
    };
    let attached: Vec<String> = attachments.iter().map(|attachment| attachment.file.name.clone()).collect();
    let mail = templates.write(&MailContent {
        report: sources.report,
        audience: plan.audience,
        piles: &plan.piles,
        overview: &plan.overview,
        attached: &attached,
        sender: config.from.email.as_ref(),
        prefix: &config.subject_prefix,
    })?;
    let who = who(plan.audience, &plan.to);
    let domain = config.from.email.domain();
    let id = |parts: &[&str]| format!("<{}@{domain}>", digest(parts));
    let addresses: Vec<String> = plan.to.iter().map(|mailbox| mailbox.email.to_string()).collect();
    let recipients = addresses.join(" ");
    let header = MailHeader {
        from: &config.from,
        to: &plan.to,
        date: sources.now,
        id: id(&["message", &sources.report.run.id, &config.list_id, &who, &recipients]),
        thread: id(&["thread", &config.list_id, &who]),
        list_id: &config.list_id,
    };
    let content = message(&header, &mail, attachments)?;
    Ok(OutgoingMail { audience: plan.audience, name: file_name(plan.audience, &plan.to), to: plan.to, content })
}

/// To whom a thread belongs: those of a list may change, and it stays one thread.
fn who(audience: Audience, to: &[Mailbox]) -> String {
    match audience {
        Audience::Everybody => "everybody".to_owned(),
        Audience::Fallback => "fallback".to_owned(),
        Audience::Manager => to.iter().map(|mailbox| mailbox.email.to_string().to_lowercase()).collect(),
    }
}

fn file_name(audience: Audience, to: &[Mailbox]) -> String {
    match audience {
        Audience::Everybody => "list".to_owned(),
        Audience::Fallback => "fallback".to_owned(),
        Audience::Manager => {
            let address = who(audience, to);
            let readable = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
            let readable: String = address.chars().take(60).map(readable).collect();
            let digest = digest(&["manager", &address]);
            format!("manager-{readable}-{}", digest.get(..8).unwrap_or_default())
        }
    }
}
