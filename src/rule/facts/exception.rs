//! The facts of an exception: what the organisation has accepted, and what became of it.

use super::employee::midnight;
use super::{FactDef, Getter, Kind};
use crate::expression::Value;
use crate::rule::scope::{ExceptionFacts, Scope};

const KIND: &[&str] = &["waiver"];
const STATE: &[&str] = &["used", "expiring-soon", "unused", "expired", "void"];

const fn exception(name: &'static str, kind: Kind, doc: &'static str, get: Getter) -> FactDef {
    FactDef::new("exception", name, kind, doc, get)
}

pub(super) static FACTS: &[FactDef] = &[
    exception("kind", Kind::Words(KIND), "what kind of exception it is", |s| of(s, |x| Value::text(&x.kind))),
    exception("id", Kind::Text, "what names it: its rule and what it covers", |s| of(s, |x| Value::text(&x.id))),
    exception("rule", Kind::Text, "the rule that it is about", |s| of(s, |x| Value::text(&x.rule))),
    exception("state", Kind::Words(STATE), "what became of it", |s| of(s, |x| Value::text(&x.state))),
    exception("findings", Kind::Int, "how many findings it covers, or would cover if it held", |s| {
        of(s, |x| Value::count(x.findings))
    }),
    exception("seen", Kind::Bool, "whether all accounts were seen that it could cover", |s| {
        of(s, |x| Value::Bool(x.seen))
    }),
    exception("ticket", Kind::Text, "where it was discussed", |s| of(s, |x| Value::text(&x.ticket))),
    exception("expires", Kind::Time, "its last day, at 00:00 UTC", |s| of(s, |x| midnight(x.expires))).optional(),
    exception("owner", Kind::Text, "who answers for it", |s| {
        of(s, |x| Value::or_absent(x.owner.as_deref().map(Value::text)))
    })
    .optional(),
    exception("cause", Kind::Text, "why it is void", |s| {
        of(s, |x| Value::or_absent(x.cause.as_deref().map(Value::text)))
    })
    .optional(),
];

fn of<'a>(scope: &'a Scope<'a>, get: impl FnOnce(&'a ExceptionFacts) -> Value<'a>) -> Value<'a> {
    scope.exception.map_or(Value::or_absent(None), get)
}
