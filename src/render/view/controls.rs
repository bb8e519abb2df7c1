//! The controls of each framework: which rules give evidence, whether the params meet it, what was found, and where nobody
//! could look.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::tally::Tally;
use super::text::{NAME, SENTENCE, at_least, is_whole};
use crate::render::escape::{anchor, clip};
use crate::report::{ControlLimits, Report, RuleSummary, SourceStatus, control_limits};

/// The controls of one framework.
#[derive(Debug, Serialize)]
pub(super) struct Framework {
    name: String,
    controls: Vec<Control>,
}

#[derive(Debug, Serialize)]
struct Control {
    id: String,
    rules: Vec<RuleLink>,
    /// Whether the params are what the control demands; a dash if it demands nothing of them.
    params: &'static str,
    class: &'static str,
    /// What is not met, or switched off.
    unmet: Vec<String>,
    open: String,
    blind: Vec<String>,
}

#[derive(Debug, Serialize)]
struct RuleLink {
    id: String,
    anchor: String,
    disabled: bool,
}

/// Framework → control → the rules that cover it, what they found and where they could not look.
pub(super) fn frameworks(report: &Report, tally: &Tally<'_>) -> Vec<Framework> {
    let mut covered: BTreeMap<&str, BTreeMap<&str, Vec<&RuleSummary>>> = BTreeMap::new();
    for rule in &report.rules {
        for control in &rule.controls {
            let (framework, id) = control.split_once(':').unwrap_or(("other", control));
            covered.entry(framework).or_default().entry(id).or_default().push(rule);
        }
    }
    let limits = control_limits(&report.rules);
    let control = |name: &str, id: &str, rules: &[&RuleSummary]| {
        let limit = limits.iter().find(|limit| limit.control == format!("{name}:{id}"));
        let (params, class) = met(limit);
        let unmet = limit.into_iter().flat_map(|limit| &limit.unmet).map(|text| clip(text, SENTENCE)).collect();
        Control {
            id: clip(id, NAME),
            params,
            class,
            unmet,
            open: at_least(rules.iter().map(|rule| tally.open(&rule.id)).sum(), is_whole(report)),
            blind: blind(report, rules),
            rules: rules
                .iter()
                .map(|rule| RuleLink { id: clip(&rule.id, NAME), anchor: anchor(&rule.id), disabled: rule.disabled })
                .collect(),
        }
    };
    covered
        .iter()
        .map(|(name, controls)| Framework {
            name: clip(name, NAME),
            controls: controls.iter().map(|(id, rules)| control(name, id, rules)).collect(),
        })
        .collect()
}

/// Whether the params are what the control demands, and the class of the cell; a dash if it demands nothing.
pub(super) fn met(limit: Option<&ControlLimits>) -> (&'static str, &'static str) {
    match limit.map(|limit| limit.met) {
        None => ("–", "none"),
        Some(true) => ("met", "zero"),
        Some(false) => ("not met", "some"),
    }
}

/// Where one of the rules could not judge every account: `voxmind, voximplant (no last_login_at)`, `vcc (not audited)`.
fn blind(report: &Report, rules: &[&RuleSummary]) -> Vec<String> {
    let ids: BTreeSet<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
    let mut missing: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let of_these = || report.evaluability.iter().filter(|entry| ids.contains(entry.rule.as_str()));
    for entry in of_these() {
        let source = report.sources.iter().find(|source| source.name == entry.source);
        let partial = source.is_some_and(|source| source.status != SourceStatus::Complete);
        if entry.not_evaluable > 0 || partial {
            let facts = entry.missing.iter().map(String::as_str);
            missing.entry(&entry.source).or_default().extend(facts.chain(partial.then_some("complete list")));
        }
    }
    let mut sources: BTreeMap<BTreeSet<&str>, Vec<String>> = BTreeMap::new();
    for (source, facts) in missing {
        sources.entry(facts).or_default().push(clip(source, NAME));
    }
    let line = |(facts, names): (BTreeSet<&str>, Vec<String>)| {
        let facts = facts.into_iter().collect::<Vec<_>>().join(", ");
        format!("{} (no {})", names.join(", "), clip(&facts, NAME))
    };
    let left_out = of_these().next().is_some() && !report.run.left_out.is_empty();
    let left_out = left_out.then(|| format!("{} (not audited)", clip(&report.run.left_out.join(", "), NAME)));
    sources.into_iter().map(line).chain(left_out).collect()
}
