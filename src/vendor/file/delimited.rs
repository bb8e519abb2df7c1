//! The rows of a CSV file, each as a JSON object of heading and text.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::sync::Arc;

use csv::ByteRecord;
use encoding_rs::{Encoding, UTF_8};

use super::config::FileConfig;
use super::decoder::MappedDecoder;
use super::headings::{ID, SLOTS, slot_name};
use super::line::{Line, invalid};
use super::quotes::{Watched, may_hold_rows};
use crate::base::diagnostic::did_you_mean;
use crate::model::Json;

/// What is said of a row whose quotes mean nothing certain.
const MISQUOTED: &str = "text stands behind a closing quote; quotes inside of a quoted cell have to be doubled";

/// An open CSV file behind its headings.
pub(super) struct CsvRows {
    reader: csv::Reader<Watched<Box<dyn Read + Send>>>,
    delimiter: u8,
    /// Each heading as the start of a JSON member: `"Mail":`.
    members: Arc<[String]>,
    /// The line in which the last row begins.
    last: u64,
    /// How many cells there were.
    cells: u64,
    /// The first row that may have swallowed others.
    suspect: Option<u64>,
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
    rows: Vec<Row>,
}

/// One row.
struct Row {
    line: u64,
    cells: ByteRecord,
    /// Text stands behind a closing quote, so nobody knows what the quotes mean.
    misquoted: bool,
}

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
            .from_reader(Watched::new(as_utf8(file, config.encoding)?, config.delimiter));
        let mut row = ByteRecord::new();
        if !reader.read_byte_record(&mut row).map_err(unreadable)? {
            return Err(invalid(": the file is empty; its first line has to hold the headings".to_owned()));
        }
        let end = reader.position().byte();
        if reader.get_mut().has_misplaced_before(end) {
            return Err(invalid(format!(":1: {MISQUOTED}")));
        }
        let headings = headings(&row)?;
        let notes = check(&headings, decoder)?;
        let members =
            headings.iter().map(|heading| format!("{}:", serde_json::Value::from(heading.as_str()))).collect();
        let mut rows = Self {
            reader,
            delimiter: config.delimiter,
            members,
            last: 1,
            cells: 0,
            suspect: None,
            length: row.as_slice().len(),
            ended: false,
            error: None,
            notes,
        };
        rows.look_at(&row);
        Ok(rows)
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
    fn row(&mut self) -> io::Result<Option<Row>> {
        // A row that has to grow from nothing is read as often as it grows.
        let mut cells = ByteRecord::with_capacity(self.length + Self::SLACK, self.members.len());
        if !self.reader.read_byte_record(&mut cells).map_err(unreadable)? {
            self.ended = true;
            return self.check_quotes().map(|()| None);
        }
        self.last = self.reader.get_ref().line(&cells);
        self.length = cells.as_slice().len();
        self.look_at(&cells);
        if cells.iter().all(<[u8]>::is_empty) {
            return Ok(None);
        }
        let end = self.reader.position().byte();
        let misquoted = self.reader.get_mut().has_misplaced_before(end);
        Ok(Some(Row { line: self.last, cells, misquoted }))
    }

    fn look_at(&mut self, cells: &ByteRecord) {
        self.cells += cells.len() as u64;
        if self.suspect.is_none() && may_hold_rows(cells, self.members.len(), self.delimiter) {
            self.suspect = Some(self.last);
        }
    }

    /// At the end, a quote that never closes has made one cell of everything behind it, without an error. And where not
    /// all cells are quoted, a cell that reads as several rows may be that.
    fn check_quotes(&self) -> io::Result<()> {
        let input = self.reader.get_ref();
        if input.is_open() {
            return Err(invalid(format!(":{}: a quote opens in this row and never closes", self.last)));
        }
        match self.suspect.filter(|_| input.quoted() < self.cells) {
            None => Ok(()),
            Some(line) => Err(invalid(format!(
                ":{line}: a quote opens in this row and closes lines later, behind what reads as further rows; export the \
                 file with all cells in quotes, or without line breaks in cells"
            ))),
        }
    }
}

impl Cells {
    pub(super) fn for_each(&self, mut visit: impl FnMut(Line<'_>)) {
        let mut json = String::new();
        for row in &self.rows {
            visit(Line::new(row.line, self.write_json(row, &mut json).map(|()| Json::kept(&json))));
        }
    }

    fn write_json(&self, row: &Row, json: &mut String) -> Result<(), (Option<usize>, String)> {
        if row.misquoted {
            return Err((None, MISQUOTED.to_owned()));
        }
        let (row, expected) = (&row.cells, self.members.len());
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

/// UTF-8 is read as it stands on disk; anything else is turned into it first. A byte order mark knows better than
/// the configuration.
fn as_utf8(mut file: File, encoding: &'static Encoding) -> io::Result<Box<dyn Read + Send>> {
    let mut mark = [0; 3];
    let length = file.read(&mut mark)?;
    let (encoding, length) = Encoding::for_bom(mark.get(..length).unwrap_or_default()).unwrap_or((encoding, 0));
    file.seek(SeekFrom::Start(length as u64))?;
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
