//! Puts the report together from what the pipeline has decided. Nothing is judged here.

use serde_json::json;

use super::exceptions;
use super::{
    Changes, CorrelationSummary, Cure, Evaluability, Guardrail, Policy, Report, ReviewSummary, RosterIssue,
    RosterSummary, RuleSummary, Run, SCHEMA_VERSION, SourceSummary, UnknownWord, UnknownWords, advised,
};
use crate::audit::{Cell, Outcome};
use crate::correlate::Tally;
use crate::fetch::Certificate;
use crate::gate::GateVerdict;
use crate::model::{self, Roster, SourceName};
use crate::roster;
use crate::rule::RuleSet;

/// One source, as far as the report tells of it.
#[derive(Debug)]
pub struct ReportedSource<'a> {
    /// Its name.
    pub name: &'a SourceName,
    /// Its kind.
    pub vendor: &'a str,
    /// The employee id of who answers for it.
    pub owner: Option<&'a str>,
    /// How it is read, as a hash.
    pub reading: &'a str,
    /// How its accounts were counted.
    pub certificate: &'a Certificate,
    /// What else the reader should know, for example unused lines of a crosswalk.
    pub notes: Vec<String>,
}

/// Everything that goes into a report.
#[derive(Debug)]
pub struct Parts<'a> {
    /// When, with what and over what.
    pub run: Run,
    /// What the gate decided.
    pub verdict: GateVerdict,
    /// The HR files.
    pub roster: &'a Roster,
    /// What is wrong with them as of the audit, and could not be told when they were read.
    pub later_issues: Vec<model::RosterIssue>,
    /// What settles their unknown words.
    pub cures: Vec<roster::Cure>,
    /// The vendors.
    pub sources: Vec<ReportedSource<'a>>,
    /// The rules.
    pub rules: &'a RuleSet,
    /// What was found.
    pub outcome: Outcome,
    /// The same under further policies.
    pub policies: Vec<Policy>,
    /// What has changed since an earlier report.
    pub changes: Option<Changes>,
    /// What is to be said of reviews.
    pub reviews: Vec<ReviewSummary>,
}

impl Report {
    /// Puts the parts together.
    pub fn new(parts: Parts<'_>) -> Self {
        let Parts {
            run,
            verdict,
            roster,
            later_issues,
            cures,
            mut sources,
            rules,
            outcome,
            policies,
            changes,
            reviews,
        } = parts;
        sources.sort_by(|a, b| a.name.cmp(b.name));
        let rules: Vec<RuleSummary> = rules.iter().map(|rule| rule_summary(rule, &outcome.cells)).collect();
        Self {
            schema_version: SCHEMA_VERSION,
            run,
            verdict: verdict.with_policies(policies.iter().map(|policy| (policy.id.as_str(), &policy.verdict))),
            roster: roster_summary(roster, &later_issues, cures),
            sources: sources.into_iter().map(|source| source_summary(source, &outcome)).collect(),
            correlation: correlation_summary(&outcome.tally),
            evaluability: outcome.cells.iter().filter_map(evaluability).collect(),
            exceptions: exceptions::of(&outcome),
            findings: outcome.findings.advised(advised(rules.iter())),
            rules,
            policies,
            changes,
            reviews,
            managers: std::collections::BTreeMap::new(),
        }
    }
}

fn unknown_words(roster: &Roster, cures: Vec<roster::Cure>) -> UnknownWords {
    let unknown = roster.words.iter().filter(|word| word.meaning.is_none());
    let word = |word: &model::RosterWord| UnknownWord {
        column: word.role.to_string(),
        word: word.word.clone(),
        rows: word.rows,
    };
    let cure = |roster::Cure { table, line }| Cure { table, line };
    UnknownWords { words: unknown.map(word).collect(), cures: cures.into_iter().map(cure).collect() }
}

