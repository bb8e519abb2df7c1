//! A mail as RFC 5322 and MIME write it. The same input gives the same bytes.

use lettre::Message;
use lettre::message::header::{ContentTransferEncoding, ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Attachment as Part, Body, Mailbox, MultiPart, SinglePart};

use super::{Attachment, EmailError};
use crate::base::text::digest;
use crate::model::Timestamp;
use crate::render::MailText;

/// What stands in the headers, besides the subject.
#[derive(Debug)]
pub(super) struct MailHeader<'e> {
    pub from: &'e Mailbox,
    pub to: &'e [Mailbox],
    pub date: Timestamp,
    /// Message-ID: the same for the same report and recipients, and without this machine's name.
    pub id: String,
    /// The message that all mails of this kind answer, so that clients show them as one conversation. It was never sent.
    pub thread: String,
    pub list_id: &'e str,
}

/// A header that the library doesn't know. All of them have values of our own making, in ASCII.
macro_rules! header {
    ($name:ident, $field:literal) => {
        #[derive(Clone)]
        struct $name(String);

        impl Header for $name {
            fn name() -> HeaderName {
                HeaderName::new_from_ascii_str($field)
            }

            fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
                Ok(Self(text.to_owned()))
            }

            fn display(&self) -> HeaderValue {
                HeaderValue::new(Self::name(), self.0.clone())
            }
        }
    };
}

header!(AutoSubmitted, "Auto-Submitted");
header!(AutoResponseSuppress, "X-Auto-Response-Suppress");
header!(ListId, "List-Id");

/// Puts a message together.
pub(super) fn message(
    header: &MailHeader<'_>,
    mail: &MailText,
    attachments: &[Attachment],
) -> Result<Vec<u8>, EmailError> {
    let failed = |error: &dyn std::fmt::Display| EmailError::Message(error.to_string());
    let digest = digest(&["boundary", &header.id]);
    // No part in quoted-printable or base64 can hold `=_`, so that no text ends its part.
    let alternative = MultiPart::alternative()
        .boundary(format!("=_alternative_{digest}"))
        .singlepart(text(ContentType::TEXT_PLAIN, &mail.plain).map_err(|error| failed(&error))?)
        .singlepart(text(ContentType::TEXT_HTML, &mail.html).map_err(|error| failed(&error))?);
    let mut mixed = MultiPart::mixed().boundary(format!("=_mixed_{digest}")).multipart(alternative);
    for attachment in attachments {
        let kind = ContentType::parse(attachment.file.media_type).map_err(|error| failed(&error))?;
        let body = Body::new_with_encoding(attachment.content.clone(), ContentTransferEncoding::Base64);
        let body = body.map_err(|_| EmailError::Message("base64".to_owned()))?;
        mixed = mixed.singlepart(Part::new(attachment.file.name.clone()).body(body, kind));
    }
    let builder = Message::builder()
        .from(header.from.clone())
        .subject(mail.subject.clone())
        .date(header.date.into())
        .message_id(Some(header.id.clone()))
        .in_reply_to(header.thread.clone())
        .references(header.thread.clone())
        .header(AutoSubmitted("auto-generated".to_owned()))
        .header(AutoResponseSuppress("All".to_owned()))
        .header(ListId(format!("<{}>", header.list_id)));
    let builder = header.to.iter().fold(builder, |builder, mailbox| builder.to(mailbox.clone()));
    Ok(builder.multipart(mixed).map_err(|error| failed(&error))?.formatted())
}

/// A part of text. Quoted-printable goes through every server, and keeps lines short.
fn text(kind: ContentType, text: &str) -> Result<SinglePart, &'static str> {
    let body = Body::new_with_encoding(text.to_owned(), ContentTransferEncoding::QuotedPrintable);
    Ok(SinglePart::builder().header(kind).body(body.map_err(|_| "quoted-printable")?))
}
