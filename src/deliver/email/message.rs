//! A mail as RFC 5322 and MIME write it. The same input gives the same bytes.

use lettre::Message;
use lettre::message::header::{ContentTransferEncoding, ContentType, Header, HeaderName, HeaderValue, Headers, To};
use lettre::message::{Attachment as Part, Body, Mailbox, Mailboxes, MultiPart, SinglePart};

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

/// The longest name that stands in quotes: a line of a header has at most 78 characters.
const QUOTED: usize = 60;

/// Whom a header names. The library writes a name with a comma in base64, which filters take for hiding.
macro_rules! mailboxes {
    ($name:ident, $field:literal) => {
        #[derive(Clone)]
        struct $name(Vec<Mailbox>);

        impl Header for $name {
            fn name() -> HeaderName {
                HeaderName::new_from_ascii_str($field)
            }

            fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
                Ok(Self(vec![text.parse()?]))
            }

            fn display(&self) -> HeaderValue {
                let addresses: Vec<&str> = self.0.iter().map(|mailbox| mailbox.email.as_ref()).collect();
                let written: Vec<String> = self.0.iter().map(written).collect();
                // The library reads the first again, and writes the second.
                HeaderValue::dangerous_new_pre_encoded(Self::name(), addresses.join(", "), written.join(",\r\n "))
            }
        }
    };
}

mailboxes!(From, "From");
mailboxes!(Recipients, "To");

/// An address with its name, in ASCII.
fn written(mailbox: &Mailbox) -> String {
    match &mailbox.name {
        Some(name) if name.len() <= QUOTED && name.bytes().all(|byte| matches!(byte, b' '..=b'~')) => {
            format!("\"{}\" <{}>", name.replace('\\', "\\\\").replace('"', "\\\""), mailbox.email)
        }
        _ => {
            let mut headers = Headers::new();
            headers.set(To::from(Mailboxes::new().with(mailbox.clone())));
            headers.to_string().trim_start_matches("To:").trim().to_owned()
        }
    }
}

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
    // Nothing is mixed with a text that goes alone: filters take an empty frame for a forgery.
    let whole = if attachments.is_empty() {
        alternative
    } else {
        let mut mixed = MultiPart::mixed().boundary(format!("=_mixed_{digest}")).multipart(alternative);
        for attachment in attachments {
            let kind = ContentType::parse(attachment.file.media_type).map_err(|error| failed(&error))?;
            let body = Body::new_with_encoding(attachment.content.clone(), ContentTransferEncoding::Base64);
            let body = body.map_err(|_| EmailError::Message("base64".to_owned()))?;
            mixed = mixed.singlepart(Part::new(attachment.file.name.clone()).body(body, kind));
        }
        mixed
    };
    let builder = Message::builder()
        .header(From(vec![header.from.clone()]))
        .subject(mail.subject.clone())
        .date(header.date.into())
        .message_id(Some(header.id.clone()))
        .in_reply_to(header.thread.clone())
        .references(header.thread.clone())
        .header(AutoSubmitted("auto-generated".to_owned()))
        .header(AutoResponseSuppress("All".to_owned()))
        .header(ListId(format!("<{}>", header.list_id)))
        .header(Recipients(header.to.to_vec()));
    Ok(builder.multipart(whole).map_err(|error| failed(&error))?.formatted())
}

/// A part of text. Quoted-printable goes through every server, and keeps lines short.
fn text(kind: ContentType, text: &str) -> Result<SinglePart, &'static str> {
    let body = Body::new_with_encoding(text.to_owned(), ContentTransferEncoding::QuotedPrintable);
    Ok(SinglePart::builder().header(kind).body(body.map_err(|_| "quoted-printable")?))
}
