//! The keys of `vendor = "file"`: an export on disk, and how its columns become facts.

use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use chrono_tz::Tz;
use encoding_rs::{Encoding, UTF_8};
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use crate::base::diagnostic::{Diagnostic, did_you_mean};
use crate::model::{FactName, facts};
use crate::setting::ConfigText;

/// An export on disk.
#[derive(Debug, Clone)]
pub(super) struct FileConfig {
    /// The file, as a path that can be opened.
    pub(super) path: PathBuf,
    /// How its records are written.
    pub(super) format: FileFormat,
    /// The encoding of a CSV file. JSON is always UTF-8.
    pub(super) encoding: &'static Encoding,
    /// What separates the cells of a CSV file.
    pub(super) delimiter: u8,
    /// From its columns to facts.
    pub(super) mapping: Mapping,
}

/// How the records of a file are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum FileFormat {
    /// A line of headings, then a line for each account.
    Csv,
    /// One JSON array of objects.
    Json,
    /// A JSON object on each line.
    Ndjson,
}

/// How the columns of a record become facts.
#[derive(Debug, Clone)]
pub(super) struct Mapping {
    /// The heading, JSON key or dotted path that holds the identifier.
    pub(super) id: Option<String>,
    /// The same for each fact that the configuration names.
    pub(super) facts: Vec<(FactName, String)>,
    /// The organisation's own words.
    pub(super) words: Words,
    /// How times are written, in the order in which they are tried.
    pub(super) times: Vec<TimeFormat>,
    /// The zone of times that don't name one.
    pub(super) timezone: Tz,
    /// What separates several roles in one text.
    pub(super) list_separator: String,
}

impl Default for Mapping {
    fn default() -> Self {
        Self {
            id: None,
            facts: Vec::new(),
            words: Words::default(),
            times: Vec::new(),
            timezone: Tz::UTC,
            list_separator: ";".to_owned(),
        }
    }
}

/// `[source.values]`: words for what a cell means. The usual ones are known without it.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Words {
    /// The account can be used.
    pub(super) active: Vec<String>,
    /// It can't.
    pub(super) inactive: Vec<String>,
    /// It is locked.
    pub(super) locked: Vec<String>,
    /// It isn't.
    pub(super) not_locked: Vec<String>,
    /// It has a licence.
    pub(super) licensed: Vec<String>,
    /// It has none.
    pub(super) not_licensed: Vec<String>,
    /// There is no value, in any column.
    pub(super) none: Vec<String>,
}

/// How a time is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TimeFormat {
    /// Seconds since 1970.
    Unix,
    /// Milliseconds since 1970.
    UnixMillis,
    /// chrono's notation, with an offset.
    WithOffset(String),
    /// chrono's notation, without an offset.
    Local(String),
    /// chrono's notation, a date alone: its first moment.
    Day(String),
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFile {
    /// The export, relative to the configuration file.
    #[schemars(with = "String")]
    file: Spanned<String>,
    /// Told by the file's extension otherwise.
    format: Option<FileFormat>,
    /// Of a CSV file, for example "windows-1252"; UTF-8 otherwise.
    #[schemars(with = "Option<String>")]
    encoding: Option<Spanned<String>>,
    /// Of a CSV file, one character; a comma otherwise.
    #[schemars(with = "Option<String>")]
    delimiter: Option<Spanned<String>>,
    /// How times are written: chrono's notation, `"unix"` or `"unix_ms"`. RFC 3339 is always understood.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    dates: Vec<Spanned<String>>,
    /// The zone of times that don't name one, for example "Europe/Berlin"; UTC otherwise.
    #[schemars(with = "Option<String>")]
    timezone: Option<Spanned<String>>,
    /// What separates several roles in one cell; a semicolon otherwise.
    list_separator: Option<String>,
    /// Fact = heading, JSON key or dotted path.
    #[serde(default)]
    columns: RawColumns,
    /// The organisation's own words.
    #[serde(default)]
    #[schemars(with = "Words")]
    values: Option<Spanned<Words>>,
}

