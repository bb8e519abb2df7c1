//! A bag's folder as a ZIP: the same bytes for the same files, and only what every program can read.

use std::fs::File;
use std::io;
use std::path::Path;

use tempfile::NamedTempFile;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::BagError;
use super::entry::{Entry, Listing};
use super::folder;
use super::name::folder_name;

/// Quick. What is gained by more is less than a tenth.
const LEVEL: i64 = 1;

/// From here on lengths need 64 bits, packed ones too: deflate makes nothing longer than by a thousandth.
const LARGE: u64 = (1 << 32) - (1 << 23);

/// Packs the bag in `folder` into a new file, which appears whole or not at all. In it, the bag's folder is called like the
/// file.
///
/// # Errors
/// The target exists, can't be written, or a file of the folder can't be read.
pub fn pack(folder: &Path, target: &Path) -> Result<(), BagError> {
    let place = folder::parent(target);
    let fail = BagError::write(target);
    // First: if it was swept away, nothing is begun any more.
    let listing = folder::list(folder)?;
    let mut file = NamedTempFile::with_prefix_in(folder::own_prefix(), place).map_err(&fail)?;
    let top = folder_name(&target.file_stem().unwrap_or_default().to_string_lossy());
    write(&listing, &top, file.as_file_mut()).map_err(&fail)?;
    file.as_file().sync_all().map_err(&fail)?;
    match file.persist_noclobber(target) {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Err(BagError::Exists(target.to_owned())),
        Err(error) => Err(fail(error.error)),
    }
}

fn write(listing: &Listing, top: &str, out: &mut File) -> io::Result<()> {
    let mut zip = ZipWriter::new(out);
    for (name, entry) in in_order(listing) {
        zip.start_file(format!("{top}/{name}"), options(entry)?)?;
        io::copy(&mut entry.open()?, &mut zip)?;
    }
    zip.finish()?;
    Ok(())
}

/// What tells of the bag comes first, and the signatures, which may come later, last.
fn in_order(listing: &Listing) -> Vec<(&String, &Entry)> {
    let rank = |name: &str| match name.split_once('/') {
        None => 0,
        Some(("data", _)) => 1,
        Some(_) => 2,
    };
    let mut files: Vec<_> = listing.entries.iter().collect();
    files.sort_by_key(|(name, _)| (rank(name), name.as_str()));
    files
}

/// The first of February is after 1980 began in every zone, before which some programs can't pack.
fn options(entry: &Entry) -> io::Result<SimpleFileOptions> {
    let time = DateTime::from_date_and_time(1980, 2, 1, 0, 0, 0).map_err(io::Error::other)?;
    Ok(SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(LEVEL))
        .last_modified_time(time)
        .unix_permissions(0o600)
        .large_file(entry.size >= LARGE))
}
