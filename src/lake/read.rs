//! Tables that come back: certificates of parts, records of accounts, and rows of an engine.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::{Field, Row};
use parquet::schema::types::Type;

use super::file::failed;

/// The Parquet files of a folder, or the file itself, in order.
///
/// # Errors
/// The folder can't be read.
pub(super) fn files(path: &Path) -> io::Result<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let all = fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    let mut files: Vec<_> =
        all.into_iter().filter(|file| file.extension().is_some_and(|end| end == "parquet")).collect();
    files.sort();
    Ok(files)
}

/// Reads some columns of every row.
///
/// # Errors
/// It is no such table, or `visit` fails.
pub(super) fn rows<const N: usize>(
    path: &Path,
    columns: [&str; N],
    mut visit: impl FnMut([Field; N]) -> io::Result<()>,
) -> io::Result<()> {
    let reader = SerializedFileReader::new(File::open(path)?).map_err(failed)?;
    let schema = reader.metadata().file_metadata().schema();
    let find = |name: &&str| {
        let lacks = || io::Error::new(io::ErrorKind::InvalidData, format!("there is no column {name}"));
        schema.get_fields().iter().find(|field| field.name() == *name).cloned().ok_or_else(lacks)
    };
    let wanted = columns.iter().map(find).collect::<io::Result<Vec<_>>>()?;
    let projection = Type::group_type_builder(schema.name()).with_fields(wanted).build().map_err(failed)?;
    for row in reader.get_row_iter(Some(projection)).map_err(failed)? {
        let row: Row = row.map_err(failed)?;
        let cell = |name: &str| {
            let found = row.get_column_iter().find(|(column, _)| column.as_str() == name);
            found.map_or(Field::Null, |(_, field)| field.clone())
        };
        visit(columns.map(cell))?;
    }
    Ok(())
}

/// Says which file it is about.
pub(super) fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// The text of a cell; empty without one.
pub(super) fn text(cell: Field) -> String {
    match cell {
        Field::Str(text) => text,
        Field::Bytes(bytes) => String::from_utf8_lossy(bytes.data()).into_owned(),
        _ => String::new(),
    }
}

/// The number of a cell.
pub(super) fn number(cell: &Field) -> Option<u64> {
    match cell {
        Field::Long(number) => u64::try_from(*number).ok(),
        Field::Int(number) => u64::try_from(*number).ok(),
        Field::ULong(number) => Some(*number),
        Field::UInt(number) => Some(u64::from(*number)),
        _ => None,
    }
}
