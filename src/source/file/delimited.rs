//! The rows of a CSV file, each as a JSON object of heading and text.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::sync::Arc;

use csv::ByteRecord;
use encoding_rs::{Encoding, UTF_8};

use super::decoder::MappedDecoder;
use super::headings::{ID, SLOTS, slot_name};
use super::rows::{Line, invalid};
use crate::config::FileConfig;
use crate::diagnostic::did_you_mean;
use crate::model::Json;

/// An open CSV file behind its headings.
pub(super) struct CsvRows {
    reader: csv::Reader<Box<dyn Input>>,
    delimiter: u8,
    /// Each heading as the start of a JSON member: `"Mail":`.
    members: Arc<[String]>,
    /// Where the last row begins: its byte and its line.
    last: (u64, u64),
    /// How long the cells of the last row are in all. The next one will be about as long.
    length: usize,
    /// The end, or the error that ends the file, comes behind the rows before it.
    ended: bool,
    error: Option<io::Error>,
    pub(super) notes: Vec<String>,
}

/// Some rows of a CSV file.
pub(super) struct Cells {
    members: Arc<[String]>,
    rows: Vec<ByteRecord>,
}

/// A file, or a text in memory.
trait Input: Read + Seek + Send {}
impl<T: Read + Seek + Send> Input for T {}

impl CsvRows {
    /// Rows that are shared out at a time.
    const ROWS: usize = 512;
    /// A row may be so much longer than the one before without having to grow.
    const SLACK: usize = 32;

    pub(super) fn open(file: File, config: &FileConfig, decoder: &MappedDecoder) -> io::Result<Self> {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(config.delimiter)
            .flexible(true)
            .has_headers(false)
            .buffer_capacity(1 << 18)
            .from_reader(as_utf8(file, config.encoding)?);
        let mut row = ByteRecord::new();
        if !reader.read_byte_record(&mut row).map_err(unreadable)? {
            return Err(invalid(": the file is empty; its first line has to hold the headings".to_owned()));
        }
        let headings = headings(&row)?;
        let notes = check(&headings, decoder)?;
        let members =
            headings.iter().map(|heading| format!("{}:", serde_json::Value::from(heading.as_str()))).collect();
        let (delimiter, last, length) = (config.delimiter, place(&row), row.as_slice().len());
        Ok(Self { reader, delimiter, members, last, length, ended: false, error: None, notes })
    }

    pub(super) fn next(&mut self) -> io::Result<Option<Cells>> {
        let mut rows = Vec::new();
        while !self.ended && rows.len() < Self::ROWS {
            match self.row() {
                Ok(row) => rows.extend(row),
                Err(error) => {
                    self.ended = true;
                    self.error = Some(error);
                }
            }
        }
        match self.error.take_if(|_| rows.is_empty()) {
            Some(error) => Err(error),
            None => Ok((!rows.is_empty()).then(|| Cells { members: Arc::clone(&self.members), rows })),
        }
    }

    /// The next row, unless it is one of those without content that spreadsheets leave behind.
    fn row(&mut self) -> io::Result<Option<ByteRecord>> {
        // A row that has to grow from nothing is read as often as it grows.
        let mut row = ByteRecord::with_capacity(self.length + Self::SLACK, self.members.len());
        if !self.reader.read_byte_record(&mut row).map_err(unreadable)? {
            self.ended = true;
            self.check_last_quote()?;
            return Ok(None);
        }
        self.last = place(&row);
        self.length = row.as_slice().len();
        Ok((!row.iter().all(<[u8]>::is_empty)).then_some(row))
    }

    /// A quote that never closes makes one cell of everything up to the end of the file, without an error.
    fn check_last_quote(&mut self) -> io::Result<()> {
        let (start, line) = self.last;
        let input = self.reader.get_mut();
        input.seek(SeekFrom::Start(start))?;
        let mut last = Vec::new();
        input.read_to_end(&mut last)?;
        if ends_in_quotes(&last, self.delimiter) {
            return Err(invalid(format!(":{line}: a quote opens in this row and never closes")));
        }
        Ok(())
    }
}

fn place(row: &ByteRecord) -> (u64, u64) {
    row.position().map_or((0, 1), |position| (position.byte(), position.line()))
}

