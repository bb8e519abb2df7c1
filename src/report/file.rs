//! `report.json`, schema 2, as a whole: what it is written as, read as, and what its schema is made from. Title, remediation and
//! controls stand with the rule, and who is behind an account stands with the account, once.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::{
    Changes, ControlLimits, CorrelationSummary, Evaluability, Exception, GateVerdict, Manager, Policy, Report,
    ReviewSummary, RosterSummary, RuleSummary, Run, SourceSummary, advised,
};
use crate::finding::{AccountLine, FindingLine, Findings, Lines};

/// One audit, whole.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Report")]
struct ReportFile<'r, A, F> {
    /// Always 2.
    schema_version: u32,
    /// When, with what and over what.
    run: Cow<'r, Run>,
    /// What the gate decided.
    verdict: Cow<'r, GateVerdict>,
    /// The HR files.
    roster: Cow<'r, RosterSummary>,
    /// The vendors' populations, by name.
    sources: Cow<'r, [SourceSummary]>,
    /// How the accounts were joined to people.
    correlation: Cow<'r, CorrelationSummary>,
    /// The rules that applied, by id.
    rules: Cow<'r, [RuleSummary]>,
    /// What each rule could judge at each source.
    evaluability: Cow<'r, [Evaluability]>,
    /// The accounts with findings, each once, in the order of their first finding.
    accounts: A,
    /// Every finding, worst first.
    findings: F,
    /// Waivers, baseline entries and declared accounts, with what became of them.
    exceptions: Cow<'r, [Exception]>,
    /// The same data under further policies (`--policy`), in the order of the command line.
    #[serde(skip_serializing_if = "Option::is_none")]
    policies: Option<Vec<PolicyFile<'r, A, F>>>,
    /// What has changed since an earlier report: the one that was named, else the last one in the same folder.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    changes: Option<Cow<'r, Changes>>,
    /// How far reviews are, and what became of what they have promised; absent, if there are none.
    #[serde(skip_serializing_if = "<[_]>::is_empty", default)]
    reviews: Cow<'r, [ReviewSummary]>,
    /// Where the people that findings are about belong, by employee id: all of them where mail goes to managers, else
    /// those of the worst findings.
    #[serde(skip_serializing_if = "is_empty", default)]
    managers: Cow<'r, BTreeMap<String, Manager>>,
}

/// What a further policy makes of the same data.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Policy")]
struct PolicyFile<'r, A, F> {
    /// Its name.
    id: Cow<'r, str>,
    /// The same for people.
    title: Cow<'r, str>,
    /// SHA-256 of its file.
    sha256: Cow<'r, str>,
    /// SHA-256 over the rules as they apply under it.
    rules_sha256: Cow<'r, str>,
    /// What its gate decides.
    verdict: Cow<'r, GateVerdict>,
    /// Open findings by rule; rules without any are left out.
    open: Cow<'r, BTreeMap<String, u64>>,
    /// The rules that it changes or that come to another result under it, as they apply there.
    rules: Cow<'r, [RuleSummary]>,
    /// The controls that demand something of params.
    controls: Cow<'r, [ControlLimits]>,
    /// The accounts with such findings, each once.
    accounts: A,
    /// The findings that the configuration's rules don't have.
    findings: F,
}

#[expect(clippy::ptr_arg, reason = "serde asks so")]
fn is_empty(managers: &Cow<'_, BTreeMap<String, Manager>>) -> bool {
    managers.is_empty()
}

impl Report {
    /// As it is written, with empty lists in the place of its accounts and findings.
    pub(crate) fn frame(&self) -> impl Serialize {
        self.written(Lines::None, Lines::None)
    }

    fn written<'r>(&'r self, accounts: Lines<'r>, findings: Lines<'r>) -> ReportFile<'r, Lines<'r>, Lines<'r>> {
        ReportFile {
            schema_version: self.schema_version,
            run: Cow::Borrowed(&self.run),
            verdict: Cow::Borrowed(&self.verdict),
            roster: Cow::Borrowed(&self.roster),
            sources: Cow::Borrowed(&self.sources),
            correlation: Cow::Borrowed(&self.correlation),
            rules: Cow::Borrowed(&self.rules),
            evaluability: Cow::Borrowed(&self.evaluability),
            accounts,
            findings,
            exceptions: Cow::Borrowed(&self.exceptions),
            policies: (!self.policies.is_empty()).then(|| self.policies.iter().map(Policy::written).collect()),
            changes: self.changes.as_ref().map(Cow::Borrowed),
            reviews: Cow::Borrowed(&self.reviews),
            managers: Cow::Borrowed(&self.managers),
        }
    }
}

impl Policy {
    fn written(&self) -> PolicyFile<'_, Lines<'_>, Lines<'_>> {
        PolicyFile {
            id: Cow::Borrowed(&self.id),
            title: Cow::Borrowed(&self.title),
            sha256: Cow::Borrowed(&self.sha256),
            rules_sha256: Cow::Borrowed(&self.rules_sha256),
            verdict: Cow::Borrowed(&self.verdict),
            open: Cow::Borrowed(&self.open),
            rules: Cow::Borrowed(&self.rules),
            controls: Cow::Borrowed(&self.controls),
            accounts: Lines::Accounts(&self.findings),
            findings: Lines::Findings(&self.findings),
        }
    }
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.written(Lines::Accounts(&self.findings), Lines::Findings(&self.findings)).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Report {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        type Text = Box<RawValue>;
        let file = ReportFile::<'static, Text, Text>::deserialize(deserializer)?;
        let rules = file.rules.into_owned();
        let policy = |policy: PolicyFile<'static, Text, Text>| {
            let own = policy.rules.into_owned();
            let advice = advised(own.iter().chain(&rules));
            let findings = Findings::read(policy.accounts.get(), policy.findings.get(), advice)?;
            Ok(Policy {
                id: policy.id.into_owned(),
                title: policy.title.into_owned(),
                sha256: policy.sha256.into_owned(),
                rules_sha256: policy.rules_sha256.into_owned(),
                verdict: policy.verdict.into_owned(),
                open: policy.open.into_owned(),
                findings,
                rules: own,
                controls: policy.controls.into_owned(),
            })
        };
        let policies = file.policies.into_iter().flatten().map(policy).collect::<Result<_, serde_json::Error>>();
        let findings = Findings::read(file.accounts.get(), file.findings.get(), advised(rules.iter()));
        Ok(Self {
            schema_version: file.schema_version,
            run: file.run.into_owned(),
            verdict: file.verdict.into_owned(),
            roster: file.roster.into_owned(),
            sources: file.sources.into_owned(),
            correlation: file.correlation.into_owned(),
            evaluability: file.evaluability.into_owned(),
            findings: findings.map_err(D::Error::custom)?,
            exceptions: file.exceptions.into_owned(),
            policies: policies.map_err(D::Error::custom)?,
            changes: file.changes.map(Cow::into_owned),
            reviews: file.reviews.into_owned(),
            managers: file.managers.into_owned(),
            rules,
        })
    }
}

impl JsonSchema for Report {
    fn schema_name() -> Cow<'static, str> {
        "Report".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        ReportFile::<'static, Vec<AccountLine<'static>>, Vec<FindingLine<'static>>>::json_schema(generator)
    }
}
