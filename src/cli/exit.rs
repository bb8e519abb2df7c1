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
    /// A source is incomplete or failed, or the policy forbids what was not evaluable.
    Unverified,
    /// The audit is done, but a delivery failed; or a snapshot could not be written.
    DeliveryFailed,
    /// Ctrl-C; a fetch can be resumed.
    Interrupted,
}

impl Exit {
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
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
