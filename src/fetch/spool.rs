//! The received records, on disk instead of in memory: one a line, verbatim.
//!
//! They are kept in a temporary store; lines of an export are read again where they are, and rows of cells made into records once
//! more. Records are checked before they come here, and each piece has a fingerprint that nobody can foresee, so what is read back
//! is what was checked, whoever can write the export.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::slice;
use std::sync::{Arc, OnceLock};

use memchr::{memchr_iter, memchr2};
use sha2::{Digest, Sha256};

use super::fingerprint::RunHasher;
use crate::base::temp_store::TempStore;
use crate::base::text::hex;
use crate::model::Json;
use crate::table::{Origin, Shape, Written};

/// Big enough that sharing costs nothing, small enough to stay in the cache of a core.
const PIECE: usize = 1 << 18;

/// The records of one source, to be read as often as need be.
#[derive(Debug)]
pub struct Spool {
    files: Files,
    pieces: Vec<Piece>,
    fingerprints: RunHasher,
    records: u64,
    sha256: String,
}

/// Where records are.
#[derive(Debug, Default)]
struct Files {
    /// What was received from elsewhere, or had to be changed.
    kept: TempStore,
    /// Exports that can be read again.
    exports: Vec<File>,
}

/// Some lines of a file.
#[derive(Debug)]
struct Piece {
    /// The position of its file among the exports; otherwise, it is among what was kept.
    export: Option<usize>,
    /// The position of its first byte.
    at: u64,
    bytes: usize,
    fingerprint: u128,
    records: u64,
    /// How they become records, if they are rows of cells.
    shape: Option<Arc<Shape>>,
}

/// Where records are put while they arrive.
#[derive(Debug)]
pub(crate) struct SpoolWriter {
    files: Files,
    pieces: Vec<Piece>,
    /// The piece that isn't full yet.
    piece: Vec<u8>,
    fingerprints: RunHasher,
    hash: Sha256,
}

impl SpoolWriter {
    pub(crate) fn new() -> Self {
        Self {
            files: Files::default(),
            pieces: Vec::new(),
            piece: Vec::new(),
            fingerprints: RunHasher::default(),
            hash: Sha256::new(),
        }
    }

    /// Adds a record. Line breaks between its tokens, where JSON gives them no meaning, become spaces, so that
    /// a record is a line.
    pub(crate) fn push(&mut self, record: Json<'_>) -> io::Result<()> {
        let json = record.get();
        if memchr2(b'\n', b'\r', json.as_bytes()).is_some() {
            self.piece.extend(json.replace(['\n', '\r'], " ").as_bytes());
        } else {
            self.piece.extend(json.as_bytes());
        }
        self.piece.push(b'\n');
        self.write_if_full()
    }

    /// Adds what became of a piece of the last export, which is read there again; or of something else.
    pub(crate) fn push_all(&mut self, written: &Written) -> io::Result<()> {
        let lines = written.lines.as_bytes();
        let (at, source, shape) = match &written.origin {
            Origin::Lines(at) => (*at, lines, None),
            Origin::Cells(piece, shape) if let Some((at, rows)) = piece.place() => (at, rows, Some(Arc::clone(shape))),
            Origin::Cells(..) | Origin::Json => return self.push_lines(lines),
        };
        self.refer_to((at, source), lines, written.rows.len() as u64, shape)
    }

    /// Adds records that have been checked, one a line.
    fn push_lines(&mut self, lines: &[u8]) -> io::Result<()> {
        self.piece.extend(lines);
        self.write_if_full()
    }

    /// Takes a file that can be read again.
    pub(crate) fn add_export(&mut self, file: File) {
        self.files.exports.push(file);
    }

    /// Adds records that have been checked and are in the last export from this byte on, one a line.
    pub(crate) fn refer(&mut self, at: u64, lines: &[u8]) -> io::Result<()> {
        self.refer_to((at, lines), lines, records_of(lines), None)
    }

    /// Adds records that came from bytes of the last export.
    fn refer_to(
        &mut self,
        (at, source): (u64, &[u8]),
        lines: &[u8],
        records: u64,
        shape: Option<Arc<Shape>>,
    ) -> io::Result<()> {
        let Some(export) = self.files.exports.len().checked_sub(1) else { return self.push_lines(lines) };
        self.write()?;
        self.hash.update(lines);
        let (fingerprint, bytes) = (self.fingerprints.of(source), source.len());
        self.pieces.push(Piece { export: Some(export), at, bytes, fingerprint, records, shape });
        Ok(())
    }

