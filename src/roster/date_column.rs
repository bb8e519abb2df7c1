//! A column of dates: its values together tell whether the day or the month comes first, or that nobody can tell.

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::date::{self, Cell, Numbers};
use crate::base::text::counted;
use crate::config::DateOrder;
use crate::model::{ColumnRole, Employee, Untold};

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
    order: Option<DateOrder>,
    zone: Tz,
    waiting: Vec<(usize, Numbers)>,
    /// How many dates mean "never".
    never: u64,
    /// The first lines that can be day-first only and month-first only.
    day_first: Option<u64>,
    month_first: Option<u64>,
}

impl DateColumn {
    /// A column that serves as `role`; `order` is what the configuration says.
    pub(super) fn new(at: usize, role: ColumnRole, heading: &str, order: Option<DateOrder>, zone: Tz) -> Self {
        let heading = heading.to_owned();
        Self { at, role, heading, order, zone, waiting: Vec::new(), never: 0, day_first: None, month_first: None }
    }

    /// Reads the cell of an employee (by position among those of the column) and line.
    pub(super) fn read(&mut self, cell: &str, employee: usize, line: u64) -> Reading {
        let numbers = match date::read(cell, self.zone) {
            Cell::Absent => return Reading::Absent,
            Cell::Never => {
                self.never += 1;
                return Reading::Absent;
            }
            Cell::Date(date) => return Reading::Date(date),
            Cell::Unreadable => return Reading::Unreadable,
            Cell::Numbers(numbers) => numbers,
        };
        if let Some(order) = self.order {
            return numbers.read(order).map_or(Reading::Unreadable, Reading::Date);
        }
        match numbers.order() {
            Some(DateOrder::DayFirst) => self.day_first.get_or_insert(line),
            Some(DateOrder::MonthFirst) => self.month_first.get_or_insert(line),
            _ => &mut 0,
        };
        self.waiting.push((employee, numbers));
        Reading::Waiting
    }

    /// Adds what has waited in later rows of the same column. `before` is how many employees the earlier ones made.
    pub(super) fn append(&mut self, later: Self, before: usize) {
        self.waiting.extend(later.waiting.into_iter().map(|(employee, numbers)| (before + employee, numbers)));
        self.never += later.never;
        self.day_first = self.day_first.or(later.day_first);
        self.month_first = self.month_first.or(later.month_first);
    }

    /// What there is to remark of dates that mean "never".
    pub(super) fn remark(&self) -> Option<String> {
        let dates = counted(self.never, "date", "dates");
        let mean = if self.never == 1 { "means" } else { "mean" };
        (self.never > 0)
            .then(|| format!("{dates} of \"{}\", such as 9999-12-31 or 1900-01-01, {mean} none", self.heading))
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
            let date = order.or(numbers.order()).map_or_else(|| numbers.in_both_orders(), |order| numbers.read(order));
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
