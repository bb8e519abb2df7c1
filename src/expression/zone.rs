//! Time zones, in which accessors read a moment: `now.getHours("Europe/Berlin")`.

use chrono::{FixedOffset, NaiveDateTime, Offset, TimeZone};
use chrono_tz::Tz;

use crate::model::Timestamp;

/// A time zone.
#[derive(Debug, Clone, Copy)]
pub(super) enum Zone {
    /// One of the time zone database, with its summer times.
    Named(Tz),
    /// Always so far from UTC.
    Fixed(FixedOffset),
}

impl Zone {
    /// `UTC`, `Europe/Berlin`, `+02:00`
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.contains(':') { offset(text).map(Self::Fixed) } else { text.parse().ok().map(Self::Named) }
    }

    /// What clocks show there, as if it were UTC. `None` outside of the years that can be counted.
    pub(super) fn clock(self, time: Timestamp) -> Option<Timestamp> {
        let utc: NaiveDateTime = time.naive_utc();
        let offset = match self {
            Self::Named(zone) => zone.offset_from_utc_datetime(&utc).fix(),
            Self::Fixed(offset) => offset,
        };
        utc.checked_add_offset(offset).map(|local| local.and_utc())
    }
}

/// `+02:00`, `-05:30`; without a sign it is east of UTC.
fn offset(text: &str) -> Option<FixedOffset> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let two = |digits: &str| {
        let is_number = digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_digit());
        digits.parse::<i32>().ok().filter(|_| is_number)
    };
    let (hours, minutes) = digits.split_once(':')?;
    let minutes = two(minutes).filter(|minutes| *minutes < 60)?;
    FixedOffset::east_opt(sign * (two(hours)? * 60 + minutes) * 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_a_name_or_an_offset() {
        for good in ["UTC", "Europe/Berlin", "US/Central", "CET", "+02:00", "-09:30", "05:45"] {
            assert!(Zone::parse(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "utc",
            "Berlin",
            "europe/berlin",
            "Local",
            "+2:00",
            "+0200",
            "+02",
            "+02:60",
            "+24:00",
            "++02:00",
            "+02:0x",
        ] {
            assert!(Zone::parse(bad).is_none(), "{bad}");
        }
    }
}
