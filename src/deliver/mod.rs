//! Brings a finished report to where it belongs: files that are whole or absent, standard output, or a mail server.

mod attempt;
pub mod email;

pub use attempt::Attempt;

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

/// Writes a file atomically: it appears whole, readable by its owner alone, or not at all; also if the power fails.
///
/// # Errors
/// The folder can't be made, the disk is full, or `content` fails.
pub fn write_file(path: &Path, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), DeliveryError> {
    let fail = |error| DeliveryError { path: path.to_owned(), error };
    synced(path, content).and_then(|file| Ok(file.persist(path)?)).map(drop).map_err(fail)
}

/// The same for a report, without waiting until the disk has it, which for a gigabyte takes longer than the audit. What
/// a failing power supply can take away can be made again.
///
/// # Errors
/// As of [`write_file`].
pub fn write_report(path: &Path, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), DeliveryError> {
    let fail = |error| DeliveryError { path: path.to_owned(), error };
    beside(path, content).and_then(|file| Ok(file.persist(path)?)).map(drop).map_err(fail)
}

/// The same for a file that may not be there yet.
///
/// # Errors
/// As of [`write_file`]; or there is a file.
pub fn write_new_file(
    path: &Path,
    content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), DeliveryError> {
    let fail = |error| DeliveryError { path: path.to_owned(), error };
    synced(path, content).and_then(|file| Ok(file.persist_noclobber(path)?)).map(drop).map_err(fail)
}

/// The whole content in a file without its name yet, in the folder where it belongs.
fn beside(path: &Path, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = NamedTempFile::new_in(folder)?;
    let mut out = BufWriter::with_capacity(1 << 18, file.as_file_mut());
    content(&mut out).and_then(|()| out.flush())?;
    drop(out);
    Ok(file)
}

/// The same, on the disk.
fn synced(path: &Path, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<NamedTempFile> {
    let file = beside(path, content)?;
    file.as_file().sync_all()?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("deep/report.md");
        write_file(&path, |out| out.write_all(b"old")).expect("written");
        write_report(&path, |out| out.write_all(b"old")).expect("written again");
        let failed = write_report(&path, |out| {
            out.write_all(b"new, but half")?;
            Err(io::Error::other("disk full"))
        });
        assert!(failed.expect_err("an error").to_string().contains("disk full"));
        assert_eq!(fs::read(&path).expect("readable"), b"old");
        let refused = write_new_file(&path, |out| out.write_all(b"new")).expect_err("it exists");
        assert_eq!(refused.error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).expect("readable"), b"old");
        assert_eq!(fs::read_dir(folder.path().join("deep")).expect("folder").count(), 1);
    }
}
