//! CEL's operators over values: arithmetic that never wraps, comparison, equality, membership and indexing.
//! Operands have values here; unknowns and errors were dealt with by the evaluator.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use chrono::{Datelike, TimeDelta};

use super::truth::Truth;
use super::value::{EvalError, List, Value};
use crate::model::Timestamp;

/// A question about the order of two values.
pub(super) type Order = fn(Ordering) -> bool;

const OVERFLOW: Value<'static> = Value::Error(EvalError::Overflow);
const WRONG_TYPE: Value<'static> = Value::Error(EvalError::WrongType);

pub(super) fn add<'a>(left: &Value<'a>, right: &Value<'a>) -> Value<'a> {
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => a.checked_add(*b).map_or(OVERFLOW, Value::Int),
        (Value::Double(a), Value::Double(b)) => Value::Double(a + b),
        (Value::Text(a), Value::Text(b)) => Value::Text(Cow::Owned([a.as_ref(), b.as_ref()].concat())),
        (Value::Timestamp(t), Value::Duration(d)) | (Value::Duration(d), Value::Timestamp(t)) => {
            moment(t.checked_add_signed(*d))
        }
        (Value::Duration(a), Value::Duration(b)) => span(a.checked_add(b)),
        (Value::List(a), Value::List(b)) => Value::List(List::Owned(a.iter().chain(b.iter()).collect::<Arc<[_]>>())),
        _ => WRONG_TYPE,
    }
}

pub(super) fn subtract<'a>(left: &Value<'a>, right: &Value<'a>) -> Value<'a> {
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => a.checked_sub(*b).map_or(OVERFLOW, Value::Int),
        (Value::Double(a), Value::Double(b)) => Value::Double(a - b),
        (Value::Timestamp(a), Value::Timestamp(b)) => Value::Duration(saturated(a.signed_duration_since(b))),
        (Value::Timestamp(t), Value::Duration(d)) => moment(t.checked_sub_signed(*d)),
        (Value::Duration(a), Value::Duration(b)) => span(a.checked_sub(b)),
        _ => WRONG_TYPE,
    }
}

pub(super) fn multiply<'a>(left: &Value<'a>, right: &Value<'a>) -> Value<'a> {
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => a.checked_mul(*b).map_or(OVERFLOW, Value::Int),
        (Value::Double(a), Value::Double(b)) => Value::Double(a * b),
        _ => WRONG_TYPE,
    }
}

pub(super) fn divide<'a>(left: &Value<'a>, right: &Value<'a>) -> Value<'a> {
    match (left, right) {
        (Value::Int(_), Value::Int(0)) => Value::Error(EvalError::DivisionByZero),
        (Value::Int(a), Value::Int(b)) => a.checked_div(*b).map_or(OVERFLOW, Value::Int),
        (Value::Double(a), Value::Double(b)) => Value::Double(a / b),
        _ => WRONG_TYPE,
    }
}

pub(super) fn remainder<'a>(left: &Value<'a>, right: &Value<'a>) -> Value<'a> {
    match (left, right) {
        (Value::Int(_), Value::Int(0)) => Value::Error(EvalError::DivisionByZero),
        (Value::Int(a), Value::Int(b)) => a.checked_rem(*b).map_or(OVERFLOW, Value::Int),
        _ => WRONG_TYPE,
    }
}

pub(super) fn negate<'a>(value: &Value<'a>) -> Value<'a> {
    match value {
        Value::Int(a) => a.checked_neg().map_or(OVERFLOW, Value::Int),
        Value::Double(a) => Value::Double(-a),
        _ => WRONG_TYPE,
    }
}

pub(super) fn index<'a>(container: &Value<'a>, key: &Value<'a>) -> Value<'a> {
    match (container, key) {
        (Value::List(list), Value::Int(_) | Value::Double(_)) => {
            position(key).and_then(|at| list.get(at)).unwrap_or(Value::Error(EvalError::NoSuchIndex))
        }
        (Value::Map(map), Value::Text(key)) => map.get(key).unwrap_or(Value::Error(EvalError::NoSuchKey)),
        _ => WRONG_TYPE,
    }
}

/// A position in a list. Numbers of a vendor's record are whole whether they are written as 1 or as 1.0.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a number without a fraction; no list is longer than an i64 counts"
)]
fn position(key: &Value<'_>) -> Option<usize> {
    match key {
        Value::Int(at) => usize::try_from(*at).ok(),
        Value::Double(at) if at.fract() == 0.0 => usize::try_from(*at as i64).ok(),
        _ => None,
    }
}

