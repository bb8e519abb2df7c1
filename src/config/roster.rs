//! `[hr]`: which files name the people, and what can't be told from the files themselves.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;

use chrono_tz::Tz;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use toml::Spanned;

use super::change::MaxChange;
use super::columns::{columns_schema, table_schema};
use super::roster_file::{RawEntry, RawRosterFile, RawRosterFiles, RosterFile};
use super::size::ByteSize;
use crate::base::diagnostic::Diagnostic;
use crate::model::{ColumnRole, EmploymentStatus, WorkerKind};
use crate::setting::{ConfigText, OneOrMany};
use crate::table::{Encoding, Notation, check_delimiter, check_encoding, check_notation, check_zone};

/// How to read the HR files. What is `None` or empty is recognised in the files.
#[derive(Debug, Clone)]
pub struct RosterConfig {
    /// The files, at least one.
    pub files: Vec<RosterFile>,
    /// The encoding of all files that are text.
    pub encoding: Option<&'static Encoding>,
    /// What separates the fields of all files that are text.
    pub delimiter: Option<u8>,
    /// The zone in which the last day of employment ends.
    pub timezone: Tz,
    /// How the dates of all columns are written, in the order in which that is tried.
    pub dates: Vec<Notation>,
    /// The sheets of a workbook; the first visible one otherwise.
    pub sheets: Vec<String>,
    /// How much a workbook may unpack to.
    pub max_unpacked: ByteSize,
    /// The headings that serve a purpose, in the order of preference.
    pub columns: BTreeMap<ColumnRole, Vec<String>>,
    /// The organisation's words for the state of an employment.
    pub status: Vec<(String, EmploymentStatus)>,
    /// The organisation's words for staff and externals.
    pub worker_type: Vec<(String, WorkerKind)>,
    /// How much the roster may have changed since the previous audit; also of sources that set no limit of their own.
    pub max_change: Option<MaxChange>,
}

impl RosterConfig {
    /// The configuration that names files and leaves everything else to be recognised.
    pub fn of_files(files: Vec<PathBuf>) -> Self {
        Self {
            files: files.into_iter().map(RosterFile::from).collect(),
            encoding: None,
            delimiter: None,
            timezone: Tz::UTC,
            dates: Vec::new(),
            sheets: Vec::new(),
            max_unpacked: ByteSize::UNPACKED,
            columns: BTreeMap::new(),
            status: Vec::new(),
            worker_type: Vec::new(),
            max_change: None,
        }
    }

    /// How to read one of the files.
    #[must_use]
    pub fn of_file(&self, file: &RosterFile) -> Self {
        let mut config = self.clone();
        config.columns.extend(file.columns.clone());
        config.timezone = file.timezone.unwrap_or(self.timezone);
        config
    }
}

fn status_schema(generator: &mut SchemaGenerator) -> Schema {
    use EmploymentStatus::{Active, Leave, Terminated};
    table_schema([Active, Leave, Terminated].map(EmploymentStatus::as_str), generator)
}

fn worker_type_schema(generator: &mut SchemaGenerator) -> Schema {
    table_schema([WorkerKind::Employee, WorkerKind::External].map(WorkerKind::as_str), generator)
}

