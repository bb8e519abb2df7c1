//! Rosters that are .xlsx workbooks.

use std::io::{Cursor, Write as _};

use headcount::model::{EmploymentStatus, RosterIssueKind};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::support::roster::*;

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
    assert_eq!(
        (roster.encodings.as_slice(), roster.delimiters.as_slice()),
        (&["xlsx, sheet Staff".to_owned()][..], &[None][..])
    );
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
        "hr.xlsx: expected a sheet \"Staf\", found: Lists, Staff (did you mean sheet = \"Staff\"?)"
    );
}

#[test]
fn workbooks_that_cannot_be_read_are_refused() {
    let bytes = people();
    assert!(refused(&bytes[..bytes.len() / 2]).starts_with("hr.csv: can't read the workbook: the archive is cut off"));
    assert!(refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1").contains("it is no .xls workbook, or has a password"));
}

/// The workbook with one of its files replaced.
fn with_file(workbook: &[u8], name: &str, content: &[u8]) -> Vec<u8> {
    let mut old = ZipArchive::new(Cursor::new(workbook)).expect("an archive");
    let mut new = ZipWriter::new(Cursor::new(Vec::new()));
    let names: Vec<String> = old.file_names().map(|other| other.expect("a name").into_owned()).collect();
    for other in names.iter().filter(|other| *other != name) {
        new.raw_copy_file(old.by_name(other).expect("a file")).expect("copied");
    }
    new.start_file(name, SimpleFileOptions::default()).expect("begun");
    new.write_all(content).expect("written");
    new.finish().expect("finished").into_inner()
}

#[test]
fn a_workbook_is_unpacked_up_to_a_limit() {
    let small = configured("file = \"hr.xlsx\"\nmax_unpacked = \"40 kB\"");
    assert_eq!(read_with(&small, people()).employees.len(), 2);
    let advice = "if it has to be as large, raise max_unpacked, or export the table as CSV";
    let told = format!("hr.xlsx: the workbook unpacks to more than 40 kB ({advice})");
    // A hundred times as much as it takes in the archive, wherever it is.
    for name in ["xl/sharedStrings.xml", "xl/worksheets/sheet2.xml", "xl/media/image1.png"] {
        let large = with_file(&people(), name, &vec![b' '; 50_000]);
        assert!(large.len() < 20_000);
        assert_eq!(refused_with(&small, large), told, "{name}");
    }
    let mistake = misconfigured("file = \"hr.xlsx\"\nmax_unpacked = \"40\"");
    assert!(mistake.contains("\"40\" is not a size") && mistake.contains("for example \"512 MB\""), "{mistake}");
}

#[test]
fn a_workbook_that_lies_about_its_size_is_refused() {
    let small = configured("file = \"hr.xlsx\"\nmax_unpacked = \"40 kB\"");
    let mut large = with_file(&people(), "xl/worksheets/sheet2.xml", &vec![b' '; 50_000]);
    let size = 50_000_u32.to_le_bytes();
    let told: Vec<usize> = (0..large.len() - 4).filter(|at| large[*at..*at + 4] == size).collect();
    assert_eq!(told.len(), 2, "before the file and in the directory");
    for at in told {
        large[at..at + 4].copy_from_slice(&17_u32.to_le_bytes());
    }
    assert!(refused_with(&small, large).starts_with("hr.xlsx: "));
}

/// The rows are larger than their archive: cells far out, and one long text in many of them.
#[test]
fn rows_count_as_unpacked_too() {
    let small = configured("file = \"hr.xlsx\"\nmax_unpacked = \"300 kB\"");
    let rows = |write: &dyn Fn(&mut Worksheet, u32)| {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet();
        sheet.write(0, 0, "Employee ID").expect("cell");
        (1..100).for_each(|row| write(sheet, row));
        workbook.save_to_buffer().expect("memory")
    };
    let text = "x".repeat(5_000);
    let repeated = rows(&|sheet, row| {
        sheet.write(row, 0, row).expect("cell").write(row, 1, text.as_str()).expect("cell");
    });
    let far = rows(&|sheet, row| {
        sheet.write(row, 0, row).expect("cell").write(row, 16_000, "x").expect("cell");
    });
    let low = rows(&|sheet, row| {
        sheet.write(row * 10_000, 0, row).expect("cell");
    });
    for (bytes, what) in [(repeated, "a text"), (far, "columns"), (low, "rows")] {
        assert!(refused_with(&small, bytes).contains("unpacks to more than 300 kB"), "{what}");
    }
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
