//! Which single change would turn the gate green.

use super::open::OpenFindings;
use super::{Reason, ReasonKind};
use crate::base::text::{counted, grouped};
use crate::config::GateConfig;
use crate::model::RuleId;

/// The smallest change, if there is something to change. Findings are named by their fingerprint, because this goes
/// into logs that others can read.
pub(super) fn find(policy: &GateConfig, open: &OpenFindings, reasons: &[Reason]) -> Option<String> {
    let limit = |reason: &&Reason| reason.kind == ReasonKind::Finding;
    let other: Vec<&Reason> = reasons.iter().filter(|reason| !limit(reason)).collect();
    match (reasons.is_empty(), other.as_slice()) {
        (true, _) => None,
        (false, []) => Some(fix_a_rule(policy, open, reasons)),
        (false, [only]) if reasons.len() == 1 => Some(fix_the_evidence(only)),
        _ => Some(no_single_change(reasons)),
    }
}

fn no_single_change(reasons: &[Reason]) -> String {
    let unseen = reasons.iter().filter(|reason| reason.kind == ReasonKind::Source).count() as u64;
    let limits = reasons.len() as u64 - unseen;
    let seen = counted(unseen, "source has", "sources have") + " to be seen";
    let met = counted(limits, "limit has", "limits have") + " to be met";
    let both = match (unseen, limits) {
        (0, _) => met,
        (_, 0) => seen,
        _ => format!("{seen}, and {met}"),
    };
    format!("No single change is enough; {both}")
}

/// The rule of which the fewest findings have to go, if that is enough.
fn fix_a_rule(policy: &GateConfig, open: &OpenFindings, reasons: &[Reason]) -> String {
    let enough = |rule: &RuleId, fixed| open.less(rule, fixed).exceeds(policy).is_empty();
    let candidates = open.rules().filter_map(|rule| {
        let all = open.of_rule(rule);
        let above = policy.max.get(rule).map(|max| all.saturating_sub(open.allowed(rule, *max)));
        above.into_iter().chain([all]).find(|fixed| *fixed > 0 && enough(rule, *fixed)).map(|fixed| (fixed, rule))
    });
    let Some((fixed, rule)) = candidates.min() else { return no_single_change(reasons) };
    let all = open.of_rule(rule);
    let what = match open.only(rule) {
        Some(fingerprint) => format!("Green if the {rule} finding {fingerprint} is fixed or waived"),
        None if fixed == all => format!("Green if all {} open {rule} findings are fixed or waived", grouped(all)),
        None => format!("Green if {} of {} open {rule} findings are fixed or waived", grouped(fixed), grouped(all)),
    };
    match reasons {
        [one] if one.limit > Some(0) => format!("{what}, or max.{rule} is {all}"),
        _ => what,
    }
}

fn fix_the_evidence(reason: &Reason) -> String {
    match (&reason.source, &reason.rule) {
        (Some(source), Some(rule)) => format!(
            "Green if {source} tells what {rule} needs, or the rule is not applied there ([rules.override.{rule}] sources)"
        ),
        (Some(source), None) => format!("Green if {source} is read completely"),
        (None, Some(rule)) if reason.kind == ReasonKind::Source => format!("Green if {rule} finds nothing"),
        (None, Some(rule)) => format!("Green if {rule} can be judged"),
        (None, None) => no_single_change(std::slice::from_ref(reason)),
    }
}
