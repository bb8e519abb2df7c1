//! The facts of an account. A fact that the vendor doesn't tell is unknown, never a default.

use std::borrow::Cow;

use super::employee::midnight;
use super::{FactDef, Kind, names};
use crate::expression::{List, Map, Missing, Value};
use crate::model::{Account, EmployeeFact, Fact as Told, FactName, Situation, Timestamp, facts};
use crate::rule::scope::{AccountScope, Scope};

/// The states of an account.
const STATUS: &[&str] = &["active", "inactive"];
/// The outcomes of correlation. `declared` is for accounts that the organisation vouches for.
const SITUATION: &[&str] = &["matched", "unmatched", "ambiguous", "conflict", "declared"];
/// What became of a promise.
const PROMISE: &[&str] = &["none", "done", "pending", "overdue", "returned", "recreated", "changed", "unverifiable"];
/// The keys that can decide it.
const TIER: &[&str] = &["crosswalk", "external_id", "email", "username"];

const fn account(name: &'static str, kind: Kind, doc: &'static str, get: super::Getter) -> FactDef {
    FactDef::new("account", name, kind, doc, get)
}

/// Where it is.
pub(super) static PLACE: &[FactDef] = &[
    account("source", Kind::Text, "the name of its source in the configuration", |s| {
        of(s, |a| Value::text(a.source.as_str()))
    }),
    account("vendor", Kind::Text, "the kind of vendor: voiso, cognigy, file, …", |s| {
        of(s, |a| Value::text(a.vendor))
    }),
    account("id", Kind::Text, "the vendor's own immutable identifier", |s| of(s, |a| Value::text(&a.account.id))),
];

/// A fact of records, by its kind.
macro_rules! published {
    (maybe_text, $name:ident, $field:ident, $meaning:literal) => {
        account(stringify!($field), Kind::Text, $meaning, |s| maybe_text(s, FactName::$name, |a| &a.$field)).optional()
    };
    (status, $name:ident, $field:ident, $meaning:literal) => {
        account(stringify!($field), Kind::Words(STATUS), $meaning, |s| {
            told(s, FactName::$name, |a| &a.$field, |status| Value::text(status.as_str()))
        })
    };
    (flag, $name:ident, $field:ident, $meaning:literal) => {
        account(stringify!($field), Kind::Bool, $meaning, |s| {
            told(s, FactName::$name, |a| &a.$field, |flag| Value::Bool(*flag))
        })
    };
    (texts, $name:ident, $field:ident, $meaning:literal) => {
        account(stringify!($field), Kind::Texts, $meaning, |s| {
            told(s, FactName::$name, |a| &a.$field, |texts| Value::List(List::Cows(texts)))
        })
    };
    (time, $name:ident, $field:ident, $meaning:literal) => {
        account(stringify!($field), Kind::Time, $meaning, |s| {
            told(s, FactName::$name, |a| &a.$field, |time| Value::Timestamp(*time))
        })
    };
    (maybe_time, $name:ident, $field:ident, $meaning:literal) => {
        account(stringify!($field), Kind::Time, $meaning, |s| maybe_time(s, FactName::$name, |a| &a.$field)).optional()
    };
}

