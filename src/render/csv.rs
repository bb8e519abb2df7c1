//! The findings as a table, one a row, for whoever counts, sorts and filters. No cell is a formula.

use std::io::Write;

use super::escape::cell;
use super::{RenderError, subject};
use crate::report::{Finding, Report};

const HEADINGS: [&str; 17] = [
    "fingerprint",
    "rule",
    "severity",
    "disposition",
    "fails_gate",
    "count",
    "subject",
    "source",
    "account_id",
    "members",
    "employee_id",
    "display_name",
    "email",
    "username",
    "message",
    "remediation",
    "controls",
];

pub(super) fn render(report: &Report, out: &mut dyn Write) -> Result<(), RenderError> {
    let mut table = csv::WriterBuilder::new()
        .quote_style(csv::QuoteStyle::Always)
        .terminator(csv::Terminator::CRLF)
        .from_writer(out);
    table.write_record(HEADINGS).map_err(broken)?;
    for finding in report.findings.iter() {
        let finding = finding.map_err(RenderError::Findings)?;
        table.write_record(row(report, &finding).map(|text| cell(&text))).map_err(broken)?;
    }
    table.flush()?;
    Ok(())
}

fn row(report: &Report, finding: &Finding) -> [String; HEADINGS.len()] {
    let maybe = |text: &Option<String>| text.clone().unwrap_or_default();
    let about = &finding.subject;
    [
        finding.fingerprint.clone(),
        finding.rule.clone(),
        finding.severity.to_string(),
        finding.disposition.as_str().to_owned(),
        if report.fails_gate(finding) { "yes" } else { "no" }.to_owned(),
        finding.stands_for().to_string(),
        subject::subject(finding),
        maybe(&about.source),
        maybe(&about.account_id),
        about.members.iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" "),
        maybe(&about.employee_id),
        maybe(&finding.display_name),
        maybe(&finding.email),
        maybe(&finding.username),
        finding.message.clone(),
        finding.remediation.clone(),
        finding.controls.join(" "),
    ]
}

fn broken(error: csv::Error) -> RenderError {
    RenderError::Write(error.into())
}
