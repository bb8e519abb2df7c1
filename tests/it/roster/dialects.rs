//! Encodings, delimiters, line ends and the headings of HR systems.

use headcount::config::RosterConfig;
use headcount::files::Files;
use headcount::key::Normaliser;
use headcount::model::{ColumnRole, EmploymentStatus, WorkerKind};
use rstest::rstest;

use crate::support::roster::*;

const TEXT: &str = "Employee ID;Name;Email\r\n1;Zoë Müßig;zoe@x.example\r\n2;Ana Núñez;ana@x.example\r\n";

fn utf_16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

#[rstest]
#[case::utf_8(TEXT.as_bytes().to_vec(), "UTF-8")]
#[case::utf_8_with_mark(format!("\u{feff}{TEXT}").into_bytes(), "UTF-8")]
#[case::utf_16_le(utf_16(TEXT, u16::to_le_bytes), "UTF-16LE")]
#[case::utf_16_be(utf_16(TEXT, u16::to_be_bytes), "UTF-16BE")]
#[case::utf_16_le_with_mark(utf_16(&format!("\u{feff}{TEXT}"), u16::to_le_bytes), "UTF-16LE")]
#[case::utf_16_be_with_mark(utf_16(&format!("\u{feff}{TEXT}"), u16::to_be_bytes), "UTF-16BE")]
#[case::iso_8859_1(TEXT.chars().map(|c| u8::try_from(c).expect("latin")).collect(), "ISO-8859-1")]
fn encodings_are_detected(#[case] bytes: Vec<u8>, #[case] encoding: &str) {
    let roster = read(&bytes);
    assert_eq!(roster.encodings, [encoding]);
    assert_eq!(employee(&roster, "1").name(), Some("Zoë Müßig"));
    assert_eq!(employee(&roster, "2").name(), Some("Ana Núñez"));
}

#[test]
fn windows_1252_and_latin_9_are_told_apart() {
    let windows = read(b"Employee ID,Name\n1,\x8atef\x9a O\x92Hara \x80\n");
    assert_eq!((windows.encodings[0].as_str(), windows.employees[0].name()), ("windows-1252", Some("Štefš O’Hara €")));
    let latin_9 = read(b"Employee ID,Name\n1,\xa6tef B\xbduf\n");
    assert_eq!((latin_9.encodings[0].as_str(), latin_9.employees[0].name()), ("ISO-8859-15", Some("Štef Bœuf")));
}

#[test]
fn a_configured_encoding_is_believed() {
    let config = configured("file = \"hr.csv\"\nencoding = \"windows-1250\"");
    assert_eq!(read_with(&config, b"Employee ID,Name\n1,Wa\xb3\xeasa\n").employees[0].name(), Some("Wałęsa"));
}

#[rstest]
fn delimiters_and_line_ends_are_detected(
    #[values(',', ';', '\t', '|')] delimiter: char,
    #[values("\n", "\r\n", "\r")] end: &str,
) {
    let text = "Employee ID;Name;Work Email;Team;End Date\n1;\"Doe, Jane; the | first\";jane@x.example;a;\n2;Bo;bo@x.example;\"b\"\"c\";\n";
    let text = text.replace("Doe, Jane; the | first", "DOE").replace(';', &delimiter.to_string());
    let roster = read(text.replace("DOE", "Doe, Jane; the | first").replace('\n', end));
    assert_eq!(roster.delimiters, [Some(delimiter)]);
    assert_eq!((roster.rows, roster.employees.len()), (2, 2));
    let first = employee(&roster, "1");
    assert_eq!((first.line(), first.name()), (2, Some("Doe, Jane; the | first")));
    assert_eq!(roster.extra_columns, Vec::<String>::new());
    assert_eq!(employee(&roster, "2").department(), Some("b\"c"));
    assert!(roster.issues.is_empty(), "{:#?}", roster.issues);
}

#[test]
fn a_configured_delimiter_is_believed() {
    let config = configured("file = \"hr.csv\"\ndelimiter = \"^\"");
    assert_eq!(read_with(&config, "Employee ID^Name\n1^A, B\n").employees[0].name(), Some("A, B"));
}

