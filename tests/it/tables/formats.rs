//! The same three people in every format, dialect and encoding.

use std::io::{Cursor, Write as _};

use rstest::rstest;
use rust_xlsxwriter::Workbook;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{Line, lines, of_command, of_file, of_roster};

const CSV: &str = "ID,Name,Email,Status\n1,Zoë Example,zoe@x.example,Active\n2,Bo Núñez,bo@x.example,Inactive\n3,Ann Example,ann@x.example,Active\n";

fn people() -> Vec<Line> {
    let person = |id: &str, name: &str, email: &str, active| {
        (id.to_owned(), Some(name.to_owned()), Some(email.to_owned()), Some(active))
    };
    vec![
        person("1", "Zoë Example", "zoe@x.example", true),
        person("2", "Bo Núñez", "bo@x.example", false),
        person("3", "Ann Example", "ann@x.example", true),
    ]
}

fn separated(by: &str) -> Vec<u8> {
    CSV.replace(',', by).into_bytes()
}

fn quoted() -> Vec<u8> {
    let lines: Vec<String> = CSV.lines().map(|line| line.replace(',', "\",\"")).collect();
    format!("\"{}\"\r\n", lines.join("\"\r\n\"")).into_bytes()
}

fn encoded(encoding: &'static encoding_rs::Encoding) -> Vec<u8> {
    encoding.encode(CSV).0.into_owned()
}

fn utf_16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn xlsx() -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("Staff").expect("a name");
    for (row, line) in (0..).zip(CSV.lines()) {
        for (column, cell) in (0..).zip(line.split(',')) {
            sheet.write(row, column, cell).expect("a cell");
        }
    }
    workbook.save_to_buffer().expect("memory")
}

pub(super) fn ods(rows: &str) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let content = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
         xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" \
         office:version=\"1.3\"><office:body><office:spreadsheet><table:table table:name=\"Staff\">{rows}</table:table>\
         </office:spreadsheet></office:body></office:document-content>"
    );
    for (name, text) in [("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", &content)] {
        archive.start_file(name, SimpleFileOptions::default()).expect("begun");
        archive.write_all(text.as_bytes()).expect("written");
    }
    archive.start_file("META-INF/manifest.xml", SimpleFileOptions::default()).expect("begun");
    let manifest = "<?xml version=\"1.0\"?><manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\" \
                    manifest:version=\"1.3\"><manifest:file-entry manifest:full-path=\"/\" \
                    manifest:media-type=\"application/vnd.oasis.opendocument.spreadsheet\"/></manifest:manifest>";
    archive.write_all(manifest.as_bytes()).expect("written");
    archive.finish().expect("finished").into_inner()
}

fn ods_of_people() -> Vec<u8> {
    let cell = |cell: &str| {
        format!("<table:table-cell office:value-type=\"string\"><text:p>{cell}</text:p></table:table-cell>")
    };
    let row =
        |line: &str| format!("<table:table-row>{}</table:table-row>", line.split(',').map(cell).collect::<String>());
    ods(&CSV.lines().map(row).collect::<String>())
}

fn json_of(line: &str) -> String {
    let cells: Vec<&str> = line.split(',').collect();
    format!(
        "{{\"ID\": {},\n \"Name\": \"{}\", \"Email\": \"{}\", \"Status\": \"{}\"}}",
        cells[0], cells[1], cells[2], cells[3]
    )
}

fn json(begin: &str, between: &str, end: &str) -> Vec<u8> {
    let records: Vec<String> = CSV.lines().skip(1).map(json_of).collect();
    format!("{begin}{}{end}", records.join(between)).into_bytes()
}

fn ndjson() -> Vec<u8> {
    CSV.lines().skip(1).map(|line| json_of(line).replace('\n', "") + "\n").collect::<String>().into_bytes()
}

fn ldif() -> Vec<u8> {
    let entry = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        format!(
            "dn: id={0},dc=x\nID: {0}\nName: {1}\nEmail: {2}\nStatus: {3}\n\n",
            cells[0], cells[1], cells[2], cells[3]
        )
    };
    let entries: String = CSV.lines().skip(1).map(entry).collect();
    format!("# extended LDIF\n#\nversion: 1\n\n{entries}# search result\nsearch: 2\nresult: 0 Success\n").into_bytes()
}

