//! The facts of an account. A fact that the vendor doesn't tell is unknown, never a default.

use std::borrow::Cow;

use super::{Fact, Kind, names};
use crate::expression::{List, Map, Missing, Value};
use crate::model::{Account, EmployeeFact, Fact as Told, FactName, Situation, Timestamp};
use crate::rule::scope::{AccountScope, Scope};

/// The states of an account.
const STATUS: &[&str] = &["active", "inactive"];
/// The outcomes of correlation. `declared` is for accounts that the organisation vouches for.
const SITUATION: &[&str] = &["matched", "unmatched", "ambiguous", "conflict", "declared"];
/// The keys that can decide it.
const TIER: &[&str] = &["crosswalk", "external_id", "email", "username"];

const fn account(name: &'static str, kind: Kind, doc: &'static str, get: super::Getter) -> Fact {
    Fact::new("account", name, kind, doc, get)
}

pub(super) static FACTS: &[Fact] = &[
    account("source", Kind::Text, "the name of its source in the configuration", |s| {
        of(s, |a| Value::text(a.source.as_str()))
    }),
    account("vendor", Kind::Text, "the kind of vendor: voiso, cognigy, file, …", |s| {
        of(s, |a| Value::text(a.vendor))
    }),
    account("id", Kind::Text, "the vendor's own immutable identifier", |s| of(s, |a| Value::text(&a.account.id))),
    account("external_id", Kind::Text, "the identifier that the organisation gave to the vendor", |s| {
        maybe_text(s, FactName::ExternalId, |a| &a.external_id)
    })
    .optional()
    .needs(FactName::ExternalId),
    account("email", Kind::Text, "e-mail address, as the vendor writes it", |s| {
        maybe_text(s, FactName::Email, |a| &a.email)
    })
    .optional()
    .needs(FactName::Email),
    account("username", Kind::Text, "login name", |s| maybe_text(s, FactName::Username, |a| &a.username))
        .optional()
        .needs(FactName::Username),
    account("display_name", Kind::Text, "name shown to people", |s| {
        maybe_text(s, FactName::DisplayName, |a| &a.display_name)
    })
    .optional()
    .needs(FactName::DisplayName),
    account("status", Kind::Words(STATUS), "whether the vendor says that it can be used", |s| {
        told(s, FactName::Status, |a| &a.status, |status| Value::text(status.as_str()))
    })
    .needs(FactName::Status),
    account("locked", Kind::Bool, "whether it is locked out", |s| {
        told(s, FactName::Locked, |a| &a.locked, |locked| Value::Bool(*locked))
    })
    .needs(FactName::Locked),
    account("licensed", Kind::Bool, "whether it costs a licence", |s| {
        told(s, FactName::Licensed, |a| &a.licensed, |licensed| Value::Bool(*licensed))
    })
    .needs(FactName::Licensed),
    account("roles", Kind::Texts, "the vendor's names of its roles or permission groups", |s| {
        told(s, FactName::Roles, |a| &a.roles, |roles| Value::List(List::Cows(roles)))
    })
    .needs(FactName::Roles),
    account("created_at", Kind::Time, "when it was created", |s| {
        told(s, FactName::CreatedAt, |a| &a.created_at, |time| Value::Timestamp(*time))
    })
    .needs(FactName::CreatedAt),
    account("updated_at", Kind::Time, "when it was last changed", |s| {
        told(s, FactName::UpdatedAt, |a| &a.updated_at, |time| Value::Timestamp(*time))
    })
    .needs(FactName::UpdatedAt),
    account("last_login_at", Kind::Time, "when it was last used to log in; absent: never", |s| {
        maybe_time(s, FactName::LastLoginAt, |a| &a.last_login_at)
    })
    .optional()
    .needs(FactName::LastLoginAt),
    account("deleted_at", Kind::Time, "when it was deleted, or is to be; absent: neither", |s| {
        maybe_time(s, FactName::DeletedAt, |a| &a.deleted_at)
    })
    .optional()
    .needs(FactName::DeletedAt),
    account("linked", Kind::Texts, "applications and telephony identities that are bound to it", |s| {
        told(s, FactName::Linked, |a| &a.linked, |linked| Value::List(List::Cows(linked)))
    })
    .needs(FactName::Linked),
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
    .dear(),
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
    .dear()
    .needs(FactName::Email),
    account(
        "handles",
        Kind::Texts,
        "its login name and the part of its address before the @: lower case, words joined by -, no digits at the end",
        |s| of(s, |a| names::handles(a.account)),
    )
    .dear()
    .needs(FactName::Username),
    account(
        "name_likeness",
        Kind::Int,
        "how alike its display name and its owner's name are, from 0 to 100; absent without either",
        names::likeness,
    )
    .optional()
    .dear()
    .needs(FactName::DisplayName),
    account("attributes", Kind::Record, "the vendor's record, verbatim: `account.attributes.department`", |s| {
        of(s, |a| match a.record() {
            serde_json::Value::Object(record) => Value::Map(Map::Json(record)),
            other => Value::json(other),
        })
    }),
];

/// So many candidates are named: evidence must not grow with them.
const SHOWN: usize = 5;

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
