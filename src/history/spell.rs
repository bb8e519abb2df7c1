//! Since when a finding has been there, and how that compares with the earlier report.

use chrono::{NaiveDate, TimeDelta};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a finding compares with the earlier report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It was not there, and would have been found.
    New,
    /// It was resolved, and has come back.
    Reopened,
    /// It was not there, and nobody knows whether it would have been found.
    Unknown,
    /// It was there.
    Persisting,
}

impl State {
    /// As reports spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Reopened => "reopened",
            Self::Unknown => "unknown",
            Self::Persisting => "persisting",
        }
    }

    /// Whether nobody has known it before: what isn't known to be old counts as new.
    pub const fn is_new(self) -> bool {
        !matches!(self, Self::Persisting)
    }
}

/// Since when a finding has been there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct History {
    /// How it compares with the earlier report.
    pub state: State,
    /// The day of the first audit that found it.
    pub first_seen: NaiveDate,
    /// The beginning of the present spell: the same, unless it was resolved in between.
    pub since: NaiveDate,
    /// The last day on which it may still be there.
    pub due: Option<NaiveDate>,
    /// Days since the present spell began.
    pub days_open: u16,
    /// How often it has come back.
    pub reopened: u8,
}

impl History {
    /// Whether it is there for longer than it may be.
    pub fn is_overdue(&self) -> bool {
        let days = TimeDelta::days(i64::from(self.days_open));
        self.due.is_some_and(|due| self.since.checked_add_signed(days).is_some_and(|today| today > due))
    }
}

/// Days from one day to another; none backwards.
pub(super) fn days_between(from: NaiveDate, to: NaiveDate) -> u16 {
    u16::try_from((to - from).num_days().max(0)).unwrap_or(u16::MAX)
}

/// The same as `report.json` has it.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "History")]
pub struct HistoryLine {
    /// How it compares with the earlier report.
    pub state: State,
    /// The day of the first audit that found it.
    pub first_seen: NaiveDate,
    /// The beginning of the present spell: the same, unless it was resolved in between.
    pub since: NaiveDate,
    /// Days since the present spell began.
    pub days_open: u16,
    /// The last day on which it may still be there (`[history] sla`).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub due: Option<NaiveDate>,
    /// Whether that has passed.
    #[serde(skip_serializing_if = "is_false", default)]
    pub overdue: bool,
    /// How often it has come back after it was resolved.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub reopened: u8,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
pub(super) const fn is_zero(number: &u8) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

impl From<History> for HistoryLine {
    fn from(history: History) -> Self {
        let History { state, first_seen, since, due, days_open, reopened } = history;
        Self { state, first_seen, since, days_open, due, overdue: history.is_overdue(), reopened }
    }
}

impl From<HistoryLine> for History {
    fn from(line: HistoryLine) -> Self {
        let HistoryLine { state, first_seen, since, days_open, due, reopened, .. } = line;
        Self { state, first_seen, since, due, days_open, reopened }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_itself_is_not_overdue_and_the_day_after_is() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 10, day).expect("a day");
        let history = |days_open, due| History {
            state: State::Persisting,
            first_seen: day(1),
            since: day(2),
            due,
            days_open,
            reopened: 0,
        };
        assert!(!history(7, Some(day(9))).is_overdue() && history(8, Some(day(9))).is_overdue());
        assert!(!history(800, None).is_overdue());
        assert!(size_of::<Option<History>>() <= 16, "there may be a million");
    }
}
