//! What a rule says of one subject.

use std::fmt;

use crate::expression::{EvalError, Missing, Truth};

/// What a rule says of one subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleResult {
    /// The condition holds: a finding. (Of a group's membership: the account belongs to it.)
    Violation,
    /// The condition doesn't hold.
    Pass,
    /// The vendor or the roster doesn't tell these facts, and without them the condition is open. It is never a pass.
    NotEvaluable(Missing),
    /// The condition failed on this data.
    Failed(EvalError),
}

impl From<Truth> for RuleResult {
    fn from(truth: Truth) -> Self {
        match truth {
            Truth::Yes => Self::Violation,
            Truth::No => Self::Pass,
            Truth::Unknown(missing) => Self::NotEvaluable(missing),
            Truth::Error(error) => Self::Failed(error),
        }
    }
}

impl fmt::Display for RuleResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Violation => f.write_str("a violation"),
            Self::Pass => f.write_str("a pass"),
            Self::NotEvaluable(missing) => {
                let names: Vec<_> = missing.names().collect();
                write!(f, "not evaluable without {}", names.join(" and "))
            }
            Self::Failed(error) => write!(f, "a failure: {error}"),
        }
    }
}
