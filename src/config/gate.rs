//! `[gate]`: what makes CI red.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::HistoryConfig;
use crate::base::diagnostic::{Diagnostic, did_you_mean};
use crate::model::{RuleId, Severity};
use crate::setting::ConfigText;

/// What fails when the configuration has no `fail_on`: live accounts that nobody owns or whose owner has left, accounts
/// whose owner isn't settled or answers for nothing, patterns that vouch for anybody, and everything that is as bad.
/// `headcount init` writes it out.
const DEFAULT_FAIL_ON: [&str; 7] = [
    "orphaned",
    "leaver-active",
    "ambiguous-match",
    "identity-conflict",
    "declared-no-owner",
    "declared-too-broad",
    "severity:critical",
];

/// The same where accounts are reviewed.
const PROMISES: [&str; 2] = ["revocation-overdue", "revocation-recreated"];

/// What makes CI red. Whether the rules exist is checked when the rules are loaded.
#[derive(Debug, Clone, Default)]
pub struct GateConfig {
    /// Any open finding of these fails.
    pub fail_on: Vec<FailOn>,
    /// More open findings of a rule than this fail.
    pub max: BTreeMap<RuleId, Max>,
    /// Whether anything that was not evaluable fails.
    pub forbid_not_evaluable: bool,
    /// Only new findings may fail it: where that is said. There has to be a baseline then.
    pub new: Option<Diagnostic>,
    /// Where each rule is named, to point at one that doesn't exist or judges nothing.
    pub mentions: Vec<(RuleId, Diagnostic)>,
    /// Where `fail_on` would stand, if it is the default.
    pub implied: Option<Diagnostic>,
    /// Where something is demanded that only history tells.
    pub of_history: Vec<(FailOn, Diagnostic)>,
}

/// The most open findings of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Max {
    /// `10`
    Count(u64),
    /// `"2.5%"` of what the rule could judge, in hundredths of a percent.
    Share(u64),
}

/// One demand of `fail_on` or `--fail-on`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Demand {
    /// `"orphaned"`, `"severity:critical"`
    FailOn(FailOn),
    /// `"stale-login>10"`, `"stale-login>5%"`
    Max(RuleId, Max),
    /// `"not-evaluable"`
    NotEvaluable,
    /// `"new"`
    New,
}

/// A rule, a severity, or what history says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum FailOn {
    /// `"orphaned"`
    Rule(RuleId),
    /// `"severity:critical"`: this severity; the worse ones have to be named too.
    Severity(Severity),
    /// `"overdue"`, `"overdue:critical"`: there for longer than `[history] sla` allows; of all severities, or of this one.
    Overdue(Option<Severity>),
    /// `"reopened"`: resolved before, and back.
    Reopened,
}

impl FailOn {
    /// Reads `"rule"`, `"severity:NAME"`, `"overdue"`, `"overdue:NAME"` or `"reopened"`.
    fn parse(text: &str) -> Result<Self, String> {
        let severity = |kind: &str, name: &str| {
            let known = Severity::ALL.into_iter().find(|severity| severity.as_str() == name);
            known.ok_or_else(|| {
                let names = Severity::ALL.map(Severity::as_str);
                match did_you_mean(name, names) {
                    Some(meant) => format!("unknown severity \"{name}\", did you mean \"{kind}:{meant}\"?"),
                    None => format!("unknown severity \"{name}\", known are {}", names.join(", ")),
                }
            })
        };
        match text.split_once(':') {
            Some((kind @ "severity", name)) => severity(kind, name).map(Self::Severity),
            Some((kind @ "overdue", name)) => severity(kind, name).map(|severity| Self::Overdue(Some(severity))),
            None if text == "overdue" => Ok(Self::Overdue(None)),
            None if text == "reopened" => Ok(Self::Reopened),
            _ => Ok(Self::Rule(RuleId::new(text))),
        }
    }

    /// As the configuration spells it.
    pub fn describe(&self) -> String {
        match self {
            Self::Rule(rule) => rule.to_string(),
            Self::Severity(severity) => format!("severity:{severity}"),
            Self::Overdue(None) => "overdue".to_owned(),
            Self::Overdue(Some(severity)) => format!("overdue:{severity}"),
            Self::Reopened => "reopened".to_owned(),
        }
    }
}

