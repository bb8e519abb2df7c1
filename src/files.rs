//! The one way in for the files that a verdict rests on: configuration, HR files, crosswalks, declared accounts, waivers,
//! baseline, policies, rules of one's own, templates, and the report that findings are compared with. Whoever reads one says
//! what it is for, so that it can be kept as it was read, and read again elsewhere as if it lay where it lay then.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::bag::{self, Bag, BagError, PayloadName, Role, SEAL};
use crate::model::Timestamp;

/// By what a file is asked for: what it is for, and the path under which whoever needs it knows it.
pub type Asked = (Role, PathBuf);

/// Every file that was read, in the order in which they were.
type AllKept = Vec<(Asked, Kept)>;

/// Where files are read, and whether they are kept. Copies share what is kept.
#[derive(Debug, Clone, Default)]
pub struct Files {
    /// Those that an earlier run has kept; otherwise, all are where their paths say.
    stored: Option<Arc<Stored>>,
    /// Of these, what lies here is read all the same.
    replaced: BTreeSet<Role>,
    kept: Option<Arc<Mutex<AllKept>>>,
}

/// The files that a bag holds, and when each had been written.
#[derive(Debug)]
struct Stored {
    bag: Arc<Bag>,
    files: BTreeMap<Asked, (PayloadName, Option<Timestamp>)>,
}

/// A file as it was read first, in a file that has no name and is gone when the run ends.
#[derive(Debug, Clone)]
struct Kept {
    content: Arc<Mutex<File>>,
    modified_at: Option<Timestamp>,
}

/// A file that was read in this run.
#[derive(Debug, Clone)]
pub struct Input {
    /// What it is for.
    pub role: Role,
    /// The path under which it was asked for.
    pub shown: PathBuf,
    /// When it was written, by its file system.
    pub modified_at: Option<Timestamp>,
    content: Arc<Mutex<File>>,
}

impl Input {
    /// Its bytes.
    pub fn content(&self) -> impl Read + Send + use<> {
        KeptReader { file: Arc::clone(&self.content), at: 0 }
    }
}

/// A file that has been opened.
pub struct Opened {
    /// Its bytes.
    pub content: Box<dyn Read + Send>,
    /// When it was written, by its file system.
    pub modified_at: Option<Timestamp>,
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened").field("modified_at", &self.modified_at).finish_non_exhaustive()
    }
}

impl Files {
    /// Those that lie here, of which each is kept that is read.
    pub fn keeping() -> Self {
        Self { kept: Some(Arc::default()), ..Self::default() }
    }

    /// Those that an earlier run has kept in a bag, and no others.
    pub fn stored(bag: Arc<Bag>) -> Self {
        // Rules that were judged by are one whole, whatever their paths were; only a policy names some for itself.
        let is_whole = |input: &&bag::Input| input.role == Role::Rule && input.file.as_str().starts_with("rules/");
        let inputs = bag.description().inputs.iter().filter(|input| !is_whole(input));
        let files = inputs
            .map(|input| ((input.role, PathBuf::from(&input.shown)), (input.file.clone(), input.modified_at)))
            .collect();
        Self { stored: Some(Arc::new(Stored { bag, files })), ..Self::default() }
    }

    /// The same; each is kept that is read.
    #[must_use]
    pub fn kept_too(self) -> Self {
        Self { kept: Some(Arc::default()), ..self }
    }

    /// The same, but for files of this kind, which are those that lie here.
    #[must_use]
    pub fn replacing(mut self, role: Role) -> Self {
        self.replaced.insert(role);
        self
    }

    /// Whether there is such a file, so that it can be left unread where there is none.
    pub fn has(&self, role: Role, path: &Path) -> bool {
        match self.stored_of(role) {
            None => path.exists() || in_bundle(role, path).is_some_and(|found| found.is_ok()),
            Some(stored) => stored.files.contains_key(&(role, path.to_owned())),
        }
    }

    /// Where the report is that somebody names: in the file itself, or in the bundle that it is.
    pub fn report_at(&self, path: &Path) -> PathBuf {
        let is_bundle = || matches!(Bag::open(path), Ok(_) | Err(BagError::Altered { .. }));
        let is_here = self.stored_of(Role::PreviousReport).is_none();
        if is_here && is_bundle() { path.join(REPORT) } else { path.to_owned() }
    }

    /// Whether a report is one in a bundle.
    pub fn is_of_bundle(path: &Path) -> bool {
        let Some(bundle) = path.parent().filter(|bundle| *bundle != Path::new("")) else { return false };
        !bundle.is_dir() || bundle.join(SEAL).exists()
    }

