//! The one place that reads the clock. Everything else is given the time.

use chrono::{DateTime, NaiveDate, Utc};

use crate::model::Timestamp;

/// Now.
#[expect(clippy::disallowed_methods, reason = "this is where the clock enters")]
pub(super) fn now() -> Timestamp {
    Utc::now()
}

/// Now, or the moment of the audit if that is later.
pub(super) fn latest(as_of: Option<Timestamp>) -> Timestamp {
    as_of.map_or_else(now, |as_of| as_of.max(now()))
}

/// Reads `--as-of`: an RFC 3339 time, or a date, which means the end of that day in UTC, so that its events
/// are in the past.
pub(super) fn parse_moment(text: &str) -> Result<Timestamp, String> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Ok(time.with_timezone(&Utc));
    }
    text.parse::<NaiveDate>()
        .ok()
        .and_then(|date| date.and_hms_opt(23, 59, 59))
        .map(|time| time.and_utc())
        .ok_or_else(|| "expected a date such as 2026-09-30 or a time such as 2026-09-30T12:00:00Z".to_owned())
}
