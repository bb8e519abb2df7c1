//! What the exit code says. Scripts and CI rely on these numbers.

use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// The gate passed on complete data, or the command did what it was asked.
    Success,
    /// The gate failed.
    GateFailed,
    /// The command line, configuration, rules or roster can't be used; nothing ran.
    Unusable,
    /// A source is incomplete or failed, a rule of the gate could not be judged, or the policy forbids what was not
    /// evaluable.
    Unverified,
    /// The audit is done, but a delivery failed; or a snapshot could not be written.
    DeliveryFailed,
    /// Ctrl-C; a fetch can be resumed.
    Interrupted,
}

impl Exit {
    /// All, by their numbers.
    pub const ALL: [Self; 6] =
        [Self::Success, Self::GateFailed, Self::Unusable, Self::Unverified, Self::DeliveryFailed, Self::Interrupted];

    /// What it says, for help and manual.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Success => "the gate passed on complete data",
            Self::GateFailed => "the gate failed, or that of a `--policy`",
            Self::Unusable => "the command line, configuration, rules or roster can't be used; nothing ran",
            Self::Unverified => {
                "could not verify: a source is incomplete or failed, a rule of the gate could not be judged, or the policy \
                 forbids what was not evaluable"
            }
            Self::DeliveryFailed => "the audit is done, but a delivery failed; or a snapshot could not be written",
            Self::Interrupted => "interrupted; a fetch can be resumed",
        }
    }

    /// The number.
    pub const fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::GateFailed => 1,
            Self::Unusable => 2,
            Self::Unverified => 3,
            Self::DeliveryFailed => 4,
            Self::Interrupted => 130,
        }
    }

    /// What an audit ends with that ended with both: 1 goes before 3, and 3 before 4, because a finding is a finding.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Success, other) => other,
            (first, Self::Success) => first,
            (first, other) if other.code() < first.code() => other,
            (first, _) => first,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_goes_before_three_and_three_before_four() {
        use Exit::{DeliveryFailed, GateFailed, Success, Unverified};
        let order = [GateFailed, Unverified, DeliveryFailed, Success];
        for (at, first) in order.into_iter().enumerate() {
            for later in order.into_iter().skip(at) {
                assert_eq!((first.and(later), later.and(first)), (first, first));
            }
        }
    }
}
