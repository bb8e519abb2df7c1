//! The facts of an employee. What the roster doesn't tell is unknown, never a default; and where several people could be meant,
//! so is what they don't agree on.

use chrono::NaiveDate;

use super::{FactDef, Getter, Kind};
use crate::expression::{List, Map, Missing, Value};
use crate::model::{Employee, EmployeeFact, Timestamp, Told};
use crate::rule::scope::Scope;

const STATUS: &[&str] = &["active", "leave", "terminated"];
const KIND: &[&str] = &["employee", "external"];

const fn employee(name: &'static str, fact: EmployeeFact, kind: Kind, doc: &'static str, get: Getter) -> FactDef {
    FactDef::new("employee", name, kind, doc, get).needs_of_roster(fact)
}

pub(super) static FACTS: &[FactDef] = &[
    employee("id", EmployeeFact::Id, Kind::Text, "the organisation's identifier", |s| {
        of(s, EmployeeFact::Id, |e| Value::text(e.id()))
    }),
    employee("name", EmployeeFact::Name, Kind::Text, "full name", |s| text(s, EmployeeFact::Name, Employee::name))
        .optional(),
    employee("emails", EmployeeFact::Emails, Kind::Texts, "every address that the roster gives", |s| {
        told(s, EmployeeFact::Emails, |e| Value::List(List::Texts(e.emails())))
    }),
    employee("usernames", EmployeeFact::Usernames, Kind::Texts, "every login name that the roster gives", |s| {
        told(s, EmployeeFact::Usernames, |e| Value::List(List::Texts(e.usernames())))
    }),
    employee("status", EmployeeFact::Status, Kind::Words(STATUS), "what HR says of the employment", |s| {
        let now = s.now;
        known(s, EmployeeFact::Status, move |e| e.status(now), |status| Value::text(status.as_str()))
    }),
    employee("kind", EmployeeFact::Kind, Kind::Words(KIND), "staff or external", |s| {
        known(s, EmployeeFact::Kind, Employee::kind, |kind| Value::text(kind.as_str()))
    })
    .optional(),
    employee(
        "start_date",
        EmployeeFact::StartDate,
        Kind::Time,
        "first day of the present employment, at 00:00 UTC",
        |s| known(s, EmployeeFact::StartDate, Employee::start_date, |day| midnight(Some(day))),
    )
    .optional(),
    employee(
        "end_date",
        EmployeeFact::EndDate,
        Kind::Time,
        "last day of the employment or contract, at 00:00 UTC",
        |s| known(s, EmployeeFact::EndDate, Employee::end_date, midnight),
    )
    .optional(),
    employee(
        "ends_at",
        EmployeeFact::EndDate,
        Kind::Time,
        "the moment at which the last day ends, in the roster's time zone",
        |s| known(s, EmployeeFact::EndDate, ends_at, |end| Value::or_absent(end.map(Value::Timestamp))),
    )
    .optional(),
    employee(
        "previous_end_date",
        EmployeeFact::PreviousEndDate,
        Kind::Time,
        "last day of the employment before the present one, at 00:00 UTC; absent: the roster tells of none",
        |s| of(s, EmployeeFact::PreviousEndDate, |e| midnight(e.previous_end_date())),
    )
    .optional(),
    employee("left", EmployeeFact::Left, Kind::Bool, "whether the employment has ended", |s| {
        let now = s.now;
        known(s, EmployeeFact::Left, move |e| e.left(now), Value::Bool)
    }),
    employee(
        "manager",
        EmployeeFact::Manager,
        Kind::Text,
        "the manager as the roster names them; of several, the first",
        |s| text(s, EmployeeFact::Manager, Employee::manager),
    )
    .optional(),
    employee("department", EmployeeFact::Department, Kind::Text, "department", |s| {
        text(s, EmployeeFact::Department, Employee::department)
    })
    .optional(),
    employee("title", EmployeeFact::Title, Kind::Text, "job title", |s| text(s, EmployeeFact::Title, Employee::title))
        .optional(),
    employee("location", EmployeeFact::Location, Kind::Text, "site or country", |s| {
        text(s, EmployeeFact::Location, Employee::location)
    })
    .optional(),
    employee(
        "columns",
        EmployeeFact::Columns,
        Kind::Columns,
        "all other columns of the roster: `employee.columns[\"Cost centre\"]`",
        |s| {
            let headings = s.employee.as_ref().map_or(&[][..], |scope| scope.headings);
            of(s, EmployeeFact::Columns, move |e| Value::Map(Map::Columns(headings, e.extra())))
        },
    ),
];

/// What everybody who could be meant agrees on; nearly always it is one.
#[inline]
fn of<'a>(scope: &'a Scope<'a>, fact: EmployeeFact, get: impl Fn(&'a Employee) -> Value<'a>) -> Value<'a> {
    let Some(people) = scope.employee.as_ref() else { return Value::or_absent(None) };
    let first = get(people.employee);
    if people.others.is_empty() { first } else { agreed(first, people.others, fact, &get) }
}

#[cold]
fn agreed<'a>(
    first: Value<'a>,
    others: &'a [&'a Employee],
    fact: EmployeeFact,
    get: &dyn Fn(&'a Employee) -> Value<'a>,
) -> Value<'a> {
    let agree = |other: &&'a Employee| first.is_same(&get(other));
    if others.iter().all(agree) { first } else { Value::Unknown(Missing::of_employee(fact)) }
}

/// A fact that the roster may not tell.
fn known<'a, T>(
    scope: &'a Scope<'a>,
    fact: EmployeeFact,
    told: impl Fn(&'a Employee) -> Told<T>,
    value: impl Fn(T) -> Value<'a>,
) -> Value<'a> {
    of(scope, fact, |e| told(e).map_or_else(|_| Value::Unknown(Missing::of_employee(fact)), &value))
}

/// A fact that is told where the person's files have a column for it.
fn told<'a>(scope: &'a Scope<'a>, fact: EmployeeFact, get: impl Fn(&'a Employee) -> Value<'a>) -> Value<'a> {
    of(scope, fact, |e| match e.untold(fact, scope.now) {
        None => get(e),
        Some(_) => Value::Unknown(Missing::of_employee(fact)),
    })
}

fn text<'a>(scope: &'a Scope<'a>, fact: EmployeeFact, get: fn(&Employee) -> Option<&str>) -> Value<'a> {
    told(scope, fact, move |e| Value::or_absent(get(e).map(Value::text)))
}

fn ends_at(employee: &Employee) -> Told<Option<Timestamp>> {
    employee.end_date().map(|_| employee.ends_at())
}

/// A day as rules see it: its first moment, in UTC.
pub(super) fn midnight<'a>(date: Option<NaiveDate>) -> Value<'a> {
    let midnight = date.and_then(|date| date.and_hms_opt(0, 0, 0));
    Value::or_absent(midnight.map(|time| Value::Timestamp(time.and_utc())))
}
