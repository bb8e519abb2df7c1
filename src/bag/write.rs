//! Writing a bag: each file is hashed while it is written unless its hash is known, and nothing has its name before all of it is on
//! the disk.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use super::folder::{own_prefix, parent};
use super::pack::pack;
use super::seal::{BAGIT, BAGIT_TEXT, INFO, MANIFEST, Manifest, Oxum, SEAL, SEALED, manifest_text, seal_text, sha256};
use super::{BagError, BagId, Description, PayloadName};
use crate::base::text::hex;

/// A bag under construction, in a private folder beside its target. Dropped, it is gone.
#[derive(Debug)]
pub struct BagWriter {
    target: PathBuf,
    folder: TempDir,
    manifest: Manifest,
    oxum: Oxum,
}

/// A bag that is whole, and has no name yet. Dropped, it is gone.
#[derive(Debug)]
pub struct Sealed {
    target: PathBuf,
    folder: TempDir,
    id: BagId,
}

impl BagWriter {
    /// Begins a bag that will be at `target`.
    ///
    /// # Errors
    /// Something is there, or nothing can be written beside it.
    pub fn beside(target: &Path) -> Result<Self, BagError> {
        if !is_free(target) {
            return Err(BagError::Exists(target.to_owned()));
        }
        let begin = || {
            let place = parent(target);
            fs::create_dir_all(place)?;
            let folder = private_folder(place)?;
            fs::create_dir(folder.path().join("data"))?;
            Ok(folder)
        };
        let folder = begin().map_err(BagError::write(target))?;
        Ok(Self { target: target.to_owned(), folder, manifest: Manifest::new(), oxum: Oxum::default() })
    }

    /// Writes a file of the payload.
    ///
    /// # Errors
    /// It was written before, the disk is full, or `content` fails.
    pub fn file(
        &mut self,
        name: &PayloadName,
        content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), BagError> {
        let out = self.write(name, Some(Sha256::new()), content)?;
        self.manifest.insert(name.clone(), out.hasher.map(|hasher| hex(&hasher.finalize())).unwrap_or_default());
        Ok(())
    }

    /// The same where the SHA-256 is known already, in lower-case hexadecimal. Whoever reads the bag sees if it is another.
    ///
    /// # Errors
    /// As of [`Self::file`].
    pub fn hashed_file(
        &mut self,
        name: &PayloadName,
        sha256: &str,
        content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), BagError> {
        self.write(name, None, content)?;
        self.manifest.insert(name.clone(), sha256.to_owned());
        Ok(())
    }

    fn write(
        &mut self,
        name: &PayloadName,
        hasher: Option<Sha256>,
        content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<Counted, BagError> {
        let path = self.folder.path().join("data").join(name.as_str());
        let write = || {
            make_folders(&self.folder.path().join("data"), name)?;
            let mut out = Counted { file: BufWriter::with_capacity(1 << 18, new_file(&path)?), hasher, bytes: 0 };
            content(&mut out)?;
            out.file.flush()?;
            Ok(out)
        };
        let out = write().map_err(BagError::write(&self.target.join("data").join(name.as_str())))?;
        self.oxum.add(out.bytes);
        Ok(out)
    }

    /// The SHA-256 of a file that was written.
    pub fn sha256(&self, name: &PayloadName) -> Option<&str> {
        self.manifest.get(name).map(String::as_str)
    }

    /// Writes the description, and puts the seal on all that was written.
    ///
    /// # Errors
    /// The disk is full.
    pub fn seal(mut self, description: &Description) -> Result<Sealed, BagError> {
        let text = description.to_json().map_err(|error| BagError::write(&self.target)(error.into()))?;
        self.file(&PayloadName::description(), |out| out.write_all(&text))?;
        let texts = SEALED.map(|name| match name {
            BAGIT => BAGIT_TEXT.to_owned(),
            INFO => self.info(description),
            MANIFEST => manifest_text(&self.manifest),
            _ => include_str!("VERIFY.txt").to_owned(),
        });
        let seal = seal_text(texts.each_ref().map(|text| sha256(text.as_bytes())));
        let Self { target, folder, .. } = self;
        for (name, text) in SEALED.into_iter().zip(&texts).chain([(SEAL, &seal)]) {
            let write = || new_file(&folder.path().join(name))?.write_all(text.as_bytes());
            write().map_err(BagError::write(&target.join(name)))?;
        }
        Ok(Sealed { target, folder, id: BagId::of(seal.as_bytes()) })
    }

    fn info(&self, description: &Description) -> String {
        let run = &description.run;
        let id = run.id.as_deref().map(|id| format!("External-Identifier: {id}\n")).unwrap_or_default();
        format!(
            "Bagging-Date: {}\nBag-Software-Agent: headcount {}\n{id}Payload-Oxum: {}\n",
            run.finished_at.format("%Y-%m-%d"),
            run.tool_version,
            self.oxum
        )
    }
}

impl Sealed {
    /// Its identity.
    pub fn id(&self) -> &BagId {
        &self.id
    }