pub(super) fn within(item: &Value<'_>, container: &Value<'_>) -> Truth {
    match (item, container) {
        (Value::Text(text), Value::List(list)) => Truth::of(list.has_text(text)),
        (_, Value::List(list)) => Truth::of(list.iter().any(|other| same(item, &other))),
        (Value::Text(key), Value::Map(map)) => Truth::of(map.get(key).is_some()),
        // Keys can be numbers and truth values, too, but no map has such.
        (Value::Bool(_) | Value::Int(_) | Value::Double(_), Value::Map(_)) => Truth::No,
        _ => Truth::Error(EvalError::WrongType),
    }
}

/// CEL's equality: numbers by value whatever their type, values of different types are different.
pub(super) fn same(left: &Value<'_>, right: &Value<'_>) -> bool {
    match (left, right) {
        (Value::Text(a), Value::Text(b)) => a == b,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Null, Value::Null) => true,
        (Value::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(b.iter()).all(|(x, y)| same(&x, &y)),
        (Value::Map(a), Value::Map(b)) => {
            a.len() == b.len()
                && a.keys().into_iter().all(|key| match (a.get(key), b.get(key)) {
                    (Some(x), Some(y)) => same(&x, &y),
                    _ => false,
                })
        }
        _ => compare(left, right) == Some(Ordering::Equal),
    }
}

/// `<`, `<=`, `>` and `>=`
pub(super) fn ordered(left: &Value<'_>, right: &Value<'_>, holds: Order) -> Truth {
    match compare(left, right) {
        Some(ordering) => Truth::of(holds(ordering)),
        None if matches!((left, right), (Value::Double(_) | Value::Int(_), Value::Double(_) | Value::Int(_))) => {
            // One of them is NaN, which is neither less, equal nor greater.
            Truth::No
        }
        None => Truth::Error(EvalError::WrongType),
    }
}

pub(super) fn compare(left: &Value<'_>, right: &Value<'_>) -> Option<Ordering> {
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        (Value::Timestamp(a), Value::Timestamp(b)) => Some(a.cmp(b)),
        (Value::Duration(a), Value::Duration(b)) => Some(a.cmp(b)),
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        (Value::Double(a), Value::Double(b)) => a.partial_cmp(b),
        (Value::Int(a), Value::Double(b)) => compare_numbers(*a, *b),
        (Value::Double(a), Value::Int(b)) => compare_numbers(*b, *a).map(Ordering::reverse),
        _ => None,
    }
}

/// Both lie on one line of numbers; neither is rounded to the other's type.
#[expect(clippy::cast_possible_truncation, reason = "what is truncated is compared next")]
fn compare_numbers(int: i64, double: f64) -> Option<Ordering> {
    /// 2^63, one more than the greatest integer.
    const END: f64 = 9_223_372_036_854_775_808.0;
    match double {
        _ if double.is_nan() => None,
        _ if double >= END => Some(Ordering::Less),
        _ if double < -END => Some(Ordering::Greater),
        _ => Some(int.cmp(&(double.trunc() as i64)).then(0.0.partial_cmp(&double.fract())?)),
    }
}

/// CEL's moments lie in the years 1 to 9999.
pub(super) fn moment<'a>(time: Option<Timestamp>) -> Value<'a> {
    match time {
        Some(time) if (1..=9999).contains(&time.year()) => Value::Timestamp(time),
        _ => OVERFLOW,
    }
}

/// CEL's durations are 64-bit nanoseconds, some 292 years.
pub(super) fn span<'a>(duration: Option<TimeDelta>) -> Value<'a> {
    match duration {
        Some(duration) if duration.num_nanoseconds().is_some() => Value::Duration(duration),
        _ => OVERFLOW,
    }
}

