//! What can succeed later, and when: defined once.

use std::time::{Duration, SystemTime};

use backon::{BackoffBuilder, ExponentialBuilder};
use serde::de::DeserializeOwned;

use super::Response;
use super::RetryPolicy;

/// Doubling ends here.
const LONGEST_PAUSE: Duration = Duration::from_secs(20);

/// An answer that a vendor's file recognised as a refusal.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// What the vendor says, in its own words.
    pub message: String,
    /// Whether asking again can help.
    pub retry: Retry,
}

impl Refusal {
    /// What holds for most vendors: every status but success is a refusal, and `words` finds what the vendor says in
    /// its body; where there is nothing to be found, the start of the body is shown.
    ///
    /// # Errors
    /// The refusal.
    pub fn unless_success<B: DeserializeOwned>(
        response: &Response,
        words: impl FnOnce(B) -> Option<String>,
    ) -> Result<(), Self> {
        if response.is_success() {
            return Ok(());
        }
        let message =
            serde_json::from_slice(&response.body).ok().and_then(words).filter(|text| !text.trim().is_empty());
        let message = message.unwrap_or_else(|| response.excerpt());
        Err(Self { message, retry: Retry::for_status(response.status) })
    }
}

/// Whether asking again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Never: the request or the permission is wrong.
    Never,
    /// Later, once the vendor has recovered.
    Later,
    /// Later, and all other requests of the source have to wait as well: a limit was hit.
    Throttled,
    /// Later, but not often: trouble that is as likely to stay, inside the vendor or because nobody listens there.
    AFewTimes,
    /// Once, with new credentials.
    WithNewCredentials,
}

impl Retry {
    /// What holds for every vendor: 408, 429, 502, 503 and 504 may pass, 401 may be an expired token.
    pub const fn for_status(status: u16) -> Self {
        match status {
            408 | 502 | 503 | 504 => Self::Later,
            429 => Self::Throttled,
            401 => Self::WithNewCredentials,
            _ => Self::Never,
        }
    }
}

/// Repetitions where [`Retry::AFewTimes`] applies.
pub(super) const A_FEW_TIMES: u32 = 2;

/// The pauses between the attempts, doubling and each with jitter of up to its own length.
pub(super) fn pauses(retry_policy: &RetryPolicy) -> impl Iterator<Item = Duration> {
    ExponentialBuilder::default()
        .with_min_delay(retry_policy.first_pause)
        .with_max_delay(LONGEST_PAUSE.max(retry_policy.first_pause))
        .with_jitter()
        .with_max_times(retry_policy.attempts.saturating_sub(1))
        .build()
}

/// What `Retry-After` asks for (RFC 9110, 10.2.3: seconds or an HTTP date), but no more than `longest`.
pub(super) fn retry_after(response: &Response, now: SystemTime, longest: Duration) -> Option<Duration> {
    let value = response.header("retry-after")?.trim();
    let wait = match value.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => httpdate::parse_http_date(value).ok()?.duration_since(now).unwrap_or(Duration::ZERO),
    };
    Some(wait.min(longest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(value: &str) -> Response {
        Response::new(429, &[("retry-after", value)], Vec::new())
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        let longest = Duration::from_mins(1);
        let wait = |value: &str| retry_after(&answer(value), now, longest);
        assert_eq!(wait("3"), Some(Duration::from_secs(3)));
        assert_eq!(wait("86400"), Some(longest));
        let in_five = httpdate::fmt_http_date(now + Duration::from_secs(5));
        assert_eq!(wait(&in_five), Some(Duration::from_secs(5)));
        let past = httpdate::fmt_http_date(now - Duration::from_secs(5));
        assert_eq!(wait(&past), Some(Duration::ZERO));
        assert_eq!(wait("soon"), None);
    }

    #[test]
    fn pauses_grow_and_end() {
        let pauses: Vec<_> = pauses(&RetryPolicy::default()).collect();
        assert_eq!(pauses.len(), RetryPolicy::default().attempts - 1);
        assert!(pauses.iter().all(|pause| *pause >= Duration::from_millis(500) && *pause <= Duration::from_secs(40)));
    }
}
