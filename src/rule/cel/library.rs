//! What the functions of conditions compute. Arguments have values here, of a type that the function takes unless
//! they come from the vendor's record.

use std::borrow::Cow;

use chrono::{DateTime, Datelike, TimeDelta, Timelike};

use super::node::Truth;
use super::ops::{moment, span};
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
            Ok(time) => moment(Some(time.to_utc())),
            Err(_) => UNREADABLE,
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
    let (sign, mut rest) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    if rest == "0" {
        return Some(0);
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let number = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (digits, tail) = rest.split_at_checked(number)?;
        let unit = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at_checked(unit)?;
        total = total.checked_add(nanos(digits, unit)?)?;
        rest = tail;
    }
    (!text.is_empty() && text != "-").then_some(sign * total)
}

fn nanos(digits: &str, unit: &str) -> Option<i128> {
    let unit: i128 = match unit {
        "h" => 3_600_000_000_000,
        "m" => 60_000_000_000,
        "s" => 1_000_000_000,
        "ms" => 1_000_000,
        "us" => 1_000,
        "ns" => 1,
        _ => return None,
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let whole = whole.parse::<u64>().ok()?;
    let mut total = i128::from(whole) * unit;
    let mut place = unit;
    for digit in fraction.bytes() {
        place /= 10;
        total += i128::from(char::from(digit).to_digit(10)?) * place;
    }
    Some(total)
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
        Value::Text(text) => text.parse().map_or(UNREADABLE, Value::Double),
        _ => WRONG_TYPE,
    }
}

pub(super) fn string<'a>(value: &Value<'a>) -> Value<'a> {
    let text = match value {
        Value::Text(_) => return value.clone(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Double(value) => value.to_string(),
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

/// Declares an accessor of moments, in UTC; the checker shifts the moment for other zones.
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
accessor!(milliseconds, time => time.timestamp_subsec_millis(), duration => duration.num_milliseconds());

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
            ("90d", None),
            ("h", None),
            ("1", None),
            ("", None),
            ("-", None),
            ("1..5s", None),
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
