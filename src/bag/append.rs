//! Laying signatures beside the seal of a bag that is there. Nothing else of it changes: of a ZIP, every byte of its files and
//! of its directory stays, whatever program has packed it.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read as _, Seek as _, SeekFrom, Write};
use std::path::Path;

use flate2::Crc;
use tempfile::NamedTempFile;

use super::BagError;
use super::archive::{self, Layout, Small, end};
use super::folder::parent;
use super::read::SIGNATURES;

/// Lays files into `signatures/`, all or none of them.
///
/// # Errors
/// One of that name is there, the bag can't be read, or the disk is full.
pub fn add_signatures(bag: &Path, files: &[(&str, &[u8])]) -> Result<(), BagError> {
    if bag.is_dir() { add_to_folder(bag, files) } else { add_to_zip(bag, files) }
}

fn add_to_folder(bag: &Path, files: &[(&str, &[u8])]) -> Result<(), BagError> {
    let folder = bag.join(SIGNATURES);
    let write = |bytes: &[u8]| {
        fs::create_dir_all(&folder)?;
        // Beside the bag: what a crash leaves in it would be a file that nobody knows.
        let mut file = NamedTempFile::with_prefix_in(".headcount-", parent(bag))?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        Ok(file)
    };
    let written: Result<Vec<_>, io::Error> = files.iter().map(|(_, bytes)| write(bytes)).collect();
    let written = written.map_err(BagError::write(&folder))?;
    for (file, (name, _)) in written.into_iter().zip(files) {
        let path = folder.join(name);
        file.persist_noclobber(&path).map_err(|error| BagError::write(&path)(error.error))?;
    }
    Ok(())
}

fn add_to_zip(bag: &Path, files: &[(&str, &[u8])]) -> Result<(), BagError> {
    let layout = archive::layout(bag)?;
    let mut copy = NamedTempFile::with_prefix_in(".headcount-", parent(bag)).map_err(BagError::write(bag))?;
    let write = |copy: &mut File| {
        let mut source = File::open(bag)?;
        io::copy(&mut (&source).take(layout.directory), copy)?;
        let mut out = BufWriter::new(copy);
        let more = append(&layout, files, &mut out)?;
        let offset = out.stream_position()?;
        source.seek(SeekFrom::Start(layout.directory))?;
        io::copy(&mut source.take(layout.length), &mut out)?;
        out.write_all(&more)?;
        out.write_all(&end(layout.entries + files.len() as u64, offset, layout.length + more.len() as u64))?;
        out.flush()
    };
    write(copy.as_file_mut()).and_then(|()| copy.as_file().sync_all()).map_err(BagError::write(bag))?;
    copy.persist(bag).map(drop).map_err(|error| BagError::write(bag)(error.error))
}

/// Writes files behind the last one, and returns what the directory has to tell of them.
fn append(layout: &Layout, files: &[(&str, &[u8])], out: &mut BufWriter<&mut File>) -> io::Result<Vec<u8>> {
    let mut told = Vec::new();
    for (name, bytes) in files {
        let mut crc = Crc::new();
        crc.update(bytes);
        let name = [layout.top.as_slice(), SIGNATURES.as_bytes(), name.as_bytes()].concat();
        let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
        let small = Small { name, crc: crc.sum(), length, is_utf8: layout.is_utf8 };
        told.extend(small.central(out.stream_position()?));
        out.write_all(&small.local())?;
        out.write_all(bytes)?;
    }
    Ok(told)
}
