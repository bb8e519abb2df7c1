//! Reading a bag: its structure, its seal, and then its files, each held against its hash while it is read.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::entry::{Contents, Entry, Listing};
use super::seal::{
    BAGIT, BAGIT_TEXT, INFO, MANIFEST, Manifest, Oxum, SEAL, SEALED, check_info, read_manifest, read_seal, sha256,
    sha256_of,
};
use super::{BagError, BagId, Defect, Description, PayloadName, archive, folder};
use crate::base::parallel;
use crate::base::text::hex;

/// The files that are no payload are read as a whole, and so is the description.
const LARGEST_TEXT: u64 = 16 << 20;

/// A signature or a time stamp.
const LARGEST_SIGNATURE: u64 = 1 << 20;

/// A bag whose structure is whole and whose seal fits it. Whether its files do is seen when they are read.
#[derive(Debug)]
pub struct Bag {
    path: PathBuf,
    files: BTreeMap<String, Entry>,
    manifest: Manifest,
    seal: Vec<u8>,
    description: Description,
}

/// All that can be said of a bag, whatever is wrong with it.
#[derive(Debug)]
pub struct Examination {
    /// What is wrong, in a fixed order. Nothing, if every byte is what was sealed.
    pub defects: Vec<Defect>,
    /// The bag, as far as it can be read as one.
    pub bag: Option<Bag>,
}

impl Examination {
    /// Reads everything, and goes on after what is wrong.
    ///
    /// # Errors
    /// It is no bag at all, can't be read, or is larger than any.
    pub fn of(path: &Path) -> Result<Self, BagError> {
        Self::reading(path, |_, _| None)
    }

    /// The same for whoever makes something of files at once, so that they are read a single time: `read` says what the SHA-256 of a
    /// file is that it has opened and read, and `None` of the others.
    ///
    /// # Errors
    /// As of [`Examination::of`].
    pub fn reading(
        path: &Path,
        read: impl Fn(&PayloadName, &dyn Fn() -> io::Result<Contents>) -> Option<String> + Sync,
    ) -> Result<Self, BagError> {
        let mut opened = Opened::of(path)?;
        let manifest = opened.manifest.take().unwrap_or_default();
        let there: Vec<_> =
            manifest.iter().filter_map(|(name, sha256)| Some((name, sha256, opened.payload(name)?))).collect();
        let work = |(name, expected, entry): (&PayloadName, &String, &Entry)| {
            let open = || entry.open();
            let found = read(name, &open).map_or_else(|| open().and_then(sha256_of), Ok);
            check(path, name, expected, found)
        };
        let mut changed = BTreeSet::new();
        parallel::for_each_in_order(there.into_iter().map(Ok), work, |defect| {
            changed.extend(defect);
            Ok(())
        })?;
        opened.defects.extend(changed);
        let Opened { path, files, seal, description, defects, .. } = opened;
        let bag = seal.zip(description).map(|(seal, description)| Bag { path, files, manifest, seal, description });
        Ok(Self { defects: defects.into_iter().collect(), bag })
    }
}

/// Whether a file is what the manifest says.
fn check(
    path: &Path,
    name: &PayloadName,
    expected: &str,
    found: io::Result<String>,
) -> Result<Option<Defect>, BagError> {
    let file = format!("data/{name}");
    match found {
        Ok(found) if found == expected => Ok(None),
        Ok(found) => Ok(Some(Defect::Changed { file, expected: expected.to_owned(), found })),
        Err(error) => unreadable(path, file, error).map(Some),
    }
}

/// Contents that are damaged are a defect; a disk that can't be read isn't.
fn unreadable(path: &Path, file: String, error: io::Error) -> Result<Defect, BagError> {
    match error.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => Ok(Defect::malformed(file, error.to_string())),
        _ => Err(BagError::Read { path: path.to_owned(), error }),
    }
}

impl Bag {
    /// Opens a folder, or a ZIP with one folder in it.
    ///
    /// # Errors
    /// It is no bag, can't be read, is larger than any, or has something wrong in its structure; all of that is named.
    pub fn open(path: &Path) -> Result<Self, BagError> {
        let Opened { path, files, manifest, seal, description, defects } = Opened::of(path)?;
        match (manifest, seal, description) {
            (Some(manifest), Some(seal), Some(description)) if defects.is_empty() => {
                Ok(Self { path, files, manifest, seal, description })
            }
            _ => Err(BagError::Altered { path, defects: defects.into_iter().collect() }),
        }
    }

    /// The same, with every file read: nobody should put their name to what was altered, or make something new of it.
    ///
    /// # Errors
    /// As of [`Bag::open`], or a file isn't what was sealed.
    pub fn whole(path: &Path) -> Result<Self, BagError> {
        match Examination::of(path)? {
            Examination { bag: Some(bag), defects } if defects.is_empty() => Ok(bag),
            Examination { defects, .. } => Err(BagError::Altered { path: path.to_owned(), defects }),
        }
    }

