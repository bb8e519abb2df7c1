//! Whatever a file holds, each of its rows is an account, a repetition, or counted as unreadable.

use std::io::Write as _;
use std::path::Path;

use futures_util::FutureExt as _;
use proptest::prelude::*;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use super::*;
use crate::base::text::hex;
use crate::fetch::collector::Collected;
use crate::fetch::{Quiet, Spool};
use crate::model::{AccountStatus, Fact, FactName, Json};
use crate::table::{Format, Options};

const FORMATS: [Format; 5] = [Format::Csv, Format::Json, Format::Ndjson, Format::Ldif, Format::Workbook];

fn mapping(facts: &[(FactName, &str)]) -> Mapping {
    let facts = facts.iter().map(|(fact, name)| (*fact, (*name).to_owned())).collect();
    Mapping { id: Some("key".into()), facts, ..Mapping::default() }
}

/// What comes of a file: how many different accounts, and what the rows prove.
fn read<T>(
    bytes: &[u8],
    format: Format,
    mapping: Mapping,
    then: impl FnOnce(u64, Result<Tally<'_>, SourceError>) -> T,
) -> T {
    let mut export = tempfile::NamedTempFile::new().expect("a file");
    export.write_all(bytes).expect("written");
    collect(export.path(), format, mapping, |collected, tally| then(collected.distinct, tally))
}

fn collect<T>(
    path: &Path,
    format: Format,
    mapping: Mapping,
    then: impl FnOnce(Collected, Result<Tally<'_>, SourceError>) -> T,
) -> T {
    let path = path.to_owned();
    let options = Options { format: Some(format), ..Options::default() };
    let file = File::new(FileConfig { shown: path.clone(), path, options, mapping });
    let decoder = file.decoder.clone();
    let mut collector = Collector::new(&decoder, &Quiet);
    let mut reading = file.read(&mut collector).boxed();
    // Nothing is awaited but the turns that other sources get.
    let tally = loop {
        if let Some(tally) = (&mut reading).now_or_never() {
            break tally;
        }
    };
    drop(reading);
    then(collector.finish().expect("finished"), tally)
}

/// Rows, accounts, unreadable and repeated ones; `None` if the file as a whole can't be used.
fn counts(bytes: &[u8], format: Format, mapping: Mapping) -> Option<[u64; 4]> {
    read(bytes, format, mapping, |_, tally| {
        let tally = tally.ok()?;
        Some([tally.rows, tally.accounts, tally.unreadable, tally.repeated])
    })
}

/// Different accounts, and what is said of the file.
fn said(bytes: &[u8], format: Format) -> (u64, String) {
    read(bytes, format, mapping(&[]), |accounts, tally| {
        let said = match tally.and_then(|tally| tally.proof(None, &FactName::OF_RECORDS)) {
            Ok(Proof::Complete { .. }) => String::new(),
            Ok(proof) => format!("{proof:?}"),
            Err(error) => error.to_string(),
        };
        (accounts, said)
    })
}

#[test]
fn an_export_tells_what_it_has_columns_for() {
    let decoder = MappedDecoder::new(&mapping(&[(FactName::Email, "mail")]));
    assert_eq!(decoder.told(), FactName::OF_RECORDS, "nothing is known yet");
    let read = |record: &str| {
        decoder.decode(Json::kept(record)).expect("an account");
        decoder.told()
    };
    assert_eq!(read(r#"{"key": "1", "mail": "", "room": 7}"#), [FactName::Email]);
    assert_eq!(read(r#"{"key": "2", "State": "", "status": "active"}"#), [FactName::Email, FactName::Status]);
}

#[test]
fn every_row_is_counted_in_every_format() {
    let csv = "key,mail\r\na,x\r\n\r\nb,y\r\na,again\r\n,nobody\r\nc\r\n,\r\n";
    assert_eq!(counts(csv.as_bytes(), Format::Csv, mapping(&[])), Some([5, 2, 2, 1]));
    let ndjson = "{\"key\":1}\n\n{\"key\":\"1\"}\n{\"key\":2}\n{\"key\":\nnull\n";
    assert_eq!(counts(ndjson.as_bytes(), Format::Ndjson, mapping(&[])), Some([5, 2, 2, 1]));
    let json = "[{\"key\":1},{\"key\":2},\n3,{}]";
    assert_eq!(counts(json.as_bytes(), Format::Json, mapping(&[])), Some([4, 2, 2, 0]));
}

/// The records of a spool, read again.
fn lines(spool: &mut Spool) -> io::Result<Vec<String>> {
    let mut lines = Vec::new();
    spool.for_each(|_, record| {
        lines.push(record.get().to_owned());
        Ok::<_, io::Error>(())
    })?;
    Ok(lines)
}

/// An export is kept as these records, which are read again where they are, or not.
fn kept(text: &str, format: Format, records: &[String], in_place: bool) {
    let mut export = tempfile::NamedTempFile::new().expect("a file");
    export.write_all(text.as_bytes()).expect("written");
    collect(export.path(), format, mapping(&[]), |mut collected, _| {
        for _ in 0..2 {
            assert_eq!(lines(&mut collected.spool).expect("read again"), records);
        }
        let whole: String = records.iter().flat_map(|record| [record, "\n"]).collect();
        assert_eq!(collected.spool.sha256(), hex(&Sha256::digest(whole)), "in place or not");
        assert_eq!(collected.spool.len(), records.len() as u64);
        export.as_file().set_len(1_000).expect("changed");
        assert_eq!(lines(&mut collected.spool).is_err(), in_place);
    });
}

#[test]
fn records_are_kept_once_and_in_their_order_wherever_they_are() {
    let rows: Vec<_> = (0..9_000).map(|at| format!("{{\"key\":{at},\"name\":\"{}\"}}", "é".repeat(at % 90))).collect();
    let plain = rows.concat().replace('}', "}\n");
    for (text, in_place) in [
        (plain.clone(), true),
        (format!("\u{feff}{plain}"), true),
        (plain.trim_end().to_owned(), true),
        (format!("{plain}{}\n{{}}\n", rows[3]), true),
        (plain.replace('\n', "\r\n"), false),
        (plain.replace('\n', "\n\n"), false),
        (plain.replace('{', " {"), false),
        (rows.iter().flat_map(|row| [row, "\n", row, "\n"]).collect(), false),
    ] {
        kept(&text, Format::Ndjson, &rows, in_place);
    }
}

#[test]
fn rows_of_cells_become_the_same_records_again_where_they_are() {
    let names = ["", "é", "a,b", "say \"ah\"", "back\\slash", "line\nbreak", "\u{1}", "'", "=\"0012\"", "\u{2028}"];
    let name = |at: usize| names[at % names.len()].repeat(at % 30);
    let json = |text: &str| serde_json::Value::from(text).to_string();
    let record = |at: usize| format!("{{\"key\":\"{at}\",\"name \\\"of\\\"\":{},\"mail\":\"\"}}", json(&name(at)));
    let records: Vec<_> = (0..9_000).map(record).collect();
    let cell = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let row = |at: usize| format!("{at},{},\n", cell(&name(at)));
    let headings = "key,\"name \"\"of\"\"\",mail\n";
    let plain: String = iter::once(headings.to_owned()).chain((0..9_000).map(row)).collect();
    for (text, in_place) in [
        (plain.clone(), true),
        (format!("\u{feff}{plain}"), true),
        (format!("sep=,\n{plain}"), true),
        (plain.replace("\n7", "\n\n7"), true),
        (plain.trim_end().to_owned(), true),
        (format!("{plain}{}", row(3)), true),
        (iter::once(headings.to_owned()).chain((0..9_000).map(|at| row(at).repeat(2))).collect(), false),
    ] {
        kept(&text, Format::Csv, &records, in_place);
    }
    let utf_16: Vec<u8> = plain.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut export = tempfile::NamedTempFile::new().expect("a file");
    export.write_all(&[b"\xff\xfe", utf_16.as_slice()].concat()).expect("written");
    collect(export.path(), Format::Csv, mapping(&[]), |mut collected, _| {
        export.as_file().set_len(0).expect("changed");
        assert_eq!(lines(&mut collected.spool).expect("it was decoded, and is kept"), records);
    });
}

/// So many rows that several threads read them, and other sources get their turn.
const MANY: u64 = 20_000;

#[test]
fn a_row_has_its_place_in_whichever_piece_it_is_read() {
    let row =
        |at: u64| format!("{{\"key\":{at},\"mail\":\"ada.person{at}@corp.example\",\"name\":\"{}\"}}", "x".repeat(400));
    let ndjson = |lost: u64, with: &str| {
        let rows = (1..=MANY).map(|at| if at == lost { with.to_owned() } else { row(at) } + "\r\n\n");
        rows.collect::<String>()
    };
    assert_eq!(said(ndjson(0, "").as_bytes(), Format::Ndjson), (MANY, String::new()));
    for (at, with, told) in [
        (1, "{\"key\": x}", ":1:9: expected value"),
        (11_234, "{\"key\": x}", ":22467:9: expected value"),
        (MANY, "[]", ":39999: a record is not a JSON object"),
        (11_235, "{\"key\":\"5\"}", ":22469: its id is that of an earlier row"),
        (11_235, "{\"id\":\"5\"}", ":22469: no id in"),
    ] {
        let (accounts, said) = said(ndjson(at, with).as_bytes(), Format::Ndjson);
        assert_eq!(accounts, MANY - 1);
        assert!(said.contains(told), "{said}");
    }
    let json = format!("[{}]", (1..=MANY).map(row).collect::<Vec<_>>().join("\n,")).replace("{\"key\":11234,", "7\n,{");
    let (accounts, said) = said(json.as_bytes(), Format::Json);
    assert!(accounts == MANY - 1 && said.contains(":11234: a record is not a JSON object"), "{said}");
}

#[test]
fn what_stands_before_an_error_counts() {
    let rows = (1..=MANY).map(|at| format!("{{\"key\":{at}}}\n")).collect::<Vec<_>>().concat();
    let endless = format!("{rows}{}\n{{\"key\":0}}\n", " ".repeat(16 * 1024 * 1024));
    let (accounts, told) = said(endless.as_bytes(), Format::Ndjson);
    assert!(accounts == MANY && told.contains(":20001: the line is longer than 16777216 bytes"), "{told}");
    let rows = (1..=MANY).map(|at| format!("{at},a\n")).collect::<Vec<_>>().concat();
    let (accounts, told) = said(format!("key,mail\n{rows}0,\"b,c\n").as_bytes(), Format::Csv);
    assert!(accounts == MANY && told.contains(":20002: this quote is never closed"), "{told}");
}

#[test]
fn paths_lead_into_objects_and_lists() {
    let facts = [
        (FactName::Email, "emails.value"),
        (FactName::Username, "login.name"),
        (FactName::Roles, "groups.display"),
        (FactName::DisplayName, "names.1"),
        (FactName::Status, "disabled"),
    ];
    let mut mapping = mapping(&facts);
    mapping.words = Some(Words { active: vec!["false".into()], inactive: vec!["true".into()], ..Words::default() });
    let decoder = MappedDecoder::new(&mapping);
    let json = r#"{"key":7,"emails":[{"value":"a@x"},{"value":"b@x"}],"login":{"name":"a"},"names":["N","M"],
        "groups":[{"display":"Admins"},{"display":"All;Staff"}],"disabled":true,"last login":"2026-01-01"}"#;
    let raw = RawValue::from_string(json.into()).expect("json");
    let outcome = decoder.decode((&raw).into()).expect("decoded");
    let account = outcome.account;
    assert_eq!((account.id.as_ref(), outcome.problems.len()), ("7", 0));
    assert_eq!(account.email, Fact::Known(Some("a@x".into())));
    assert_eq!(account.further.as_ref().map(|further| further.emails.clone()), Some(vec!["b@x".into()]));
    assert_eq!(account.username, Fact::Known(Some("a".into())));
    assert_eq!(account.display_name, Fact::Known(Some("M".into())));
    assert_eq!(account.roles, Fact::Known(vec!["Admins".into(), "All;Staff".into()]));
    assert_eq!(account.status, Fact::Known(AccountStatus::Inactive));
    assert_eq!(account.last_login_at, Fact::Known(Some("2026-01-01T00:00:00Z".parse().expect("time"))));
    assert_eq!(account.locked, Fact::NotExposed);
}

#[test]
fn a_configured_column_that_a_record_lacks_has_no_value_and_any_other_is_not_exposed() {
    let decoder = MappedDecoder::new(&mapping(&[(FactName::LastLoginAt, "seen"), (FactName::Locked, "locked")]));
    let raw = RawValue::from_string(r#"{"key":"a"}"#.into()).expect("json");
    let account = decoder.decode((&raw).into()).expect("decoded").account;
    assert_eq!(account.last_login_at, Fact::Known(None));
    assert_eq!(account.locked, Fact::NotExposed, "neither yes nor no");
    assert_eq!(account.email, Fact::NotExposed);
}

#[test]
fn every_address_of_a_cell_is_a_key_and_the_primary_one_is_shown() {
    let decoder = MappedDecoder::new(&mapping(&[]));
    for (cell, shown, further) in [
        ("ann@x.example", "ann@x.example", None),
        ("Ann <ann@x.example>", "ann@x.example", None),
        ("smtp:old@x.example;SMTP:ann@x.example", "ann@x.example", Some(vec!["old@x.example".into()])),
        ("nobody", "nobody", None),
    ] {
        let raw = RawValue::from_string(format!(r#"{{"key":"a","email":"{cell}"}}"#)).expect("json");
        let account = decoder.decode((&raw).into()).expect("decoded").account;
        assert_eq!(account.email, Fact::Known(Some(shown.into())), "{cell}");
        assert_eq!(account.further.map(|further| further.emails), further, "{cell}");
    }
}

#[test]
fn what_two_columns_could_be_is_unknown() {
    let decoder = MappedDecoder::new(&mapping(&[]));
    let raw = RawValue::from_string(r#"{"key":"a","email":"a@x","mail":"b@x"}"#.into()).expect("json");
    let outcome = decoder.decode((&raw).into()).expect("decoded");
    assert_eq!(outcome.account.email, Fact::NotExposed);
    assert_eq!(outcome.problems.len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), format in 0..5_usize) {
        if let Some([rows, accounts, unreadable, repeated]) = counts(&bytes, FORMATS[format], mapping(&[])) {
            prop_assert_eq!(rows, accounts + unreadable + repeated);
        }
    }

    #[test]
    fn near_csv_loses_no_row(body in "([ab01,\"\n]|é|\r\n){0,60}") {
        if let Some([rows, accounts, unreadable, repeated]) =
            counts(format!("key,mail\n{body}").as_bytes(), Format::Csv, mapping(&[]))
        {
            prop_assert_eq!(rows, accounts + unreadable + repeated);
        }
    }

    #[test]
    fn a_csv_that_is_well_written_is_read_whole(cells in proptest::collection::vec("\\PC{0,12}", 0..30)) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["key", "mail"]).expect("written");
        for (at, cell) in cells.iter().enumerate() {
            writer.write_record([&at.to_string(), cell]).expect("written");
        }
        let rows = cells.len() as u64;
        let bytes = writer.into_inner().expect("whole");
        prop_assert_eq!(counts(&bytes, Format::Csv, mapping(&[])), Some([rows, rows, 0, 0]));
    }

    /// A quote that an exporter doesn't mean as one opens a cell, and somebody else's closes it.
    #[test]
    fn no_row_disappears_whatever_people_call_themselves(
        names in proptest::collection::vec("\"?\"?(A|,|;|\"| |x\"y)?\"?\"?", 1..12),
        style in 0..3_usize,
        windows: bool,
    ) {
        let end = if windows { "\r\n" } else { "\n" };
        let row = |(at, name): (usize, &String)| match style {
            0 => format!("{at},{at}@corp.example,{name}{end}"),
            1 => format!("{at},\"{name}\",{at}@corp.example{end}"),
            _ => format!("\"{at}\",\"{name}\",\"{at}@corp.example\"{end}"),
        };
        let rows: String = names.iter().enumerate().map(row).collect();
        let quoted = ["key,mail,name", "key,name,mail", "\"key\",\"name\",\"mail\""][style];
        let (accounts, said) = said(format!("{quoted}{end}{rows}").as_bytes(), Format::Csv);
        prop_assert!(!said.is_empty() || accounts == names.len() as u64, "{accounts} of {names:?}");
    }

    #[test]
    fn near_json_never_panics(body in "[\\[\\]{}\":,key01 \n\\\\u]{0,60}", format in 1..3_usize) {
        if let Some([rows, accounts, unreadable, repeated]) = counts(body.as_bytes(), FORMATS[format], mapping(&[])) {
            prop_assert_eq!(rows, accounts + unreadable + repeated);
        }
    }
}