/// `[hr]` as it is written.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawRoster {
    /// The HR file or files, relative to the configuration file: CSV in any dialect, a workbook (.xlsx, .xls,
    /// .ods), JSON or LDIF. As `[[hr.file]]` with
    /// `path`, a file can state what all its rows are.
    #[schemars(with = "RawRosterFiles")]
    file: Spanned<RawRosterFiles>,
    /// For example "windows-1252"; detected otherwise.
    #[schemars(with = "Option<String>")]
    encoding: Option<Spanned<String>>,
    /// One character; detected otherwise.
    #[schemars(with = "Option<String>")]
    delimiter: Option<Spanned<String>>,
    /// The zone in which the last day of employment ends, for example "Europe/Berlin"; UTC otherwise.
    #[schemars(with = "Option<String>")]
    timezone: Option<Spanned<String>>,
    /// Settles what can't be seen, as whether 03/04/2026 is in March or in April: "day-first", "month-first", "iso", "unix",
    /// "unix-ms", "filetime", "ldap", "excel", or chrono's notation.
    #[schemars(with = "Option<OneOrMany>")]
    dates: Option<Spanned<OneOrMany>>,
    /// The sheet or sheets of a workbook; the first visible one otherwise.
    #[schemars(with = "Option<OneOrMany>")]
    sheet: Option<Spanned<OneOrMany>>,
    /// How much a workbook may unpack to; "512 MB" otherwise.
    #[schemars(with = "Option<String>")]
    max_unpacked: Option<Spanned<String>>,
    /// Purpose = heading or headings; well-known headings are recognised.
    #[serde(default)]
    #[schemars(schema_with = "columns_schema")]
    columns: BTreeMap<ColumnRole, Spanned<OneOrMany>>,
    /// The organisation's words for the state of an employment; well-known words are recognised.
    #[serde(default)]
    #[schemars(schema_with = "status_schema")]
    status: BTreeMap<EmploymentStatus, Spanned<OneOrMany>>,
    /// The organisation's words for staff and externals; well-known words are recognised.
    #[serde(default)]
    #[schemars(schema_with = "worker_type_schema")]
    worker_type: BTreeMap<WorkerKind, Spanned<OneOrMany>>,
    /// How much roster and sources may change between two audits, "20%"; more is suspect and stops the audit.
    #[schemars(with = "Option<String>")]
    max_change: Option<Spanned<String>>,
}

impl RawRoster {
    /// Checks every value; paths start from the folder of the configuration file.
    ///
    /// # Errors
    /// Every mistake, with its place.
    pub fn check(self, text: &ConfigText) -> Result<RosterConfig, Vec<Diagnostic>> {
        let mut check = Checker { text, mistakes: Vec::new() };
        let files = check.files(self.file);
        let config = RosterConfig {
            files,
            encoding: self.encoding.and_then(|label| check.kept(check_encoding(&label, text))),
            delimiter: self.delimiter.and_then(|delimiter| check.kept(check_delimiter(&delimiter, text))),
            timezone: self.timezone.and_then(|zone| check.kept(check_zone(&zone, text))).unwrap_or(Tz::UTC),
            dates: self.dates.map(|dates| check.notations(dates)).unwrap_or_default(),
            sheets: self.sheet.map(|sheets| check.texts("sheet", sheets)).unwrap_or_default(),
            max_unpacked: self.max_unpacked.and_then(|size| check.size(&size)).unwrap_or(ByteSize::UNPACKED),
            columns: check.columns(self.columns),
            status: check.words("status", self.status),
            worker_type: check.words("worker type", self.worker_type),
            max_change: self.max_change.and_then(|limit| check.max_change(&limit)),
        };
        if check.mistakes.is_empty() { Ok(config) } else { Err(check.mistakes) }
    }
}

/// Collects all mistakes, so that a person doesn't meet them one by one.
struct Checker<'t> {
    text: &'t ConfigText,
    mistakes: Vec<Diagnostic>,
}

