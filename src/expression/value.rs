//! What a condition computes with: CEL's values, borrowed from the facts wherever possible, and the three ways in
//! which there may be no value: a fact that the vendor doesn't tell, an absent fact, and an error.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{Datelike as _, SecondsFormat, TimeDelta, Timelike as _};
use serde::{Serialize, Serializer};

use super::missing::Missing;
use crate::base::text::grouped;
use crate::model::{Texts, Timestamp};

/// How many steps an evaluation may take. A rule that needs more of them for a subject is not evaluable there.
pub const MAX_STEPS: u64 = 1_000_000;

/// Why an evaluation has no result although every fact is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum EvalError {
    /// An integer, duration or moment left its range.
    #[error("a number, duration or time is out of range")]
    Overflow,
    /// `x / 0` or `x % 0`.
    #[error("division by zero")]
    DivisionByZero,
    /// A map has no such key.
    #[error("no such key")]
    NoSuchKey,
    /// A list has no such position.
    #[error("no such position in the list")]
    NoSuchIndex,
    /// An operation met a value of another type, which only data from `attributes` can cause.
    #[error("a value has another type than the operation needs")]
    WrongType,
    /// A text could not be read as a number, time or duration.
    #[error("a text can't be converted")]
    Unreadable,
    /// The fact is absent; the checker keeps unguarded readings out.
    #[error("the fact is absent")]
    Absent,
    /// The evaluation took more than its budget.
    #[error("the rule needs more than {} steps", grouped(MAX_STEPS))]
    TooManySteps,
}

impl EvalError {
    /// All.
    pub(crate) const ALL: [Self; 8] = [
        Self::Overflow,
        Self::DivisionByZero,
        Self::NoSuchKey,
        Self::NoSuchIndex,
        Self::WrongType,
        Self::Unreadable,
        Self::Absent,
        Self::TooManySteps,
    ];
}

