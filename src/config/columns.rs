//! Tables of the configuration whose values are texts or lists of texts.

use schemars::{Schema, SchemaGenerator, json_schema};

use crate::model::ColumnRole;
use crate::setting::OneOrMany;

/// A table with these keys. The schema of a map would allow any key.
pub(super) fn table_schema(keys: impl IntoIterator<Item = &'static str>, generator: &mut SchemaGenerator) -> Schema {
    let value = generator.subschema_for::<OneOrMany>();
    let properties: serde_json::Map<_, _> =
        keys.into_iter().map(|key| (key.to_owned(), value.clone().to_value())).collect();
    json_schema!({ "type": "object", "properties": properties, "additionalProperties": false })
}

pub(super) fn columns_schema(generator: &mut SchemaGenerator) -> Schema {
    table_schema(ColumnRole::ALL.map(ColumnRole::as_str), generator)
}
