//! The received records, on disk instead of in memory: one a line, verbatim.
//!
//! The file has no name, is readable by nobody else, and is gone when the run ends.

use std::fs::File;
use std::io::{self, BufRead, BufWriter, Read as _, Seek as _, Write as _};

use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use crate::model::text::hex;

/// The records of one source, to be read as often as need be.
#[derive(Debug)]
pub struct Spool {
    file: File,
    records: u64,
}

/// Where records are put while they arrive.
#[derive(Debug)]
pub(super) struct SpoolWriter {
    out: BufWriter<File>,
    hash: Sha256,
    records: u64,
}

impl SpoolWriter {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self { out: BufWriter::with_capacity(1 << 18, tempfile::tempfile()?), hash: Sha256::new(), records: 0 })
    }

    /// Adds a record. Line breaks between its tokens, where JSON gives them no meaning, become spaces, so that
    /// a record is a line.
    pub(super) fn push(&mut self, record: &RawValue) -> io::Result<()> {
        let json = record.get();
        if json.contains(['\n', '\r']) {
            self.write(json.replace(['\n', '\r'], " ").as_bytes())?;
        } else {
            self.write(json.as_bytes())?;
        }
        self.records += 1;
        self.write(b"\n")
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.update(bytes);
        self.out.write_all(bytes)
    }

    /// The records, and the SHA-256 over their lines.
    pub(super) fn finish(self) -> io::Result<(Spool, String)> {
        let file = self.out.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok((Spool { file, records: self.records }, hex(&self.hash.finalize())))
    }
}

impl Spool {
    /// Takes over records that were kept elsewhere, one a line. Returns them with the SHA-256 over their lines.
    pub(crate) fn copy_of(mut lines: impl BufRead) -> io::Result<(Self, String)> {
        let mut writer = SpoolWriter::new()?;
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line)? > 0 {
            writer.write(&line)?;
            writer.records += 1;
            line.clear();
        }
        writer.finish()
    }

    /// How many records there are.
    pub const fn len(&self) -> u64 {
        self.records
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.records == 0
    }

    /// All records in the order received, in pieces that threads can share.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn chunks(&mut self) -> io::Result<Chunks<'_>> {
        self.file.rewind()?;
        Ok(Chunks { file: &self.file, carried: Vec::new(), position: 0, left: self.records })
    }

    /// Reads all records in the order received, each with its position. A record that is no longer JSON means
    /// that the disk lost it, and is an error.
    pub fn for_each<E: From<io::Error>>(
        &mut self,
        mut visit: impl FnMut(u64, &RawValue) -> Result<(), E>,
    ) -> Result<(), E> {
        for chunk in self.chunks()? {
            for (position, line) in chunk?.lines() {
                visit(position, record(line)?)?;
            }
        }
        Ok(())
    }
}

/// A line as the record that it is.
///
/// # Errors
/// It is no longer JSON: the disk lost it.
pub fn record(line: &str) -> io::Result<&RawValue> {
    Ok(serde_json::from_str(line)?)
}

/// Some records, one after the other.
#[derive(Debug)]
pub struct Chunk {
    first: u64,
    text: String,
}

impl Chunk {
    /// The position of its first record.
    pub const fn first(&self) -> u64 {
        self.first
    }

    /// The lines, each with the position of its record.
    pub fn lines(&self) -> impl Iterator<Item = (u64, &str)> {
        (self.first..).zip(self.text.lines())
    }
}

/// Reads a spool piece by piece.
#[derive(Debug)]
pub struct Chunks<'s> {
    file: &'s File,
    /// The beginning of a record whose end is still to come.
    carried: Vec<u8>,
    position: u64,
    left: u64,
}

impl Chunks<'_> {
    /// Big enough that sharing costs nothing, small enough to stay in the cache of a core.
    const BYTES: usize = 1 << 18;

    fn read(&mut self) -> io::Result<Chunk> {
        let mut bytes = std::mem::take(&mut self.carried);
        loop {
            let start = bytes.len();
            bytes.resize(start + Self::BYTES, 0);
            let read = self.file.read(bytes.get_mut(start..).unwrap_or_default())?;
            bytes.truncate(start + read);
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let new = bytes.get(start..).unwrap_or_default();
            if let Some(end) = new.iter().rposition(|byte| *byte == b'\n') {
                self.carried = bytes.split_off(start + end + 1);
                break;
            }
        }
        let text = String::from_utf8(bytes).map_err(io::Error::other)?;
        let first = self.position;
        let lines = text.bytes().filter(|byte| *byte == b'\n').count() as u64;
        self.position += lines;
        self.left = self.left.saturating_sub(lines);
        Ok(Chunk { first, text })
    }
}

impl Iterator for Chunks<'_> {
    type Item = io::Result<Chunk>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.left == 0 {
            return None;
        }
        let chunk = self.read();
        if chunk.is_err() {
            self.left = 0;
        }
        Some(chunk)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_back_as_lines_in_order() {
        let mut writer = SpoolWriter::new().expect("spool");
        for json in ["{\"a\":\n 1}", "{\"b\":\"x\\ny\"}"] {
            writer.push(&RawValue::from_string(json.to_owned()).expect("json")).expect("written");
        }
        let (mut spool, sha256) = writer.finish().expect("finished");
        let mut lines = Vec::new();
        for _ in 0..2 {
            lines.clear();
            spool
                .for_each(|position, record| {
                    lines.push((position, record.get().to_owned()));
                    Ok::<_, io::Error>(())
                })
                .expect("read");
        }
        assert_eq!(lines, [(0, "{\"a\":  1}".to_owned()), (1, "{\"b\":\"x\\ny\"}".to_owned())]);
        assert_eq!(sha256, hex(&Sha256::digest(b"{\"a\":  1}\n{\"b\":\"x\\ny\"}\n")));
    }
}