macro_rules! columns {
    ($($(#[$of_account:meta])* $name:ident $field:ident: $kind:ident, $meaning:literal, $headings:expr;)*) => {
        #[derive(Default, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, default)]
        struct RawColumns {
            id: Option<String>,
            $($field: Option<String>,)*
        }

        impl RawColumns {
            fn facts(&self) -> Vec<(FactName, String)> {
                let columns = [$((FactName::$name, &self.$field)),*];
                columns.into_iter().filter_map(|(fact, column)| Some((fact, column.clone()?))).collect()
            }
        }
    };
}

facts!(columns);

impl RawFile {
    pub(super) fn read(self, text: &ConfigText) -> Result<FileConfig, Diagnostic> {
        let path = text.resolve(self.file.get_ref());
        let tabs = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("tsv"));
        let format = match self.format {
            Some(format) => format,
            None => format_of(&self.file, text)?,
        };
        let times = self.dates.iter().map(|format| check_time(format, text)).collect::<Result<_, _>>()?;
        let mapping = Mapping {
            facts: self.columns.facts(),
            id: self.columns.id,
            words: self.values.map(|words| check_words(words, text)).transpose()?.unwrap_or_default(),
            times,
            timezone: self.timezone.map_or(Ok(Tz::UTC), |zone| check_zone(&zone, text))?,
            list_separator: self.list_separator.filter(|text| !text.is_empty()).unwrap_or_else(|| ";".to_owned()),
        };
        let encoding = self.encoding.map_or(Ok(UTF_8), |label| check_encoding(&label, text))?;
        let default_delimiter = if tabs { b'\t' } else { b',' };
        let delimiter = self.delimiter.map_or(Ok(default_delimiter), |one| check_delimiter(&one, text))?;
        Ok(FileConfig { path, format, encoding, delimiter, mapping })
    }
}

fn format_of(file: &Spanned<String>, text: &ConfigText) -> Result<FileFormat, Diagnostic> {
    let extension = file.get_ref().rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    match extension.as_deref() {
        Some("csv" | "tsv" | "txt") => Ok(FileFormat::Csv),
        Some("json") => Ok(FileFormat::Json),
        Some("ndjson" | "jsonl") => Ok(FileFormat::Ndjson),
        _ => Err(text
            .error(file.span(), "the extension doesn't tell how the file is written")
            .help("add format = \"csv\", \"json\" or \"ndjson\"")),
    }
}

/// A format is tried on a known moment, which also tells what it leaves out.
fn check_time(format: &Spanned<String>, text: &ConfigText) -> Result<TimeFormat, Diagnostic> {
    const SAMPLE: i64 = 1_732_397_696; // 2024-11-23T21:34:56Z: no two of its parts are equal
    let notation = format.get_ref();
    match notation.as_str() {
        "unix" => return Ok(TimeFormat::Unix),
        "unix_ms" => return Ok(TimeFormat::UnixMillis),
        _ => {}
    }
    let mut written = String::new();
    let sample = DateTime::from_timestamp(SAMPLE, 0).unwrap_or_default().fixed_offset();
    let formatted = std::fmt::write(&mut written, format_args!("{}", sample.format(notation))).is_ok();
    if formatted && DateTime::parse_from_str(&written, notation).is_ok() {
        return Ok(TimeFormat::WithOffset(notation.clone()));
    }
    if formatted && NaiveDateTime::parse_from_str(&written, notation).is_ok() {
        return Ok(TimeFormat::Local(notation.clone()));
    }
    if formatted && NaiveDate::parse_from_str(&written, notation).is_ok() {
        return Ok(TimeFormat::Day(notation.clone()));
    }
    Err(text
        .error(format.span(), format!("\"{notation}\" can't be read as a date"))
        .help("for example \"%d.%m.%Y %H:%M\", \"%m/%d/%Y\", \"unix\" or \"unix_ms\""))
}

fn check_words(words: Spanned<Words>, text: &ConfigText) -> Result<Words, Diagnostic> {
    let span = words.span();
    let words = words.into_inner();
    let pairs = [
        ("active", &words.active, "inactive", &words.inactive),
        ("locked", &words.locked, "not_locked", &words.not_locked),
        ("licensed", &words.licensed, "not_licensed", &words.not_licensed),
    ];
    for (yes, yes_words, no, no_words) in pairs {
        if let Some(word) = yes_words.iter().find(|word| no_words.iter().any(|other| same_word(word, other))) {
            return Err(text
                .error(span, format!("\"{word}\" is among the words for {yes} and among those for {no}"))
                .help("keep it in one of them"));
        }
    }
    Ok(words)
}

/// Whether a cell holds a word: white space around it and case don't count.
pub(super) fn same_word(cell: &str, word: &str) -> bool {
    let (cell, word) = (cell.trim(), word.trim());
    cell.eq_ignore_ascii_case(word) || (!cell.is_ascii() && cell.to_lowercase() == word.to_lowercase())
}

fn check_zone(zone: &Spanned<String>, text: &ConfigText) -> Result<Tz, Diagnostic> {
    zone.get_ref().parse().map_err(|_| {
        let help = match did_you_mean(zone.get_ref(), chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name())) {
            Some(meant) => format!("did you mean \"{meant}\"?"),
            None => "for example \"Europe/Berlin\" or \"UTC\"".to_owned(),
        };
        text.error(zone.span(), format!("there is no time zone \"{}\"", zone.get_ref())).help(help)
    })
}

fn check_encoding(label: &Spanned<String>, text: &ConfigText) -> Result<&'static Encoding, Diagnostic> {
    Encoding::for_label(label.get_ref().as_bytes()).ok_or_else(|| {
        text.error(label.span(), format!("there is no encoding \"{}\"", label.get_ref()))
            .help("for example \"utf-8\", \"windows-1252\" or \"utf-16le\"")
    })
}

fn check_delimiter(delimiter: &Spanned<String>, text: &ConfigText) -> Result<u8, Diagnostic> {
    match delimiter.get_ref().as_bytes() {
        [one] if !matches!(one, b'"' | b'\n' | b'\r') => Ok(*one),
        _ => Err(text
            .error(delimiter.span(), "a delimiter is one character, and no quote or line break")
            .help("for example \";\" or \"\\t\"")),
    }
}
