//! For an account without an owner, whom it probably belongs to, with the characters marked that differ.

use serde::Serialize;
use serde_json::Value;

use super::entries::Subject;
use super::text::{NAME, SENTENCE};
use crate::base::text::counted;
use crate::render::escape::clip;

/// An employee who probably owns the account.
#[derive(Debug, Serialize)]
pub(super) struct NearMiss {
    name: String,
    employee_id: String,
    percent: String,
    equals: String,
    evidence: Vec<Evidence>,
    accept: Vec<Accept>,
}

/// Two values that are alike.
#[derive(Debug, Serialize)]
struct Evidence {
    account_field: String,
    employee_field: String,
    account: Vec<Segment>,
    employee: Vec<Segment>,
}

#[derive(Debug, Serialize)]
struct Segment {
    text: String,
    differs: bool,
}

/// A line that would make it a match.
#[derive(Debug, Serialize)]
struct Accept {
    place: String,
    line: String,
}

impl NearMiss {
    /// The employee in a few words: `Maren Oduya (E-1042), 93 % alike`.
    pub(super) fn words(&self) -> String {
        let who = match self.name.as_str() {
            "" => self.employee_id.clone(),
            name => format!("{name} ({})", self.employee_id),
        };
        format!("{who}, {} alike", self.percent)
    }
}

/// What any finding of the group holds of them.
pub(super) fn near_misses(subject: &Subject) -> Vec<NearMiss> {
    subject.first(|finding| finding.matched.get("near_misses")).map(|all| list(all, NearMiss::read)).unwrap_or_default()
}

impl NearMiss {
    fn read(value: &Value) -> Self {
        let percent = value.get("score").and_then(Value::as_f64).unwrap_or_default() * 100.0;
        let equals = value.get("equals").and_then(Value::as_u64).unwrap_or_default();
        Self {
            name: text(value, "name", NAME),
            employee_id: text(value, "employee_id", NAME),
            percent: format!("{percent:.0} %"),
            equals: if equals == 0 { String::new() } else { counted(equals, "other is", "others are") },
            evidence: value.get("evidence").map(|all| list(all, Evidence::read)).unwrap_or_default(),
            accept: value.get("accept").map(|all| list(all, Accept::read)).unwrap_or_default(),
        }
    }
}

impl Evidence {
    fn read(value: &Value) -> Self {
        let segments = |name| value.get(name).map(clipped).unwrap_or_default();
        Self {
            account_field: text(value, "account_field", NAME).replace('_', " "),
            employee_field: text(value, "employee_field", NAME).replace('_', " "),
            account: segments("account"),
            employee: segments("employee"),
        }
    }
}

impl Accept {
    fn read(value: &Value) -> Self {
        Self { place: text(value, "in", NAME), line: text(value, "line", SENTENCE) }
    }
}

/// The pieces of a value, as far as a name may be long.
fn clipped(value: &Value) -> Vec<Segment> {
    let mut left = NAME;
    let mut segments = Vec::new();
    for piece in value.as_array().into_iter().flatten() {
        if left == 0 {
            break;
        }
        let text = text(piece, "text", left);
        left = left.saturating_sub(text.chars().count());
        let differs = piece.get("differs").and_then(Value::as_bool).unwrap_or_default();
        segments.push(Segment { text, differs });
    }
    segments
}

fn list<T>(value: &Value, read: impl FnMut(&Value) -> T) -> Vec<T> {
    value.as_array().map(|all| all.iter().take(3).map(read).collect()).unwrap_or_default()
}

fn text(value: &Value, name: &str, limit: usize) -> String {
    value.get(name).and_then(Value::as_str).map(|text| clip(text, limit)).unwrap_or_default()
}
