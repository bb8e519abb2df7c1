//! The state of a source's population.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whether all accounts of a source were seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SourceStatus {
    /// All, proven by the vendor's own counts.
    Complete,
    /// Some; the numbers are minimums.
    Incomplete,
    /// None that could be trusted.
    Failed,
}

impl SourceStatus {
    /// As reports spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Incomplete => "incomplete",
            Self::Failed => "failed",
        }
    }

    /// The same with the reason, if one is known.
    pub fn with_reason(self, reason: Option<&str>) -> String {
        format!("{}: {}", self.in_a_sentence(), reason.unwrap_or(Self::NO_REASON))
    }

    /// Stands for a reason that nobody knows.
    pub const NO_REASON: &str = "no reason is known";

    /// What follows its name in a sentence: "voiso is incomplete", "voiso failed".
    pub const fn in_a_sentence(self) -> &'static str {
        match self {
            Self::Complete => "is complete",
            Self::Incomplete => "is incomplete",
            Self::Failed => "failed",
        }
    }
}
