//! The mails of a report, written out and ready to go.

use std::path::Path;

use lettre::message::Mailbox;

use super::message::{MailHeader, message};
use super::plan::{ManagerPlan, Plan, TeamPlan, plan};
use super::{Attachment, Attachments, EmailError};
use crate::base::text::digest;
use crate::config::{AttachedFile, EmailConfig};
use crate::model::Timestamp;
use crate::render::{Audience, MailContent, MailTemplates, MailText, ManagerContent, review_workbook};
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
    /// Which bundle holds the evidence.
    pub evidence: Option<&'p str>,
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
    /// The workbook that was made for it, which is in the message, too.
    pub workbook: Option<Vec<u8>>,
}

/// Writes every mail of a report. Nothing is sent.
///
/// # Errors
/// The report lacks what the recipients need, or a template is at fault.
pub fn compose(sources: &MailSources<'_>) -> Result<Vec<OutgoingMail>, EmailError> {
    let templates = MailTemplates::new(sources.templates)?;
    let Plan { managers, team } = plan(sources.report, sources.config)?;
    let asked = managers.into_iter().map(|plan| sources.to_manager(&templates, plan));
    asked.chain(std::iter::once_with(|| sources.to_team(&templates, team))).collect()
}

impl MailSources<'_> {
    fn to_team(&self, templates: &MailTemplates, plan: TeamPlan) -> Result<OutgoingMail, EmailError> {
        let files = &self.attachments.files;
        let attached: Vec<String> = files.iter().map(|attachment| attachment.file.name.clone()).collect();
        let text = templates.write(&MailContent {
            report: self.report,
            audience: plan.audience,
            piles: &plan.piles,
            overview: &plan.overview,
            deadline: self.config.deadline,
            attached: &attached,
            evidence: self.evidence,
            sender: self.config.from.email.as_ref(),
            prefix: &self.config.subject_prefix,
        })?;
        let content = self.message(plan.audience, &plan.to, &text, files)?;
        let name = file_name(plan.audience, &plan.to);
        Ok(OutgoingMail { audience: plan.audience, name, to: plan.to, content, workbook: None })
    }

    /// The workbook of the whole holds everybody, so that a manager gets one of their own.
    fn to_manager(&self, templates: &MailTemplates, plan: ManagerPlan) -> Result<OutgoingMail, EmailError> {
        let audience = Audience::Manager;
        let to = vec![plan.to];
        let name = file_name(audience, &to);
        let deadline = self.config.last_day(self.report.run.finished_at);
        let workbook = review_workbook(self.report, &plan.findings, deadline)?;
        let attached = workbook_name(&to);
        let text = templates.ask(&ManagerContent {
            report: self.report,
            name: plan.name.as_deref(),
            findings: &plan.findings,
            deadline,
            attached: &attached,
            sender: self.config.from.email.as_ref(),
            prefix: &self.config.subject_prefix,
        })?;
        let file = AttachedFile::named(&attached).ok_or_else(|| EmailError::Message(attached.clone()))?;
        let attachment = Attachment { file, content: workbook };
        let content = self.message(audience, &to, &text, std::slice::from_ref(&attachment))?;
        Ok(OutgoingMail { audience, to, name, content, workbook: Some(attachment.content) })
    }

    fn message(
        &self,
        audience: Audience,
        to: &[Mailbox],
        text: &MailText,
        attachments: &[Attachment],
    ) -> Result<Vec<u8>, EmailError> {
        let config = self.config;
        let who = who(audience, to);
        let domain = config.from.email.domain();
        let id = |parts: &[&str]| format!("<{}@{domain}>", digest(parts));
        let addresses: Vec<String> = to.iter().map(|mailbox| mailbox.email.to_string()).collect();
        let header = MailHeader {
            from: &config.from,
            to,
            date: self.now,
            id: id(&["message", &self.report.run.id, &config.list_id, &who, &addresses.join(" ")]),
            thread: id(&["thread", &config.list_id, &who]),
            list_id: &config.list_id,
        };
        message(&header, text, attachments)
    }
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
            let digest = digest(&["manager", &address]);
            format!("manager-{}-{}", readable(&address, 60), digest.get(..8).unwrap_or_default())
        }
    }
}

/// Those who collect workbooks tell them apart by it. A longer name would be written in pieces, which not every mail program
/// puts together.
fn workbook_name(to: &[Mailbox]) -> String {
    const LONGEST: usize = 21;
    let user = to.first().map(|mailbox| mailbox.email.user()).unwrap_or_default();
    format!("review-{}.xlsx", readable(user, LONGEST))
}

fn readable(address: &str, most: usize) -> String {
    address.chars().take(most).map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
}
