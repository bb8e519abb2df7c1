//! What the gate decided and why: a part of the report's public form.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::text::counted;
use crate::model::Severity;

/// What the gate decided.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GateVerdict {
    /// Pass, fail or unverified.
    pub gate: Gate,
    /// The exit code that follows, before `--exit-zero`.
    pub exit_code: u8,
    /// Why, and what the verdict doesn't cover (`scope`); a pass has no other reasons than the latter.
    pub reasons: Vec<Reason>,
    /// Which single change would make it pass.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub remedy: Option<String>,
}

/// Something to do, and which demands of the gate it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToDo {
    /// In the words of `fail_on`, or the name of a source.
    pub about: Vec<String>,
    /// A sentence without its full stop; commands stand between backticks.
    pub what: String,
}

/// The three outcomes of the gate, the one that goes first last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Gate {
    /// Nothing that fails the gate, on complete data.
    Pass,
    /// No limit was exceeded, but not everything that the gate rests on could be seen or judged.
    Unverified,
    /// At least one limit was exceeded.
    Fail,
}

/// Why the gate decided so, or what it could not decide about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// Which kind of reason.
    pub kind: ReasonKind,
    /// The rule that it is about.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub rule: Option<String>,
    /// The severity that it is about.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub severity: Option<Severity>,
    /// The demand that it is about, where findings are counted by what history says of them: `overdue`, `overdue:SEVERITY` or
    /// `reopened`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub demand: Option<String>,
    /// The rules whose findings a severity or such a demand counts.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub rules: Vec<String>,
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
    /// The ways out of it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub remedy: Option<String>,
}

/// The kinds of reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReasonKind {
    /// There are more open findings of a rule or severity than `fail_on` or `max` allows.
    #[serde(alias = "fail_on", alias = "max")]
    Finding,
    /// A source is incomplete or failed; or old, and the gate names `source-stale`.
    Source,
    /// A rule that the gate names could not be judged because of the roster.
    Roster,
    /// A rule that the gate names could be judged nowhere; or something was not evaluable, which `not_evaluable =
    /// "forbid"` forbids.
    NotEvaluable,
    /// The gate asks how long findings have been there, or whether they came back, and history can't tell it.
    History,
    /// A further policy (`--policy`) fails.
    Policy,
    /// A further policy could not be verified.
    PolicyUnverified,
    /// What the verdict doesn't cover. It is said, and changes nothing.
    Scope,
}

impl ReasonKind {
    /// What follows from a reason of this kind.
    const fn gate(self) -> Gate {
        match self {
            Self::Finding | Self::Policy => Gate::Fail,
            Self::Source | Self::Roster | Self::NotEvaluable | Self::History | Self::PolicyUnverified => {
                Gate::Unverified
            }
            Self::Scope => Gate::Pass,
        }
    }
}

impl Reason {
    pub(super) const fn new(kind: ReasonKind, text: String) -> Self {
        Self {
            kind,
            rule: None,
            severity: None,
            demand: None,
            rules: Vec::new(),
            source: None,
            count: None,
            limit: None,
            text,
            remedy: None,
        }
    }

    /// What the verdict doesn't cover.
    pub(super) fn of_scope(text: String, remedy: &str) -> Self {
        Self::new(ReasonKind::Scope, text).with_remedy(remedy)
    }

    pub(super) fn with_remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// What it is about, in the words of `fail_on`.
    fn about(&self) -> String {
        match self {
            Self { kind: ReasonKind::History, .. } => "history".to_owned(),
            Self { demand: Some(demand), .. } => demand.clone(),
            Self { rule: Some(rule), .. } => rule.clone(),
            Self { severity: Some(severity), .. } => format!("severity:{severity}"),
            Self { source: Some(source), .. } => source.clone(),
            _ => "the gate".to_owned(),
        }
    }

