//! A column of dates: its values together tell whether the day or the month comes first, or that nobody can tell.

use chrono::{NaiveDate, NaiveTime, Timelike as _};

use crate::base::text::counted;
use crate::model::{ColumnRole, Employee, RosterIssueKind, Untold};
use crate::table::{self, DateOrder, Moments, Numbers};

/// What became of one cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// There is nothing in it, or a date that means "never".
    Absent,
    /// It is this date.
    Date(NaiveDate),
    /// It is a date that [`DateColumn::settle`] will read, if it can be read at all.
    Waiting,
    /// It is no date.
    Unreadable,
}

/// The values of a column that wait until all have been seen.
#[derive(Debug, Clone)]
pub(super) struct DateColumn {
    /// Its position in the row.
    pub(super) at: usize,
    role: ColumnRole,
    heading: String,
    moments: Moments,
    waiting: Vec<(usize, Numbers)>,
    /// How many dates mean "never", and how many words nothing.
    never: u64,
    nothing: u64,
    /// How many dates there are, and how many of them at 22:00 or 23:00.
    dates: u64,
    late: u64,
    /// The first lines that can be day-first only and month-first only.
    day_first: Option<u64>,
    month_first: Option<u64>,
}

impl DateColumn {
    /// A column that serves as `role`, with its moments written so.
    pub(super) fn new(at: usize, role: ColumnRole, heading: &str, moments: Moments) -> Self {
        Self {
            at,
            role,
            heading: heading.to_owned(),
            moments,
            waiting: Vec::new(),
            never: 0,
            nothing: 0,
            dates: 0,
            late: 0,
            day_first: None,
            month_first: None,
        }
    }

    /// Reads the cell of an employee (by position among those of the column) and line.
    pub(super) fn read(&mut self, cell: &str, employee: usize, line: u64) -> Reading {
        let numbers = match self.moments.read(cell) {
            table::Reading::Empty => return Reading::Absent,
            table::Reading::Nothing => {
                self.nothing += 1;
                return Reading::Absent;
            }
            table::Reading::Never => {
                self.never += 1;
                return Reading::Absent;
            }
            table::Reading::Day(date) | table::Reading::Odd(date) => return self.date(date, NaiveTime::MIN),
            table::Reading::Local(time) => return self.date(time.date(), time.time()),
            // A moment with an offset belongs to the day that it falls on in the roster's zone. Midnight is different: systems
            // that know only days write them so, and mean the day that they write.
            table::Reading::Moment(moment) if moment.time() == NaiveTime::MIN => {
                return self.date(moment.date_naive(), NaiveTime::MIN);
            }
            table::Reading::Moment(moment) => {
                let local = moment.with_timezone(&self.moments.zone);
                return self.date(local.date_naive(), local.time());
            }
            table::Reading::Unreadable => return Reading::Unreadable,
            table::Reading::Numbers(numbers) => numbers,
        };
        if let Some(order) = self.moments.order() {
            return numbers.read(order).map_or(Reading::Unreadable, Reading::Date);
        }
        if self.moments.is_iso_only() {
            return Reading::Unreadable;
        }
        match numbers.order() {
            Some(DateOrder::DayFirst) => self.day_first.get_or_insert(line),
            Some(DateOrder::MonthFirst) => self.month_first.get_or_insert(line),
            None => &mut 0,
        };
        self.waiting.push((employee, numbers));
        Reading::Waiting
    }

    fn date(&mut self, date: NaiveDate, time: NaiveTime) -> Reading {
        self.dates += 1;
        self.late += u64::from(matches!(time.hour(), 22 | 23) && (time.minute(), time.second()) == (0, 0));
        Reading::Date(date)
    }

    /// Adds what has waited in later rows of the same column. `before` is how many employees the earlier ones made.
    pub(super) fn append(&mut self, later: Self, before: usize) {
        self.waiting.extend(later.waiting.into_iter().map(|(employee, numbers)| (before + employee, numbers)));
        self.never += later.never;
        self.nothing += later.nothing;
        self.dates += later.dates;
        self.late += later.late;
        self.day_first = self.day_first.or(later.day_first);
        self.month_first = self.month_first.or(later.month_first);
    }

    /// What there is to remark of the column.
    pub(super) fn remarks(&self) -> Vec<(RosterIssueKind, String)> {
        let heading = &self.heading;
        let mut remarks = Vec::new();
        if self.never > 0 {
            let (dates, mean) = (counted(self.never, "date", "dates"), if self.never == 1 { "means" } else { "mean" });
            let text = format!("{dates} of \"{heading}\", such as 9999-12-31 or 1900-01-01, {mean} none");
            remarks.push((RosterIssueKind::VoidDate, text));
        }
        if self.nothing > 0 {
            let cells = counted(self.nothing, "cell", "cells");
            remarks.push((
                RosterIssueKind::VoidCell,
                format!("{cells} of \"{heading}\": a word for nothing is read as none"),
            ));
        }
        if self.dates > 1 && self.late == self.dates {
            let text = format!(
                "all dates of \"{heading}\" are at 22:00 or 23:00: a time zone has moved them to the day before; set timezone to \
                 that of the office, or export them as 2026-12-31"
            );
            remarks.push((RosterIssueKind::UnsureReading, text));
        }
        remarks
    }

    /// Reads what has waited, as far as it can be read without guessing. Returns what is wrong with the column.
    pub(super) fn settle(self, employees: &mut [Employee]) -> Option<String> {
        let order = match (self.day_first, self.month_first) {
            (Some(_), None) => Some(DateOrder::DayFirst),
            (None, Some(_)) => Some(DateOrder::MonthFirst),
            _ => None,
        };
        let (mut unread, mut first) = (0_u64, 0);
        for (at, numbers) in &self.waiting {
            let Some(employee) = employees.get_mut(*at) else { continue };
            let date = order.map_or_else(|| numbers.in_both_orders(), |order| numbers.read(order));
            if date.is_none() {
                first = if unread == 0 { employee.line() } else { first };
                unread += 1;
            }
            set(employee, self.role, date);
        }
        self.complaint(unread, first)
    }

    fn complaint(&self, unread: u64, first: u64) -> Option<String> {
        let heading = &self.heading;
        let are = if unread == 1 { "is" } else { "are" };
        match (self.day_first, self.month_first) {
            (Some(day), Some(month)) => Some(format!(
                "\"{heading}\" mixes dates with the day first (line {day}) and with the month first (line {month}); \
                 {unread} could be either and {are} not read; export them as 2026-12-31"
            )),
            _ if unread > 0 => Some(format!(
                "the dates of \"{heading}\" could have the day or the month first; {unread} {are} not read, the first \
                 in line {first}; settle it: [hr] dates = \"day-first\" or dates = \"month-first\""
            )),
            _ => None,
        }
    }
}

/// Gives an employee a date, or the knowledge that there is one which can't be read.
pub(super) fn set(employee: &mut Employee, role: ColumnRole, date: Option<NaiveDate>) {
    employee.change_employment(|employment| {
        let date = date.ok_or(Untold::Unreadable);
        if role == ColumnRole::StartDate {
            employment.start_date = date;
        } else {
            employment.end_date = date.map(Some);
        }
    });
}

/// The build of a value that must not be shown: `31/12/26` is `99/99/99`.
pub(super) fn shape(value: &str) -> String {
    const SHOWN: usize = 24;
    let shape = |c: char| match c {
        c if c.is_numeric() => '9',
        c if c.is_alphabetic() => 'x',
        c if c.is_control() => ' ',
        c => c,
    };
    value.chars().take(SHOWN).map(shape).collect()
}