    fn write_if_full(&mut self) -> io::Result<()> {
        if self.piece.len() < PIECE { Ok(()) } else { self.write() }
    }

    fn write(&mut self) -> io::Result<()> {
        let mut piece = std::mem::take(&mut self.piece);
        if !piece.is_empty() {
            let at = self.files.kept.append(&piece)?;
            self.hash.update(&piece);
            let (fingerprint, bytes) = (self.fingerprints.of(&piece), piece.len());
            self.pieces.push(Piece { export: None, at, bytes, fingerprint, records: records_of(&piece), shape: None });
            piece.clear();
        }
        self.piece = piece;
        Ok(())
    }

    /// The records.
    pub(crate) fn finish(mut self) -> io::Result<Spool> {
        self.write()?;
        let records = self.pieces.iter().map(|piece| piece.records).sum();
        let Self { files, pieces, fingerprints, hash, .. } = self;
        Ok(Spool { files, pieces, fingerprints, records, sha256: hex(&hash.finalize()) })
    }
}

impl Spool {
    /// How many records there are.
    pub const fn len(&self) -> u64 {
        self.records
    }

    /// The SHA-256 over their lines, each with its line break; lower-case hexadecimal.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.records == 0
    }

    /// All records in the order received, in pieces that threads can share.
    pub fn chunks(&mut self) -> Chunks<'_> {
        Chunks { files: &mut self.files, pieces: self.pieces.iter(), fingerprints: self.fingerprints, position: 0 }
    }

    /// Reads all records in the order received, each with its position. That one has changed is an error.
    pub fn for_each<E: From<io::Error>>(
        &mut self,
        mut visit: impl FnMut(u64, Json<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        for chunk in self.chunks() {
            for (position, line) in chunk?.lines() {
                visit(position, record(line)?)?;
            }
        }
        Ok(())
    }
}

/// How many records these lines are.
fn records_of(lines: &[u8]) -> u64 {
    memchr_iter(b'\n', lines).count() as u64
}

/// A line of a spool as the record that it is.
///
/// # Errors
/// It is none.
pub fn record(line: &str) -> io::Result<Json<'_>> {
    if line.starts_with('{') && line.ends_with('}') { Ok(Json::kept(line)) } else { Err(changed(None)) }
}

fn changed(export: Option<usize>) -> io::Error {
    let reason = match export {
        None => "the disk gives back other records than were kept; set TMPDIR to another disk and repeat this",
        Some(_) => "the file was changed while it was read; repeat this when it is finished",
    };
    io::Error::new(io::ErrorKind::InvalidData, reason)
}

/// Some records, one after the other.
#[derive(Debug)]
pub struct Chunk {
    first: u64,
    text: String,
    /// What becomes of the text, if it is rows of cells; made by the thread that asks for it first.
    shape: Option<Arc<Shape>>,
    made: OnceLock<String>,
}

impl Chunk {
    /// The position of its first record.
    pub const fn first(&self) -> u64 {
        self.first
    }

    /// The lines, each with the position of its record.
    pub fn lines(&self) -> impl Iterator<Item = (u64, &str)> {
        (self.first..).zip(self.text().lines())
    }

    /// All lines, each with a line break.
    pub(crate) fn text(&self) -> &str {
        let made = |shape: &Arc<Shape>| self.made.get_or_init(|| shape.lines(&self.text)).as_str();
        self.shape.as_ref().map_or(self.text.as_str(), made)
    }
}

/// Reads a spool piece by piece.
#[derive(Debug)]
pub struct Chunks<'s> {
    files: &'s mut Files,
    pieces: slice::Iter<'s, Piece>,
    fingerprints: RunHasher,
    position: u64,
}

