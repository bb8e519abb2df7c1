//! Further policies (`--policy`): the data is fetched once, and judged again by the rules and the gate of each.

use std::path::PathBuf;

use super::{AuditInput, named};
use crate::audit::{AuditError, Outcome};
use crate::base::diagnostic::Diagnostic;
use crate::config::{Config, PolicyConfig};
use crate::fetch::Population;
use crate::gate::Past;
use crate::report::{self, Judgement};
use crate::rule::RuleSet;

/// A policy and the rules as they apply under it.
#[derive(Debug)]
pub struct Policy {
    config: PolicyConfig,
    rules: RuleSet,
}

impl Policy {
    /// Reads the policies at these paths, for a configuration that they change.
    ///
    /// # Errors
    /// Every mistake that could be found, each with its place.
    pub fn load_all(paths: &[PathBuf], config: &Config) -> Result<Vec<Self>, Vec<Diagnostic>> {
        let mut mistakes = Vec::new();
        let mut policies: Vec<Self> = Vec::new();
        for path in paths {
            match PolicyConfig::load(path, config).and_then(|policy| Self::check(policy, config)) {
                Ok(policy) if policies.iter().any(|other| other.config.id.get_ref() == policy.config.id.get_ref()) => {
                    let message = format!("two policies are called \"{}\"", policy.config.id.get_ref());
                    let twice = policy.config.rules.error(policy.config.id.span(), message);
                    mistakes.push(twice.help("give each policy its own id, and each file once"));
                }
                Ok(policy) => policies.push(policy),
                Err(found) => mistakes.extend(found),
            }
        }
        if mistakes.is_empty() { Ok(policies) } else { Err(mistakes) }
    }

    fn check(policy: PolicyConfig, config: &Config) -> Result<Self, Vec<Diagnostic>> {
        let rules = RuleSet::layered(&[&config.rules, &policy.rules])?;
        let mut mistakes = named::mistakes(&policy.gate, &rules, config);
        mistakes.extend(policy.gate.of_history.iter().map(|(_, place)| {
            let message =
                "a policy has no history of its own: the findings of its rules are in no earlier report".to_owned();
            Diagnostic { message, ..place.clone() }.help("demand it in [gate] of the configuration")
        }));
        if let Some(place) = policy.gate.new.as_ref().filter(|_| config.exceptions.baseline.is_none()) {
            let message = "only new findings fail, and there is no baseline that says which are new".to_owned();
            mistakes.push(Diagnostic { message, ..place.clone() }.help("name a baseline in the configuration"));
        }
        if mistakes.is_empty() { Ok(Self { config: policy, rules }) } else { Err(mistakes) }
    }
}

/// What each policy makes of the data. One outcome is held at a time, besides that of the configuration.
pub(super) fn compare(
    input: &AuditInput<'_>,
    configured: &Outcome,
    populations: &mut [Population],
) -> Result<Vec<report::Policy>, AuditError> {
    let configured = Judgement { rules: &input.inputs.rules, outcome: configured };
    let policies = input.inputs.policies.iter().map(|policy| {
        let audit = input
            .inputs
            .audit_by(&policy.rules, input.config, input.as_of)
            .with_evidence(input.evidence)
            .with_answers(input.answers);
        let by = (&policy.rules, &policy.config.gate);
        let (outcome, verdict) = input.judge(audit, by, populations, |_, _| Ok(Past::default()))?;
        let judged = Judgement { rules: &policy.rules, outcome: &outcome };
        report::Policy::new(&policy.config, verdict, judged, configured).map_err(AuditError::Findings)
    });
    policies.collect()
}
