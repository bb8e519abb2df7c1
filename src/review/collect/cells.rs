//! What programs do to cells on the way, and what is the same all the same.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta};

/// Whether a cell is still what was shown: apart from white space, and from what spreadsheets make of numbers and days.
pub(super) fn is_same(cell: &str, shown: &str) -> bool {
    let (cell, shown) = (squeezed(cell), squeezed(shown));
    let number = |text: &str| text.parse::<f64>().ok().filter(|number| number.is_finite());
    let is_number = || number(&cell).zip(number(&shown)).is_some_and(|(a, b)| a.to_bits() == b.to_bits());
    let is_day = || day(&shown, false).is_some_and(|shown| day(&cell, false) == Some(shown));
    cell == shown || is_number() || is_day()
}

/// A text without any white space: some programs lose blanks between words of which one is bold.
pub(super) fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '\u{200b}').collect()
}

/// A day as it comes back: ISO, with slashes or with a time behind it, or as the number that a spreadsheet has for it.
pub(super) fn day(text: &str, is_1904: bool) -> Option<NaiveDate> {
    let text = text.trim();
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        // Some programs take a day for its midnight in UTC, and write that as it is where they run.
        let in_utc = moment.naive_utc();
        let is_day = in_utc.time() == NaiveTime::MIN;
        return Some(if is_day { in_utc.date() } else { moment.date_naive() });
    }
    let of_number = || {
        let days = text.parse::<u32>().ok().filter(|days| (40_000..60_000).contains(days))?;
        let first = if is_1904 { NaiveDate::from_ymd_opt(1904, 1, 1) } else { NaiveDate::from_ymd_opt(1899, 12, 30) };
        first?.checked_add_signed(TimeDelta::days(i64::from(days)))
    };
    let date = text.split_once(['T', ' ']).map_or(text, |(date, _)| date);
    let parts: Vec<&str> = date.split(['-', '/']).collect();
    match parts.as_slice() {
        [year, month, day] if year.len() == 4 => {
            NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
        }
        _ => of_number(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_programs_change_is_the_same_and_nothing_else_is() {
        for (cell, shown) in [
            ("Keepbut ask", "Keep but ask"),
            ("12", "0000000000000012"),
            ("2026/12/01", "2026-12-01"),
            ("2026-12-01T00:00:00", "2026-12-01"),
            ("", " "),
        ] {
            assert!(is_same(cell, shown), "{cell} is {shown}");
        }
        for (cell, shown) in
            [("Agent", "Admin"), ("2026-12-02", "2026-12-01"), ("", "Agent"), ("1", "2"), ("nan", "NaN")]
        {
            assert!(!is_same(cell, shown), "{cell} is not {shown}");
        }
    }

    #[test]
    fn days_are_read_as_spreadsheets_write_them() {
        let first = NaiveDate::from_ymd_opt(2026, 12, 1);
        for text in [
            "2026-12-01",
            "2026/12/1",
            "46357",
            "2026-12-01T00:00:00",
            "2026-12-01 00:00",
            "2026-12-01T00:00:00+01:00",
            "2026-11-30T19:00:00-05:00",
        ] {
            assert_eq!(day(text, false), first, "{text}");
        }
        assert_eq!(day("44895", true), first);
        for text in ["12/11/2026", "Dec 18", "18 Dec 2026", "", "7", "99999", "2026-13-01"] {
            assert_eq!(day(text, false), None, "{text}");
        }
    }
}
