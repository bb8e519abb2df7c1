//! The published functions and operators: what they are called, which types they take, what they mean. The checker,
//! the compiler and the documentation read this one table.

use std::cmp::Ordering;

use super::node::{Binary, Test, Unary};
use super::ops::Order;
use super::types::Type;
use super::{library, ops};

/// A function or an operator.
#[derive(Debug)]
pub struct Function {
    /// Its name; operators are named as the CEL specification names them, `_+_`.
    pub name: &'static str,
    /// How it is written.
    pub style: Style,
    /// Which types it takes (for a method, its target first) and gives.
    pub overloads: &'static [Overload],
    /// What it means.
    pub doc: &'static str,
    pub(super) run: Run,
}

/// How a function is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// `a + b`
    Operator,
    /// `f(x)`
    Global,
    /// `x.f()`
    Method,
    /// Either.
    Both,
}

/// Types taken and given.
#[derive(Debug, Clone, Copy)]
pub struct Overload {
    /// The arguments' types.
    pub args: &'static [Kind],
    /// The result's type.
    pub result: Kind,
}

/// A type in a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `bool`
    Bool,
    /// `int`
    Int,
    /// `double`
    Double,
    /// `string`
    Text,
    /// `timestamp`
    Timestamp,
    /// `duration`
    Duration,
    /// Any list; as a result, the list that was taken.
    List,
    /// Any map.
    Map,
}

/// What computes it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Run {
    Unary(Unary),
    Binary(Binary),
    Test(Test),
    Order(Order),
    /// A unary function of a moment that may be given a time zone.
    InZone(Unary),
    /// The second argument is a regular expression, compiled when the rule is loaded.
    Regex,
}

impl Kind {
    /// Whether an expression of type `ty` may stand here.
    pub(super) fn takes(self, ty: &Type) -> bool {
        match self {
            Self::List => matches!(ty, Type::List(_) | Type::Dyn),
            Self::Map => matches!(ty, Type::Map(_) | Type::Dyn),
            other => other.gives(ty).is_some_and(|kind| ty.fits(&kind)),
        }
    }

    /// The type of a result, where `first` is the first argument's type.
    pub(super) fn gives(self, first: &Type) -> Option<Type> {
        Some(match self {
            Self::Bool => Type::Bool,
            Self::Int => Type::Int,
            Self::Double => Type::Double,
            Self::Text => Type::Text,
            Self::Timestamp => Type::Timestamp,
            Self::Duration => Type::Duration,
            Self::List => first.clone(),
            Self::Map => return None,
        })
    }

    /// As signatures spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Double => "double",
            Self::Text => "string",
            Self::Timestamp => "timestamp",
            Self::Duration => "duration",
            Self::List => "list",
            Self::Map => "map",
        }
    }
}

/// The function of a name.
pub(super) fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

/// Macros, which are written like methods of lists: `list.exists(x, condition)`.
pub const MACROS: [(&str, &str); 6] = [
    ("has(x.y)", "whether an optional fact, or a key of a map, is there; a key is, also where its value is null"),
    ("list.all(x, condition)", "whether the condition holds for every element"),
    ("list.exists(x, condition)", "whether the condition holds for at least one element"),
    ("list.exists_one(x, condition)", "whether the condition holds for exactly one element"),
    ("list.filter(x, condition)", "the elements for which the condition holds"),
    ("list.map(x, expression)", "a list of what the expression makes of each element"),
];

use Kind::{Bool, Double, Duration, Int, List, Map, Text, Timestamp};
use Style::{Both, Global, Method, Operator};

const fn of(args: &'static [Kind], result: Kind) -> Overload {
    Overload { args, result }
}

const fn function(
    name: &'static str,
    style: Style,
    overloads: &'static [Overload],
    run: Run,
    doc: &'static str,
) -> Function {
    Function { name, style, overloads, doc, run }
}

const ORDERED: &[Overload] = &[
    of(&[Int, Int], Bool),
    of(&[Double, Double], Bool),
    of(&[Int, Double], Bool),
    of(&[Double, Int], Bool),
    of(&[Text, Text], Bool),
    of(&[Bool, Bool], Bool),
    of(&[Timestamp, Timestamp], Bool),
    of(&[Duration, Duration], Bool),
];
const TEXTS: &[Overload] = &[of(&[Text, Text], Bool)];
const OF_TIME: &[Overload] = &[of(&[Timestamp], Int), of(&[Timestamp, Text], Int)];
const OF_TIME_OR_SPAN: &[Overload] = &[of(&[Timestamp], Int), of(&[Timestamp, Text], Int), of(&[Duration], Int)];

