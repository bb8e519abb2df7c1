//! The files that go along with a mail: those that the same run has written beside its report.

use std::fs;
use std::path::Path;

use super::EmailError;
use crate::config::AttachedFile;
use crate::model::Timestamp;

/// Mail servers refuse messages over some 20 MB, and a file grows by a third on its way.
const LARGEST: u64 = 12 * 1024 * 1024;

/// What is attached unless the configuration says otherwise.
pub const WORKBOOK: &str = "report.xlsx";

/// A file that goes along.
#[derive(Debug)]
pub struct Attachment {
    /// What it is.
    pub file: AttachedFile,
    /// What is in it.
    pub content: Vec<u8>,
}

/// What goes along, and what stays behind.
#[derive(Debug, Default)]
pub struct Attachments {
    /// In the order of the configuration.
    pub files: Vec<Attachment>,
    /// Why something doesn't, as sentences.
    pub remarks: Vec<String>,
}

/// Reads the files that `wanted` names in `folder`; without names, the workbook, if there is one. A file that is older
/// than the run is of another audit, and may tell more of people than this one may.
///
/// # Errors
/// A file that is asked for by name isn't there, or can't go along.
pub fn attachments(
    wanted: Option<&[AttachedFile]>,
    folder: &Path,
    started_at: Timestamp,
) -> Result<Attachments, EmailError> {
    let mut found = Attachments::default();
    match wanted {
        None => {
            let Some(file) = AttachedFile::named(WORKBOOK).filter(|file| folder.join(&file.name).exists()) else {
                return Ok(found);
            };
            match read(&file, folder, started_at) {
                Ok(content) => found.files.push(Attachment { file, content }),
                Err(why) => found.remarks.push(format!("{WORKBOOK} doesn't go along: {why}")),
            }
        }
        Some(files) => {
            for file in files {
                let content = read(file, folder, started_at)
                    .map_err(|why| EmailError::Attachment { name: file.name.clone(), why })?;
                found.files.push(Attachment { file: file.clone(), content });
            }
        }
    }
    Ok(found)
}

fn read(file: &AttachedFile, folder: &Path, started_at: Timestamp) -> Result<Vec<u8>, String> {
    let path = folder.join(&file.name);
    let unreadable = |error: std::io::Error| format!("{}: {error}", path.display());
    let metadata = fs::metadata(&path).map_err(unreadable)?;
    if metadata.len() > LARGEST {
        return Err(format!("it has more than {} MB", LARGEST / 1024 / 1024));
    }
    let written = metadata.modified().map_err(unreadable)?;
    if Timestamp::from(written) < started_at {
        return Err("it is older than the report".to_owned());
    }
    fs::read(&path).map_err(unreadable)
}
