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
    /// Repetitions for all requests of the source together, however few they are.
    pub retries: u64,
    /// Beyond those, how many requests allow one more: a long list may fail as often as a short one, in proportion.
    pub requests_per_retry: u64,
    /// Before the first repetition; doubles with each, with jitter of up to its own length.
    pub first_pause: Duration,
    /// The longest that a vendor's `Retry-After` is obeyed. A longer one is a monthly quota or a mistake.
    pub longest_wait: Duration,
    /// The largest answer that is read, in bytes after decompression. No page of users is larger.
    pub largest_answer: usize,
}

impl RetryPolicy {
    /// How many repetitions are borne with, after this many requests.
    pub const fn retries_after(&self, requests: u64) -> u64 {
        match requests.checked_div(self.requests_per_retry) {
            Some(share) => self.retries.saturating_add(share),
            None => self.retries,
        }
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            stall: Duration::from_secs(15),
            deadline: Duration::from_hours(6),
            attempts: 6,
            retries: 200,
            requests_per_retry: 4,
            first_pause: Duration::from_millis(500),
            longest_wait: Duration::from_mins(1),
            largest_answer: 64 * 1024 * 1024,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_of_repetitions_grows_with_the_requests() {
        let policy = RetryPolicy { retries: 200, requests_per_retry: 4, ..RetryPolicy::default() };
        assert_eq!([0, 3, 10_000].map(|requests| policy.retries_after(requests)), [200, 200, 2_700]);
        assert_eq!(RetryPolicy { requests_per_retry: 0, ..policy }.retries_after(10_000), 200);
    }
}
