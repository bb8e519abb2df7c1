//! The verdicts of several policies side by side: the configuration's in the first column.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::controls::met;
use super::tally::Tally;
use super::text::{NAME, SENTENCE, at_least, is_whole, value};
use crate::base::text::grouped;
use crate::render::escape::{anchor, clip};
use crate::render::{RenderError, subject};
use crate::report::{ControlLimits, Finding, Gate, GateVerdict, Policy, Report, RuleSummary, control_limits};

/// The most findings of a policy that are shown.
const FINDINGS: usize = 50;

/// What differs between the policies; nothing without further ones.
#[derive(Debug, Serialize)]
pub(super) struct Comparison {
    columns: Vec<Column>,
    rules: Vec<Row>,
    controls: Vec<Row>,
}

/// One policy.
#[derive(Debug, Serialize)]
struct Column {
    id: String,
    title: String,
    gate: &'static str,
    class: &'static str,
    open: String,
    reasons: Vec<String>,
    remedy: String,
    /// What it doesn't cover, besides what none of them does.
    scope: Vec<String>,
    /// Findings that the configuration's rules don't have.
    findings: Vec<Extra>,
    left_out: String,
}

#[derive(Debug, Serialize)]
struct Extra {
    rule: String,
    subject: String,
    message: String,
}

#[derive(Debug, Serialize)]
struct Row {
    name: String,
    anchor: String,
    cells: Vec<Cell>,
}

#[derive(Debug, Serialize)]
struct Cell {
    class: &'static str,
    text: String,
    more: Vec<String>,
}

impl Comparison {
    pub(super) fn new(report: &Report, tally: &Tally<'_>) -> Result<Option<Self>, RenderError> {
        if report.policies.is_empty() {
            return Ok(None);
        }
        let mut columns = vec![configured(report, tally)];
        for policy in &report.policies {
            columns.push(further(policy, &report.verdict, is_whole(report))?);
        }
        Ok(Some(Self { columns, rules: rules(report, tally), controls: controls(report) }))
    }
}

fn configured(report: &Report, tally: &Tally<'_>) -> Column {
    let verdict = GateVerdict {
        gate: report.verdict.own_gate(),
        reasons: report.verdict.own_reasons().cloned().collect(),
        ..report.verdict.clone()
    };
    let open = report.rules.iter().map(|rule| tally.open(&rule.id)).sum();
    column("configuration", &report.run.title, &verdict, at_least(open, is_whole(report)))
}

fn further(policy: &Policy, configured: &GateVerdict, whole: bool) -> Result<Column, RenderError> {
    let open = at_least(policy.open.values().sum(), whole);
    let scope = policy.verdict.scope_beyond(configured);
    let left_out = policy.findings.len().saturating_sub(FINDINGS) as u64;
    let findings = policy.findings.iter().take(FINDINGS).map(|finding| finding.map(|finding| extra(&finding)));
    Ok(Column {
        scope: scope.map(|reason| clip(&reason.text, SENTENCE)).collect(),
        findings: findings.collect::<std::io::Result<_>>().map_err(RenderError::Findings)?,
        left_out: if left_out == 0 { String::new() } else { grouped(left_out) },
        ..column(&policy.id, &policy.title, &policy.verdict, open)
    })
}

fn column(id: &str, title: &str, verdict: &GateVerdict, open: String) -> Column {
    let (gate, class) = match verdict.gate {
        Gate::Pass => ("passes", "zero"),
        Gate::Fail => ("fails", "some"),
        Gate::Unverified => ("could not verify", "blind"),
    };
    Column {
        id: clip(id, NAME),
        title: clip(title, NAME),
        gate,
        class,
        open,
        reasons: verdict.deciding().map(|reason| clip(&subject::reason(reason), SENTENCE)).collect(),
        remedy: verdict.remedy.as_deref().map(|text| clip(text, SENTENCE)).unwrap_or_default(),
        scope: Vec::new(),
        findings: Vec::new(),
        left_out: String::new(),
    }
}

fn extra(finding: &Finding) -> Extra {
    let subject = &finding.subject;
    let id = subject.account_id.as_ref().or(subject.employee_id.as_ref());
    let names: Vec<&str> = subject.source.iter().chain(id).map(String::as_str).collect();
    Extra {
        rule: clip(&finding.rule, NAME),
        subject: clip(&names.join(" / "), NAME),
        message: clip(&finding.message, SENTENCE),
    }
}

/// The rules that one of the policies treats in another way, or that come to another result.
fn rules(report: &Report, tally: &Tally<'_>) -> Vec<Row> {
    let differing: BTreeSet<&str> =
        report.policies.iter().flat_map(|policy| &policy.rules).map(|rule| rule.id.as_str()).collect();
    let usual: BTreeMap<&str, &RuleSummary> = report.rules.iter().map(|rule| (rule.id.as_str(), rule)).collect();
    let whole = is_whole(report);
    let row = |id: &str| {
        let own = usual.get(id).copied();
        let mut cells = vec![cell(own, None, tally.open(id), whole)];
        cells.extend(report.policies.iter().map(|policy| {
            let there = policy.rules.iter().find(|rule| rule.id == id).or(own);
            cell(there, own, policy.open.get(id).copied().unwrap_or_default(), whole)
        }));
        Row { name: clip(id, NAME), anchor: anchor(id), cells }
    };
    differing.into_iter().map(row).collect()
}

/// A rule under one policy: open findings, and what is set in another way than by the configuration.
fn cell(rule: Option<&RuleSummary>, own: Option<&RuleSummary>, open: u64, whole: bool) -> Cell {
    let Some(rule) = rule else { return Cell { class: "none", text: "–".to_owned(), more: Vec::new() } };
    let other = |pick: &dyn Fn(&RuleSummary) -> bool| own.is_some_and(pick);
    let mut more = Vec::new();
    if other(&|own| own.severity != rule.severity) {
        more.push(rule.severity.to_string());
    }
    let numbers = rule
        .params
        .iter()
        .filter(|(name, param)| own.map_or(param.is_number(), |own| own.params.get(name.as_str()) != Some(param)));
    more.extend(numbers.map(|(name, param)| format!("{} {}", clip(name, NAME), value(param))));
    let (class, text) = match (rule.disabled, open) {
        (true, _) => ("none", "off".to_owned()),
        (false, 0) => ("zero", at_least(0, whole)),
        (false, _) => ("some", at_least(open, whole)),
    };
    Cell { class, text, more }
}

/// Whether the params meet the controls that demand something of them.
fn controls(report: &Report) -> Vec<Row> {
    let own = control_limits(&report.rules);
    let all = [&own].into_iter().chain(report.policies.iter().map(|policy| &policy.controls));
    let names: BTreeSet<&str> = all.clone().flatten().map(|limit| limit.control.as_str()).collect();
    let cell = |limits: &Vec<ControlLimits>, name: &str| {
        let limit = limits.iter().find(|limit| limit.control == name);
        let (text, class) = met(limit);
        let more = limit.into_iter().flat_map(|limit| &limit.unmet).map(|text| clip(text, SENTENCE)).collect();
        Cell { class, text: text.to_owned(), more }
    };
    let row = |name: &str| Row {
        name: clip(&name.replacen(':', " ", 1), NAME),
        anchor: String::new(),
        cells: all.clone().map(|limits| cell(limits, name)).collect(),
    };
    names.into_iter().map(row).collect()
}
