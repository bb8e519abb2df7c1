//! Findings for data tools: one a line, whole. What `report.json` says once for an account or a rule stands in each line here,
//! and every line has every member, so that a reader that guesses from the first lines guesses right.

use std::collections::BTreeMap;
use std::io::{self, Write};

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::RawValue;

use super::RenderError;
use crate::finding::write_each;
use crate::history::State;
use crate::model::{Disposition, Severity};
use crate::report::{FindingRecord, Report, RuleSummary};

/// A rule's judgement about a subject. What there isn't is null.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Finding")]
pub struct ListedFinding<'f> {
    /// Stable across runs, versions, message and severity changes.
    fingerprint: &'f str,
    /// The rule.
    rule: &'f str,
    /// What the rule finds, in a few words.
    title: Option<&'f str>,
    /// After overrides.
    severity: Severity,
    /// Whether it still asks for action.
    disposition: Disposition,
    /// Whether it is among those that fail the gate.
    fails_gate: bool,
    /// How many findings it stands for: more than one only where the report just counts.
    count: u64,
    /// account, group, employee, source, roster or exception.
    subject: &'f str,
    /// Its source, if it has one.
    source: Option<&'f str>,
    /// Of an account: its identifier.
    account_id: Option<&'f str>,
    /// Of a group: its accounts' identifiers.
    #[schemars(with = "Option<Vec<String>>")]
    members: Option<&'f RawValue>,
    /// The person concerned, when it is known.
    employee_id: Option<&'f str>,
    /// Since an earlier report, where one is followed: new, reopened, unknown or persisting.
    state: Option<State>,
    /// The day of the first audit that found it.
    first_seen: Option<NaiveDate>,
    /// The beginning of the present spell: the same, unless it was resolved in between.
    since: Option<NaiveDate>,
    /// The last day on which it may still be there.
    due: Option<NaiveDate>,
    /// Whether that day is over.
    overdue: Option<bool>,
    /// The account's display name, else the person's.
    display_name: Option<&'f str>,
    /// The account's address, else the person's.
    email: Option<&'f str>,
    /// The account's login name.
    username: Option<&'f str>,
    /// The reason, as a sentence.
    message: &'f str,
    /// What to do.
    remediation: &'f str,
    /// `FRAMEWORK:ID`.
    controls: &'f [String],
    /// The facts that decided it and those of its account, by the names that rules use: a JSON object as a text, because its
    /// members differ from rule to rule, and readers that guess columns refuse or lose what comes later.
    facts: String,
    /// How its account was correlated, and to whom an account without an owner probably belongs: a JSON object as a text.
    r#match: String,
}

/// What is the same for all findings of a rule.
#[derive(Clone, Copy)]
struct OfRule<'r> {
    title: &'r str,
    is_limited: bool,
}

impl<'r> OfRule<'r> {
    fn new(report: &Report, rule: &'r RuleSummary) -> (&'r str, Self) {
        (&rule.id, Self { title: &rule.title, is_limited: report.is_limited(&rule.id) })
    }
}

pub(super) fn render(report: &Report, out: &mut dyn Write) -> Result<(), RenderError> {
    let of_rule = |rule| OfRule::new(report, rule);
    let rules: BTreeMap<&str, OfRule<'_>> = report.rules.iter().map(of_rule).collect();
    let line = |finding: &FindingRecord<'_>, line: &mut Vec<u8>| {
        serde_json::to_writer(&mut *line, &listed(finding, rules.get(finding.rule).copied())?)?;
        line.push(b'\n');
        Ok(())
    };
    write_each(report.findings.heads(), line, out, b"").map_err(RenderError::Findings)
}

fn listed<'f>(finding: &FindingRecord<'f>, of_rule: Option<OfRule<'f>>) -> io::Result<ListedFinding<'f>> {
    let (about, history) = (finding.subject, finding.history);
    let is_limited = of_rule.is_some_and(|rule| rule.is_limited);
    let near_misses = finding.near_misses.map(|near_misses| format!("{{\"near_misses\":{near_misses}}}"));
    Ok(ListedFinding {
        fingerprint: finding.fingerprint,
        rule: finding.rule,
        title: of_rule.map(|rule| rule.title),
        severity: finding.severity,
        disposition: finding.disposition,
        fails_gate: is_limited && finding.disposition == Disposition::Open,
        count: finding.stands_for(),
        subject: about.kind,
        source: about.source,
        account_id: about.account_id,
        members: about.members.map(serde_json::from_str).transpose()?,
        employee_id: about.employee_id,
        state: history.map(|history| history.state),
        first_seen: history.map(|history| history.first_seen),
        since: history.map(|history| history.since),
        due: history.and_then(|history| history.due),
        overdue: history.map(|history| history.is_overdue()),
        display_name: about.display_name,
        email: about.email,
        username: about.username,
        message: finding.message,
        remediation: finding.remediation,
        controls: finding.controls,
        facts: object([about.facts, finding.reasons]),
        r#match: object([about.matched, near_misses.as_deref().unwrap_or("{}")]),
    })
}

/// One JSON object of two that have no name in common.
fn object(parts: [&str; 2]) -> String {
    let members: Vec<&str> = parts.into_iter().map(inside).filter(|members| !members.is_empty()).collect();
    format!("{{{}}}", members.join(","))
}

fn inside(object: &str) -> &str {
    let object = object.trim();
    object.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).map_or("", str::trim)
}
