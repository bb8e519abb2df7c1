//! The budget of an evaluation. Only loops can make a condition take long, so that only what happens inside of macros is
//! counted: the parts that are evaluated in each turn, and values that are large there. Text is cheap, but not for
//! nothing.

use std::cell::Cell;

use super::missing::Missing;
use super::truth::Truth;
use super::value::{EvalError, List, MAX_STEPS, Map, Value};

/// How much text is looked at, copied or compared in one step.
const BYTES: usize = 16;

/// What is done with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cost {
    /// Its text is looked at.
    Text,
    /// Its text is matched with a regular expression.
    Match,
    /// A key is looked for.
    Key,
    /// Its keys are listed.
    Keys,
    /// Everything in it is looked at.
    All,
}

impl Cost {
    /// How many steps that takes.
    pub(super) fn of(self, value: &Value<'_>) -> u64 {
        match (self, value) {
            (Self::Text, value) => of_text(value),
            (Self::Match, Value::Text(text)) => text.len() as u64,
            (Self::Key, Value::Map(Map::Columns(headings, _))) => headings.len() as u64,
            (Self::Keys, Value::Map(map)) => map.len() as u64,
            (Self::Match | Self::Key | Self::Keys, _) => 0,
            (Self::All, value) => of_all(value, MAX_STEPS),
        }
    }
}

/// The steps that are left for an evaluation.
#[derive(Debug)]
pub(super) struct Steps {
    left: Cell<u64>,
    /// Whether a fact was wanted that is read later.
    is_open: Cell<bool>,
}

impl Steps {
    pub(super) const fn new() -> Self {
        Self { left: Cell::new(MAX_STEPS), is_open: Cell::new(false) }
    }

    /// Takes some; or says what comes of the evaluation because there are none.
    #[inline]
    pub(super) fn take(&self, steps: u64) -> Option<Truth> {
        let left = self.left.get();
        if steps > left {
            return Some(self.exhausted());
        }
        self.left.set(left - steps);
        None
    }

    /// Notes that a fact is read later.
    #[cold]
    pub(super) fn later(&self) -> Missing {
        self.is_open.set(true);
        Missing::LATER
    }

    /// What comes of an evaluation without steps. With a fact that is read later, it may take fewer.
    #[cold]
    fn exhausted(&self) -> Truth {
        self.left.set(0);
        if self.is_open.get() { Truth::Unknown(Missing::LATER) } else { Truth::Error(EvalError::TooManySteps) }
    }
}

/// What it costs to look at a text.
#[inline]
pub(super) fn of_text(value: &Value<'_>) -> u64 {
    if let Value::Text(text) = value { (text.len() / BYTES) as u64 } else { 0 }
}

/// What it costs to look at everything in a value, as far as that can be afforded.
fn of_all(value: &Value<'_>, most: u64) -> u64 {
    let mut steps = 1 + of_text(value);
    let mut add = |part: &Value<'_>| {
        steps += of_all(part, most.saturating_sub(steps));
        steps <= most
    };
    match value {
        Value::List(List::Texts(texts)) => drop(texts.iter().all(|text| add(&Value::text(text)))),
        Value::List(list) => drop(list.iter().all(|item| add(&item))),
        Value::Map(Map::Json(map)) => drop(map.values().all(|item| add(&Value::json(item)))),
        Value::Map(Map::Columns(_, row)) => drop(row.iter().all(|text| add(&Value::text(text)))),
        _ => {}
    }
    steps
}