impl Max {
    /// Reads `10`, `5%` or `2.5%`.
    fn parse(text: &str) -> Option<Self> {
        let Some(percent) = text.strip_suffix('%') else { return text.parse().ok().map(Self::Count) };
        let (whole, decimals) = percent.split_once('.').unwrap_or((percent, "0"));
        let fraction: u64 = format!("{decimals:0<2}").parse().ok().filter(|_| decimals.len() <= 2)?;
        let share = whole.parse::<u64>().ok()?.checked_mul(100)?.checked_add(fraction)?;
        (share <= 10_000).then_some(Self::Share(share))
    }

    /// As the configuration spells it.
    pub fn describe(self) -> String {
        match self {
            Self::Count(count) => count.to_string(),
            Self::Share(share) if share % 100 == 0 => format!("{}%", share / 100),
            Self::Share(share) => format!("{}.{:02}%", share / 100, share % 100),
        }
    }
}

impl Demand {
    const NEW: &'static str = "new";
    const NOT_EVALUABLE: &'static str = "not-evaluable";

    /// Those that are no rule and no limit.
    pub const WORDS: [&'static str; 9] = [
        Self::NEW,
        Self::NOT_EVALUABLE,
        "overdue",
        "reopened",
        "severity:critical",
        "severity:high",
        "severity:medium",
        "severity:low",
        "severity:info",
    ];

    /// As the configuration spells it.
    pub fn describe(&self) -> String {
        match self {
            Self::FailOn(demand) => demand.describe(),
            Self::Max(rule, max) => format!("{rule}>{}", max.describe()),
            Self::NotEvaluable => Self::NOT_EVALUABLE.to_owned(),
            Self::New => Self::NEW.to_owned(),
        }
    }

    /// Reads `"rule"`, `"rule>10"`, `"rule>5%"`, `"severity:NAME"`, `"overdue"`, `"overdue:NAME"`, `"reopened"`, `"not-evaluable"` or
    /// `"new"`.
    ///
    /// # Errors
    /// A sentence that says what is possible.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            Self::NEW => return Ok(Self::New),
            Self::NOT_EVALUABLE => return Ok(Self::NotEvaluable),
            _ => {}
        }
        if let Some((rule, max)) = text.split_once('>') {
            let max = Max::parse(max.trim()).ok_or_else(|| format!("{:?} is no limit, {LIMITS}", max.trim()))?;
            return Ok(Self::Max(RuleId::new(rule.trim()), max));
        }
        FailOn::parse(text).map(Self::FailOn)
    }
}

/// Whether there is a demand, and none that says what fails: `new` narrows the others, and never stands for them.
fn narrows_only<'d>(demands: impl Iterator<Item = &'d Demand> + Clone) -> bool {
    demands.clone().next().is_some() && demands.into_iter().all(|demand| *demand == Demand::New)
}

/// What a limit looks like.
const LIMITS: &str = "write a number, 10, or a share of what the rule could judge, \"5%\"";

#[derive(Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct RawGate {
    #[schemars(with = "Option<Vec<String>>")]
    fail_on: Option<Vec<Spanned<String>>>,
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    max: BTreeMap<Spanned<String>, Spanned<toml::Value>>,
    /// Only new findings fail; without a baseline that is a mistake.
    #[schemars(with = "Option<bool>")]
    new: Option<Spanned<bool>>,
    #[serde(default)]
    not_evaluable: RawNotEvaluable,
}

#[derive(Deserialize, JsonSchema, Default, PartialEq)]
#[serde(rename_all = "lowercase")]
enum RawNotEvaluable {
    #[default]
    Allow,
    Forbid,
}

