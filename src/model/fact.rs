//! A fact that a vendor either tells or can't.

use serde::Serialize;

use super::facts;

/// A fact about an account. There is no default: a fact that a vendor can't tell stays unknown until a rule
/// asks for it, and then the rule is *not evaluable*.
///
/// "Has never logged in" is `Known(None)`; "this vendor has no last login" is `NotExposed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub enum Fact<T> {
    /// The vendor says so.
    Known(T),
    /// The vendor's answer can't tell, or what it sent could not be read.
    NotExposed,
}

impl<T> Fact<T> {
    /// The value, if the vendor tells it.
    pub const fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::NotExposed => None,
        }
    }

    /// Maps a known value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Fact<U> {
        match self {
            Self::Known(value) => Fact::Known(f(value)),
            Self::NotExposed => Fact::NotExposed,
        }
    }

    /// The value itself, if the vendor tells it.
    pub fn into_known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::NotExposed => None,
        }
    }

    /// Whether the vendor tells it.
    pub const fn is_known(&self) -> bool {
        matches!(self, Self::Known(_))
    }
}

impl<T> Fact<Option<T>> {
    /// For a fact that every account has: a vendor that sends none doesn't tell it.
    pub fn flatten(self) -> Fact<T> {
        match self {
            Self::Known(Some(value)) => Fact::Known(value),
            _ => Fact::NotExposed,
        }
    }

    /// The value inside, when the vendor tells that there is one.
    pub const fn present(&self) -> Option<&T> {
        match self {
            Self::Known(Some(value)) => Some(value),
            _ => None,
        }
    }
}

macro_rules! names {
    ($($(#[$of_account:meta])* $name:ident $field:ident: $kind:ident, $meaning:literal;)*) => {
        /// The facts of an account that a vendor may or may not tell, by the name that rules use.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FactName {
            $(
                #[doc = concat!("`account.", stringify!($field), "`")]
                $name,
            )*
            /// `account.privileged`: roles that the configuration weighs
            Privileged,
        }

        impl FactName {
            /// Those that a vendor's record can hold, in the order of the account's definition.
            pub const OF_RECORDS: [Self; Self::Privileged as usize] = [$(Self::$name),*];

            /// Every fact: those of records, and what the configuration makes of them.
            pub const ALL: [Self; Self::Privileged as usize + 1] = [$(Self::$name,)* Self::Privileged];

            /// The name as rules and reports spell it, without `account.`.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($field),)*
                    Self::Privileged => "privileged",
                }
            }
        }
    };
}

facts!(names);
