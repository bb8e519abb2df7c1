//! Files that were made to break a reader.

use headcount::key::Normaliser;
use proptest::prelude::*;

use super::formats::ods;
use crate::support::roster::{configured, read, refused_with};

/// A few bytes that say that they are millions of cells.
#[test]
fn cells_that_are_only_said_to_be_there_count() {
    let small = configured("file = \"hr.ods\"\nmax_unpacked = \"300 kB\"");
    let cell = "<table:table-cell office:value-type=\"string\"><text:p>x</text:p></table:table-cell>";
    let heading = "<table:table-row><table:table-cell office:value-type=\"string\"><text:p>Employee ID</text:p></table:table-cell></table:table-row>";
    let wide = cell.replace("table-cell office", "table-cell table:number-columns-repeated=\"16000\" office");
    for rows in [
        format!("{heading}<table:table-row table:number-rows-repeated=\"1000000\">{wide}</table:table-row>"),
        format!(
            "{heading}<table:table-row table:number-rows-repeated=\"1000000\"><table:table-cell/></table:table-row><table:table-row>{cell}</table:table-row>"
        ),
        format!("{heading}<table:table-row>{wide}</table:table-row>"),
    ] {
        assert!(refused_with(&small, ods(&rows)).contains("unpacks to more than 300 kB"), "{rows}");
    }
    assert_eq!(read(ods(&format!("{heading}<table:table-row>{cell}</table:table-row>"))).employees.len(), 1);
}

/// A quote for each row opens and never closes.
#[test]
fn quotes_without_end_do_not_take_forever() {
    let text = format!("Employee ID,Name\n{}", "1,\"a,\n\"\",b\n".repeat(40_000));
    headcount::roster::parse(&configured("file = \"hr.csv\""), &Normaliser::default(), &[text]).ok();
}

fn parse(bytes: &[u8]) {
    headcount::roster::parse(&configured("file = \"hr\""), &Normaliser::default(), &[bytes]).ok();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), begin in 0..8_usize) {
        let begins: [&[u8]; 8] = [b"", b"\xff\xfe", b"dn: a\n", b"{\"id\":", b"[{\"id\":1},", b"sep=;\nID;Name\n", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"];
        parse(&[begins[begin], &bytes].concat());
    }

    #[test]
    fn a_damaged_workbook_is_read_or_refused(at in 0..6000_usize, with in any::<u8>(), length in 0..6000_usize) {
        let mut bytes = include_bytes!("../../fixtures/tables/people.xls").to_vec();
        if let Some(byte) = bytes.get_mut(at) {
            *byte = with;
        }
        bytes.truncate(bytes.len().saturating_sub(length.saturating_sub(3000)));
        parse(&bytes);
    }

    #[test]
    fn no_text_that_is_nearly_a_table_panics(text in "(sep=[;,^]\n)?(#TYPE x\n)?(ID|Name|Email|\"|,|;|\\||\t|\n|\r|[a-c1-3é]|dn: |: |\\{|\\}|\\[|\\]){0,60}") {
        parse(text.as_bytes());
    }
}
