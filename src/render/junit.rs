//! JUnit XML, for every CI system: a suite for each rule, a case for each finding. What fails the gate is a failure,
//! what an exception covers is skipped, what is open within the limits passes, and what could not be verified is an
//! error. GitLab takes 30 MB.

use std::collections::BTreeMap;
use std::io::{self, Write};

use quick_junit::{NonSuccessKind, Property, Report as Document, TestCase, TestCaseStatus, TestSuite};

use super::RenderError;
use super::escape::{clip, terminal};
use super::fit::{Worst, worst};
use super::subject::{exception, sentence, subject, verdict};
use crate::report::{Finding, ReasonKind, Report, RuleSummary};

const BYTES: usize = 29_000_000;
/// More than this can't fit, however short they are.
const CASES: usize = 100_000;
const TEXT: usize = 2_000;
const NAME: usize = 200;

pub(super) fn render(report: &Report, out: &mut dyn Write) -> Result<(), RenderError> {
    let mut limit = report.findings.len().min(CASES);
    let xml = loop {
        let kept = worst(report.findings.heads(), limit)?;
        let document = document(report, &kept);
        let xml = document.to_string().map_err(io::Error::other)?;
        // The first is the one of the root, which Jenkins' schema doesn't know.
        let xml = xml.replacen(&format!(" skipped=\"{}\"", document.skipped), "", 1);
        if xml.len() <= BYTES || limit == 0 {
            break xml;
        }
        // In proportion to what was too much, and a little less, so that the next attempt fits.
        limit = limit.saturating_mul(BYTES) / xml.len() * 19 / 20;
    };
    out.write_all(xml.as_bytes())?;
    Ok(())
}

fn document(report: &Report, kept: &Worst) -> Document {
    let mut by_rule: BTreeMap<&str, Vec<&Finding>> =
        report.rules.iter().filter(|rule| !rule.disabled).map(|rule| (rule.id.as_str(), Vec::new())).collect();
    for finding in &kept.findings {
        by_rule.entry(&finding.rule).or_default().push(finding);
    }
    let mut document = Document::new("headcount");
    document.add_test_suite(gate(report, kept.left_out.as_deref()));
    for (rule, findings) in by_rule {
        let mut suite = TestSuite::new(terminal(rule));
        if findings.is_empty() {
            let summary = report.rules.iter().find(|summary| summary.id == rule);
            suite.add_test_case(quiet(rule, summary));
        }
        suite.add_test_cases(findings.into_iter().map(|finding| case(report, finding)));
        document.add_test_suite(suite);
    }
    document
}

/// The verdict itself: what no single finding stands for.
fn gate(report: &Report, left_out: Option<&str>) -> TestSuite {
    let mut suite = TestSuite::new("gate");
    suite.add_property(Property::new("gate", report.verdict.gate.as_str()));
    suite.add_property(Property::new("exit_code", report.verdict.exit_code.to_string()));
    let mut decided = TestCase::new("verdict", TestCaseStatus::success());
    decided.set_classname("gate").set_system_out(terminal(&clip(&verdict(report), TEXT)));
    suite.add_test_case(decided);
    if let Some(words) = left_out {
        let mut cut = TestCase::new("left out", TestCaseStatus::skipped());
        cut.status.set_message(words);
        cut.set_classname("gate");
        suite.add_test_case(cut);
    }
    for (at, reason) in report.verdict.reasons.iter().enumerate() {
        let kind = match reason.kind {
            ReasonKind::Source | ReasonKind::NotEvaluable | ReasonKind::PolicyUnverified => NonSuccessKind::Error,
            _ if report.findings.heads().any(|head| reason.counts(head.rule(), head.severity())) => continue,
            _ => NonSuccessKind::Failure,
        };
        let about = [reason.source.as_deref(), reason.rule.as_deref()];
        let about: Vec<String> = about.into_iter().flatten().map(|name| terminal(&clip(name, NAME))).collect();
        let name = format!("{} {}", at + 1, about.join(" "));
        suite.add_test_case(unsuccessful(kind, "gate", name.trim_end(), "unverified", &reason.text));
    }
    suite
}

/// A rule without a finding: it passed, or nothing could be judged.
fn quiet(rule: &str, summary: Option<&RuleSummary>) -> TestCase {
    let blind = summary.is_some_and(|rule| rule.subjects > 0 && rule.not_evaluable >= rule.subjects);
    let hidden = summary.is_some_and(|rule| rule.violations > 0);
    let mut status = TestCaseStatus::success();
    if blind || hidden {
        status = TestCaseStatus::skipped();
        status.set_message(if blind { "not evaluable: no source tells what the rule asks" } else { "left out" });
    }
    let mut case = TestCase::new("no finding", status);
    case.set_classname(terminal(rule));
    case
}

fn case(report: &Report, finding: &Finding) -> TestCase {
    let name = format!("{} [{}]", terminal(&clip(&subject(finding), NAME)), finding.fingerprint);
    let text = format!("{} {}", sentence(finding), finding.remediation);
    if report.fails_gate(finding) {
        return unsuccessful(NonSuccessKind::Failure, &finding.rule, &name, finding.severity.as_str(), &text);
    }
    let text = terminal(&clip(&text, TEXT));
    let mut status = TestCaseStatus::success();
    if let Some(word) = exception(finding.disposition) {
        status = TestCaseStatus::skipped();
        status.set_message(format!("{word}: {text}"));
    }
    let mut case = TestCase::new(name, status);
    case.set_classname(terminal(&finding.rule)).set_system_out(text);
    case
}

/// GitLab shows the text of a failure only, others its message: both say the same.
fn unsuccessful(kind: NonSuccessKind, class: &str, name: &str, what: &str, text: &str) -> TestCase {
    let text = terminal(&clip(text, TEXT));
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(what).set_message(text.as_str()).set_description(text);
    let mut case = TestCase::new(name, status);
    case.set_classname(terminal(class));
    case
}
