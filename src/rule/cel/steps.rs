//! The budget of an evaluation. Only loops can make a condition take long, so that only what happens inside of them is
//! counted: the parts that are evaluated in each turn, and what is large in them. Text is cheap, but not for nothing.

use std::cell::Cell;

use super::truth::Truth;
use super::value::{EvalError, MAX_STEPS, Map, Missing, Value};
use crate::rule::facts::Fact;
use crate::rule::scope::Scope;

/// How much text is looked at, copied or compared in one step.
const BYTES: usize = 16;
/// What it costs to read a fact that is computed.
const DEAR: u64 = 100;

/// One evaluation: the facts that it reads and the steps that are left.
#[derive(Debug)]
pub(super) struct Run<'a> {
    scope: &'a Scope<'a>,
    /// Whether only coarse facts are read.
    in_outline: bool,
    left: Cell<u64>,
    /// Whether a fact was wanted that is read later.
    is_open: Cell<bool>,
}

/// Where an evaluation stands: the variables of the macros around.
#[derive(Debug, Clone, Copy)]
pub(super) struct Env<'e, 'a> {
    run: &'e Run<'a>,
    pub frame: Option<&'e Frame<'e, 'a>>,
}

/// A variable of a macro.
#[derive(Debug)]
pub(super) struct Frame<'e, 'a> {
    pub value: Value<'a>,
    pub outer: Option<&'e Self>,
}

impl<'e, 'a> Frame<'e, 'a> {
    pub(super) const fn of(value: Value<'a>, env: Env<'e, 'a>) -> Self {
        Self { value, outer: env.frame }
    }
}

impl<'a> Run<'a> {
    pub(super) const fn new(scope: &'a Scope<'a>) -> Self {
        Self { scope, in_outline: false, left: Cell::new(MAX_STEPS), is_open: Cell::new(false) }
    }

    /// Reads coarse facts only. Any other is [`Missing::LATER`].
    pub(super) const fn in_outline(scope: &'a Scope<'a>) -> Self {
        Self { in_outline: true, ..Self::new(scope) }
    }

    pub(super) const fn env(&self) -> Env<'_, 'a> {
        Env { run: self, frame: None }
    }

    fn later(&self) -> Missing {
        self.is_open.set(true);
        Missing::LATER
    }

    /// What comes of an evaluation without steps. Where a fact is read later, it may take fewer.
    fn exhausted(&self) -> Truth {
        if self.is_open.get() { Truth::Unknown(Missing::LATER) } else { Truth::Error(EvalError::TooManySteps) }
    }
}

impl<'e, 'a> Env<'e, 'a> {
    pub(super) fn read(self, fact: &'static Fact) -> Value<'a> {
        if self.run.in_outline && !fact.is_coarse() {
            return Value::Unknown(self.run.later());
        }
        (fact.get)(self.run.scope)
    }

    pub(super) fn has(self, fact: &'static Fact) -> Truth {
        if self.run.in_outline && !fact.has_coarse_presence() {
            return Truth::Unknown(self.run.later());
        }
        match (fact.get)(self.run.scope) {
            Value::Unknown(missing) => Truth::Unknown(missing),
            value => Truth::of(!matches!(value, Value::Error(EvalError::Absent))),
        }
    }

    /// Inside of a macro.
    pub(super) const fn inside(self, frame: &'e Frame<'e, 'a>) -> Self {
        Self { frame: Some(frame), ..self }
    }

    /// Takes steps; or says what comes of the evaluation because there are none.
    #[inline]
    pub(super) fn take(self, steps: u64) -> Option<Truth> {
        let left = self.run.left.get().checked_sub(steps);
        self.run.left.set(left.unwrap_or(0));
        left.is_none().then(|| self.run.exhausted())
    }

    /// Takes steps if they are taken again and again.
    #[inline]
    pub(super) fn take_in_loop(self, steps: impl FnOnce() -> u64) -> Option<Truth> {
        self.frame.and_then(|_| self.take(steps()))
    }
}

/// What it costs to read a fact, apart from the turn.
pub(super) const fn of_fact(fact: &Fact) -> u64 {
    if fact.is_dear() { DEAR } else { 0 }
}

/// What it costs to look at a text.
pub(super) const fn of_text(text: &str) -> u64 {
    (text.len() / BYTES) as u64
}

/// What it costs to compute something of a value, apart from the turn.
pub(super) fn of_value(value: &Value<'_>) -> u64 {
    if let Value::Text(text) = value { of_text(text) } else { 0 }
}

/// What it costs to join two values, or to look one up in the other.
pub(super) fn of_both(left: &Value<'_>, right: &Value<'_>) -> u64 {
    match (left, right) {
        (Value::Text(left), Value::Text(right)) => of_text(left) + of_text(right),
        (Value::List(_), Value::List(_)) => of_all(left, MAX_STEPS) + of_all(right, MAX_STEPS),
        (Value::Map(map), _) => of_key(map),
        _ => 0,
    }
}

/// What it costs to compare two values, or to look for one in the other.
pub(super) fn of_test(left: &Value<'_>, right: &Value<'_>) -> u64 {
    match (left, right) {
        (Value::List(_) | Value::Map(_), Value::List(_) | Value::Map(_)) => {
            of_all(left, MAX_STEPS) + of_all(right, MAX_STEPS)
        }
        (item, Value::List(list)) => list.len() as u64 * (1 + of_value(item)),
        (_, Value::Map(map)) => of_key(map),
        _ => of_value(left) + of_value(right),
    }
}

/// What it costs to find a key.
pub(super) fn of_key(map: &Map<'_>) -> u64 {
    match map {
        Map::Columns(headings, _) => headings.len() as u64,
        Map::Json(_) => 0,
    }
}

/// What it costs to look at everything in a value, as far as that is affordable.
pub(super) fn of_all(value: &Value<'_>, most: u64) -> u64 {
    let mut steps = 1 + of_value(value);
    let mut add = |part: &Value<'_>| {
        steps += of_all(part, most.saturating_sub(steps));
        steps <= most
    };
    match value {
        Value::List(list) => drop(list.iter().all(|item| add(&item))),
        Value::Map(Map::Json(map)) => drop(map.values().all(|item| add(&Value::json(item)))),
        Value::Map(columns) => steps += of_key(columns),
        _ => {}
    }
    steps
}
