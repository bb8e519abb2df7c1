//! What only workbooks have: sheets, formats, days from 1904, formulas.

use std::io::{Cursor, Read as _, Write as _};

use headcount::model::Roster;
use headcount::model::RosterIssueKind::{self, UnsureReading};
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook, Worksheet};

use super::{lines, of_command, of_file};
use crate::support::roster::{configured, day, employee, end, issues, read, read_with};

type Fill<'f> = &'f dyn Fn(&mut Worksheet);

fn workbook(sheets: &[(&str, Fill<'_>)]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    for (name, fill) in sheets {
        fill(workbook.add_worksheet().set_name(*name).expect("a name"));
    }
    workbook.save_to_buffer().expect("memory")
}

fn write(sheet: &mut Worksheet, rows: &[&[&str]]) {
    for (at, row) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(*row) {
            sheet.write(at, column, *cell).expect("a cell");
        }
    }
}

fn unsure(roster: &Roster) -> Vec<String> {
    issues(roster, UnsureReading)
}

#[tokio::test]
async fn another_sheet_with_people_is_told_and_can_be_read() {
    let staff = |sheet: &mut Worksheet| write(sheet, &[&["ID", "Name"], &["1", "Ann"]]);
    let temps = |sheet: &mut Worksheet| write(sheet, &[&["Temporary staff"], &["Name", "ID"], &["Bo", "2"]]);
    let notes = |sheet: &mut Worksheet| write(sheet, &[&["Read me"], &["ID", "Name"]]);
    let bytes = workbook(&[("Staff", &staff), ("Temps", &temps), ("Notes", &notes)]);
    let told = "the sheet \"Temps\" has rows, too, and only \"Staff\" is read; say which count: sheet = \"Staff\", or sheet = [\"Staff\", \"Temps\"]";
    let roster = read(&bytes);
    assert_eq!((roster.employees.len(), unsure(&roster)), (1, vec![format!("0: {told}")]));
    let roster = read_with(&configured("file = \"hr.xlsx\"\nsheet = [\"Staff\", \"temps\"]"), &bytes);
    assert_eq!((roster.employees.len(), unsure(&roster)), (2, Vec::new()));
    assert_eq!(roster.encodings, ["xlsx, sheet Staff", "xlsx, sheet Temps"]);
    assert_eq!(unsure(&read_with(&configured("file = \"hr.xlsx\"\nsheet = \"Staff\""), &bytes)), Vec::<String>::new());
    let one = of_file(&bytes, "").await;
    assert_eq!((lines(&one).len(), one.certificate.warnings.as_slice()), (1, &[told.to_owned()][..]));
    assert_eq!(lines(&of_command(&bytes, "workbook", "").await).len(), 1);
    let both = of_file(&bytes, "sheet = [\"Staff\", \"Temps\"]").await;
    assert_eq!((both.status(), lines(&both).len(), both.certificate.warnings.len()), ("complete", 2, 0));
}

#[tokio::test]
async fn numbers_are_what_a_person_sees() {
    let zeros = Format::new().set_num_format("00000");
    let letters = Format::new().set_num_format("\"E-\"0000");
    let fill = |sheet: &mut Worksheet| {
        write(sheet, &[&["Employee ID", "Personnel code", "Name"], &["", "", "Ann"]]);
        sheet
            .write_with_format(1, 0, 123, &zeros)
            .expect("a cell")
            .write_with_format(1, 1, 17, &letters)
            .expect("a cell");
    };
    let bytes = workbook(&[("Staff", &fill)]);
    assert_eq!(employee(&read(&bytes), "00123").extra().get(0), Some("E-0017"));
    let fetched = of_file(&bytes, "[source.columns]\nid = \"Employee ID\"").await;
    assert_eq!(lines(&fetched)[0].0, "00123");
}

