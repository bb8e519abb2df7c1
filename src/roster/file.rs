//! One file: bytes → text → parts of its rows, read on all cores → employees, added to the roster with everything that
//! is wrong with them.

use std::collections::{BTreeSet, HashMap};

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
use super::words::{Met, Words};
use super::workbook;
use crate::base::diagnostic::Diagnostic;
use crate::base::parallel;
use crate::base::text::counted;
use crate::config::{RosterConfig, RosterFile};
use crate::model::{
    ColumnRole, ColumnSet, Employment, EmploymentStatus, Roster, RosterIssue, RosterIssueKind, RosterWord, Untold,
    WorkerKind,
};

/// How many bytes of rows are read at once: some thousand rows.
const PART: usize = 1 << 19;

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
    let path = file.path.as_path();
    let sheet;
    let decoded;
    let (text, encoding, only) = if workbook::is_archive(bytes) {
        sheet = workbook::text(path, bytes, config)?;
        (sheet.as_str(), "xlsx", Some(workbook::SEPARATOR))
    } else {
        decoded = decode(path, bytes, config.encoding)?;
        let Decoded { text, encoding } = &decoded;
        (text.as_ref(), *encoding, config.delimiter)
    };
    if text.trim().is_empty() {
        roster.encodings.push(encoding.to_owned());
        roster.delimiters.push(None);
        roster.blank.push(path.to_owned());
        return Ok(BTreeSet::new());
    }
    let header = header::find(path, text, only, config)?;
    let columns = columns::assign(path, &header, config)?;
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
    file: &'f RosterFile,
    columns: &Columns,
    config: &RosterConfig,
    words: &'f Words,
    roster: &mut Roster,
) -> PartReader<'f> {
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
}

impl<'f> FileReader<'f> {
    fn new(parts: &PartReader<'_>, roster: &'f mut Roster) -> Self {
        Self {
            file: parts.file,
            dates: parts.dates.clone(),
            first: roster.employees.len(),
            first_word: roster.words.len(),
            words: HashMap::new(),
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
        parallel::for_each_in_order(
            Pieces::behind(&rows, PART).map(Ok),
            |piece| parts.read(DelimitedRows::of(piece, parts.path, text, header.delimiter)),
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
        for text in &columns.issues {
            self.issue(None, RosterIssueKind::AmbiguousColumn, text.clone());
        }
        let Dates { starts, ends } = std::mem::take(&mut self.dates);
        for column in starts.into_iter().chain(ends) {
            if let Some(text) = column.remark() {
                self.issue(None, RosterIssueKind::VoidDate, text);
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

    /// One issue for each word. So many different ones are no words but something else, perhaps names.
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
