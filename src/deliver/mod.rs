//! Brings a finished report to where it belongs: files that are whole or absent, standard output, or a mail server.

pub mod email;

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
#[error("can't write {}: {error}; nothing was left half-written", path.display())]
pub struct DeliveryError {
    /// The file.
    pub path: PathBuf,
    /// Why.
    pub error: io::Error,
}

/// Writes a file atomically: it appears whole, readable by its owner alone, or not at all.
///
/// # Errors
/// The folder can't be made, the disk is full, or `content` fails.
pub fn write_file(path: &Path, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), DeliveryError> {
    let fail = |error| DeliveryError { path: path.to_owned(), error };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(fail)?;
    let mut file = NamedTempFile::new_in(folder).map_err(fail)?;
    let mut out = BufWriter::new(file.as_file_mut());
    content(&mut out).and_then(|()| out.flush()).map_err(fail)?;
    drop(out);
    file.as_file().sync_all().map_err(fail)?;
    file.persist(path).map_err(|error| fail(error.error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("deep/report.md");
        write_file(&path, |out| out.write_all(b"old")).expect("written");
        let failed = write_file(&path, |out| {
            out.write_all(b"new, but half")?;
            Err(io::Error::other("disk full"))
        });
        assert!(failed.expect_err("an error").to_string().contains("disk full"));
        assert_eq!(fs::read(&path).expect("readable"), b"old");
        assert_eq!(fs::read_dir(folder.path().join("deep")).expect("folder").count(), 1);
    }
}
