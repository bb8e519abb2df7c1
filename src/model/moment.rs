//! Moments, and those that stand for "never".

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveTime, TimeDelta, Utc};

/// A moment in UTC.
pub type Timestamp = DateTime<Utc>;

/// The days on which somebody's time begins. What has never happened is written as that moment.
const BEGINNINGS: [(i32, u32, u32); 6] = [
    // Windows, whose directory counts from here.
    (1601, 1, 1),
    // The earliest that SQL Server's `datetime` can hold.
    (1753, 1, 1),
    // Day 0 of spreadsheets and of OLE, and what is made of it.
    (1899, 12, 30),
    (1899, 12, 31),
    (1900, 1, 1),
    // Unix.
    (1970, 1, 1),
];

/// From the day after the last beginning to the year 9999, in Unix seconds: nearly every moment.
const ORDINARY: std::ops::Range<i64> = 172_800..253_370_764_800;

/// Whether a moment says that something never happened, or never will: the year 1, the year 9999, and the
/// [`BEGINNINGS`], also when a time zone has moved them by up to 14 hours. What is only unlikely is no such moment.
pub fn means_never(moment: Timestamp) -> bool {
    const FURTHEST_ZONE: TimeDelta = TimeDelta::hours(14);
    if ORDINARY.contains(&moment.timestamp()) {
        return false;
    }
    let begins = |(year, month, day)| {
        let start = NaiveDate::from_ymd_opt(year, month, day).map(|day| day.and_time(NaiveTime::MIN).and_utc());
        start.is_some_and(|start| moment.signed_duration_since(start).abs() <= FURTHEST_ZONE)
    };
    !(2..9999).contains(&moment.year()) || BEGINNINGS.into_iter().any(begins)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn never(text: &str) -> bool {
        means_never(text.parse().expect("a moment"))
    }

    #[test]
    fn beginnings_and_ends_of_time_are_never() {
        for text in [
            "0001-01-01T00:00:00Z",
            "0000-12-31T23:00:00Z",
            "1601-01-01T00:00:00Z",
            "1600-12-31T16:00:00Z",
            "1753-01-01T00:00:00Z",
            "1899-12-30T00:00:00Z",
            "1900-01-01T00:00:00Z",
            "1970-01-01T00:00:00Z",
            "1970-01-01T01:00:00+01:00",
            "1969-12-31T23:59:59.999Z",
            "1970-01-01T00:00:00-08:00",
            "9999-12-31T00:00:00Z",
            "9999-12-31T23:59:59.999-12:00",
        ] {
            assert!(never(text), "{text}");
        }
    }

    #[test]
    fn what_is_only_unlikely_is_a_moment() {
        for text in [
            "0024-05-01T00:00:00Z",
            "1601-01-02T00:00:00Z",
            "1900-01-02T00:00:00Z",
            "1969-12-30T00:00:00Z",
            "1970-01-02T00:00:00Z",
            "1999-12-31T00:00:00Z",
            "2000-01-01T00:00:00Z",
            "2099-12-31T00:00:00Z",
            "9998-12-31T23:59:59Z",
        ] {
            assert!(!never(text), "{text}");
        }
    }

    #[test]
    fn ordinary_moments_are_told_without_looking() {
        for seconds in [ORDINARY.start, ORDINARY.end - 1, ORDINARY.start - 1, ORDINARY.end] {
            let moment = DateTime::from_timestamp(seconds, 0).expect("a moment");
            assert_eq!(means_never(moment), seconds >= ORDINARY.end, "{moment}");
        }
    }
}
