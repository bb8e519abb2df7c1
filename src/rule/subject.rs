//! What a rule can be about.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::scope::Scope;
use crate::expression::Missing;
use crate::model::{Fact, FactName};

/// What a rule judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Subject {
    /// One account.
    Account,
    /// One person with all their accounts.
    Employee,
    /// Accounts of one source that share a key.
    Group,
    /// One source as a whole.
    Source,
    /// The HR files.
    Roster,
    /// A waiver or a declared account.
    Exception,
}

impl Subject {
    /// As rule files spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Employee => "employee",
            Self::Group => "group",
            Self::Source => "source",
            Self::Roster => "roster",
            Self::Exception => "exception",
        }
    }

    /// In a sentence.
    pub(super) const fn with_article(self) -> &'static str {
        match self {
            Self::Account => "an account",
            Self::Employee => "an employee",
            Self::Group => "a group",
            Self::Source => "a source",
            Self::Roster => "the roster",
            Self::Exception => "an exception",
        }
    }
}

/// What makes accounts of one source a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GroupBy {
    /// The same owner.
    Employee,
    /// The same e-mail address.
    Email,
    /// The same external id.
    ExternalId,
    /// The same login name.
    Username,
}

/// Most keys are in lower case already.
fn lower_case(text: &str) -> Cow<'_, str> {
    let is_lower_case = text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
    if is_lower_case { Cow::Borrowed(text) } else { Cow::Owned(text.to_lowercase()) }
}

impl GroupBy {
    /// The key of the scope's account; `Known(None)` if it has none. Spaces around it and upper or lower case make no
    /// difference.
    pub fn key<'a>(self, scope: &'a Scope<'a>) -> Fact<Option<Cow<'a, str>>> {
        let Some(account) = scope.account.as_ref().map(|scope| scope.account) else { return Fact::Known(None) };
        let fact = match self {
            Self::Employee => return Fact::Known(scope.employee.map(|scope| scope.employee.id().into())),
            Self::Email => &account.email,
            Self::ExternalId => &account.external_id,
            Self::Username => &account.username,
        };
        match fact {
            Fact::Known(text) => {
                let text = text.as_deref().map(str::trim).filter(|text| !text.is_empty());
                Fact::Known(text.map(lower_case))
            }
            Fact::NotExposed => Fact::NotExposed,
        }
    }

    /// A key as a group is called by: `E-17`, `email=ann@example.com`.
    pub fn name(self, key: &str) -> String {
        if self == Self::Employee { key.to_owned() } else { format!("{}={key}", self.as_str()) }
    }

    /// The vendor's fact that the key is.
    pub const fn needs(self) -> Missing {
        match self {
            Self::Employee => Missing::NOTHING,
            Self::Email => Missing::of(FactName::Email),
            Self::ExternalId => Missing::of(FactName::ExternalId),
            Self::Username => Missing::of(FactName::Username),
        }
    }

    /// As rule files spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Employee => "employee",
            Self::Email => "email",
            Self::ExternalId => "external_id",
            Self::Username => "username",
        }
    }
}
