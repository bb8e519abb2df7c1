//! One cell → a moment, a day, or the parts of a date whose order only its column can tell. The one parser of every way in:
//! rosters, exports, programs and vendors' answers.

mod clock;
mod day;
mod rfc3339;

use chrono::format::{Fixed, Item, Parsed, StrftimeItems, parse};
use chrono::{DateTime, Days, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;
pub(crate) use rfc3339::rfc3339;

use super::words::{Holds, is_nothing};
use crate::model::{Timestamp, means_never};
use clock::{Clock, clock, is_utc, nanos, offset};
use day::{is_far, is_iso, iso, only_digits, parts, plausible, split_time};
use rfc3339::usual_form;

/// What a cell in a column of moments holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Reading {
    /// Nothing.
    Empty,
    /// A word for nothing.
    Nothing,
    /// A date by which some system means "none": the far future, or the day with which its calendar begins.
    Never,
    /// A day without a time.
    Day(NaiveDate),
    /// A day with a time, and no word about the zone.
    Local(NaiveDateTime),
    /// A moment with its offset.
    Moment(DateTime<FixedOffset>),
    /// Day and month, or month and day.
    Numbers(Numbers),
    /// A day, with something behind it that is no time.
    Odd(NaiveDate),
    /// Something else.
    Unreadable,
}

/// The order of day and month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOrder {
    /// 31/12/2026.
    DayFirst,
    /// 12/31/2026.
    MonthFirst,
}

/// How moments are written, where that can't be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notation {
    /// `2026-12-31` only: what could have the day or the month first is not read.
    Iso,
    /// Day and month, or month and day.
    Order(DateOrder),
    /// Seconds since 1970.
    Unix,
    /// Milliseconds since 1970.
    UnixMillis,
    /// Intervals of 100 ns since 1601, as Active Directory counts.
    FileTime,
    /// `20260131120000Z`
    Ldap,
    /// Days of a spreadsheet.
    Excel,
    /// chrono's notation.
    Written(Vec<Item<'static>>),
}

/// The words for notations, in addition to chrono's own.
pub(crate) const NOTATIONS: [(&str, Notation, &str); 8] = [
    ("iso", Notation::Iso, "2026-12-31 only"),
    ("day-first", Notation::Order(DateOrder::DayFirst), "31/12/2026"),
    ("month-first", Notation::Order(DateOrder::MonthFirst), "12/31/2026"),
    ("unix", Notation::Unix, "seconds since 1970"),
    ("unix-ms", Notation::UnixMillis, "milliseconds since 1970"),
    (
        "filetime",
        Notation::FileTime,
        "intervals of 100 ns since 1601 (Active Directory); 0 and 9223372036854775807 are never",
    ),
    ("ldap", Notation::Ldap, "20260131120000Z"),
    ("excel", Notation::Excel, "days of a spreadsheet, 46053.5"),
];

impl Notation {
    /// A notation by its word, or as chrono writes it.
    ///
    /// # Errors
    /// It is neither, or doesn't tell a day.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        /// 2024-11-23T21:34:56Z: no two of its parts are equal.
        const SAMPLE: i64 = 1_732_397_696;
        let word = text.trim().to_ascii_lowercase().replace('_', "-");
        if let Some((_, notation, _)) = NOTATIONS.into_iter().find(|(known, ..)| *known == word) {
            return Ok(notation);
        }
        let no_date = || format!("\"{text}\" can't be read as a date");
        let items = StrftimeItems::new(text).parse_to_owned().map_err(|_| no_date())?;
        let sample = DateTime::from_timestamp(SAMPLE, 0).unwrap_or_default().fixed_offset();
        let mut shown = String::new();
        std::fmt::write(&mut shown, format_args!("{}", sample.format_with_items(items.iter())))
            .map_err(|_| no_date())?;
        let names_zone = items.iter().any(|item| matches!(item, Item::Fixed(Fixed::TimezoneName)));
        let shown = if names_zone { shown.replace("+00:00", "UTC") } else { shown };
        written(&shown, &items).map(|_| Self::Written(items)).ok_or_else(no_date)
    }
}

