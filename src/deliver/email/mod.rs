//! E-mail: who gets what ([`compose`]), and how it gets there ([`Carrier`], [`send`]). After the renderers.
//!
//! Mail goes out over TLS or not at all. What the server has accepted is written down beside the report ([`Journal`]), so
//! that a rerun sends only what is missing. If the connection breaks after the whole message was sent and before the
//! server has answered, nobody can know whether it was accepted: that is told as such, and a rerun sends it again under
//! the same Message-ID, because a finding that nobody hears of is worse than a mail that comes twice.

mod attach;
mod compose;
mod journal;
mod letter;
mod message;
mod plan;
mod send;
mod smtp;
mod wire;

pub use attach::{Attachment, Attachments, WORKBOOK, attachments};
pub use compose::{MailSources, OutgoingMail, compose};
pub use journal::Journal;
pub use letter::{Letter, letter};
pub use send::{Delivery, Ledger, send};
pub use smtp::{Carrier, Outcome};

use super::DeliveryError;
use crate::render::RenderError;

/// Why no mail could be made of a report, or none be sent.
#[derive(Debug, thiserror::Error)]
pub enum EmailError {
    /// Whose manager is who, isn't in the report.
    #[error(
        "this report doesn't say who answers for whom: it was made before to = \"managers\" stood in the \
         configuration, or with --privacy; repeat the audit, or write a list of addresses"
    )]
    NoManagers,
    /// What the report holds can't be read.
    #[error("can't read the findings back from the temporary folder: {0}")]
    Findings(std::io::Error),
    /// A file that is to go along can't.
    #[error("can't attach {name}: {why}")]
    Attachment {
        /// Its name.
        name: String,
        /// What is wrong with it.
        why: String,
    },
    /// A template is at fault.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// A header or a part can't be written as mail.
    #[error("can't put the mail together: {0}")]
    Message(String),
    /// What was sent before can't be told.
    #[error("{0}")]
    Journal(String),
    /// A file can't be written.
    #[error(transparent)]
    Write(#[from] DeliveryError),
}
