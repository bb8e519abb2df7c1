//! Everything that comes back may have been altered, on purpose or not: each such row is refused, and its cell named.

use super::desk::{Desk, REVIEW};

/// The cell of a column in a packet's row, as spreadsheets name it.
fn cell(packet: &super::desk::Packet, heading: &str, key: &str) -> String {
    let row = packet.review.iter().position(|row| row[packet.column("Key")] == key).expect("a row");
    let column = char::from(b'A' + u8::try_from(packet.column(heading)).expect("few"));
    format!("Review!{column}{}", row + 1)
}

#[test]
fn what_was_shown_comes_back_as_it_was_or_the_cell_is_named() {
    let desk = Desk::opened(REVIEW, &[]);
    let key = "crm/c-1";
    for (heading, text, why) in [
        ("Evidence", "e-0000000000000000", "was altered"),
        ("Evidence", "", "was altered"),
        ("Roles", "agent, admin", "Roles isn't what was shown"),
        ("Account", "dan@example.com", "Account isn't what was shown"),
        ("Status", "inactive", "Status isn't what was shown"),
        ("Packet", "t-00000000000000000000000000000000", "isn't that of this packet"),
        ("Decided on", "12/11/2026", "is no day"),
        ("Decided on", "2018-12-18", "not between 2026-11-30"),
        ("Decided on", "2026-12-30", "not between 2026-11-30"),
        ("Reviewer", "Dan Dorn", "names somebody else"),
        ("Pass to", "nobody@example.com", "names nobody in the roster"),
    ] {
        let mut bob = desk.packet("E-2", 1);
        if heading != "Pass to" {
            bob.decide_all("Keep");
        }
        bob.sign("Bob Birch");
        let expected = cell(&bob, heading, key);
        bob.set(key, heading, text).save(&desk.path("bob.xlsx"));
        let ran = desk.collect("2026-12-05", &["bob.xlsx"]).ends(1).says(why);
        if text.is_empty() {
            assert!(ran.stdout.contains("refused"), "{}", ran.stdout);
        } else {
            ran.says(&format!("refused {expected}:"));
        }
        assert_eq!(desk.standings()[key], "open", "{heading}");
    }
    let mut bob = desk.packet("E-2", 1);
    bob.decide_all("Keep").set(key, "Key", "crm/zzz").sign("Bob Birch").save(&desk.path("bob.xlsx"));
    desk.collect("2026-12-05", &["bob.xlsx"]).ends(1).says("is no account of this review");
}

#[test]
fn rows_of_other_packets_and_files_of_other_reviews_are_refused() {
    let desk = Desk::opened(REVIEW, &[]);
    let (mut bob, ada) = (desk.packet("E-2", 1), desk.packet("E-1", 1));
    let mut pasted = ada.review[1].clone();
    pasted[ada.column("Decision")] = "Keep".to_owned();
    bob.review.push(pasted.clone());
    let token = bob.column("Packet");
    let mut disguised = pasted;
    disguised[token] = bob.review[1][token].clone();
    bob.review.push(disguised);
    bob.sign("Bob Birch").save(&desk.path("bob.xlsx"));
    desk.collect("2026-12-05", &["bob.xlsx"])
        .ends(1)
        .says("isn't that of this packet: the row is of another one")
        .says("is an account of another packet");
    let other = ["review", "open", "q5", "--bundle", "2026-11-30.zip", "--due", "2026-12-18", "--as-of", "2026-12-01"];
    desk.run(&other).ends(0);
    let ran = desk.run(&["review", "collect", "q5", "bob.xlsx", "--as-of", "2026-12-05"]).ends(2);
    ran.says("answers no packet of q5");
}

#[test]
fn a_signature_of_somebody_else_signs_nothing() {
    let desk = Desk::opened(REVIEW, &[]);
    let mut bob = desk.packet("E-2", 1);
    bob.decide_all("Keep").sign("Dan Dorn").save(&desk.path("bob.xlsx"));
    desk.collect("2026-12-05", &["bob.xlsx"]).ends(1).says("names somebody else than Bob Birch (E-2)");
    assert_eq!(desk.standings()["crm/c-1"], "unsigned Keep");
}