/// How the moments of a column are read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Moments {
    /// In the order in which they are tried; then what can be seen.
    pub(crate) notations: Vec<Notation>,
    /// The zone of times that don't name one.
    pub(crate) zone: Tz,
    /// Days are counted from 1904, as old spreadsheets of Macs do.
    pub(crate) is_1904: bool,
}

impl Moments {
    /// Reads a cell that has been cleaned.
    pub(crate) fn read(&self, cell: &str) -> Reading {
        if cell.is_empty() {
            return Reading::Empty;
        }
        let found = self.notations.iter().find_map(|notation| self.noted(cell, notation)).or_else(|| self.seen(cell));
        match found {
            Some(reading) => reading.or_never(),
            None if is_nothing(cell, Holds::Moments) => Reading::Nothing,
            None => Reading::Unreadable,
        }
    }

    /// The moment of a cell that is written as nearly every system does, where nothing else is configured.
    #[inline]
    pub(crate) fn usual(&self, cell: &str) -> Option<Timestamp> {
        let is_usual = |moment: &Timestamp| !means_never(*moment) && !is_far(moment.date_naive());
        usual_form(cell).filter(|moment| self.notations.is_empty() && is_usual(moment))
    }

    /// The moment of a cell; a day is its first moment.
    pub(crate) fn moment(&self, reading: Reading) -> Option<Timestamp> {
        match reading {
            Reading::Day(day) => self.here(day.and_time(NaiveTime::MIN)),
            Reading::Local(time) => self.here(time),
            Reading::Moment(moment) => Some(moment.with_timezone(&Utc)),
            Reading::Numbers(numbers) => {
                let day = self.order().map_or_else(|| numbers.in_both_orders(), |order| numbers.read(order))?;
                self.moment(numbers.on(day))
            }
            Reading::Empty | Reading::Nothing | Reading::Never | Reading::Odd(_) | Reading::Unreadable => None,
        }
    }

    /// What the configuration says of day and month.
    pub(crate) fn order(&self) -> Option<DateOrder> {
        self.notations.iter().find_map(|notation| match notation {
            Notation::Order(order) => Some(*order),
            _ => None,
        })
    }

    /// Whether dates that could have the day or the month first are to be left unread.
    pub(crate) fn is_iso_only(&self) -> bool {
        self.notations.contains(&Notation::Iso)
    }

    /// A wall clock's time that comes twice is the earlier one; one that a clock change leaves out is read with the offset that
    /// was in force before.
    fn here(&self, time: NaiveDateTime) -> Option<Timestamp> {
        let hour = TimeDelta::hours(1);
        let local = self.zone.from_local_datetime(&time).earliest();
        let local = local.or_else(|| {
            let before = self.zone.from_local_datetime(&time.checked_sub_signed(hour)?).earliest()?;
            before.checked_add_signed(hour)
        });
        local.map(|time| time.with_timezone(&Utc))
    }

    /// As the configuration says that it is written.
    fn noted(&self, cell: &str, notation: &Notation) -> Option<Reading> {
        let number = || cell.parse::<i64>().ok();
        match notation {
            Notation::Iso | Notation::Order(_) => None,
            Notation::Unix => Some(moment(DateTime::from_timestamp(number()?, 0)?)),
            Notation::UnixMillis => Some(moment(DateTime::from_timestamp_millis(number()?)?)),
            Notation::FileTime => file_time(number()?),
            Notation::Ldap => generalized(cell, false),
            Notation::Excel => self.serial(&cell.replace(',', ".")),
            Notation::Written(items) => written(cell, items),
        }
    }

