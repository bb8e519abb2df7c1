//! What a roster tells of somebody's employment, and why it may not tell it.

use chrono::{NaiveDate, TimeDelta};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ColumnRole, Timestamp};

/// What HR says of the employment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EmploymentStatus {
    /// Works here.
    Active,
    /// Works here, and is away for long.
    Leave,
    /// Employment was ended, though the last day may be still to come.
    Terminated,
}

impl EmploymentStatus {
    /// As rules and reports spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Leave => "leave",
            Self::Terminated => "terminated",
        }
    }
}

/// Whether a person is staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum WorkerKind {
    /// On the payroll.
    Employee,
    /// Contractor, agency or partner staff.
    External,
}

impl WorkerKind {
    /// As rules and reports spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Employee => "employee",
            Self::External => "external",
        }
    }
}

/// What the roster may not tell of a person, by the name that rules use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EmployeeFact {
    /// `employee.id`: who of several it is.
    Id,
    /// `employee.name`
    Name,
    /// `employee.emails`
    Emails,
    /// `employee.usernames`
    Usernames,
    /// `employee.status`
    Status,
    /// `employee.kind`
    Kind,
    /// `employee.start_date`
    StartDate,
    /// `employee.end_date`
    EndDate,
    /// `employee.previous_end_date`
    PreviousEndDate,
    /// `employee.left`
    Left,
    /// `employee.manager`
    Manager,
    /// `employee.department`
    Department,
    /// `employee.title`
    Title,
    /// `employee.location`
    Location,
    /// `employee.columns`
    Columns,
}

impl EmployeeFact {
    /// All, in the order of the employee's definition.
    pub const ALL: [Self; 15] = [
        Self::Id,
        Self::Name,
        Self::Emails,
        Self::Usernames,
        Self::Status,
        Self::Kind,
        Self::StartDate,
        Self::EndDate,
        Self::PreviousEndDate,
        Self::Left,
        Self::Manager,
        Self::Department,
        Self::Title,
        Self::Location,
        Self::Columns,
    ];

    /// As rules and reports spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Id => "employee.id",
            Self::Name => "employee.name",
            Self::Emails => "employee.emails",
            Self::Usernames => "employee.usernames",
            Self::Status => "employee.status",
            Self::Kind => "employee.kind",
            Self::StartDate => "employee.start_date",
            Self::EndDate => "employee.end_date",
            Self::PreviousEndDate => "employee.previous_end_date",
            Self::Left => "employee.left",
            Self::Manager => "employee.manager",
            Self::Department => "employee.department",
            Self::Title => "employee.title",
            Self::Location => "employee.location",
            Self::Columns => "employee.columns",
        }
    }

    /// As people say it.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Id => "the employee id",
            Self::Name => "the name",
            Self::Emails => "addresses",
            Self::Usernames => "login names",
            Self::Status | Self::Left => "the status",
            Self::Kind => "the worker type",
            Self::StartDate => "the first day",
            Self::EndDate => "the last day",
            Self::PreviousEndDate => "earlier employments",
            Self::Manager => "the manager",
            Self::Department => "the department",
            Self::Title => "the job title",
            Self::Location => "the location",
            Self::Columns => "other columns",
        }
    }
}

/// Why the roster doesn't tell a fact of a person. There is no default: what isn't told stays unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Untold {
    /// No file with a row of the person has a column for it.
    NoColumn,
    /// The cell is blank, or stands for nothing.
    Blank,
    /// The cell holds a word that nobody declared: its position in [`Roster::words`](super::Roster::words).
    Word(u16),
    /// The cell holds something that can't be read.
    Unreadable,
    /// The rows, or the state and the dates, say two things.
    Contradiction,
}

/// A fact of a person, or why the roster doesn't tell it.
pub type Told<T> = Result<T, Untold>;

/// Which columns the files have that name a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ColumnSet(u16);

impl ColumnSet {
    /// Every column.
    pub const ALL: Self = Self(u16::MAX);

    /// The same with one more.
    #[must_use]
    pub const fn with(self, role: ColumnRole) -> Self {
        Self(self.0 | 1 << role as u16)
    }

