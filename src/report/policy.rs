//! What a further policy makes of the same data, and which controls the params of the rules meet.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::build::rule_summary;
use super::{ControlLimits, Guardrail, Policy, RuleSummary, advised};
use crate::audit::Outcome;
use crate::base::temp_store::Window;
use crate::config::PolicyConfig;
use crate::finding::FindingRef;
use crate::gate::GateVerdict;
use crate::rule::RuleSet;

/// One judgement of the data.
#[derive(Debug, Clone, Copy)]
pub struct Judgement<'a> {
    /// By these rules.
    pub rules: &'a RuleSet,
    /// What they found.
    pub outcome: &'a Outcome,
}

impl Policy {
    /// What a policy makes of the data, as far as it differs from what the configuration does.
    ///
    /// # Errors
    /// The findings can't be read back.
    pub fn new(
        policy: &PolicyConfig,
        verdict: GateVerdict,
        judged: Judgement<'_>,
        configured: Judgement<'_>,
    ) -> io::Result<Self> {
        let usual: BTreeMap<String, RuleSummary> =
            summaries(configured).map(|summary| (summary.id.clone(), summary)).collect();
        let rules: Vec<RuleSummary> = summaries(judged).collect();
        let mut window = Window::default();
        let mut fingerprint = |head: FindingRef<'_>| Ok(head.load(&mut window)?.fingerprint.to_owned());
        let known: BTreeSet<String> =
            configured.outcome.findings.heads().map(&mut fingerprint).collect::<io::Result<_>>()?;
        let mut new = Vec::new();
        for (at, head) in judged.outcome.findings.heads().enumerate() {
            if !known.contains(&fingerprint(head)?) {
                new.push(at);
            }
        }
        Ok(Self {
            id: policy.id.get_ref().clone(),
            title: policy.title.clone(),
            sha256: policy.sha256.clone(),
            rules_sha256: judged.rules.sha256(),
            verdict,
            open: open(judged.outcome),
            controls: control_limits(&rules),
            findings: judged.outcome.findings.pick(new).advised(advised(rules.iter())),
            rules: rules.into_iter().filter(|summary| usual.get(&summary.id) != Some(summary)).collect(),
        })
    }
}

fn summaries(judged: Judgement<'_>) -> impl Iterator<Item = RuleSummary> {
    judged.rules.iter().map(move |rule| rule_summary(rule, &judged.outcome.cells))
}

/// Open findings by rule.
fn open(outcome: &Outcome) -> BTreeMap<String, u64> {
    let mut open = BTreeMap::new();
    for head in outcome.findings.heads().filter(FindingRef::is_open) {
        *open.entry(head.rule().to_owned()).or_default() += 1;
    }
    open
}

/// Which controls demand something of the params of these rules, and whether they get it. A limit of a rule that is
/// off limits nothing.
pub fn control_limits(rules: &[RuleSummary]) -> Vec<ControlLimits> {
    let mut limits: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (rule, rail) in rules.iter().flat_map(|rule| rule.guardrails.iter().map(move |rail| (rule, rail))) {
        limits.entry(&rail.control).or_default().extend(unmet(rule, rail));
    }
    let limits = limits.into_iter();
    limits.map(|(control, unmet)| ControlLimits { control: control.to_owned(), met: unmet.is_empty(), unmet }).collect()
}

fn unmet(rule: &RuleSummary, rail: &Guardrail) -> Option<String> {
    if rule.disabled {
        return Some(format!("{} is off", rule.id));
    }
    let value = rule.params.get(&rail.param).map(ToString::to_string).unwrap_or_default();
    let demand = match (rail.min, rail.max) {
        (Some(min), Some(max)) => format!("{min} to {max}"),
        (Some(min), None) => format!("at least {min}"),
        (None, Some(max)) => format!("at most {max}"),
        (None, None) => "a number".to_owned(),
    };
    (!rail.met).then(|| format!("{} {} is {value}, {demand} is demanded", rule.id, rail.param))
}