    /// As anybody can see that it is written.
    fn seen(&self, cell: &str) -> Option<Reading> {
        if let Some(moment) = usual_form(cell) {
            return Some(Reading::Moment(moment.fixed_offset()));
        }
        if is_iso(cell) {
            return iso(cell);
        }
        if let Some(reading) = generalized(cell, true) {
            return Some(reading);
        }
        if cell.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','))
            && cell.matches(['.', ',']).count() < 2
        {
            return self.digits(cell);
        }
        let (date, time) = split_time(cell);
        let reading = match only_digits(&date) {
            Some(reading) => reading,
            None => parts(&date)?,
        };
        Some(match (time, reading) {
            ("", reading) => reading,
            (time, Reading::Day(day)) => match clock(time) {
                Some(clock) => clock.on(day),
                None => Reading::Odd(day),
            },
            (time, Reading::Numbers(numbers)) => Reading::Numbers(Numbers { clock: clock(time), ..numbers }),
            (_, reading) => reading,
        })
    }

    /// A number whose length tells what it counts.
    fn digits(&self, cell: &str) -> Option<Reading> {
        let (whole, fraction) = cell.split_once(['.', ',']).unwrap_or((cell, ""));
        let number: i64 = match whole.parse() {
            Ok(number) => number,
            // More than can be counted: the largest number of some system.
            Err(_) => return (whole == "18446744073709551615").then_some(Reading::Never),
        };
        match (whole.len(), number) {
            (5, 20_000..=80_000) => self.serial(&format!("{whole}.{fraction}0")),
            (10, 1_000_000_000..=4_102_444_800) => Some(moment(DateTime::from_timestamp(number, 0)?)),
            (13, 1_000_000_000_000..=4_102_444_800_000) => Some(moment(DateTime::from_timestamp_millis(number)?)),
            (16, 1_000_000_000_000_000..=4_102_444_800_000_000) => {
                Some(moment(DateTime::from_timestamp_micros(number)?))
            }
            (18, 116_444_736_000_000_000..=250_000_000_000_000_000) => file_time(number),
            (19, i64::MAX) => Some(Reading::Never),
            (8, _) if fraction.is_empty() => only_digits(cell),
            _ => None,
        }
    }

    /// A day of a spreadsheet, with a fraction for the time.
    fn serial(&self, number: &str) -> Option<Reading> {
        const LAST: f64 = 2_958_466.0;
        const SECONDS: f64 = 86_400.0;
        let days = number.parse::<f64>().ok().filter(|days| (0.0..LAST).contains(days))?;
        // Day 0 for all days after the leap day that 1900 never had.
        let (year, month, day) = if self.is_1904 { (1904, 1, 1) } else { (1899, 12, 30) };
        let epoch = NaiveDate::from_ymd_opt(year, month, day)?;
        #[expect(clippy::cast_possible_truncation, reason = "less than the last day")]
        let (whole, seconds) = (days.trunc() as i64, (days.fract() * SECONDS).round() as i64);
        let date = epoch.checked_add_days(Days::new(whole.try_into().ok()?))?;
        let midnight = date.and_time(NaiveTime::MIN);
        Some(if seconds == 0 {
            Reading::Day(date)
        } else {
            Reading::Local(midnight.checked_add_signed(TimeDelta::seconds(seconds))?)
        })
    }
}

impl Reading {
    /// Years from 2900 on mean "no end": 9999 at SAP, 4712 at Oracle, 2999 elsewhere; and so does the day with which some
    /// calendar begins.
    fn or_never(self) -> Self {
        let day = match self {
            Self::Day(day) | Self::Odd(day) => day.and_time(NaiveTime::MIN).and_utc(),
            Self::Local(time) => time.and_utc(),
            Self::Moment(moment) => moment.with_timezone(&Utc),
            other => return other,
        };
        if means_never(day) || is_far(day.date_naive()) { Self::Never } else { self }
    }
}

/// A date in numbers whose year comes last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Numbers {
    first: u8,
    second: u8,
    year: i16,
    clock: Option<Clock>,
}

impl Numbers {
    /// The date, if the order of day and month is this.
    pub(crate) fn read(self, order: DateOrder) -> Option<NaiveDate> {
        let (day, month) = match order {
            DateOrder::DayFirst => (self.first, self.second),
            DateOrder::MonthFirst => (self.second, self.first),
        };
        plausible(i32::from(self.year), u32::from(month), u32::from(day))
    }

    /// The date, if it is the same in both orders, as 3/3/2026 is, or is one in one order only.
    pub(crate) fn in_both_orders(self) -> Option<NaiveDate> {
        match self.order() {
            Some(order) => self.read(order),
            None => self.read(DateOrder::DayFirst).filter(|date| self.read(DateOrder::MonthFirst) == Some(*date)),
        }
    }

    /// The only order in which it is a date. Both orders are fine for 3/3/2026, and for 3/4/2026 neither is sure.
    pub(crate) fn order(self) -> Option<DateOrder> {
        match (self.read(DateOrder::DayFirst), self.read(DateOrder::MonthFirst)) {
            (Some(_), None) => Some(DateOrder::DayFirst),
            (None, Some(_)) => Some(DateOrder::MonthFirst),
            _ => None,
        }
    }

