//! Policy in, verdict out: what makes CI red. After the rules and the exceptions, before the report; no format
//! has a say in it.

mod open;
mod remedy;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::audit::{Cell, Outcome};
use crate::config::GateConfig;
use crate::model::text::counted;
use crate::model::{Severity, SourceName, SourceStatus};
use crate::source::Certificate;
use open::OpenFindings;

/// What the gate decided.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    /// Pass, fail or unverified.
    pub gate: Gate,
    /// The exit code that follows, before `--exit-zero`.
    pub exit_code: u8,
    /// Why; empty when it passed.
    pub reasons: Vec<Reason>,
    /// Which single change would make it pass.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub remedy: Option<String>,
}

/// The three outcomes of the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Gate {
    /// Nothing that fails the gate, on complete data.
    Pass,
    /// At least one limit was exceeded.
    Fail,
    /// No limit was exceeded, but the data is incomplete or the policy forbids what was not evaluable.
    Unverified,
}

/// One limit that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// Which kind of limit.
    pub kind: ReasonKind,
    /// The rule that it is about.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub rule: Option<String>,
    /// The severity that it is about.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub severity: Option<Severity>,
    /// The source that it is about.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub source: Option<String>,
    /// How many there are.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub count: Option<u64>,
    /// How many were allowed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub limit: Option<u64>,
    /// The reason as a sentence.
    pub text: String,
}

/// The kinds of limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReasonKind {
    /// `fail_on` names a rule or severity that has findings.
    FailOn,
    /// `max` allows fewer findings of a rule.
    Max,
    /// A source is incomplete or failed.
    Source,
    /// `not_evaluable = "forbid"`, and something was not evaluable.
    NotEvaluable,
    /// A further policy (`--policy`) fails.
    Policy,
    /// A further policy could not be verified.
    PolicyUnverified,
}

impl Reason {
    /// Whether the limit is one on open findings, and counts those of this rule and severity.
    pub fn counts(&self, rule: &str, severity: Severity) -> bool {
        matches!(self.kind, ReasonKind::FailOn | ReasonKind::Max)
            && (self.rule.as_deref() == Some(rule) || self.severity == Some(severity))
    }
}

impl Gate {
    /// As reports spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Unverified => "unverified",
        }
    }

    /// What follows from these reasons.
    fn of<'r>(reasons: impl IntoIterator<Item = &'r Reason>) -> Self {
        let fails = |reason: &Reason| matches!(reason.kind, ReasonKind::FailOn | ReasonKind::Max | ReasonKind::Policy);
        let failing = reasons.into_iter().map(fails).max();
        match failing {
            None => Self::Pass,
            Some(true) => Self::Fail,
            Some(false) => Self::Unverified,
        }
    }

    /// 1 goes before 3: a finding is a finding, whatever else is missing.
    const fn exit_code(self) -> u8 {
        match self {
            Self::Pass => 0,
            Self::Fail => 1,
            Self::Unverified => 3,
        }
    }
}

impl Verdict {
    /// The same, held to further policies: one that fails is a reason of its own. What would mend it is said by the
    /// policy.
    #[must_use]
    pub fn with_policies<'v>(mut self, policies: impl Iterator<Item = (&'v str, &'v Self)>) -> Self {
        let theirs: Vec<Reason> = policies.filter_map(|(id, verdict)| verdict.as_reason(id)).collect();
        if theirs.is_empty() {
            return self;
        }
        self.remedy = None;
        self.reasons.extend(theirs);
        self.gate = Gate::of(&self.reasons);
        self.exit_code = self.gate.exit_code();
        self
    }

    /// The gate without further policies.
    pub fn own_gate(&self) -> Gate {
        Gate::of(self.own_reasons())
    }

    /// The reasons that are no policy's.
    pub fn own_reasons(&self) -> impl Iterator<Item = &Reason> {
        self.reasons.iter().filter(|reason| !matches!(reason.kind, ReasonKind::Policy | ReasonKind::PolicyUnverified))
    }

    fn as_reason(&self, policy: &str) -> Option<Reason> {
        let limits = counted(self.reasons.len() as u64, "limit", "limits");
        let (kind, text) = match self.gate {
            Gate::Pass => return None,
            Gate::Fail => (ReasonKind::Policy, format!("policy {policy} fails: {limits} not met")),
            Gate::Unverified => {
                (ReasonKind::PolicyUnverified, format!("policy {policy} could not be verified: {limits} not met"))
            }
        };
        Some(Reason { kind, rule: None, severity: None, source: None, count: None, limit: None, text })
    }
}

/// Decides.
///
/// # Errors
/// The findings can't be read back.
pub fn decide(
    policy: &GateConfig,
    outcome: &Outcome,
    sources: &[(SourceName, Certificate)],
) -> std::io::Result<Verdict> {
    let open = OpenFindings::count(outcome)?;
    let mut reasons = open.exceeds(policy);
    reasons.extend(sources.iter().filter_map(|(name, certificate)| unproven(name, certificate)));
    if policy.forbid_not_evaluable {
        reasons.extend(outcome.cells.iter().filter_map(not_evaluable));
    }
    let gate = Gate::of(&reasons);
    let remedy = remedy::find(policy, &open, &reasons);
    Ok(Verdict { gate, exit_code: gate.exit_code(), reasons, remedy })
}

fn unproven(name: &SourceName, certificate: &Certificate) -> Option<Reason> {
    if certificate.status == SourceStatus::Complete {
        return None;
    }
    let state = certificate.status.in_a_sentence();
    let why = certificate.error.as_deref().unwrap_or("no reason is known");
    Some(Reason {
        kind: ReasonKind::Source,
        rule: None,
        severity: None,
        source: Some(name.to_string()),
        count: Some(certificate.distinct),
        limit: certificate.declared,
        text: format!("{name} {state}: {why}"),
    })
}

fn not_evaluable(cell: &Cell) -> Option<Reason> {
    (cell.not_evaluable > 0).then(|| Reason {
        kind: ReasonKind::NotEvaluable,
        rule: Some(cell.rule.to_string()),
        severity: None,
        source: cell.source.as_ref().map(ToString::to_string),
        count: Some(cell.not_evaluable),
        limit: Some(0),
        text: format!(
            "{} can't be judged for {} of {}: {} not told (not_evaluable = \"forbid\")",
            cell.rule,
            counted(cell.not_evaluable, "subject", "subjects"),
            cell.source.as_ref().map_or("the roster", SourceName::as_str),
            cell.missing.iter().map(String::as_str).collect::<Vec<_>>().join(", "),
        ),
    })
}