/// The time between two moments as a duration, or the longest that there is: that somebody hasn't logged in for 300
/// years is an answer, and no failure.
pub(super) fn saturated(between: TimeDelta) -> TimeDelta {
    between.clamp(TimeDelta::nanoseconds(i64::MIN), TimeDelta::nanoseconds(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(value: &Value<'_>) -> Option<EvalError> {
        match value {
            Value::Error(error) => Some(*error),
            _ => None,
        }
    }

    #[test]
    fn integers_overflow_instead_of_wrapping() {
        assert_eq!(error(&add(&Value::Int(i64::MAX), &Value::Int(1))), Some(EvalError::Overflow));
        assert_eq!(error(&subtract(&Value::Int(i64::MIN), &Value::Int(1))), Some(EvalError::Overflow));
        assert_eq!(error(&multiply(&Value::Int(i64::MAX), &Value::Int(2))), Some(EvalError::Overflow));
        assert_eq!(error(&divide(&Value::Int(i64::MIN), &Value::Int(-1))), Some(EvalError::Overflow));
        assert_eq!(error(&negate(&Value::Int(i64::MIN))), Some(EvalError::Overflow));
        assert_eq!(error(&divide(&Value::Int(1), &Value::Int(0))), Some(EvalError::DivisionByZero));
        assert_eq!(error(&remainder(&Value::Int(1), &Value::Int(0))), Some(EvalError::DivisionByZero));
    }

    #[test]
    fn numbers_compare_by_value_and_other_types_differ() {
        assert!(same(&Value::Int(1), &Value::Double(1.0)));
        assert!(!same(&Value::Int(1), &Value::text("1")));
        assert!(!same(&Value::Double(f64::NAN), &Value::Double(f64::NAN)));
        assert_eq!(ordered(&Value::Int(1), &Value::Double(1.5), Ordering::is_lt), Truth::Yes);
        assert_eq!(ordered(&Value::Double(f64::NAN), &Value::Int(1), Ordering::is_lt), Truth::No);
        assert_eq!(ordered(&Value::Int(1), &Value::text("2"), Ordering::is_lt), Truth::Error(EvalError::WrongType));
    }

    #[test]
    fn an_int_and_a_double_are_compared_without_rounding_either() {
        const TWO_TO_53: i64 = 9_007_199_254_740_992;
        for (int, double, ordering) in [
            (TWO_TO_53, 9_007_199_254_740_992.0, Some(Ordering::Equal)),
            (TWO_TO_53 + 1, 9_007_199_254_740_992.0, Some(Ordering::Greater)),
            (i64::MAX, 9_223_372_036_854_775_808.0, Some(Ordering::Less)),
            (i64::MIN, -9_223_372_036_854_775_808.0, Some(Ordering::Equal)),
            (i64::MIN, -9_223_372_036_854_777_856.0, Some(Ordering::Greater)),
            (i64::MAX, f64::INFINITY, Some(Ordering::Less)),
            (i64::MIN, f64::NEG_INFINITY, Some(Ordering::Greater)),
            (1, 1.5, Some(Ordering::Less)),
            (-1, -1.5, Some(Ordering::Greater)),
            (0, -0.0, Some(Ordering::Equal)),
            (0, -5e-324, Some(Ordering::Greater)),
            (0, f64::NAN, None),
        ] {
            assert_eq!(compare(&Value::Int(int), &Value::Double(double)), ordering, "{int} and {double}");
            let reverse = ordering.map(Ordering::reverse);
            assert_eq!(compare(&Value::Double(double), &Value::Int(int)), reverse, "{double} and {int}");
        }
    }

    #[test]
    fn times_stay_in_their_range() {
        let end = moment(chrono::DateTime::from_timestamp(253_402_300_799, 0));
        assert!(matches!(end, Value::Timestamp(_)));
        assert_eq!(error(&add(&end, &Value::Duration(TimeDelta::days(1)))), Some(EvalError::Overflow));
        assert_eq!(error(&span(Some(TimeDelta::days(200_000)))), Some(EvalError::Overflow));
    }

    #[test]
    fn moments_may_be_further_apart_than_a_duration_is_long() {
        let at = |text: &str| Value::Timestamp(text.parse().expect("a moment"));
        let limit = Value::Duration(TimeDelta::days(90));
        for (earlier, later) in
            [("0001-01-01T00:00:00Z", "2026-11-20T00:00:00Z"), ("2026-11-20T00:00:00Z", "9999-12-31T00:00:00Z")]
        {
            assert_eq!(
                ordered(&subtract(&at(later), &at(earlier)), &limit, Ordering::is_gt),
                Truth::Yes,
                "{later} - {earlier}"
            );
            assert_eq!(
                ordered(&subtract(&at(earlier), &at(later)), &limit, Ordering::is_gt),
                Truth::No,
                "{earlier} - {later}"
            );
        }
    }
}
