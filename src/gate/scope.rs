//! What the verdict doesn't cover, said with it: sources that were left out or are known to be out, rules that are off, demands that could not be
//! judged, and a moment before the data. None of it changes the verdict.

use chrono::TimeDelta;

use super::judged::Judged;
use super::outage;
use super::{Reason, Seen};
use crate::audit::Cell;
use crate::base::text::counted;
use crate::config::GateConfig;
use crate::model::SourceName;
use crate::rule::{Rule, RuleSet};

pub(super) fn reasons(policy: &GateConfig, rules: &RuleSet, cells: &[Cell], seen: &Seen<'_>) -> Vec<Reason> {
    let named = policy.rules().into_iter().filter_map(|rule| rules.get(rule));
    let demands = named.filter_map(|rule| elsewhere(rule, seen).or_else(|| partly(policy, rule, cells)));
    let undemanding = (policy.fail_on.is_empty() && policy.max.is_empty()).then(undemanding);
    let all = left_out(seen).into_iter().chain(outage::reasons(seen)).chain(only_active(seen)).chain(demands);
    let all = all.chain(replaced(seen)).chain(before_the_data(seen)).chain(off(rules));
    all.chain(undemanding).collect()
}

/// The configured sources that were not chosen.
fn left_out(seen: &Seen<'_>) -> Option<Reason> {
    let names: Vec<&str> = seen.left_out.iter().map(SourceName::as_str).collect();
    let count = names.len() as u64;
    let sources = counted(count + seen.sources.len() as u64, "configured source", "configured sources");
    let were = if count == 1 { "was" } else { "were" };
    let text = format!("{count} of {sources} {were} not audited (--source): {}", names.join(", "));
    (count > 0).then(|| Reason { count: Some(count), ..Reason::of_scope(text, "audit without --source") })
}

/// Whoever left is in none of these files, and their accounts look like nobody's.
fn only_active(seen: &Seen<'_>) -> Option<Reason> {
    let names: Vec<String> = seen.only_active.iter().map(|file| file.display().to_string()).collect();
    let list = if names.len() == 1 { "lists" } else { "list" };
    let text = format!(
        "{} {list} only people who work here: the accounts of those who have left show as orphaned, not as leavers'",
        names.join(", ")
    );
    (!names.is_empty()).then(|| {
        Reason::of_scope(text, "export those who have left, too, and take status = \"active\" out of [[hr.file]]")
    })
}

/// A rule of the gate that is applied to none of the sources that were chosen, or not to all of them.
fn elsewhere(rule: &Rule, seen: &Seen<'_>) -> Option<Reason> {
    let outside: Vec<&str> = seen
        .sources
        .iter()
        .map(|(name, _)| name)
        .filter(|name| !rule.applies_to(name))
        .map(SourceName::as_str)
        .collect();
    if outside.is_empty() {
        return None;
    }
    if outside.len() < seen.sources.len() {
        let text = format!("{} is not applied to {} ([rules.override] sources)", rule.id(), outside.join(", "));
        let remedy = "add these sources to the override, if their accounts are to be judged by it";
        return Some(Reason { rule: Some(rule.id().to_string()), ..Reason::of_scope(text, remedy) });
    }
    let places: Vec<&str> = rule.sources().into_iter().flatten().map(SourceName::as_str).collect();
    let text = format!("{} was not judged in this run: it is applied to {} only", rule.id(), places.join(", "));
    Some(Reason { rule: Some(rule.id().to_string()), ..Reason::of_scope(text, "audit these sources, too") })
}

/// A rule of the gate that could be judged for some.
fn partly(policy: &GateConfig, rule: &Rule, cells: &[Cell]) -> Option<Reason> {
    let judged = Judged::of(rule.id(), cells);
    if policy.forbid_not_evaluable || !judged.is_partial() {
        return None;
    }
    let text = format!("{} can't be judged for {}", rule.id(), judged.describe());
    let remedy = "not_evaluable = \"forbid\" below [gate] makes it count";
    Some(Reason { rule: Some(rule.id().to_string()), count: Some(judged.untold()), ..Reason::of_scope(text, remedy) })
}

/// Whoever left and whatever was made between the two moments is judged as if it hadn't happened yet.
fn before_the_data(seen: &Seen<'_>) -> Option<Reason> {
    // A script may have taken the time right before.
    if seen.read_at - seen.as_of < TimeDelta::minutes(1) {
        return None;
    }
    // When they were read, the certificates say: the same input gives the same words.
    let as_of = seen.as_of.format("%Y-%m-%d %H:%M UTC");
    let text =
        format!("judged as of {as_of}, before the accounts were read: what happened since counts as not yet happened");
    Some(Reason::of_scope(text, "leave out --as-of, or judge a snapshot of that day (--snapshot)"))
}

/// What was fetched with the accounts, and isn't what they are judged by.
fn replaced(seen: &Seen<'_>) -> impl Iterator<Item = Reason> {
    let remedy = "judge the snapshot by what it holds";
    seen.replaced.iter().map(move |text| Reason::of_scope(text.clone(), remedy))
}

/// The rules that are off, those with the same reason together.
fn off(rules: &RuleSet) -> Option<Reason> {
    let mut off: Vec<(String, Vec<&str>)> = Vec::new();
    let mut count = 0;
    for (rule, why) in rules.iter().filter_map(|rule| Some((rule.id().as_str(), rule.why_off()?))) {
        count += 1;
        match off.iter_mut().find(|(known, _)| *known == why) {
            Some((_, rules)) => rules.push(rule),
            None => off.push((why, vec![rule])),
        }
    }
    let each = |rules: &[&str]| if rules.len() > 1 { "each " } else { "" };
    let named = off.iter().map(|(why, rules)| format!("{} ({}{why})", rules.join(", "), each(rules)));
    let names = named.collect::<Vec<_>>().join(", ");
    let text = format!("{} off: {names}", counted(count, "rule is", "rules are"));
    let remedy = "take them out of [rules] disable, or set the params for which they wait";
    (count > 0).then(|| Reason { count: Some(count), ..Reason::of_scope(text, remedy) })
}

fn undemanding() -> Reason {
    Reason::of_scope(
        "no finding fails this gate: fail_on and max name nothing".to_owned(),
        "name what fails it in [gate] fail_on",
    )
}
