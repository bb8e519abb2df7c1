//! The records of JSON: an object on each line, which is read piece by piece; or anything else, which is read as a whole.

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::ops::Range;
use std::sync::Arc;

use memchr::{memchr, memchr_iter, memrchr};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer as AnyDeserializer};
use serde_json::Deserializer;
use serde_json::value::RawValue;

use super::line::{Line, invalid};
use crate::model::Json;

/// A line that is longer is no account.
const LONGEST_LINE: usize = 16 * 1024 * 1024;

/// What is read at a time: enough for sharing it to cost nothing.
const PIECE: usize = 1 << 18;

/// NDJSON, read in pieces of whole lines.
pub(crate) struct NdjsonRows {
    file: File,
    /// Lines before the next piece.
    lines: u64,
    /// Bytes before it.
    at: u64,
    /// The beginning of a line whose end is still to come.
    carried: Vec<u8>,
}

/// Some lines of NDJSON.
pub(crate) struct Lines {
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

    pub(crate) fn next(&mut self) -> io::Result<Option<Lines>> {
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
    pub(crate) fn export(&self) -> io::Result<Option<File>> {
        self.file.metadata()?.is_file().then(|| self.file.try_clone()).transpose()
    }
}

impl Lines {
    /// Where in the file they begin, if these are their very bytes. A carriage return would not be left in a kept record.
    pub(crate) fn place_of(&self, lines: &[u8]) -> Option<u64> {
        (self.bytes == lines && memchr(b'\r', lines).is_none()).then_some(self.at)
    }

