//! Tables as Parquet files: `DIR/accounts/crm-1-of-1.parquet`. A file is there when it is whole, and not before.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::{Compression, ConvertedType, Repetition, Type as Physical};
use parquet::column::writer::{ColumnCloseResult, ColumnWriter};
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::properties::{WriterProperties, WriterPropertiesPtr};
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{ColumnPath, Type, TypePtr};
use tempfile::NamedTempFile;

use super::TableName;
use super::sheet::{Cells, Holds, Layout, Sheet};
use crate::base::diagnostic::Diagnostic;

/// The folder of the tables.
#[derive(Debug, Clone)]
pub struct Folder(PathBuf);

/// A table that is being written.
pub struct TableFile {
    writer: SerializedFileWriter<NamedTempFile>,
    path: PathBuf,
}

/// Some rows as a Parquet file of their own, of which every thread can make one.
#[derive(Debug)]
pub struct Rows(Bytes);

impl Folder {
    /// A folder, which is made if it isn't there.
    pub fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Where the files of a table lie.
    pub fn of(&self, table: TableName) -> PathBuf {
        self.0.join(table.as_str())
    }

    /// Makes the folders of all tables, so that what can't be written is known before anything is asked.
    ///
    /// # Errors
    /// It can't be written there.
    pub fn prepare(&self) -> Result<(), Diagnostic> {
        let make = |table| {
            let folder = self.of(table);
            fs::create_dir_all(&folder)?;
            NamedTempFile::new_in(&folder).map(drop)
        };
        let made = TableName::ALL.into_iter().try_for_each(make);
        let unusable = |error| Diagnostic::of_file(&self.0, format!("the tables can't be written there: {error}"));
        made.map_err(|error: io::Error| unusable(error).help("name another folder with --out"))
    }

    /// Starts a file of a table.
    pub(super) fn start(&self, table: TableName, name: &str, layout: &Layout) -> io::Result<TableFile> {
        let folder = self.of(table);
        let file = NamedTempFile::new_in(&folder)?;
        let writer = SerializedFileWriter::new(file, schema(table.as_str(), layout)?, properties()).map_err(failed)?;
        Ok(TableFile { writer, path: folder.join(format!("{name}.parquet")) })
    }

    /// Writes a whole file of a table.
    pub(super) fn write(&self, table: TableName, name: &str, sheet: &Sheet) -> io::Result<()> {
        let mut file = self.start(table, name, &sheet.layout)?;
        file.append(&Rows::of(sheet)?)?;
        file.finish()
    }
}

impl TableFile {
    /// Adds rows.
    pub(super) fn append(&mut self, rows: &Rows) -> io::Result<()> {
        let Rows(bytes) = rows;
        let reader = SerializedFileReader::new(bytes.clone()).map_err(failed)?;
        for group in reader.metadata().row_groups() {
            let mut copy = self.writer.next_row_group().map_err(failed)?;
            let rows_written = u64::try_from(group.num_rows()).unwrap_or_default();
            for column in group.columns() {
                let closed = ColumnCloseResult {
                    bytes_written: u64::try_from(column.compressed_size()).unwrap_or_default(),
                    rows_written,
                    metadata: column.clone(),
                    bloom_filter: None,
                    column_index: None,
                    offset_index: None,
                };
                copy.append_column(bytes, closed).map_err(failed)?;
            }
            copy.close().map_err(failed)?;
        }
        Ok(())
    }

    /// Puts the file in its place.
    pub(super) fn finish(self) -> io::Result<()> {
        let file = self.writer.into_inner().map_err(failed)?;
        file.persist(&self.path).map_err(|error| error.error)?;
        Ok(())
    }
}

impl Rows {
    /// The rows of a sheet.
    pub(super) fn of(sheet: &Sheet) -> io::Result<Self> {
        let mut writer =
            SerializedFileWriter::new(Vec::new(), schema("rows", &sheet.layout)?, properties()).map_err(failed)?;
        if sheet.rows() > 0 {
            let mut group = writer.next_row_group().map_err(failed)?;
            for column in &sheet.columns {
                let Some(mut out) = group.next_column().map_err(failed)? else { break };
                let there = Some(column.there.as_slice());
                match (out.untyped(), &column.cells) {
                    (ColumnWriter::BoolColumnWriter(out), Cells::Flags(flags)) => {
                        out.write_batch(flags, there, None).map_err(failed)?
                    }
                    (ColumnWriter::Int64ColumnWriter(out), Cells::Numbers(numbers)) => {
                        out.write_batch(numbers, there, None).map_err(failed)?
                    }
                    (ColumnWriter::ByteArrayColumnWriter(out), Cells::Texts(bytes, ends)) => {
                        out.write_batch(&texts(bytes, ends), there, None).map_err(failed)?
                    }
                    _ => return Err(io::Error::other("a column holds something else than its layout says")),
                };
                out.close().map_err(failed)?;
            }
            group.close().map_err(failed)?;
        }
        Ok(Self(Bytes::from(writer.into_inner().map_err(failed)?)))
    }
}

/// Texts that share one allocation.
fn texts(bytes: &[u8], ends: &[usize]) -> Vec<ByteArray> {
    let all = Bytes::copy_from_slice(bytes);
    let starts = std::iter::once(0).chain(ends.iter().copied());
    starts.zip(ends).map(|(start, end)| ByteArray::from(all.slice(start..*end))).collect()
}

fn schema(name: &str, layout: &Layout) -> io::Result<TypePtr> {
    let column = |(name, holds): &(String, Holds)| {
        let (physical, converted) = match holds {
            Holds::Flag => (Physical::BOOLEAN, ConvertedType::NONE),
            Holds::Number => (Physical::INT64, ConvertedType::NONE),
            Holds::Text => (Physical::BYTE_ARRAY, ConvertedType::UTF8),
        };
        let column = Type::primitive_type_builder(name, physical).with_converted_type(converted);
        Ok(Arc::new(column.with_repetition(Repetition::OPTIONAL).build().map_err(failed)?))
    };
    let columns = layout.0.iter().map(column).collect::<io::Result<Vec<_>>>()?;
    Ok(Arc::new(Type::group_type_builder(name).with_fields(columns).build().map_err(failed)?))
}

/// What differs in every row is kept as it is.
fn properties() -> WriterPropertiesPtr {
    let plain = ["account", "id", "lookup", "record", "part_why"].map(ColumnPath::from);
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY);
    let properties = plain
        .into_iter()
        .fold(properties, |properties, column| properties.set_column_dictionary_enabled(column, false));
    Arc::new(properties.build())
}

pub(super) fn failed(error: ParquetError) -> io::Error {
    if matches!(&error, ParquetError::General(text) if text.starts_with("Disabled feature")) {
        return io::Error::other("its compression isn't read here; write it with snappy or without, or as NDJSON");
    }
    io::Error::other(error)
}

impl std::fmt::Debug for TableFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TableFile").field("path", &self.path).finish_non_exhaustive()
    }
}
