//! The records of a source in one compressed file: zstd frames, one behind the other, each of them some whole lines. All
//! cores pack and unpack frames, and no more of them are in memory than that takes. Together they are one zstd stream, as
//! which an older headcount reads them; what that has written, one long frame, is unpacked as a stream here.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Write};

use memchr::{memchr_iter, memrchr};
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};
use zstd::zstd_safe;

use crate::base::parallel::for_each_in_order;
use crate::base::text::hex;
use crate::fetch::{Chunks, Spool, SpoolWriter};

/// zstd's own default: records shrink to about a tenth, faster than most vendors send them.
const LEVEL: i32 = 3;

/// So much is packed into a frame, and a little more. With larger ones, records would hardly become smaller.
const FRAME: usize = 1 << 20;

/// A frame that holds more than this is unpacked as a stream.
const LARGEST_FRAME: u64 = 1 << 24;

/// What was written into a compressed file.
#[derive(Debug)]
pub(super) struct Packed {
    /// Of the file.
    pub sha256: String,
    /// Of the lines.
    pub content_sha256: String,
    /// Bytes when unpacked.
    pub bytes: u64,
}

/// Packs all records of a spool.
pub(super) fn pack(spool: &mut Spool, mut out: impl Write) -> io::Result<Packed> {
    let (mut hash, mut content_hash, mut bytes) = (Sha256::new(), Sha256::new(), 0);
    let contents = Contents { chunks: spool.chunks(), began: false };
    for_each_in_order(contents, pack_frame, |(content, frame)| {
        content_hash.update(&content);
        bytes += content.len() as u64;
        hash.update(&frame);
        out.write_all(&frame)
    })?;
    out.flush()?;
    Ok(Packed { sha256: hex(&hash.finalize()), content_sha256: hex(&content_hash.finalize()), bytes })
}

fn pack_frame(content: Vec<u8>) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let mut packer = zstd::bulk::Compressor::new(LEVEL)?;
    packer.include_checksum(true)?;
    let frame = packer.compress(&content)?;
    Ok((content, frame))
}

/// The contents of the frames; a single empty one, if there are no records.
struct Contents<'s> {
    chunks: Chunks<'s>,
    began: bool,
}

impl Iterator for Contents<'_> {
    type Item = io::Result<Vec<u8>>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut content = Vec::new();
        while content.len() < FRAME {
            match self.chunks.next() {
                Some(Ok(chunk)) => content.extend(chunk.text().as_bytes()),
                Some(Err(error)) => return Some(Err(error)),
                None if content.is_empty() && self.began => return None,
                None => break,
            }
        }
        self.began = true;
        Some(Ok(content))
    }
}

/// Unpacks records that take so many bytes. Returns them with the SHA-256 over their lines.
///
/// # Errors
/// Of the kind `InvalidData`, if they aren't what [`pack`] could have written.
pub(super) fn unpack(file: File, bytes: u64) -> io::Result<(Spool, String)> {
    let mut spool = SpoolWriter::new();
    let mut left = bytes;
    for_each_in_order(Parts::of(file), Part::unpack, |lines| {
        left = left.checked_sub(lines.len() as u64).ok_or_else(|| damaged("there is more in it than was stored"))?;
        spool.push_lines(&lines)
    })?;
    spool.finish()
}

/// A part of a compressed file.
enum Part {
    /// A whole frame, and how much it holds.
    Frame(Vec<u8>, usize),
    /// Lines that were unpacked already.
    Lines(Vec<u8>),
}

impl Part {
    /// Its lines, each of them a JSON object.
    fn unpack(self) -> io::Result<Vec<u8>> {
        let lines = match self {
            Self::Lines(lines) => lines,
            Self::Frame(frame, length) => {
                zstd::bulk::decompress(&frame, length).map_err(|error| damaged(&error.to_string()))?
            }
        };
        let mut start = 0;
        for end in memchr_iter(b'\n', &lines) {
            let line = lines.get(start..end).unwrap_or_default();
            serde_json::from_slice::<&RawValue>(line).map_err(|_| damaged("a record is no JSON"))?;
            if !(line.starts_with(b"{") && line.ends_with(b"}")) {
                return Err(damaged("a record is no JSON object"));
            }
            start = end + 1;
        }
        if start == lines.len() { Ok(lines) } else { Err(damaged("a record is cut off")) }
    }
}

/// Takes a compressed file apart.
enum Parts {
    Frames { file: File, ahead: Vec<u8> },
    Stream { lines: Box<dyn Read + Send>, carried: Vec<u8> },
}

impl Parts {
    const fn of(file: File) -> Self {
        Self::Frames { file, ahead: Vec::new() }
    }

    fn part(&mut self) -> io::Result<Option<Part>> {
        match self {
            Self::Stream { lines, carried } => stream(lines, carried),
            Self::Frames { file, ahead } => {
                fill(file, ahead, FRAME)?;
                if ahead.is_empty() {
                    return Ok(None);
                }
                let length = zstd_safe::get_frame_content_size(ahead).map_err(|_| damaged("no frame begins here"))?;
                if let Some(length) = length.filter(|length| *length <= LARGEST_FRAME) {
                    return frame(file, ahead, usize::try_from(length).unwrap_or_default()).map(Some);
                }
                let rest = Cursor::new(std::mem::take(ahead)).chain(file.try_clone()?);
                let lines = Box::new(zstd::Decoder::with_buffer(BufReader::new(rest))?);
                *self = Self::Stream { lines, carried: Vec::new() };
                self.part()
            }
        }
    }
}

impl Iterator for Parts {
    type Item = io::Result<Part>;

