//! One file: bytes → text → parts of its rows, read on all cores → employees, added to the roster with everything that
//! is wrong with them.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::iter;
use std::path::Path;

use super::columns::{self, Columns};
use super::date_column::{DateColumn, shape};
use super::headings::RosterHeadings;
use super::last_day;
use super::part::{Dates, Part, PartReader};
use super::refusal::Refusal;
use super::row::{RowReader, Voids};
use super::words::{Met, Words};
use crate::base::diagnostic::Diagnostic;
use crate::base::parallel;
use crate::base::text::counted;
use crate::config::{RosterConfig, RosterFile};
use crate::model::{
    ColumnRole, ColumnSet, Employment, EmploymentStatus, Roster, RosterIssue, RosterIssueKind, RosterWord, Untold,
    WorkerKind,
};
use crate::table::{self, Moments, Options, Quotes, Remark, SEARCHED, Source, Table};

/// Adds the rows of a file to the roster, each as an employee. Returns the configured headings that it has.
///
/// # Errors
/// The file as a whole can't be used.
pub(super) fn read(
    file: &RosterFile,
    bytes: &[u8],
    config: &RosterConfig,
    words: &Words,
    roster: &mut Roster,
) -> Result<BTreeSet<String>, Refusal> {
    let headings = RosterHeadings::new(config);
    let options = Options {
        format: None,
        encoding: config.encoding,
        delimiter: config.delimiter,
        sheets: config.sheets.clone(),
        max_unpacked: config.max_unpacked.0,
        ..Options::default()
    };
    let mut found = BTreeSet::new();
    let sources = table::of_bytes(&file.path, Cow::Borrowed(bytes), &options, &headings)?.into_sources();
    for source in sources {
        found.extend(read_source(file, source, &headings, config, words, roster)?);
    }
    Ok(found)
}

/// Adds the rows of one sheet, or of the text that a file is.
fn read_source(
    file: &RosterFile,
    mut source: Source<'_>,
    headings: &RosterHeadings,
    config: &RosterConfig,
    words: &Words,
    roster: &mut Roster,
) -> Result<BTreeSet<String>, Refusal> {
    let path = file.path.as_path();
    roster.files.push(path.to_owned());
    roster.shown.push(file.shown.clone());
    roster.encodings.push(source.encoding.clone());
    if source.is_blank().map_err(|error| Diagnostic::of_file(path, error.to_string()))? {
        roster.delimiters.push(None);
        roster.blank.push(path.to_owned());
        return Ok(BTreeSet::new());
    }
    let header = source.header(headings).ok_or_else(|| no_headings(path, source.head()))?;
    let columns = columns::assign(path, &header, config)?;
    roster.delimiters.push(source.is_delimited.then(|| char::from(header.delimiter)));
    let parts = part_reader(file, &columns, config, words, source.is_1904, roster);
    let remarks = std::mem::take(&mut source.remarks);
    let mut reader = FileReader::new(&parts, roster);
    for Remark { line, text } in remarks {
        reader.issue(line, RosterIssueKind::UnsureReading, text);
    }
    reader.quotes = header.quotes;
    reader.read(&parts, source.table(header))?;
    reader.finish(&columns, config);
    Ok(columns.found)
}

fn no_headings(file: &Path, text: &str) -> Refusal {
    let start = text.len() - text.trim_start().len();
    let first = text.trim_start().lines().next().unwrap_or_default();
    let message = format!(
        "expected a line of headings such as \"Employee ID\" and \"Email\", found none in the first {SEARCHED} rows"
    );
    let help = if first.contains('@') || first.bytes().filter(u8::is_ascii_digit).count() > 3 {
        "the first line looks like data: export the roster with its headings"
    } else {
        "name a heading of the file in the configuration: [hr.columns] employee_id = \"…\""
    };
    Refusal::missing(ColumnRole::EmployeeId, table::in_text(file, text, start, message).help(help))
}

/// Makes the columns of a file known to the roster, and gives what reads its parts.
fn part_reader<'f>(
    file: &'f RosterFile,
    columns: &Columns,
    config: &RosterConfig,
    words: &'f Words,
    is_1904: bool,
    roster: &mut Roster,
) -> PartReader<'f> {
    for (role, at) in &columns.roles {
        let headings = roster.columns.entry(*role).or_default();
        columns::add_new(headings, at.iter().filter_map(|at| columns.names.get(*at)).map(String::as_str));
    }
    columns::add_new(&mut roster.extra_columns, columns.extras().map(|(_, name)| name));
    let dates = |role| {
        let at = columns.of(role).iter().filter_map(|at| Some((*at, columns.names.get(*at)?)));
        let moments = || Moments { notations: config.dates.clone(), zone: config.timezone, is_1904 };
        at.map(|(at, name)| DateColumn::new(at, role, name, moments())).collect()
    };
    PartReader {
        path: &file.path,
        file: roster.encodings.len().saturating_sub(1),
        rows: RowReader::new(columns, &roster.extra_columns),
        columns: columns.roles.keys().fold(ColumnSet::default(), |set, role| set.with(*role)),
        status: file.status,
        worker_type: file.worker_type,
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
    /// Position of the file's first employee, and of its first word.
    first: usize,
    first_word: usize,
    /// The positions of words in the roster.
    words: HashMap<(ColumnRole, String), u16>,
    quotes: Quotes,
    voids: Voids,
}