    /// The file or folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its identity.
    pub fn id(&self) -> BagId {
        BagId::of(&self.seal)
    }

    /// What is signed: `tagmanifest-sha256.txt`.
    pub fn seal(&self) -> &[u8] {
        &self.seal
    }

    /// What it is of.
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// The files of the payload, in bytewise order.
    pub fn names(&self) -> impl Iterator<Item = &PayloadName> {
        self.manifest.keys()
    }

    /// The SHA-256 of a file, as the manifest says it.
    pub fn sha256(&self, name: &PayloadName) -> Option<&str> {
        self.manifest.get(name).map(String::as_str)
    }

    /// How long a file is.
    pub fn size(&self, name: &PayloadName) -> Option<u64> {
        self.files.get(&format!("data/{name}")).map(|entry| entry.size)
    }

    /// Reads a file. At its end it fails with [`io::ErrorKind::InvalidData`] if it isn't what the seal says, so whatever
    /// was made of it before is to be thrown away then.
    ///
    /// # Errors
    /// There is no such file, or it can't be opened.
    pub fn read(&self, name: &PayloadName) -> Result<PayloadReader, BagError> {
        let contents = self.read_unchecked(name)?;
        let expected = self.sha256(name).ok_or_else(|| self.no_file(name))?.to_owned();
        Ok(PayloadReader { contents, name: name.clone(), expected, hasher: Sha256::new() })
    }

    /// Reads a file that its reader holds against [`Bag::sha256`].
    ///
    /// # Errors
    /// As of [`Bag::read`].
    pub fn read_unchecked(&self, name: &PayloadName) -> Result<Contents, BagError> {
        let entry = self.files.get(&format!("data/{name}")).ok_or_else(|| self.no_file(name))?;
        entry.open().map_err(BagError::read(&self.path))
    }

    fn no_file(&self, name: &PayloadName) -> BagError {
        BagError::NoFile { path: self.path.clone(), name: name.to_string() }
    }

    /// The whole of a file that is no longer than `limit` bytes.
    ///
    /// # Errors
    /// As of [`Bag::read`]; it is longer, or it isn't what the seal says.
    pub fn read_all(&self, name: &PayloadName, limit: u64) -> Result<Vec<u8>, BagError> {
        if self.size(name).is_some_and(|size| size > limit) {
            return Err(BagError::too_large(&self.path, format!("data/{name} has more than {limit} bytes")));
        }
        let mut bytes = Vec::new();
        self.read(name)?.read_to_end(&mut bytes).map_err(BagError::read(&self.path))?;
        Ok(bytes)
    }

    /// What lies in `signatures/`, by name.
    ///
    /// # Errors
    /// One can't be read.
    pub fn signatures(&self) -> Result<BTreeMap<String, Vec<u8>>, BagError> {
        let of_signatures = |(name, entry): (&String, &Entry)| {
            let name = name.strip_prefix(SIGNATURES)?.to_owned();
            Some(entry.read_all().map(|bytes| (name, bytes)).map_err(BagError::read(&self.path)))
        };
        self.files.iter().filter_map(of_signatures).collect()
    }
}

/// A file of the payload, held against its hash while it is read.
#[derive(Debug)]
pub struct PayloadReader {
    contents: Contents,
    name: PayloadName,
    expected: String,
    hasher: Sha256,
}

impl io::Read for PayloadReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.contents.read(buffer)?;
        self.hasher.update(buffer.get(..length).unwrap_or_default());
        if length == 0 && !buffer.is_empty() {
            let found = hex(&self.hasher.clone().finalize());
            if found != self.expected {
                let (file, expected) = (format!("data/{}", self.name), self.expected.clone());
                let defect = Defect::Changed { file, expected, found };
                return Err(io::Error::new(io::ErrorKind::InvalidData, defect.to_string()));
            }
        }
        Ok(length)
    }
}

/// Where signatures lie.
pub(super) const SIGNATURES: &str = "signatures/";

/// What is found when a bag is opened.
struct Opened {
    path: PathBuf,
    files: BTreeMap<String, Entry>,
    manifest: Option<Manifest>,
    seal: Option<Vec<u8>>,
    description: Option<Description>,
    defects: BTreeSet<Defect>,
}