fn roster_summary(roster: &Roster, later_issues: &[model::RosterIssue], cures: Vec<roster::Cure>) -> RosterSummary {
    let names: Vec<String> = roster.shown.iter().map(|file| file.display().to_string()).collect();
    let several = names.len() > 1;
    let place = |file: usize, text: &str| match names.get(file) {
        Some(name) if several => format!("{name}: {text}"),
        _ => text.to_owned(),
    };
    let noted = roster.issues.iter().chain(later_issues).map(|issue| RosterIssue {
        line: issue.line,
        kind: issue.kind.as_str().to_owned(),
        text: place(issue.file, &issue.text),
    });
    RosterSummary {
        sha256: roster.sha256.clone(),
        rows: roster.rows,
        employees: roster.employees.len() as u64,
        further: roster.further.len() as u64,
        rejected: roster.rejected.len() as u64,
        encoding: roster.encodings.join(", "),
        delimiter: roster.delimiters.iter().flatten().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        columns: roster.columns.iter().map(|(role, headings)| (role.to_string(), headings.clone())).collect(),
        unused: roster.extra_columns.clone(),
        keys: roster.keys(),
        issues: noted.collect(),
        unknown: unknown_words(roster, cures),
        only_active: roster.only_active.iter().map(|file| file.display().to_string()).collect(),
        file: names.join(", "),
    }
}

fn source_summary(source: ReportedSource<'_>, outcome: &Outcome) -> SourceSummary {
    let certificate = source.certificate.clone();
    let tally = outcome.by_source.get(source.name).map(|matching| &matching.tally);
    SourceSummary {
        name: source.name.to_string(),
        vendor: source.vendor.to_owned(),
        owner: source.owner.map(str::to_owned),
        reading_sha256: source.reading.to_owned(),
        status: certificate.status,
        declared: certificate.declared,
        fetched: certificate.fetched,
        distinct: certificate.distinct,
        pages: certificate.pages,
        requests: certificate.usage.requests,
        retries: certificate.usage.retries,
        matched: tally.map(Tally::matched),
        match_rate: tally.and_then(Tally::match_rate).map(|rate| (rate * 1000.0).round() / 1000.0),
        keys: certificate.keys,
        started_at: certificate.started_at,
        finished_at: certificate.finished_at,
        sha256: certificate.sha256,
        warnings: certificate.warnings.into_iter().chain(source.notes).collect(),
        error: certificate.error,
    }
}

fn correlation_summary(tally: &Tally) -> CorrelationSummary {
    CorrelationSummary {
        accounts: tally.total(),
        matched: tally.matched(),
        by_tier: tally.by_tier().map(|(tier, count)| (tier.as_str().to_owned(), count)).collect(),
        unmatched: tally.unmatched(),
        ambiguous: tally.ambiguous(),
        conflict: tally.conflict(),
        declared: tally.declared(),
    }
}

pub(super) fn rule_summary(rule: &crate::rule::Rule, cells: &[Cell]) -> RuleSummary {
    let mine = || cells.iter().filter(|cell| cell.rule == *rule.id());
    RuleSummary {
        id: rule.id().to_string(),
        title: rule.title().to_owned(),
        why: rule.why().to_owned(),
        remediation: rule.remediation().to_owned(),
        severity: rule.severity(),
        controls: rule.controls().iter().map(ToString::to_string).collect(),
        params: rule.params().iter().map(|(name, value)| (name.clone(), json!(value))).collect(),
        subjects: mine().map(|cell| cell.evaluated + cell.not_evaluable).sum(),
        violations: mine().map(|cell| cell.violations).sum(),
        not_evaluable: mine().map(|cell| cell.not_evaluable).sum(),
        disabled: !rule.is_enabled(),
        logic_sha256: rule.logic_sha256(),
        guardrails: rule.guardrails().iter().map(|rail| guardrail(rail, rule)).collect(),
        changes: rule.changes().to_vec(),
    }
}

fn guardrail(rail: &crate::rule::Guardrail, rule: &crate::rule::Rule) -> Guardrail {
    Guardrail {
        control: rail.control.to_string(),
        param: rail.param.clone(),
        min: rail.min,
        max: rail.max,
        met: rail.is_met(rule.params()),
    }
}

/// The matrix is about sources; what belongs to none is counted with its rule.
fn evaluability(cell: &Cell) -> Option<Evaluability> {
    let source = cell.source.as_ref()?;
    Some(Evaluability {
        rule: cell.rule.to_string(),
        source: source.to_string(),
        evaluated: cell.evaluated,
        violations: cell.violations,
        not_evaluable: cell.not_evaluable,
        because_of_roster: cell.because_of_roster,
        missing: cell.missing.iter().cloned().collect(),
    })
}
