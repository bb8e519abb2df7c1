//! When an account was made, changed and used, by its story.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use fastrand::Rng;

use super::person::Employment;
use super::scenario::{Life, Shape, Used};

/// The moments of an account.
pub(super) struct Moments {
    pub(super) created: DateTime<Utc>,
    pub(super) updated: DateTime<Utc>,
    pub(super) last_login: Option<DateTime<Utc>>,
}

impl Moments {
    /// The account is made after the person was hired, and used and changed between then and yesterday.
    pub(super) fn draw(shape: Shape, life: Life, employment: &Employment, today: NaiveDate, dice: &mut Rng) -> Self {
        let created = match life {
            Life::Newcomer => employment.hired + dice.i64(1..=2),
            Life::StartsSoon | Life::StartsLater => dice.i64(-9..=-4),
            Life::CameBack => dice.i64(-900..=-500),
            _ => employment.hired + dice.i64(1..=90),
        };
        let end = employment.ends.filter(|end| *end < 0);
        let updated = match end {
            Some(end) if !shape.enabled => end + 1,
            _ if !shape.enabled => dice.i64(-150..=-20),
            _ => dice.i64(-30..=-2).max(created),
        };
        let login = match shape.used {
            Used::Recently if shape.enabled => Some(dice.i64(-25..=-1)),
            Used::Recently => Some(updated - dice.i64(1..=30)),
            Used::BeforeLeave => Some(dice.i64(-80..=-40)),
            Used::BeforeLeaving => Some(end.unwrap_or(0) - dice.i64(4..=20)),
            Used::AfterLeaving => Some(end.unwrap_or(0) + dice.i64(4..=8)),
            Used::LongAgo => Some(dice.i64(-400..=-95)),
            Used::Yesterday => Some(dice.i64(-2..=-1)),
            Used::Never => None,
        };
        let mut moment = |day| moment(today, day, dice);
        Self { created: moment(created), updated: moment(updated), last_login: login.map(moment) }
    }
}

/// The day that lies `offset` days from today.
pub(super) fn day(today: NaiveDate, offset: i64) -> NaiveDate {
    today.checked_add_signed(TimeDelta::days(offset)).unwrap_or(today)
}

/// Some moment of that day, to the millisecond.
fn moment(today: NaiveDate, offset: i64, dice: &mut Rng) -> DateTime<Utc> {
    day(today, offset).and_time(NaiveTime::MIN).and_utc() + TimeDelta::milliseconds(dice.i64(0..86_400_000))
}
