//! When the last day ends: the account may live until then.

use chrono::{Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use crate::model::Timestamp;

/// The first moment of the day after `date` in a zone. Where clocks are put forward at midnight, that day begins
/// later than 00:00; where they are put back over it, the earlier of the two midnights counts.
pub fn end_of(date: NaiveDate, zone: Tz) -> Option<Timestamp> {
    /// No gap begins or ends between quarters of an hour, and the longest was a whole day (Samoa, 2011).
    const QUARTERS: i32 = 26 * 4;
    let midnight = date.checked_add_days(Days::new(1))?.and_time(NaiveTime::MIN);
    (0..=QUARTERS)
        .filter_map(|quarters| midnight.checked_add_signed(TimeDelta::minutes(i64::from(quarters) * 15)))
        .find_map(|local| zone.from_local_datetime(&local).earliest())
        .map(|moment| moment.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_day_ends_in_the_zone_of_the_roster() {
        for (date, zone, ends) in [
            ("2026-12-31", Tz::UTC, "2027-01-01T00:00:00Z"),
            ("2026-12-31", Tz::Europe__Berlin, "2026-12-31T23:00:00Z"),
            ("2026-07-31", Tz::Europe__Berlin, "2026-07-31T22:00:00Z"),
            ("2026-12-31", Tz::America__Los_Angeles, "2027-01-01T08:00:00Z"),
            // Clocks went from 23:59:59 to 01:00.
            ("2018-11-03", Tz::America__Sao_Paulo, "2018-11-04T03:00:00Z"),
            // Clocks went from 00:59:59 back to 00:00: the first midnight counts.
            ("2026-10-31", Tz::America__Havana, "2026-11-01T04:00:00Z"),
            // 30 December 2011 didn't happen.
            ("2011-12-29", Tz::Pacific__Apia, "2011-12-30T10:00:00Z"),
        ] {
            let date: NaiveDate = date.parse().expect("a date");
            let ends: Timestamp = ends.parse().expect("a moment");
            assert_eq!(end_of(date, zone), Some(ends), "{date} {zone}");
        }
    }
}
