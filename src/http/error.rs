//! Why a request failed for good: which source, which request, what came, and what to do.

use std::fmt;
use std::time::Duration;

/// A request that failed for good, after every retry that made sense.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{request}: {cause}{}", advice(.cause))]
pub struct HttpError {
    /// Method and path with parameters, never with a secret.
    pub request: String,
    /// What went wrong.
    pub cause: Cause,
}

/// What went wrong.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Cause {
    /// No connection, or it broke, or what came over it can't be unpacked.
    #[error("no usable answer from {host}: {reason}")]
    Connection {
        /// The peer.
        host: String,
        /// As the operating system or TLS says it.
        reason: String,
    },
    /// The peer can't prove who it is. Nothing was sent to it.
    #[error("the certificate of {host} can't be trusted: {reason}")]
    Untrusted {
        /// The peer.
        host: String,
        /// As TLS says it.
        reason: String,
    },
    /// The answer took too long.
    #[error("no complete answer within {limit:?}, or no part of one within {stall:?}")]
    TimedOut {
        /// For the whole answer.
        limit: Duration,
        /// For a part of it.
        stall: Duration,
    },
    /// The answer is larger than anything a page of users can be.
    #[error("the answer is larger than {limit} bytes")]
    TooLarge {
        /// The cap.
        limit: usize,
    },
    /// The vendor refused, in its own words.
    #[error("the vendor answered {status}: {message}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// What the vendor's body says.
        message: String,
    },
    /// The vendor sends us elsewhere, where the credentials must not go.
    #[error("the vendor answered {status} and redirects to {to}; credentials don't follow redirects")]
    Redirected {
        /// HTTP status.
        status: u16,
        /// Scheme and host.
        to: String,
    },
    /// Too much went wrong with this source.
    #[error("{retries} requests of this source were repeated already; the last failure: {last}")]
    Exhausted {
        /// The budget.
        retries: u64,
        /// What went wrong at last.
        last: String,
    },
    /// The answer is not what the vendor's documents promise.
    #[error("unexpected answer (status {status}): {found}")]
    Unexpected {
        /// HTTP status.
        status: u16,
        /// What came, and what was expected.
        found: String,
    },
    /// The credentials can't be used as they are.
    #[error("the credentials can't be used: {reason}")]
    Credentials {
        /// Why, without the secret.
        reason: String,
    },
    /// No access token could be obtained.
    #[error("no access token: {0}")]
    Token(Box<HttpError>),
}

/// The step that fixes most cases of each kind.
fn advice(cause: &Cause) -> &'static str {
    match cause {
        Cause::Connection { .. } => "; check base_url, ca_file, the proxy and the network",
        Cause::Untrusted { .. } => {
            "; name the certificate of a private authority in ca_file, and in base_url the host that the certificate is for"
        }
        Cause::TimedOut { .. } => "; raise timeout, or lower page_size and concurrency",
        Cause::TooLarge { .. } => "; lower page_size",
        Cause::Refused { status: 401, .. } => "; check that the credentials are right and not expired",
        Cause::Refused { status: 403, .. } => "; check that the credentials may list users",
        Cause::Refused { status: 404, .. } => "; check base_url and the organisation",
        Cause::Refused { status: 429, .. } => "; set requests_per_second, or run later",
        Cause::Refused { status: 501 | 505, .. } => "; the vendor has no such request, and won't have it later either",
        Cause::Refused { status: 500.., .. } => "; the vendor has trouble, run later",
        Cause::Redirected { .. } => "; set base_url to the address that the vendor serves",
        Cause::Exhausted { .. } => "; the vendor has trouble, run later or with less concurrency",
        Cause::Unexpected { .. } => "; check that base_url is the vendor's API and not a login page or proxy",
        Cause::Credentials { .. } => "; create new ones with the vendor",
        Cause::Refused { .. } | Cause::Token(_) => "",
    }
}

impl Cause {
    /// The cause with every text that came from outside passed through `clean`.
    #[must_use]
    pub(super) fn map_text(self, clean: impl Fn(&str) -> String) -> Self {
        match self {
            Self::Connection { host, reason } => Self::Connection { reason: clean(&reason), host },
            Self::Untrusted { host, reason } => Self::Untrusted { reason: clean(&reason), host },
            Self::Refused { status, message } => Self::Refused { status, message: clean(&message) },
            Self::Redirected { status, to } => Self::Redirected { status, to: clean(&to) },
            Self::Exhausted { retries, last } => Self::Exhausted { retries, last: clean(&last) },
            Self::Unexpected { status, found } => Self::Unexpected { status, found: clean(&found) },
            Self::Credentials { reason } => Self::Credentials { reason: clean(&reason) },
            same @ (Self::TimedOut { .. } | Self::TooLarge { .. } | Self::Token(_)) => same,
        }
    }
}

impl HttpError {
    /// Joins a request and what went wrong with it.
    pub fn new(request: &impl fmt::Display, cause: Cause) -> Self {
        Self { request: request.to_string(), cause }
    }
}
