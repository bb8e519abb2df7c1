//! Edits a vendor's list: records, totals and cursors that aren't what the documents promise.

use axum::body::Body;
use axum::http::header::CONTENT_LENGTH;
use axum::http::response::Parts;
use axum::response::Response;
use serde_json::{Map, Value, json};

use crate::simulate::behaviour::Answered;
use crate::simulate::vendors::{ListShape, Total};

impl Total {
    fn read(self, head: &Parts, body: &Value) -> Option<u64> {
        match self {
            Self::Body(pointer) => body.pointer(pointer)?.as_u64(),
            Self::Header(name) => head.headers.get(name)?.to_str().ok()?.parse().ok(),
        }
    }

    fn write(self, head: &mut Parts, body: &mut Value, total: u64) {
        match self {
            Self::Body(pointer) => body.pointer_mut(pointer).into_iter().for_each(|old| *old = json!(total)),
            Self::Header(name) => drop(head.headers.insert(name, total.into())),
        }
    }
}

/// What is done to a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Edit {
    DuplicateKeys,
    Floats,
    Nulls,
    MissingFields,
    MissingIds,
    SwappedIds,
    LostRecord,
    RepeatedRecord,
    EmptyPage,
    SamePage,
    Endless,
    TotalHigh,
    TotalLow,
    Growing,
    Shrinking,
}

impl Edit {
    /// Edits an answer; one that holds no list of users stays as it is.
    pub(super) fn make(self, answer: Answered, shape: ListShape, number: u64) -> Response {
        let parsed = serde_json::from_slice::<Value>(&answer.body).ok();
        let Some(mut body) = parsed.filter(|body| is_list(body, shape)) else {
            return answer.into_response();
        };
        let mut head = answer.head;
        let first = answer.first.as_deref().and_then(|first| serde_json::from_slice::<Value>(first).ok());
        match (self, first) {
            (Self::SamePage, Some(first)) => body = first,
            (Self::Endless, Some(first)) => copy(&first, &mut body, "nextCursor"),
            _ => {}
        }
        if let Some(records) = body.get_mut(shape.list).and_then(Value::as_array_mut) {
            self.edit_records(records, shape);
        }
        let total = shape.total.read(&head, &body).and_then(|declared| self.edit_total(declared, number));
        if let Some(total) = total {
            shape.total.write(&mut head, &mut body, total);
        }
        let mut text = body.to_string();
        if self == Self::DuplicateKeys {
            text = text.replace('{', &format!("{{\"{}\":\"an earlier value\",", shape.id)).replace(",}", "}");
        }
        head.headers.remove(CONTENT_LENGTH);
        Response::from_parts(head, Body::from(text))
    }

    fn edit_records(self, records: &mut Vec<Value>, shape: ListShape) {
        match self {
            Self::Floats => {
                records.iter_mut().filter_map(Value::as_object_mut).for_each(|record| floats(record, shape));
            }
            Self::Nulls => {
                let fields = records.iter_mut().filter_map(Value::as_object_mut).flatten();
                fields.filter(|(name, _)| *name != shape.id).for_each(|(_, value)| *value = Value::Null);
            }
            Self::MissingFields => {
                records.iter_mut().filter_map(Value::as_object_mut).for_each(|r| r.retain(|name, _| name == shape.id));
            }
            Self::MissingIds => {
                records.iter_mut().filter_map(Value::as_object_mut).for_each(|r| r.retain(|name, _| name != shape.id));
            }
            Self::SwappedIds => records.iter_mut().filter_map(|record| record.get_mut(shape.id)).for_each(swap),
            Self::LostRecord => drop(records.pop()),
            Self::RepeatedRecord => {
                if let [first, .., last] = records.as_mut_slice() {
                    last.clone_from(first);
                }
            }
            Self::EmptyPage => records.clear(),
            _ => {}
        }
    }

    /// The total that is declared instead, if it is another one.
    const fn edit_total(self, total: u64, number: u64) -> Option<u64> {
        match self {
            Self::Endless => Some(total + 1_000_000_000),
            Self::TotalHigh => Some(total + 7),
            Self::TotalLow => Some(total / 2),
            Self::Growing => Some(total + number),
            Self::Shrinking => Some((total + 1000).saturating_sub(number)),
            _ => None,
        }
    }
}

/// Whether an answer lists users. Voximplant's applications look alike, but their identifier differs.
fn is_list(body: &Value, shape: ListShape) -> bool {
    let records = body.get(shape.list).and_then(Value::as_array);
    records.is_some_and(|records| records.first().is_none_or(|record| record.get(shape.id).is_some()))
}

fn copy(from: &Value, to: &mut Value, field: &str) {
    if let (Some(value), Some(place)) = (from.get(field), to.get_mut(field)) {
        place.clone_from(value);
    }
}

/// Whole numbers as floats, and the others negative; identifiers keep their value.
fn floats(record: &mut Map<String, Value>, shape: ListShape) {
    for (name, value) in record.iter_mut() {
        if let Some(number) = value.as_u64().filter(|number| *number < 1 << 50) {
            #[expect(clippy::cast_precision_loss, reason = "small enough to be exact")]
            let float = number as f64;
            *value = json!(if name == shape.id { float } else { -float - 0.5 });
        }
    }
}

fn swap(id: &mut Value) {
    let swapped = match &*id {
        Value::Number(number) => Some(json!(number.to_string())),
        Value::String(text) => text.parse::<u64>().ok().map(|number| json!(number)),
        _ => None,
    };
    if let Some(swapped) = swapped {
        *id = swapped;
    }
}
