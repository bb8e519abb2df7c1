//! Moments as they occur in tables, and what can't be one.

use proptest::prelude::*;

use super::*;

fn read(cell: &str, zone: Tz) -> Reading {
    Moments { zone, ..Moments::default() }.read(cell)
}

fn at(cell: &str, notations: &[&str], zone: Tz) -> Option<String> {
    let notations = notations.iter().map(|notation| Notation::parse(notation).expect("a notation")).collect();
    let moments = Moments { notations, zone, is_1904: false };
    moments.moment(moments.read(cell)).map(|moment| moment.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
}

/// The day that a roster takes of a cell.
fn day(cell: &str) -> Option<NaiveDate> {
    match read(cell, Tz::UTC) {
        Reading::Day(day) | Reading::Odd(day) => Some(day),
        Reading::Local(time) => Some(time.date()),
        Reading::Moment(moment) => Some(moment.date_naive()),
        _ => None,
    }
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
        "5 Mar 2024 12:00 CET",
    ] {
        assert_eq!(day(cell), NaiveDate::from_ymd_opt(2024, 3, 5), "{cell}");
    }
    assert_eq!(day("1er août 1999"), NaiveDate::from_ymd_opt(1999, 8, 1));
    assert_eq!(day("31.12.68"), NaiveDate::from_ymd_opt(2068, 12, 31));
    assert_eq!(day("31.12.69"), NaiveDate::from_ymd_opt(1969, 12, 31));
}

#[test]
fn moments_are_read_as_they_occur() {
    for cell in [
        "2026-01-31T12:00:00Z",
        "2026-01-31 12:00:00Z",
        "2026-01-31 12:00:00 UTC",
        "2026-01-31T13:00:00+01",
        "2026-01-31T13:00:00+0100",
        "2026-01-31 13:00:00 +01:00",
        "2026-01-31T12:00:00.000000Z",
        "2026-01-31 12:00",
        "20260131120000Z",
        "20260131120000.0Z",
        "202601311300+0100",
        "20260131T120000Z",
        "1769860800",
        "1769860800000",
        "134143344000000000",
        "46053.5",
        "31.01.2026 12:00",
        "31.01.2026 12:00 Uhr",
        "1/31/2026 12:00:00 PM",
        "Jan 31, 2026, 12:00:00 PM",
        "Sat, 31 Jan 2026 13:00:00 +0100",
        "Sat Jan 31 12:00:00 UTC 2026",
        "Sat Jan 31 2026 13:00:00 GMT+0100 (Central European Standard Time)",
    ] {
        assert_eq!(at(cell, &[], Tz::UTC).as_deref(), Some("2026-01-31T12:00:00Z"), "{cell}");
    }
    assert_eq!(at("2026-01-31T12:00:00.25", &[], Tz::UTC).as_deref(), Some("2026-01-31T12:00:00.250Z"));
    assert_eq!(
        in_utc("2026-01-31 12:00:00").map(|moment| moment.to_string()).as_deref(),
        Some("2026-01-31 12:00:00 UTC")
    );
}

#[test]
fn a_notation_settles_what_cannot_be_seen() {
    for (cell, notation, expected) in [
        ("03/04/2026", "day-first", Some("2026-04-03T00:00:00Z")),
        ("03/04/2026 10:30", "month-first", Some("2026-03-04T10:30:00Z")),
        ("03/04/2026", "iso", None),
        ("86400000", "unix-ms", Some("1970-01-02T00:00:00Z")),
        ("17", "unix", None),
        ("172800000", "unix_ms", Some("1970-01-03T00:00:00Z")),
        ("1769860800", "unix", Some("2026-01-31T12:00:00Z")),
        ("134143344000000000", "filetime", Some("2026-01-31T12:00:00Z")),
        ("2026013112", "ldap", Some("2026-01-31T12:00:00Z")),
        ("9999.5", "excel", Some("1927-05-17T12:00:00Z")),
        ("31.01.2026 12", "%d.%m.%Y %H", Some("2026-01-31T12:00:00Z")),
        ("26.01.31", "%y.%m.%d", Some("2026-01-31T00:00:00Z")),
        ("2026-031", "%Y-%j", Some("2026-01-31T00:00:00Z")),
        ("1769860800", "%s", Some("2026-01-31T12:00:00Z")),
        ("31.01.2026 12:00 UTC", "%d.%m.%Y %H:%M %Z", Some("2026-01-31T12:00:00Z")),
        ("2026/01/31 01:00 PM +0100", "%Y/%m/%d %I:%M %p %z", Some("2026-01-31T12:00:00Z")),
    ] {
        assert_eq!(at(cell, &[notation], Tz::UTC).as_deref(), expected, "{cell} {notation}");
    }
    for notation in ["%d.%m", "%Q", "%H:%M", ""] {
        assert!(Notation::parse(notation).is_err(), "{notation}");
    }
}

