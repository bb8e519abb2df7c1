//! One file: bytes → text → parts of its rows, read on all cores → employees, added to the roster with everything that
//! is wrong with them.

use std::collections::BTreeSet;
use std::path::Path;

use csv::StringRecord;

use super::columns::{self, Columns};
use super::date_column::{DateColumn, shape};
use super::decode::{Decoded, decode};
use super::delimited::{DelimitedRows, Pieces};
use super::header::{self, Header};
use super::last_day;
use super::part::{Dates, Part, PartReader};
use super::refusal::Refusal;
use super::row::RowReader;
use super::words::{self, UnknownWords, Vocabulary};
use super::workbook;
use crate::config::RosterConfig;
use crate::crew;
use crate::diagnostic::Diagnostic;
use crate::model::text::counted;
use crate::model::{ColumnRole, Employee, EmploymentStatus, Roster, RosterIssue, RosterIssueKind, WorkerKind};

/// How many bytes of rows are read at once: some thousand rows.
const PART: usize = 1 << 19;

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
    words: &Words,
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
    let parts = part_reader(file, &columns, config, words, roster);
    let mut reader = FileReader::new(&parts, roster);
    reader.read(&parts, text, &header)?;
    reader.finish(&columns, config);
    Ok(columns.found)
}

/// Makes the columns of a file known to the roster, and gives what reads its parts.
fn part_reader<'f>(
    path: &'f Path,
    columns: &Columns,
    config: &RosterConfig,
    words: &'f Words,
    roster: &mut Roster,
) -> PartReader<'f> {
    let file = roster.encodings.len().saturating_sub(1);
    for (role, at) in &columns.roles {
        let headings = roster.columns.entry(*role).or_default();
        columns::add_new(headings, at.iter().filter_map(|at| columns.names.get(*at)).map(String::as_str));
    }
    columns::add_new(&mut roster.extra_columns, columns.extras().map(|(_, name)| name));
    let dates = |role| {
        let at = columns.of(role).iter().filter_map(|at| Some((*at, columns.names.get(*at)?)));
        at.map(|(at, name)| DateColumn::new(at, role, name, config.dates, config.timezone)).collect()
    };
    PartReader {
        path,
        file,
        rows: RowReader::new(columns, &roster.extra_columns),
        words,
        width: roster.delimiters.last().copied().flatten().map(|_| columns.names.len()),
        dates: Dates { starts: dates(ColumnRole::StartDate), ends: dates(ColumnRole::EndDate) },
    }
}

/// What is known while the parts of a file are put together.
struct FileReader<'f> {
    file: usize,
    roster: &'f mut Roster,
    dates: Dates,
    /// Position of the file's first employee.
    first: usize,
    /// What the file says of the status of its employees.
    stated: Vec<Option<EmploymentStatus>>,
    unknown_statuses: UnknownWords,
    unknown_kinds: UnknownWords,
}

impl<'f> FileReader<'f> {
    fn new(parts: &PartReader<'_>, roster: &'f mut Roster) -> Self {
        Self {
            file: parts.file,
            dates: parts.dates.clone(),
            first: roster.employees.len(),
            stated: Vec::new(),
            unknown_statuses: UnknownWords::new(),
            unknown_kinds: UnknownWords::new(),
            roster,
        }
    }

    /// Reads all rows below the headings.
    fn read(&mut self, parts: &PartReader<'_>, text: &str, header: &Header) -> Result<(), Diagnostic> {
        let mut rows = DelimitedRows::new(parts.path, text, header.delimiter);
        let mut row = StringRecord::new();
        for _ in 0..header.rows {
            rows.next(&mut row)?;
        }
        // Growing by doubling would copy every employee again and again; rows are hardly ever shorter than this.
        self.roster.employees.reserve(text.matches('\n').count().min(text.len() / 40));
        crew::share_out(
            Pieces::behind(&rows, PART).map(Ok),
            |piece| parts.read(DelimitedRows::of(piece, parts.path, text, header.delimiter)),
            |part| {
                self.take(part);
                Ok(())
            },
        )
    }

    /// Puts what came of a part to the rest.
    fn take(&mut self, part: Part) {
        let before = self.roster.employees.len() - self.first;
        let Dates { starts, ends } = &mut self.dates;
        let columns = starts.iter_mut().chain(ends);
        for (column, later) in columns.zip(part.dates.starts.into_iter().chain(part.dates.ends)) {
            column.append(later, before);
        }
        for (word, found) in part.unknown_statuses {
            words::note(&mut self.unknown_statuses, &word, found);
        }
        for (word, found) in part.unknown_kinds {
            words::note(&mut self.unknown_kinds, &word, found);
        }
        self.roster.rows += part.rows;
        self.roster.employees.extend(part.employees);
        self.roster.rejected.extend(part.rejected);
        self.roster.issues.extend(part.issues);
        self.stated.extend(part.stated);
    }

    fn issue(&mut self, line: Option<u64>, kind: RosterIssueKind, text: String) {
        self.roster.issues.push(RosterIssue { file: self.file, line, kind, text });
    }

    /// Settles what only the whole file can tell.
    fn finish(mut self, columns: &Columns, config: &RosterConfig) {
        for text in &columns.issues {
            self.issue(None, RosterIssueKind::AmbiguousColumn, text.clone());
        }
        let Dates { starts, ends } = std::mem::take(&mut self.dates);
        for column in starts.into_iter().chain(ends) {
            let employees = self.roster.employees.get_mut(self.first..).unwrap_or_default();
            if let Some(text) = column.settle(employees) {
                self.issue(None, RosterIssueKind::BadDate, text);
            }
        }
        self.report_unknown_words();
        let mut reversed = Vec::new();
        for (employee, stated) in self.roster.employees.iter_mut().skip(self.first).zip(&self.stated) {
            employee.ends_at = employee.end_date.and_then(|date| last_day::end_of(date, config.timezone));
            employee.status = stated.unwrap_or_else(|| derived(employee));
            if employee.start_date.zip(employee.end_date).is_some_and(|(start, end)| end < start) {
                let text = format!("employee {}: the end_date is before the start_date", employee.id());
                reversed.push((employee.line(), text));
            }
        }
        for (line, text) in reversed {
            self.issue(Some(line), RosterIssueKind::BadDate, text);
        }
    }

    fn report_unknown_words(&mut self) {
        let status = unknown_words("status", "[hr.status] active, leave or terminated", &self.unknown_statuses);
        let worker_type = unknown_words("worker type", "[hr.worker_type] employee or external", &self.unknown_kinds);
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

/// One issue for each word. So many different ones are no statuses but something else, perhaps names.
fn unknown_words(what: &str, place: &str, unknown: &UnknownWords) -> Vec<(u64, String)> {
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