    fn on(self, day: NaiveDate) -> Reading {
        self.clock.map_or(Reading::Day(day), |clock| clock.on(day))
    }
}

fn moment(moment: Timestamp) -> Reading {
    Reading::Moment(moment.fixed_offset())
}

/// A moment in a vendor's answer: in any form, and in UTC where it names no zone.
pub(crate) fn in_utc(text: &str) -> Option<Timestamp> {
    rfc3339(text).or_else(|| {
        let moments = Moments { zone: Tz::UTC, ..Moments::default() };
        moments.moment(moments.seen(text.trim())?)
    })
}

/// As chrono's notation says. Minutes and seconds that it leaves out are none.
fn written(cell: &str, items: &[Item<'static>]) -> Option<Reading> {
    let mut parsed = Parsed::new();
    parse(&mut parsed, cell, items.iter()).ok()?;
    if let Some(seconds) = parsed.timestamp() {
        return Some(moment(DateTime::from_timestamp(seconds, 0)?));
    }
    let day = parsed.to_naive_date().ok()?;
    if parsed.hour_mod_12().is_none() && parsed.hour_div_12().is_none() {
        return Some(Reading::Day(day));
    }
    if parsed.minute().is_none() {
        parsed.set_minute(0).ok()?;
    }
    let time = parsed.to_naive_time().ok()?;
    let names_zone = items.iter().any(|item| matches!(item, Item::Fixed(Fixed::TimezoneName)));
    let offset = match parsed.offset() {
        Some(seconds) => Some(FixedOffset::east_opt(seconds)?),
        // The name of another zone may be that of several.
        None if names_zone => Some(cell.split_whitespace().any(is_utc).then(|| FixedOffset::east_opt(0)).flatten()?),
        None => None,
    };
    Some(Clock { time, offset }.on(day))
}

/// What Active Directory counts; zero and the largest number are never.
fn file_time(intervals: i64) -> Option<Reading> {
    const TO_1970: i64 = 116_444_736_000_000_000;
    const TICKS: i64 = 10_000_000;
    if intervals <= 0 || intervals == i64::MAX {
        return Some(Reading::Never);
    }
    let since = intervals.checked_sub(TO_1970)?;
    let nanos = u32::try_from(since.rem_euclid(TICKS) * 100).ok()?;
    Some(moment(DateTime::from_timestamp(since.div_euclid(TICKS), nanos)?))
}

/// `20260131120000Z`, `202601311200+0100`, `20260131T120000.5Z`. Where it isn't said that it is one, a number without a zone
/// is one only if it has all its digits.
fn generalized(cell: &str, is_guess: bool) -> Option<Reading> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let length = digits(cell);
    let (date, rest) = cell.split_at_checked(if length == 8 { 8 } else { length })?;
    let (time, rest) = match rest.strip_prefix(['T', 't']) {
        Some(behind) if length == 8 => behind.split_at_checked(digits(behind))?,
        _ if matches!(length, 10 | 12 | 14) => (date.get(8..)?, rest),
        _ => return None,
    };
    let fraction = rest.strip_prefix(['.', ',']).map_or("", |behind| behind.get(..digits(behind)).unwrap_or_default());
    let zone = rest.get(if fraction.is_empty() { 0 } else { fraction.len() + 1 }..)?;
    if is_guess && zone.is_empty() && length != 8 && (length != 14 || !fraction.is_empty()) {
        return None;
    }
    let Reading::Day(day) = only_digits(date.get(..8)?)? else { return None };
    let number = |range: std::ops::Range<usize>| time.get(range).map_or(Some(0), |part| part.parse().ok());
    if !matches!(time.len(), 2 | 4 | 6) {
        return None;
    }
    let (hour, minute, second) =
        (number(0..2)?, if time.len() > 2 { number(2..4)? } else { 0 }, if time.len() > 4 { number(4..6)? } else { 0 });
    let time = NaiveTime::from_hms_nano_opt(hour, minute, second, nanos(fraction))?;
    let offset = if zone.is_empty() { None } else { Some(offset(zone)?) };
    Some(Clock { time, offset }.on(day))
}

#[cfg(test)]
mod tests;
