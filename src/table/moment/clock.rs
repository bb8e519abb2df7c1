//! Times of day as they stand behind a date, and offsets.

use chrono::{FixedOffset, NaiveDate, NaiveTime, TimeZone as _};

use super::Reading;

/// A time of day, with an offset if it names one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clock {
    pub(super) time: NaiveTime,
    pub(super) offset: Option<FixedOffset>,
}

impl Clock {
    pub(super) fn on(self, day: NaiveDate) -> Reading {
        let local = day.and_time(self.time);
        match self.offset {
            Some(offset) => offset.from_local_datetime(&local).single().map_or(Reading::Unreadable, Reading::Moment),
            None => Reading::Local(local),
        }
    }
}

pub(super) fn is_utc(word: &str) -> bool {
    ["utc", "gmt", "z"].iter().any(|name| word.eq_ignore_ascii_case(name))
}

/// A fraction of a second.
pub(super) fn nanos(digits: &str) -> u32 {
    let mut nine: String = digits.chars().take(9).collect();
    while nine.len() < 9 {
        nine.push('0');
    }
    nine.parse().unwrap_or_default()
}

/// `Z`, `UTC`, `+01`, `+0100`, `+01:00`, `UTC+1`, `GMT-0500`.
pub(super) fn offset(text: &str) -> Option<FixedOffset> {
    let text = text.trim();
    if is_utc(text) {
        return FixedOffset::east_opt(0);
    }
    let text = ["UTC", "GMT"].iter().find_map(|name| text.strip_prefix(name)).unwrap_or(text);
    let (sign, digits) = match text.chars().next()? {
        '+' => (1, text.get(1..)?),
        '-' => (-1, text.get(1..)?),
        '\u{2212}' => (-1, text.strip_prefix('\u{2212}')?),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() <= 2 => (digits, "0"),
        None => digits.split_at_checked(digits.len() - 2)?,
    };
    let number = |text: &str| {
        Some(text)
            .filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|text| text.parse::<i32>().ok())
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (hours <= 14 && minutes < 60).then(|| FixedOffset::east_opt(sign * (hours * 3600 + minutes * 60))).flatten()
}

/// A time of day as it is written behind a date: `T12:00`, ` 12:00:00.5 PM +0100`, ` 12:00 Uhr`.
pub(super) fn clock(text: &str) -> Option<Clock> {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, 'T' | 't' | ','));
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let take = |text: &str, most: usize| -> Option<(u32, usize)> {
        let length = digits(text).min(most);
        Some((text.get(..length)?.parse().ok()?, length))
    };
    let (mut hour, length) = take(text, 2)?;
    let rest = text.get(length..)?.strip_prefix(':')?;
    let (minute, length) = take(rest, 2)?;
    let mut rest = rest.get(length..)?;
    let mut second = 0;
    if let Some(behind) = rest.strip_prefix(':') {
        let (seconds, length) = take(behind, 2)?;
        (second, rest) = (seconds, behind.get(length..)?);
    }
    let mut fraction = "";
    if let Some(behind) = rest.strip_prefix(['.', ',', ':']).filter(|behind| digits(behind) > 0) {
        (fraction, rest) = behind.split_at_checked(digits(behind))?;
    }
    let rest = rest.trim();
    let folded: String =
        rest.chars().take(5).filter(char::is_ascii_alphabetic).collect::<String>().to_ascii_lowercase();
    let rest = if folded.starts_with("am") || folded.starts_with("pm") {
        hour = if (1..=12).contains(&hour) { hour % 12 } else { return None };
        hour += if folded.starts_with('p') { 12 } else { 0 };
        rest.trim_start_matches(['a', 'A', 'p', 'P'])
            .trim_start_matches(['.', ' ', '\u{a0}', '\u{202f}'])
            .trim_start_matches(['m', 'M'])
            .trim_start_matches('.')
    } else {
        rest.trim_start_matches("Uhr").trim_start_matches('h')
    };
    // `GMT+0100 (Central European Time)`: the offset says it all.
    let zone = rest.split('(').next().unwrap_or_default().trim();
    let zone = if zone.is_empty() { rest.trim().trim_start_matches('(').trim_end_matches(')') } else { zone };
    let offset = if zone.is_empty() { None } else { Some(offset(zone)?) };
    Some(Clock { time: NaiveTime::from_hms_nano_opt(hour, minute, second, nanos(fraction))?, offset })
}
