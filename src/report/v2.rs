//! The parts of `report.json`, schema 2: the frozen public form of an audit. Others rely on these names literally; a change
//! of meaning needs a schema 3. Its lists of accounts and findings are in `finding`, the whole in `file`.
//!
//! Times are RFC 3339 in UTC. Lists are sorted: findings by severity (worst first), rule, source, subject;
//! rules and sources by name.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::reviews::ReviewSummary;
use super::roster::{RosterSummary, is_zero};
use crate::finding::Advice;
pub use crate::finding::{Finding, FindingRecord, Findings, Subject, SubjectRecord};
use crate::gate::GateVerdict;
pub use crate::history::{Changes, HistoryLine};
use crate::model::{Disposition, KeyCounts, Severity, SourceStatus, Timestamp};

/// The version of this schema.
pub const SCHEMA_VERSION: u32 = 2;

/// One audit, whole.
#[derive(Debug, Clone)]
pub struct Report {
    /// Always 2.
    pub schema_version: u32,
    /// When, with what and over what.
    pub run: Run,
    /// What the gate decided.
    pub verdict: GateVerdict,
    /// The HR files.
    pub roster: RosterSummary,
    /// The vendors' populations, by name.
    pub sources: Vec<SourceSummary>,
    /// How the accounts were joined to people.
    pub correlation: CorrelationSummary,
    /// The rules that applied, by id.
    pub rules: Vec<RuleSummary>,
    /// What each rule could judge at each source.
    pub evaluability: Vec<Evaluability>,
    /// Every finding, worst first.
    pub findings: Findings,
    /// Waivers, baseline entries and declared accounts, with what became of them.
    pub exceptions: Vec<Exception>,
    /// The same data under further policies (`--policy`), in the order of the command line.
    pub policies: Vec<Policy>,
    /// What has changed since an earlier report.
    pub changes: Option<Changes>,
    /// How far reviews are, and what became of what they have promised.
    pub reviews: Vec<ReviewSummary>,
    /// Where the people that findings are about belong, by employee id: all of them where mail goes to managers, else
    /// those of the worst findings.
    pub managers: BTreeMap<String, Manager>,
}

/// Where a person belongs, and who answers for them, as far as the roster tells.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Manager {
    /// The manager's employee id.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub employee_id: Option<String>,
    /// The manager's name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    /// The manager's address.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub email: Option<String>,
    /// Why nobody can be asked.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unknown: Option<String>,
    /// The department of the person who is asked about.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub department: Option<String>,
}

/// When, with what and over what.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// Unique to this run.
    pub id: String,
    /// When it started.
    pub started_at: Timestamp,
    /// When the report was made.
    pub finished_at: Timestamp,
    /// The moment at which everything was judged.
    pub as_of: Timestamp,
    /// The version of headcount.
    pub tool_version: String,
    /// SHA-256 of the configuration file.
    pub config_sha256: String,
    /// SHA-256 over how people are read, and accounts joined to them: `[hr]` and `[match]`, but for the names of files.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub reading_sha256: String,
    /// SHA-256 over the rules as they applied.
    pub rules_sha256: String,
    /// `[report] title`.
    pub title: String,
    /// `[report] organisation`.
    pub organisation: String,
    /// Configured sources that were not audited (`--source`).
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub left_out: Vec<String>,
    /// The id of the snapshot or evidence bundle that was judged; absent when the accounts were fetched.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub snapshot: Option<String>,
    /// How it names people and findings, if not in full: what tells the key of the pseudonyms from other keys, or `counts`.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub naming: String,
    /// Whether `accounts.ndjson`, the list of all accounts, was written beside it. One that lies there otherwise is of another run.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub lists_accounts: bool,
}

/// One vendor tenant, with the certificate of its population.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceSummary {
    /// As configured.
    pub name: String,
    /// Its kind.
    pub vendor: String,
    /// The employee id of who answers for it, if the configuration says so.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub owner: Option<String>,
    /// SHA-256 over what its `[[source]]` says of which accounts are seen, and whose they are. Where it changed, the findings of two
    /// reports can't be compared.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub reading_sha256: String,
    /// Whether all accounts were seen.
    pub status: SourceStatus,
    /// How many accounts the vendor says there are; absent when it doesn't say.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub declared: Option<u64>,
    /// Records received.
    pub fetched: u64,
    /// Different accounts among them.
    pub distinct: u64,
    /// Pages received.
    pub pages: u64,
    /// Requests sent, retries included.
    pub requests: u64,
    /// Requests that were repeated.
    pub retries: u64,
    /// Distinct accounts with exactly one owner.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub matched: Option<u64>,
    /// Their share of the accounts that the organisation doesn't vouch for, from 0 to 1; absent without such accounts.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub match_rate: Option<f64>,
    /// Key by which accounts find people → distinct accounts that have it; those that none has are left out.
    #[serde(skip_serializing_if = "KeyCounts::is_empty", default)]
    pub keys: KeyCounts,
    /// When fetching started.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Timestamp,
    /// Over the records as received, one a line.
    pub sha256: String,
    /// What the reader should know.
    pub warnings: Vec<String>,
    /// Why it is incomplete or failed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub error: Option<String>,
}