impl<'f> FileReader<'f> {
    fn new(parts: &PartReader<'_>, roster: &'f mut Roster) -> Self {
        Self {
            file: parts.file,
            dates: parts.dates.clone(),
            first: roster.employees.len(),
            first_word: roster.words.len(),
            words: HashMap::new(),
            quotes: Quotes::default(),
            voids: Voids::default(),
            roster,
        }
    }

    /// Reads all rows below the headings.
    fn read(&mut self, parts: &PartReader<'_>, table: Table<'_>) -> Result<(), Diagnostic> {
        let mut pieces = table.pieces;
        let unreadable = |error: std::io::Error| Diagnostic::of_file(parts.path, error.to_string());
        parallel::for_each_in_order(
            iter::from_fn(|| pieces.next().map_err(unreadable).transpose()),
            |piece| parts.read(&piece),
            |part| {
                self.take(part);
                Ok(())
            },
        )
    }

    /// Puts what came of a part to the rest.
    fn take(&mut self, mut part: Part) {
        let before = self.roster.employees.len() - self.first;
        let Dates { starts, ends } = &mut self.dates;
        let columns = starts.iter_mut().chain(ends);
        for (column, later) in columns.zip(part.dates.starts.into_iter().chain(part.dates.ends)) {
            column.append(later, before);
        }
        let has_unknown = part.statuses.iter().any(|word| word.meaning.is_none())
            || part.kinds.iter().any(|word| word.meaning.is_none());
        let statuses =
            part.statuses.into_iter().map(|met| self.word(ColumnRole::Status, met, EmploymentStatus::as_str));
        let statuses: Vec<u16> = statuses.collect();
        let kinds = part.kinds.into_iter().map(|met| self.word(ColumnRole::WorkerType, met, WorkerKind::as_str));
        let kinds: Vec<u16> = kinds.collect();
        if has_unknown {
            for employee in &mut part.employees {
                employee.change_employment(|told| {
                    told.status = told.status.map_err(|untold| renumbered(untold, &statuses));
                    told.kind = told.kind.map_err(|untold| renumbered(untold, &kinds));
                });
            }
        }
        self.quotes.append(part.quotes);
        self.voids.append(&part.voids);
        self.roster.rows += part.rows;
        self.roster.employees.extend(part.employees);
        self.roster.rejected.extend(part.rejected);
        self.roster.issues.extend(part.issues);
    }

    /// Notes a word. Returns its position in the roster.
    fn word<M>(&mut self, role: ColumnRole, found: Met<M>, spell: impl FnOnce(M) -> &'static str) -> u16 {
        let Met { word, meaning, line, rows } = found;
        if let Some(at) = self.words.get(&(role, word.clone())) {
            if let Some(known) = self.roster.words.get_mut(usize::from(*at)) {
                known.rows += rows;
            }
            return *at;
        }
        let at = u16::try_from(self.roster.words.len()).unwrap_or(u16::MAX);
        self.words.insert((role, word.clone()), at);
        let meaning = meaning.map(spell);
        self.roster.words.push(RosterWord { role, word, meaning, file: self.file, line, rows, is_harmless: false });
        at
    }

    fn issue(&mut self, line: Option<u64>, kind: RosterIssueKind, text: String) {
        self.roster.issues.push(RosterIssue { file: self.file, line, kind, text });
    }

    /// Settles what only the whole file can tell.
    fn finish(mut self, columns: &Columns, config: &RosterConfig) {
        self.report_voids(columns);
        for text in &columns.issues {
            self.issue(None, RosterIssueKind::AmbiguousColumn, text.clone());
        }
        let Dates { starts, ends } = std::mem::take(&mut self.dates);
        for column in starts.into_iter().chain(ends) {
            for (kind, text) in column.remarks() {
                self.issue(None, kind, text);
            }
            let employees = self.roster.employees.get_mut(self.first..).unwrap_or_default();
            if let Some(text) = column.settle(employees) {
                self.issue(None, RosterIssueKind::BadDate, text);
            }
        }
        let mut reversed = Vec::new();
        let mut blank = Blank::default();
        for employee in self.roster.employees.iter_mut().skip(self.first) {
            let told = employee.employment();
            blank.count(&told, employee.line());
            let Ok(Some(end)) = told.end_date else { continue };
            employee.change_employment(|employment| employment.ends_at = last_day::end_of(end, config.timezone));
            if told.start_date.is_ok_and(|start| end < start) {
                let text = format!("employee {}: the end_date is before the start_date", employee.id());
                reversed.push((employee.line(), text));
            }
        }
        for (line, text) in reversed {
            self.issue(Some(line), RosterIssueKind::BadDate, text);
        }
        if let Some((line, text)) = blank.told(columns) {
            self.issue(line, RosterIssueKind::UnknownWord, text);
        }
        self.report_unknown_words(!columns.of(ColumnRole::EndDate).is_empty());
    }

