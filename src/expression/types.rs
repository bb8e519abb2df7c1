//! The types of conditions, and which values may stand where.

use std::fmt;

/// The type of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// `bool`
    Bool,
    /// `int`
    Int,
    /// `double`
    Double,
    /// `string`
    Text,
    /// A string that is always one of these words.
    Word(&'static [&'static str]),
    /// `timestamp`
    Timestamp,
    /// `duration`
    Duration,
    /// `list` of one type
    List(Box<Self>),
    /// `map` from string
    Map(Box<Self>),
    /// Known at run time only: data of the vendor's record.
    Dyn,
    /// `null`, which only a `dyn` can be.
    Null,
    /// The element of an empty list: there is none, so it may be said to be of any type.
    Nothing,
}

impl Type {
    /// A list of `item`.
    pub fn list(item: Self) -> Self {
        Self::List(Box::new(item))
    }

    /// Whether a value of `self` may stand where `wanted` is.
    pub fn fits(&self, wanted: &Self) -> bool {
        match (self, wanted) {
            (Self::Dyn | Self::Nothing, _)
            | (_, Self::Dyn | Self::Nothing)
            | (Self::Text | Self::Word(_), Self::Text | Self::Word(_)) => true,
            (Self::List(a), Self::List(b)) | (Self::Map(a), Self::Map(b)) => a.fits(b),
            _ => self == wanted,
        }
    }

    /// Whether the two can be equal: the same type, or two numbers.
    pub fn comparable(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, other) | (other, Self::Null) => matches!(other, Self::Dyn | Self::Null),
            (Self::Int | Self::Double, Self::Int | Self::Double) => true,
            (Self::List(a), Self::List(b)) => a.comparable(b),
            _ => self.fits(other),
        }
    }

    /// The type of something that is either.
    pub fn either(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            _ if self == other => Some(self.clone()),
            (Self::Nothing, known) | (known, Self::Nothing) => Some(known.clone()),
            (Self::Dyn, _) | (_, Self::Dyn) => Some(Self::Dyn),
            (Self::Text | Self::Word(_), Self::Text | Self::Word(_)) => Some(Self::Text),
            (Self::List(a), Self::List(b)) => a.either(b).map(Self::list),
            _ => None,
        }
    }

    /// The words that it can be, if they are known.
    pub const fn words(&self) -> Option<&'static [&'static str]> {
        match self {
            Self::Word(words) => Some(words),
            _ => None,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("bool"),
            Self::Int => f.write_str("int"),
            Self::Double => f.write_str("double"),
            Self::Text | Self::Word(_) => f.write_str("string"),
            Self::Timestamp => f.write_str("timestamp"),
            Self::Duration => f.write_str("duration"),
            Self::List(item) => write!(f, "list of {item}"),
            Self::Map(value) => write!(f, "map from string to {value}"),
            Self::Dyn => f.write_str("dyn"),
            Self::Null => f.write_str("null"),
            Self::Nothing => f.write_str("nothing"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_and_dyn_compare_across_types() {
        assert!(Type::Int.comparable(&Type::Double));
        assert!(Type::Dyn.comparable(&Type::Bool));
        assert!(Type::Word(&["a"]).comparable(&Type::Text));
        assert!(!Type::Int.comparable(&Type::Text));
        assert!(!Type::list(Type::Int).comparable(&Type::list(Type::Text)));
        assert!(!Type::Null.comparable(&Type::Text));
    }

    #[test]
    fn branches_share_a_type_or_none() {
        assert_eq!(Type::Word(&["a"]).either(&Type::Text), Some(Type::Text));
        assert_eq!(Type::Int.either(&Type::Double), None);
        let empty = Type::list(Type::Nothing);
        assert_eq!(empty.either(&Type::list(Type::Text)), Some(Type::list(Type::Text)));
    }
}
