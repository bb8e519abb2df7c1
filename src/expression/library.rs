//! What the functions of conditions compute. Arguments have values here, of a type that the function takes unless
//! they come from the vendor's record.

use std::borrow::Cow;

use chrono::{DateTime, Datelike, TimeDelta, Timelike};

use super::ops::{moment, span};
use super::truth::Truth;
use super::value::{EvalError, Value, duration_text, rfc3339};
use crate::model::Timestamp;

const WRONG_TYPE: Value<'static> = Value::Error(EvalError::WrongType);
const UNREADABLE: Value<'static> = Value::Error(EvalError::Unreadable);

pub(super) fn size<'a>(value: &Value<'a>) -> Value<'a> {
    let size = match value {
        Value::Text(text) => text.chars().count(),
        Value::List(list) => list.len(),
        Value::Map(map) => map.len(),
        _ => return WRONG_TYPE,
    };
    Value::count(size as u64)
}

pub(super) fn contains(text: &Value<'_>, part: &Value<'_>) -> Truth {
    texts(text, part, |text, part| text.contains(part))
}

pub(super) fn starts_with(text: &Value<'_>, part: &Value<'_>) -> Truth {
    texts(text, part, |text, part| text.starts_with(part))
}

pub(super) fn ends_with(text: &Value<'_>, part: &Value<'_>) -> Truth {
    texts(text, part, |text, part| text.ends_with(part))
}

#[inline]
fn texts(text: &Value<'_>, part: &Value<'_>, holds: impl Fn(&str, &str) -> bool) -> Truth {
    match (text, part) {
        (Value::Text(text), Value::Text(part)) => Truth::of(holds(text, part)),
        _ => Truth::Error(EvalError::WrongType),
    }
}

pub(super) fn lower_ascii<'a>(text: &Value<'a>) -> Value<'a> {
    match text {
        Value::Text(text) if !text.bytes().any(|byte| byte.is_ascii_uppercase()) => Value::Text(text.clone()),
        Value::Text(text) => Value::Text(Cow::Owned(text.to_ascii_lowercase())),
        _ => WRONG_TYPE,
    }
}

pub(super) fn days<'a>(count: &Value<'a>) -> Value<'a> {
    match count {
        Value::Int(count) => span(TimeDelta::try_days(*count)),
        _ => WRONG_TYPE,
    }
}

pub(super) fn timestamp<'a>(value: &Value<'a>) -> Value<'a> {
    match value {
        Value::Timestamp(_) => value.clone(),
        Value::Int(seconds) => moment(DateTime::from_timestamp(*seconds, 0)),
        Value::Text(text) => match DateTime::parse_from_rfc3339(text) {
            // CEL's minutes have 60 seconds.
            Ok(time) if time.timestamp_subsec_nanos() < 1_000_000_000 => moment(Some(time.to_utc())),
            _ => UNREADABLE,
        },
        _ => WRONG_TYPE,
    }
}

pub(super) fn duration<'a>(value: &Value<'a>) -> Value<'a> {
    match value {
        Value::Duration(_) => value.clone(),
        Value::Text(text) => read_duration(text).map_or(UNREADABLE, |nanos| {
            i64::try_from(nanos)
                .map_or(Value::Error(EvalError::Overflow), |nanos| Value::Duration(TimeDelta::nanoseconds(nanos)))
        }),
        _ => WRONG_TYPE,
    }
}

/// CEL's durations: a sign, and numbers with the units h, m, s, ms, us, ns. In nanoseconds.
fn read_duration(text: &str) -> Option<i128> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    let mut total: i128 = 0;
    while let Some(number) = rest.find(|c: char| !c.is_ascii_digit() && c != '.') {
        let (digits, tail) = rest.split_at_checked(number)?;
        let unit = tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len());
        let (unit, tail) = tail.split_at_checked(unit)?;
        total = total.checked_add(nanos(digits, unit)?)?;
        rest = tail;
    }
    // What is left has no unit.
    (rest.is_empty() && text.ends_with(char::is_alphabetic)).then_some(sign * total)
}

/// A number of units, cut to whole nanoseconds.
fn nanos(digits: &str, unit: &str) -> Option<i128> {
    /// Further digits are no nanosecond of any unit.
    const PLACES: usize = 15;
    let unit: i128 = match unit {
        "h" => 3_600_000_000_000,
        "m" => 60_000_000_000,
        "s" => 1_000_000_000,
        "ms" => 1_000_000,
        "us" | "\u{b5}s" | "\u{3bc}s" => 1_000,
        "ns" => 1,
        _ => return None,
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.len() + fraction.len() == 0 || fraction.contains('.') {
        return None;
    }
    let whole = if whole.is_empty() { 0 } else { whole.parse::<u64>().ok()? };
    let fraction: String = fraction.chars().chain(std::iter::repeat('0')).take(PLACES).collect();
    Some(i128::from(whole) * unit + i128::from(fraction.parse::<u64>().ok()?) * unit / 10_i128.pow(15))
}

#[expect(clippy::cast_possible_truncation, reason = "the range is checked, and CEL truncates towards zero")]
pub(super) fn int<'a>(value: &Value<'a>) -> Value<'a> {
    /// 2^63; CEL excludes both ends.
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    match value {
        Value::Int(_) => value.clone(),
        Value::Double(number) if *number > -LIMIT && *number < LIMIT => Value::Int(*number as i64),
        Value::Double(_) => Value::Error(EvalError::Overflow),
        Value::Text(text) => text.parse().map_or(UNREADABLE, Value::Int),
        Value::Timestamp(time) => Value::Int(time.timestamp()),
        _ => WRONG_TYPE,
    }
}

