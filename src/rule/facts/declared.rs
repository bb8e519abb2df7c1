//! The facts of declarations: what the organisation says of an account that it vouches for, and how many a declaration
//! covers.

use super::employee::midnight;
use super::{FactDef, Getter, Kind};
use crate::expression::Value;
use crate::rule::scope::{DeclarationFacts, DeclaredScope, Scope};

const KIND: &[&str] = &["service", "shared", "break-glass", "external"];

const fn declared(name: &'static str, kind: Kind, doc: &'static str, get: Getter) -> FactDef {
    FactDef::new("declared", name, kind, doc, get)
}

pub(super) static FACTS: &[FactDef] = &[
    declared("kind", Kind::Words(KIND), "what kind of account it is", |s| {
        of(s, |d| Value::text(d.declaration.kind.as_str()))
    }),
    declared("owner", Kind::Text, "the employee id of the person who answers for it", |s| {
        of(s, |d| Value::or_absent(d.declaration.owner.as_ref().map(|id| Value::text(&id.0))))
    })
    .optional(),
    declared("owner_left", Kind::Bool, "whether it has an owner who has left, or whom the roster doesn't know", |s| {
        of(s, |d| Value::Bool(d.owner_left))
    }),
    declared("purpose", Kind::Text, "what it is for", |s| {
        of(s, |d| Value::or_absent(d.declaration.purpose.as_deref().map(Value::text)))
    })
    .optional(),
    declared("review_date", Kind::Time, "when it was last reviewed, at 00:00 UTC", |s| {
        of(s, |d| midnight(d.declaration.review_date))
    })
    .optional(),
    declared("expires", Kind::Time, "the last day on which the declaration holds, at 00:00 UTC", |s| {
        of(s, |d| midnight(d.declaration.expires))
    })
    .optional(),
];

fn of<'a>(scope: &'a Scope<'a>, get: impl FnOnce(&'a DeclaredScope<'a>) -> Value<'a>) -> Value<'a> {
    scope.declared.as_ref().map_or(Value::or_absent(None), get)
}

const fn declaration(name: &'static str, kind: Kind, doc: &'static str, get: Getter) -> FactDef {
    FactDef::new("declaration", name, kind, doc, get)
}

pub(super) static DECLARATION: &[FactDef] = &[
    declaration("id", Kind::Text, "what names it: its source and what it covers", |s| whole(s, |d| Value::text(&d.id))),
    declaration("source", Kind::Text, "the source of the accounts", |s| whole(s, |d| Value::text(d.source.as_str()))),
    declaration("kind", Kind::Words(KIND), "what kind of accounts they are", |s| whole(s, |d| Value::text(&d.kind))),
    declaration("pattern", Kind::Bool, "whether it covers what a pattern matches, and not one value", |s| {
        whole(s, |d| Value::Bool(d.pattern))
    }),
    declaration("accounts", Kind::Int, "how many accounts it is about", |s| whole(s, |d| Value::count(d.accounts))),
    declaration("out_of", Kind::Int, "how many accounts its source has", |s| whole(s, |d| Value::count(d.out_of))),
    declaration("up_to", Kind::Int, "how many it may be about, if it says so", |s| {
        whole(s, |d| Value::or_absent(d.up_to.map(Value::count)))
    })
    .optional(),
];

fn whole<'a>(scope: &'a Scope<'a>, get: impl FnOnce(&'a DeclarationFacts) -> Value<'a>) -> Value<'a> {
    scope.declaration.map_or(Value::or_absent(None), get)
}
