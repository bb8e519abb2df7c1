//! A finding in a few plain words, for the formats that show one line of it: what it is about, and whether it is
//! excepted. Escaping is left to the format.

use crate::model::Disposition;
use crate::model::SourceStatus;
use crate::report::{FindingRecord, Gate, Reason, Report, SourceSummary};

/// What tells the subject from others: `voiso/88213`, `E-1042`, `voiso`.
pub(super) fn subject(finding: &FindingRecord<'_>) -> String {
    let subject = &finding.subject;
    let own = match subject.kind {
        "account" => subject.account_id,
        "group" | "employee" | "roster" => subject.employee_id,
        _ => None,
    };
    match (subject.source, own) {
        (Some(source), Some(own)) => format!("{source}/{own}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => subject.kind.to_owned(),
    }
}

/// The word for an exception that covers a finding.
pub(super) const fn exception(disposition: Disposition) -> Option<&'static str> {
    match disposition {
        Disposition::Open => None,
        Disposition::Waived => Some("waived"),
        Disposition::Baselined => Some("baselined"),
    }
}

/// The finding as a sentence, with its subject before it.
pub(super) fn sentence(finding: &FindingRecord<'_>) -> String {
    let exception = exception(finding.disposition).map(|word| format!(" ({word})")).unwrap_or_default();
    format!("{}{exception}: {}", subject(finding), finding.message)
}

/// A reason with the ways out of it.
pub(super) fn reason(reason: &Reason) -> String {
    let remedy = reason.remedy.as_ref().map(|remedy| format!(". To do: {remedy}")).unwrap_or_default();
    format!("{}{remedy}", reason.text)
}

/// What could not be judged and has to be, a sentence each.
pub(super) fn unjudged(report: &Report) -> impl Iterator<Item = String> {
    report.verdict.reasons.iter().filter(|reason| reason.leaves_unjudged()).map(reason)
}

/// What the verdict doesn't cover, a sentence each.
pub(super) fn scope(report: &Report) -> impl Iterator<Item = &str> {
    report.verdict.scope().map(|reason| reason.text.as_str())
}

/// The verdict as a sentence, with what would turn it green.
pub(super) fn verdict(report: &Report) -> String {
    let reasons: Vec<&str> = report.verdict.deciding().map(|reason| reason.text.as_str()).collect();
    let decided = match report.verdict.gate {
        Gate::Pass => return "The gate passed.".to_owned(),
        Gate::Fail => "The gate failed",
        Gate::Unverified => "Could not verify",
    };
    let remedy = report.verdict.remedy.as_ref().map(|remedy| format!(" {remedy}.")).unwrap_or_default();
    format!("{decided}: {}.{remedy}", reasons.join("; "))
}

/// The sources of which not all accounts were seen, each with a sentence.
pub(super) fn unproven(report: &Report) -> impl Iterator<Item = (&SourceSummary, String)> {
    let partial = report.sources.iter().filter(|source| source.status != SourceStatus::Complete);
    partial.map(|source| (source, format!("{} {}", source.name, source.status.with_reason(source.error.as_deref()))))
}
