//! The rules that the configuration names. Each exists; those of a gate are on, too, and applied to some configured source:
//! otherwise nothing could ever fail by it, and the gate would pass in silence.

use crate::base::diagnostic::{Diagnostic, meant_or};
use crate::config::{Config, FailOn, GateConfig, Recipients};
use crate::model::RuleId;
use crate::rule::{Rule, RuleSet};

/// What is wrong with the rules that a gate names.
pub(super) fn mistakes(gate: &GateConfig, rules: &RuleSet, config: &Config) -> Vec<Diagnostic> {
    let why = |rule: &RuleId| match rules.get(rule) {
        None => Some(Mistake::Unknown),
        Some(rule) => Mistake::of(rule, config),
    };
    let written = gate.mentions.iter().filter_map(|(rule, place)| {
        let mistake = why(rule)?;
        Some(Diagnostic {
            message: mistake.message("the gate", rule),
            help: Some(mistake.help(rule, rules)),
            ..place.clone()
        })
    });
    let line = || {
        let judged = gate.fail_on.iter().filter(|limit| named(limit).is_none_or(|rule| why(rule).is_none()));
        let judged: Vec<String> = judged.map(|limit| format!("\"{}\"", limit.describe())).collect();
        format!("to go without it, write below [gate]: fail_on = [{}]", judged.join(", "))
    };
    let implied = gate.implied.iter().flat_map(|place| {
        gate.fail_on.iter().filter_map(named).filter_map(|rule| {
            let message = why(rule)?.message("the default gate", rule);
            Some(Diagnostic { message, help: Some(line()), ..place.clone() })
        })
    });
    written.chain(implied).collect()
}

/// The rules about which managers are asked, and that don't exist.
pub(super) fn unknown_to_managers(rules: &RuleSet, config: &Config) -> Vec<Diagnostic> {
    match config.email.as_ref().map(|email| &email.to) {
        Some(Recipients::Managers { questions, .. }) => questions.unknown(rules.iter().map(|rule| rule.id().as_str())),
        Some(Recipients::List(_)) | None => Vec::new(),
    }
}

/// The rule, if it is one.
const fn named(limit: &FailOn) -> Option<&RuleId> {
    match limit {
        FailOn::Rule(rule) => Some(rule),
        FailOn::Severity(_) | FailOn::Overdue(_) | FailOn::Reopened => None,
    }
}

/// Why a rule can't fail a gate.
enum Mistake {
    Unknown,
    /// It is off, and why.
    Off(String),
    /// It is applied to no source.
    Nowhere,
}

impl Mistake {
    fn of(rule: &Rule, config: &Config) -> Option<Self> {
        let anywhere = rule.applies_to_any(config.sources.iter().map(|source| &source.name));
        rule.why_off().map(Self::Off).or_else(|| (!anywhere).then_some(Self::Nowhere))
    }

    fn message(&self, gate: &str, rule: &RuleId) -> String {
        match self {
            Self::Unknown => format!("there is no rule \"{rule}\""),
            Self::Off(why) => format!("{gate} names \"{rule}\", which is off ({why})"),
            Self::Nowhere => format!("{gate} names \"{rule}\", which is applied to no source"),
        }
    }

    fn help(&self, rule: &RuleId, rules: &RuleSet) -> String {
        match self {
            Self::Unknown => {
                let all = "`headcount rules list` shows all; a severity is written \"severity:high\"";
                meant_or(rule.as_str(), rules.iter().map(|rule| rule.id().as_str()), all)
            }
            Self::Off(_) => match rules.get(rule).and_then(Rule::waits_for) {
                Some(param) => {
                    format!("set {param} in [rules.override.{rule}] params, or take the rule out of the gate")
                }
                None => "switch it on ([rules] disable, or enabled), or take it out of the gate".to_owned(),
            },
            Self::Nowhere => format!("name one in [rules.override.{rule}] sources, or take the rule out of the gate"),
        }
    }
}