impl Opened {
    fn of(path: &Path) -> Result<Self, BagError> {
        let about = std::fs::metadata(path).map_err(BagError::read(path))?;
        let Listing { entries, defects } = if about.is_dir() { folder::list(path)? } else { archive::list(path)? };
        let is_hidden = defects.iter().any(|defect| matches!(defect, Defect::Malformed { .. }));
        if !entries.contains_key(SEAL) && !entries.contains_key(BAGIT) && !is_hidden {
            let why = format!("it has neither {SEAL} nor {BAGIT} in its top folder");
            return Err(BagError::no_bag(path, why));
        }
        let mut opened = Self {
            path: path.to_owned(),
            files: entries,
            manifest: None,
            seal: None,
            description: None,
            defects: defects.into_iter().collect(),
        };
        opened.read_seal()?;
        opened.compare_names();
        opened.read_description()?;
        Ok(opened)
    }

    fn payload(&self, name: &PayloadName) -> Option<&Entry> {
        self.files.get(&format!("data/{name}"))
    }

    /// A file as a whole; `None` if it isn't there or is damaged, which is noted.
    fn text(&mut self, name: &str) -> Result<Option<Vec<u8>>, BagError> {
        let Some(entry) = self.files.get(name) else {
            self.defects.insert(Defect::Missing { file: name.to_owned() });
            return Ok(None);
        };
        if entry.size > LARGEST_TEXT {
            return Err(BagError::too_large(&self.path, format!("{name} has {} bytes", entry.size)));
        }
        match entry.read_all() {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) => {
                self.defects.insert(unreadable(&self.path, name.to_owned(), error)?);
                Ok(None)
            }
        }
    }

    /// Holds the seal against the files that it is over, and reads them.
    fn read_seal(&mut self) -> Result<(), BagError> {
        self.seal = self.text(SEAL)?;
        let hashes = self.seal.as_deref().map(read_seal).and_then(|read| self.note(read));
        let mut expected = hashes.into_iter().flatten();
        for name in SEALED {
            let (text, expected) = (self.text(name)?, expected.next());
            let Some(text) = text else { continue };
            let found = sha256(&text);
            if let Some(expected) = expected.filter(|expected| *expected != found) {
                self.defects.insert(Defect::Changed { file: name.to_owned(), expected, found });
            }
            match name {
                MANIFEST => self.manifest = self.note(read_manifest(&text)),
                BAGIT if text != BAGIT_TEXT.as_bytes() => {
                    self.defects.insert(Defect::malformed(BAGIT, "it isn't that of BagIt 1.0 in UTF-8"));
                }
                INFO => {
                    let there = self.there();
                    self.note(check_info(&text, there));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn note<T>(&mut self, read: Result<T, Defect>) -> Option<T> {
        read.map_err(|defect| self.defects.insert(defect)).ok()
    }

    fn there(&self) -> Oxum {
        let mut there = Oxum::default();
        let payload = self.files.iter().filter(|(name, _)| name.starts_with("data/"));
        payload.for_each(|(_, entry)| there.add(entry.size));
        there
    }

    /// Which files are missing, and which shouldn't be there.
    fn compare_names(&mut self) {
        let Some(manifest) = &self.manifest else { return };
        let is_known = |name: &str, entry: &Entry| match name.strip_prefix("data/") {
            Some(name) => PayloadName::new(name).is_ok_and(|name| manifest.contains_key(&name)),
            None => name == SEAL || SEALED.contains(&name) || is_signature(name, entry),
        };
        let unlisted = self.files.iter().filter(|(name, entry)| !is_known(name, entry));
        let unlisted = unlisted.map(|(name, _)| Defect::Unlisted { file: name.clone() });
        let missing = manifest.keys().filter(|name| self.payload(name).is_none());
        let missing = missing.map(|name| Defect::Missing { file: format!("data/{name}") });
        let found: Vec<_> = unlisted.chain(missing).collect();
        self.defects.extend(found);
    }

    fn read_description(&mut self) -> Result<(), BagError> {
        let name = PayloadName::description();
        let file = format!("data/{name}");
        let Some(text) = self.text(&file)? else { return Ok(()) };
        let found = sha256(&text);
        let expected =
            self.manifest.as_ref().and_then(|manifest| manifest.get(&name)).filter(|expected| **expected != found);
        if let Some(expected) = expected.cloned() {
            self.defects.insert(Defect::Changed { file: file.clone(), expected, found });
        }
        self.description = self.note(Description::parse(&text).map_err(|why| Defect::malformed(file, why)));
        Ok(())
    }
}

/// `signatures/<slug>.sig` or `.tsr`.
fn is_signature(name: &str, entry: &Entry) -> bool {
    let name = name.strip_prefix(SIGNATURES).filter(|_| entry.size <= LARGEST_SIGNATURE);
    name.is_some_and(|name| !name.contains('/') && PayloadName::new(name).is_ok() && has_ending(name))
}

fn has_ending(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, ending)| matches!(ending, "sig" | "tsr"))
}
