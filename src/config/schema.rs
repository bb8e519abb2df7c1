//! The JSON schema of headcount.toml, for editors. Made from the types that read the file, so that it knows the same
//! keys.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::{Config, RawConfig, source};

/// Of the file that a configuration is read from.
impl JsonSchema for Config {
    fn schema_name() -> Cow<'static, str> {
        "Config".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = RawConfig::json_schema(generator);
        let kinds: Vec<Value> = source::schemas(generator).into_iter().map(Schema::to_value).collect();
        let sources = json!({
            "description": "The vendors' tenants.", "type": "array", "minItems": 1, "items": { "oneOf": kinds }
        });
        add(&mut schema, "source", sources, true);
        schema
    }
}

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
