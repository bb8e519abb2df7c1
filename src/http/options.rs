//! What is configured of the client of a source.

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use url::Url;

use super::RetryPolicy;

/// How a client treats its source.
#[derive(Debug, Clone)]
pub struct ClientOptions {
    /// Requests under way at the same time.
    pub concurrency: NonZeroUsize,
    /// For one request, from sending to the last byte.
    pub timeout: Duration,
    /// How long the source is borne with besides.
    pub retry_policy: RetryPolicy,
    /// Unlimited when absent.
    pub requests_per_second: Option<NonZeroU32>,
    /// Certificate authorities to trust in addition to the system's.
    pub authorities: Vec<reqwest::Certificate>,
    /// Instead of what the environment says; never for what is on this machine.
    pub proxy: Option<Url>,
}