#[test]
fn an_english_export_is_read_as_a_person_would_read_it() {
    let roster = headcount::roster::read(
        &Files::default(),
        &RosterConfig::of_files(vec![fixture("staff.csv")]),
        &Normaliser::default(),
    )
    .expect("a roster");
    assert_eq!((roster.rows, roster.employees.len(), roster.rejected.len()), (6, 5, 1));
    assert_eq!(roster.rejected[0].line, 12);
    assert_eq!(roster.extra_columns, ["Cost Center", "Notes"]);
    assert_eq!(roster.columns[&ColumnRole::Email], ["Work Email", "Former Email"]);
    assert_eq!(roster.sha256.len(), 64);
    let bruno = employee(&roster, "E-1002");
    assert_eq!(bruno.emails().iter().collect::<Vec<_>>(), ["bruno.sample@corp.example", "bruno.old@corp.example"]);
    assert_eq!(
        (bruno.line(), bruno.name(), bruno.usernames().iter().collect::<Vec<_>>()),
        (6, Some("Bruno Sample"), vec!["bsample"])
    );
    assert_eq!(bruno.extra().iter().collect::<Vec<_>>(), ["CC-2", "likes \"quotes\", commas\nand a second line"]);
    let chloe = employee(&roster, "E-1003");
    assert_eq!((chloe.line(), state(chloe), chloe.location()), (8, Some(EmploymentStatus::Leave), Some("Lyon")));
    let elif = employee(&roster, "E-1005");
    assert_eq!(
        (elif.employment().kind.ok(), end(elif), start(elif)),
        (Some(WorkerKind::External), day("2026-12-31"), day("2026-01-10"))
    );
    assert_eq!(elif.employment().ends_at, Some(at("2027-01-01T00:00:00Z")));
}

#[rstest]
#[case::german("personio-de.csv", "00018", "Käthe Muster", EmploymentStatus::Leave, "2021-09-15", "Köln")]
#[case::german_leaver(
    "personio-de.csv",
    "00019",
    "Uwe Platzhalter",
    EmploymentStatus::Terminated,
    "2020-01-01",
    "Köln"
)]
#[case::german_month("personio-de.csv", "00020", "Ines Niemand", EmploymentStatus::Active, "2026-03-01", "Köln")]
#[case::french("sirh-fr.csv", "M02", "Rémi Fictif", EmploymentStatus::Leave, "2019-11-25", "Lyon")]
#[case::french_leaver("sirh-fr.csv", "M03", "Inès Inventée", EmploymentStatus::Terminated, "2024-02-01", "Lyon")]
#[case::spanish("rrhh-es.csv", "2", "Begoña Muestra", EmploymentStatus::Leave, "2020-02-14", "Bilbao")]
#[case::spanish_leaver("rrhh-es.csv", "3", "Nuño Inventado", EmploymentStatus::Terminated, "2022-08-01", "Bilbao")]
fn languages_are_recognised(
    #[case] file: &str,
    #[case] id: &str,
    #[case] name: &str,
    #[case] status: EmploymentStatus,
    #[case] began: &str,
    #[case] location: &str,
) {
    let roster = headcount::roster::read(
        &Files::default(),
        &RosterConfig::of_files(vec![fixture(file)]),
        &Normaliser::default(),
    )
    .expect("a roster");
    let person = employee(&roster, id);
    assert_eq!((person.name(), person.employment().status), (Some(name), Ok(status)));
    assert_eq!((start(person), person.location()), (day(began), Some(location)));
    assert!(roster.rejected.is_empty(), "{:#?}", roster.rejected);
}

