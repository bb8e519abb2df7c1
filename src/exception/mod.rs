//! What the organisation knows of and accepts, written in files: accounts that it vouches for, findings that are
//! waived, and findings that were there before. After correlation, before the rules' verdicts become a report. Nothing
//! is hidden by an exception: it is counted and listed.

mod baseline;
mod declared;
mod declared_file;
mod identity;
mod ledger;
mod coverage;
mod promise;
#[cfg(test)]
mod tests;
mod waiver;

pub use baseline::{Baseline, BaselineEntry, BaselineState, BaselineTally, BaselineUse, Change};
pub use coverage::Coverage;
pub use declared::{Days, Declarations, SourceDeclarations};
pub use declared_file::read_declared;
pub use identity::{Identity, Shown};
pub use ledger::{DeclarationUse, DeclaredState, DeclaredUse};
pub use promise::{
    KeptPromise, Promise, PromiseFile, PromiseFormat, PromiseMemory, PromiseState, PromisedAction, PromisedThere,
    Promises, ReviewNumbers, Settled, Sight, SourcePromises, Then,
};
pub use waiver::{
    BoundFacts, Covers, Known, KnownRule, New, Party, Waiver, WaiverState, WaiverTally, WaiverUse, Waivers,
};

use crate::model::{Finding, Fingerprint, Roster, RuleId, SourceName, Timestamp};

/// What the organisation accepts of what is found: waivers, and the baseline if there is one.
#[derive(Debug, Default)]
pub struct Exceptions {
    /// Dated and approved, one by one.
    pub waivers: Waivers,
    /// What was there when the gate was switched on.
    pub baseline: Option<Baseline>,
    /// What reviews have decided to take away or change.
    pub promises: Promises,
}

/// What is counted about the exceptions while findings are weighed.
#[derive(Debug, Default)]
pub struct ExceptionTally {
    /// About waivers.
    pub waivers: WaiverTally,
    /// About the baseline.
    pub baseline: BaselineTally,
}

impl Exceptions {
    /// Nothing is counted yet.
    pub fn tally(&self, roster: &Roster, now: Timestamp) -> ExceptionTally {
        ExceptionTally { waivers: self.waivers.tally(roster, now), baseline: BaselineTally::default() }
    }

    /// Whether any exception could have something to say about a rule's finding, one about anything but exceptions.
    pub fn concern(&self, rule: &RuleId, source: Option<&SourceName>, fingerprint: &Fingerprint) -> bool {
        self.waivers.concern(rule, source, fingerprint)
            || self.baseline.as_ref().is_some_and(|baseline| baseline.has(fingerprint))
    }

    /// Marks a finding that is waived or not new. A waiver goes first, and a finding whose waiver has lapsed is open
    /// whatever its age: somebody has promised to fix it by a date.
    pub fn weigh(&self, finding: &mut Finding, tally: &mut ExceptionTally, now: Timestamp) {
        let lapsed = !self.waivers.weigh(finding, &mut tally.waivers, now);
        if let Some(baseline) = &self.baseline {
            baseline.weigh(finding, lapsed, &mut tally.baseline, now);
        }
    }
}