    /// The columns of either.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the column is among them.
    pub const fn has(self, role: ColumnRole) -> bool {
        self.0 & 1 << role as u16 != 0
    }
}

/// What a roster says of somebody's employment: one row's, or what all rows of the person come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Employment {
    /// What HR's word says.
    pub status: Told<EmploymentStatus>,
    /// Staff or external.
    pub kind: Told<WorkerKind>,
    /// First day of the (latest) employment.
    pub start_date: Told<NaiveDate>,
    /// Last day of employment, or of the contract; `Ok(None)`: there is no end.
    pub end_date: Told<Option<NaiveDate>>,
    /// The moment at which the last day ends, in the time zone of its file; `None` where there is no last day.
    pub ends_at: Option<Timestamp>,
    /// The last day of the employment before this one; `None`: the roster knows of none.
    pub previous_end_date: Option<NaiveDate>,
    /// The rows of the person say two things, and no date tells which holds.
    pub is_contradictory: bool,
    /// Of a further employment can't be told whether it has ended.
    pub is_partly_unknown: bool,
}

impl Default for Employment {
    /// Somebody of whom nothing is told.
    fn default() -> Self {
        Self {
            status: Err(Untold::NoColumn),
            kind: Err(Untold::NoColumn),
            start_date: Err(Untold::NoColumn),
            end_date: Err(Untold::NoColumn),
            ends_at: None,
            previous_end_date: None,
            is_contradictory: false,
            is_partly_unknown: false,
        }
    }
}

impl Employment {
    /// "Terminated" with a last day this far ahead is notice; further ahead, one of the two is wrong.
    pub const NOTICE: TimeDelta = TimeDelta::days(90);

    /// Whether it has ended at `now`. The end date is the last day of employment, and the account may live until that day
    /// ends. A file that tells the end needs no word for the state: no end means works here, and a past one means left.
    ///
    /// # Errors
    /// Why nobody can say.
    pub fn has_ended(&self, now: Timestamp) -> Told<bool> {
        Ending::has_ended(self, now)
    }

    /// The state at `now`: HR's word, or what the end date says where there is none that is known.
    ///
    /// # Errors
    /// Why nobody can say.
    pub fn status(&self, now: Timestamp) -> Told<EmploymentStatus> {
        Ending::status(self, now)
    }
}

/// What says whether an employment has ended, however it is kept. Rules ask that of every account, so that each part is
/// read only where it decides.
pub(super) trait Ending {
    /// HR's word.
    fn word(&self) -> Told<EmploymentStatus>;

    /// The last day.
    fn last_day(&self) -> Told<Option<NaiveDate>>;

    /// The moment at which it ends.
    fn end(&self) -> Option<Timestamp>;

    /// See [`Employment::is_contradictory`].
    fn is_contradictory(&self) -> bool;

    /// See [`Employment::is_partly_unknown`].
    fn is_partly_unknown(&self) -> bool;

    /// See [`Employment::has_ended`].
    #[inline]
    fn has_ended(&self, now: Timestamp) -> Told<bool> {
        if self.is_contradictory() {
            return Err(Untold::Contradiction);
        }
        let terminated = || self.word() == Ok(EmploymentStatus::Terminated);
        let last_day = self.last_day();
        let ended = match (last_day, if let Ok(Some(_)) = last_day { self.end() } else { None }) {
            (_, Some(end)) if now >= end => true,
            (_, Some(end)) if terminated() && end.signed_duration_since(now) > Employment::NOTICE => {
                return Err(Untold::Contradiction);
            }
            (Ok(None) | Err(_), _) if terminated() => true,
            (Ok(_), _) => false,
            (Err(Untold::NoColumn), _) => self.word().map(|_| false)?,
            (Err(why), _) => return Err(why),
        };
        if ended && self.is_partly_unknown() { Err(self.word().err().unwrap_or(Untold::Blank)) } else { Ok(ended) }
    }