impl RawGate {
    pub(super) fn check(self, text: &ConfigText) -> Result<GateConfig, Vec<Diagnostic>> {
        let mut gate =
            GateConfig { forbid_not_evaluable: self.not_evaluable == RawNotEvaluable::Forbid, ..GateConfig::default() };
        let mut mistakes = Vec::new();
        let place = |span| text.error(span, String::new());
        if let Some(new) = self.new.filter(|new| *new.get_ref()) {
            gate.new = Some(place(new.span()));
        }
        let mut demands = Vec::new();
        for entry in self.fail_on.iter().flatten() {
            match Demand::parse(entry.get_ref()) {
                Ok(demand) => demands.push((demand, place(entry.span()))),
                Err(message) => mistakes.push(text.error(entry.span(), message)),
            }
        }
        if self.fail_on.is_none() || narrows_only(demands.iter().map(|(demand, _)| demand)) {
            gate.fail_on = DEFAULT_FAIL_ON.iter().filter_map(|limit| FailOn::parse(limit).ok()).collect();
            gate.implied = Some(text.error_of_file(String::new()));
        }
        for (demand, place) in demands {
            gate.add(demand, &place);
        }
        for (rule, value) in self.max {
            let max = match value.get_ref() {
                toml::Value::Integer(count) => u64::try_from(*count).ok().map(Max::Count),
                toml::Value::String(share) => Max::parse(share),
                _ => None,
            };
            match max {
                Some(max) => gate.add(Demand::Max(RuleId::new(rule.get_ref()), max), &place(rule.span())),
                None => mistakes.push(text.error(value.span(), "this is no limit").help(LIMITS)),
            }
        }
        if mistakes.is_empty() { Ok(gate) } else { Err(mistakes) }
    }
}

impl GateConfig {
    /// Where nobody says what fails, so does a promise of a review that isn't kept.
    pub(super) fn with_promises(mut self) -> Self {
        if self.implied.is_some() {
            self.fail_on.extend(PROMISES.map(|rule| FailOn::Rule(RuleId::new(rule))));
        }
        self
    }

    /// The same with other demands than those of `fail_on`, which are made at `place`. `max` stays, and so does
    /// `fail_on` if it is only narrowed.
    #[must_use]
    pub fn with_fail_on(&self, demands: &[Demand], place: &Diagnostic) -> Self {
        let mut gate = self.clone();
        if !narrows_only(demands.iter()) {
            gate.fail_on.clear();
            gate.implied = None;
            gate.of_history.clear();
            gate.mentions.retain(|(rule, _)| gate.max.contains_key(rule));
        }
        for demand in demands {
            gate.add(demand.clone(), place);
        }
        gate
    }

    /// The rules that it names, each once: what it demands of them has to be judged.
    pub fn rules(&self) -> BTreeSet<&RuleId> {
        let named = self.fail_on.iter().filter_map(|limit| match limit {
            FailOn::Rule(rule) => Some(rule),
            FailOn::Severity(_) | FailOn::Overdue(_) | FailOn::Reopened => None,
        });
        named.chain(self.max.keys()).collect()
    }

    /// What is demanded that only history tells, where there is none.
    pub fn without_history(&self, history: Option<&HistoryConfig>) -> Vec<Diagnostic> {
        let limited = |limit: &FailOn| match (limit, history) {
            (_, None) | (FailOn::Rule(_) | FailOn::Severity(_), _) => false,
            (FailOn::Overdue(None), Some(history)) => !history.sla.is_empty(),
            (FailOn::Overdue(Some(severity)), Some(history)) => history.sla.contains_key(severity),
            (FailOn::Reopened, Some(_)) => true,
        };
        let unlimited = self.of_history.iter().filter(|(limit, _)| !limited(limit));
        let mistake = |(limit, place): &(FailOn, Diagnostic)| {
            let (message, help) = match limit {
                FailOn::Reopened => {
                    ("reopened needs history", "add [history], with which reports carry on what was resolved")
                }
                _ => (
                    "nothing says when a finding is overdue",
                    "add [history] sla = { critical = \"1d\", high = \"7d\", medium = \"30d\" }",
                ),
            };
            Diagnostic { message: message.to_owned(), help: Some(help.to_owned()), ..place.clone() }
        };
        unlimited.map(mistake).collect()
    }