/// How the accounts were joined to people. `accounts` is the sum of the situations.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrelationSummary {
    /// Distinct accounts of all sources.
    pub accounts: u64,
    /// With exactly one owner.
    pub matched: u64,
    /// Of these, by the tier that decided.
    pub by_tier: BTreeMap<String, u64>,
    /// With no owner.
    pub unmatched: u64,
    /// With several possible owners.
    pub ambiguous: u64,
    /// With keys that name different people.
    pub conflict: u64,
    /// Vouched for by the organisation.
    pub declared: u64,
}

/// A rule as it applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleSummary {
    /// Its name.
    pub id: String,
    /// The defect, in a few words.
    pub title: String,
    /// Why it matters.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub why: String,
    /// What to do.
    pub remediation: String,
    /// After overrides.
    pub severity: Severity,
    /// `FRAMEWORK:ID`.
    pub controls: Vec<String>,
    /// After overrides.
    pub params: BTreeMap<String, Value>,
    /// Subjects that it was asked about.
    pub subjects: u64,
    /// Of these, findings.
    pub violations: u64,
    /// Of these, not evaluable.
    pub not_evaluable: u64,
    /// Switched off by configuration.
    pub disabled: bool,
    /// SHA-256 over what it judges, and by what: id, whether it is enabled, subject, `group_by`, when, members, params and
    /// sources. Where it changed, the findings of two reports can't be compared.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub logic_sha256: String,
    /// What controls demand of the params.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub guardrails: Vec<Guardrail>,
    /// What the configuration changes about the rule, a sentence for each change.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub changes: Vec<String>,
}

/// What these rules say to everybody; of two with one name, the first counts.
pub(super) fn advised<'r>(rules: impl Iterator<Item = &'r RuleSummary> + Clone) -> impl Fn(&str) -> Advice {
    move |id| {
        let rule = rules.clone().find(|rule| rule.id == id);
        rule.map_or_else(Advice::default, |rule| Advice {
            remediation: rule.remediation.clone(),
            controls: rule.controls.clone(),
        })
    }
}

/// What a control demands of a param, whatever the findings are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Guardrail {
    /// `FRAMEWORK:ID`.
    pub control: String,
    /// The param.
    pub param: String,
    /// The least that it allows.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub min: Option<i64>,
    /// The most that it allows.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub max: Option<i64>,
    /// Whether the params meet it.
    pub met: bool,
}

/// What one rule could judge at one source.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Evaluability {
    /// The rule.
    pub rule: String,
    /// The source.
    pub source: String,
    /// Subjects that could be judged.
    pub evaluated: u64,
    /// Of these, findings.
    pub violations: u64,
    /// Subjects that could not.
    pub not_evaluable: u64,
    /// Of these, because of the roster; not those whose unsettled owner an exception accepts. Left out if there are none.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub because_of_roster: u64,
    /// The facts that were missing.
    pub missing: Vec<String>,
}

impl Report {
    /// Whether this finding is among those that fail the gate.
    pub fn fails_gate(&self, disposition: Disposition, rule: &str) -> bool {
        disposition == Disposition::Open && self.is_limited(rule)
    }

    /// Whether it tells of each finding how it compares with an earlier report.
    pub fn tells_changes(&self) -> bool {
        self.findings.tells_history() && self.changes.as_ref().is_some_and(|changes| changes.previous.is_some())
    }

    /// Whether a limit that failed counts the open findings of this rule.
    pub fn is_limited(&self, rule: &str) -> bool {
        self.verdict.reasons.iter().any(|reason| reason.counts(rule))
    }
}

/// What a further policy makes of the same data.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Its name.
    pub id: String,
    /// The same for people.
    pub title: String,
    /// SHA-256 of its file.
    pub sha256: String,
    /// SHA-256 over the rules as they apply under it.
    pub rules_sha256: String,
    /// What its gate decides.
    pub verdict: GateVerdict,
    /// Open findings by rule; rules without any are left out.
    pub open: BTreeMap<String, u64>,
    /// The rules that it changes or that come to another result under it, as they apply there.
    pub rules: Vec<RuleSummary>,
    /// The controls that demand something of params.
    pub controls: Vec<ControlLimits>,
    /// The findings that the configuration's rules don't have.
    pub findings: Findings,
}

/// Whether the params are what a control demands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ControlLimits {
    /// `FRAMEWORK:ID`.
    pub control: String,
    /// Whether they are.
    pub met: bool,
    /// What isn't, a sentence each.
    pub unmet: Vec<String>,
}

/// What became of an exception.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Exception {
    /// waiver, baseline or declared.
    pub kind: String,
    /// Its identity in its file.
    pub id: String,
    /// used, unused, expired or void; a waiver that still holds and ends soon is expiring-soon.
    pub state: String,
    /// What the file says of it.
    #[serde(flatten)]
    pub details: BTreeMap<String, Value>,
}