    /// Opens a file.
    ///
    /// # Errors
    /// It can't be read; or it isn't what was stored, which is of the kind `InvalidData`.
    pub fn open(&self, role: Role, path: &Path) -> io::Result<Opened> {
        let Some(all) = &self.kept else {
            let (file, modified_at) = self.find(role, path)?;
            return Ok(Opened { content: file, modified_at });
        };
        let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
        let asked = (role, path.to_owned());
        let kept = match all.iter().find(|(known, _)| *known == asked) {
            Some((_, kept)) => kept.clone(),
            None => {
                let (mut file, modified_at) = self.find(role, path)?;
                let mut content = tempfile::tempfile()?;
                io::copy(&mut file, &mut content)?;
                let kept = Kept { content: Arc::new(Mutex::new(content)), modified_at };
                all.push((asked, kept.clone()));
                kept
            }
        };
        Ok(Opened { content: Box::new(KeptReader { file: kept.content, at: 0 }), modified_at: kept.modified_at })
    }

    /// Reads a file, and says when it was written.
    ///
    /// # Errors
    /// As of [`open`](Self::open).
    pub fn read(&self, role: Role, path: &Path) -> io::Result<(Vec<u8>, Option<Timestamp>)> {
        let mut opened = self.open(role, path)?;
        let mut bytes = Vec::new();
        opened.content.read_to_end(&mut bytes)?;
        Ok((bytes, opened.modified_at))
    }

    /// Reads a file of text.
    ///
    /// # Errors
    /// As of [`open`](Self::open); or it isn't UTF-8.
    pub fn read_to_string(&self, role: Role, path: &Path) -> io::Result<String> {
        let mut text = String::new();
        self.open(role, path)?.content.read_to_string(&mut text)?;
        Ok(text)
    }

    /// The files at a path: itself, or those of a folder, sorted.
    ///
    /// # Errors
    /// There is nothing, or it can't be read.
    pub fn list(&self, role: Role, path: &Path) -> io::Result<Vec<PathBuf>> {
        if let Some(stored) = self.stored_of(role) {
            let is_in = |file: &Path| file == path || file.parent() == Some(path);
            let files = stored.files.keys().filter(|(of, file)| *of == role && is_in(file));
            return Ok(files.map(|(_, file)| file.clone()).collect());
        }
        if !std::fs::metadata(path)?.is_dir() {
            return Ok(vec![path.to_owned()]);
        }
        let files = std::fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path()));
        let mut files = files.collect::<io::Result<Vec<_>>>()?;
        files.sort();
        Ok(files)
    }

    /// The files of one path below each folder in this one, sorted; none, where there is no such folder.
    ///
    /// # Errors
    /// Nobody may look whether there are any.
    pub fn below(&self, role: Role, folder: &Path, file: &Path) -> Result<Vec<PathBuf>, (PathBuf, io::Error)> {
        if let Some(stored) = self.stored_of(role) {
            let files = stored.files.keys().filter(|(of, path)| *of == role && path.starts_with(folder));
            return Ok(files.map(|(_, path)| path.clone()).collect());
        }
        let is_nothing =
            |error: &io::Error| matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory);
        let unreadable = |error| (folder.to_owned(), error);
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if is_nothing(&error) => return Ok(Vec::new()),
            Err(error) => return Err(unreadable(error)),
        };
        let mut files = Vec::new();
        for entry in entries {
            let path = entry.map_err(unreadable)?.path().join(file);
            match std::fs::metadata(&path) {
                Ok(_) => files.push(path),
                Err(error) if is_nothing(&error) => {}
                Err(error) => return Err((path, error)),
            }
        }
        files.sort();
        Ok(files)
    }

    /// Whether there is a folder. Of what was stored, that was seen to when it was.
    pub fn is_folder(&self, role: Role, path: &Path) -> bool {
        self.stored_of(role).is_some() || path.is_dir()
    }

    /// What was read so far, by what it is for; those for the same, in the order in which they were read.
    pub fn inputs(&self) -> Vec<Input> {
        let Some(kept) = &self.kept else { return Vec::new() };
        let kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        let input = |((role, shown), kept): &(Asked, Kept)| Input {
            role: *role,
            shown: shown.clone(),
            modified_at: kept.modified_at,
            content: Arc::clone(&kept.content),
        };
        let mut inputs: Vec<Input> = kept.iter().map(input).collect();
        inputs.sort_by_key(|input| input.role);
        inputs
    }

    fn stored_of(&self, role: Role) -> Option<&Stored> {
        self.stored.as_deref().filter(|_| !self.replaced.contains(&role))
    }

    fn find(&self, role: Role, path: &Path) -> io::Result<(Box<dyn Read + Send>, Option<Timestamp>)> {
        let Some(stored) = self.stored_of(role) else {
            if let Some(found) = in_bundle(role, path) {
                return Ok((found?, None));
            }
            let file = File::open(path)?;
            let modified = file.metadata()?.modified().ok().map(Timestamp::from);
            return Ok((Box::new(file), modified));
        };
        let missing = || io::Error::new(io::ErrorKind::NotFound, "it isn't in the snapshot");
        let (name, modified_at) = stored.files.get(&(role, path.to_owned())).ok_or_else(missing)?;
        Ok((Box::new(stored.bag.read(name).map_err(as_io)?), *modified_at))
    }
}

