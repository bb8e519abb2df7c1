//! [`Employment`] in half its room: a roster has up to millions of people.

use chrono::{DateTime, NaiveDate};

use super::employment::{ColumnSet, Employment, EmploymentStatus, Told, Untold, WorkerKind};
use super::{ColumnRole, Timestamp};

/// An employment whose reasons for what is untold are numbers. That a column is missing is not kept: it is known of the
/// columns.
#[derive(Debug, Clone, Copy)]
pub(super) struct Packed {
    /// The end of the last day in minutes since 1970, rounded up.
    ends_at: i32,
    start_date: Option<NaiveDate>,
    end_date: Option<NaiveDate>,
    previous_end_date: Option<NaiveDate>,
    status_word: u16,
    kind_word: u16,
    status: Code,
    kind: Code,
    flags: u8,
}

/// What a word or its absence means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Code {
    First,
    Second,
    Third,
    Blank,
    Word,
    Unreadable,
    Contradiction,
}

const NO_END: i32 = i32::MIN;
const START_UNREADABLE: u8 = 1;
const END_UNREADABLE: u8 = 2;
const CONTRADICTORY: u8 = 4;
const PARTLY_UNKNOWN: u8 = 8;
const START_CONTRADICTORY: u8 = 16;
const END_CONTRADICTORY: u8 = 32;

impl From<&Employment> for Packed {
    fn from(told: &Employment) -> Self {
        let (status, status_word) = coded(told.status.map(|status| match status {
            EmploymentStatus::Active => Code::First,
            EmploymentStatus::Leave => Code::Second,
            EmploymentStatus::Terminated => Code::Third,
        }));
        let (kind, kind_word) = coded(told.kind.map(|kind| match kind {
            WorkerKind::Employee => Code::First,
            WorkerKind::External => Code::Second,
        }));
        let flag = |holds: bool, flag: u8| if holds { flag } else { 0 };
        Self {
            ends_at: told.ends_at.map_or(NO_END, minutes),
            start_date: told.start_date.ok(),
            end_date: told.end_date.ok().flatten(),
            previous_end_date: told.previous_end_date,
            status_word,
            kind_word,
            status,
            kind,
            flags: flag(told.start_date == Err(Untold::Unreadable), START_UNREADABLE)
                | flag(told.start_date == Err(Untold::Contradiction), START_CONTRADICTORY)
                | flag(told.end_date == Err(Untold::Unreadable), END_UNREADABLE)
                | flag(told.end_date == Err(Untold::Contradiction), END_CONTRADICTORY)
                | flag(told.is_contradictory, CONTRADICTORY)
                | flag(told.is_partly_unknown, PARTLY_UNKNOWN),
        }
    }
}

impl Packed {
    /// For somebody whom files with these columns name.
    pub(super) fn unpacked(self, columns: ColumnSet) -> Employment {
        let is = |flag| self.flags & flag != 0;
        let blank = |role| if columns.has(role) { Untold::Blank } else { Untold::NoColumn };
        let why = |unreadable, contradictory, role| match () {
            () if is(unreadable) => Untold::Unreadable,
            () if is(contradictory) => Untold::Contradiction,
            () => blank(role),
        };
        let no_end = match why(END_UNREADABLE, END_CONTRADICTORY, ColumnRole::EndDate) {
            // A blank cell says that there is no end.
            Untold::Blank => Ok(None),
            why => Err(why),
        };
        Employment {
            status: told(self.status, self.status_word, blank(ColumnRole::Status), |code| match code {
                Code::First => Some(EmploymentStatus::Active),
                Code::Second => Some(EmploymentStatus::Leave),
                Code::Third => Some(EmploymentStatus::Terminated),
                _ => None,
            }),
            kind: told(self.kind, self.kind_word, blank(ColumnRole::WorkerType), |code| match code {
                Code::First => Some(WorkerKind::Employee),
                Code::Second => Some(WorkerKind::External),
                _ => None,
            }),
            start_date: self
                .start_date
                .ok_or_else(|| why(START_UNREADABLE, START_CONTRADICTORY, ColumnRole::StartDate)),
            end_date: self.end_date.map_or(no_end, |end| Ok(Some(end))),
            ends_at: moment(self.ends_at),
            previous_end_date: self.previous_end_date,
            is_contradictory: is(CONTRADICTORY),
            is_partly_unknown: is(PARTLY_UNKNOWN),
        }
    }
}

fn coded(word: Told<Code>) -> (Code, u16) {
    match word {
        Ok(code) => (code, 0),
        Err(Untold::NoColumn | Untold::Blank) => (Code::Blank, 0),
        Err(Untold::Word(word)) => (Code::Word, word),
        Err(Untold::Unreadable) => (Code::Unreadable, 0),
        Err(Untold::Contradiction) => (Code::Contradiction, 0),
    }
}

fn told<T>(code: Code, word: u16, blank: Untold, meaning: impl FnOnce(Code) -> Option<T>) -> Told<T> {
    match code {
        Code::Blank => Err(blank),
        Code::Word => Err(Untold::Word(word)),
        Code::Unreadable => Err(Untold::Unreadable),
        Code::Contradiction => Err(Untold::Contradiction),
        code => meaning(code).ok_or(blank),
    }
}

fn minutes(moment: Timestamp) -> i32 {
    let minutes = moment.timestamp().div_euclid(60) + i64::from(moment.timestamp().rem_euclid(60) > 0);
    // Six thousand years; further ahead than any end that is meant.
    i32::try_from(minutes).unwrap_or(i32::MAX)
}

fn moment(minutes: i32) -> Option<Timestamp> {
    if minutes == NO_END { None } else { DateTime::from_timestamp(i64::from(minutes) * 60, 0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_back() {
        let day = NaiveDate::from_ymd_opt(2026, 10, 31).expect("a day");
        let full = Employment {
            status: Ok(EmploymentStatus::Leave),
            kind: Ok(WorkerKind::External),
            start_date: Ok(day),
            end_date: Ok(Some(day)),
            ends_at: "2026-10-31T23:00:00Z".parse().ok(),
            previous_end_date: Some(day),
            is_contradictory: true,
            is_partly_unknown: true,
        };
        let columns = |roles: &[ColumnRole]| roles.iter().fold(ColumnSet::default(), |set, role| set.with(*role));
        let none = columns(&[]);
        for (employment, columns) in [
            (full, ColumnSet::ALL),
            (Employment::default(), none),
            (Employment { status: Err(Untold::Word(7)), kind: Err(Untold::Word(9)), ..full }, ColumnSet::ALL),
            (Employment { status: Err(Untold::Blank), end_date: Ok(None), ..full }, ColumnSet::ALL),
            (Employment { start_date: Err(Untold::Unreadable), end_date: Err(Untold::Unreadable), ..full }, none),
            (Employment { kind: Err(Untold::Contradiction), start_date: Err(Untold::Contradiction), ..full }, none),
            (Employment { end_date: Err(Untold::Contradiction), ..full }, none),
        ] {
            assert_eq!(Packed::from(&employment).unpacked(columns), employment);
        }
    }
}
