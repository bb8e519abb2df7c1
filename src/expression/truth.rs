//! The three truth values, and failure, as conditions combine them.

use super::missing::Missing;
use super::value::{EvalError, Value};

/// What a condition says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Truth {
    Yes,
    No,
    Unknown(Missing),
    Error(EvalError),
}

impl Truth {
    pub(super) const fn of(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }

    pub(super) const fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            other => other,
        }
    }

    /// What is left of two results of which neither decides: unknown before error before a value.
    pub(super) const fn merge(self, other: Self) -> Self {
        match (self, other) {
            (Self::Unknown(a), Self::Unknown(b)) => Self::Unknown(a.and(b)),
            (Self::Unknown(a), _) | (_, Self::Unknown(a)) => Self::Unknown(a),
            (Self::Error(error), _) | (_, Self::Error(error)) => Self::Error(error),
            (_, value) => value,
        }
    }

    /// Why an operation on two values has no result, if one of them is none: unknown goes before error.
    #[inline]
    pub(super) const fn failure(left: &Value<'_>, right: &Value<'_>) -> Option<Self> {
        match (left, right) {
            (Value::Unknown(a), Value::Unknown(b)) => Some(Self::Unknown(a.and(*b))),
            (Value::Unknown(missing), _) | (_, Value::Unknown(missing)) => Some(Self::Unknown(*missing)),
            (Value::Error(error), _) | (_, Value::Error(error)) => Some(Self::Error(*error)),
            _ => None,
        }
    }

    pub(super) const fn value<'a>(self) -> Value<'a> {
        match self {
            Self::Yes => Value::Bool(true),
            Self::No => Value::Bool(false),
            Self::Unknown(missing) => Value::Unknown(missing),
            Self::Error(error) => Value::Error(error),
        }
    }
}

impl From<&Value<'_>> for Truth {
    fn from(value: &Value<'_>) -> Self {
        match value {
            Value::Bool(holds) => Self::of(*holds),
            Value::Unknown(missing) => Self::Unknown(*missing),
            Value::Error(error) => Self::Error(*error),
            _ => Self::Error(EvalError::WrongType),
        }
    }
}
