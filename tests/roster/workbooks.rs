//! Rosters that are .xlsx workbooks.

use headcount::model::{EmploymentStatus, RosterIssueKind};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use super::support::*;

/// A workbook with a title, real dates, numbers as ids, and a sheet before it that is hidden.
pub(crate) fn people() -> Vec<u8> {
    let mut workbook = Workbook::new();
    workbook
        .add_worksheet()
        .set_name("Lists")
        .expect("name")
        .set_hidden(true)
        .write(0, 0, "Employee ID")
        .expect("cell");
    let date = Format::new().set_num_format("dd/mm/yyyy");
    let sheet = workbook.add_worksheet().set_name("Staff").expect("name").set_active(true);
    sheet.write(0, 0, "All staff").expect("cell");
    for (column, heading) in
        (0..).zip(["Employee ID", "Name", "Email", "Status", "Hire Date", "End Date", "Cost Center"])
    {
        sheet.write(2, column, heading).expect("cell");
    }
    sheet.write(3, 0, 1001).expect("cell");
    sheet.write(3, 1, "Zoë \"Z\" Example,\nB.Sc.").expect("cell");
    sheet.write(3, 2, "zoe@x.example").expect("cell");
    sheet.write(3, 3, "Active").expect("cell");
    let hired = ExcelDateTime::from_ymd(2020, 3, 4).expect("date");
    sheet.write_with_format(3, 4, &hired, &date).expect("cell");
    sheet.write(3, 6, 4.5).expect("cell");
    sheet.write(5, 0, "0007").expect("cell");
    sheet.write(5, 3, "Terminated").expect("cell");
    sheet.write(5, 5, 46_387).expect("cell");
    sheet.write(6, 0, "Total: 2").expect("cell");
    workbook.save_to_buffer().expect("memory")
}

#[test]
fn the_first_visible_sheet_is_read() {
    let roster = read(people());
    assert_eq!((roster.encodings.as_slice(), roster.delimiters.as_slice()), (&["xlsx".to_owned()][..], &[None][..]));
    assert_eq!((roster.rows, roster.employees.len(), roster.rejected[0].line), (3, 2, 7));
    let zoe = employee(&roster, "1001");
    assert_eq!((zoe.line(), zoe.name()), (4, Some("Zoë \"Z\" Example, B.Sc.")));
    assert_eq!((start(zoe), zoe.extra().get(0)), (day("2020-03-04"), Some("4.5")));
    let other = employee(&roster, "0007");
    assert_eq!(
        (other.line(), other.employment().status, end(other)),
        (6, Ok(EmploymentStatus::Terminated), day("2026-12-31"))
    );
    assert!(issues(&roster, RosterIssueKind::RaggedRow).is_empty(), "{:#?}", roster.issues);
}

#[test]
fn a_sheet_can_be_named() {
    let config = configured("file = \"hr.xlsx\"\nsheet = \"staff\"");
    assert_eq!(read_with(&config, people()).employees.len(), 2);
    let config = configured("file = \"hr.xlsx\"\nsheet = \"Staf\"");
    assert_eq!(
        refused_with(&config, people()),
        "hr.xlsx: expected a sheet \"Staf\", found: Lists, Staff (did you mean [hr] sheet = \"Staff\"?)"
    );
}

#[test]
fn workbooks_that_cannot_be_read_are_refused() {
    let bytes = people();
    assert!(refused(&bytes[..bytes.len() / 2]).starts_with("hr.csv: can't read the workbook: the archive is cut off"));
    assert!(refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1").contains("old .xls or a password-protected workbook"));
}

/// A cell at the far corner must not cost the memory of all cells before it.
#[test]
fn a_stray_cell_costs_nothing() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.write(0, 0, "Employee ID").expect("cell").write(1, 0, "1").expect("cell");
    sheet.write(1_048_575, 16_383, "x").expect("cell");
    let roster = read(workbook.save_to_buffer().expect("memory"));
    assert_eq!((roster.employees.len(), roster.rejected.len()), (1, 1));
    assert_eq!(roster.rejected[0].line, 1_048_576);
}
