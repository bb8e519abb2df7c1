//! Fetching: all accounts of a source, with the certificate of how they were counted. It knows no vendor.
//!
//! A [`Connector`] asks a vendor for all its users; a [`Decoder`] is the pure function from a record to an
//! account, so that a stored record gives the same account as a fresh one. Both come from a vendor's file.

pub(crate) mod assess;
pub(crate) mod collector;
pub(crate) mod fingerprint;
pub(crate) mod ids;
mod lines;
pub(crate) mod paging;
mod population;
mod progress;
pub(crate) mod record;
pub(crate) mod scan;
mod spool;
mod visitor;

use std::time::Duration;

use futures_util::future::BoxFuture;
use serde::Deserialize;

pub use collector::Collector;
pub use lines::Lines;
pub use population::{Certificate, Population, Wanted, fetch};
pub use progress::{Progress, Quiet};
pub use record::{Decoded, FieldProblem};
pub use scan::RecordError;
pub(crate) use spool::SpoolWriter;
pub use spool::{Chunk, Chunks, Spool, record};
pub use visitor::{Visit, Visitor};

use crate::http::{Cause, Client, HttpError, Request, Response, RetryPolicy, Usage};
use crate::model::{FactName, Incoming, Json};

/// The pure function from a vendor's record to an account.
pub trait Decoder: Send + Sync {
    /// The facts that this vendor's records can tell.
    fn exposes(&self) -> &'static [FactName];

    /// Those of them that the records read so far have a place for. A vendor's answers have the same for all of its
    /// tenants; an export has the columns that it has.
    fn told(&self) -> Vec<FactName> {
        self.exposes().to_vec()
    }

    /// Derives the account.
    ///
    /// # Errors
    /// When the record isn't an object or has no identifier.
    fn decode<'r>(&self, record: Json<'r>) -> Result<Decoded<'r>, RecordError>;

    /// The same, of a record whose values may be known.
    ///
    /// # Errors
    /// As [`Self::decode`].
    fn decode_incoming<'r>(&self, record: Incoming<'r>) -> Result<Decoded<'r>, RecordError> {
        self.decode(record.json)
    }
}

/// Asks one source for all its users.
pub trait Connector: Send + Sync {
    /// Reads the whole list once into the collector, and says whether it is proven whole. Asked again when it
    /// isn't.
    fn list<'a>(&'a self, collector: &'a mut Collector<'_>) -> BoxFuture<'a, Result<Proof, SourceError>>;

    /// Whether its accounts can be judged in the visit in which they are received: each list is read once, from its beginning.
    fn can_be_visited(&self) -> bool {
        false
    }

    /// Whether a second reading can tell something else than the first.
    fn may_change(&self) -> bool {
        true
    }

    /// Asks for one record, to see that address and credentials work.
    fn probe(&self) -> BoxFuture<'_, Result<(), SourceError>>;

    /// How what it lists is read, for a person who sets it up: a line each. Nothing, where the vendor's documents say it.
    fn recognised(&self) -> Vec<String> {
        Vec::new()
    }

    /// What sends its requests, if it sends any.
    fn client(&self) -> Option<&Client> {
        None
    }

    /// Requests and retries so far.
    fn usage(&self) -> Usage {
        self.client().map(Client::usage).unwrap_or_default()
    }

    /// What is asked for, without secrets: address and parameters. Empty where nothing is requested.
    fn request(&self) -> String {
        String::new()
    }

    /// The longest that reading may take.
    fn deadline(&self) -> Duration {
        self.client().map_or(RetryPolicy::default().deadline, Client::deadline)
    }
}

/// Whether a list is proven whole, by the vendor's own counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// It is.
    Complete {
        /// How many the vendor says there are; `None` when it doesn't say, and the pages prove it otherwise.
        declared: Option<u64>,
    },
    /// The counts add up, but a list whose order isn't known proves nothing by one reading: a second one has to
    /// bring the same accounts.
    Unconfirmed {
        /// How many the vendor says there are.
        declared: Option<u64>,
    },
    /// It isn't.
    Incomplete {
        /// How many the vendor says there are.
        declared: Option<u64>,
        /// What doesn't add up.
        reason: String,
    },
}

/// Why a list ended early.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A request failed for good.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The vendor's answers contradict each other or its documents.
    #[error("{0}")]
    Protocol(String),
    /// The source took too long.
    #[error("not finished within {0:?}; raise deadline, or run it when the vendor is faster")]
    Deadline(Duration),
    /// The received records could not be kept.
    #[error("can't keep the received records in the temporary folder: {0}; free some space or set TMPDIR")]
    Spool(#[from] std::io::Error),
}

impl SourceError {
    /// The HTTP status with which the vendor refused, if it did.
    pub(crate) const fn status(&self) -> Option<u16> {
        match self {
            Self::Http(HttpError { cause: Cause::Refused { status, .. }, .. }) => Some(*status),
            _ => None,
        }
    }
}

/// Reads a vendor's answer as what its documents promise.
pub(crate) fn parse<'b, T: Deserialize<'b>>(request: &Request, response: &'b Response) -> Result<T, SourceError> {
    serde_json::from_slice(&response.body).map_err(|error| {
        let found = format!("{error}; the body is {}", response.excerpt());
        HttpError::new(request, Cause::Unexpected { status: response.status, found }).into()
    })
}
