//! The records of a JSON file: an object on each line, or one array.

use std::fs::File;
use std::io::{self, BufReader, Read as _, Seek as _};
use std::ops::Range;
use std::sync::Arc;

use memchr::{memchr, memchr_iter, memrchr};
use serde_json::value::RawValue;

use super::line::{Line, invalid};
use crate::model::Json;

/// A line that is longer is no account.
const LONGEST_LINE: usize = 16 * 1024 * 1024;

/// What is read at a time: enough for sharing it to cost nothing.
const PIECE: usize = 1 << 18;

/// NDJSON, read in pieces of whole lines.
pub(super) struct NdjsonRows {
    file: File,
    /// Lines before the next piece.
    lines: u64,
    /// Bytes before it.
    at: u64,
    /// The beginning of a line whose end is still to come.
    carried: Vec<u8>,
}

/// Some lines of NDJSON.
pub(super) struct Lines {
    first: u64,
    /// The position of the first byte in the file.
    at: u64,
    bytes: Vec<u8>,
}

impl NdjsonRows {
    pub(super) fn new(mut file: File) -> Self {
        // Standard input may have been read by somebody else; a pipe has no position.
        let at = file.stream_position().unwrap_or_default();
        Self { file, lines: 0, at, carried: Vec::new() }
    }

    pub(super) fn next(&mut self) -> io::Result<Option<Lines>> {
        let mut bytes = std::mem::take(&mut self.carried);
        loop {
            let start = bytes.len();
            bytes.resize(start + PIECE, 0);
            let read = self.file.read(bytes.get_mut(start..).unwrap_or_default())?;
            bytes.truncate(start + read);
            if let Some(end) = memrchr(b'\n', bytes.get(start..).unwrap_or_default()) {
                self.carried = bytes.split_off(start + end + 1);
                break;
            }
            if read == 0 || bytes.len() > LONGEST_LINE {
                break;
            }
        }
        let first = self.lines + 1;
        if memchr(b'\n', &bytes).map_or(bytes.len(), |end| end + 1) > LONGEST_LINE {
            return Err(invalid(format!(":{first}: the line is longer than {LONGEST_LINE} bytes")));
        }
        if first == 1 && bytes.starts_with(b"\xef\xbb\xbf") {
            self.at += bytes.drain(..3).len() as u64;
        }
        let at = self.at;
        self.at += bytes.len() as u64;
        self.lines += memchr_iter(b'\n', &bytes).count() as u64;
        Ok((!bytes.is_empty()).then_some(Lines { first, at, bytes }))
    }

    /// The file, unless it is a pipe, which says everything once.
    pub(super) fn export(&self) -> io::Result<Option<File>> {
        self.file.metadata()?.is_file().then(|| self.file.try_clone()).transpose()
    }
}

impl Lines {
    /// Where in the file they begin, if these are their very bytes. A carriage return would not be left in a kept record.
    pub(super) fn place_of(&self, lines: &[u8]) -> Option<u64> {
        (self.bytes == lines && memchr(b'\r', lines).is_none()).then_some(self.at)
    }

    pub(super) fn for_each(&self, mut visit: impl FnMut(Line<'_>)) {
        let ends = memchr_iter(b'\n', &self.bytes).map(|end| end + 1).chain([self.bytes.len()]);
        let mut start = 0;
        for (number, end) in (self.first..).zip(ends) {
            let line = self.bytes.get(start..end).unwrap_or_default();
            start = end;
            if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let record = serde_json::from_slice::<&RawValue>(line);
            visit(Line::new(number, record.map_err(|error| (Some(error.column()), plain(&error)))));
        }
    }
}

/// A JSON array. It is read as a whole, since only its end tells that it is one.
pub(super) struct JsonRows {
    text: Arc<String>,
    records: std::vec::IntoIter<Range<usize>>,
    /// Up to where lines are counted, and how many there are.
    counted: usize,
    line: u64,
}

/// Some elements of a JSON array, each with its line.
pub(super) struct Elements {
    text: Arc<String>,
    records: Vec<(u64, Range<usize>)>,
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
        Ok(Self { text: Arc::new(text), records, counted: 0, line: 1 })
    }

    pub(super) fn next(&mut self) -> Option<Elements> {
        let mut records = Vec::new();
        let start = self.counted;
        while self.counted - start < PIECE
            && let Some(range) = self.records.next()
        {
            let between = self.text.get(self.counted..range.start).unwrap_or_default();
            self.line += memchr_iter(b'\n', between.as_bytes()).count() as u64;
            self.counted = range.start;
            records.push((self.line, range));
        }
        (!records.is_empty()).then(|| Elements { text: Arc::clone(&self.text), records })
    }
}

impl Elements {
    pub(super) fn for_each(&self, mut visit: impl FnMut(Line<'_>)) {
        for (number, range) in &self.records {
            // The array was checked as a whole.
            let record = Json::kept(self.text.get(range.clone()).unwrap_or_default());
            visit(Line::new(*number, Ok(record)));
        }
    }
}

/// What is wrong, without the place, which is told in the file's own terms.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(reason, _)| reason.to_owned())
}