impl Checker<'_> {
    fn wrong(&mut self, span: Range<usize>, message: String, help: impl Into<String>) {
        self.mistakes.push(self.text.error(span, message).help(help));
    }

    /// What was checked elsewhere.
    fn kept<T>(&mut self, checked: Result<T, Diagnostic>) -> Option<T> {
        checked.map_err(|mistake| self.mistakes.push(mistake)).ok()
    }

    fn notations(&mut self, dates: Spanned<OneOrMany>) -> Vec<Notation> {
        let span = dates.span();
        let dates = self.texts("dates", dates);
        dates
            .into_iter()
            .filter_map(|written| self.kept(check_notation(&Spanned::new(span.clone(), written), self.text)))
            .collect()
    }

    fn files(&mut self, raw: Spanned<RawRosterFiles>) -> Vec<RosterFile> {
        let span = raw.span();
        let RawRosterFiles(raw) = raw.into_inner();
        let mut files: Vec<RosterFile> = Vec::new();
        for entry in raw {
            let (place, file) = match entry {
                RawEntry::Path(path) => (span.clone(), RosterFile::from(PathBuf::from(path))),
                RawEntry::Table(raw) => (raw.path.span(), self.file(*raw)),
            };
            let written = file.shown.display().to_string();
            let file = RosterFile { path: self.text.resolve(&written), ..file };
            if written.trim().is_empty() {
                self.wrong(place, "`file` is empty".to_owned(), "write a path");
            } else if files.iter().any(|other| other.path == file.path) {
                self.wrong(
                    place,
                    format!("the file \"{written}\" is given twice"),
                    "everybody in it would count twice",
                );
            }
            files.push(file);
        }
        if files.is_empty() {
            self.wrong(span, "`file` is empty".to_owned(), "write a path");
        }
        files
    }

    fn file(&mut self, raw: RawRosterFile) -> RosterFile {
        RosterFile {
            shown: PathBuf::from(raw.path.into_inner()),
            status: raw.status,
            worker_type: raw.worker_type,
            columns: self.columns(raw.columns),
            timezone: raw.timezone.and_then(|zone| self.kept(check_zone(&zone, self.text))),
            ..RosterFile::default()
        }
    }

    fn texts(&mut self, key: &str, value: Spanned<OneOrMany>) -> Vec<String> {
        let span = value.span();
        let texts = value.into_inner().0;
        if texts.is_empty() || texts.iter().any(|text| text.trim().is_empty()) {
            self.wrong(span, format!("`{key}` is empty"), "write a value or leave the line out");
        }
        texts
    }

    fn max_change(&mut self, limit: &Spanned<String>) -> Option<MaxChange> {
        MaxChange::check(limit, self.text).map_err(|mistake| self.mistakes.push(mistake)).ok()
    }

    fn size(&mut self, size: &Spanned<String>) -> Option<ByteSize> {
        ByteSize::check(size, self.text).map_err(|mistake| self.mistakes.push(mistake)).ok()
    }

    /// One heading can't serve two purposes.
    fn columns(&mut self, raw: BTreeMap<ColumnRole, Spanned<OneOrMany>>) -> BTreeMap<ColumnRole, Vec<String>> {
        let mut columns = BTreeMap::new();
        let mut taken: BTreeMap<String, ColumnRole> = BTreeMap::new();
        for (role, headings) in raw {
            let span = headings.span();
            let headings = self.texts(role.as_str(), headings);
            for heading in &headings {
                if let Some(other) = taken.insert(heading.trim().to_lowercase(), role) {
                    let message = format!("the heading \"{heading}\" is given as {other} and as {role}");
                    self.wrong(span.clone(), message, "a column serves one purpose; leave one of them out");
                }
            }
            columns.insert(role, headings);
        }
        columns
    }

    /// One word can't have two meanings.
    fn words<M: Copy + PartialEq>(&mut self, key: &str, raw: BTreeMap<M, Spanned<OneOrMany>>) -> Vec<(String, M)> {
        let mut words: Vec<(String, M)> = Vec::new();
        for (meaning, list) in raw {
            let span = list.span();
            for word in self.texts(key, list) {
                if words.iter().any(|(known, other)| *other != meaning && known.eq_ignore_ascii_case(&word)) {
                    let message = format!("the {key} \"{word}\" is given twice, with different meanings");
                    self.wrong(span.clone(), message, "leave it in one of the lists");
                }
                words.push((word, meaning));
            }
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::table::DateOrder;

    fn check(hr: &str) -> Result<RosterConfig, Vec<String>> {
        let text = ConfigText::new(Path::new("conf/headcount.toml"), hr);
        let raw: RawRoster = toml::from_str(hr).map_err(|error| vec![error.message().to_owned()])?;
        raw.check(&text).map_err(|mistakes| mistakes.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_whole_section_is_read() {
        let config = check(
            r#"
            file = ["staff.csv", "contractors.xlsx"]
            encoding = "latin1"
            delimiter = ";"
            timezone = "Europe/Berlin"
            dates = "day-first"
            sheet = "Staff"
            columns = { employee_id = "Worker ID", email = ["Work Email", "Former Email"] }
            status = { active = ["Active"], leave = "On Leave", terminated = ["Gone"] }
            worker_type = { employee = ["Employee"], external = ["Contractor"] }
            "#,
        )
        .expect("valid");
        let paths: Vec<_> = config.files.iter().map(|file| file.path.as_path()).collect();
        assert_eq!(paths, [Path::new("conf/staff.csv"), Path::new("conf/contractors.xlsx")]);
        assert_eq!(config.encoding.map(Encoding::name), Some("windows-1252"));
        assert_eq!(config.delimiter, Some(b';'));
        assert_eq!(config.timezone, Tz::Europe__Berlin);
        assert_eq!(config.dates, [Notation::Order(DateOrder::DayFirst)]);
        assert_eq!(config.sheets, ["Staff"]);
        assert_eq!(config.columns[&ColumnRole::Email], ["Work Email", "Former Email"]);
        assert!(config.status.contains(&("On Leave".to_owned(), EmploymentStatus::Leave)));
        assert!(config.worker_type.contains(&("Contractor".to_owned(), WorkerKind::External)));
    }

    #[test]
    fn a_file_is_enough() {
        let config = check("file = \"hr.csv\"").expect("valid");
        let file =
            RosterFile { path: PathBuf::from("conf/hr.csv"), shown: PathBuf::from("hr.csv"), ..RosterFile::default() };
        assert_eq!(config.files, [file]);
        assert_eq!(config.timezone, Tz::UTC);
    }

    #[test]
    fn a_file_can_say_more_of_itself() {
        let config = check(
            "[[file]]\npath = \"staff.csv\"\n[[file]]\npath = \"ext.csv\"\nstatus = \"active\"\nworker_type = \"external\"\n\
             timezone = \"Europe/Paris\"\ncolumns = { employee_id = \"No\" }\n",
        )
        .expect("valid");
        let paths = (config.files[0].path.as_path(), config.files[0].shown.as_path());
        assert_eq!(paths, (Path::new("conf/staff.csv"), Path::new("staff.csv")));
        let external = &config.files[1];
        assert_eq!(
            (external.status, external.worker_type),
            (Some(EmploymentStatus::Active), Some(WorkerKind::External))
        );
        assert_eq!(
            (external.timezone, &external.columns[&ColumnRole::EmployeeId]),
            (Some(Tz::Europe__Paris), &vec!["No".to_owned()])
        );
        assert!(check("[[file]]\npth = \"a\"").expect_err("key")[0].contains("unknown field `pth`"));
        assert!(check("file = [\"a\", \"./a\"]").expect_err("twice")[0].contains("given twice"));
    }

    #[test]
    fn all_mistakes_are_told_with_place_and_advice() {
        let mistakes = check(
            "file = []\nencoding = \"klingon\"\ndelimiter = \"ab\"\ntimezone = \"Europe/Berlim\"\nsheet = \" \"\n\
             columns = { email = \"Mail\", username = \"mail\" }\nstatus = { active = \"A\", leave = \"a\" }\n",
        )
        .expect_err("mistakes");
        let expected = [
            "conf/headcount.toml:1:8: `file` is empty",
            "conf/headcount.toml:2:12: \"klingon\" is no known encoding",
            "conf/headcount.toml:3:13: \"ab\" can't separate fields",
            "conf/headcount.toml:4:12: \"Europe/Berlim\" is no known time zone (did you mean \"Europe/Berlin\"?)",
            "conf/headcount.toml:5:9: `sheet` is empty",
            "conf/headcount.toml:6:40: the heading \"mail\" is given as email and as username",
            "conf/headcount.toml:7:34: the status \"a\" is given twice",
        ];
        assert_eq!(mistakes.len(), expected.len(), "{mistakes:#?}");
        for (mistake, start) in mistakes.iter().zip(expected) {
            assert!(mistake.starts_with(start), "{mistake} should start with {start}");
        }
    }

    #[test]
    fn unknown_keys_and_wrong_types_are_refused() {
        assert!(check("fiel = 1").expect_err("unknown")[0].contains("unknown field `fiel`"));
        assert!(check("file = 1").expect_err("type")[0].contains("a path, a list of paths"));
        assert!(check("file = \"a\"\ncolumns = { emial = \"x\" }").expect_err("role")[0].contains("emial"));
        assert!(check("file = \"a\"\ndates = \"dmy\"").expect_err("order")[0].contains("day-first"));
        assert!(check("file = \"a\"\ndates = [\"%d.%m.%Y\", \"filetime\"]\nsheet = [\"A\", \"B\"]").is_ok());
    }

    #[test]
    fn the_schema_knows_the_purposes() {
        let schema = serde_json::to_string(&schemars::schema_for!(RawRoster)).expect("JSON");
        for known in ["employee_id", "terminated", "external", "day-first", "\"additionalProperties\":false"] {
            assert!(schema.contains(known), "{known} is not in {schema}");
        }
    }
}