    fn add(&mut self, demand: Demand, place: &Diagnostic) {
        match demand {
            Demand::FailOn(limit) => {
                match &limit {
                    FailOn::Rule(rule) => self.mentions.push((rule.clone(), place.clone())),
                    FailOn::Overdue(_) | FailOn::Reopened => self.of_history.push((limit.clone(), place.clone())),
                    FailOn::Severity(_) => {}
                }
                self.fail_on.push(limit);
            }
            Demand::Max(rule, max) => {
                self.mentions.push((rule.clone(), place.clone()));
                self.max.insert(rule, max);
            }
            Demand::NotEvaluable => self.forbid_not_evaluable = true,
            Demand::New => self.new = Some(place.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn gate(lines: &str) -> GateConfig {
        let raw: RawGate = toml::from_str(lines).expect("TOML");
        raw.check(&ConfigText::new(Path::new("headcount.toml"), lines)).expect("a gate")
    }

    fn demands(gate: &GateConfig) -> Vec<String> {
        gate.fail_on.iter().map(FailOn::describe).collect()
    }

    #[test]
    fn the_gate_that_is_written_out_is_the_default() {
        for text in [include_str!("../../templates/init/tail.toml"), include_str!("../simulate/kit.rs")] {
            let (_, line) = text.split_once("\nfail_on = ").expect("a gate");
            let written = gate(&format!("fail_on = {}", line.lines().next().unwrap_or_default()));
            assert_eq!(demands(&written), DEFAULT_FAIL_ON);
        }
    }

    #[test]
    fn new_narrows_what_fails_and_never_stands_for_it() {
        assert_eq!(demands(&gate("")), DEFAULT_FAIL_ON);
        assert_eq!(demands(&gate("fail_on = []")), [""; 0]);
        let new = gate("fail_on = [\"new\"]");
        assert!(demands(&new) == DEFAULT_FAIL_ON && new.new.is_some() && new.implied.is_some());
        let one = gate("fail_on = [\"new\", \"locked\"]");
        assert!(demands(&one) == ["locked"] && one.new.is_some() && one.implied.is_none());

        let place = Diagnostic::of_file(Path::new("--fail-on"), "");
        let narrowed = gate("fail_on = [\"locked\"]").with_fail_on(&[Demand::New], &place);
        assert!(demands(&narrowed) == ["locked"] && narrowed.new.is_some() && narrowed.mentions.len() == 1);
        let narrowed = gate("").with_fail_on(&[Demand::New], &place);
        assert!(demands(&narrowed) == DEFAULT_FAIL_ON && narrowed.implied.is_some());
        let replaced = gate("").with_fail_on(&[Demand::New, Demand::FailOn(FailOn::Severity(Severity::Low))], &place);
        assert!(demands(&replaced) == ["severity:low"] && replaced.new.is_some() && replaced.implied.is_none());
        assert_eq!(demands(&gate("").with_fail_on(&[Demand::NotEvaluable], &place)), [""; 0]);
    }

    #[test]
    fn demands_are_read_and_nothing_else_is() {
        let rule = RuleId::new("stale-login");
        for (text, expected) in [
            ("new", Demand::New),
            ("not-evaluable", Demand::NotEvaluable),
            ("severity:high", Demand::FailOn(FailOn::Severity(Severity::High))),
            ("stale-login", Demand::FailOn(FailOn::Rule(rule.clone()))),
            ("stale-login>10", Demand::Max(rule.clone(), Max::Count(10))),
            ("stale-login>5%", Demand::Max(rule.clone(), Max::Share(500))),
            ("stale-login > 2.5%", Demand::Max(rule, Max::Share(250))),
        ] {
            assert_eq!(Demand::parse(text), Ok(expected), "{text}");
        }
        for text in ["severity:hihg", "stale-login>", "stale-login>-1", "stale-login>101%", "stale-login>1.234%"] {
            assert!(Demand::parse(text).is_err(), "{text}");
        }
        assert_eq!(
            ["10", "5%", "2.5%"].map(|text| Max::parse(text).map(Max::describe)).map(Option::unwrap_or_default),
            ["10", "5%", "2.50%"]
        );
    }
}
