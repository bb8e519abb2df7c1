//! A part of a file's rows → employees, with what only the whole file can tell left open. Parts are read at once, by
//! one [`PartReader`].

use std::path::Path;

use super::date_column::{self, DateColumn, Reading, shape};
use super::row::{RowReader, Voids};
use super::words::{Looking, Met, Words};
use crate::base::diagnostic::Diagnostic;
use crate::model::{
    ColumnRole, ColumnSet, Employee, Employment, EmploymentStatus, RejectedRow, RosterIssue, RosterIssueKind, Told,
    Untold, WorkerKind,
};
use crate::table::{Misquoted, Piece, Quotes, Row, clean, in_line, is_drawn};

/// Everything that reading a part of a file needs, and nothing that it changes.
pub(super) struct PartReader<'f> {
    pub(super) path: &'f Path,
    /// Position of the file in the roster.
    pub(super) file: usize,
    pub(super) rows: RowReader,
    /// The columns that it has.
    pub(super) columns: ColumnSet,
    /// What it states of everybody in it whose row doesn't say so.
    pub(super) status: Option<EmploymentStatus>,
    pub(super) worker_type: Option<WorkerKind>,
    pub(super) words: &'f Words,
    /// How many fields a row should have; rows of a workbook may end where they like.
    pub(super) width: Option<usize>,
    pub(super) dates: Dates,
}

/// The columns of dates.
#[derive(Debug, Clone, Default)]
pub(super) struct Dates {
    pub(super) starts: Vec<DateColumn>,
    pub(super) ends: Vec<DateColumn>,
}

/// What came of a part of a file.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) rows: u64,
    pub(super) employees: Vec<Employee>,
    pub(super) rejected: Vec<RejectedRow>,
    pub(super) issues: Vec<RosterIssue>,
    pub(super) dates: Dates,
    pub(super) statuses: Vec<Met<EmploymentStatus>>,
    pub(super) kinds: Vec<Met<WorkerKind>>,
    pub(super) quotes: Quotes,
    pub(super) voids: Voids,
}

impl PartReader<'_> {
    /// Reads the rows of a part.
    ///
    /// # Errors
    /// A quote swallows rows.
    pub(super) fn read(&self, piece: &Piece) -> Result<Part, Diagnostic> {
        let mut rows = piece.rows();
        let mut part = OpenPart {
            reader: self,
            statuses: self.words.status.look_up(),
            kinds: self.words.worker_type.look_up(),
            part: Part {
                rows: 0,
                employees: Vec::new(),
                rejected: Vec::new(),
                issues: Vec::new(),
                dates: self.dates.clone(),
                statuses: Vec::new(),
                kinds: Vec::new(),
                quotes: Quotes::default(),
                voids: Voids::default(),
            },
        };
        let mut row = Row::default();
        while rows.next(&mut row).map_err(|misquoted| self.misquoted(misquoted))? {
            if row.iter().any(|cell| !clean(cell).is_empty()) && !is_drawn(&row) {
                part.row(&row);
            }
        }
        part.part.quotes = rows.quotes;
        let OpenPart { statuses, kinds, part, .. } = part;
        Ok(Part { statuses: statuses.into_met(), kinds: kinds.into_met(), ..part })
    }

    fn misquoted(&self, misquoted: Misquoted) -> Diagnostic {
        let message = misquoted.to_string();
        in_line(self.path, misquoted.line, &misquoted.text, misquoted.at, message).help(Misquoted::HELP)
    }
}

/// What is known while the rows of a part go by.
struct OpenPart<'r> {
    reader: &'r PartReader<'r>,
    statuses: Looking<'r, EmploymentStatus>,
    kinds: Looking<'r, WorkerKind>,
    part: Part,
}

impl OpenPart<'_> {
    fn row(&mut self, row: &Row<'_>) {
        self.part.rows += 1;
        match self.reader.rows.employee(row, &mut self.part.voids) {
            Ok(employee) => {
                self.add(employee.found_in(self.reader.file, row.line).with_columns(self.reader.columns), row);
            }
            Err(reason) => self.reject(row.line, reason),
        }
    }

    fn reject(&mut self, line: u64, reason: &str) {
        self.part.rejected.push(RejectedRow { file: self.reader.file, line, reason: reason.to_owned() });
        self.issue(line, RosterIssueKind::Rejected, format!("not read: {reason}"));
    }

    fn add(&mut self, mut employee: Employee, row: &Row<'_>) {
        let line = employee.line();
        if let Some(width) = self.reader.width.filter(|width| row.is_ragged(*width)) {
            let text = format!(
                "employee {}: the row has {} fields, the headings are {width}; a value with a delimiter has to be quoted",
                employee.id(),
                row.len(),
            );
            self.issue(line, RosterIssueKind::RaggedRow, text);
        }
        let voids = &mut self.part.voids;
        let status = self.reader.rows.first(ColumnRole::Status, row, voids);
        let status = status.map(|word| self.statuses.meaning(&word, line));
        let kind = self.reader.rows.first(ColumnRole::WorkerType, row, voids);
        let kind = kind.map(|word| self.kinds.meaning(&word, line));
        employee = employee.with_employment(&Employment {
            status: stated(status, self.reader.status),
            kind: stated(kind, self.reader.worker_type),
            end_date: Ok(None),
            ..Employment::default()
        });
        for role in [ColumnRole::StartDate, ColumnRole::EndDate] {
            if let Some(unreadable) = self.date(role, &mut employee, row) {
                let text =
                    format!("employee {}: the {role} \"{unreadable}\" can't be read; write 2026-12-31", employee.id());
                self.issue(line, RosterIssueKind::BadDate, text);
            }
        }
        self.part.employees.push(employee);
    }

    /// Takes the first date of several columns. Returns the build of one that can't be read.
    fn date(&mut self, role: ColumnRole, employee: &mut Employee, row: &Row<'_>) -> Option<String> {
        let at = self.part.employees.len();
        let Dates { starts, ends } = &mut self.part.dates;
        for column in if role == ColumnRole::StartDate { starts } else { ends } {
            let cell = clean(row.get(column.at).unwrap_or_default());
            match column.read(&cell, at, employee.line()) {
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

    fn issue(&mut self, line: u64, kind: RosterIssueKind, text: String) {
        self.part.issues.push(RosterIssue { file: self.reader.file, line: Some(line), kind, text });
    }
}

/// What a row's word says, else what its file states. Why neither does so is known of the columns.
fn stated<M>(word: Option<Result<M, usize>>, of_file: Option<M>) -> Told<M> {
    match word {
        Some(Ok(meaning)) => Ok(meaning),
        Some(Err(at)) => Err(Untold::Word(u16::try_from(at).unwrap_or(u16::MAX))),
        None => of_file.ok_or(Untold::Blank),
    }
}
