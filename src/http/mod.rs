//! The only user of reqwest. A [`Client`] talks to one source: limits, time-outs, retries, size caps and
//! redaction happen here, once, so that a vendor's file only says what to ask and how to read the answer.

mod auth;
mod broken;
mod client;
mod error;
mod hosts;
mod journal;
mod message;
mod oauth2;
mod options;
mod pace;
mod retry_policy;
mod redact;
mod retry;
mod search;
mod transport;

pub use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};

pub(crate) use auth::secret_value;
pub use auth::{StaticToken, Unauthenticated};
pub use client::{Authorize, Check, Client, Usage};
pub use error::{Cause, HttpError};
pub use journal::Journal;
pub use message::{Body, Request, Response};
pub use oauth2::{Grant, OAuth2};
pub use options::ClientOptions;
pub use redact::Redactor;
pub use retry::{Refusal, Retry};
pub use retry_policy::RetryPolicy;
pub use search::Search;
pub(crate) use transport::authorities;
