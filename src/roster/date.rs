//! One cell → a date, or the parts of one whose order only its column can tell.

use chrono::{DateTime, Days, NaiveDate};
use chrono_tz::Tz;

use super::cell::{fold, is_absent};
use crate::config::DateOrder;
use crate::model::means_never;

/// What a cell in a column of dates holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cell {
    /// Nothing, or a word for nothing.
    Absent,
    /// A date by which some system means "none": the far future, or the day with which its calendar begins.
    Never,
    /// A date that can be read in one way only.
    Date(NaiveDate),
    /// Day and month, or month and day.
    Numbers(Numbers),
    /// Something else.
    Unreadable,
}

/// A date in numbers whose year comes last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Numbers {
    first: u8,
    second: u8,
    year: i16,
}

impl Numbers {
    /// The date, if the order of day and month is this.
    pub(super) fn read(self, order: DateOrder) -> Option<NaiveDate> {
        let (day, month) = match order {
            DateOrder::DayFirst => (self.first, self.second),
            DateOrder::MonthFirst => (self.second, self.first),
            DateOrder::Iso => return None,
        };
        plausible(i32::from(self.year), u32::from(month), u32::from(day))
    }

    /// The date, if it is the same in both orders, as 3/3/2026 is.
    pub(super) fn in_both_orders(self) -> Option<NaiveDate> {
        self.read(DateOrder::DayFirst).filter(|date| self.read(DateOrder::MonthFirst) == Some(*date))
    }

    /// The only order in which it is a date. Both orders are fine for 3/3/2026, and for 3/4/2026 neither is sure.
    pub(super) fn order(self) -> Option<DateOrder> {
        match (self.read(DateOrder::DayFirst), self.read(DateOrder::MonthFirst)) {
            (Some(_), None) => Some(DateOrder::DayFirst),
            (None, Some(_)) => Some(DateOrder::MonthFirst),
            _ => None,
        }
    }
}

/// Reads a cell that has been cleaned. `zone` matters for moments that are written with an offset.
pub(super) fn read(cell: &str, zone: Tz) -> Cell {
    if is_absent(cell) || is_open_end(cell) {
        return Cell::Absent;
    }
    if let Some(date) = iso(cell) {
        return date;
    }
    if let Some(moment) = moment(cell) {
        return Cell::Date(moment.with_timezone(&zone).date_naive());
    }
    let (date, _time) = split_time(cell);
    only_digits(date).unwrap_or_else(|| parts(date))
}

/// The common case, without any splitting: 2026-12-31.
fn iso(cell: &str) -> Option<Cell> {
    match *cell.as_bytes() {
        [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] => {
            let number = |digits: &[u8]| {
                digits
                    .iter()
                    .try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + u32::from(digit - b'0')))
            };
            Some(date(i32::try_from(number(&[y1, y2, y3, y4])?).ok()?, number(&[m1, m2])?, number(&[d1, d2])?))
        }
        _ => None,
    }
}

/// A moment with an offset belongs to the day that it falls on in the roster's zone. Midnight is different: systems
/// that know only days write them so, and mean the day that they write.
fn moment(cell: &str) -> Option<DateTime<chrono::FixedOffset>> {
    let moment = DateTime::parse_from_rfc3339(cell).ok()?;
    (moment.time() != chrono::NaiveTime::MIN).then_some(moment)
}

/// Everything before the time of day. In `Oct 5, 2026 12:00 AM` it begins after the last space or `T` before the
/// first colon.
fn split_time(cell: &str) -> (&str, &str) {
    let time = cell.find(':').and_then(|colon| cell.get(..colon)?.rfind([' ', 'T', 't']));
    time.and_then(|at| cell.split_at_checked(at)).unwrap_or((cell, ""))
}

/// A day number of a spreadsheet (with or without a fraction), 20261231, or 20261231235959.
fn only_digits(text: &str) -> Option<Cell> {
    let (whole, fraction) = text.split_once(['.', ',']).unwrap_or((text, ""));
    if fraction.contains(['.', ',']) {
        return None;
    }
    if !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: u64 = whole.parse().ok()?;
    let part = |range: std::ops::Range<usize>| whole.get(range)?.parse::<u32>().ok();
    Some(match whole.len() {
        5 => {
            // Day 0 for all days after the leap day that 1900 never had.
            let epoch = NaiveDate::from_ymd_opt(1899, 12, 30)?;
            (20_000..=80_000)
                .contains(&number)
                .then(|| epoch.checked_add_days(Days::new(number)))?
                .map_or(Cell::Unreadable, Cell::Date)
        }
        8 | 14 if fraction.is_empty() => date(i32::try_from(part(0..4)?).ok()?, part(4..6)?, part(6..8)?),
        _ => Cell::Unreadable,
    })
}

