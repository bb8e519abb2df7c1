//! Values as people read them.

use chrono::{DateTime, SecondsFormat};
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

/// A share, in whole percent; what isn't everything is never rounded up to it.
pub(super) fn share(part: u64, of: u64) -> String {
    match part.saturating_mul(100).checked_div(of) {
        None => "–".to_owned(),
        Some(0) if part > 0 => "< 1 %".to_owned(),
        Some(percent) => format!("{percent} %"),
    }
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
    fn shares_never_flatter() {
        assert_eq!(share(999, 1000), "99 %");
        assert_eq!(share(1, 1000), "< 1 %");
        assert_eq!(share(0, 0), "–");
    }
}
