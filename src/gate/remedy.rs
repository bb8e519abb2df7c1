//! The ways out of each reason.

use crate::rule::{Rule, Subject};

/// Out of a source that was not seen whole.
pub(super) const SOURCE: &str = "fix what it says, and audit again";

/// Out of a source that was read long ago.
pub(super) const STALE: &str = "fetch it again, or audit as of when it was read (--as-of)";

/// Out of a roster that doesn't say enough.
pub(super) const ROSTER: &str =
    "complete the roster, name the owners in the crosswalk, or waive their ambiguous-match or identity-conflict";

/// Out of findings that are overdue or have come back: what the baseline accepts stays so.
pub(super) const AGED: &str =
    "fix what was found, or waive it (`headcount waivers add FINGERPRINT`); a baseline makes nothing less late";

/// Out of findings of this rule, or of several rules. Findings are named by fingerprints, which the reports have.
pub(super) fn of_findings(rule: Option<&Rule>, has_baseline: bool) -> String {
    if rule.is_some_and(|rule| rule.subject() == Subject::Exception) {
        return "renew the waiver, fix what it covers, or remove it; `headcount waivers check` lists them".to_owned();
    }
    let name = if rule.is_some_and(asks_for_an_owner) { "name the owner in the crosswalk, " } else { "" };
    let write = if has_baseline { "baseline write --accept-new" } else { "baseline write" };
    format!(
        "fix what was found, {name}waive it (`headcount waivers add FINGERPRINT`), or accept what is there now with `headcount {write}`"
    )
}

/// Whether a line of the crosswalk can be the answer.
fn asks_for_an_owner(rule: &Rule) -> bool {
    rule.reads().any(|fact| matches!(fact, "account.situation" | "account.owned"))
        && !rule.reads().any(|fact| fact.starts_with("declared."))
}

/// Out of a rule that could be judged nowhere.
pub(super) fn of_blind(rule: &str) -> String {
    format!("let the source tell it, or don't apply the rule there ([rules.override.{rule}] sources)")
}
