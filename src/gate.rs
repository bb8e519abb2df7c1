//! Policy in, verdict out: what makes CI red. After the rules and the exceptions, before the report; no format
//! has a say in it.
//!
//! A finding fails the gate, if it is one that the policy counts. What the gate rests on and could not be seen or judged
//! makes the verdict unverified. What the verdict doesn't cover is said with it.

mod judged;
mod open;
mod outage;
mod past;
mod remedy;
mod scope;
mod single_change;
#[cfg(test)]
mod tests;
mod verdict;

use std::path::PathBuf;

use crate::audit::Outcome;
use crate::config::GateConfig;
use crate::fetch::Certificate;
use crate::model::{RuleId, SourceName, SourceStatus, Timestamp};
use crate::rule::RuleSet;
use open::OpenFindings;
pub use outage::Outage;
pub use past::Past;
pub use verdict::{Gate, GateVerdict, Reason, ReasonKind, ToDo};

/// What a run has looked at.
#[derive(Debug)]
pub struct Seen<'s> {
    /// The sources that were audited, with the certificates of their populations.
    pub sources: &'s [(SourceName, Certificate)],
    /// Those of the configuration that were not (`--source`).
    pub left_out: &'s [SourceName],
    /// HR files that state of themselves that they list only people who work here.
    pub only_active: &'s [PathBuf],
    /// Outages of the sources that were known of beforehand.
    pub outages: &'s [Outage],
    /// Whether the verdict is about the other sources then (`--allow-outage`).
    pub allow_outage: bool,
    /// By what the accounts of a snapshot are judged in the place of what it holds, for people.
    pub replaced: &'s [String],
    /// What history couldn't tell.
    pub past: &'s Past,
    /// The moment of judgement.
    pub as_of: Timestamp,
    /// When reading the accounts began.
    pub read_at: Timestamp,
}

/// What an open finding of a rule means, when the gate names the rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weight {
    /// It fails the gate.
    Fails,
    /// Nobody is accused by it: the verdict is unverified.
    Unverified,
    /// Nothing, because the certificate of the source says it already.
    Said,
}

impl Weight {
    /// Old or incomplete data proves nothing about anybody, neither good nor bad.
    fn of(rule: &RuleId) -> Self {
        match rule.as_str() {
            "source-incomplete" => Self::Said,
            "source-stale" => Self::Unverified,
            _ => Self::Fails,
        }
    }
}

/// Decides.
///
/// # Errors
/// The findings can't be read back.
pub fn decide(
    policy: &GateConfig,
    rules: &RuleSet,
    outcome: &Outcome,
    seen: &Seen<'_>,
) -> std::io::Result<GateVerdict> {
    let open = OpenFindings::count(outcome, rules, policy.new.is_some())?;
    let mut reasons = open.exceeds(policy);
    reasons.extend(seen.sources.iter().filter_map(|(name, certificate)| unproven(name, certificate, seen)));
    reasons.extend(judged::reasons(policy, &outcome.cells));
    reasons.extend(past::reasons(policy, seen.past));
    let gate = Gate::of(&reasons);
    let remedy = single_change::find(policy, &open, &reasons);
    let began_anew = past::scope(seen.past, &reasons);
    reasons.extend(began_anew);
    reasons.extend(scope::reasons(policy, rules, &outcome.cells, seen));
    Ok(GateVerdict { gate, exit_code: gate.exit_code(), reasons, remedy })
}

fn unproven(name: &SourceName, certificate: &Certificate, seen: &Seen<'_>) -> Option<Reason> {
    if certificate.status == SourceStatus::Complete || seen.is_excused(name, certificate.status) {
        return None;
    }
    let state = certificate.status.with_reason(certificate.error.as_deref());
    let reason = Reason::new(ReasonKind::Source, format!("{name} {state}"));
    Some(Reason {
        source: Some(name.to_string()),
        count: Some(certificate.distinct),
        limit: certificate.declared,
        remedy: Some(seen.way_out(name)),
        ..reason
    })
}