/// Every function and operator with types of its own; `&&`, `||`, `!`, `?:`, `==`, `!=`, `in`, `[]` and the macros
/// have rules that a list of types can't say.
pub static FUNCTIONS: &[Function] = &[
    function(
        "_+_",
        Operator,
        &[
            of(&[Int, Int], Int),
            of(&[Double, Double], Double),
            of(&[Text, Text], Text),
            of(&[List, List], List),
            of(&[Timestamp, Duration], Timestamp),
            of(&[Duration, Timestamp], Timestamp),
            of(&[Duration, Duration], Duration),
        ],
        Run::Binary(ops::add),
        "sum; strings and lists are joined. Overflow is an error",
    ),
    function(
        "_-_",
        Operator,
        &[
            of(&[Int, Int], Int),
            of(&[Double, Double], Double),
            of(&[Timestamp, Timestamp], Duration),
            of(&[Timestamp, Duration], Timestamp),
            of(&[Duration, Duration], Duration),
        ],
        Run::Binary(ops::subtract),
        "difference; of timestamps, at most the longest duration there is, 292 years",
    ),
    function(
        "_*_",
        Operator,
        &[of(&[Int, Int], Int), of(&[Double, Double], Double)],
        Run::Binary(ops::multiply),
        "product",
    ),
    function(
        "_/_",
        Operator,
        &[of(&[Int, Int], Int), of(&[Double, Double], Double)],
        Run::Binary(ops::divide),
        "quotient; of ints, rounded towards zero",
    ),
    function("_%_", Operator, &[of(&[Int, Int], Int)], Run::Binary(ops::remainder), "remainder"),
    function("-_", Operator, &[of(&[Int], Int), of(&[Double], Double)], Run::Unary(ops::negate), "negation"),
    function("_<_", Operator, ORDERED, Run::Order(Ordering::is_lt), "less"),
    function("_<=_", Operator, ORDERED, Run::Order(Ordering::is_le), "less or equal"),
    function("_>_", Operator, ORDERED, Run::Order(Ordering::is_gt), "greater"),
    function("_>=_", Operator, ORDERED, Run::Order(Ordering::is_ge), "greater or equal"),
    function(
        "size",
        Both,
        &[of(&[Text], Int), of(&[List], Int), of(&[Map], Int)],
        Run::Unary(library::size),
        "number of characters, elements or keys",
    ),
    function("contains", Method, TEXTS, Run::Test(library::contains), "whether the text has this part"),
    function("startsWith", Method, TEXTS, Run::Test(library::starts_with), "whether the text starts like this"),
    function("endsWith", Method, TEXTS, Run::Test(library::ends_with), "whether the text ends like this"),
    function(
        "matches",
        Both,
        TEXTS,
        Run::Regex,
        "whether a part of the text matches the regular expression, as RE2 reads it: `\\d`, `\\w`, `\\s` and `\\b` are ASCII",
    ),
    function(
        "lowerAscii",
        Method,
        &[of(&[Text], Text)],
        Run::Unary(library::lower_ascii),
        "the text with A-Z as a-z; other letters stay",
    ),
    function("days", Global, &[of(&[Int], Duration)], Run::Unary(library::days), "that many times 24 hours"),
    function(
        "timestamp",
        Global,
        &[of(&[Text], Timestamp), of(&[Int], Timestamp), of(&[Timestamp], Timestamp)],
        Run::Unary(library::timestamp),
        "the moment written as RFC 3339, or so many seconds after 1970",
    ),
    function(
        "duration",
        Global,
        &[of(&[Text], Duration), of(&[Duration], Duration)],
        Run::Unary(library::duration),
        "the duration written with h, m, s, ms, us, ns: '36h'",
    ),
    function(
        "int",
        Global,
        &[of(&[Int], Int), of(&[Double], Int), of(&[Text], Int), of(&[Timestamp], Int)],
        Run::Unary(library::int),
        "as an integer; of a timestamp, seconds after 1970",
    ),
    function(
        "double",
        Global,
        &[of(&[Double], Double), of(&[Int], Double), of(&[Text], Double)],
        Run::Unary(library::double),
        "as a number with a fraction",
    ),
    function(
        "string",
        Global,
        &[
            of(&[Text], Text),
            of(&[Bool], Text),
            of(&[Int], Text),
            of(&[Double], Text),
            of(&[Timestamp], Text),
            of(&[Duration], Text),
        ],
        Run::Unary(library::string),
        "as text: a double with the fewest digits (`1e+06`), a moment as RFC 3339 in UTC, a duration in seconds (`1.5s`)",
    ),
    function("getFullYear", Method, OF_TIME, Run::InZone(library::full_year), "year"),
    function("getMonth", Method, OF_TIME, Run::InZone(library::month), "month, from 0"),
    function("getDate", Method, OF_TIME, Run::InZone(library::date), "day of the month, from 1"),
    function("getDayOfMonth", Method, OF_TIME, Run::InZone(library::day_of_month), "day of the month, from 0"),
    function("getDayOfWeek", Method, OF_TIME, Run::InZone(library::day_of_week), "day of the week; 0 is Sunday"),
    function("getDayOfYear", Method, OF_TIME, Run::InZone(library::day_of_year), "day of the year, from 0"),
    function(
        "getHours",
        Method,
        OF_TIME_OR_SPAN,
        Run::InZone(library::hours),
        "hour; of a duration, all hours. Without a zone in UTC, else there: `\"Europe/Berlin\"`, `\"+02:00\"`",
    ),
    function(
        "getMinutes",
        Method,
        OF_TIME_OR_SPAN,
        Run::InZone(library::minutes),
        "minute; of a duration, all minutes",
    ),
    function(
        "getSeconds",
        Method,
        OF_TIME_OR_SPAN,
        Run::InZone(library::seconds),
        "second; of a duration, all seconds",
    ),
    function(
        "getMilliseconds",
        Method,
        OF_TIME_OR_SPAN,
        Run::InZone(library::milliseconds),
        "millisecond of the second, of a duration, too",
    ),
];
