//! Files that are broken: what is read all the same, and what is refused with place and advice.

use std::path::PathBuf;

use headcount::config::RosterConfig;
use headcount::files::Files;
use headcount::key::Normaliser;
use headcount::model::{ColumnRole, RosterIssueKind};
use rstest::rstest;

use crate::support::roster::*;

#[test]
fn rows_that_are_no_people_are_kept_and_counted() {
    let roster = read(
        "Employee ID,Name,Email\n1,A,a@x.example\n,,\n\n,No Id,n@x.example\nEmployee ID,Name,Email\n1.23E+11,B,b@x.example\n\
         Total,,\n,Total: 4,\n*** End of report ***,,\n",
    );
    let rejected: Vec<_> = roster.rejected.iter().map(|row| (row.line, row.reason.as_str())).collect();
    assert_eq!(
        rejected,
        [
            (5, "the row has no employee id"),
            (6, "the line of headings again"),
            (7, "a spreadsheet has rounded the employee id (1.23E+11); format the column as text and export again"),
            (8, "a line of totals or the end of the report"),
            (9, "a line of totals or the end of the report"),
            (10, "a line of totals or the end of the report"),
        ]
    );
    assert_eq!((roster.rows, roster.employees.len()), (7, 1));
    assert_eq!(issues(&roster, RosterIssueKind::Rejected).len(), 6);
}

#[test]
fn ragged_rows_are_read_and_told() {
    let roster =
        read("Employee ID,Name,Email,,\n1,A\n2,B,b@x.example,,,,\n3,Doe, Jane,c@x.example,x,y,z\n4,D,d@x.example\n");
    assert_eq!(roster.employees.len(), 4);
    assert_eq!(
        issues(&roster, RosterIssueKind::RaggedRow),
        ["4: employee 3: the row has 7 fields, the headings are 3; a value with a delimiter has to be quoted"]
    );
}

/// Nobody can have meant these as quotes, and the row has its width without them.
#[test]
fn a_lone_quote_is_read_as_it_is_written_and_told() {
    for text in ["1,\"B,b@x.example\n2,C,c@x.example\n", "1,\"B,b@x.example\n2,\"C\",c@x.example\n"] {
        let roster = read(format!("Employee ID,Name,Email\n{text}"));
        assert_eq!((roster.employees.len(), employee(&roster, "1").name()), (2, Some("\"B")));
        let told = issues(&roster, RosterIssueKind::UnsureReading);
        assert_eq!(told, ["0: quotes that aren't closed or doubled are read as they are written (1 row)"]);
    }
}

#[test]
fn repeated_headings_are_told_apart() {
    let roster = read("Employee ID,Email,Email,Cost Center,Cost Center\n1,a@x.example,b@x.example,c,d\n");
    assert_eq!(employee(&roster, "1").emails().iter().collect::<Vec<_>>(), ["a@x.example", "b@x.example"]);
    assert_eq!(roster.extra_columns, ["Cost Center", "Cost Center (2)"]);
    assert_eq!(roster.columns[&ColumnRole::Email], ["Email", "Email (2)"]);
    assert_eq!(
        issues(&roster, RosterIssueKind::AmbiguousColumn),
        ["0: columns 4 and 5 have the same heading; they are told apart as \"Cost Center\" and \"Cost Center (2)\""]
    );
}

#[test]
fn files_with_nobody_in_them_are_read_and_told_apart() {
    for text in ["", "\u{feff} \r\n\r\n"] {
        let roster = read_with(&configured("file = \"hr.csv\"\ncolumns = { email = \"Mail\" }"), text);
        assert_eq!((roster.rows, roster.blank.len(), roster.encodings.len()), (0, 1, 1), "{text:?}");
    }
    for (text, rows) in [("Employee ID,Email\n", 0), ("Employee ID,Email\n,a@x.example\n", 1)] {
        let roster = read(text);
        assert!(roster.employees.is_empty() && roster.blank.is_empty());
        assert_eq!((roster.rows, roster.rejected.len() as u64), (rows, rows), "{text}");
    }
}

