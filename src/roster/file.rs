//! One file: bytes → text → rows → employees, added to the roster with everything that is wrong with them.

use std::collections::BTreeSet;
use std::path::Path;

use csv::StringRecord;

use super::columns::{self, Columns};
use super::date_column::{self, DateColumn, Reading, shape};
use super::decode::{Decoded, decode};
use super::delimited::{DelimitedRows, is_ragged};
use super::header::{self, Header};
use super::last_day;
use super::refusal::Refusal;
use super::row::RowReader;
use super::words::Vocabulary;
use super::workbook;
use crate::config::RosterConfig;
use crate::diagnostic::Diagnostic;
use crate::model::text::counted;
use crate::model::{
    ColumnRole, Employee, EmploymentStatus, RejectedRow, Roster, RosterIssue, RosterIssueKind, WorkerKind,
};

/// The words of all files.
#[derive(Debug)]
pub(super) struct Words {
    pub(super) status: Vocabulary<EmploymentStatus>,
    pub(super) worker_type: Vocabulary<WorkerKind>,
}

/// Adds the people of a file to the roster. Returns the configured headings that it has.
///
/// # Errors
/// The file as a whole can't be used.
pub(super) fn read(
    file: &Path,
    bytes: &[u8],
    config: &RosterConfig,
    words: &mut Words,
    roster: &mut Roster,
) -> Result<BTreeSet<String>, Refusal> {
    let sheet;
    let decoded;
    let (text, encoding, only) = if workbook::is_archive(bytes) {
        sheet = workbook::text(file, bytes, config.sheet.as_deref())?;
        (sheet.as_str(), "xlsx", Some(workbook::SEPARATOR))
    } else {
        decoded = decode(file, bytes, config.encoding)?;
        let Decoded { text, encoding } = &decoded;
        (text.as_ref(), *encoding, config.delimiter)
    };
    if text.trim().is_empty() {
        roster.encodings.push(encoding.to_owned());
        roster.delimiters.push(None);
        roster.blank.push(file.to_owned());
        return Ok(BTreeSet::new());
    }
    let header = header::find(file, text, only, config)?;
    let columns = columns::assign(file, &header, config)?;
    roster.encodings.push(encoding.to_owned());
    roster.delimiters.push((encoding != "xlsx").then(|| char::from(header.delimiter)));
    let mut reader = FileReader::new(&columns, config, words, roster);
    reader.read(file, text, &header)?;
    reader.finish(config);
    Ok(columns.found)
}

/// What is known while the rows of a file go by.
struct FileReader<'f> {
    file: usize,
    columns: &'f Columns,
    words: &'f mut Words,
    roster: &'f mut Roster,
    rows: RowReader,
    /// How many fields a row should have; rows of a workbook may end where they like.
    width: Option<usize>,
    starts: Vec<DateColumn>,
    ends: Vec<DateColumn>,
    /// Position of the file's first employee.
    first: usize,
    /// What the file says of the status of its employees.
    stated: Vec<Option<EmploymentStatus>>,
}

impl<'f> FileReader<'f> {
    fn new(columns: &'f Columns, config: &RosterConfig, words: &'f mut Words, roster: &'f mut Roster) -> Self {
        let file = roster.encodings.len().saturating_sub(1);
        for (role, at) in &columns.roles {
            let headings = roster.columns.entry(*role).or_default();
            for name in at.iter().filter_map(|at| columns.names.get(*at)) {
                if !headings.contains(name) {
                    headings.push(name.clone());
                }
            }
        }
        for (_, name) in columns.extras() {
            if !roster.extra_columns.iter().any(|known| known == name) {
                roster.extra_columns.push(name.to_owned());
            }
        }
        let dates = |role| {
            let at = columns.of(role).iter().filter_map(|at| Some((*at, columns.names.get(*at)?)));
            at.map(|(at, name)| DateColumn::new(at, role, name, config.dates, config.timezone)).collect()
        };
        Self {
            file,
            columns,
            width: roster.delimiters.last().copied().flatten().map(|_| columns.names.len()),
            rows: RowReader::new(file, columns, &roster.extra_columns),
            starts: dates(ColumnRole::StartDate),
            ends: dates(ColumnRole::EndDate),
            first: roster.employees.len(),
            stated: Vec::new(),
            words,
            roster,
        }
    }

    /// Reads all rows below the headings.
    fn read(&mut self, file: &Path, text: &str, header: &Header) -> Result<(), Diagnostic> {
        let mut rows = DelimitedRows::new(file, text, header.delimiter);
        let mut row = StringRecord::new();
        for _ in 0..header.rows {
            rows.next(&mut row)?;
        }
        if let Some(width) = self.width {
            rows.expect_width(width);
        }
        // Growing by doubling would copy every employee again and again; rows are hardly ever shorter than this.
        self.roster.employees.reserve(text.matches('\n').count().min(text.len() / 40));
        while let Some(line) = rows.next(&mut row)? {
            if row.iter().all(|cell| super::cell::clean(cell).is_empty()) {
                continue;
            }
            self.roster.rows += 1;
            match self.rows.employee(&row, line) {
                Ok(employee) => self.add(employee, &row),
                Err(reason) => self.reject(line, reason),
            }
        }
        Ok(())
    }

