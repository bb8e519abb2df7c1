//! Days: in numbers and with the names of months.

use std::borrow::Cow;

use chrono::{Datelike as _, NaiveDate, NaiveTime};

use super::{DateOrder, Numbers, Reading};
use crate::model::means_never;
use crate::table::words::month;

/// The common case: 2026-12-31.
pub(super) fn is_iso(cell: &str) -> bool {
    let is_one = |(at, byte): (usize, u8)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() };
    cell.len() == 10 && cell.bytes().enumerate().all(is_one)
}

/// It is read without any splitting.
pub(super) fn iso(cell: &str) -> Option<Reading> {
    let number = |range: std::ops::Range<usize>| cell.get(range)?.parse::<u32>().ok();
    date(i32::try_from(number(0..4)?).ok()?, number(5..7)?, number(8..10)?)
}

/// The date, and from the time of day on the rest. In `Oct 5, 2026 12:00 AM` that begins after the last space or `T` before the
/// first colon; and in `Sat Jan 31 12:00:00 UTC 2026` the year comes behind it.
pub(super) fn split_time(cell: &str) -> (Cow<'_, str>, &str) {
    let time = cell.find(':').and_then(|colon| cell.get(..colon)?.rfind([' ', 'T', 't', '\u{a0}']));
    let Some((date, time)) = time.and_then(|at| cell.split_at_checked(at)) else { return (cell.into(), "") };
    match time.rsplit_once(' ') {
        Some((time, year))
            if year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit()) && time.contains(':') =>
        {
            (format!("{date} {year}").into(), time)
        }
        _ => (date.into(), time),
    }
}

/// 20261231, or 20261231235959.
pub(super) fn only_digits(text: &str) -> Option<Reading> {
    if !matches!(text.len(), 8) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |range: std::ops::Range<usize>| text.get(range)?.parse::<u32>().ok();
    date(i32::try_from(part(0..4)?).ok()?, part(4..6)?, part(6..8)?)
}

/// A date of three parts, of which one may be the name of a month.
pub(super) fn parts(text: &str) -> Option<Reading> {
    let mut numbers = [(0_u32, 0_usize); 3];
    let mut count = 0;
    let mut named = None;
    for token in tokens(text) {
        if token.bytes().all(|byte| byte.is_ascii_digit()) {
            *numbers.get_mut(count)? = (token.parse().ok()?, token.len());
            count += 1;
        } else if let Some(found) = month(token)
            && named.replace(found).is_some()
        {
            return None;
        }
    }
    let [first, second, third] = numbers;
    match (named, count) {
        // Year first only if it has four digits; otherwise it comes last in all four languages.
        (Some(month), 2) if first.1 == 4 => date(year(first), month, second.0),
        (Some(month), 2) => date(year(second), month, first.0),
        (None, 3) if first.1 == 4 => date(year(first), second.0, third.0),
        (None, 3) if matches!(third.1, 2 | 4) => year_last(first.0, second.0, year(third), text.contains('.')),
        _ => None,
    }
}

fn year_last(first: u32, second: u32, year: i32, dotted: bool) -> Option<Reading> {
    // Nobody writes the month first with full stops.
    if dotted {
        return date(year, second, first);
    }
    let (first, second) = (u8::try_from(first).ok()?, u8::try_from(second).ok()?);
    let numbers = Numbers { first, second, year: i16::try_from(year).ok()?, clock: None };
    if numbers.read(DateOrder::DayFirst).or(numbers.read(DateOrder::MonthFirst)).is_some() {
        return Some(Reading::Numbers(numbers));
    }
    // Nonsense, or a year that means "no end".
    date(year, u32::from(second), u32::from(first))
}

/// Two digits are a year from 1969 to 2068, as POSIX has it.
fn year((number, digits): (u32, usize)) -> i32 {
    let number = i32::try_from(number).unwrap_or(i32::MAX);
    match (digits, number) {
        (2, 0..=68) => number + 2000,
        (2, _) => number + 1900,
        _ => number,
    }
}

/// Runs of digits and runs of letters: `5th`, `05Jan2026` and `d'avril` fall apart as they should.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| !c.is_alphanumeric());
        let digits = rest.chars().next()?.is_ascii_digit();
        let ends = |c: char| !c.is_alphanumeric() || c.is_ascii_digit() != digits;
        let (token, tail) = rest.split_at_checked(rest.find(ends).unwrap_or(rest.len()))?;
        rest = tail;
        Some(token)
    })
}

/// A date in a known order; of the years that mean "no end", any.
fn date(year: i32, month: u32, day: u32) -> Option<Reading> {
    let date = NaiveDate::from_ymd_opt(year, month, day)?;
    (is_far(date) || means_never(date.and_time(NaiveTime::MIN).and_utc()) || (1900..=2200).contains(&year))
        .then_some(Reading::Day(date))
}

/// A date at which something may have happened.
pub(super) fn plausible(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month, day).filter(|_| (1900..=2200).contains(&year))
}

pub(super) fn is_far(day: NaiveDate) -> bool {
    day.year() >= 2900
}
