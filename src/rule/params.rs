//! The limits of a rule, which a configuration can change without copying it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use crate::expression::{List, Type, Value};

/// The params of a rule by name.
pub type Params = BTreeMap<String, Param>;

/// One param. Durations are ints of days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Param {
    /// A switch.
    Bool(bool),
    /// A number.
    Int(i64),
    /// A word.
    Text(String),
    /// A list of words.
    Texts(Vec<String>),
}

impl Param {
    /// Reads a param; the error says what it may be.
    pub(super) fn read(value: &toml::Value) -> Result<Self, &'static str> {
        const KINDS: &str = "a param is true or false, a whole number, a string or a list of strings";
        match value {
            toml::Value::Boolean(value) => Ok(Self::Bool(*value)),
            toml::Value::Integer(value) => Ok(Self::Int(*value)),
            toml::Value::String(value) => Ok(Self::Text(value.clone())),
            toml::Value::Array(items) => {
                let texts = items.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<_>>();
                texts.map(Self::Texts).ok_or(KINDS)
            }
            toml::Value::Float(_) | toml::Value::Datetime(_) | toml::Value::Table(_) => Err(KINDS),
        }
    }

    /// The kind, as messages name it.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Bool(_) => "true or false",
            Self::Int(_) => "a whole number",
            Self::Text(_) => "a string",
            Self::Texts(_) => "a list of strings",
        }
    }

    /// Whether it is a list or text without anything in it.
    pub const fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::Texts(texts) => texts.is_empty(),
            Self::Bool(_) | Self::Int(_) => false,
        }
    }

    /// Whether it is too long for a table.
    pub(super) fn is_long(&self) -> bool {
        matches!(self, Self::Texts(texts) if texts.len() > 4)
    }

    pub(super) fn ty(&self) -> Type {
        match self {
            Self::Bool(_) => Type::Bool,
            Self::Int(_) => Type::Int,
            Self::Text(_) => Type::Text,
            Self::Texts(_) => Type::list(Type::Text),
        }
    }

    pub(super) fn value(&self) -> Value<'static> {
        let text = |text: &String| Value::Text(text.clone().into());
        match self {
            Self::Bool(value) => Value::Bool(*value),
            Self::Int(value) => Value::Int(*value),
            Self::Text(value) => text(value),
            Self::Texts(values) => Value::List(List::Owned(values.iter().map(text).collect::<Arc<[_]>>())),
        }
    }
}

impl fmt::Display for Param {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Text(value) => write!(f, "{value:?}"),
            Self::Texts(values) => write!(f, "{values:?}"),
        }
    }
}