impl Cells {
    pub(super) fn for_each(&self, mut visit: impl FnMut(Line<'_>)) {
        let mut json = String::new();
        for row in &self.rows {
            let (_, line) = place(row);
            visit(Line::new(line, self.write_json(row, &mut json).map(|()| Json::kept(&json))));
        }
    }

    fn write_json(&self, row: &ByteRecord, json: &mut String) -> Result<(), (Option<usize>, String)> {
        let expected = self.members.len();
        if row.len() < expected || row.iter().skip(expected).any(|cell| !cell.is_empty()) {
            return Err((None, format!("{} cells under {expected} headings", row.len())));
        }
        json.clear();
        json.push('{');
        for (at, (member, cell)) in self.members.iter().zip(row).enumerate() {
            let cell = std::str::from_utf8(cell)
                .map_err(|_| (Some(at + 1), "the cell is not UTF-8; set encoding".to_owned()))?;
            json.push_str(if at == 0 { "" } else { "," });
            json.push_str(member);
            push_json(json, cell);
        }
        json.push('}');
        Ok(())
    }
}

/// A JSON text: what needs no escape is copied at once.
fn push_json(json: &mut String, text: &str) {
    if text.bytes().any(|byte| byte < 0x20 || matches!(byte, b'"' | b'\\')) {
        json.push_str(&serde_json::Value::from(text).to_string());
    } else {
        json.push('"');
        json.push_str(text);
        json.push('"');
    }
}

fn ends_in_quotes(text: &[u8], delimiter: u8) -> bool {
    #[derive(PartialEq)]
    enum At {
        Start,
        Plain,
        Quoted,
        /// Behind a quote inside quotes: the end of the cell, or the first half of a doubled quote.
        Quote,
    }
    let mut at = At::Start;
    for byte in text {
        at = match (at, *byte) {
            (At::Quoted, b'"') => At::Quote,
            (At::Start | At::Quote, b'"') | (At::Quoted, _) => At::Quoted,
            (_, b'\n' | b'\r') => At::Start,
            (_, other) if other == delimiter => At::Start,
            _ => At::Plain,
        };
    }
    at == At::Quoted
}

/// UTF-8 is read as it stands on disk; anything else is turned into it first. A byte order mark knows better than
/// the configuration.
fn as_utf8(mut file: File, encoding: &'static Encoding) -> io::Result<Box<dyn Input>> {
    let mut mark = [0; 3];
    let length = file.read(&mut mark)?;
    file.rewind()?;
    let encoding = Encoding::for_bom(mark.get(..length).unwrap_or_default()).map_or(encoding, |(found, _)| found);
    if encoding == UTF_8 {
        return Ok(Box::new(file));
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let (text, _, damaged) = encoding.decode(&bytes);
    if damaged {
        let line = text.split(char::REPLACEMENT_CHARACTER).next().map_or(1, |before| before.matches('\n').count() + 1);
        return Err(invalid(format!(":{line}: not {}; set encoding to what the file is written in", encoding.name())));
    }
    Ok(Box::new(Cursor::new(text.into_owned().into_bytes())))
}

fn headings(row: &ByteRecord) -> io::Result<Vec<String>> {
    let name = |(at, cell)| match std::str::from_utf8(cell).map(str::trim) {
        Ok("") => Ok(format!("column {}", at + 1)),
        Ok(heading) => Ok(heading.to_owned()),
        Err(_) => Err(invalid(format!(":1: heading {} is not UTF-8; set encoding", at + 1))),
    };
    (0..).zip(row).map(name).collect()
}

/// Every configured heading is there, and none that matters stands twice. Returns what stays unused because it
/// could be read in two ways. No heading is shown that the configuration doesn't name or nearly name: a file
/// without headings has a person in its first line.
fn check(headings: &[String], decoder: &MappedDecoder) -> io::Result<Vec<String>> {
    let mut columns: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for (at, heading) in headings.iter().enumerate() {
        for target in decoder.find(heading).iter().filter(|target| target.path.is_empty()) {
            if headings.iter().take(at).any(|earlier| earlier == heading) {
                return Err(invalid(format!(":1: two columns are headed \"{heading}\"; rename one of them")));
            }
            columns.entry(target.slot).or_default().push(heading);
        }
    }
    for (slot, heading) in (0..SLOTS).filter_map(|slot| Some((slot, decoder.configured(slot)?))) {
        if !columns.contains_key(&slot) {
            let meant = did_you_mean(heading, headings.iter().map(String::as_str));
            let help = meant.map_or_else(
                || "check [source.columns] and delimiter".to_owned(),
                |meant| format!("did you mean \"{meant}\"?"),
            );
            return Err(invalid(format!(":1: none of the {} headings is \"{heading}\"; {help}", headings.len())));
        }
    }
    let several = |(slot, names): (&usize, &Vec<&str>)| {
        let names = names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(" and ");
        format!("{names} could each be {}; name one of them in [source.columns]", slot_name(*slot))
    };
    match columns.get(&ID).map(Vec::len) {
        Some(1) => Ok(columns.iter().filter(|(_, names)| names.len() > 1).map(several).collect()),
        Some(_) => Err(invalid(format!(":1: {}", columns.iter().next().map(several).unwrap_or_default()))),
        None => {
            Err(invalid(":1: no heading is known to be that of the id; name it as id in [source.columns]".to_owned()))
        }
    }
}

fn unreadable(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => invalid(format!(": {other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unclosed_quote_is_seen() {
        for (text, expected) in [
            ("a,\"b\nc,d\n", true),
            ("a,\"b\"\n", false),
            ("a,\"b\"\"\n", true),
            ("a,\"b\"\"c\"\n", false),
            ("a,5\" disk\n", false),
            ("\"", true),
            ("", false),
        ] {
            assert_eq!(ends_in_quotes(text.as_bytes(), b','), expected, "{text}");
        }
    }
}
