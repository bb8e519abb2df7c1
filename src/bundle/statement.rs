//! What verification says, one thing at a time.

use std::fmt;

/// What follows from a statement, the worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It is as it should be, or nobody asked for more.
    Holds,
    /// It isn't known, and nothing that was asked hangs on it.
    Open,
    /// It may be as it should be, and that can't be told here.
    Unconfirmed,
    /// It isn't what was sealed, signed or stamped.
    Wrong,
}

/// One thing that verification found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// What follows from it.
    pub outcome: Outcome,
    /// What it is about, in a word.
    pub topic: &'static str,
    /// What is so.
    pub text: String,
}

impl Statement {
    pub(super) fn holds(topic: &'static str, text: impl Into<String>) -> Self {
        Self { outcome: Outcome::Holds, topic, text: text.into() }
    }

    pub(super) fn open(topic: &'static str, text: impl Into<String>) -> Self {
        Self { outcome: Outcome::Open, topic, text: text.into() }
    }

    pub(super) fn unconfirmed(topic: &'static str, text: impl Into<String>) -> Self {
        Self { outcome: Outcome::Unconfirmed, topic, text: text.into() }
    }

    pub(super) fn wrong(topic: &'static str, text: impl Into<String>) -> Self {
        Self { outcome: Outcome::Wrong, topic, text: text.into() }
    }
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.outcome {
            Outcome::Holds => "ok",
            Outcome::Open | Outcome::Unconfirmed => "??",
            Outcome::Wrong => "!!",
        };
        write!(f, "{mark} {:<10}{}", self.topic, self.text)
    }
}