#[test]
fn formulas_floods_and_treacherous_characters_do_no_harm() {
    let desk = Desk::opened(REVIEW, &[]);
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let bob = desk.packet("E-2", 1);
    let sheet = workbook.add_worksheet();
    sheet.set_name("Review").expect("named");
    for (row, cells) in (0..).zip(&bob.review) {
        for (column, cell) in (0..).zip(cells) {
            sheet.write_string(row, column, cell).expect("written");
        }
    }
    let decision = u16::try_from(bob.column("Decision")).expect("few");
    let formula = rust_xlsxwriter::Formula::new("=IF(TRUE,\"Keep\",\"\")").set_result("Keep");
    sheet.write_formula(1, decision, formula).expect("written");
    workbook.save(desk.path("formula.xlsx")).expect("saved");
    desk.collect("2026-12-05", &["formula.xlsx"]).ends(1).says("refused Review!P2: is a formula, and no answer");
    let mut long = bob.clone();
    long.decide_all("Keep").set("crm/c-1", "Comment", &"x".repeat(30_000)).save(&desk.path("long.xlsx"));
    desk.collect("2026-12-05", &["long.xlsx"]).ends(1).says("is longer than 4,000 characters");
    // A megabyte fits into no cell, but into CSV and a page's file.
    long.set("crm/c-1", "Comment", &"x".repeat(1 << 20));
    desk.write("long.csv", long.csv());
    desk.collect("2026-12-05", &["long.csv"]).ends(1).says("refused R2: is longer than 4,000 characters");
    let mut bidi = bob.clone();
    bidi.decide_all("Revoke").set("crm/c-1", "Comment", "=cmd|' /C calc'!A0 \u{202e}gpj.exe\u{7}").sign("Bob Birch");
    bidi.save(&desk.path("bidi.xlsx"));
    desk.collect("2026-12-05", &["bidi.xlsx"]).ends(0);
    desk.close("2026-12-19", &["--no-recheck", "a test", "--incomplete", "a \u{202e} test"]).ends(3);
    let below = |folder: &str| std::fs::read_dir(desk.path(folder)).expect("an outcome");
    for entry in below("reviews/q4/outcome").chain(below("reviews/q4/outcome/actions")) {
        let path = entry.expect("one").path();
        if path.is_file() && path.extension().is_some_and(|extension| extension != "json") {
            let text = std::fs::read_to_string(&path).expect("text");
            assert!(!text.contains('\u{202e}') && !text.contains('\u{7}'), "{}", path.display());
            assert!(!text.contains("\"=cmd"), "{}", path.display());
        }
    }
    desk.collect("2026-12-20", &["bidi.xlsx"]).ends(2).says("is closed");
}

#[test]
fn what_is_no_packet_is_named_and_nothing_else_happens() {
    let desk = Desk::opened(REVIEW, &[]);
    desk.write("empty.xlsx", "");
    desk.write("junk.xlsx", [b"PK\x03\x04".as_slice(), &[7; 500]].concat());
    desk.write("junk.json", "{\"format\":\"headcount-decisions-1\",\"more\":1}");
    desk.write("poem.txt", "roses are red\n");
    let mut wide = "Key,Decision,Evidence,Packet\n".to_owned();
    wide.push_str(&"crm/c-1,Keep,e-0,t-0\n".repeat(100_000));
    desk.write("flood.csv", wide);
    for name in ["empty.xlsx", "junk.xlsx", "junk.json", "poem.txt", "flood.csv", "absent.xlsx"] {
        let ran = desk.collect("2026-12-05", &[name]).ends(2);
        assert!(ran.stderr.contains(name) && !ran.stderr.contains("panicked"), "{name}: {}", ran.stderr);
    }
    assert_eq!(desk.campaign().state.received.len(), 0);
}