#[rstest]
#[case::commas("csv", CSV.into())]
#[case::semicolons("csv", separated(";"))]
#[case::tabs("csv", separated("\t"))]
#[case::pipes("csv", separated("|"))]
#[case::said("csv", [b"sep=^\r\n".to_vec(), separated("^")].concat())]
#[case::quoted("csv", quoted())]
#[case::windows_lines("csv", CSV.replace('\n', "\r\n").into())]
#[case::old_macs("csv", CSV.replace('\n', "\r").into())]
#[case::of_powershell("csv", format!("#TYPE Selected.User\r\n{CSV}").into())]
#[case::of_entra("csv", format!("version:v1.0,,,\n{CSV}").into())]
#[case::with_a_title("csv", format!("All users\n\nExported: 2026-11-20\n{CSV}").into())]
#[case::with_headings_again("csv", CSV.replace("3,Ann", "ID,Name,Email,Status\n3,Ann").into())]
#[case::with_totals("csv", format!("{CSV}\nTotal,3,,\n").into())]
#[case::of_psql("csv", format!("{}(3 rows)\n", CSV.replace(',', " | ").replacen('\n', "\n----+------+-----+-----\n", 1)).into())]
#[case::with_empty_columns("csv", CSV.replace('\n', ",,\n").into())]
#[case::utf_8_with_mark("csv", format!("\u{feff}{CSV}").into())]
#[case::utf_16("csv", utf_16(CSV))]
#[case::utf_16_with_mark("csv", utf_16(&format!("\u{feff}{CSV}")))]
#[case::windows_1252("csv", encoded(encoding_rs::WINDOWS_1252))]
#[case::iso_8859_15("csv", encoded(encoding_rs::ISO_8859_15))]
#[case::mac_roman("csv", encoded(encoding_rs::MACINTOSH))]
#[case::xlsx("workbook", xlsx())]
#[case::xls("workbook", include_bytes!("../../fixtures/tables/people.xls").to_vec())]
#[case::ods("workbook", ods_of_people())]
#[case::json_list("json", json("[", ",\n", "]\n"))]
#[case::json_around_a_list("json", json("{\"count\": 3, \"value\": [", ",", "]}"))]
#[case::json_one_after_the_other("json", json("", "\n", "\n"))]
#[case::json_in_utf_16("json", utf_16(&format!("\u{feff}{}", String::from_utf8(json("[", ",", "]")).expect("text"))))]
#[case::ndjson("ndjson", ndjson())]
#[case::ldif("ldif", ldif())]
#[tokio::test]
async fn three_people_are_read_alike(#[case] format: &str, #[case] bytes: Vec<u8>) {
    let (roster, unsure) = of_roster(&bytes, "");
    assert_eq!((roster, unsure), (people(), Vec::new()), "in a roster");
    let file = of_file(&bytes, "").await;
    assert_eq!((file.status(), file.error()), ("complete", ""));
    assert_eq!(lines(&file), people(), "of a file");
    let command = of_command(&bytes, format, "").await;
    assert_eq!((command.status(), command.error()), ("complete", ""));
    assert_eq!(lines(&command), people(), "of a program");
}

#[tokio::test]
async fn one_record_is_a_table_and_totals_are_told() {
    let one = json_of("7,Ann,ann@x.example,Active");
    for fetched in [of_file(one.as_bytes(), "").await, of_command(one.as_bytes(), "json", "").await] {
        assert_eq!((fetched.status(), lines(&fetched).len()), ("complete", 1), "{}", fetched.error());
    }
    assert_eq!(of_roster(one.as_bytes(), "").0.len(), 1);
    let fetched = of_file(format!("{CSV}Total,3,,\nID,Name,Email,Status\n").as_bytes(), "").await;
    assert_eq!(
        fetched.certificate.warnings,
        ["1 line is no account: totals or the end of a report", "1 line is no account: the headings again"]
    );
}

#[rstest]
#[case::polish(encoding_rs::WINDOWS_1250, "Paweł Wiśniewski", "windows-1250")]
#[case::czech(encoding_rs::ISO_8859_2, "Jiří Štěpán", "ISO-8859-2")]
#[case::turkish(encoding_rs::WINDOWS_1254, "Işık Çağlar", "windows-1254")]
#[case::russian(encoding_rs::WINDOWS_1251, "Иван Петров", "windows-1251")]
#[tokio::test]
async fn names_keep_their_letters(
    #[case] encoding: &'static encoding_rs::Encoding,
    #[case] name: &str,
    #[case] label: &str,
) {
    let text = format!("ID,Name,Email\n1,{name},a@x.example\n");
    let (bytes, _, damaged) = encoding.encode(&text);
    assert!(!damaged);
    for keys in ["", &format!("encoding = \"{label}\"")] {
        assert_eq!(of_roster(&bytes, keys).0[0].1.as_deref(), Some(name), "in a roster");
        assert_eq!(lines(&of_file(&bytes, keys).await)[0].1.as_deref(), Some(name), "of a file");
    }
    assert_eq!(lines(&of_command(&bytes, "csv", "").await)[0].1.as_deref(), Some(name), "of a program");
}
