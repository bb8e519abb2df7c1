//! What holds for any bytes.

use std::sync::LazyLock;

use headcount::key::Normaliser;
use headcount::model::Employee;
use proptest::prelude::*;

use crate::support::roster::*;

/// Text that is nearly a roster: what breaks readers is what is almost right.
fn nearly() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just("Employee ID"),
        Just("Email"),
        Just("Status"),
        Just("End Date"),
        Just("Manager"),
        Just(","),
        Just(";"),
        Just("\""),
        Just("\"\""),
        Just("\n"),
        Just("\r"),
        Just("\r\n"),
        Just("1001"),
        Just("Total"),
        Just("31/12/2026"),
        Just("3/4/26"),
        Just("45000"),
        Just("4 mars 2026"),
        Just("9999-12-31"),
        Just("a@x.example"),
        Just("\u{a0}"),
        Just("\u{feff}"),
        Just("é"),
        Just("Active"),
        Just("=\"1\""),
        Just("1.2E+9"),
        Just("\u{1f}"),
        Just("𝒳"),
    ];
    prop::collection::vec(piece, 0..60)
        .prop_map(|pieces| ["Employee ID,Email,Start Date,End Date,Status\n", &pieces.concat()].concat().into_bytes())
}

/// Every configuration of how to read.
fn configurations() -> Vec<headcount::config::RosterConfig> {
    [
        "",
        "\ndates = \"day-first\"",
        "\nencoding = \"utf-16le\"",
        "\nencoding = \"iso-8859-15\"\ndelimiter = \";\"",
        "\nsheet = \"x\"",
    ]
    .iter()
    .map(|more| configured(&format!("file = \"hr.csv\"\ntimezone = \"Pacific/Apia\"{more}")))
    .collect()
}

fn holds(bytes: &[u8]) {
    for config in configurations() {
        match headcount::roster::parse(&config, &Normaliser::default(), &[bytes]) {
            Ok(roster) => {
                assert_eq!(roster.check(), Ok(()));
                assert!(roster.employees.iter().all(|employee| !employee.id().is_empty() && employee.line() > 0));
                let now = at("2026-06-01T00:00:00Z");
                headcount::roster::contradictions(&roster, now);
                headcount::roster::without_manager(&roster, now);
            }
            Err(refusal) => {
                assert!(!refusal.mistakes.is_empty());
                for mistake in refusal.mistakes {
                    assert!(mistake.help.is_some(), "{mistake}");
                    mistake.render(true);
                }
            }
        }
    }
}

#[test]
fn what_only_begins_as_json_is_refused_with_help() {
    for text in ["[[\u{1}", "{\"", "[{\"a\":1}", "{\"value\":[{\"a\":1}],\"nextLink\":\"x\"}"] {
        holds(text.as_bytes());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        holds(&bytes);
    }

    #[test]
    fn bytes_below_headings_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        holds(&[b"Employee ID,Email,Hire Date,End Date\n", bytes.as_slice()].concat());
    }

    #[test]
    fn what_is_nearly_a_roster_is_read_or_refused(bytes in nearly()) {
        holds(&bytes);
    }

    #[test]
    fn damaged_workbooks_are_read_or_refused(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>()) {
        static PEOPLE: LazyLock<Vec<u8>> = LazyLock::new(super::workbooks::people);
        let mut bytes = PEOPLE.clone();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        holds(&bytes);
        bytes.truncate(cut.index(bytes.len()));
        holds(&bytes);
    }

    /// Whatever a CSV writer quotes comes back, with any delimiter, and each person on their line.
    #[test]
    fn quoting_comes_back(
        cells in prop::collection::vec("[a-zA-Z0-9é;,|\t\"\n ]{0,12}", 1..20),
        delimiter in prop::sample::select(vec![b',', b';', b'\t', b'|']),
    ) {
        let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
        writer.write_record(["Employee ID", "Email", "Note"]).expect("memory");
        for (at, cell) in cells.iter().enumerate() {
            writer.write_record([&format!("E{at}"), "a@x.example", cell.as_str()]).expect("memory");
        }
        let roster = read(writer.into_inner().expect("memory"));
        let seen: Vec<String> = roster.employees.iter().map(|employee| employee.extra().get(0).unwrap_or_default().to_owned()).collect();
        let expected: Vec<String> = cells.iter().map(|cell| as_shown(cell)).collect();
        prop_assert_eq!(seen, expected);
        prop_assert_eq!(roster.delimiters, vec![Some(char::from(delimiter))]);
        let lines: Vec<u64> = roster.employees.iter().map(Employee::line).collect();
        let mut line = 2;
        let expected: Vec<u64> = cells.iter().map(|cell| { let at = line; line += 1 + cell.matches('\n').count() as u64; at }).collect();
        prop_assert_eq!(lines, expected);
    }
}

/// A cell without the spaces around it, and without quotes that wrap it as a whole.
fn as_shown(cell: &str) -> String {
    let cell = cell.trim();
    let inner = cell.strip_prefix('"').and_then(|cell| cell.strip_suffix('"'));
    inner.map_or_else(|| cell.to_owned(), |inner| inner.trim().replace("\"\"", "\""))
}
