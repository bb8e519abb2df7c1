//! The records of a JSON file: an object on each line, or one array.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::ops::Range;

use serde_json::value::RawValue;

use super::rows::{Line, invalid};

/// A line that is longer is no account.
const LONGEST_LINE: u64 = 16 * 1024 * 1024;

/// NDJSON, read line by line.
pub(super) struct NdjsonRows {
    input: BufReader<File>,
    number: u64,
    line: Vec<u8>,
}

impl NdjsonRows {
    pub(super) fn new(file: File) -> Self {
        Self { input: BufReader::with_capacity(1 << 18, file), number: 0, line: Vec::new() }
    }

    pub(super) fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        loop {
            self.line.clear();
            self.number += 1;
            let length = (&mut self.input).take(LONGEST_LINE + 1).read_until(b'\n', &mut self.line)?;
            if length == 0 {
                return Ok(None);
            }
            if length as u64 > LONGEST_LINE {
                return Err(invalid(format!(":{}: the line is longer than {LONGEST_LINE} bytes", self.number)));
            }
            if self.number == 1 && self.line.starts_with(b"\xef\xbb\xbf") {
                self.line.drain(..3);
            }
            if !self.line.iter().all(u8::is_ascii_whitespace) {
                break;
            }
        }
        Ok(Some(match serde_json::from_slice(&self.line) {
            Ok(record) => Line::new(self.number, None, Ok(record)),
            Err(error) => Line::new(self.number, Some(error.column()), Err(plain(&error))),
        }))
    }
}

/// A JSON array. It is read as a whole, since only its end tells that it is one.
pub(super) struct JsonRows {
    text: String,
    records: std::vec::IntoIter<Range<usize>>,
    /// Up to where lines are counted, and how many there are.
    counted: usize,
    line: u64,
}

impl JsonRows {
    pub(super) fn open(file: File) -> io::Result<Self> {
        let mut bytes = Vec::new();
        BufReader::new(file).read_to_end(&mut bytes)?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let before = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
            let line = String::from_utf8_lossy(before).matches('\n').count() + 1;
            invalid(format!(":{line}: not UTF-8, as JSON has to be"))
        })?;
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        if text.trim_start().starts_with('{') {
            let help = "take the list out of it, for example with jq '.users', or set format = \"ndjson\"";
            return Err(invalid(format!(":1: the file holds an object and no array; {help}")));
        }
        let records: Vec<&RawValue> = serde_json::from_str(&text)
            .map_err(|error| invalid(format!(":{}:{}: {}", error.line(), error.column(), plain(&error))))?;
        let range = |record: &&RawValue| {
            let start = record.get().as_ptr().addr() - text.as_ptr().addr();
            start..start + record.get().len()
        };
        let records = records.iter().map(range).collect::<Vec<_>>().into_iter();
        Ok(Self { text, records, counted: 0, line: 1 })
    }

    pub(super) fn next(&mut self) -> Option<Line<'_>> {
        let range = self.records.next()?;
        let between = self.text.get(self.counted..range.start).unwrap_or_default();
        self.line += between.matches('\n').count() as u64;
        self.counted = range.start;
        let record = self.text.get(range).unwrap_or_default();
        Some(Line::new(self.line, None, serde_json::from_str(record).map_err(|error| plain(&error))))
    }
}

/// What is wrong, without the place, which is told in the file's own terms.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(reason, _)| reason.to_owned())
}
