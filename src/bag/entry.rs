//! The files that are really there, in a folder or in a ZIP, before anybody has asked whether they should be.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Slot;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _, SeekFrom, Take};
use std::path::PathBuf;
use std::sync::Arc;

use flate2::Crc;
use flate2::bufread::DeflateDecoder;

use super::Defect;

/// A bag has some dozens; more than this is no bag but an attack, or a mistake.
pub(super) const MOST_FILES: usize = 10_000;

/// All files below the bag's folder.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// By their names from there, with `/` between the parts.
    pub(super) entries: BTreeMap<String, Entry>,
    /// What can't be in a bag whatever its manifest says.
    pub(super) defects: Vec<Defect>,
}

impl Listing {
    /// Takes a file into the list, but for what macOS' Finder puts into every folder that it has shown.
    pub(super) fn add(&mut self, name: String, entry: Entry) {
        if name.rsplit('/').next() == Some(".DS_Store") {
            return;
        }
        match self.entries.entry(name) {
            Slot::Vacant(slot) => {
                slot.insert(entry);
            }
            Slot::Occupied(slot) => self.defects.push(Defect::Repeated { file: slot.key().clone() }),
        }
    }
}

/// A file that can be read.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) size: u64,
    pub(super) place: Place,
}

#[derive(Debug)]
pub(super) enum Place {
    /// In a folder.
    Plain(PathBuf),
    /// In a ZIP.
    Packed(Packed),
}

/// A part of a ZIP.
#[derive(Debug)]
pub(super) struct Packed {
    pub(super) archive: Arc<PathBuf>,
    /// Where its bytes begin.
    pub(super) offset: u64,
    /// How many they are.
    pub(super) length: u64,
    pub(super) is_deflated: bool,
    pub(super) crc: u32,
}

impl Entry {
    /// Its contents. They fail to be read if they aren't exactly as long as was said.
    pub(super) fn open(&self) -> io::Result<Contents> {
        let (source, crc) = match &self.place {
            Place::Plain(path) => (Source::Plain(File::open(path)?), None),
            Place::Packed(packed) => (packed.open()?, Some(packed.crc)),
        };
        Ok(Contents { source, left: self.size, crc, seen: Crc::new() })
    }

    /// All of them, if they are few.
    pub(super) fn read_all(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.open()?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

impl Packed {
    fn open(&self) -> io::Result<Source> {
        let mut file = File::open(&*self.archive)?;
        file.seek(SeekFrom::Start(self.offset))?;
        let packed = file.take(self.length);
        Ok(if self.is_deflated {
            Source::Deflated(DeflateDecoder::new(BufReader::with_capacity(1 << 16, packed)), self.length)
        } else {
            Source::Stored(packed)
        })
    }
}

#[derive(Debug)]
enum Source {
    Plain(File),
    Stored(Take<File>),
    Deflated(DeflateDecoder<BufReader<Take<File>>>, u64),
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(file) => file.read(buffer),
            Self::Stored(part) => part.read(buffer),
            Self::Deflated(decoder, length) => match decoder.read(buffer) {
                Ok(0) if decoder.total_in() != *length => {
                    Err(damaged("something is hidden behind its packed contents"))
                }
                Ok(length) => Ok(length),
                Err(error) => Err(damaged(&format!("it can't be unpacked: {error}"))),
            },
        }
    }
}

/// Reads a file, and takes no byte more than it has.
#[derive(Debug)]
pub struct Contents {
    source: Source,
    left: u64,
    crc: Option<u32>,
    seen: Crc,
}

impl Contents {
    /// The file, if it is one of its own, from whose beginning it can be read again.
    ///
    /// # Errors
    /// The system has no more handles.
    pub fn file(&self) -> io::Result<Option<File>> {
        match &self.source {
            Source::Plain(file) => file.try_clone().map(Some),
            Source::Stored(_) | Source::Deflated(..) => Ok(None),
        }
    }
}

impl Read for Contents {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let length = self.source.read(buffer)?;
        self.left = self.left.checked_sub(length as u64).ok_or_else(|| damaged("it is longer than was said"))?;
        if length == 0 && self.left > 0 {
            return Err(damaged("it is shorter than was said"));
        }
        if let Some(expected) = self.crc {
            self.seen.update(buffer.get(..length).unwrap_or_default());
            if length == 0 && self.seen.sum() != expected {
                return Err(damaged("its checksum in the ZIP is another"));
            }
        }
        Ok(length)
    }
}

fn damaged(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}
