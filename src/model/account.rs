//! One login at one source, normalised from the vendor's record.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Fact, Json};

/// A moment in UTC.
pub type Timestamp = DateTime<Utc>;

/// The name of a configured vendor tenant, as the configuration gives it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SourceName(Arc<str>);

impl SourceName {
    /// Wraps a name that the configuration has checked.
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the vendor says of the account's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AccountStatus {
    /// It can be used.
    Active,
    /// It is disabled, archived or deleted.
    Inactive,
}

impl AccountStatus {
    /// From the boolean that most vendors send.
    pub const fn from_active(active: bool) -> Self {
        if active { Self::Active } else { Self::Inactive }
    }

    /// As rules and reports spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
        }
    }
}

/// One login at one source. Borrows from the vendor's record, which stays verbatim in `attributes`.
#[derive(Debug, Clone)]
pub struct Account<'r> {
    /// The vendor's own immutable identifier.
    pub id: Cow<'r, str>,
    /// The identifier that the organisation gave to the vendor, often the employee id.
    pub external_id: Fact<Option<Cow<'r, str>>>,
    /// E-mail address.
    pub email: Fact<Option<Cow<'r, str>>>,
    /// Login name.
    pub username: Fact<Option<Cow<'r, str>>>,
    /// Name shown to people.
    pub display_name: Fact<Option<Cow<'r, str>>>,
    /// Whether it can be used.
    pub status: Fact<AccountStatus>,
    /// Whether it is locked out.
    pub locked: Fact<bool>,
    /// Whether it costs a licence.
    pub licensed: Fact<bool>,
    /// The vendor's names of its roles or permission groups.
    pub roles: Fact<Vec<Cow<'r, str>>>,
    /// When the account was created.
    pub created_at: Fact<Timestamp>,
    /// When the account was last changed.
    pub updated_at: Fact<Timestamp>,
    /// When it was last used to log in; `Known(None)` means never.
    pub last_login_at: Fact<Option<Timestamp>>,
    /// When it was deleted; `Known(None)` means that it was not.
    pub deleted_at: Fact<Option<Timestamp>>,
    /// Applications, telephony identities and other things bound to the account.
    pub linked: Fact<Vec<Cow<'r, str>>>,
    /// The vendor's record, verbatim.
    pub attributes: Json<'r>,
}

impl<'r> Account<'r> {
    /// An account of which nothing but the identifier and the record is known.
    pub fn new(id: Cow<'r, str>, attributes: impl Into<Json<'r>>) -> Self {
        Self {
            id,
            external_id: Fact::NotExposed,
            email: Fact::NotExposed,
            username: Fact::NotExposed,
            display_name: Fact::NotExposed,
            status: Fact::NotExposed,
            locked: Fact::NotExposed,
            licensed: Fact::NotExposed,
            roles: Fact::NotExposed,
            created_at: Fact::NotExposed,
            updated_at: Fact::NotExposed,
            last_login_at: Fact::NotExposed,
            deleted_at: Fact::NotExposed,
            linked: Fact::NotExposed,
            attributes: attributes.into(),
        }
    }

    /// Live: the status is active or unknown, and the account isn't deleted. What isn't known to be switched
    /// off has to be treated as usable.
    pub fn is_live(&self) -> bool {
        self.status != Fact::Known(AccountStatus::Inactive) && self.deleted_at.present().is_none()
    }
}