    /// See [`Employment::status`].
    #[inline]
    fn status(&self, now: Timestamp) -> Told<EmploymentStatus> {
        match self.word() {
            _ if self.is_contradictory() => Err(Untold::Contradiction),
            Err(why) if self.last_day().is_err() => Err(why),
            Err(_) if self.has_ended(now)? => Ok(EmploymentStatus::Terminated),
            Err(_) => Ok(EmploymentStatus::Active),
            told => told,
        }
    }
}

impl Ending for Employment {
    fn word(&self) -> Told<EmploymentStatus> {
        self.status
    }

    fn last_day(&self) -> Told<Option<NaiveDate>> {
        self.end_date
    }

    fn end(&self) -> Option<Timestamp> {
        self.ends_at
    }

    fn is_contradictory(&self) -> bool {
        self.is_contradictory
    }

    fn is_partly_unknown(&self) -> bool {
        self.is_partly_unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: &str) -> Timestamp {
        format!("{day}T08:00:00Z").parse().expect("a time")
    }

    fn ends(day: &str) -> Employment {
        let date: NaiveDate = day.parse().expect("a date");
        let end = date.succ_opt().and_then(|day| day.and_hms_opt(0, 0, 0)).map(|end| end.and_utc());
        Employment { end_date: Ok(Some(date)), ends_at: end, ..Employment::default() }
    }

    #[test]
    fn who_has_left_is_said_only_where_the_roster_tells() {
        use EmploymentStatus::{Active, Leave, Terminated};
        let told = |status| Employment { status, ..Employment::default() };
        let open = |status| Employment { status, end_date: Ok(None), ..Employment::default() };
        let unread = |status| Employment { status, end_date: Err(Untold::Unreadable), ..Employment::default() };
        let ended = |status| Employment { status, ..ends("2026-10-31") };
        let ending = |status, day| Employment { status, ..ends(day) };
        let word = Err(Untold::Word(0));
        for (employment, left) in [
            (told(Ok(Active)), Ok(false)),
            (told(Ok(Leave)), Ok(false)),
            (told(Ok(Terminated)), Ok(true)),
            (told(word), Err(Untold::Word(0))),
            (told(Err(Untold::Blank)), Err(Untold::Blank)),
            (told(Err(Untold::NoColumn)), Err(Untold::NoColumn)),
            (open(Ok(Active)), Ok(false)),
            (open(Ok(Terminated)), Ok(true)),
            (open(word), Ok(false)),
            (open(Err(Untold::NoColumn)), Ok(false)),
            (unread(Ok(Active)), Err(Untold::Unreadable)),
            (unread(Ok(Terminated)), Ok(true)),
            (unread(Err(Untold::NoColumn)), Err(Untold::Unreadable)),
            (ended(Ok(Active)), Ok(true)),
            (ended(word), Ok(true)),
            (ending(Ok(Terminated), "2026-11-20"), Ok(false)),
            (ending(Ok(Terminated), "2027-02-17"), Ok(false)),
            (ending(Ok(Terminated), "2027-02-18"), Err(Untold::Contradiction)),
            (ending(Ok(Active), "2062-01-01"), Ok(false)),
            (Employment { is_contradictory: true, ..open(Ok(Active)) }, Err(Untold::Contradiction)),
            (Employment { is_partly_unknown: true, ..open(Ok(Active)) }, Ok(false)),
            (Employment { is_partly_unknown: true, ..ended(Ok(Terminated)) }, Err(Untold::Blank)),
        ] {
            assert_eq!(employment.has_ended(at("2026-11-20")), left, "{employment:?}");
        }
    }

    #[test]
    fn the_state_is_hrs_word_or_what_the_end_says() {
        let now = at("2026-11-20");
        let word = Err(Untold::Word(3));
        let with = |employment: Employment, status| Employment { status, ..employment };
        assert_eq!(with(Employment::default(), word).status(now), word);
        assert_eq!(with(ends("2026-10-31"), word).status(now), Ok(EmploymentStatus::Terminated));
        assert_eq!(with(ends("2027-10-31"), word).status(now), Ok(EmploymentStatus::Active));
        assert_eq!(with(ends("2026-10-31"), Ok(EmploymentStatus::Leave)).status(now), Ok(EmploymentStatus::Leave));
    }
}