    /// What was taken for nothing, and quotes that were taken for none.
    fn report_voids(&mut self, columns: &Columns) {
        let voids: Vec<(ColumnRole, u64)> = self.voids.iter().collect();
        for (role, count) in voids {
            let headings: Vec<&str> =
                columns.of(role).iter().filter_map(|at| columns.names.get(*at)).map(String::as_str).collect();
            let cells = counted(count, "cell", "cells");
            let text = format!("{cells} of \"{}\": a word for nothing is read as none", headings.join("\", \""));
            self.issue(None, RosterIssueKind::VoidCell, text);
        }
        if let Some(line) = self.quotes.swallowed() {
            self.issue(Some(line), RosterIssueKind::UnsureReading, Quotes::SWALLOWED.to_owned());
        }
        if self.quotes.literal > 0 {
            let rows = counted(self.quotes.literal, "row", "rows");
            let text = format!("quotes that aren't closed or doubled are read as they are written ({rows})");
            self.issue(None, RosterIssueKind::UnsureReading, text);
        }
    }

    /// One issue for each word. More than `DIFFERENT` are no words but something else, perhaps names.
    fn report_unknown_words(&mut self, dates_decide: bool) {
        const DIFFERENT: usize = 30;
        const LONGEST: usize = 40;
        for (role, what, place) in [
            (ColumnRole::Status, "status", "[hr.status] active, leave or terminated"),
            (ColumnRole::WorkerType, "worker type", "[hr.worker_type] employee or external"),
        ] {
            let words = self
                .roster
                .words
                .iter_mut()
                .skip(self.first_word)
                .filter(|word| word.role == role && word.meaning.is_none());
            let mut words: Vec<_> = words.collect();
            let many = words.len() > DIFFERENT;
            let mut issues = Vec::new();
            for word in &mut words {
                word.is_harmless = role == ColumnRole::Status && dates_decide;
                if many || word.word.chars().count() > LONGEST {
                    word.word = shape(&word.word);
                }
                let rows = counted(word.rows, "row", "rows");
                let text = format!("the {what} \"{}\" is not known ({rows}); add it to {place}", word.word);
                issues.push((word.line, text));
            }
            if many {
                let first = issues.iter().map(|(line, _)| *line).min().unwrap_or_default();
                let count = issues.len();
                issues = vec![(
                    first,
                    format!(
                        "{count} different words are no known {what}; is it the right column? Set it in [hr.columns]"
                    ),
                )];
            }
            for (line, text) in issues {
                self.issue(Some(line), RosterIssueKind::UnknownWord, text);
            }
        }
    }
}

/// The position in the roster of a word with this position in a part.
fn renumbered(untold: Untold, positions: &[u16]) -> Untold {
    match untold {
        Untold::Word(at) => Untold::Word(positions.get(usize::from(at)).copied().unwrap_or(u16::MAX)),
        other => other,
    }
}

/// Rows of which nobody can say whether the person works here, because there is no word where one is needed.
#[derive(Debug, Default)]
struct Blank {
    rows: u64,
    first: u64,
}

impl Blank {
    fn count(&mut self, told: &Employment, line: u64) {
        let silent = matches!(told.status, Err(Untold::Blank | Untold::NoColumn));
        if silent && told.end_date == Err(Untold::NoColumn) {
            self.first = if self.rows == 0 { line } else { self.first };
            self.rows += 1;
        }
    }

    fn told(&self, columns: &Columns) -> Option<(Option<u64>, String)> {
        let rows = counted(self.rows, "row", "rows");
        match self.rows {
            0 => None,
            _ if columns.of(ColumnRole::Status).is_empty() => Some((
                None,
                "no column tells the status or the last day, so that nobody can say who works here; name one in \
                 [hr.columns], or state status = \"active\" in [[hr.file]] if only who works here is listed"
                    .to_owned(),
            )),
            _ => Some((
                Some(self.first),
                format!("the status is blank ({rows}), and no column tells the last day; fill it in at HR"),
            )),
        }
    }
}