#[expect(clippy::cast_precision_loss, reason = "CEL's double(int) rounds to the nearest")]
pub(super) fn double<'a>(value: &Value<'a>) -> Value<'a> {
    match value {
        Value::Double(_) => value.clone(),
        Value::Int(number) => Value::Double(*number as f64),
        Value::Text(text) => match text.parse::<f64>() {
            Ok(number) if number.is_infinite() && text.contains(|c: char| c.is_ascii_digit()) => {
                Value::Error(EvalError::Overflow)
            }
            Ok(number) => Value::Double(number),
            Err(_) => UNREADABLE,
        },
        _ => WRONG_TYPE,
    }
}

pub(super) fn string<'a>(value: &Value<'a>) -> Value<'a> {
    let text = match value {
        Value::Text(_) => return value.clone(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Double(value) => cel_double(*value),
        Value::Timestamp(time) => cel_timestamp(*time),
        Value::Duration(duration) => duration_text(*duration),
        _ => return WRONG_TYPE,
    };
    Value::Text(Cow::Owned(text))
}

/// CEL trims the zeros of the fraction that other texts keep in groups of three.
fn cel_timestamp(time: Timestamp) -> String {
    let text = rfc3339(time);
    match text.strip_suffix('Z') {
        Some(digits) if digits.contains('.') => format!("{}Z", digits.trim_end_matches('0')),
        _ => text,
    }
}

/// The fewest digits that tell the number from all others, with an exponent of two digits at least where it is below -4
/// or above 5: `0.5`, `1e+06`.
fn cel_double(number: f64) -> String {
    if number.is_infinite() {
        return if number > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let scientific = format!("{number:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else { return scientific };
    match exponent.parse::<i32>() {
        Ok(-4..=5) | Err(_) => number.to_string(),
        Ok(exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{digits}e{sign}{:02}", exponent.unsigned_abs())
        }
    }
}

/// Declares an accessor of moments, in UTC; for other zones the moment is first made what clocks show there.
macro_rules! accessor {
    ($name:ident, $time:ident => $get:expr) => {
        pub(super) fn $name<'a>(value: &Value<'a>) -> Value<'a> {
            match value {
                Value::Timestamp($time) => Value::Int(i64::from($get)),
                _ => WRONG_TYPE,
            }
        }
    };
    ($name:ident, $time:ident => $get:expr, $duration:ident => $count:expr) => {
        pub(super) fn $name<'a>(value: &Value<'a>) -> Value<'a> {
            match value {
                Value::Timestamp($time) => Value::Int(i64::from($get)),
                Value::Duration($duration) => Value::Int($count),
                _ => WRONG_TYPE,
            }
        }
    };
}

accessor!(full_year, time => time.year());
accessor!(month, time => time.month0());
accessor!(date, time => time.day());
accessor!(day_of_month, time => time.day0());
accessor!(day_of_week, time => time.weekday().num_days_from_sunday());
accessor!(day_of_year, time => time.ordinal0());
accessor!(hours, time => time.hour(), duration => duration.num_hours());
accessor!(minutes, time => time.minute(), duration => duration.num_minutes());
accessor!(seconds, time => time.second(), duration => duration.num_seconds());
accessor!(milliseconds, time => time.timestamp_subsec_millis(), duration => i64::from(duration.subsec_millis()));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_cel_has_them() {
        for (text, nanos) in [
            ("90s", Some(90_000_000_000)),
            ("1h30m", Some(5_400_000_000_000)),
            ("-1.5s", Some(-1_500_000_000)),
            ("0", Some(0)),
            ("1.5ns", Some(1)),
            ("+1h", Some(3_600_000_000_000)),
            (".5s", Some(500_000_000)),
            ("5.s", Some(5_000_000_000)),
            ("2\u{b5}s3\u{3bc}s4us", Some(9_000)),
            ("0.0000000000019h", Some(6)),
            ("0.00000000000000000000001h", Some(0)),
            ("90d", None),
            ("h", None),
            ("1", None),
            ("", None),
            ("-", None),
            ("1..5s", None),
            (".s", None),
            ("+-1s", None),
            ("1s1", None),
            ("1sh", None),
            ("99999999999999999999s", None),
        ] {
            assert_eq!(read_duration(text), nanos, "{text}");
        }
        assert!(matches!(duration(&Value::text("9999999h")), Value::Error(EvalError::Overflow)));
    }

    #[test]
    fn sizes_count_characters() {
        assert!(matches!(size(&Value::text("né")), Value::Int(2)));
    }

    #[test]
    fn timestamps_become_text_without_trailing_zeros() {
        let Value::Text(text) = string(&timestamp(&Value::text("2026-01-02T03:04:05.120+01:00"))) else {
            panic!("text")
        };
        assert_eq!(text, "2026-01-02T02:04:05.12Z");
    }
}
