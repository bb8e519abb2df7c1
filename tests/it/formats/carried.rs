//! Hostile text stays text in the formats for machines.

use headcount::render::Format;

use crate::support::fixture;
use crate::support::reading::{json, list, rendered, text};

fn is_harmless(c: char) -> bool {
    c == '\n' || c == '\r' || (!c.is_control() && !('\u{202a}'..='\u{202e}').contains(&c) && c != '\u{feff}')
}

#[test]
fn nothing_invisible_reaches_a_reader() {
    for format in Format::ALL {
        let out = rendered(format, &fixture::hostile());
        match format {
            // What vendors and HR say, verbatim: for programs alone.
            Format::Json | Format::Ndjson | Format::Accounts => continue,
            Format::Sarif | Format::CodeQuality | Format::Oscal => {
                every_text(&json(&out), &|text| assert!(text.chars().all(is_harmless), "{format}: {text:?}"));
            }
            Format::Html
            | Format::Markdown
            | Format::Csv
            | Format::MembersCsv
            | Format::AccountsCsv
            | Format::Xlsx
            | Format::Junit
            | Format::Github => {}
        }
        assert!(out.chars().all(is_harmless), "{format}");
    }
}

fn every_text(value: &serde_json::Value, check: &impl Fn(&str)) {
    match value {
        serde_json::Value::String(text) => check(text),
        serde_json::Value::Array(items) => items.iter().for_each(|item| every_text(item, check)),
        serde_json::Value::Object(fields) => fields.values().for_each(|field| every_text(field, check)),
        _ => {}
    }
}

#[test]
fn no_cell_is_a_formula() {
    let out = rendered(Format::Csv, &fixture::hostile());
    let mut table = csv::Reader::from_reader(out.as_bytes());
    let mut seen = 0;
    for row in table.records() {
        for cell in &row.expect("a row") {
            assert!(!cell.trim_start().starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell:?}");
            seen += usize::from(cell.starts_with("'="));
        }
    }
    assert!(seen > 10, "only {seen} hostile cells");
}

#[test]
fn no_name_starts_a_workflow_command() {
    let mut report = fixture::hostile();
    fixture::edit(&mut report, |findings| {
        findings[0].subject.source = Some("x\n::error::y\r\n##[error]z %0A::stop-commands::t".to_owned());
    });
    let log = rendered(Format::Github, &report);
    for line in log.lines() {
        let known = ["::error file=", "::warning file=", "::notice title="];
        assert!(known.iter().any(|start| line.starts_with(start)), "{line}");
        assert!(!line.contains("##["), "{line}");
    }
    assert!(log.contains("%250A") && !log.contains("%0A"));
}

#[test]
fn a_sarif_message_holds_no_link() {
    let sarif = json(&rendered(Format::Sarif, &fixture::hostile()));
    for result in list(&sarif["runs"][0]["results"]) {
        let message = text(&result["message"]["text"]);
        assert!(!message.replace("\\[", "").contains('['), "{message}");
    }
}
