//! A bag that is a folder: regular files and nothing else, no link followed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::entry::{Entry, Listing, MOST_FILES, Place};
use super::{BagError, Defect};

/// No file of a bag lies deeper.
const DEEPEST: usize = 8;

/// All files below a folder.
pub(super) fn list(root: &Path) -> Result<Listing, BagError> {
    let mut listing = Listing::default();
    let mut open = vec![(root.to_owned(), Vec::<String>::new())];
    let mut seen = 0;
    while let Some((folder, parts)) = open.pop() {
        for path in entries(&folder)? {
            seen += 1;
            if seen > MOST_FILES || parts.len() > DEEPEST {
                return Err(BagError::too_large(root, "it holds more files or folders than any bundle"));
            }
            let own = path.file_name().map(|name| name.to_string_lossy().into_owned());
            let parts: Vec<_> = parts.iter().cloned().chain(own).collect();
            let about = fs::symlink_metadata(&path).map_err(BagError::read(&path))?;
            let name = parts.join("/");
            if about.is_dir() {
                open.push((path, parts));
            } else if about.is_file() {
                listing.add(name, Entry { size: about.len(), place: Place::Plain(path) });
            } else {
                listing.defects.push(Defect::malformed(name, "it is no file but a link or a device"));
            }
        }
    }
    Ok(listing)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, BagError> {
    let read = || -> io::Result<Vec<PathBuf>> {
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).take(MOST_FILES + 1).collect()
    };
    read().map_err(BagError::read(folder))
}

/// The folder in which a path is.
pub(super) fn parent(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// How everything begins that this process has begun beside a target and that has no name yet.
pub(super) fn own_prefix() -> String {
    format!(".headcount-{}-", std::process::id())
}
