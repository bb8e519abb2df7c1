//! What the organisation knows of and accepts, written in files: accounts that it vouches for, findings that are
//! waived, and findings that were there before. After correlation, before the rules' verdicts become a report. Nothing
//! is hidden by an exception: it is counted and listed.

mod baseline;
mod declared;
mod declared_file;
mod ledger;
mod sight;
#[cfg(test)]
mod tests;
mod waiver;

pub use baseline::{Baseline, BaselineEntry, BaselineUse, Change};
pub use declared::{Declarations, SourceDeclarations};
pub use ledger::{DeclaredState, DeclaredUse, Ledger};
pub use sight::Sight;
pub use waiver::{Bound, Covers, Known, KnownRule, Waiver, WaiverState, WaiverUse, Waivers, Weighed};

/// What the organisation accepts of what is found: waivers, and the baseline if there is one.
#[derive(Debug, Default)]
pub struct Exceptions {
    /// Dated and approved, one by one.
    pub waivers: Waivers,
    /// What was there when the gate was switched on.
    pub baseline: Option<Baseline>,
}
