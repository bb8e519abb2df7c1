//! One login at one source, normalised from the vendor's record.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Fact, Json, Timestamp, facts};

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

/// By what else an account's owner can be found: an account has one address to be shown, and may have several.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FurtherKeys<'r> {
    /// Identifiers that the organisation gave to the vendor.
    pub external_ids: Vec<Cow<'r, str>>,
    /// Addresses at work, or of which the vendor doesn't say where.
    pub emails: Vec<Cow<'r, str>>,
    /// Login names.
    pub usernames: Vec<Cow<'r, str>>,
    /// Addresses at home or elsewhere. They find an owner only where no other key does.
    pub private_emails: Vec<Cow<'r, str>>,
    /// The address that is shown is one of those as well.
    pub shows_private_email: bool,
}

impl FurtherKeys<'_> {
    /// As an account keeps it: not at all, if there is nothing to keep.
    pub fn kept(self) -> Option<Box<Self>> {
        (self != FurtherKeys::default()).then(|| Box::new(self))
    }
}

/// What the vendor tells, by the kind of fact.
macro_rules! told {
    ($life:lifetime maybe_text) => { Fact<Option<Cow<$life, str>>> };
    ($life:lifetime status) => { Fact<AccountStatus> };
    ($life:lifetime flag) => { Fact<bool> };
    ($life:lifetime texts) => { Fact<Vec<Cow<$life, str>>> };
    ($life:lifetime time) => { Fact<Timestamp> };
    ($life:lifetime maybe_time) => { Fact<Option<Timestamp>> };
}

macro_rules! account {
    ($($(#[$of_account:meta])* $name:ident $field:ident: $kind:ident, $meaning:literal;)*) => {
        /// One login at one source. Borrows from the vendor's record, which stays verbatim in `attributes`.
        #[derive(Debug, Clone)]
        pub struct Account<'r> {
            /// The vendor's own immutable identifier.
            pub id: Cow<'r, str>,
            $($(#[$of_account])* pub $field: told!('r $kind),)*
            /// Further keys, for the few accounts that have some.
            pub further: Option<Box<FurtherKeys<'r>>>,
            /// The vendor's record, verbatim.
            pub attributes: Json<'r>,
        }

        impl<'r> Account<'r> {
            /// An account of which nothing but the identifier and the record is known.
            pub fn new(id: Cow<'r, str>, attributes: impl Into<Json<'r>>) -> Self {
                Self { id, $($field: Fact::NotExposed,)* further: None, attributes: attributes.into() }
            }
        }
    };
}

facts!(account);

impl Account<'_> {
    /// Whether it can be used: the status is active or unknown, and the account isn't deleted by `now`. What isn't
    /// known to be switched off has to be treated as usable, and a deletion that is to come is a plan.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.status != Fact::Known(AccountStatus::Inactive) && !self.is_deleted(now)
    }

    /// The same account as it is `now`.
    #[must_use]
    pub fn as_of(mut self, now: Timestamp) -> Self {
        self.be_as_of(now);
        self
    }

    /// Makes it what it is `now`: where the vendor tells no state, a deletion that has happened is one.
    pub fn be_as_of(&mut self, now: Timestamp) {
        if !self.status.is_known() && self.is_deleted(now) {
            self.status = Fact::Known(AccountStatus::Inactive);
        }
    }

    fn is_deleted(&self, now: Timestamp) -> bool {
        self.deleted_at.present().is_some_and(|deleted_at| *deleted_at <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deletion_that_is_to_come_is_a_plan() {
        let at = |day: &str| format!("{day}T00:00:00Z").parse::<Timestamp>().expect("a time");
        let (now, past, future) = (at("2026-11-20"), at("2026-11-19"), at("2026-11-21"));
        let (active, inactive) = (Fact::Known(AccountStatus::Active), Fact::Known(AccountStatus::Inactive));
        for (status, deleted_at, live, as_of_now) in [
            (active, Fact::Known(None), true, active),
            (active, Fact::NotExposed, true, active),
            (active, Fact::Known(Some(future)), true, active),
            (active, Fact::Known(Some(now)), false, active),
            (Fact::NotExposed, Fact::Known(None), true, Fact::NotExposed),
            (Fact::NotExposed, Fact::NotExposed, true, Fact::NotExposed),
            (Fact::NotExposed, Fact::Known(Some(future)), true, Fact::NotExposed),
            (Fact::NotExposed, Fact::Known(Some(past)), false, inactive),
            (inactive, Fact::Known(None), false, inactive),
            (inactive, Fact::Known(Some(future)), false, inactive),
        ] {
            let account = Account { status, deleted_at, ..Account::new("1".into(), Json::kept("{}")) };
            assert_eq!(account.is_live(now), live, "{status:?} {deleted_at:?}");
            assert_eq!(account.as_of(now).status, as_of_now, "{status:?} {deleted_at:?}");
        }
    }
}