/// A date of three parts, of which one may be the name of a month.
fn parts(text: &str) -> Cell {
    let mut numbers = [(0_u32, 0_usize); 3];
    let mut count = 0;
    let mut month = None;
    for token in tokens(text) {
        if token.bytes().all(|byte| byte.is_ascii_digit()) {
            let (Some(slot), Ok(number)) = (numbers.get_mut(count), token.parse()) else { return Cell::Unreadable };
            *slot = (number, token.len());
            count += 1;
        } else if let Some(named) = month_named(token)
            && month.replace(named).is_some()
        {
            return Cell::Unreadable;
        }
    }
    let [first, second, third] = numbers;
    match (month, count) {
        // Year first only if it has four digits; otherwise it comes last in all four languages.
        (Some(month), 2) if first.1 == 4 => date(year(first), month, second.0),
        (Some(month), 2) => date(year(second), month, first.0),
        (None, 3) if first.1 == 4 => date(year(first), second.0, third.0),
        (None, 3) if matches!(third.1, 2 | 4) => year_last(first.0, second.0, year(third), text.contains('.')),
        _ => Cell::Unreadable,
    }
}

fn year_last(first: u32, second: u32, year: i32, dotted: bool) -> Cell {
    // Nobody writes the month first with full stops.
    if dotted {
        return date(year, second, first);
    }
    let (Ok(first), Ok(second), Ok(short_year)) = (u8::try_from(first), u8::try_from(second), i16::try_from(year))
    else {
        return Cell::Unreadable;
    };
    let numbers = Numbers { first, second, year: short_year };
    if numbers.read(DateOrder::DayFirst).or(numbers.read(DateOrder::MonthFirst)).is_some() {
        return Cell::Numbers(numbers);
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

/// The names of months in English, German, French and Spanish, folded; the first entry is January.
const MONTHS: [&[&str]; 12] = [
    &["jan", "january", "januar", "janner", "jaenner", "janv", "janvier", "ene", "enero"],
    &["feb", "february", "februar", "feber", "fev", "fevr", "fevrier", "febrero"],
    &["mar", "march", "marz", "maerz", "mrz", "mars", "marzo"],
    &["apr", "april", "avr", "avril", "abr", "abril"],
    &["may", "mai", "mayo"],
    &["jun", "june", "juni", "juin", "junio"],
    &["jul", "july", "juli", "juil", "juillet", "julio"],
    &["aug", "august", "aou", "aout", "ago", "agosto"],
    &["sep", "sept", "september", "septembre", "septiembre", "setiembre"],
    &["oct", "october", "okt", "oktober", "octobre", "octubre"],
    &["nov", "november", "novembre", "noviembre"],
    &["dec", "december", "dez", "dezember", "decembre", "dic", "diciembre"],
];

fn month_named(word: &str) -> Option<u32> {
    let word = fold(word);
    (1..).zip(MONTHS).find(|(_, names)| names.contains(&word.as_str())).map(|(month, _)| month)
}

/// Words by which rosters say that there is no end.
fn is_open_end(cell: &str) -> bool {
    const WORDS: [&str; 8] =
        ["present", "current", "ongoing", "openended", "unbefristet", "enposte", "indefinido", "actualidad"];
    let zeros = |c: char| matches!(c, '0' | '/' | '-' | '.');
    cell.chars().all(zeros) || (cell.starts_with(char::is_alphabetic) && WORDS.contains(&fold(cell).as_str()))
}

/// A date in a known order. Years from 2900 on mean "no end": 9999 at SAP, 4712 at Oracle, 2999 elsewhere; and so does the
/// day with which some calendar begins.
fn date(year: i32, month: u32, day: u32) -> Cell {
    let midnight = NaiveDate::from_ymd_opt(year, month, day).and_then(|date| date.and_hms_opt(0, 0, 0));
    if (2900..=9999).contains(&year) || midnight.is_some_and(|time| means_never(time.and_utc())) {
        return Cell::Never;
    }
    plausible(year, month, day).map_or(Cell::Unreadable, Cell::Date)
}

/// A date at which somebody may have been employed.
fn plausible(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month, day).filter(|_| (1900..=2200).contains(&year))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(year: i32, month: u32, day: u32) -> Cell {
        Cell::Date(NaiveDate::from_ymd_opt(year, month, day).expect("a date"))
    }

    #[test]
    fn dates_that_can_be_read_in_one_way() {
        for cell in [
            "2024-03-05",
            "2024/03/05",
            "2024.03.05",
            "2024-3-5",
            "20240305",
            "2024-03-05T00:00:00",
            "2024-03-05 23:59:59.000",
            "2024-03-05T00:00:00Z",
            "2024-03-05T00:00:00.000+02:00",
            "5.3.2024",
            "05.03.24",
            "5. 3. 2024",
            "05.03.2024 00:00",
            "5-Mar-2024",
            "05-Mar-24",
            "5 March 2024",
            "March 5, 2024",
            "Mar 5th, 2024",
            "Mar 5, 2024 12:00 AM",
            "5. März 2024",
            "5. Mrz. 2024",
            "5 mars 2024",
            "5 de marzo de 2024",
            "05MAR2024",
            "2024-Mar-05",
            "Tue, 5 Mar 2024",
            "45356",
            "45356.75",
            "45356,5",
            "20240305120000",
        ] {
            assert_eq!(read(cell, Tz::UTC), on(2024, 3, 5), "{cell}");
        }
        assert_eq!(read("1er août 1999", Tz::UTC), on(1999, 8, 1));
        assert_eq!(read("31.12.68", Tz::UTC), on(2068, 12, 31));
        assert_eq!(read("31.12.69", Tz::UTC), on(1969, 12, 31));
    }

    #[test]
    fn every_month_has_its_names() {
        for (month, names) in (1..).zip(MONTHS) {
            for name in names {
                assert_eq!(read(&format!("7 {name} 2020"), Tz::UTC), on(2020, month, 7), "{name}");
            }
        }
    }

    #[test]
    fn an_offset_counts_unless_it_is_midnight() {
        assert_eq!(read("2024-03-04T23:00:00Z", Tz::Europe__Berlin), on(2024, 3, 5));
        assert_eq!(read("2024-03-05T00:00:00Z", Tz::America__New_York), on(2024, 3, 5));
    }

    #[test]
    fn numbers_wait_for_their_column() {
        let order = |cell| match read(cell, Tz::UTC) {
            Cell::Numbers(numbers) => numbers.order(),
            other => panic!("{cell}: {other:?}"),
        };
        assert_eq!(order("25/03/2024"), Some(DateOrder::DayFirst));
        assert_eq!(order("03-25-24"), Some(DateOrder::MonthFirst));
        assert_eq!(order("3/4/2024 12:00:00 AM"), None);
        assert_eq!(order("3/3/2024"), None);
    }

    #[test]
    fn no_end_is_no_date() {
        for cell in ["", "-", "n/a", "00/00/0000", "0000-00-00", "Present"] {
            assert_eq!(read(cell, Tz::UTC), Cell::Absent, "{cell}");
        }
        for cell in [
            "9999-12-31",
            "31.12.9999",
            "4712-12-31",
            "31/12/2999",
            "1900-01-01",
            "01.01.1970",
            "0001-01-01",
            "1601-01-01T00:00:00Z",
        ] {
            assert_eq!(read(cell, Tz::UTC), Cell::Never, "{cell}");
        }
    }

    #[test]
    fn anything_else_is_unreadable() {
        for cell in [
            "2024",
            "31.02.2024",
            "2024-13-01",
            "31/31/2024",
            "soon",
            "1/2",
            "1/2/3/4",
            "99-04-05",
            "Jan Feb 2024",
            "1799-01-01",
            "12345678901",
            "4535",
            "99999",
            "1.2.3.4",
            "5 Mar",
            "²/³/2024",
        ] {
            assert_eq!(read(cell, Tz::UTC), Cell::Unreadable, "{cell}");
        }
    }
}
