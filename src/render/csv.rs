//! The findings as a table, one a row, for whoever counts, sorts and filters. No cell is a formula.

use std::collections::BTreeMap;
use std::io::Write;

use super::escape::{quoted_cell, quoted_cells};
use super::{MEMBERS, RenderError, subject};
use crate::base::text::first_few;
use crate::finding::{Advice, write_each};
use crate::model::Disposition;
use crate::report::{FindingRecord, Report};

const HEADINGS: [&str; 18] = [
    "fingerprint",
    "rule",
    "severity",
    "disposition",
    "fails_gate",
    "count",
    "subject",
    "source",
    "account_id",
    "group_size",
    "members",
    "employee_id",
    "display_name",
    "email",
    "username",
    "message",
    "remediation",
    "controls",
];

/// What of a row is the same for all findings of a rule.
#[derive(Default)]
struct OfRule {
    is_limited: bool,
    /// The cells of what to do and of the controls.
    advice: Vec<u8>,
}

pub(super) fn render(report: &Report, out: &mut dyn Write) -> Result<(), RenderError> {
    let of_rules: BTreeMap<&str, OfRule> =
        report.findings.rules().map(|(rule, advice)| (rule, OfRule::new(report, rule, advice))).collect();
    let nothing = OfRule::default();
    let mut headings = Vec::new();
    cells(HEADINGS, &mut headings);
    headings.extend(b"\r\n");
    out.write_all(&headings)?;
    let row = |finding: &FindingRecord<'_>, row: &mut Vec<u8>| {
        add_row(finding, of_rules.get(finding.rule).unwrap_or(&nothing), row);
        Ok(())
    };
    write_each(report.findings.heads(), row, out, b"").map_err(RenderError::Findings)?;
    Ok(())
}

impl OfRule {
    fn new(report: &Report, rule: &str, advice: &Advice) -> Self {
        let mut of_rule = Self { is_limited: report.is_limited(rule), advice: Vec::new() };
        cells([advice.remediation.as_str(), &advice.controls.join(" ")], &mut of_rule.advice);
        of_rule
    }
}

fn add_row(finding: &FindingRecord<'_>, of_rule: &OfRule, row: &mut Vec<u8>) {
    let about = &finding.subject;
    let fails = finding.disposition == Disposition::Open && of_rule.is_limited;
    let members = about.members();
    let size = if members.is_empty() { String::new() } else { members.len().to_string() };
    let what = [
        finding.fingerprint,
        finding.rule,
        finding.severity.as_str(),
        finding.disposition.as_str(),
        if fails { "yes" } else { "no" },
        &finding.stands_for().to_string(),
        &subject::subject(finding),
        about.source.unwrap_or_default(),
        about.account_id.unwrap_or_default(),
        &size,
    ];
    let who = [
        about.employee_id.unwrap_or_default(),
        about.display_name.unwrap_or_default(),
        about.email.unwrap_or_default(),
        about.username.unwrap_or_default(),
        finding.message,
    ];
    cells(what, row);
    row.push(b',');
    quoted_cells(first_few(members.into_iter(), MEMBERS), row);
    row.push(b',');
    cells(who, row);
    row.push(b',');
    row.extend_from_slice(&of_rule.advice);
    row.extend(b"\r\n");
}

/// Adds cells with commas between them.
pub(super) fn cells<'t>(texts: impl IntoIterator<Item = &'t str>, row: &mut Vec<u8>) {
    for (at, text) in texts.into_iter().enumerate() {
        if at > 0 {
            row.push(b',');
        }
        quoted_cell(text, row);
    }
}

/// A row of a table of our own, of which no cell is a formula.
pub fn csv_row<const N: usize>(texts: [&str; N]) -> Vec<u8> {
    let mut row = Vec::new();
    cells(texts, &mut row);
    row.extend(b"\r\n");
    row
}
