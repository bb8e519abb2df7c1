//! How long a source is borne with, and how much of it. Of these only `deadline` can be configured; tests shorten the rest.

use std::time::Duration;

/// Limits of time, attempts and size for one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// For a connection to be made.
    pub connect: Duration,
    /// Between two pieces of an answer: a body that stalls ends sooner than one that is only long.
    pub stall: Duration,
    /// For the source as a whole.
    pub deadline: Duration,
    /// Attempts for one request, the first included.
    pub attempts: usize,
    /// Repetitions for all requests of the source together.
    pub retries: u64,
    /// Before the first repetition; doubles with each, with jitter of up to its own length.
    pub first_pause: Duration,
    /// The longest that a vendor's `Retry-After` is obeyed. A longer one is a monthly quota or a mistake.
    pub longest_wait: Duration,
    /// The largest answer that is read, in bytes after decompression. No page of users is larger.
    pub largest_answer: usize,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            stall: Duration::from_secs(15),
            deadline: Duration::from_hours(6),
            attempts: 6,
            retries: 200,
            first_pause: Duration::from_millis(500),
            longest_wait: Duration::from_mins(1),
            largest_answer: 64 * 1024 * 1024,
        }
    }
}
