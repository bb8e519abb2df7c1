//! Rows of CSV in any dialect, and quotes that swallow some.

use proptest::prelude::*;

use super::*;

fn rows(text: &str, width: usize) -> Result<Vec<(u64, Vec<String>)>, Misquoted> {
    let mut rows = Rows::new(text, 0, b',').of_width(width);
    let (mut row, mut all) = (Row::default(), Vec::new());
    while rows.next(&mut row)? {
        all.push((row.line, row.iter().map(str::to_owned).collect()));
    }
    Ok(all)
}

#[test]
fn lines_are_counted_as_an_editor_counts_them() {
    for end in ["\n", "\r\n", "\r"] {
        let text = ["a,b", "", "c,\"d", "e\"", "f,g", ""].join(end);
        let lines: Vec<u64> = rows(&text, 2).expect("rows").into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines, [1, 3, 5], "{end:?}");
    }
}

#[test]
fn quotes_that_span_lines_for_good_are_read() {
    let text = "1,\"Main St 1, Flat 2\nBerlin, Germany\",x\n2,\"say \"\"hi\"\",\n\",y\n";
    let rows = rows(text, 3).expect("rows");
    assert_eq!(rows[0].1[1], "Main St 1, Flat 2\nBerlin, Germany");
    assert_eq!(rows[1].1[1], "say \"hi\",\n");
}

#[test]
fn quotes_that_swallow_rows_are_found() {
    for (text, line, at, what) in [
        ("1,a,b\n2,\"Smith,Jo,c\n3,d,e\n4,f,g\n", 2, 2, "never closed"),
        ("1,a,b\n2,\"Smith,c,d\n3,\"Jones\",e\n4,f,g\n", 2, 2, "closed only 1 line below"),
        ("1,a,b\n2,\"Smith,c,\n3,d,e\n4,f,12\"\n5,h,i\n", 2, 2, "closed only 2 lines below"),
        ("1,a,\"b,", 1, 4, "never closed"),
        ("1,\"a\"b,c,d\n", 1, 2, "text stands behind a closing quote"),
    ] {
        let mistake = rows(text, 3).expect_err(text);
        assert_eq!((mistake.line, mistake.at.start), (line, at), "{text:?}");
        assert!(mistake.to_string().contains(what), "{text:?}: {mistake}");
    }
}

#[test]
fn a_lone_quote_is_part_of_its_cell_where_the_row_has_its_width() {
    for (text, cells) in [
        ("1,\"Smith,c\n2,d,e\n", ["1", "\"Smith", "c"]),
        ("1,\"Smith,c\n2,\"Jones\",e\n", ["1", "\"Smith", "c"]),
        ("\"1\",\"ANN \"ANNIE\"\",\"c\"\n", ["1", "ANN \"ANNIE\"", "c"]),
        ("1,5\" disk,c\n", ["1", "5\" disk", "c"]),
        ("\"1\",\"Ann \\\"Annie\\\", B\",\"c\"\n", ["1", "Ann \"Annie\", B", "c"]),
        ("1,\"b\"  ,c\n", ["1", "b", "c"]),
    ] {
        assert_eq!(rows(text, 3).expect(text)[0].1, cells, "{text:?}");
    }
}

#[test]
fn rows_inside_of_a_cell_are_seen_and_addresses_are_not() {
    let row = |cells: &[&str]| {
        let cells = cells.iter().map(|cell| Cow::Owned((*cell).to_owned())).collect();
        may_hold_rows(&Row { line: 1, cells }, 3, b',')
    };
    assert!(row(&["1", "a", "x\n2,b,y"]), "in the last column");
    assert!(row(&["1", "a\n2,b", "y"]), "in the middle");
    assert!(row(&["1", "a, b\r\n2,b,y\r\n3,c", "z, z"]));
    assert!(!row(&["1", "Main Street 1\nTown", "x"]));
    assert!(!row(&["1", "a", "Main Street 1, 2\nTown, Country\n"]));
    assert!(!row(&["1\n2", "a", "b"]), "as many delimiters as one row needs");
}

#[test]
fn a_row_that_only_ends_early_lacks_empty_cells() {
    let ragged = |text: &str, width| {
        let mut row = Row::default();
        Rows::new(text, 0, b',').next(&mut row).expect("a row");
        row.is_ragged(width)
    };
    assert!(!ragged("1,a,b", 4) && !ragged("1,a,b,, ", 3) && !ragged("1", 1));
    assert!(ragged("1,a,b,c", 3) && ragged("1", 2) && ragged("1,a", 4));
}

proptest! {
    #[test]
    fn a_table_that_is_well_written_is_read_as_the_csv_crate_reads_it(
        table in proptest::collection::vec(proptest::collection::vec("[a\",; \n\ré]{0,6}", 3), 1..6),
        style in 0..2_usize,
    ) {
        let mut writer = csv::WriterBuilder::new()
            .quote_style([csv::QuoteStyle::Necessary, csv::QuoteStyle::Always][style])
            .from_writer(Vec::new());
        for row in &table {
            writer.write_record(row).expect("written");
        }
        let text = String::from_utf8(writer.into_inner().expect("whole")).expect("UTF-8");
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let expected: Vec<Vec<String>> =
            reader.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect()).collect();
        let mut rows = Rows::new(&text, 0, b',');
        let (mut row, mut found) = (Row::default(), Vec::new());
        while rows.next(&mut row).expect("well written") {
            found.push(row.iter().map(str::to_owned).collect::<Vec<_>>());
        }
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn rows_end_where_the_text_is_cut(text in "([a-cé,\"\"\n\n]|\r\n|\"\"|,\"|\",){0,60}", goal in 0_usize..12) {
        let read = |text: &str, above| {
            let mut rows = Rows::new(text, above, b',');
            let (mut row, mut all) = (Row::default(), Vec::new());
            loop {
                match rows.next(&mut row) {
                    Ok(false) => return all,
                    Ok(true) => all.push((row.line, row.iter().map(str::to_owned).collect::<Vec<_>>())),
                    Err(_) => all.push((row.line, Vec::new())),
                }
            }
        };
        let whole = read(&text, 0);
        // Quotes that mean nothing certain may be cut anywhere; others may not.
        if whole.iter().all(|(_, cells)| !cells.is_empty()) {
            let end = row_end(text.as_bytes(), 0, goal, b',').unwrap_or(text.len());
            let (head, tail) = text.split_at(end);
            let above = memchr_iter(b'\n', head.as_bytes()).count() as u64;
            prop_assert_eq!([read(head, 0), read(tail, above)].concat(), whole);
        }
    }
}
