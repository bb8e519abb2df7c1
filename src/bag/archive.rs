//! A bag that is a folder in a ZIP, read so strictly that no other reader can see other files in it: nothing stands
//! before, between or behind the files, and what is said of a file twice is the same both times.
//!
//! What archivers add when they pack a bag again is no matter: folders as entries, extra fields, data descriptors, zip64, and
//! what macOS knows of the files besides.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

mod record;
mod write;

pub(super) use write::{Small, end};

use record::{Central, FAR, Fields, LOCAL_LENGTH, MANY, Told, descriptor, local};

use super::entry::{Entry, Listing, MOST_FILES, Packed, Place};
use super::{BagError, Defect};

/// The directory of a bag is some kilobytes.
const LARGEST_DIRECTORY: u64 = 32 << 20;

/// A packed file that unpacks to more than `MOST_RATIO` times its size, and to more than `LARGE` bytes, is a bomb.
const MOST_RATIO: u64 = 250;
const LARGE: u64 = 64 << 20;

const END: [u8; 4] = *b"PK\x05\x06";
const END_64: [u8; 4] = *b"PK\x06\x06";
const LOCATOR_64: [u8; 4] = *b"PK\x06\x07";
/// All files in the one folder of a ZIP.
pub(super) fn list(path: &Path) -> Result<Listing, BagError> {
    read(path, |reader: Reader<'_>| reader.list())
}

/// Where the parts of a ZIP are, to be added to.
pub(super) fn layout(path: &Path) -> Result<Layout, BagError> {
    read(path, |mut reader| {
        let directory = reader.directory()?;
        let first = reader.files(&directory)?.into_iter().find(|central| !is_of_mac(&central.told.name));
        let Directory { entries, offset, length } = directory;
        let (top, is_utf8) =
            first.map(|first| (top(&first.told.name).to_owned(), first.told.is_utf8())).unwrap_or_default();
        Ok(Layout { top, is_utf8, entries, directory: offset, length })
    })
}

/// Where the parts of a ZIP are.
pub(super) struct Layout {
    /// The folder that all files are in, with its slash.
    pub(super) top: Vec<u8>,
    /// Its name is UTF-8, and says so.
    pub(super) is_utf8: bool,
    pub(super) entries: u64,
    /// Where the directory begins, and how long it is.
    pub(super) directory: u64,
    pub(super) length: u64,
}

fn read<T>(path: &Path, what: impl FnOnce(Reader<'_>) -> Result<T, Trouble>) -> Result<T, BagError> {
    let mut file = File::open(path).map_err(BagError::read(path))?;
    let archive = Arc::new(path.to_owned());
    what(Reader { file: &mut file, archive }).map_err(|trouble| match trouble {
        Trouble::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            BagError::no_bag(path, "the ZIP is cut off or isn't one; copy or download it again")
        }
        Trouble::Io(error) => BagError::Read { path: path.to_owned(), error },
        Trouble::Crooked(why) => {
            BagError::no_bag(path, format!("{why}, so that two programs could see two contents; ask for the original"))
        }
        Trouble::NoZip(why) => BagError::no_bag(path, why),
        Trouble::TooLarge(why) => BagError::too_large(path, why),
    })
}

enum Trouble {
    Io(io::Error),
    NoZip(&'static str),
    Crooked(String),
    TooLarge(String),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Where the directory is.
struct Directory {
    entries: u64,
    offset: u64,
    length: u64,
}

struct Reader<'f> {
    file: &'f mut File,
    archive: Arc<PathBuf>,
}

impl Reader<'_> {
    fn list(mut self) -> Result<Listing, Trouble> {
        let directory = self.directory()?;
        let mut files = self.files(&directory)?;
        files.sort_by_key(|central| central.offset);
        let mut listing = Listing::default();
        let first = files.iter().find(|central| !is_of_mac(&central.told.name));
        let top = first.map(|central| top(&central.told.name).to_owned()).unwrap_or_default();
        let mut end = 0;
        for central in files {
            if central.offset != end {
                return Err(Trouble::Crooked("something stands before or between its files".to_owned()));
            }
            let placed = self.place(&central)?;
            end = placed.end;
            if is_of_mac(&central.told.name) {
                continue;
            }
            self.add(&mut listing, &top, central, &placed)?;
        }
        if end != directory.offset {
            return Err(Trouble::Crooked("something stands behind its files".to_owned()));
        }
        Ok(listing)
    }

    fn at(&mut self, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        self.file.seek(SeekFrom::Start(offset))?;
        let mut bytes = vec![0; length];
        self.file.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn directory(&mut self) -> Result<Directory, Trouble> {
        const LENGTH: u64 = 22;
        let all = self.file.seek(SeekFrom::End(0))?;
        let at = all.checked_sub(LENGTH).ok_or(Trouble::NoZip("it is too short for a ZIP"))?;
        let end = self.at(at, 22)?;
        let mut fields = Fields(&end);
        if !fields.is(END)? {
            let cause =
                "it doesn't end as a ZIP does: it is something else, was cut off, or has something behind its end";
            return Err(Trouble::NoZip(cause));
        }
        let disks = [fields.number(2)?, fields.number(2)?];
        let (here, entries) = (fields.number(2)?, fields.number(2)?);
        let (length, offset, comment) = (fields.number(4)?, fields.number(4)?, fields.number(2)?);
        if disks.iter().any(|disk| *disk != 0 && *disk != MANY) || here != entries || comment != 0 {
            return Err(Trouble::Crooked("its end speaks of several disks, or has a comment".to_owned()));
        }
        let small = Directory { entries, offset, length };
        let (directory, end) = self.zip64(at, small)?;
        if directory.entries > MOST_FILES as u64 || directory.length > LARGEST_DIRECTORY {
            return Err(Trouble::TooLarge(format!("it holds {} files, more than any bundle", directory.entries)));
        }
        if directory.offset.checked_add(directory.length) != Some(end) {
            return Err(Trouble::Crooked("something stands before its files or behind its directory".to_owned()));
        }
        Ok(directory)
    }

    /// The directory as its 64-bit record says, if there is one, and where the first record behind the directory begins.
    fn zip64(&mut self, at: u64, small: Directory) -> Result<(Directory, u64), Trouble> {
        const LOCATOR: u64 = 20;
        const RECORD: u64 = 56;
        let locator = match at.checked_sub(LOCATOR) {
            Some(place) => self.at(place, 20)?,
            None => Vec::new(),
        };
        let mut fields = Fields(&locator);
        if locator.is_empty() || !fields.is(LOCATOR_64)? {
            return Ok((small, at));
        }
        let crooked = || Trouble::Crooked("its two ends disagree".to_owned());
        let (disk, record, disks) = (fields.number(4)?, fields.number(8)?, fields.number(4)?);
        let place = at.checked_sub(LOCATOR + RECORD).ok_or_else(crooked)?;
        let bytes = self.at(place, 56)?;
        let mut fields = Fields(&bytes);
        let signature = fields.is(END_64)?;
        let length = fields.number(8)?;
        fields.take(4)?;
        let own_disks = [fields.number(4)?, fields.number(4)?];
        let (here, entries) = (fields.number(8)?, fields.number(8)?);
        let large = Directory { entries, length: fields.number(8)?, offset: fields.number(8)? };
        let agrees = |small: u64, large: u64, far: u64| small == large || small == far;
        let is_one = signature && length == RECORD - 12 && record == place && here == entries;
        let is_alone = disk == 0 && disks <= 1 && own_disks == [0, 0];
        let is_same = agrees(small.entries, large.entries, MANY)
            && agrees(small.length, large.length, FAR)
            && agrees(small.offset, large.offset, FAR);
        if is_one && is_alone && is_same { Ok((large, place)) } else { Err(crooked()) }
    }

    fn files(&mut self, directory: &Directory) -> Result<Vec<Central>, Trouble> {
        let length = usize::try_from(directory.length).unwrap_or(usize::MAX);
        let bytes = self.at(directory.offset, length)?;
        let mut fields = Fields(&bytes);
        let mut files = Vec::new();
        while !fields.0.is_empty() {
            files.push(
                Central::read(&mut fields)?.ok_or_else(|| Trouble::Crooked("its directory is broken".to_owned()))?,
            );
        }
        if files.len() as u64 != directory.entries {
            return Err(Trouble::Crooked("its directory has another number of files than its end says".to_owned()));
        }
        Ok(files)
    }

    /// Where a file's bytes are, and whether what stands before them is what the directory says.
    fn place(&mut self, central: &Central) -> Result<Placed, Trouble> {
        let told = &central.told;
        let crooked = |why: &str| Trouble::Crooked(format!("{} {why}", shown(&told.name)));
        let fixed = self.at(central.offset, LOCAL_LENGTH)?;
        let rest = central.offset + LOCAL_LENGTH as u64;
        let (local, named) =
            local(&fixed, |length| self.at(rest, length))?.ok_or_else(|| crooked("isn't where its directory says"))?;
        let offset = rest + named as u64;
        let mut end = offset.checked_add(told.packed).ok_or_else(|| crooked("has no end"))?;
        if told.has_descriptor() {
            let mut behind = Vec::new();
            self.file.seek(SeekFrom::Start(end))?;
            self.file.by_ref().take(24).read_to_end(&mut behind)?;
            end += descriptor(&behind, told).ok_or_else(|| crooked("is followed by what doesn't fit it"))?;
        }
        Ok(Placed { offset, end, agrees: told.agrees(&local) })
    }

    /// Takes a file into the list, or says why it can't be in a bag.
    fn add(&self, listing: &mut Listing, top: &[u8], central: Central, placed: &Placed) -> Result<(), Trouble> {
        let told = central.told;
        let inside = told.name.strip_prefix(top).filter(|_| is_folder_name(top));
        let name = shown(inside.unwrap_or(&told.name));
        if told.size > LARGE && told.size / MOST_RATIO > told.packed {
            return Err(Trouble::TooLarge(format!(
                "{name} unpacks to {} bytes, {MOST_RATIO} times its size",
                told.size
            )));
        }
        match (kind(&told, central.mode, placed), inside) {
            (Ok(Kind::Folder), Some(_)) => {}
            (Ok(_), None) => listing.defects.push(Defect::Unlisted { file: name }),
            (Ok(Kind::File { is_deflated }), Some(_)) => {
                let archive = Arc::clone(&self.archive);
                let (offset, length, crc) = (placed.offset, told.packed, told.crc);
                let packed = Packed { archive, offset, length, is_deflated, crc };
                listing.add(name, Entry { size: told.size, place: Place::Packed(packed) });
            }
            (Err(why), _) => listing.defects.push(Defect::malformed(name, why)),
        }
        Ok(())
    }
}

/// Where a file's bytes are.
struct Placed {
    offset: u64,
    end: u64,
    /// Both places that tell of it say the same.
    agrees: bool,
}

enum Kind {
    Folder,
    File { is_deflated: bool },
}

/// What an entry is, or why it can't be in a bag.
fn kind(told: &Told, mode: u32, placed: &Placed) -> Result<Kind, &'static str> {
    const KIND: u32 = 0o170_000;
    const FOLDER: u32 = 0o040_000;
    const FILE: u32 = 0o100_000;
    const STORED: u16 = 0;
    const DEFLATED: u16 = 8;
    let is_folder = told.name.ends_with(b"/");
    match mode & KIND {
        _ if !placed.agrees => Err("the ZIP says two different things of it"),
        _ if told.is_encrypted() => Err("it is encrypted; a bundle is never"),
        0 | FOLDER if is_folder && told.size == 0 => Ok(Kind::Folder),
        0 | FILE if !is_folder => match told.method {
            STORED if told.packed == told.size => Ok(Kind::File { is_deflated: false }),
            DEFLATED => Ok(Kind::File { is_deflated: true }),
            _ => Err("it is packed in a way that not every program can read; pack it again by deflate"),
        },
        _ => Err("it is no file but a link, a device, or a folder with contents"),
    }
}

/// macOS' archiver puts what its file system knows of the files into a folder of its own, beside the one that is packed.
fn is_of_mac(name: &[u8]) -> bool {
    name.starts_with(b"__MACOSX/")
}

/// The folder that a name begins with, with its slash.
fn top(name: &[u8]) -> &[u8] {
    name.split_inclusive(|byte| *byte == b'/').next().filter(|top| top.ends_with(b"/")).unwrap_or_default()
}

/// Whether a bag's folder may be called so. People may rename it as they like, as long as it is one.
fn is_folder_name(top: &[u8]) -> bool {
    let name = top.strip_suffix(b"/").unwrap_or_default();
    let is_allowed = |byte: &u8| !byte.is_ascii_control() && !matches!(byte, b'\\' | b':');
    !name.is_empty() && !matches!(name, b"." | b"..") && name.iter().all(is_allowed)
}

fn shown(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}
