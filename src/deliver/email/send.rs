//! All mails of a report, over as few connections as possible.

use lettre::Address;
use lettre::transport::smtp::client::AsyncSmtpConnection;

use super::OutgoingMail;
use super::smtp::{Carrier, Outcome, Sent};
use crate::deliver::DeliveryError;
use crate::model::Timestamp;

/// What became of one mail for one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Who.
    pub recipient: String,
    /// What.
    pub outcome: Outcome,
}

/// Where it is written down what mail servers have accepted.
pub trait Ledger {
    /// Whether a server has accepted this mail for this recipient.
    fn holds(&self, mail: &str, recipient: &str) -> bool;

    /// Writes down that a server has accepted a mail for these recipients.
    ///
    /// # Errors
    /// It can't be written.
    fn accept(&mut self, mail: &str, recipients: &[&str], at: Timestamp) -> Result<(), DeliveryError>;
}

/// Sends what the ledger doesn't hold yet, and writes down what is accepted, mail by mail.
///
/// # Errors
/// The ledger can't be written: going on would send mail that a rerun sends again.
pub async fn send(
    carrier: &Carrier,
    mails: &[OutgoingMail],
    ledger: &mut dyn Ledger,
    clock: fn() -> Timestamp,
) -> Result<Vec<Delivery>, DeliveryError> {
    let mut deliveries = Vec::new();
    let mut line = Line { carrier, open: None, dead: None };
    for mail in mails {
        let (before, to): (Vec<Address>, Vec<Address>) = mail
            .to
            .iter()
            .map(|mailbox| mailbox.email.clone())
            .partition(|address| ledger.holds(&mail.name, address.as_ref()));
        deliveries.extend(before.iter().map(|address| delivery(address, Outcome::Before)));
        if to.is_empty() {
            continue;
        }
        let outcomes = line.send(&to, &mail.content).await;
        let results: Vec<Delivery> =
            to.iter().zip(outcomes).map(|(address, outcome)| delivery(address, outcome)).collect();
        let accepted = results.iter().filter(|result| result.outcome == Outcome::Accepted);
        let accepted: Vec<&str> = accepted.map(|result| result.recipient.as_str()).collect();
        ledger.accept(&mail.name, &accepted, clock())?;
        deliveries.extend(results);
    }
    line.close().await;
    Ok(deliveries)
}

fn delivery(address: &Address, outcome: Outcome) -> Delivery {
    Delivery { recipient: address.to_string(), outcome }
}

/// The connection, made when it is needed and again when it is lost. Where none can be made, no further attempt is
/// worth its time-out.
struct Line<'c> {
    carrier: &'c Carrier,
    open: Option<AsyncSmtpConnection>,
    dead: Option<String>,
}

impl Line<'_> {
    async fn send(&mut self, to: &[Address], message: &[u8]) -> Vec<Outcome> {
        let used_before = self.open.is_some();
        let sent = self.attempt(to, message).await;
        // A server may hang up between two mails.
        if sent.stale && used_before { self.attempt(to, message).await.outcomes } else { sent.outcomes }
    }

    async fn attempt(&mut self, to: &[Address], message: &[u8]) -> Sent {
        let mut connection = match self.connection().await {
            Ok(connection) => connection,
            Err(why) => {
                let outcomes = to.iter().map(|_| Outcome::NotSent(why.clone())).collect();
                return Sent { outcomes, usable: false, stale: false };
            }
        };
        let sent = self.carrier.send(&mut connection, to, message).await;
        self.open = sent.usable.then_some(connection);
        sent
    }

    async fn connection(&mut self) -> Result<AsyncSmtpConnection, String> {
        if let Some(connection) = self.open.take() {
            return Ok(connection);
        }
        if let Some(why) = &self.dead {
            return Err(why.clone());
        }
        self.carrier.connect().await.inspect_err(|why| self.dead = Some(why.clone()))
    }

    async fn close(self) {
        if let Some(connection) = self.open {
            self.carrier.leave(connection).await;
        }
    }
}
