//! Schemas of tables that are put together from several types.

use schemars::Schema;
use serde_json::{Map, Value, json};

/// The keys of `one` and of `other` in one table that has no others.
pub(super) fn joined(mut one: Schema, other: &Schema) -> Schema {
    let required = other.get("required").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    for (key, value) in other.get("properties").and_then(Value::as_object).into_iter().flatten() {
        add(&mut one, key, value.clone(), required.iter().any(|name| name == key));
    }
    one
}

/// Adds a key, or narrows what is known of it.
pub(super) fn add(schema: &mut Schema, key: &str, value: Value, required: bool) {
    let object = schema.ensure_object();
    if let Value::Object(properties) = object.entry("properties").or_insert_with(|| Map::new().into()) {
        properties.insert(key.to_owned(), value);
    }
    if let Value::Array(names) = object.entry("required").or_insert_with(|| json!([]))
        && required
        && !names.iter().any(|name| name == key)
    {
        names.push(key.into());
    }
}
