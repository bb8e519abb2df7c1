//! The values at a dotted path inside the value of a column: `name.given`, `emails.0.value`.

use crate::fetch::record::{Record, text_or_integer};
use crate::fetch::scan::Elements;
use crate::model::Json;

/// All texts of a list, one behind the other.
pub(super) fn listed(list: Json<'_>, path: &[String]) -> String {
    let mut all = String::new();
    gather(list, path, &mut |leaf| {
        if let Some(text) = text_or_integer(leaf) {
            all.push_str(&text);
            all.push(';');
        }
    });
    all
}

/// Whether it is a list or an object.
#[inline]
pub(super) fn is_nested(raw: Json<'_>) -> bool {
    matches!(raw.get().as_bytes().first(), Some(b'[' | b'{'))
}

/// The first value at a path.
#[inline]
pub(super) fn first<'r>(raw: Json<'r>, path: &[String]) -> Option<Json<'r>> {
    if !is_nested(raw) {
        return path.is_empty().then_some(raw);
    }
    let mut first = None;
    gather(raw, path, &mut |leaf| first = first.or(Some(leaf)));
    first
}

/// Visits all values at a path: a list on the way branches it unless a number picks an element, and a list at its end is
/// taken apart.
pub(super) fn gather<'r>(raw: Json<'r>, path: &[String], visit: &mut impl FnMut(Json<'r>)) {
    let list = Elements::of(raw);
    match (path.split_first(), list) {
        (None, Some(elements)) => elements.for_each(visit),
        (None, None) => visit(raw),
        (Some((step, rest)), Some(mut elements)) => match step.parse::<usize>() {
            Ok(at) => elements.nth(at).into_iter().for_each(|element| gather(element, rest, visit)),
            Err(_) => elements.for_each(|element| gather(element, path, visit)),
        },
        (Some((step, rest)), None) => {
            if let Some(value) = Record::read(raw).ok().and_then(|record| record.value(step)) {
                gather(value, rest, visit);
            }
        }
    }
}