    fn reject(&mut self, line: u64, reason: &str) {
        self.roster.rejected.push(RejectedRow { file: self.file, line, reason: reason.to_owned() });
        self.issue(Some(line), RosterIssueKind::Rejected, format!("not read: {reason}"));
    }

    fn add(&mut self, mut employee: Employee, row: &StringRecord) {
        let line = employee.line;
        if let Some(width) = self.width.filter(|width| is_ragged(row, *width)) {
            let text = format!(
                "employee {}: the row has {} fields, the headings are {width}; a value with a delimiter has to be quoted",
                employee.id,
                row.len(),
            );
            self.issue(Some(line), RosterIssueKind::RaggedRow, text);
        }
        for role in [ColumnRole::StartDate, ColumnRole::EndDate] {
            if let Some(unreadable) = self.date(role, &mut employee, row) {
                let text =
                    format!("employee {}: the {role} \"{unreadable}\" can't be read; write 2026-12-31", employee.id);
                self.issue(Some(line), RosterIssueKind::BadDate, text);
            }
        }
        let status = self.rows.first(ColumnRole::Status, row).filter(|word| !super::cell::is_absent(word));
        self.stated.push(status.and_then(|word| self.words.status.meaning(&word, line)));
        let kind = self.rows.first(ColumnRole::WorkerType, row).filter(|word| !super::cell::is_absent(word));
        employee.kind = kind.and_then(|word| self.words.worker_type.meaning(&word, line));
        self.roster.employees.push(employee);
    }

    /// Takes the first date of several columns. Returns the build of one that can't be read.
    fn date(&mut self, role: ColumnRole, employee: &mut Employee, row: &StringRecord) -> Option<String> {
        let at = self.roster.employees.len();
        let columns = if role == ColumnRole::StartDate { &mut self.starts } else { &mut self.ends };
        for column in columns {
            let cell = super::cell::clean(row.get(column.at).unwrap_or_default());
            match column.read(&cell, at, employee.line) {
                Reading::Absent => {}
                Reading::Waiting => return None,
                Reading::Date(date) => {
                    date_column::set(employee, role, Some(date));
                    return None;
                }
                Reading::Unreadable => {
                    date_column::set(employee, role, None);
                    return Some(shape(&cell));
                }
            }
        }
        None
    }

    fn issue(&mut self, line: Option<u64>, kind: RosterIssueKind, text: String) {
        self.roster.issues.push(RosterIssue { file: self.file, line, kind, text });
    }

    /// Settles what only the whole file can tell.
    fn finish(mut self, config: &RosterConfig) {
        for text in &self.columns.issues {
            self.issue(None, RosterIssueKind::AmbiguousColumn, text.clone());
        }
        let dates = std::mem::take(&mut self.starts).into_iter().chain(std::mem::take(&mut self.ends));
        for column in dates.collect::<Vec<_>>() {
            if let Some(text) = column.settle(&mut self.roster.employees) {
                self.issue(None, RosterIssueKind::BadDate, text);
            }
        }
        self.report_unknown_words();
        let mut reversed = Vec::new();
        for (employee, stated) in self.roster.employees.iter_mut().skip(self.first).zip(&self.stated) {
            employee.ends_at = employee.end_date.and_then(|date| last_day::end_of(date, config.timezone));
            employee.status = stated.unwrap_or_else(|| derived(employee));
            if employee.start_date.zip(employee.end_date).is_some_and(|(start, end)| end < start) {
                let text = format!("employee {}: the end_date is before the start_date", employee.id);
                reversed.push((employee.line, text));
            }
        }
        for (line, text) in reversed {
            self.issue(Some(line), RosterIssueKind::BadDate, text);
        }
    }

    fn report_unknown_words(&mut self) {
        let status = self.words.status.take_unknown();
        let worker_type = self.words.worker_type.take_unknown();
        let status = unknown_words("status", "[hr.status] active, leave or terminated", &status);
        let worker_type = unknown_words("worker type", "[hr.worker_type] employee or external", &worker_type);
        for (line, text) in status.into_iter().chain(worker_type) {
            self.issue(Some(line), RosterIssueKind::UnknownStatus, text);
        }
    }
}

/// Without a status the dates decide: whoever has a last day is leaving or has left.
const fn derived(employee: &Employee) -> EmploymentStatus {
    if employee.end_date.is_some() || employee.end_date_unread {
        EmploymentStatus::Terminated
    } else {
        EmploymentStatus::Active
    }
}

type Unknown = std::collections::BTreeMap<String, super::words::Unknown>;

/// One issue for each word. So many different ones are no statuses but something else, perhaps names.
fn unknown_words(what: &str, place: &str, unknown: &Unknown) -> Vec<(u64, String)> {
    const DIFFERENT: usize = 30;
    const LONGEST: usize = 40;
    let shown = unknown.len() <= DIFFERENT;
    let all = unknown.iter().map(|(word, unknown)| {
        let word = if shown && word.len() <= LONGEST { word.clone() } else { shape(word) };
        let rows = counted(unknown.rows, "row", "rows");
        (unknown.line, format!("the {what} \"{word}\" is not known ({rows}); add it to {place}"))
    });
    if shown {
        return all.collect();
    }
    let first = unknown.values().map(|unknown| unknown.line).min().unwrap_or_default();
    let text = format!(
        "{} different words are no known {what}; is it the right column? Set it in [hr.columns]",
        unknown.len()
    );
    vec![(first, text)]
}
