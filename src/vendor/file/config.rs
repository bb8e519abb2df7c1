//! The keys of `vendor = "file"`: an export on disk.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::mapping::{Mapping, RawColumns, RawMapping, Words};
use crate::base::diagnostic::Diagnostic;
use crate::setting::{ConfigText, OneOrMany};
use crate::table::{Format, Options, check_delimiter, check_encoding};

/// An export on disk.
#[derive(Debug, Clone)]
pub(super) struct FileConfig {
    /// The file, as a path that can be opened.
    pub(super) path: PathBuf,
    /// As the configuration writes it.
    pub(super) shown: PathBuf,
    /// How its table is read.
    pub(super) options: Options,
    /// From its columns to facts.
    pub(super) mapping: Mapping,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFile {
    /// The export, relative to the configuration file: CSV in any dialect, a workbook, JSON, NDJSON or LDIF.
    #[schemars(with = "String")]
    file: Spanned<String>,
    /// Told by the content otherwise.
    format: Option<Format>,
    /// For example "windows-1252"; detected otherwise.
    #[schemars(with = "Option<String>")]
    encoding: Option<Spanned<String>>,
    /// Of a CSV file, one character; detected otherwise.
    #[schemars(with = "Option<String>")]
    delimiter: Option<Spanned<String>>,
    /// The sheet or sheets of a workbook; the first visible one otherwise.
    sheet: Option<OneOrMany>,
    /// How moments are written, where that can't be seen: "day-first", "month-first", "iso", "unix", "unix-ms", "filetime",
    /// "ldap", "excel", or chrono's notation; one or several.
    #[schemars(with = "Option<OneOrMany>")]
    dates: Option<Spanned<OneOrMany>>,
    /// The zone of times that don't name one, for example "Europe/Berlin"; UTC otherwise.
    #[schemars(with = "Option<String>")]
    timezone: Option<Spanned<String>>,
    /// What separates several roles in one cell; `;`, `|`, line breaks and brackets otherwise.
    list_separator: Option<String>,
    /// Fact = heading, JSON key or dotted path.
    #[serde(default)]
    columns: RawColumns,
    /// The organisation's own words.
    #[schemars(with = "Option<Words>")]
    values: Option<Spanned<Words>>,
}

impl RawFile {
    pub(super) fn read(self, text: &ConfigText) -> Result<FileConfig, Diagnostic> {
        let path = text.resolve(self.file.get_ref());
        let has_extension =
            |known: &str| path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(known));
        let is_lines = has_extension("ndjson") || has_extension("jsonl");
        let options = Options {
            format: self.format.or(is_lines.then_some(Format::Ndjson)),
            encoding: self.encoding.map(|label| check_encoding(&label, text)).transpose()?,
            delimiter: self.delimiter.map(|delimiter| check_delimiter(&delimiter, text)).transpose()?,
            sheets: self.sheet.map(|OneOrMany(sheets)| sheets).unwrap_or_default(),
            ..Options::default()
        };
        let Self { file, dates, timezone, list_separator, columns, values, .. } = self;
        let mapping = RawMapping { dates, timezone, list_separator, columns, values }.check(text)?;
        Ok(FileConfig { path, shown: PathBuf::from(file.into_inner()), options, mapping })
    }
}