/// A value, or the reason why there is none.
#[derive(Debug, Clone)]
pub enum Value<'a> {
    /// The vendor doesn't tell a fact that decides.
    Unknown(Missing),
    /// There is no value.
    Error(EvalError),
    /// JSON's null, in `attributes` only.
    Null,
    /// `bool`
    Bool(bool),
    /// `int`
    Int(i64),
    /// `double`
    Double(f64),
    /// `string`
    Text(Cow<'a, str>),
    /// `timestamp`
    Timestamp(Timestamp),
    /// `duration`
    Duration(TimeDelta),
    /// `list`
    List(List<'a>),
    /// `map` with string keys
    Map(Map<'a>),
}

/// A list, wherever its elements live.
#[derive(Debug, Clone)]
pub enum List<'a> {
    /// Strings of an account.
    Cows(&'a [Cow<'a, str>]),
    /// Strings of an employee.
    Texts(Texts<'a>),
    /// Strings of a source or group.
    Strings(&'a [String]),
    /// An array of a vendor's record.
    Json(&'a [serde_json::Value]),
    /// A constant of the rule.
    Lent(&'a [Value<'a>]),
    /// Computed.
    Owned(Arc<[Value<'a>]>),
}

/// A map with string keys, wherever it lives.
#[derive(Debug, Clone, Copy)]
pub enum Map<'a> {
    /// Columns of the roster: headings, and one row's values in the same order.
    Columns(&'a [String], Texts<'a>),
    /// An object of a vendor's record.
    Json(&'a serde_json::Map<String, serde_json::Value>),
}

impl<'a> Value<'a> {
    /// A borrowed text.
    pub const fn text(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }

    /// The value, or [`EvalError::Absent`].
    pub fn or_absent(value: Option<Self>) -> Self {
        value.unwrap_or(Self::Error(EvalError::Absent))
    }

    /// A count, which fits in practice.
    pub fn count(count: u64) -> Self {
        i64::try_from(count).map_or(Self::Error(EvalError::Overflow), Self::Int)
    }

    /// A value of a vendor's record. Integers stay integers; CEL compares them with doubles by value.
    pub fn json(json: &'a serde_json::Value) -> Self {
        match json {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(value) => Self::Bool(*value),
            serde_json::Value::Number(number) => number
                .as_i64()
                .map(Self::Int)
                .or_else(|| number.as_f64().map(Self::Double))
                .unwrap_or(Self::Error(EvalError::WrongType)),
            serde_json::Value::String(text) => Self::text(text),
            serde_json::Value::Array(items) => Self::List(List::Json(items)),
            serde_json::Value::Object(map) => Self::Map(Map::Json(map)),
        }
    }

    /// The same value, borrowed from a constant of a compiled rule.
    #[must_use]
    pub fn lend(&'a self) -> Self {
        match self {
            Self::Text(text) => Self::text(text),
            Self::List(List::Owned(items)) => Self::List(List::Lent(items)),
            other => other.clone(),
        }
    }

    /// Whether a report can show it: not what the vendor doesn't tell, nor what failed. What is known to be absent is
    /// shown as null.
    pub const fn is_told(&self) -> bool {
        matches!(self, Self::Error(EvalError::Absent)) || !matches!(self, Self::Unknown(_) | Self::Error(_))
    }

    /// Whether both are the same, of the same kind.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Bool(one), Self::Bool(other)) => one == other,
            (Self::Text(one), Self::Text(other)) => one == other,
            (Self::Timestamp(one), Self::Timestamp(other)) => one == other,
            (Self::Error(one), Self::Error(other)) => one == other,
            _ => self.is_told() && other.is_told() && self.to_json() == other.to_json(),
        }
    }

    /// The value as a report's JSON shows it, if it can be shown.
    pub fn to_json(&self) -> Option<serde_json::Value> {
        if self.is_told() { serde_json::to_value(self).ok() } else { None }
    }
}

/// As a report's JSON shows it. Times are in RFC 3339, with as many digits of the second as there are.
impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null | Self::Unknown(_) | Self::Error(_) => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Int(value) => serializer.serialize_i64(*value),
            Self::Double(value) => serializer.serialize_f64(*value),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Timestamp(time) => match whole_second(*time) {
                Some(text) => serializer.serialize_str(std::str::from_utf8(&text).unwrap_or_default()),
                None => time.serialize(serializer),
            },
            Self::Duration(duration) => serializer.serialize_str(&duration_text(*duration)),
            Self::List(list) => serializer.collect_seq(list.iter().filter(Self::is_told)),
            Self::Map(Map::Json(map)) => map.serialize(serializer),
            Self::Map(Map::Columns(headings, row)) => {
                // As in any other object, names are sorted, and the last of two equal ones counts.
                let columns: BTreeMap<&str, &str> = headings.iter().map(String::as_str).zip(row.iter()).collect();
                serializer.collect_map(columns)
            }
        }
    }
}

impl<'a> List<'a> {
    /// How many elements.
    pub fn len(&self) -> usize {
        match self {
            Self::Cows(items) => items.len(),
            Self::Texts(items) => items.len(),
            Self::Strings(items) => items.len(),
            Self::Json(items) => items.len(),
            Self::Lent(items) => items.len(),
            Self::Owned(items) => items.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The element at a position.
    pub fn get(&self, at: usize) -> Option<Value<'a>> {
        match self {
            Self::Cows(items) => items.get(at).map(|text| Value::text(text)),
            Self::Texts(items) => items.get(at).map(Value::text),
            Self::Strings(items) => items.get(at).map(|text| Value::text(text)),
            Self::Json(items) => items.get(at).map(Value::json),
            Self::Lent(items) => items.get(at).map(Value::lend),
            Self::Owned(items) => items.get(at).cloned(),
        }
    }

    /// Whether a text is among the elements.
    pub(super) fn has_text(&self, text: &str) -> bool {
        match self {
            Self::Cows(items) => items.iter().any(|item| item == text),
            Self::Texts(items) => items.iter().any(|item| item == text),
            Self::Strings(items) => items.iter().any(|item| item == text),
            _ => self.iter().any(|item| matches!(item, Value::Text(item) if item == text)),
        }
    }

    /// All elements in order.
    pub fn iter(&self) -> impl Iterator<Item = Value<'a>> {
        (0..self.len()).filter_map(|at| self.get(at))
    }
}