impl Chunks<'_> {
    fn read(&mut self, piece: &Piece) -> io::Result<Chunk> {
        let changed = || changed(piece.export);
        let mut bytes = vec![0; piece.bytes];
        let read = match piece.export {
            None => self.files.kept.read(piece.at, &mut bytes),
            Some(export) => {
                let file = self.files.exports.get_mut(export).ok_or_else(changed)?;
                file.seek(SeekFrom::Start(piece.at))?;
                file.read_exact(&mut bytes)
            }
        };
        read.map_err(|error| if error.kind() == io::ErrorKind::UnexpectedEof { changed() } else { error })?;
        if self.fingerprints.of(&bytes) != piece.fingerprint {
            return Err(changed());
        }
        let first = self.position;
        self.position += piece.records;
        let text = String::from_utf8(bytes).map_err(|_| changed())?;
        Ok(Chunk { first, text, shape: piece.shape.clone(), made: OnceLock::new() })
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
    use std::io::Write as _;

    use super::*;

    fn lines(spool: &mut Spool) -> io::Result<Vec<(u64, String)>> {
        let mut lines = Vec::new();
        spool.for_each(|position, record| {
            lines.push((position, record.get().to_owned()));
            Ok::<_, io::Error>(())
        })?;
        Ok(lines)
    }

    fn kept(spool: &mut Spool) -> &mut File {
        spool.files.kept.file()
    }

    #[test]
    fn records_come_back_as_lines_in_order() {
        let mut writer = SpoolWriter::new();
        for json in ["{\"a\":\n 1}", "{\"b\":\"x\\ny\"}"] {
            writer.push(Json::kept(json)).expect("written");
        }
        let mut spool = writer.finish().expect("finished");
        for _ in 0..2 {
            let expected = [(0, "{\"a\":  1}".to_owned()), (1, "{\"b\":\"x\\ny\"}".to_owned())];
            assert_eq!(lines(&mut spool).expect("read"), expected);
        }
        assert_eq!(spool.sha256(), hex(&Sha256::digest(b"{\"a\":  1}\n{\"b\":\"x\\ny\"}\n")));
    }

    #[test]
    fn a_disk_that_changes_or_loses_something_is_noticed() {
        let mut writer = SpoolWriter::new();
        for number in 0..20_000 {
            writer.push(Json::kept(&format!("{{\"number\":{number}}}"))).expect("written");
        }
        let mut spool = writer.finish().expect("finished");
        assert!(spool.pieces.len() > 1);
        assert_eq!(lines(&mut spool).expect("read").last(), Some(&(19_999, "{\"number\":19999}".to_owned())));
        let file = kept(&mut spool);
        file.seek(SeekFrom::Start(300_000)).expect("sought");
        file.write_all(b"7").expect("written");
        let error = lines(&mut spool).expect_err("changed").to_string();
        assert!(error.contains("other records than were kept"), "{error}");
        kept(&mut spool).set_len(299_000).expect("cut off");
        lines(&mut spool).expect_err("cut off");
    }

    #[test]
    fn lines_of_an_export_are_read_where_they_are_in_their_order() {
        let mut export = tempfile::tempfile().expect("a file");
        export.write_all(b"{\"a\":1}\n{\"a\":1}\n{\"b\":2}\n{\"c\":3}\n").expect("written");
        let mut writer = SpoolWriter::new();
        writer.add_export(export.try_clone().expect("the same file"));
        writer.push(Json::kept("{\"first\":0}")).expect("written");
        writer.refer(16, b"{\"b\":2}\n{\"c\":3}\n").expect("referred to");
        writer.push(Json::kept("{\"last\":4}")).expect("written");
        let mut spool = writer.finish().expect("finished");
        let all = ["{\"first\":0}", "{\"b\":2}", "{\"c\":3}", "{\"last\":4}"];
        let expected: Vec<_> = (0..).zip(all.map(str::to_owned)).collect();
        assert_eq!(lines(&mut spool).expect("read"), expected);
        assert_eq!(spool.len(), 4);
        assert_eq!(spool.sha256(), hex(&Sha256::digest(all.map(|line| format!("{line}\n")).concat())));
        export.seek(SeekFrom::Start(26)).expect("sought");
        export.write_all(b"d").expect("written");
        let changed = lines(&mut spool).expect_err("changed").to_string();
        assert!(changed.contains("the file was changed while it was read"), "{changed}");
        export.set_len(20).expect("cut off");
        let changed = lines(&mut spool).expect_err("cut off").to_string();
        assert!(changed.contains("the file was changed while it was read"), "{changed}");
    }
}
