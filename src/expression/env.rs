//! What an evaluation reads: the facts of its scope, and the variables of the macros around it. Conditions and their parts are
//! evaluated in it.

use std::borrow::Cow;

use super::Fact;
use super::steps::{self, Steps};
use super::truth::Truth;
use super::value::{EvalError, Value};

/// What an evaluation reads.
pub(super) struct Env<'e, 'a, F: Fact> {
    scope: &'a F::Scope<'a>,
    frame: Option<&'e Frame<'e, 'a>>,
    pub steps: &'e Steps,
    /// Whether only coarse facts are read.
    pub coarse_only: bool,
}

/// A variable of a macro.
#[derive(Debug)]
pub(super) struct Frame<'e, 'a> {
    pub value: Value<'a>,
    outer: Option<&'e Self>,
}

impl<'e, 'a, F: Fact> Env<'e, 'a, F> {
    pub(super) const fn new(scope: &'a F::Scope<'a>, steps: &'e Steps) -> Self {
        Self { scope, frame: None, steps, coarse_only: false }
    }

    /// Reads coarse facts only. Any other is read later.
    pub(super) const fn coarse_only(scope: &'a F::Scope<'a>, steps: &'e Steps) -> Self {
        Self { scope, frame: None, steps, coarse_only: true }
    }

    pub(super) fn read(&self, fact: F) -> Value<'a> {
        let is_read = !self.coarse_only || fact.is_coarse();
        if is_read { fact.read(self.scope) } else { Value::Unknown(self.steps.later()) }
    }

    pub(super) fn has(&self, fact: F) -> Truth {
        if self.coarse_only && !fact.has_coarse_presence() {
            return Truth::Unknown(self.steps.later());
        }
        match &fact.read(self.scope) {
            Value::Unknown(missing) => Truth::Unknown(*missing),
            value => Truth::of(!matches!(value, Value::Error(EvalError::Absent))),
        }
    }

    /// A variable, this many macros further out. What the nearest macro does with its own is counted with each turn.
    #[inline]
    pub(super) fn local(&self, out: usize) -> Value<'a> {
        match (self.frame, out) {
            (Some(Frame { value: Value::Text(Cow::Borrowed(text)), .. }), 0) => Value::text(text),
            (frame, out) => further_out(frame, out, self.steps),
        }
    }

    /// The variable of a macro here.
    pub(super) const fn frame(&self, value: Value<'a>) -> Frame<'e, 'a> {
        Frame { value, outer: self.frame }
    }

    /// The same inside of a macro.
    pub(super) const fn inside(&self, frame: &'e Frame<'e, 'a>) -> Self {
        Self { frame: Some(frame), ..*self }
    }
}

/// A variable of a macro around the nearest, or one that was computed. Its text is looked at, and copied.
fn further_out<'a>(mut frame: Option<&Frame<'_, 'a>>, out: usize, steps: &Steps) -> Value<'a> {
    for _ in 0..out {
        frame = frame.and_then(|frame| frame.outer);
    }
    let Some(Frame { value, .. }) = frame else { return Value::Error(EvalError::Absent) };
    let spent = if out == 0 { None } else { steps.take(steps::of_text(value)) };
    spent.map_or_else(|| value.clone(), Truth::value)
}