#[test]
fn an_altered_journal_is_named_by_its_line() {
    let desk = Desk::opened(REVIEW, &[]);
    let path = desk.path("reviews/q4/journal.ndjson");
    let text = std::fs::read_to_string(&path).expect("a journal");
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    assert!(lines.len() >= 4);
    for (altered, line) in [
        (text.replacen("\"items\":6", "\"items\":7", 1), 2),
        ([lines[0], lines[2], lines[3]].concat(), 2),
        ([lines[0], lines[2], lines[1], lines[3]].concat(), 2),
        (text.trim_end().to_owned(), 4),
        (String::new(), 1),
        // What is cut off at the end hangs together.
        (lines[..3].concat(), 4),
        (lines[..1].concat(), 2),
    ] {
        std::fs::write(&path, altered).expect("written");
        let ran = desk.run(&["review", "status", "q4"]).ends(2);
        ran.says(&format!("line {line} of the journal"));
    }
    std::fs::write(&path, &text).expect("written");
    desk.run(&["review", "status", "q4", "--as-of", "2026-12-02"]).ends(0);
    let head = desk.path("reviews/q4/journal.head");
    let counted = std::fs::read_to_string(&head).expect("a head");
    for (altered, words) in [
        (counted.replace("\"lines\":4", "\"lines\":9"), "line 5 of the journal is missing; journal.head counts 9"),
        (counted.replace("\"lines\":4", "\"lines\":3"), "line 3 of the journal isn't the one that journal.head knows"),
        ("{}".to_owned(), "can't tell how many lines the journal beside it has"),
    ] {
        std::fs::write(&head, altered).expect("written");
        desk.run(&["review", "status", "q4"]).ends(2).says(words);
    }
    std::fs::remove_file(&head).expect("removed");
    desk.run(&["review", "status", "q4"]).ends(2).says("nobody knows whether lines were cut off");
    // A line beyond what is counted was being written when the power failed.
    std::fs::write(&head, &counted).expect("written");
    std::fs::write(&path, format!("{text}{{\"n\":5,")).expect("written");
    desk.run(&["review", "status", "q4"]).ends(2).says("line 5 of the journal was being written");
    std::fs::write(&path, &text).expect("written");
    let review = desk.path("reviews/q4/review.json");
    let altered = std::fs::read_to_string(&review).expect("a review").replace("2026-12-18", "2027-12-18");
    std::fs::write(&review, altered).expect("written");
    desk.run(&["review", "status", "q4"]).ends(2).says("line 1 of the journal");
}

/// A workbook whose first sheet is this XML.
fn workbook(path: &std::path::Path, sheet: impl Iterator<Item = Vec<u8>>, others: &[&str]) {
    use std::io::Write as _;
    let mut zip = zip::ZipWriter::new(std::fs::File::create(path).expect("made"));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    let mut add = |name: &str, text: &[u8]| {
        zip.start_file(name, options).expect("begun");
        zip.write_all(text).expect("written");
    };
    let names = "http://schemas.openxmlformats.org";
    add("[Content_Types].xml", format!("<Types xmlns=\"{names}/package/2006/content-types\"/>").as_bytes());
    add(
        "_rels/.rels",
        format!(
            "<Relationships xmlns=\"{names}/package/2006/relationships\"><Relationship Id=\"r0\" \
             Type=\"{names}/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
        )
        .as_bytes(),
    );
    add(
        "xl/_rels/workbook.xml.rels",
        format!(
            "<Relationships xmlns=\"{names}/package/2006/relationships\"><Relationship Id=\"r1\" \
             Type=\"{names}/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
        )
        .as_bytes(),
    );
    add(
        "xl/workbook.xml",
        format!(
            "<workbook xmlns=\"{names}/spreadsheetml/2006/main\" xmlns:r=\"{names}/officeDocument/2006/relationships\">\
             <sheets><sheet name=\"Review\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
        )
        .as_bytes(),
    );
    for name in others {
        add(name, b"Sub AutoOpen()");
    }
    zip.start_file("xl/worksheets/sheet1.xml", options).expect("begun");
    for part in sheet {
        zip.write_all(&part).expect("written");
    }
    zip.finish().expect("finished");
}

#[test]
fn bombs_macros_and_a_sheet_that_is_full_are_answered_in_words() {
    let desk = Desk::opened(REVIEW, &[]);
    let start =
        || b"<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>".to_vec();
    let end = || b"</sheetData></worksheet>".to_vec();
    let zeros = std::iter::repeat_with(|| vec![b' '; 1 << 20]).take(300);
    workbook(&desk.path("bomb.xlsx"), [start()].into_iter().chain(zeros).chain([end()]), &[]);
    let heads = "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>Key</t></is></c><c r=\"B1\" t=\"inlineStr\"><is><t>Decision</t></is></c></row>";
    let rows = (2..=1_048_576).map(|row| {
        format!("<row r=\"{row}\"><c r=\"A{row}\"><v>1</v></c><c r=\"B{row}\"><v>2</v></c></row>").into_bytes()
    });
    let full = [start(), heads.as_bytes().to_vec()].into_iter().chain(rows).chain([end()]);
    workbook(&desk.path("full.xlsm"), full, &["xl/vbaProject.bin"]);
    for (name, words) in
        [("bomb.xlsx", "unpacks to more than 256 MB"), ("full.xlsm", "has more answers than any packet has rows")]
    {
        let ran = desk.collect("2026-12-05", &[name]).ends(2);
        assert!(ran.stderr.contains(words) && !ran.stderr.contains("panicked"), "{name}: {}", ran.stderr);
    }
}
