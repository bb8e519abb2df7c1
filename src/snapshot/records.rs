//! The records of a source on their way into a snapshot and out of it: plain, one a line, so that the SHA-256 of the file is the one
//! that reports tell.

use std::fs::File;
use std::io::{self, Read, Write};

use memchr::{memchr, memrchr};
use serde_json::Deserializer;
use serde_json::value::RawValue;

use crate::base::parallel::for_each_in_order;
use crate::fetch::{Chunk, Spool, SpoolWriter};

/// So much is read at a time, and checked by one core.
const PIECE: usize = 1 << 18;

/// A record that is longer than this is none.
const LONGEST: usize = 1 << 24;

/// Writes all records of a spool as they are. The next ones are read while some are written.
pub(super) fn write(spool: &mut Spool, out: &mut dyn Write) -> io::Result<()> {
    let ready = |chunk: Chunk| {
        chunk.text();
        Ok(chunk)
    };
    for_each_in_order(spool.chunks(), ready, |chunk| out.write_all(chunk.text().as_bytes()))
}

/// Reads records, one a line. If these are a file, they stay where they are.
///
/// # Errors
/// Of the kind `InvalidData`, if they aren't what [`write`] could have written.
pub(super) fn read(lines: impl Read + Send, file: Option<File>) -> io::Result<Spool> {
    let (mut spool, mut at) = (SpoolWriter::new(), 0);
    if let Some(file) = file {
        spool.add_export(file);
    }
    for_each_in_order(Lines { lines, carried: Vec::new() }, checked, |lines| {
        spool.refer(at, &lines)?;
        at += lines.len() as u64;
        Ok(())
    })?;
    spool.finish()
}

/// The lines, each of them a JSON object.
fn checked(lines: Vec<u8>) -> io::Result<Vec<u8>> {
    let no_json = || damaged("a record is no JSON");
    if lines.last().is_some_and(|last| *last != b'\n') {
        return Err(damaged("a record is cut off"));
    }
    let mut records = Deserializer::from_str(std::str::from_utf8(&lines).map_err(|_| no_json())?).into_iter();
    let mut start = 0;
    while start < lines.len() {
        let _: &RawValue = records.next().ok_or_else(no_json)?.map_err(|_| no_json())?;
        let end = records.byte_offset();
        let line = lines.get(start..end).unwrap_or_default();
        if !line.starts_with(b"{") || memchr(b'\n', line).is_some() || lines.get(end) != Some(&b'\n') {
            return Err(damaged("a line is not one JSON object"));
        }
        start = end + 1;
    }
    Ok(lines)
}

/// Some whole lines at a time.
struct Lines<R> {
    lines: R,
    carried: Vec<u8>,
}

impl<R: Read> Lines<R> {
    fn some(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut lines = Vec::with_capacity(PIECE + self.carried.len());
        lines.append(&mut self.carried);
        loop {
            let read = self.lines.by_ref().take(PIECE as u64).read_to_end(&mut lines)?;
            if let Some(end) = memrchr(b'\n', &lines) {
                self.carried = lines.split_off(end + 1);
                return Ok(Some(lines));
            }
            if read == 0 {
                return Ok((!lines.is_empty()).then_some(lines));
            }
            if lines.len() > LONGEST {
                return Err(damaged("a record is longer than any account"));
            }
        }
    }
}

impl<R: Read> Iterator for Lines<R> {
    type Item = io::Result<Vec<u8>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.some().transpose()
    }
}

fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256};

    use super::*;
    use crate::base::text::hex;

    const RECORDS: usize = 60_000;

    fn content() -> Vec<u8> {
        (0..RECORDS)
            .flat_map(|number| format!("{{\"id\":{number},\"name\":\"Ada Person {number}\"}}\n").into_bytes())
            .collect()
    }

    #[test]
    fn records_come_back_as_they_were() {
        for content in [content(), Vec::new()] {
            let sha256 = hex(&Sha256::digest(&content));
            let mut spool = read(content.as_slice(), None).expect("read");
            assert_eq!(spool.sha256(), sha256);
            let mut plain = Vec::new();
            write(&mut spool, &mut plain).expect("written");
            assert!(plain == content, "{sha256}");
        }
    }

    #[test]
    fn what_is_no_record_is_refused() {
        for (lines, expected) in [
            ("{\"id\":1", "a record is cut off"),
            ("{\"id\":}\n", "a record is no JSON"),
            ("[{\"id\":1}]\n", "a line is not one JSON object"),
            (" {\"id\":1}\n", "a line is not one JSON object"),
            ("{\"id\":1} \n", "a line is not one JSON object"),
            ("{\"id\":1}{\"id\":2}\n", "a line is not one JSON object"),
            ("{\"id\":\n1}\n", "a line is not one JSON object"),
            ("{\"id\":1}\n\n", "a record is no JSON"),
        ] {
            let found = read(lines.as_bytes(), None).map_err(|error| error.to_string()).map(|spool| spool.len());
            assert_eq!(found, Err(expected.to_owned()));
        }
        let long = io::repeat(b'x').take(2 * LONGEST as u64);
        let found = read(long, None).map_err(|error| error.to_string()).map(|spool| spool.len());
        assert_eq!(found, Err("a record is longer than any account".to_owned()));
    }
}
