//! The traps of dates: order, two digits, serial numbers, months by name, no end, time zones.

use headcount::model::EmploymentStatus;
use headcount::model::RosterIssueKind::{BadDate, VoidCell, VoidDate};
use rstest::rstest;

use crate::support::roster::*;

/// A roster with these end dates, for employees 1, 2, 3 …
fn with_ends(ends: &[&str]) -> String {
    let rows: Vec<String> = (1..).zip(ends).map(|(id, end)| format!("{id};\"{end}\"")).collect();
    format!("Employee ID;Termination Date\n{}\n", rows.join("\n"))
}

#[rstest]
#[case::iso(&["2026-03-04", "2026-03-04T23:59:59", "2026/03/04", "20260304"])]
#[case::day_first(&["04/03/2026", "4/3/26", "25/12/2026"])]
#[case::month_first(&["03/04/2026", "3-4-26", "12/25/2026"])]
#[case::full_stops(&["04.03.2026", "4.3.26"])]
#[case::serial(&["46085", "46085.5"])]
#[case::months(&["4 Mar 2026", "March 4, 2026", "4. März 2026", "4 mars 2026", "4 de marzo de 2026", "04-MRZ-26"])]
fn dates_are_read_as_a_person_reads_them(#[case] ends: &[&str]) {
    let roster = read(with_ends(ends));
    let settles = ["25/12/2026", "12/25/2026"];
    for (employee, written) in roster.employees.iter().zip(ends) {
        let expected = if settles.contains(written) { day("2026-12-25") } else { day("2026-03-04") };
        assert_eq!(end(employee), expected, "{written}");
    }
    assert!(issues(&roster, BadDate).is_empty(), "{:#?}", roster.issues);
}

#[test]
fn a_column_that_is_ambiguous_is_an_issue_and_never_a_guess() {
    let roster = read(with_ends(&["2026-01-31", "03/04/2026", "05/06/2026", "07/07/2026", ""]));
    let ends: Vec<_> = roster.employees.iter().map(end).collect();
    assert_eq!(ends, [day("2026-01-31"), None, None, day("2026-07-07"), None]);
    let unread: Vec<_> = roster.employees.iter().map(|employee| employee.employment().end_date.is_err()).collect();
    assert_eq!(unread, [false, true, true, false, false]);
    assert_eq!(
        issues(&roster, BadDate),
        [
            "0: the dates of \"Termination Date\" could have the day or the month first; 2 are not read, the first in line 3; \
          settle it: [hr] dates = \"day-first\" or dates = \"month-first\""
        ]
    );
}

#[rstest]
#[case("day-first", day("2026-04-03"))]
#[case("month-first", day("2026-03-04"))]
#[case("iso", None)]
fn configuration_settles_it(#[case] order: &str, #[case] expected: Option<chrono::NaiveDate>) {
    let config = configured(&format!("file = \"hr.csv\"\ndates = \"{order}\""));
    let roster = read_with(&config, with_ends(&["03/04/2026", "2026-01-02"]));
    assert_eq!(end(&roster.employees[0]), expected);
    assert_eq!(end(&roster.employees[1]), day("2026-01-02"));
    assert_eq!(issues(&roster, BadDate).len(), usize::from(expected.is_none()));
}

#[test]
fn two_formats_in_a_column_are_told() {
    let roster = read(with_ends(&["25/03/2026", "03/26/2026", "03/04/2026"]));
    let ends: Vec<_> = roster.employees.iter().map(end).collect();
    assert_eq!(ends, [day("2026-03-25"), day("2026-03-26"), None]);
    let issue = &issues(&roster, BadDate)[0];
    assert!(
        issue.contains("mixes dates with the day first (line 2) and with the month first (line 3); 1 could be either"),
        "{issue}"
    );
}

#[test]
fn each_column_is_settled_by_itself() {
    let roster = read("Employee ID;Start Date;End Date\n1;25/03/2020;03/04/2026\n");
    assert_eq!((start(&roster.employees[0]), end(&roster.employees[0])), (day("2020-03-25"), None));
    assert!(issues(&roster, BadDate)[0].contains("\"End Date\""));
}

#[test]
fn what_cannot_be_read_is_told_without_being_shown() {
    let roster = read(with_ends(&["31.02.2026", "until Jane comes back"]));
    assert_eq!(
        issues(&roster, BadDate),
        [
            "2: employee 1: the end_date \"99.99.9999\" can't be read; write 2026-12-31",
            "3: employee 2: the end_date \"xxxxx xxxx xxxxx xxxx\" can't be read; write 2026-12-31"
        ]
    );
    assert!(roster.employees.iter().all(|employee| employee.employment().end_date.is_err()));
}

#[test]
fn no_end_is_not_an_end() {
    let roster = read(with_ends(&["9999-12-31", "31.12.9999", "4712-12-31", "00.00.0000", "n/a", "-", "unbefristet"]));
    assert!(roster.employees.iter().all(|employee| employee.employment().end_date == Ok(None)));
    assert!(roster.employees.iter().all(|employee| state(employee) == Some(EmploymentStatus::Active)));
    let told: Vec<_> = roster.issues.iter().map(|issue| (issue.kind, issue.text.as_str())).collect();
    let never = "3 dates of \"Termination Date\", such as 9999-12-31 or 1900-01-01, mean none";
    assert_eq!(
        told,
        [(VoidDate, never), (VoidCell, "4 cells of \"Termination Date\": a word for nothing is read as none")]
    );
}

#[test]
fn an_end_before_the_start_is_told() {
    let roster = read("Employee ID,Start Date,End Date\n1,2026-05-01,2026-04-30\n2,2026-05-01,2026-05-01\n");
    assert_eq!(issues(&roster, BadDate), ["2: employee 1: the end_date is before the start_date"]);
}

#[rstest]
#[case("UTC", "2026-11-01T00:00:00Z")]
#[case("Europe/Berlin", "2026-10-31T23:00:00Z")]
#[case("America/New_York", "2026-11-01T04:00:00Z")]
#[case("America/Havana", "2026-11-01T04:00:00Z")]
#[case("Pacific/Auckland", "2026-10-31T11:00:00Z")]
fn the_last_day_ends_in_the_zone_of_the_roster(#[case] zone: &str, #[case] ends: &str) {
    let config = configured(&format!("file = \"hr.csv\"\ntimezone = \"{zone}\""));
    let roster = read_with(&config, with_ends(&["2026-10-31"]));
    assert_eq!(roster.employees[0].employment().ends_at, Some(at(ends)));
}

#[test]
fn of_several_columns_the_first_with_a_date_counts() {
    let config = configured("file = \"hr.csv\"\ncolumns = { end_date = [\"Termination Date\", \"Contract End\"] }");
    let text = "Employee ID,Contract End,Termination Date\n1,2026-12-31,2026-06-30\n2,2026-12-31,\n3,31/12/2026,\n";
    let ends: Vec<_> = read_with(&config, text).employees.iter().map(end).collect();
    assert_eq!(ends, [day("2026-06-30"), day("2026-12-31"), day("2026-12-31")]);
}
