//! The time between two moments, held against a limit: what every rule about time asks.

use chrono::TimeDelta;

use super::Fact;
use super::env::Env;
use super::ops::{self, Order};
use super::truth::Truth;
use super::value::{EvalError, Value};

/// How far a moment is behind another, held against a constant.
#[derive(Debug, Clone)]
pub(super) struct Apart<F: Fact> {
    pub holds: Order,
    pub later: F,
    pub earlier: F,
    pub limit: TimeDelta,
    /// Whether it holds, too, where the earlier one is absent: `!has(x) || now - x > …` reads `x` once.
    pub or_absent: bool,
}

impl<F: Fact> Apart<F> {
    pub(super) fn truth(&self, env: &Env<'_, '_, F>) -> Truth {
        if self.or_absent && env.coarse_only && env.has(self.earlier) == Truth::No {
            return Truth::Yes;
        }
        let (later, earlier) = (env.read(self.later), env.read(self.earlier));
        match (&later, &earlier) {
            (Value::Timestamp(later), Value::Timestamp(earlier)) => {
                Truth::of((self.holds)(ops::saturated(later.signed_duration_since(earlier)).cmp(&self.limit)))
            }
            (_, Value::Error(EvalError::Absent)) if self.or_absent => Truth::Yes,
            (later, earlier) => Truth::failure(later, earlier).unwrap_or(Truth::Error(EvalError::WrongType)),
        }
    }
}
