//! Values as people read them.

use chrono::{DateTime, Datelike as _, SecondsFormat};
use serde::Serialize;
use serde_json::Value;

use crate::base::text::grouped;
use crate::model::Timestamp;
use crate::render::escape::clip;
use crate::report::{Report, SourceStatus};

/// The most characters of a name or identifier that are shown.
pub(super) const NAME: usize = 120;
/// The most characters of a sentence or value that are shown.
pub(super) const SENTENCE: usize = 600;

/// A name with its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Pair {
    pub name: String,
    pub value: String,
}

/// `2026-11-20 08:00 UTC`.
pub(super) fn moment(at: Timestamp) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}

/// `2026-11-20`.
pub(super) fn day(at: Timestamp) -> String {
    at.format("%Y-%m-%d").to_string()
}

/// `5 Nov` in the year of the audit, else `5 Nov 2025`.
pub(super) fn short_day(at: Timestamp, as_of: Timestamp) -> String {
    let format = if at.year() == as_of.year() { "%-d %b" } else { "%-d %b %Y" };
    at.format(format).to_string()
}

/// Where the hour counts: `5 Nov 2026, 22:25 UTC`.
pub(super) fn hour(at: Timestamp) -> String {
    at.format("%-d %b %Y, %H:%M UTC").to_string()
}

/// Whole days from one moment to another; none backwards.
pub(super) fn days_between(from: Timestamp, to: Timestamp) -> u64 {
    u64::try_from((to - from).num_days()).unwrap_or_default()
}

/// How many days a login came after a last day, as a calendar counts them.
pub(super) fn days_after(last_day: Timestamp, login: Timestamp) -> u64 {
    u64::try_from((login.date_naive() - last_day.date_naive()).num_days()).unwrap_or_default().max(1)
}

/// The first few of them: `a, b and 3 more`.
pub(super) fn first_of(all: &[String], most: usize) -> String {
    match all.get(..most).filter(|_| all.len() > most + 1) {
        Some(first) => format!("{} and {} more", first.join(", "), all.len() - most),
        None => all.join(", "),
    }
}

/// For machines: `2026-11-20T08:00:00Z`.
pub(super) fn iso(at: Timestamp) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// A moment in a JSON string.
pub(super) fn parse_moment(value: &Value) -> Option<Timestamp> {
    DateTime::parse_from_rfc3339(value.as_str()?).ok().map(|at| at.to_utc())
}

/// A fact, a parameter or a field of an exception in one line.
pub(in crate::render) fn value(value: &Value) -> String {
    let words = match value {
        Value::Null => "none".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) => parse_moment(value).map_or_else(|| text.clone(), moment),
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) => items.iter().take(20).map(self::value).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    };
    clip(&words, SENTENCE)
}

/// Names with values, in their order; the first 30 of them.
pub(super) fn pairs<'p>(pairs: impl IntoIterator<Item = (&'p String, &'p Value)>) -> Vec<Pair> {
    pairs.into_iter().take(30).map(|(name, v)| Pair { name: clip(name, NAME), value: value(v) }).collect()
}

/// A number that is only a lower bound where not everything was seen; there, nothing found is not a zero.
pub(in crate::render) fn at_least(count: u64, whole: bool) -> String {
    match (whole, count) {
        (true, _) => grouped(count),
        (false, 0) => "unknown".to_owned(),
        (false, _) => format!("≥ {}", grouped(count)),
    }
}

/// Whether every account of every source was seen.
pub(in crate::render) fn is_whole(report: &Report) -> bool {
    report.sources.iter().all(|source| source.status == SourceStatus::Complete)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_words() {
        assert_eq!(value(&json!(null)), "none");
        assert_eq!(value(&json!(["a", true])), "a, yes");
        assert_eq!(value(&json!("2026-01-02T03:04:05+01:00")), "2026-01-02 02:04 UTC");
        assert_eq!(value(&json!("2026")), "2026");
    }

    #[test]
    fn a_day_of_another_year_has_its_year() {
        let at = |text: &str| text.parse::<Timestamp>().expect("a time");
        assert_eq!(short_day(at("2026-11-05T22:25:00Z"), at("2026-01-01T00:00:00Z")), "5 Nov");
        assert_eq!(short_day(at("2025-11-05T22:25:00Z"), at("2026-01-01T00:00:00Z")), "5 Nov 2025");
        assert_eq!(hour(at("2026-11-05T22:25:00Z")), "5 Nov 2026, 22:25 UTC");
    }

    #[test]
    fn a_list_is_cut_only_where_that_is_shorter() {
        let names = |count: usize| (0..count).map(|name| name.to_string()).collect::<Vec<_>>();
        assert_eq!(first_of(&names(3), 2), "0, 1, 2");
        assert_eq!(first_of(&names(4), 2), "0, 1 and 2 more");
    }
}