#[test]
fn times_are_read_in_their_zone() {
    for (cell, expected) in [
        ("01.07.2026 12:00", "2026-07-01T10:00:00Z"),
        ("01.01.2026", "2025-12-31T23:00:00Z"),
        ("2026-07-01T12:00:00+05:00", "2026-07-01T07:00:00Z"),
        // Clocks went from 02:00 to 03:00, and from 03:00 back to 02:00.
        ("29.03.2026 02:30", "2026-03-29T01:30:00Z"),
        ("25.10.2026 02:30", "2026-10-25T00:30:00Z"),
    ] {
        assert_eq!(at(cell, &[], Tz::Europe__Berlin).as_deref(), Some(expected), "{cell}");
    }
    assert_eq!(at("03/04/2026", &[], Tz::UTC), None, "nobody can tell");
}

#[test]
fn days_are_counted_from_1904_where_the_workbook_does() {
    let moments = Moments { is_1904: true, ..Moments::default() };
    assert_eq!(moments.read("44925"), Reading::Day(NaiveDate::from_ymd_opt(2026, 12, 31).expect("a date")));
}

#[test]
fn numbers_wait_for_their_column() {
    let order = |cell| match read(cell, Tz::UTC) {
        Reading::Numbers(numbers) => numbers.order(),
        other => panic!("{cell}: {other:?}"),
    };
    assert_eq!(order("25/03/2024"), Some(DateOrder::DayFirst));
    assert_eq!(order("03-25-24"), Some(DateOrder::MonthFirst));
    assert_eq!(order("3/4/2024 12:00:00 AM"), None);
    assert_eq!(order("3/3/2024"), None);
}

#[test]
fn nothing_and_never_are_no_moments() {
    assert_eq!(read("", Tz::UTC), Reading::Empty);
    for cell in
        ["-", "n/a", "NaT", "never", "infinity", "\\N", "00/00/0000", "0000-00-00", "0000-00-00 00:00:00", "Present"]
    {
        assert_eq!(read(cell, Tz::UTC), Reading::Nothing, "{cell}");
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
        "9223372036854775807",
    ] {
        assert_eq!(read(cell, Tz::UTC), Reading::Never, "{cell}");
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
        "202613991299Z",
    ] {
        assert_eq!(read(cell, Tz::UTC), Reading::Unreadable, "{cell}");
    }
}

proptest! {
    #[test]
    fn no_cell_panics(cell in "\\PC{0,24}|[0-9TZ:+.,/ -]{0,24}|[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]\\PC{0,12}") {
        let _ = Moments::default().read(&cell);
        for notation in ["unix", "filetime", "ldap", "excel", "unix-ms", "%Y%m%d"] {
            let notations = vec![Notation::parse(notation).expect("a notation")];
            let moments = Moments { notations, ..Moments::default() };
            let _ = moments.moment(moments.read(&cell));
        }
    }

    #[test]
    fn the_usual_form_of_a_time_is_read_as_any_other(text in "[012][09][0-9]{2}-[01][0-9]-[0-3][0-9][Tt][0-2][0-9]:[0-6][0-9]:[0-6][0-9]([.][0-9]{0,11})?[Zz]") {
        let parsed = DateTime::parse_from_rfc3339(&text).ok().map(|time| time.with_timezone(&Utc));
        prop_assert_eq!(rfc3339(&text), parsed);
    }
}
