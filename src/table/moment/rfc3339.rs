//! Moments as nearly every system writes them.

use chrono::{DateTime, NaiveDate, Utc};

use crate::model::Timestamp;

/// RFC 3339. The form that nearly everybody sends is read without a parser of all forms.
pub(crate) fn rfc3339(text: &str) -> Option<Timestamp> {
    usual_form(text).or_else(|| DateTime::parse_from_rfc3339(text).ok().map(|time| time.with_timezone(&Utc)))
}

/// `2026-06-30T12:00:00Z`, with or without a fraction of a second.
pub(super) fn usual_form(text: &str) -> Option<Timestamp> {
    let (time, fraction) = text.strip_suffix('Z')?.split_at_checked(19)?;
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', clock @ ..] = time.as_bytes() else { return None };
    let [h1, h2, b':', n1, n2, b':', s1, s2] = clock else { return None };
    let number = |tens: &u8, ones: &u8| {
        (tens.is_ascii_digit() && ones.is_ascii_digit()).then(|| u32::from(tens - b'0') * 10 + u32::from(ones - b'0'))
    };
    let nanos = match fraction.strip_prefix('.') {
        Some(digits) if (1..=9).contains(&digits.len()) => {
            let places = u32::try_from(9 - digits.len()).ok()?;
            let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
            digits.parse::<u32>().ok().filter(|_| is_number)? * 10_u32.pow(places)
        }
        Some(_) => return None,
        None => fraction.is_empty().then_some(0)?,
    };
    let year = (number(y1, y2)? * 100 + number(y3, y4)?).cast_signed();
    let day = NaiveDate::from_ymd_opt(year, number(m1, m2)?, number(d1, d2)?)?;
    Some(day.and_hms_nano_opt(number(h1, h2)?, number(n1, n2)?, number(s1, s2)?, nanos)?.and_utc())
}