    /// The folder, as long as it has no name.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Gives the folder its name, when all of it is on the disk.
    ///
    /// # Errors
    /// The place was taken meanwhile, or the disk fails.
    pub fn into_folder(self) -> Result<BagId, BagError> {
        let Self { target, folder, id } = self;
        sync(folder.path()).map_err(BagError::write(&target))?;
        // An empty folder may stand there, which not every system lets a rename replace.
        fs::remove_dir(&target).ok();
        if target.exists() {
            return Err(BagError::Exists(target));
        }
        fs::rename(folder.path(), &target).map_err(BagError::write(&target))?;
        // It is gone from where it was, and what has its name now is to stay.
        drop(folder.keep());
        sync_folder(parent(&target)).map_err(BagError::write(&target))?;
        Ok(id)
    }

    /// Packs it into a ZIP.
    ///
    /// # Errors
    /// As of [`pack`].
    pub fn into_zip(self) -> Result<BagId, BagError> {
        pack(self.folder.path(), &self.target)?;
        Ok(self.id)
    }
}

struct Counted {
    file: BufWriter<File>,
    hasher: Option<Sha256>,
    bytes: u64,
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = self.file.write(bytes)?;
        if let Some(hasher) = &mut self.hasher {
            hasher.update(bytes.get(..length).unwrap_or_default());
        }
        self.bytes += length as u64;
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn is_free(target: &Path) -> bool {
    !target.exists() || fs::read_dir(target).is_ok_and(|mut content| content.next().is_none())
}

/// Makes the folders of a file, one in the other: what was swept away isn't made again.
fn make_folders(data: &Path, name: &PayloadName) -> io::Result<()> {
    let mut folder = data.to_owned();
    let (folders, _) = name.as_str().rsplit_once('/').unwrap_or_default();
    for part in folders.split('/').filter(|part| !part.is_empty()) {
        folder.push(part);
        match fs::create_dir(&folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Removes what this process has begun beside a target, when it is about to end in the middle of it.
pub fn sweep(target: &Path) {
    let Ok(entries) = fs::read_dir(parent(target)) else { return };
    let prefix = own_prefix();
    for entry in entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(&prefix)) {
        // Whoever still writes there finds nothing any more.
        let swept = entry.path().with_extension("swept");
        fs::rename(entry.path(), &swept).ok();
        // It is one or the other.
        fs::remove_dir_all(&swept).or_else(|_| fs::remove_file(&swept)).ok();
    }
}

/// A folder that nobody else can look into.
fn private_folder(place: &Path) -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    let prefix = own_prefix();
    builder.prefix(&prefix).suffix(".tmp");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.tempdir_in(place)
}

/// A file that isn't there yet, and that nobody else can read.
fn new_file(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Waits until everything in a folder is on the disk.
fn sync(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync(&entry.path())?;
        } else {
            File::options().write(true).open(entry.path())?.sync_all()?;
        }
    }
    sync_folder(folder)
}

/// Names are on the disk when their folder is; Windows has no way to ask for it.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