/// What a bundle's report is called here, as if the bundle were a folder.
const REPORT: &str = "report.json";

/// A file of an earlier report that is in a bundle: the report, or the accounts beside it. `None`, if it isn't in one.
fn in_bundle(role: Role, path: &Path) -> Option<io::Result<Box<dyn Read + Send>>> {
    let (bundle, name) = (path.parent()?, path.file_name()?.to_str()?);
    if role != Role::PreviousReport || path.exists() || !bundle.exists() {
        return None;
    }
    let name = if name == REPORT { format!("outputs/{name}") } else { name.to_owned() };
    let read = |bag: Bag| bag.read(&PayloadName::new(&name).map_err(io::Error::other)?).map_err(as_io);
    match Bag::open(bundle) {
        Err(BagError::NoBag { .. } | BagError::Read { .. }) => None,
        opened => Some(opened.map_err(as_io).and_then(read).map(|content| Box::new(content) as _)),
    }
}

fn as_io(error: BagError) -> io::Error {
    match error {
        BagError::Read { error, .. } => error,
        other => io::Error::other(other),
    }
}

/// Reads a kept file from its beginning, whoever else does at the same time.
struct KeptReader {
    file: Arc<Mutex<File>>,
    at: u64,
}

impl Read for KeptReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.at))?;
        let length = file.read(buffer)?;
        self.at += length as u64;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bag::{BagWriter, Description, Run};

    fn text(files: &Files, path: &Path) -> io::Result<String> {
        files.read_to_string(Role::Waivers, path)
    }

    #[test]
    fn what_was_read_once_stays_as_it_was_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("waivers.toml");
        std::fs::write(&path, "first").expect("written");
        let files = Files::keeping();
        assert_eq!(text(&files, &path).expect("read"), "first");
        std::fs::write(&path, "second").expect("written");
        assert_eq!(text(&files.clone(), &path).expect("read"), "first");
        assert_eq!(text(&Files::default(), &path).expect("read"), "second");
        let [input] = &files.inputs()[..] else { panic!("one input") };
        let mut kept = String::new();
        input.content().read_to_string(&mut kept).expect("read");
        assert_eq!((input.role, &input.shown, kept.as_str()), (Role::Waivers, &path, "first"));
        assert!(input.modified_at.is_some());
    }

    #[test]
    fn what_was_stored_is_read_under_its_old_path_and_nothing_else_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let (here, target) = (folder.path().join("waivers.toml"), folder.path().join("bag"));
        std::fs::write(&here, "from here").expect("written");
        let at = |text: &str| text.parse::<Timestamp>().expect("a time");
        let old = Path::new("/nowhere/waivers.toml");
        let file = PayloadName::numbered("inputs", "waivers", 1, "toml").expect("a name");
        let mut bag = BagWriter::beside(&target).expect("begun");
        bag.file(&file, |out| out.write_all(b"stored")).expect("written");
        let input = bag::Input {
            role: Role::Waivers,
            shown: old.display().to_string(),
            file: file.clone(),
            modified_at: Some(at("2026-01-05T00:00:00.5Z")),
        };
        let run = Run {
            id: None,
            as_of: None,
            started_at: at("2026-11-20T12:00:00Z"),
            finished_at: at("2026-11-20T12:00:00Z"),
            tool_version: String::new(),
        };
        bag.seal(&Description::of_snapshot(run, vec![input])).expect("sealed").into_folder().expect("named");
        let stored = || Files::stored(Arc::new(Bag::open(&target).expect("a bag")));
        let files = stored();
        let read = files.read(Role::Waivers, old).expect("read");
        assert_eq!(read, (b"stored".to_vec(), Some(at("2026-01-05T00:00:00.5Z"))));
        assert_eq!(files.list(Role::Waivers, Path::new("/nowhere")).expect("listed"), [old]);
        let missing = |role, path: &Path| files.read(role, path).expect_err("missing").kind();
        assert_eq!(missing(Role::Baseline, old), io::ErrorKind::NotFound, "it is for something else");
        assert_eq!(missing(Role::Waivers, &here), io::ErrorKind::NotFound, "what lies here doesn't count");
        assert_eq!(text(&files.replacing(Role::Waivers), &here).expect("replaced"), "from here");
        std::fs::write(target.join("data").join(file.as_str()), "forged").expect("written");
        let forged = text(&stored(), old).expect_err("forged");
        assert!(forged.to_string().contains("changed data/inputs/waivers-1.toml"), "{forged}");
    }
}