#[test]
fn a_column_just_before_midnight_is_a_time_zone() {
    let format = Format::new().set_num_format("yyyy-mm-dd hh:mm");
    let fill = |hour: u16| {
        let format = format.clone();
        move |sheet: &mut Worksheet| {
            write(sheet, &[&["Employee ID", "End Date"], &["1"], &["2"]]);
            for (row, (month, hour)) in [(1, (7, hour - 1)), (2, (12, hour))] {
                let moment =
                    ExcelDateTime::from_ymd(2026, month, 30).expect("a day").and_hms(hour, 0, 0).expect("a time");
                sheet.write_with_format(row, 1, &moment, &format).expect("a cell");
            }
        }
    };
    let told = unsure(&read(workbook(&[("Staff", &fill(23))])));
    assert!(told.len() == 1 && told[0].contains("all dates of \"End Date\" are at 22:00 or 23:00"), "{told:?}");
    assert_eq!(unsure(&read(workbook(&[("Staff", &fill(12))]))), Vec::<String>::new());
    let csv = "Employee ID,End Date\n1,2026-07-30T22:00:00Z\n2,2026-12-30T23:00:00.000Z\n";
    assert_eq!(unsure(&read(csv)).len(), 1);
    let roster = read_with(&configured("file = \"hr.csv\"\ntimezone = \"Europe/Berlin\""), csv);
    assert_eq!((unsure(&roster).len(), end(employee(&roster, "1"))), (0, day("2026-07-31")));
}

/// The same as a library writes it that doesn't calculate: formulas without results.
fn without_results(workbook: &[u8], value: &str) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(workbook)).expect("an archive");
    let mut written = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).expect("a file");
        let name = file.name().expect("a name").into_owned();
        let mut text = String::new();
        file.read_to_string(&mut text).expect("XML");
        written.start_file(name, zip::write::SimpleFileOptions::default()).expect("a file");
        let text = text.replace(" t=\"str\"><f>", "><f>").replace("<v>calculated</v>", value);
        written.write_all(text.as_bytes()).expect("written");
    }
    written.finish().expect("memory").into_inner()
}

#[test]
fn a_formula_that_failed_or_has_no_result_is_told_with_its_cell() {
    let fill = |sheet: &mut Worksheet| {
        write(sheet, &[&["Employee ID", "Name", "Email"], &["1", "Ann"], &["2", "Bo", "b@x.example"]]);
        sheet.write(1, 2, Formula::new("A2&\"@x.example\"").set_result("calculated")).expect("a cell");
        sheet.write(2, 1, Formula::new("1/0").set_result("#DIV/0!")).expect("a cell");
    };
    let calculated = workbook(&[("Staff", &fill)]);
    let [absent, blank, empty] = ["", "<v></v>", "<v/>"].map(|value| (without_results(&calculated, value), 1));
    for (bytes, without) in [absent, blank, empty, (calculated, 0)] {
        let roster = read(&bytes);
        let told = unsure(&roster);
        let count = |start: &str| told.iter().filter(|issue| issue.starts_with(start)).count();
        assert_eq!(count("3: the formula in column B has failed"), 1, "{told:?}");
        assert_eq!(count("2: the formula in column C has no result: open the workbook"), without, "{told:?}");
        assert_eq!(issues(&roster, RosterIssueKind::Rejected), Vec::<String>::new());
    }
}

/// A last day that nobody knows is no reason to think that somebody works here.
#[test]
fn a_last_day_without_a_result_is_unknown() {
    let fill = |formula: Formula| {
        move |sheet: &mut Worksheet| {
            write(sheet, &[&["Employee ID", "Name", "Email", "Last day"], &["1", "Ann", "a@x.example"], &["2", "Bo"]]);
            sheet.write(1, 3, formula.clone()).expect("a cell");
        }
    };
    let calculated = workbook(&[("Staff", &fill(Formula::new("1+1").set_result("calculated")))]);
    for (what, bytes) in [
        ("not written", without_results(&calculated, "")),
        ("0, to be calculated on opening", workbook(&[("Staff", &fill(Formula::new("DATE(2026,1,31)")))])),
        ("failed", workbook(&[("Staff", &fill(Formula::new("1/0").set_result("#DIV/0!")))])),
    ] {
        let roster = read(&bytes);
        assert_eq!(unsure(&roster).len(), 1, "{what}: {:?}", unsure(&roster));
        assert!(employee(&roster, "1").end_date().is_err(), "{what}");
        assert_eq!(employee(&roster, "2").end_date(), Ok(None), "a blank cell says that there is none");
    }
    let nobody = workbook(&[("Staff", &fill(Formula::new("NA()").set_result("#N/A")))]);
    assert_eq!(employee(&read(&nobody), "1").end_date(), Ok(None), "not found: a word for nothing");
}