    fn next(&mut self) -> Option<Self::Item> {
        self.part().transpose()
    }
}

/// The frame at the beginning, which holds so much.
fn frame(file: &mut File, ahead: &mut Vec<u8>, length: usize) -> io::Result<Part> {
    /// Its header and its checksum.
    const AROUND: usize = 64;
    fill(file, ahead, zstd_safe::compress_bound(length) + AROUND)?;
    let size = zstd_safe::find_frame_compressed_size(ahead).map_err(|_| damaged("a frame is cut off"))?;
    let rest = ahead.split_off(size.min(ahead.len()));
    Ok(Part::Frame(std::mem::replace(ahead, rest), length))
}

/// The next lines of a stream.
fn stream(input: &mut impl Read, carried: &mut Vec<u8>) -> io::Result<Option<Part>> {
    let mut lines = std::mem::take(carried);
    loop {
        let read = input.take(FRAME as u64).read_to_end(&mut lines)?;
        if let Some(end) = memrchr(b'\n', &lines) {
            *carried = lines.split_off(end + 1);
            return Ok(Some(Part::Lines(lines)));
        }
        if read == 0 {
            return Ok((!lines.is_empty()).then_some(Part::Lines(lines)));
        }
        if lines.len() as u64 > LARGEST_FRAME {
            return Err(damaged("a record is longer than any account"));
        }
    }
}

/// Reads until so much lies ahead, or to the end.
fn fill(file: &mut File, ahead: &mut Vec<u8>, length: usize) -> io::Result<()> {
    let missing = length.saturating_sub(ahead.len());
    file.take(missing as u64).read_to_end(ahead).map(drop)
}

fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use std::io::Seek as _;

    use super::*;

    const RECORDS: usize = 60_000;

    fn content() -> Vec<u8> {
        (0..RECORDS)
            .flat_map(|number| format!("{{\"id\":{number},\"name\":\"Ada Person {number}\"}}\n").into_bytes())
            .collect()
    }

    fn spool(content: &[u8]) -> Spool {
        let mut writer = SpoolWriter::new();
        for lines in content.chunk_by(|byte, _| *byte != b'\n') {
            writer.push_lines(lines).expect("written");
        }
        writer.finish().expect("finished").0
    }

    fn packed(content: &[u8]) -> Vec<u8> {
        let mut file = Vec::new();
        let told = pack(&mut spool(content), &mut file).expect("packed");
        assert_eq!((told.bytes, told.sha256), (content.len() as u64, hex(&Sha256::digest(&file))));
        assert_eq!(told.content_sha256, hex(&Sha256::digest(content)));
        file
    }

    /// The records that are unpacked, and their hash.
    fn unpacked(packed: &[u8], bytes: usize) -> io::Result<(u64, String)> {
        let mut file = tempfile::tempfile()?;
        file.write_all(packed)?;
        file.rewind()?;
        unpack(file, bytes as u64).map(|(spool, sha256)| (spool.len(), sha256))
    }

    fn sizes(mut packed: &[u8]) -> Vec<usize> {
        let mut sizes = Vec::new();
        while !packed.is_empty() {
            let size = zstd_safe::find_frame_compressed_size(packed).expect("a frame");
            sizes.push(size);
            packed = &packed[size..];
        }
        sizes
    }

    #[test]
    fn frames_are_one_stream_with_all_records() {
        let content = content();
        let file = packed(&content);
        assert!(sizes(&file).len() > 1);
        assert!(zstd::decode_all(file.as_slice()).expect("one stream") == content);
        let expected = (RECORDS as u64, hex(&Sha256::digest(&content)));
        assert_eq!(unpacked(&file, content.len()).expect("unpacked"), expected);
        let of_old = zstd::encode_all(content.as_slice(), LEVEL).expect("packed");
        assert_eq!(unpacked(&of_old, content.len()).expect("unpacked as a stream"), expected);
        assert_eq!(unpacked(&packed(b""), 0).expect("unpacked"), (0, hex(&Sha256::digest(b""))));
    }

    #[test]
    fn no_damage_goes_unnoticed() {
        let content = content();
        let (file, sha256) = (packed(&content), hex(&Sha256::digest(&content)));
        let first = sizes(&file)[0];
        let damage = |file: &[u8]| unpacked(file, content.len()).map_err(|error| error.to_string());
        assert_eq!(damage(&file[..file.len() - 1]), Err("a frame is cut off".to_owned()));
        assert_ne!(damage(&file[..first]).expect("whole frames").1, sha256, "one is missing");
        assert_ne!(damage(&[&file[first..], &file[..first]].concat()).expect("whole frames").1, sha256, "swapped");
        assert_eq!(
            damage(&[&file[..], &file[..first]].concat()),
            Err("there is more in it than was stored".to_owned())
        );
        for at in (0..file.len()).step_by(file.len() / 50) {
            let mut flipped = file.clone();
            flipped[at] ^= 1;
            let found = damage(&flipped);
            assert!(found.as_ref().map_or(true, |(_, found)| *found != sha256), "{at}: {found:?}");
        }
        for (lines, expected) in [
            ("{\"id\":1", "a record is cut off"),
            ("{\"id\":}\n", "a record is no JSON"),
            ("[{\"id\":1}]\n", "a record is no JSON object"),
            (" {\"id\":1}\n", "a record is no JSON object"),
        ] {
            let file = zstd::bulk::compress(lines.as_bytes(), LEVEL).expect("packed");
            assert_eq!(damage(&file), Err(expected.to_owned()));
            let file = zstd::encode_all(lines.as_bytes(), LEVEL).expect("packed");
            assert_eq!(damage(&file), Err(expected.to_owned()));
        }
    }
}
