//! Finds the line of headings, and with it the delimiter; titles above it are skipped.

use std::path::Path;

use csv::StringRecord;

use super::cell::{clean, fold};
use super::delimited::{DELIMITERS, DelimitedRows};
use super::headings::meanings;
use super::place;
use super::refusal::Refusal;
use crate::base::diagnostic::Diagnostic;
use crate::config::RosterConfig;
use crate::model::ColumnRole;

/// How many rows may stand above the headings: titles, filters, the date of the report.
const SEARCHED: usize = 40;

/// The line of headings of a file.
#[derive(Debug)]
pub(super) struct Header {
    /// What separates fields.
    pub(super) delimiter: u8,
    /// 1-based.
    pub(super) line: u64,
    /// The headings as a person reads them, up to the last that isn't blank.
    pub(super) headings: Vec<String>,
    /// Rows that are not blank, up to and with the headings.
    pub(super) rows: usize,
}

impl Header {
    /// A mistake in the line of headings.
    pub(super) fn error(&self, file: &Path, message: String) -> Diagnostic {
        let shown = self.headings.join(&char::from(self.delimiter).to_string());
        place::in_headings(file, self.line, &shown, 0..shown.len(), message)
    }
}

/// Looks for the row that holds the most headings that are known or configured, with each delimiter.
///
/// # Errors
/// There is no such row.
pub(super) fn find(file: &Path, text: &str, only: Option<u8>, config: &RosterConfig) -> Result<Header, Refusal> {
    let configured: Vec<(ColumnRole, String)> = config
        .columns
        .iter()
        .flat_map(|(role, headings)| headings.iter().map(|heading| (*role, fold(heading))))
        .collect();
    let candidates = DELIMITERS.iter().copied().filter(|delimiter| only.is_none_or(|only| only == *delimiter));
    let mut best: Option<(usize, Header)> = None;
    for delimiter in candidates.chain(only.filter(|only| !DELIMITERS.contains(only))) {
        let mut rows = DelimitedRows::new(file, text, delimiter);
        let mut row = StringRecord::new();
        // A quote that is never closed is reported when the rows are read for good.
        for count in 1..=SEARCHED {
            let Ok(Some(line)) = rows.next(&mut row) else { break };
            let score = score(&row, &configured);
            if score > best.as_ref().map_or(0, |(score, _)| *score) {
                best = Some((score, Header { delimiter, line, headings: headings(&row), rows: count }));
            }
        }
    }
    match best {
        Some((_, header)) => Ok(header),
        None => Err(no_headings(file, text)),
    }
}

/// How many purposes the row's cells could serve, if it can be a row of headings: one purpose alone may be a word in
/// a title, unless it is the identifier.
fn score(row: &StringRecord, configured: &[(ColumnRole, String)]) -> usize {
    let mut roles: Vec<ColumnRole> = Vec::new();
    for cell in row {
        let folded = fold(cell);
        let own = configured.iter().filter(|(_, heading)| *heading == folded).map(|(role, _)| *role);
        for role in own.chain(meanings(cell).iter().map(|(role, _)| *role)).take(1) {
            if !roles.contains(&role) {
                roles.push(role);
            }
        }
    }
    if roles.len() >= 2 || roles.contains(&ColumnRole::EmployeeId) { roles.len() } else { 0 }
}

fn headings(row: &StringRecord) -> Vec<String> {
    let mut headings: Vec<String> = row.iter().map(|cell| clean(cell).into_owned()).collect();
    while headings.last().is_some_and(String::is_empty) {
        headings.pop();
    }
    headings
}

fn no_headings(file: &Path, text: &str) -> Refusal {
    let start = text.len() - text.trim_start().len();
    let first = text.trim_start().lines().next().unwrap_or_default();
    let message = format!(
        "expected a line of headings such as \"Employee ID\" and \"Email\", found none in the first {SEARCHED} rows"
    );
    let help = if first.contains('@') || first.bytes().filter(u8::is_ascii_digit).count() > 3 {
        "the first line looks like data: export the roster with its headings"
    } else {
        "name a heading of the file in the configuration: [hr.columns] employee_id = \"…\""
    };
    Refusal::missing(ColumnRole::EmployeeId, place::in_text(file, text, start, message).help(help))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Header {
        find(Path::new("hr.csv"), text, None, &RosterConfig::of_files(Vec::new())).expect("headings")
    }

    #[test]
    fn every_delimiter_is_recognised() {
        for delimiter in [',', ';', '\t', '|'] {
            let text =
                "Employee ID;Name;Work Email\n1;\"Doe, Jane | x\";j@x.example\n".replace(';', &delimiter.to_string());
            assert_eq!(char::from(found(&text).delimiter), delimiter);
        }
        assert_eq!(found("Employee ID\n1\n").delimiter, b',');
    }

    #[test]
    fn titles_above_are_skipped() {
        let header =
            found("sep=;\nActive employees, all\n\nStatus: Active\nPersonalnummer;Vorname;Nachname;;\n1;A;B;;\n");
        assert_eq!((header.line, header.rows, header.delimiter), (5, 4, b';'));
        assert_eq!(header.headings, ["Personalnummer", "Vorname", "Nachname"]);
    }

    #[test]
    fn without_headings_the_advice_depends_on_the_first_line() {
        let refused = |text| {
            let refusal = find(Path::new("hr.csv"), text, None, &RosterConfig::of_files(Vec::new()));
            refusal.expect_err(text).mistakes.remove(0)
        };
        let data = refused("\n1001,Jane Doe,jane@x.example\n");
        assert!(data.to_string().starts_with("hr.csv:2:1: expected a line of headings"), "{data}");
        assert!(data.help.as_deref().is_some_and(|help| help.contains("looks like data")));
        assert!(!data.render(false).contains("Jane"));
        assert!(refused("foo,bar\n").help.is_some_and(|help| help.contains("employee_id = ")));
    }
}