    /// How many bytes they have.
    pub(super) const fn length(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn for_each(&self, mut visit: impl FnMut(Line<'_>)) {
        let ends = memchr_iter(b'\n', &self.bytes).map(|end| end + 1).chain([self.bytes.len()]);
        // Read as one text, as long as each line is a record; else line by line, to tell which one is at fault.
        let mut values = std::str::from_utf8(&self.bytes).ok().map(|text| Deserializer::from_str(text).into_iter());
        let mut start = 0;
        for (number, end) in (self.first..).zip(ends) {
            let line = self.bytes.get(std::mem::replace(&mut start, end)..end).unwrap_or_default();
            if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let next = values.as_mut().and_then(|values| {
                let value: &RawValue = values.next()?.ok()?;
                // The value has to be all of this line.
                let behind = self.bytes.get(values.byte_offset()..end)?;
                behind.iter().all(u8::is_ascii_whitespace).then_some(value)
            });
            let record = match next {
                Some(record) => Ok(record),
                None => {
                    values = None;
                    serde_json::from_slice::<&RawValue>(line)
                }
            };
            visit(Line::new(number, record.map_err(|error| (Some(error.column()), plain(&error)))));
        }
    }
}

/// JSON that is read as a whole: an array, an object with one list, objects one after the other, or one object.
pub(crate) struct JsonRows {
    text: Arc<String>,
    records: std::vec::IntoIter<(u64, Range<usize>)>,
}

/// Some records of such a text, each with its line.
pub(crate) struct Elements {
    text: Arc<String>,
    records: Vec<(u64, Range<usize>)>,
}

impl JsonRows {
    /// The records of a text. A lone object that holds one list of objects is what is around the list, unless a key of its
    /// own is `essential` to a record.
    pub(super) fn of_text(text: String, essential: &dyn Fn(&str) -> bool) -> io::Result<Self> {
        let values = if text.trim_start().starts_with('[') {
            serde_json::from_str::<Vec<&RawValue>>(&text)
        } else {
            Deserializer::from_str(&text).into_iter::<&RawValue>().collect()
        };
        let mut values =
            values.map_err(|error| invalid(format!(":{}:{}: {}", error.line(), error.column(), plain(&error))))?;
        if let [lone] = values.as_slice()
            && let Some(list) = enclosed(lone, essential)?
        {
            values = list;
        }
        let (mut line, mut counted) = (1, 0);
        let mut records = Vec::with_capacity(values.len());
        for value in values {
            let start = value.get().as_ptr().addr() - text.as_ptr().addr();
            let between = text.as_bytes().get(counted..start).unwrap_or_default();
            line += memchr_iter(b'\n', between).count() as u64;
            counted = start;
            records.push((line, start..start + value.get().len()));
        }
        Ok(Self { text: Arc::new(text), records: records.into_iter() })
    }

    /// Records that were made from something else, each with its line there.
    pub(super) fn of_records(made: Vec<(u64, String)>) -> Self {
        let mut text = String::new();
        let place = |(line, record): (u64, String)| {
            let start = text.len();
            text.push_str(&record);
            (line, start..text.len())
        };
        let records: Vec<_> = made.into_iter().map(place).collect();
        Self { text: Arc::new(text), records: records.into_iter() }
    }

    pub(crate) fn next(&mut self) -> Option<Elements> {
        let mut records = Vec::new();
        let mut length = 0;
        while length < PIECE
            && let Some((line, range)) = self.records.next()
        {
            length += range.len();
            records.push((line, range));
        }
        (!records.is_empty()).then(|| Elements { text: Arc::clone(&self.text), records })
    }
}

impl Elements {
    /// How many bytes they have, each with a line break.
    pub(super) fn length(&self) -> usize {
        self.records.iter().map(|(_, range)| range.len() + 1).sum()
    }

    pub(crate) fn for_each(&self, mut visit: impl FnMut(Line<'_>)) {
        for (number, range) in &self.records {
            // The text was checked as a whole.
            let record = Json::kept(self.text.get(range.clone()).unwrap_or_default());
            visit(Line::new(*number, Ok(record)));
        }
    }
}

/// The members of an object, in their order.
pub(super) struct Members<'j>(pub(super) Vec<(String, &'j RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: AnyDeserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

/// The list of records that an object is around, if it is.
fn enclosed<'j>(object: &'j RawValue, essential: &dyn Fn(&str) -> bool) -> io::Result<Option<Vec<&'j RawValue>>> {
    /// `{"data": {"users": […]}}`
    const DEEPEST: usize = 3;
    let mut object = object;
    for _ in 0..DEEPEST {
        let Ok(Members(members)) = serde_json::from_str::<Members<'_>>(object.get()) else { return Ok(None) };
        if members.iter().any(|(key, _)| essential(key)) {
            return Ok(None);
        }
        let is_list = |value: &RawValue| {
            let inside = value.get().strip_prefix('[').map(str::trim_start);
            inside.is_some_and(|inside| inside.starts_with(['{', ']']))
        };
        let mut lists = members.iter().filter(|(_, value)| is_list(value));
        match (lists.next(), lists.next()) {
            (Some((_, list)), None) => {
                if let Some((key, _)) = members.iter().find(|(key, value)| goes_on(key, value)) {
                    return Err(invalid(format!(
                        ": this is the first page of a list only (\"{key}\" names the next); export all pages"
                    )));
                }
                return Ok(serde_json::from_str(list.get()).ok());
            }
            (None, _) => {}
            _ => return Ok(None),
        }
        match members.as_slice() {
            [(_, inner)] if inner.get().starts_with('{') => object = inner,
            _ => return Ok(None),
        }
    }
    Ok(None)
}

/// Whether a member says that there are more pages.
fn goes_on(key: &str, value: &RawValue) -> bool {
    const KEYS: [&str; 6] =
        ["@odata.nextLink", "nextLink", "nextPageToken", "next_page_token", "next_cursor", "nextCursor"];
    KEYS.contains(&key) && !matches!(value.get(), "null" | "\"\"" | "false")
}

/// Whether a text begins as JSON does.
pub(super) fn is_json(text: &str) -> bool {
    let mut chars = text.chars().filter(|c| !c.is_whitespace());
    matches!(
        (chars.next(), chars.next()),
        (Some('{'), Some('"' | '}') | None) | (Some('['), Some('{' | ']' | '[' | '"') | None)
    )
}

/// Whether a text begins with an object on a line of its own, with another one below it.
pub(super) fn is_lines(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let is_object = |line: &str| line.starts_with('{') && serde_json::from_str::<&RawValue>(line).is_ok();
    lines.next().is_some_and(is_object) && lines.next().is_some_and(|line| line.trim_start().starts_with('{'))
}

/// What is wrong, without the place, which is told in the file's own terms.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(reason, _)| reason.to_owned())
}
