//! The received records, on disk instead of in memory: one a line, verbatim.
//!
//! The file has no name, is readable by nobody else, and is gone when the run ends. Records are checked before they come
//! here, and each piece of the file has a checksum, so what is read back is what was checked.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, Write as _};
use std::slice;

use memchr::{memchr_iter, memchr2};
use sha2::{Digest, Sha256};

use crate::model::Json;
use crate::model::text::hex;

/// Big enough that sharing costs nothing, small enough to stay in the cache of a core.
const PIECE: usize = 1 << 18;

/// The records of one source, to be read as often as need be.
#[derive(Debug)]
pub struct Spool {
    file: File,
    pieces: Vec<Piece>,
    records: u64,
}

/// Some lines of the file.
#[derive(Debug)]
struct Piece {
    bytes: usize,
    crc32: u32,
    records: u64,
}

/// Where records are put while they arrive.
#[derive(Debug)]
pub(crate) struct SpoolWriter {
    file: File,
    pieces: Vec<Piece>,
    /// The piece that isn't full yet.
    piece: Vec<u8>,
    records_of_piece: u64,
    hash: Sha256,
}

impl SpoolWriter {
    pub(crate) fn new() -> io::Result<Self> {
        let (piece, hash) = (Vec::new(), Sha256::new());
        Ok(Self { file: tempfile::tempfile()?, pieces: Vec::new(), piece, records_of_piece: 0, hash })
    }

    /// Adds a record. Line breaks between its tokens, where JSON gives them no meaning, become spaces, so that
    /// a record is a line.
    pub(super) fn push(&mut self, record: Json<'_>) -> io::Result<()> {
        let json = record.get();
        if memchr2(b'\n', b'\r', json.as_bytes()).is_some() {
            self.piece.extend(json.replace(['\n', '\r'], " ").as_bytes());
        } else {
            self.piece.extend(json.as_bytes());
        }
        self.piece.push(b'\n');
        self.records_of_piece += 1;
        if self.piece.len() < PIECE { Ok(()) } else { self.write() }
    }

    /// Adds records that have been checked, one a line.
    pub(crate) fn push_lines(&mut self, lines: &[u8]) -> io::Result<()> {
        self.piece.extend(lines);
        self.records_of_piece += memchr_iter(b'\n', lines).count() as u64;
        if self.piece.len() < PIECE { Ok(()) } else { self.write() }
    }

    fn write(&mut self) -> io::Result<()> {
        self.hash.update(&self.piece);
        self.file.write_all(&self.piece)?;
        let (bytes, crc32) = (self.piece.len(), crc32fast::hash(&self.piece));
        self.pieces.push(Piece { bytes, crc32, records: std::mem::take(&mut self.records_of_piece) });
        self.piece.clear();
        Ok(())
    }

    /// The records, and the SHA-256 over their lines.
    pub(crate) fn finish(mut self) -> io::Result<(Spool, String)> {
        if !self.piece.is_empty() {
            self.write()?;
        }
        let records = self.pieces.iter().map(|piece| piece.records).sum();
        Ok((Spool { file: self.file, pieces: self.pieces, records }, hex(&self.hash.finalize())))
    }
}

impl Spool {
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
        Ok(Chunks { file: &self.file, pieces: self.pieces.iter(), position: 0 })
    }

    /// Reads all records in the order received, each with its position. That the disk has changed one is an error.
    pub fn for_each<E: From<io::Error>>(
        &mut self,
        mut visit: impl FnMut(u64, Json<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        for chunk in self.chunks()? {
            for (position, line) in chunk?.lines() {
                visit(position, record(line)?)?;
            }
        }
        Ok(())
    }
}

/// A line of a spool as the record that it is.
///
/// # Errors
/// It is none.
pub fn record(line: &str) -> io::Result<Json<'_>> {
    if line.starts_with('{') && line.ends_with('}') { Ok(Json::kept(line)) } else { Err(changed()) }
}

fn changed() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the disk gives back other records than were kept")
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

    /// All lines, each with a line break.
    pub(crate) const fn text(&self) -> &str {
        self.text.as_str()
    }
}

/// Reads a spool piece by piece.
#[derive(Debug)]
pub struct Chunks<'s> {
    file: &'s File,
    pieces: slice::Iter<'s, Piece>,
    position: u64,
}

impl Chunks<'_> {
    fn read(&mut self, piece: &Piece) -> io::Result<Chunk> {
        let mut bytes = vec![0; piece.bytes];
        self.file.read_exact(&mut bytes)?;
        if crc32fast::hash(&bytes) != piece.crc32 {
            return Err(changed());
        }
        let first = self.position;
        self.position += piece.records;
        Ok(Chunk { first, text: String::from_utf8(bytes).map_err(|_| changed())? })
    }
}

impl Iterator for Chunks<'_> {
    type Item = io::Result<Chunk>;

    fn next(&mut self) -> Option<Self::Item> {
        let piece = self.pieces.next()?;
        let chunk = self.read(piece);
        if chunk.is_err() {
            self.pieces = slice::Iter::default();
        }
        Some(chunk)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(spool: &mut Spool) -> io::Result<Vec<(u64, String)>> {
        let mut lines = Vec::new();
        spool.for_each(|position, record| {
            lines.push((position, record.get().to_owned()));
            Ok::<_, io::Error>(())
        })?;
        Ok(lines)
    }

    #[test]
    fn records_come_back_as_lines_in_order() {
        let mut writer = SpoolWriter::new().expect("spool");
        for json in ["{\"a\":\n 1}", "{\"b\":\"x\\ny\"}"] {
            writer.push(Json::kept(json)).expect("written");
        }
        let (mut spool, sha256) = writer.finish().expect("finished");
        for _ in 0..2 {
            let expected = [(0, "{\"a\":  1}".to_owned()), (1, "{\"b\":\"x\\ny\"}".to_owned())];
            assert_eq!(lines(&mut spool).expect("read"), expected);
        }
        assert_eq!(sha256, hex(&Sha256::digest(b"{\"a\":  1}\n{\"b\":\"x\\ny\"}\n")));
    }

    #[test]
    fn a_disk_that_changes_or_loses_something_is_noticed() {
        let mut writer = SpoolWriter::new().expect("spool");
        for number in 0..20_000 {
            writer.push(Json::kept(&format!("{{\"number\":{number}}}"))).expect("written");
        }
        let (mut spool, _) = writer.finish().expect("finished");
        assert!(spool.pieces.len() > 1);
        assert_eq!(lines(&mut spool).expect("read").last(), Some(&(19_999, "{\"number\":19999}".to_owned())));
        spool.file.seek(io::SeekFrom::Start(300_000)).expect("sought");
        spool.file.write_all(b"7").expect("written");
        let error = lines(&mut spool).expect_err("changed").to_string();
        assert!(error.contains("other records than were kept"), "{error}");
        spool.file.set_len(299_000).expect("cut off");
        lines(&mut spool).expect_err("cut off");
    }
}
