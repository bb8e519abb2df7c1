//! Moments as nearly every system writes them.

use chrono::{DateTime, NaiveDate, Utc};

use crate::model::Timestamp;

/// RFC 3339. The form that nearly everybody sends is read without a parser of all forms.
pub(crate) fn rfc3339(text: &str) -> Option<Timestamp> {
    usual_form(text).or_else(|| DateTime::parse_from_rfc3339(text).ok().map(|time| time.with_timezone(&Utc)))
}

/// `2026-06-30T12:00:00Z`, with or without a fraction of a second.
pub(super) fn usual_form(text: &str) -> Option<Timestamp> {
    let (time, fraction) = text.as_bytes().split_first_chunk()?;
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', n1, n2, b':', s1, s2] = time else {
        return None;
    };
    let pairs = [(y1, y2), (y3, y4), (m1, m2), (d1, d2), (h1, h2), (n1, n2), (s1, s2)];
    if !pairs.iter().fold(true, |all, (tens, ones)| all & tens.is_ascii_digit() & ones.is_ascii_digit()) {
        return None;
    }
    let [century, year, month, day, hour, minute, second] =
        pairs.map(|(tens, ones)| u32::from(tens & 0xf) * 10 + u32::from(ones & 0xf));
    let nanos = match fraction {
        b"Z" => 0,
        [b'.', digits @ .., b'Z'] if (1..=9).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit) => {
            let missing = u32::try_from(9 - digits.len()).ok()?;
            digits.iter().fold(0, |number, digit| number * 10 + u32::from(digit & 0xf)) * 10_u32.pow(missing)
        }
        _ => return None,
    };
    let date = NaiveDate::from_ymd_opt((century * 100 + year).cast_signed(), month, day)?;
    Some(date.and_hms_nano_opt(hour, minute, second, nanos)?.and_utc())
}
