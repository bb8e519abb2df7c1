//! Finds the line of headings, and with it the delimiter. What exporters write above it is skipped: titles, `sep=;`,
//! `#TYPE …`, the version of a bulk file.

use super::cell::{clean, is_rule};
use super::rows::{Misquoted, Quotes, Row, Rows};

/// What separates cells, in the order in which ties are decided.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// How many rows may stand above the headings: titles, filters, the date of the report.
pub(crate) const SEARCHED: usize = 40;

/// The line of headings of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Header {
    /// What separates cells.
    pub(crate) delimiter: u8,
    /// 1-based.
    pub(crate) line: u64,
    /// The headings as a person reads them, up to the last that isn't blank.
    pub(crate) headings: Vec<String>,
    /// Where the rows begin, in bytes.
    pub(crate) end: usize,
    /// Those of the line and what is above it.
    pub(crate) quotes: Quotes,
}

/// What headings can be for.
pub(crate) trait Purposes {
    /// What a heading is for, as a number; `None` for a stranger.
    fn of(&self, heading: &str) -> Option<usize>;

    /// The purpose that alone makes a row the line of headings. Any other could be a word in a title.
    fn essential(&self) -> usize;
}

/// Looks for the row that holds the most headings that are known, with each delimiter.
pub(super) fn find(text: &str, only: Option<u8>, purposes: &dyn Purposes) -> Option<Header> {
    let only = only.or_else(|| said(text));
    let usual = DELIMITERS.into_iter().filter(|delimiter| only.is_none_or(|only| only == *delimiter));
    let mut best: Option<(usize, Header)> = None;
    for delimiter in usual.chain(only.filter(|only| !DELIMITERS.contains(only))) {
        let (mut rows, mut row) = (Rows::new(text, 0, delimiter), Row::default());
        // A quote that is never closed is reported when the rows are read for good.
        for _ in 0..SEARCHED {
            let Ok(true) = rows.next(&mut row) else { break };
            if row.swallowed(delimiter).is_some() {
                break;
            }
            let score = score(&row, purposes);
            if score > best.as_ref().map_or(0, |(score, _)| *score) {
                best = Some((score, header(&row, &rows, delimiter)));
            }
        }
    }
    best.map(|(_, header)| header)
}

/// The first row that can be the line of headings, for a text in which no heading is known.
///
/// # Errors
/// Its quotes mean nothing certain.
pub(super) fn first(text: &str, only: Option<u8>) -> Result<Option<Header>, Misquoted> {
    let only = only.or_else(|| said(text));
    let mut best: Option<Header> = None;
    for delimiter in DELIMITERS.into_iter().filter(|delimiter| only.is_none_or(|only| only == *delimiter)) {
        let (mut rows, mut row) = (Rows::new(text, 0, delimiter), Row::default());
        while rows.next(&mut row)? {
            if let Some(misquoted) = row.swallowed(delimiter) {
                return Err(misquoted);
            }
            let is_above =
                row.get(0).is_some_and(|cell| cell.starts_with("#TYPE")) || (row.line == 1 && said(text).is_some());
            if !is_above {
                let found = header(&row, &rows, delimiter);
                if best.as_ref().is_none_or(|best| best.headings.len() < found.headings.len()) {
                    best = Some(found);
                }
                break;
            }
        }
    }
    Ok(best)
}

/// The delimiter that `sep=;` in the first line names, as Excel wants it.
fn said(text: &str) -> Option<u8> {
    let line = text.lines().next()?.trim_matches(|c: char| c == '"' || c == ' ');
    let (word, delimiter) = line.split_at_checked(4)?;
    if !word.eq_ignore_ascii_case("sep=") {
        return None;
    }
    match delimiter.as_bytes().first() {
        // Some editors trim a tab.
        None | Some(b'\t') => Some(b'\t'),
        Some(delimiter) => Some(*delimiter).filter(u8::is_ascii_punctuation),
    }
}

/// How many purposes the row's cells could serve, if it can be a row of headings.
fn score(row: &Row<'_>, purposes: &dyn Purposes) -> usize {
    let mut found: Vec<usize> = Vec::new();
    for purpose in row.iter().filter_map(|cell| purposes.of(cell)) {
        if !found.contains(&purpose) {
            found.push(purpose);
        }
    }
    if found.len() >= 2 || found.contains(&purposes.essential()) { found.len() } else { 0 }
}

fn header(row: &Row<'_>, rows: &Rows<'_>, delimiter: u8) -> Header {
    let mut headings: Vec<String> = row.iter().map(|cell| clean(cell).into_owned()).collect();
    while headings.last().is_some_and(String::is_empty) {
        headings.pop();
    }
    Header { delimiter, line: row.line, headings, end: rows.end(), quotes: rows.quotes }
}

/// Whether a row is no data but drawn: `----+-----`, as psql and mysql print it.
pub(crate) fn is_drawn(row: &Row<'_>) -> bool {
    row.iter().any(|cell| !cell.is_empty()) && row.iter().all(is_rule)
}

#[cfg(test)]
mod tests {
    use super::super::cell::fold;
    use super::*;

    /// As a roster has them.
    struct Few;

    impl Purposes for Few {
        fn of(&self, heading: &str) -> Option<usize> {
            ["employeeid", "personalnummer", "name", "vorname", "nachname", "workemail"]
                .iter()
                .position(|known| *known == fold(heading))
        }

        fn essential(&self) -> usize {
            0
        }
    }

    fn found(text: &str) -> Header {
        find(text, None, &Few).expect("headings")
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
    fn what_stands_above_is_skipped() {
        for above in
            ["sep=;\nActive employees, all\n\nStatus: Active\n", "#TYPE Selected.User\r\n", "version:v1.0\n", "\n\n"]
        {
            let header = found(&format!("{above}Personalnummer;Vorname;Nachname;;\n1;A;B;;\n"));
            assert_eq!((header.line, header.delimiter), (above.lines().count() as u64 + 1, b';'));
            assert_eq!(header.headings, ["Personalnummer", "Vorname", "Nachname"]);
        }
    }

    #[test]
    fn a_delimiter_that_is_said_is_believed() {
        for (text, delimiter) in [
            ("sep=^\nEmployee ID^Name\n", b'^'),
            ("\"sep=;\"\nEmployee ID;Name\n", b';'),
            ("SEP=\t\r\nEmployee ID\tName\n", b'\t'),
        ] {
            assert_eq!(found(text).delimiter, delimiter, "{text:?}");
        }
        let first = |text| first(text, None).expect("quotes").expect("a line");
        assert_eq!(first("sep=;\na;b,c\n").headings, ["a", "b,c"]);
        assert_eq!(first("#TYPE x\na|b\n").delimiter, b'|');
    }
}
