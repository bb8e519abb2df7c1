//! `[hr] file` and `[[hr.file]]`: which files name the people, and what each states of all its rows.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use chrono_tz::Tz;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::columns::columns_schema;
use crate::model::{ColumnRole, EmploymentStatus, WorkerKind};
use crate::setting::OneOrMany;

/// One HR file, and what holds for all of its rows where they don't say otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RosterFile {
    /// As a path that can be opened.
    pub path: PathBuf,
    /// As the configuration writes it, from wherever that is read.
    pub shown: PathBuf,
    /// The state of everybody in it: a list of only those who work here says `active`.
    pub status: Option<EmploymentStatus>,
    /// Whether everybody in it is staff or external.
    pub worker_type: Option<WorkerKind>,
    /// The headings that serve a purpose in it, before those of `[hr.columns]`.
    pub columns: BTreeMap<ColumnRole, Vec<String>>,
    /// The zone in which its last days end; that of `[hr]` otherwise.
    pub timezone: Option<Tz>,
}

impl From<PathBuf> for RosterFile {
    fn from(path: PathBuf) -> Self {
        Self { shown: path.clone(), path, ..Self::default() }
    }
}

impl AsRef<Path> for RosterFile {
    fn as_ref(&self) -> &Path {
        &self.path
    }
}

/// `[[hr.file]]` as it is written.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRosterFile {
    /// Relative to the configuration file.
    #[schemars(with = "String")]
    pub(super) path: Spanned<String>,
    /// The state of everybody in it: a list of only those who work here says "active".
    pub(super) status: Option<EmploymentStatus>,
    /// Whether everybody in it is "employee" or "external".
    pub(super) worker_type: Option<WorkerKind>,
    /// Purpose = heading or headings of this file.
    #[serde(default)]
    #[schemars(schema_with = "columns_schema")]
    pub(super) columns: BTreeMap<ColumnRole, Spanned<OneOrMany>>,
    /// The zone in which its last days end.
    #[schemars(with = "Option<String>")]
    pub(super) timezone: Option<Spanned<String>>,
}

/// A path, a list of paths, or tables that say more of a file.
#[derive(Debug, Default)]
pub(super) struct RawRosterFiles(pub(super) Vec<RawEntry>);

/// One file.
#[derive(Debug)]
pub(super) enum RawEntry {
    Path(String),
    Table(Box<RawRosterFile>),
}

impl<'de> Deserialize<'de> for RawRosterFiles {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // By hand, because an untagged enum could only say that "no variant matched".
        struct Files;
        impl<'de> Visitor<'de> for Files {
            type Value = RawRosterFiles;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a path, a list of paths, or [[hr.file]] tables")
            }

            fn visit_str<E: de::Error>(self, path: &str) -> Result<RawRosterFiles, E> {
                Ok(RawRosterFiles(vec![RawEntry::Path(path.to_owned())]))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawRosterFiles, A::Error> {
                let table = RawRosterFile::deserialize(MapAccessDeserializer::new(map))?;
                Ok(RawRosterFiles(vec![RawEntry::Table(Box::new(table))]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<RawRosterFiles, A::Error> {
                let mut all = Vec::new();
                while let Some(RawRosterFiles(one)) = list.next_element()? {
                    all.extend(one);
                }
                Ok(RawRosterFiles(all))
            }
        }
        deserializer.deserialize_any(Files)
    }
}

impl JsonSchema for RawRosterFiles {
    fn schema_name() -> Cow<'static, str> {
        "RosterFiles".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let table = generator.subschema_for::<RawRosterFile>();
        let path = json_schema!({ "type": "string", "minLength": 1 });
        json_schema!({
            "anyOf": [path, table, { "type": "array", "items": { "anyOf": [path, table] }, "minItems": 1 }]
        })
    }
}