impl<'a> Map<'a> {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<Value<'a>> {
        match self {
            Self::Columns(headings, row) => {
                let at = headings.iter().position(|heading| heading == key)?;
                row.get(at).map(Value::text)
            }
            Self::Json(map) => map.get(key).map(Value::json),
        }
    }

    /// All keys, in the map's own order.
    pub fn keys(&self) -> Vec<&'a str> {
        match self {
            Self::Columns(headings, row) => {
                headings.iter().zip(row.iter()).map(|(heading, _)| heading.as_str()).collect()
            }
            Self::Json(map) => map.keys().map(String::as_str).collect(),
        }
    }

    /// How many keys.
    pub fn len(&self) -> usize {
        match self {
            Self::Columns(headings, row) => headings.iter().zip(row.iter()).count(),
            Self::Json(map) => map.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// `2026-11-20T00:00:00Z` in a few instructions, as most moments are: a whole second of a year with four digits.
fn whole_second(time: Timestamp) -> Option<[u8; 20]> {
    let (date, clock) = (time.date_naive(), time.time());
    let year = u32::try_from(date.year()).ok().filter(|year| *year <= 9_999 && clock.nanosecond() == 0)?;
    let mut text = *b"0000-00-00T00:00:00Z";
    let parts = [year / 100, year % 100, date.month(), date.day(), clock.hour(), clock.minute(), clock.second()];
    for (part, at) in parts.into_iter().zip([0, 2, 5, 8, 11, 14, 17]) {
        let digits = [part / 10, part % 10].map(|digit| b'0' + u8::try_from(digit).unwrap_or_default());
        text.get_mut(at..at + 2)?.copy_from_slice(&digits);
    }
    Some(text)
}

/// `2026-11-20T00:00:00Z`, with as many digits of the second as there are.
pub(super) fn rfc3339(time: Timestamp) -> String {
    time.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// CEL's text of a duration: whole seconds and a trimmed fraction, `90s` or `1.5s`.
pub(super) fn duration_text(duration: TimeDelta) -> String {
    let (seconds, nanos) = (duration.num_seconds(), duration.subsec_nanos());
    let sign = if seconds < 0 || nanos < 0 { "-" } else { "" };
    let seconds = seconds.unsigned_abs();
    if nanos == 0 {
        return format!("{sign}{seconds}s");
    }
    let fraction = format!("{:09}", nanos.unsigned_abs());
    format!("{sign}{seconds}.{}s", fraction.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_spelt_as_cel_spells_them() {
        for (duration, text) in [
            (TimeDelta::zero(), "0s"),
            (TimeDelta::milliseconds(1_500), "1.5s"),
            (TimeDelta::milliseconds(-500), "-0.5s"),
            (TimeDelta::days(1), "86400s"),
        ] {
            assert_eq!(duration_text(duration), text);
        }
    }

    proptest::proptest! {
        #[test]
        fn a_moment_is_told_as_chrono_tells_it(seconds in -70_000_000_000_i64..260_000_000_000, nanos in 0_u32..3) {
            let time = chrono::DateTime::from_timestamp(seconds, nanos * 1_000).expect("a moment");
            let told = serde_json::to_string(&Value::Timestamp(time)).expect("JSON");
            proptest::prop_assert_eq!(told, serde_json::to_string(&time).expect("JSON"));
        }
    }

    #[test]
    fn json_numbers_keep_their_kind() {
        let record = serde_json::json!({"a": [1, 1.5, null, "x", {"b": true}]});
        let Value::Map(map) = Value::json(&record) else { panic!("a map") };
        let Some(Value::List(list)) = map.get("a") else { panic!("a list") };
        assert!(matches!(list.get(0), Some(Value::Int(1))));
        assert!(matches!(list.get(2), Some(Value::Null)));
        assert_eq!(Value::List(list).to_json(), record.get("a").cloned());
    }
}
