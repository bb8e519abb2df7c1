//! Several employments of one person → what they come to: working here if any is current, left if all have ended, and
//! unknown where the rows say two things and no date tells which holds.

use chrono::{Days, NaiveDate};

use crate::model::{Employment, EmploymentStatus, Told, Untold, WorkerKind};

/// How one row ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// It doesn't.
    Open,
    /// With this day.
    On(NaiveDate),
    /// It has ended, and nobody wrote down when.
    Undated,
    /// Nobody can say.
    Unknown(Untold),
}

fn end(row: &Employment) -> End {
    let terminated = row.status == Ok(EmploymentStatus::Terminated);
    match row.end_date {
        Ok(Some(day)) => End::On(day),
        Ok(None) | Err(_) if terminated => End::Undated,
        Ok(None) => End::Open,
        Err(Untold::NoColumn) => row.status.map_or_else(End::Unknown, |_| End::Open),
        Err(why) => End::Unknown(why),
    }
}

/// How each row ends. Where another row has ended, one with neither a known state nor a first day says nothing: no end
/// may mean that it is open, or that nobody filled it in.
fn ends(rows: &[Employment]) -> Vec<End> {
    let ends: Vec<End> = rows.iter().map(end).collect();
    let any_ended = ends.iter().any(|end| matches!(end, End::On(_) | End::Undated));
    let weigh = |(row, end): (&Employment, End)| match (end, row.status, row.start_date) {
        (End::Open, Err(why), Err(_)) if any_ended => End::Unknown(why),
        _ => end,
    };
    rows.iter().zip(ends).map(weigh).collect()
}

/// What the rows of one person come to, and the position of the one that holds longest.
pub(super) fn combined(rows: &[Employment]) -> (Employment, Option<usize>) {
    let ends = ends(rows);
    let present = present(rows, &ends);
    let Some(base) = present.and_then(|at| rows.get(at)) else { return (Employment::default(), None) };
    let (start_date, previous_end_date) = chain(rows, present);
    let current: Vec<_> = rows.iter().zip(&ends).filter(|(_, end)| **end == End::Open).map(|(row, _)| row).collect();
    let is_open = !current.is_empty();
    let combined = Employment {
        status: if is_open { state(&current) } else { base.status },
        kind: kind(rows, &ends),
        start_date: start_date.or(base.start_date),
        end_date: base.end_date,
        ends_at: if is_open { None } else { rows.iter().filter_map(|row| row.ends_at).max() },
        previous_end_date,
        is_contradictory: is_contradictory(rows, &ends),
        is_partly_unknown: !is_open && ends.iter().any(|end| matches!(end, End::Unknown(_))),
    };
    (combined, present)
}

/// Whether the employments of these rows follow each other, with time between any two of them.
pub(super) fn are_successive(rows: &[Employment]) -> bool {
    let ends = ends(rows);
    chain(rows, present(rows, &ends)).1.is_some()
}

/// The row that holds longest: an open one, else that with the latest last day, else any. Of equals, the one that began
/// last.
fn present(rows: &[Employment], ends: &[End]) -> Option<usize> {
    let rank = |at: &usize| {
        let holds = match ends.get(*at) {
            Some(End::Open) => (3, None),
            Some(End::On(day)) => (2, Some(*day)),
            Some(End::Undated) => (1, None),
            Some(End::Unknown(_)) | None => (0, None),
        };
        (holds, rows.get(*at).and_then(|row| row.start_date.ok()), std::cmp::Reverse(*at))
    };
    (0..rows.len()).max_by_key(rank)
}

/// The first day of the present employment, and the last day of the one before: rows without a day between them are one.
fn chain(rows: &[Employment], present: Option<usize>) -> (Told<NaiveDate>, Option<NaiveDate>) {
    let Some(row) = present.and_then(|at| rows.get(at)) else { return (Err(Untold::Blank), None) };
    let Ok(mut start) = row.start_date else { return (row.start_date, None) };
    let last_day = |row: &Employment| row.end_date.ok().flatten();
    loop {
        let touches = |row: &&Employment| {
            let after = last_day(row).map(|day| day.checked_add_days(Days::new(1)).unwrap_or(day));
            row.start_date.is_ok_and(|began| began < start) && after.is_none_or(|after| after >= start)
        };
        let undated = |row: &&Employment| end(row) == End::Undated;
        let earlier =
            rows.iter().filter(touches).filter(|row| !undated(row)).filter_map(|row| row.start_date.ok()).min();
        match earlier {
            Some(earlier) => start = earlier,
            None => break,
        }
    }
    (Ok(start), rows.iter().filter_map(last_day).filter(|day| *day < start).max())
}

/// Whether somebody is open in one row and terminated in another, and no day says which came later.
fn is_contradictory(rows: &[Employment], ends: &[End]) -> bool {
    let of = |wanted: End| rows.iter().zip(ends).filter(move |(_, end)| **end == wanted).map(|(row, _)| row);
    of(End::Undated).any(|ended| {
        let before = |open: &Employment| matches!((ended.start_date, open.start_date), (Ok(a), Ok(b)) if a < b);
        let mut open = of(End::Open).peekable();
        open.peek().is_some() && !open.any(before)
    })
}

/// Whoever works in one position works here, whatever leave the other is on.
fn state(current: &[&Employment]) -> Told<EmploymentStatus> {
    let told = |wanted| current.iter().any(|row| row.status == Ok(wanted));
    for state in [EmploymentStatus::Active, EmploymentStatus::Leave] {
        if told(state) {
            return Ok(state);
        }
    }
    current.first().map_or(Err(Untold::Blank), |row| row.status)
}

