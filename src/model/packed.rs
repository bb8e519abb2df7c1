//! [`Employment`] in half its room: a roster has up to millions of people.

use chrono::{NaiveDate, NaiveTime, TimeDelta};

use super::employment::{ColumnSet, Employment, EmploymentStatus, Ending, Told, Untold, WorkerKind};
use super::{ColumnRole, Timestamp};

/// An employment whose reasons for what is untold are numbers. That a column is missing is not kept: it is known of the
/// columns.
#[derive(Debug, Clone, Copy)]
pub(super) struct Packed {
    /// The moment at which the last day ends: minutes after it began in UTC, rounded up. That is a day, give or take the
    /// time zone, and is added faster than it is counted since 1970.
    ends_after: i16,
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

const NO_END: i16 = i16::MIN;
const MINUTES_A_DAY: i32 = 24 * 60;
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
            ends_after: told.end_date.ok().flatten().zip(told.ends_at).map_or(NO_END, |(day, end)| minutes(day, end)),
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
        Employment {
            status: self.status(columns),
            kind: self.kind(columns),
            start_date: self.start_date(columns),
            end_date: self.end_date(columns),
            ends_at: self.ends_at(),
            previous_end_date: self.previous_end_date(),
            is_contradictory: self.is(CONTRADICTORY),
            is_partly_unknown: self.is(PARTLY_UNKNOWN),
        }
    }

    #[inline]
    pub(super) fn status(self, columns: ColumnSet) -> Told<EmploymentStatus> {
        told(self.status, self.status_word, blank(columns, ColumnRole::Status), |code| match code {
            Code::First => Some(EmploymentStatus::Active),
            Code::Second => Some(EmploymentStatus::Leave),
            Code::Third => Some(EmploymentStatus::Terminated),
            _ => None,
        })
    }

    #[inline]
    pub(super) fn kind(self, columns: ColumnSet) -> Told<WorkerKind> {
        told(self.kind, self.kind_word, blank(columns, ColumnRole::WorkerType), |code| match code {
            Code::First => Some(WorkerKind::Employee),
            Code::Second => Some(WorkerKind::External),
            _ => None,
        })
    }

    #[inline]
    pub(super) fn start_date(self, columns: ColumnSet) -> Told<NaiveDate> {
        let why = || self.why(START_UNREADABLE, START_CONTRADICTORY, blank(columns, ColumnRole::StartDate));
        self.start_date.ok_or_else(why)
    }

    #[inline]
    pub(super) fn end_date(self, columns: ColumnSet) -> Told<Option<NaiveDate>> {
        if self.end_date.is_some() {
            return Ok(self.end_date);
        }
        match self.why(END_UNREADABLE, END_CONTRADICTORY, blank(columns, ColumnRole::EndDate)) {
            // A blank cell says that there is no end.
            Untold::Blank => Ok(None),
            why => Err(why),
        }
    }

    #[inline]
    pub(super) fn ends_at(self) -> Option<Timestamp> {
        let (day, after) = (self.end_date?, self.ends_after);
        if after == NO_END {
            return None;
        }
        let (days, minute) = (i32::from(after).div_euclid(MINUTES_A_DAY), i32::from(after).rem_euclid(MINUTES_A_DAY));
        let day = match days {
            0 => day,
            1 => day.succ_opt()?,
            days => day.checked_add_signed(TimeDelta::days(days.into()))?,
        };
        let time = NaiveTime::from_num_seconds_from_midnight_opt(minute.unsigned_abs() * 60, 0)?;
        Some(day.and_time(time).and_utc())
    }

    pub(super) const fn previous_end_date(self) -> Option<NaiveDate> {
        self.previous_end_date
    }

    const fn is(self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    const fn why(self, unreadable: u8, contradictory: u8, blank: Untold) -> Untold {
        match () {
            () if self.is(unreadable) => Untold::Unreadable,
            () if self.is(contradictory) => Untold::Contradiction,
            () => blank,
        }
    }
}

/// For somebody whom files with these columns name.
impl Ending for (Packed, ColumnSet) {
    #[inline]
    fn word(&self) -> Told<EmploymentStatus> {
        self.0.status(self.1)
    }

    #[inline]
    fn last_day(&self) -> Told<Option<NaiveDate>> {
        self.0.end_date(self.1)
    }

    #[inline]
    fn end(&self) -> Option<Timestamp> {
        self.0.ends_at()
    }

    #[inline]
    fn is_contradictory(&self) -> bool {
        self.0.is(CONTRADICTORY)
    }

    #[inline]
    fn is_partly_unknown(&self) -> bool {
        self.0.is(PARTLY_UNKNOWN)
    }
}

const fn blank(columns: ColumnSet, role: ColumnRole) -> Untold {
    if columns.has(role) { Untold::Blank } else { Untold::NoColumn }
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

#[inline]
fn told<T>(code: Code, word: u16, blank: Untold, meaning: impl FnOnce(Code) -> Option<T>) -> Told<T> {
    match code {
        Code::Blank => Err(blank),
        Code::Word => Err(Untold::Word(word)),
        Code::Unreadable => Err(Untold::Unreadable),
        Code::Contradiction => Err(Untold::Contradiction),
        code => meaning(code).ok_or(blank),
    }
}

fn minutes(day: NaiveDate, end: Timestamp) -> i16 {
    let after = end.signed_duration_since(day.and_time(NaiveTime::MIN).and_utc()).num_seconds();
    let minutes = after.div_euclid(60) + i64::from(after.rem_euclid(60) > 0);
    // Three weeks; no time zone is that far away.
    i16::try_from(minutes).unwrap_or(i16::MAX)
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
            (Employment { ends_at: "2026-11-01T12:00:00Z".parse().ok(), ..full }, ColumnSet::ALL),
            (Employment { ends_at: "2026-11-14T00:15:00Z".parse().ok(), ..full }, ColumnSet::ALL),
            (Employment { ends_at: "2026-10-30T23:59:00Z".parse().ok(), ..full }, ColumnSet::ALL),
            (Employment { status: Err(Untold::Word(7)), kind: Err(Untold::Word(9)), ..full }, ColumnSet::ALL),
            (Employment { status: Err(Untold::Blank), end_date: Ok(None), ends_at: None, ..full }, ColumnSet::ALL),
            (
                Employment {
                    start_date: Err(Untold::Unreadable),
                    end_date: Err(Untold::Unreadable),
                    ends_at: None,
                    ..full
                },
                none,
            ),
            (Employment { kind: Err(Untold::Contradiction), start_date: Err(Untold::Contradiction), ..full }, none),
            (Employment { end_date: Err(Untold::Contradiction), ends_at: None, ..full }, none),
        ] {
            assert_eq!(Packed::from(&employment).unpacked(columns), employment);
        }
    }
}