/// The headings of the systems' standard reports, and which of them serve.
#[rstest]
#[case::workday(
    "Employee ID,Worker,Email - Primary Work,User Name,Worker Status,Worker Type,Hire Date,Termination Date,Worker's Manager,Supervisory Organization,Business Title,Location,Cost Center",
    12
)]
#[case::bamboohr(
    "Employee #,First Name,Last Name,Work Email,Employment Status,Hire Date,Termination Date,Reporting to,Department,Job Title,Location,Division",
    11
)]
#[case::successfactors(
    "STATUS,USERID,USERNAME,FIRSTNAME,LASTNAME,EMAIL,MANAGER,DEPARTMENT,TITLE,LOCATION,HIREDATE,CompanyExitDate,CUSTOM01",
    12
)]
#[case::sap_german(
    "Personalnummer,Vorname,Nachname,E-Mail,Benutzername,Beschäftigungsstatus,Mitarbeiterart,Eintritt,Austritt,Vorgesetzter,Organisationseinheit,Stelle,Standort,Kostenstelle",
    13
)]
#[case::adp(
    "Associate ID,Payroll Name,Work Contact: Work Email,Position Status,Worker Category Description,Hire Date,Termination Date,Reports To Name,Home Department Description,Job Title Description,Location Description,File Number",
    11
)]
#[case::personio(
    "Employee ID,First name,Last name,Email,Status,Employment type,Hire date,Termination date,Supervisor,Department,Position,Office,Salary group",
    12
)]
#[case::rippling(
    "Employee ID,Full name,Work email,Employment status,Employment type,Start date,End date,Manager,Department,Title,Work location,Level",
    11
)]
#[case::hibob(
    "Employee ID,Display name,Email,Lifecycle status,Employment type,Start date,Termination date,Reports to,Department,Job title,Site,Pronouns",
    11
)]
#[case::ukg(
    "Employee Number,First Name,Last Name,Email Address,Employment Status,Employee Type,Last Hire Date,Date of Termination,Supervisor,Org Level 1,Job,Location,Pay Group",
    12
)]
#[case::oracle(
    "Person Number,Display Name,Work Email,User Name,Assignment Status,System Person Type,Hire Date,Actual Termination Date,Manager Person Number,Department Name,Job Name,Location Name,Grade",
    12
)]
fn the_headings_of_hr_systems_are_recognised(#[case] headings: &str, #[case] serving: usize) {
    let width = headings.split(',').count();
    let text = format!("{headings}\n{}\n", vec!["1"; width].join(","));
    let roster = read(&text);
    assert_eq!(roster.columns.values().flatten().count(), serving, "{:#?}", roster.columns);
    assert_eq!(roster.extra_columns, headings.rsplit(',').take(1).collect::<Vec<_>>());
    let case = headings.to_uppercase().replace(' ', "_").replace("WORKER'S", "WORKER’S");
    assert_eq!(read(text.replace(headings, &case)).columns.values().flatten().count(), serving);
}

#[test]
fn what_nobody_sees_does_not_count() {
    let roster = read(
        "\u{feff}Employee\u{a0}ID,\u{200b}Email ,Status\n\u{a0}1\u{200b}, a@x.example\u{a0},On\u{a0}Leave\n=\"002\", \"b@x.example\",Active\n",
    );
    assert_eq!(employee(&roster, "1").emails().iter().collect::<Vec<_>>(), ["a@x.example"]);
    assert_eq!(state(employee(&roster, "1")), Some(EmploymentStatus::Leave));
    assert_eq!(employee(&roster, "002").emails().iter().collect::<Vec<_>>(), ["b@x.example"]);
    assert!(roster.issues.is_empty(), "{:#?}", roster.issues);
}

#[test]
fn several_files_are_one_roster() {
    let config = configured(
        "file = [\"staff.csv\", \"contractors.csv\"]\ncolumns = { employee_id = [\"Badge\", \"Worker ID\"] }",
    );
    let staff = "Worker ID;Email;Team;Cost Center\n1;a@x.example;T;C1\n";
    let contractors = "Badge,Mail,Agency,Cost Center\n9,z@y.example,Temps,C9\n8,A@x.example,Temps,C9\n";
    let roster = headcount::roster::parse(&config, &Normaliser::default(), &[staff, contractors]).expect("a roster");
    assert_eq!(roster.delimiters, [Some(';'), Some(',')]);
    assert_eq!(roster.extra_columns, ["Cost Center", "Agency"]);
    let nine = employee(&roster, "9");
    assert_eq!((nine.file(), nine.line(), nine.extra().iter().collect::<Vec<_>>()), (1, 2, vec!["C9", "Temps"]));
    assert_eq!(employee(&roster, "1").extra().get(0), Some("C1"));
    assert_eq!(roster.columns[&ColumnRole::EmployeeId], ["Worker ID", "Badge"]);
    let duplicate = issues(&indexed(roster), headcount::model::RosterIssueKind::DuplicateEmail);
    assert_eq!(duplicate, ["3: employee 8 shares an address with the person in line 2 of staff.csv"]);
}
