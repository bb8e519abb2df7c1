//! The facts of an employee.

use chrono::NaiveDate;

use super::{Fact, Kind};
use crate::model::WorkerKind;
use crate::rule::cel::{Getter, List, Map, Value};
use crate::rule::scope::{EmployeeScope, Scope};

const STATUS: &[&str] = &["active", "leave", "terminated"];
const KIND: &[&str] = &["employee", "external"];

const fn employee(name: &'static str, kind: Kind, doc: &'static str, get: Getter) -> Fact {
    Fact::new("employee", name, kind, doc, get)
}

pub(super) static FACTS: &[Fact] = &[
    employee("id", Kind::Text, "the organisation's identifier", |s| of(s, |e| Value::text(e.employee.id()))),
    employee("name", Kind::Text, "full name", |s| text(s, |e| e.employee.name())).optional(),
    employee("emails", Kind::Texts, "every address that the roster gives", |s| {
        of(s, |e| Value::List(List::Texts(e.employee.emails())))
    }),
    employee("usernames", Kind::Texts, "every login name that the roster gives", |s| {
        of(s, |e| Value::List(List::Texts(e.employee.usernames())))
    }),
    employee("status", Kind::Words(STATUS), "what HR says of the employment", |s| {
        of(s, |e| Value::text(e.employee.status.as_str()))
    }),
    employee("kind", Kind::Words(KIND), "staff or external", |s| {
        text(s, |e| {
            e.employee.kind.map(|kind| match kind {
                WorkerKind::Employee => "employee",
                WorkerKind::External => "external",
            })
        })
    })
    .optional(),
    employee("start_date", Kind::Time, "first day of the employment, at 00:00 UTC", |s| {
        date(s, |e| e.employee.start_date)
    })
    .optional(),
    employee("end_date", Kind::Time, "last day of the employment or contract, at 00:00 UTC", |s| {
        date(s, |e| e.employee.end_date)
    })
    .optional(),
    employee("ends_at", Kind::Time, "the moment at which the last day ends, in the roster's time zone", |s| {
        of(s, |e| Value::or_absent(e.employee.ends_at.map(Value::Timestamp)))
    })
    .optional(),
    employee("left", Kind::Bool, "whether the employment has ended", |s| {
        of(s, |e| Value::Bool(e.employee.has_left(s.now)))
    }),
    employee("manager", Kind::Text, "the manager as the roster names them", |s| text(s, |e| e.employee.manager()))
        .optional(),
    employee("department", Kind::Text, "department", |s| text(s, |e| e.employee.department())).optional(),
    employee("title", Kind::Text, "job title", |s| text(s, |e| e.employee.title())).optional(),
    employee("location", Kind::Text, "site or country", |s| text(s, |e| e.employee.location())).optional(),
    employee("columns", Kind::Columns, "all other columns of the roster: `employee.columns[\"Cost centre\"]`", |s| {
        of(s, |e| Value::Map(Map::Columns(e.headings, e.employee.extra())))
    }),
];

fn of<'a>(scope: &'a Scope<'a>, get: impl FnOnce(&'a EmployeeScope<'a>) -> Value<'a>) -> Value<'a> {
    scope.employee.as_ref().map_or(Value::or_absent(None), get)
}

fn text<'a>(scope: &'a Scope<'a>, get: impl FnOnce(&'a EmployeeScope<'a>) -> Option<&'a str>) -> Value<'a> {
    of(scope, |e| Value::or_absent(get(e).map(Value::text)))
}

fn date<'a>(scope: &'a Scope<'a>, get: impl FnOnce(&'a EmployeeScope<'a>) -> Option<NaiveDate>) -> Value<'a> {
    of(scope, |e| midnight(get(e)))
}

/// A day as rules see it: its first moment, in UTC.
pub(super) fn midnight(date: Option<NaiveDate>) -> Value<'static> {
    let midnight = date.and_then(|date| date.and_hms_opt(0, 0, 0));
    Value::or_absent(midnight.map(|time| Value::Timestamp(time.and_utc())))
}