/// What the current rows say, else any; if they say two things, nobody knows.
fn kind(rows: &[Employment], ends: &[End]) -> Told<WorkerKind> {
    let current = rows.iter().zip(ends).filter(|(_, end)| **end == End::Open).map(|(row, _)| row.kind);
    let agreed = |kinds: Vec<Told<WorkerKind>>| {
        let mut known = kinds.into_iter().flatten();
        let first = known.next()?;
        Some(if known.all(|other| other == first) { Ok(first) } else { Err(Untold::Contradiction) })
    };
    let any = || rows.iter().map(|row| row.kind).collect();
    agreed(current.collect())
        .or_else(|| agreed(any()))
        .or_else(|| rows.first().map(|row| row.kind))
        .unwrap_or(Err(Untold::Blank))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::EmploymentStatus::{Active, Leave, Terminated};
    use crate::model::Timestamp;

    fn day(text: &str) -> Option<NaiveDate> {
        text.parse().ok()
    }

    /// A row of a file with all columns: start, end, state.
    fn row(start: &str, last: &str, status: EmploymentStatus) -> Employment {
        let ends_at = day(last).and_then(|last| last.succ_opt()?.and_hms_opt(0, 0, 0)).map(|end| end.and_utc());
        Employment {
            status: Ok(status),
            start_date: day(start).ok_or(Untold::Blank),
            end_date: Ok(day(last)),
            ends_at,
            ..Employment::default()
        }
    }

    fn left(rows: &[Employment]) -> Told<bool> {
        let now: Timestamp = "2026-11-20T08:00:00Z".parse().expect("a time");
        combined(rows).0.has_ended(now)
    }

    #[test]
    fn whoever_came_back_works_here_and_has_a_past() {
        let rows = [row("2018-01-01", "2021-06-30", Terminated), row("2025-03-01", "", Active)];
        let (one, present) = combined(&rows);
        assert_eq!((left(&rows), present, are_successive(&rows)), (Ok(false), Some(1), true));
        assert_eq!(
            (one.start_date.ok(), one.previous_end_date, one.status),
            (day("2025-03-01"), day("2021-06-30"), Ok(Active))
        );
    }

    #[test]
    fn whose_employments_have_all_ended_has_left_with_the_latest() {
        let rows = [row("2020-01-01", "2024-01-01", Terminated), row("2018-01-01", "2019-01-01", Terminated)];
        let (one, present) = combined(&rows);
        assert_eq!((left(&rows), present, one.end_date), (Ok(true), Some(0), Ok(day("2024-01-01"))));
        assert_eq!(left(&[row("", "", Terminated), row("", "", Terminated)]), Ok(true));
        assert_eq!(left(&[row("2020-01-01", "2024-01-01", Terminated), row("", "", Terminated)]), Ok(true));
    }

    #[test]
    fn positions_at_once_are_one_employment() {
        let rows =
            [row("2018-01-01", "", Active), row("2020-01-01", "", Leave), row("2019-01-01", "2020-01-01", Active)];
        let (one, _) = combined(&rows);
        assert_eq!((left(&rows), are_successive(&rows), one.status), (Ok(false), false, Ok(Active)));
        assert_eq!(one.start_date.ok(), day("2018-01-01"));
        // The next day is no time between.
        let rows = [row("2018-01-01", "2020-06-30", Terminated), row("2020-07-01", "", Active)];
        assert_eq!((combined(&rows).0.start_date.ok(), are_successive(&rows)), (day("2018-01-01"), false));
    }

    #[test]
    fn what_no_date_tells_is_unknown() {
        let rows = [row("", "", Active), row("", "", Terminated)];
        assert_eq!(left(&rows), Err(Untold::Contradiction));
        let rows = [row("2020-01-01", "", Active), row("2022-01-01", "", Terminated)];
        assert_eq!(left(&rows), Err(Untold::Contradiction));
        let rows = [row("2022-01-01", "", Active), row("2020-01-01", "", Terminated)];
        assert_eq!(left(&rows), Ok(false), "the one that ended came first");
        let odd = Employment { status: Err(Untold::Word(0)), end_date: Err(Untold::NoColumn), ..row("", "", Active) };
        assert_eq!(left(&[odd, row("", "", Active)]), Ok(false));
        assert!(left(&[odd, row("", "2024-01-01", Terminated)]).is_err());
        assert_eq!(left(&[odd, row("", "2027-01-01", Terminated)]), Ok(false));
    }

    #[test]
    fn a_row_that_says_nothing_makes_nobody_come_back() {
        let nothing = Employment { status: Err(Untold::Blank), ..row("", "", Active) };
        let ended = row("2020-01-01", "2024-01-01", Terminated);
        assert!(left(&[ended, nothing]).is_err());
        assert_eq!(left(&[nothing, nothing]), Ok(false));
        assert_eq!(
            left(&[ended, Employment { start_date: Ok(day("2025-01-01").expect("a day")), ..nothing }]),
            Ok(false)
        );
        assert_eq!(left(&[row("2020-01-01", "2027-01-01", Active), nothing]), Ok(false));
    }

    #[test]
    fn two_kinds_at_once_are_unknown() {
        let of = |kind, last: &str| Employment { kind, ..row("", last, Active) };
        let kind = |rows: &[Employment]| combined(rows).0.kind;
        let (staff, external) = (Ok(WorkerKind::Employee), Ok(WorkerKind::External));
        assert_eq!(kind(&[of(staff, ""), of(external, "")]), Err(Untold::Contradiction));
        assert_eq!(kind(&[of(staff, ""), of(external, "2024-01-01")]), staff);
        assert_eq!(kind(&[of(Err(Untold::Blank), ""), of(external, "2024-01-01")]), external);
    }
}