#[rstest]
#[case::no_headings("1001,Jane,jane@x.example\n", "hr.csv:1:1: expected a line of headings")]
#[case::no_id("Report\nName,Email,Badge\nA,a@x.example,1\n", "hr.csv:2:1: expected a column with the employee id")]
#[case::two_ids(
    "Employee ID,Worker ID,Email\n1,1,a@x.example\n",
    "hr.csv:1:1: each of \"Employee ID\", \"Worker ID\" could be the employee_id"
)]
#[case::two_ends(
    "Employee ID,Contract End,Exit Date\n1,,\n",
    "hr.csv:1:1: each of \"Contract End\", \"Exit Date\" could be the end_date"
)]
#[case::unclosed_quote(
    "Employee ID,Name,Email\n1,A,a@x.example\n2,\"B, Jr,b@x.example\n3,C,c@x.example\n",
    "hr.csv:3:3: this quote is never closed"
)]
#[case::late_quote(
    "Employee ID,Name,Email\n1,\"A, Jr,a@x.example\n2,\"B\",b@x.example\n",
    "hr.csv:2:3: this quote is closed only 1 line below"
)]
#[case::login_page("<!DOCTYPE html><html></html>", "hr.csv: expected a table, found a web page")]
#[case::cut_off_workbook("PK\u{3}\u{4}rubbish", "hr.csv: can't read the workbook")]
fn hopeless_files_are_refused_with_place_and_advice(#[case] text: &str, #[case] start: &str) {
    let mistake = refused(text);
    assert!(mistake.starts_with(start), "{mistake}");
    assert!(mistake.ends_with(')'), "no advice: {mistake}");
    assert!(!mistake.contains("jane"), "{mistake}");
}

#[test]
fn nothing_personal_is_shown_of_a_line() {
    let mistakes = headcount::roster::parse(
        &config(),
        &Normaliser::default(),
        &["Employee ID,Name\n1,\"Secret, Person\n2,Other\n"],
    )
    .expect_err("refused")
    .mistakes;
    let shown = mistakes[0].render(false);
    assert!(shown.contains("hr.csv:2:3") && shown.contains("x,\"xxxxxx, xxxxxx"), "{shown}");
}

#[rstest]
#[case::no_such_file("no-such-file.csv", "found no such file")]
#[case::folder("", "found a folder")]
fn files_that_cannot_be_opened_are_refused(#[case] file: &str, #[case] what: &str) {
    let mistakes = headcount::roster::read(
        &Files::default(),
        &RosterConfig::of_files(vec![fixture(file)]),
        &Normaliser::default(),
    )
    .expect_err("refused")
    .mistakes;
    assert!(mistakes[0].message.contains(what) && mistakes[0].help.is_some(), "{}", mistakes[0]);
}

#[test]
fn a_configured_heading_that_no_file_has_is_refused() {
    let config = configured("file = \"hr.csv\"\ncolumns = { email = \"Work Emial\" }");
    assert_eq!(
        refused_with(&config, "Employee ID,Work Email\n1,a@x.example\n"),
        "hr.csv: expected a column \"Work Emial\" for [hr.columns] email, found none (did you mean email = \"Work Email\"?)"
    );
}

#[test]
fn all_files_are_looked_at_before_anything_is_refused() {
    let config = RosterConfig::of_files(vec![PathBuf::from("a.csv"), PathBuf::from("b.csv")]);
    let mistakes = headcount::roster::parse(&config, &Normaliser::default(), &["no,headings\n", "%PDF"])
        .expect_err("refused")
        .mistakes;
    let files: Vec<_> = mistakes.iter().map(|mistake| mistake.file.display().to_string()).collect();
    assert_eq!(files, ["a.csv", "b.csv"]);
}