    /// Whether the limit is one on open findings, and counts those of this rule.
    pub fn counts(&self, rule: &str) -> bool {
        self.kind == ReasonKind::Finding
            && (self.rule.as_deref() == Some(rule) || self.rules.iter().any(|counted| counted == rule))
    }

    /// Whether the verdict is unverified because of it, and all accounts were seen nevertheless.
    pub fn leaves_unjudged(&self) -> bool {
        let unseen = self.kind == ReasonKind::Source && self.rule.is_none();
        self.kind.gate() == Gate::Unverified && !unseen
    }

    /// Whether it had a part in the decision, and doesn't only say what the verdict leaves out.
    pub fn decides(&self) -> bool {
        self.kind != ReasonKind::Scope
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

    /// What follows from these reasons: a finding is a finding, whatever else is missing.
    pub(super) fn of<'r>(reasons: impl IntoIterator<Item = &'r Reason>) -> Self {
        reasons.into_iter().map(|reason| reason.kind.gate()).max().unwrap_or(Self::Pass)
    }

    pub(super) const fn exit_code(self) -> u8 {
        match self {
            Self::Pass => 0,
            Self::Fail => 1,
            Self::Unverified => 3,
        }
    }
}

impl GateVerdict {
    /// The same, held to further policies: one that fails or can't be verified is a reason of its own. What would fix
    /// it is said by the policy.
    #[must_use]
    pub fn with_policies<'v>(mut self, policies: impl Iterator<Item = (&'v str, &'v Self)>) -> Self {
        let theirs: Vec<Reason> = policies.flat_map(|(id, verdict)| verdict.as_reasons(id)).collect();
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

    /// The gate if no demand had failed (`--exit-zero`): what could not be verified stays.
    pub fn gate_without_failures(&self) -> Gate {
        Gate::of(self.reasons.iter().filter(|reason| reason.kind.gate() != Gate::Fail))
    }

    /// Why the gate decided so.
    pub fn deciding(&self) -> impl Iterator<Item = &Reason> {
        self.reasons.iter().filter(|reason| reason.decides())
    }

    /// What there is to do, each thing once, with what it is for in the words of `fail_on`.
    pub fn to_do<'v>(verdicts: impl IntoIterator<Item = &'v Self>) -> Vec<ToDo> {
        let mut all: Vec<ToDo> = Vec::new();
        for reason in verdicts.into_iter().flat_map(Self::deciding) {
            let Some(what) = &reason.remedy else { continue };
            let about = reason.about();
            match all.iter_mut().find(|known| known.what == *what) {
                Some(known) if known.about.contains(&about) => {}
                Some(known) => known.about.push(about),
                None => all.push(ToDo { about: vec![about], what: what.clone() }),
            }
        }
        all
    }

    /// What the verdict doesn't cover.
    pub fn scope(&self) -> impl Iterator<Item = &Reason> {
        self.reasons.iter().filter(|reason| !reason.decides())
    }

    /// The same, without what another verdict doesn't cover, either.
    pub fn scope_beyond<'v>(&'v self, other: &'v Self) -> impl Iterator<Item = &'v Reason> {
        self.scope().filter(|reason| !other.reasons.contains(reason))
    }

    /// The reasons that are no policy's.
    pub fn own_reasons(&self) -> impl Iterator<Item = &Reason> {
        self.reasons.iter().filter(|reason| !matches!(reason.kind, ReasonKind::Policy | ReasonKind::PolicyUnverified))
    }

    fn as_reasons(&self, policy: &str) -> impl Iterator<Item = Reason> {
        let kinds = [
            (Gate::Fail, ReasonKind::Policy, "fails"),
            (Gate::Unverified, ReasonKind::PolicyUnverified, "could not be verified"),
        ];
        kinds.into_iter().filter_map(move |(gate, kind, what)| {
            let count = self.reasons.iter().filter(|reason| reason.kind.gate() == gate).count() as u64;
            let limits = counted(count, "limit", "limits");
            (count > 0).then(|| Reason::new(kind, format!("policy {policy} {what}: {limits} not met")))
        })
    }
}