macro_rules! of_records {
    ($($(#[$of_account:meta])* $name:ident $field:ident: $kind:ident, $meaning:literal;)*) => {
        /// What the vendor's record tells.
        pub(super) static OF_RECORDS: &[FactDef] =
            &[$(published!($kind, $name, $field, $meaning).needs(FactName::$name)),*];
    };
}

facts!(of_records);

/// What follows from it, and from looking for the owner.
pub(super) static DERIVED: &[FactDef] = &[
    account("live", Kind::Bool, "whether it can be used, as the table below says; never unknown itself", |s| {
        of(s, |a| Value::Bool(a.account.is_live(s.now)))
    }),
    account("situation", Kind::Words(SITUATION), "the outcome of looking for its owner", |s| {
        of(s, |a| Value::text(a.situation.as_str()))
    }),
    account("matched", Kind::Bool, "whether exactly one employee owns it, who is `employee` then", |s| {
        of(s, |a| Value::Bool(matches!(a.situation, Situation::Matched { .. })))
    }),
    account(
        "attributable",
        Kind::Bool,
        "whether its keys name somebody in the roster: its owner, or all who could own it; `employee` is then what all of them \
         agree on. Of a declared account, only if everybody whom its keys name has left",
        |s| of(s, |_| Value::Bool(s.employee.is_some())),
    ),
    account(
        "owned",
        Kind::Bool,
        "whether it belongs to somebody in the roster, working here or not; unknown if several could own it and not all of \
         them have left",
        owned,
    )
    .needs_of_roster(EmployeeFact::Id),
    account("candidates", Kind::Texts, "the ids of those who could own it, of many the first five", |s| {
        let ids = s.employee.iter().flat_map(|scope| scope.people()).take(SHOWN).map(|person| Value::text(person.id()));
        of(s, |_| Value::List(List::Owned(ids.collect())))
    })
    .costly(),
    account("declared", Kind::Bool, "whether the organisation vouches for it; `declared` says how, then", |s| {
        of(s, |a| Value::Bool(matches!(a.situation, Situation::Declared { .. })))
    }),
    account("matched_by", Kind::Words(TIER), "the key that found the owner", |s| {
        of(s, |a| match a.situation {
            Situation::Matched { tier, .. } => Value::text(tier.as_str()),
            _ => Value::or_absent(None),
        })
    })
    .optional(),
    account(
        "usable_since",
        Kind::Time,
        "from when on its owner can have used it: when it was made; where the vendor doesn't tell that, the first day of its \
         owner, at 00:00 UTC",
        usable_since,
    )
    .needs(FactName::CreatedAt),
    account("privileged", Kind::Bool, "whether one of its roles is among the source's `privileged_roles`", |s| {
        of(s, |a| match a.privileged {
            Ok(privileged) => Value::Bool(privileged),
            Err(missing) => Value::Unknown(Missing::of(missing)),
        })
    })
    .needs(FactName::Privileged),
    account("identifiable", Kind::Bool, "whether it has an external id, an address or a login name", |s| {
        of(s, |a| Value::Bool(names::is_identifiable(a.account)))
    }),
    account("email_domain", Kind::Text, "what stands behind the @ of its address, in lower case", |s| {
        told(
            s,
            FactName::Email,
            |a| &a.email,
            |email| {
                let domain = email.as_deref().and_then(names::domain);
                Value::or_absent(domain.map(|domain| Value::Text(domain.into())))
            },
        )
    })
    .optional()
    .costly()
    .needs(FactName::Email),
    account(
        "handles",
        Kind::Texts,
        "its login name and the part of its address before the @: lower case, words joined by -, no digits at the end",
        |s| of(s, |a| names::handles(a.account)),
    )
    .costly()
    .needs(FactName::Username),
    account(
        "name_likeness",
        Kind::Int,
        "how alike its display name and its owner's name are, from 0 to 100; absent without either",
        names::likeness,
    )
    .optional()
    .costly()
    .needs(FactName::DisplayName),
    account(
        "promise",
        Kind::Words(PROMISE),
        "what became of what a review has decided to take away or change; of an account that has come in the place of such a one: \
         `recreated`",
        |s| of(s, |a| Value::text(a.promise.map_or("none", |promise| promise.state.as_str()))),
    ),
    account("promise_due", Kind::Time, "the last day for it, at 00:00 UTC", |s| {
        of(s, |a| Value::or_absent(a.promise.map(|promise| Value::Timestamp(promise.due))))
    })
    .optional(),
    account("promise_review", Kind::Text, "the review that has decided it", |s| {
        of(s, |a| Value::or_absent(a.promise.map(|promise| Value::text(&promise.review))))
    })
    .optional(),
    account("promise_roles", Kind::Texts, "the roles that are still to go", |s| {
        of(s, |a| {
            let roles = a.promise.iter().flat_map(|promise| &promise.roles);
            Value::List(List::Owned(roles.map(|role| Value::text(role)).collect()))
        })
    })
    .costly(),
    account("attributes", Kind::Record, "the vendor's record, verbatim: `account.attributes.department`", |s| {
        of(s, |a| match a.record() {
            serde_json::Value::Object(record) => Value::Map(Map::Json(record)),
            other => Value::json(other),
        })
    }),
];

/// How many candidates are named: evidence must not grow with them.
const SHOWN: usize = 5;

fn usable_since<'a>(scope: &'a Scope<'a>) -> Value<'a> {
    of(scope, |a| match (&a.account.created_at, a.situation, &scope.employee) {
        (Told::Known(made), ..) => Value::Timestamp(*made),
        (Told::NotExposed, Situation::Matched { .. }, Some(owner)) if let Ok(first) = owner.employee.start_date() => {
            midnight(Some(first))
        }
        (Told::NotExposed, ..) => Value::Unknown(Missing::of(FactName::CreatedAt)),
    })
}

fn owned<'a>(scope: &'a Scope<'a>) -> Value<'a> {
    of(scope, |a| match a.situation {
        Situation::Matched { .. } => Value::Bool(true),
        Situation::Unmatched | Situation::Declared { .. } => Value::Bool(false),
        Situation::Ambiguous { .. } | Situation::Conflict { .. } => {
            if scope.employee.is_some_and(|people| people.have_all_left(scope.now)) {
                Value::Bool(true)
            } else {
                Value::Unknown(Missing::of_employee(EmployeeFact::Id))
            }
        }
    })
}

fn of<'a>(scope: &'a Scope<'a>, get: impl FnOnce(&'a AccountScope<'a>) -> Value<'a>) -> Value<'a> {
    scope.account.as_ref().map_or(Value::or_absent(None), get)
}

fn told<'a, T: 'a>(
    scope: &'a Scope<'a>,
    name: FactName,
    fact: impl FnOnce(&'a Account<'a>) -> &'a Told<T>,
    value: impl FnOnce(&'a T) -> Value<'a>,
) -> Value<'a> {
    of(scope, |a| match fact(a.account) {
        Told::Known(known) => value(known),
        Told::NotExposed => Value::Unknown(Missing::of(name)),
    })
}

fn maybe_text<'a>(
    scope: &'a Scope<'a>,
    name: FactName,
    fact: impl FnOnce(&'a Account<'a>) -> &'a Told<Option<Cow<'a, str>>>,
) -> Value<'a> {
    told(scope, name, fact, |text| Value::or_absent(text.as_deref().map(Value::text)))
}

fn maybe_time<'a>(
    scope: &'a Scope<'a>,
    name: FactName,
    fact: impl FnOnce(&'a Account<'a>) -> &'a Told<Option<Timestamp>>,
) -> Value<'a> {
    told(scope, name, fact, |time| Value::or_absent(time.map(Value::Timestamp)))
}
