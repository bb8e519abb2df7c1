//! JUnit XML, for every CI system: a suite for each rule, a case for each finding. What fails the gate is a failure,
//! what an exception covers is skipped, what is open within the limits passes, and what could not be verified is an
//! error. GitLab takes 30 MB.

mod xml;

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::RenderError;
use super::escape::clip;
use super::fit::worst;
use super::subject::{exception, reason as words, scope, sentence, subject, verdict};
use crate::base::temp_store::Window;
use crate::finding::{FindingRef, in_pieces};
use crate::report::{FindingRecord, ReasonKind, Report, RuleSummary};
use xml::{Case, Document, Outcome};

const BYTES: usize = 29_000_000;
/// More than this can't fit, however short they are.
const CASES: usize = 100_000;
const TEXT: usize = 2_000;
const NAME: usize = 200;

/// Cases under one name: those of findings are made when they are written.
struct Suite<'r> {
    name: &'r str,
    properties: Vec<(&'static str, String)>,
    cases: Vec<Case<'r>>,
    findings: Vec<FindingRef<'r>>,
}

pub(super) fn render(report: &Report, out: &mut dyn Write) -> Result<(), RenderError> {
    let mut limit = report.findings.len().min(CASES);
    let suites = loop {
        let suites = suites(report, limit);
        let mut size = Size(0);
        write(report, &suites, &mut size)?;
        if size.0 <= BYTES || limit == 0 {
            break suites;
        }
        // In proportion to what was too much, and a little less, so that the next attempt fits.
        limit = limit.saturating_mul(BYTES) / size.0 * 19 / 20;
    };
    write(report, &suites, out)
}

/// Keeps nothing of what is written but how much it is.
struct Size(usize);

impl Write for Size {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write(report: &Report, suites: &[Suite<'_>], out: &mut dyn Write) -> Result<(), RenderError> {
    let all = suites.iter().flat_map(|suite| suite.outcomes(report)).collect();
    let mut document = Document::start(out, "headcount", &all)?;
    for suite in suites {
        document.start_suite(&suite_name(report, suite.name), &suite.outcomes(report).collect(), &suite.properties)?;
        for case in &suite.cases {
            document.case(case)?;
        }
        let limited = report.is_limited(suite.name);
        let cases = |piece: &[FindingRef<'_>]| {
            let mut window = Window::default();
            xml::cases(|cases| {
                piece.iter().try_for_each(|head| cases.case(&case(&head.load(&mut window)?, outcome(limited, *head))))
            })
        };
        in_pieces(suite.findings.iter().copied(), cases, |cases| document.add(&cases))?;
        document.end_suite()?;
    }
    Ok(document.end()?)
}

/// What the suite is called: by the rule, and by whose audit it is, because CI systems put together what is called alike.
fn suite_name(report: &Report, rule: &str) -> String {
    match report.run.organisation.trim() {
        "" => rule.to_owned(),
        tenant => format!("{}: {rule}", clip(tenant, NAME)),
    }
}

/// The verdict and every enabled rule, with at most this many findings.
fn suites(report: &Report, limit: usize) -> Vec<Suite<'_>> {
    let kept = worst(report.findings.heads(), limit);
    let mut by_rule: BTreeMap<&str, Vec<FindingRef<'_>>> =
        report.rules.iter().filter(|rule| !rule.disabled).map(|rule| (rule.id.as_str(), Vec::new())).collect();
    for head in kept.heads {
        by_rule.entry(head.rule()).or_default().push(head);
    }
    let rules = by_rule.into_iter().map(|(rule, findings)| {
        let summary = || report.rules.iter().find(|summary| summary.id == rule);
        let cases = if findings.is_empty() { vec![quiet(rule, summary())] } else { Vec::new() };
        Suite { name: rule, properties: Vec::new(), cases, findings }
    });
    std::iter::once(gate(report, kept.left_out)).chain(rules).collect()
}

impl Suite<'_> {
    fn outcomes(&self, report: &Report) -> impl Iterator<Item = Outcome> {
        let limited = report.is_limited(self.name);
        let findings = self.findings.iter().map(move |head| outcome(limited, *head));
        self.cases.iter().map(|case| case.outcome).chain(findings)
    }
}

/// The verdict itself: what no single finding stands for.
fn gate(report: &Report, left_out: Option<String>) -> Suite<'_> {
    let case = |name: String, outcome, message| Case { class: "gate", name, outcome, message, output: None };
    let decided = case("verdict".to_owned(), Outcome::Passed, String::new());
    let said = std::iter::once(verdict(report)).chain(scope(report).map(|text| format!("Scope: {text}.")));
    let said = said.collect::<Vec<_>>().join(" ");
    let mut cases = vec![Case { output: Some(clip(&said, TEXT)), ..decided }];
    cases.extend(left_out.map(|words| case("left out".to_owned(), Outcome::Skipped, words)));
    for (at, reason) in report.verdict.deciding().enumerate() {
        let outcome = match reason.kind {
            ReasonKind::Finding | ReasonKind::Policy => {
                if report.findings.heads().any(|head| reason.counts(head.rule())) {
                    continue;
                }
                Outcome::Failure("unverified")
            }
            _ => Outcome::Error("unverified"),
        };
        let about = [reason.source.as_deref(), reason.rule.as_deref()];
        let about: Vec<String> = about.into_iter().flatten().map(|name| clip(name, NAME)).collect();
        let name = format!("{} {}", at + 1, about.join(" "));
        cases.push(case(name.trim_end().to_owned(), outcome, clip(&words(reason), TEXT)));
    }
    let decided =
        [("gate", report.verdict.gate.as_str().to_owned()), ("exit_code", report.verdict.exit_code.to_string())];
    let properties = decided.into_iter().chain(scope(report).map(|text| ("scope", clip(text, TEXT)))).collect();
    Suite { name: "gate", properties, cases, findings: Vec::new() }
}

/// A rule without a finding: it passed, or nothing could be judged.
fn quiet<'r>(rule: &'r str, summary: Option<&RuleSummary>) -> Case<'r> {
    let blind = summary.is_some_and(|rule| rule.subjects > 0 && rule.not_evaluable >= rule.subjects);
    let hidden = summary.is_some_and(|rule| rule.violations > 0);
    let (outcome, message) = match (blind, hidden) {
        (true, _) => (Outcome::Skipped, "not evaluable: no source tells what the rule asks"),
        (false, true) => (Outcome::Skipped, "left out"),
        (false, false) => (Outcome::Passed, ""),
    };
    Case { class: rule, name: "no finding".to_owned(), outcome, message: message.to_owned(), output: None }
}

/// How a finding of a rule stands, of which a limit that failed counts the findings or doesn't.
fn outcome(limited: bool, head: FindingRef<'_>) -> Outcome {
    if !head.is_open() {
        Outcome::Skipped
    } else if limited {
        Outcome::Failure(head.severity().as_str())
    } else {
        Outcome::Passed
    }
}

fn case<'f>(finding: &FindingRecord<'f>, outcome: Outcome) -> Case<'f> {
    let name = format!("{} [{}]", clip(&subject(finding), NAME), finding.fingerprint);
    let text = clip(&format!("{} {}", sentence(finding), finding.remediation), TEXT);
    let (message, output) = match (outcome, exception(finding.disposition)) {
        (Outcome::Failure(_) | Outcome::Error(_), _) => (text, None),
        (_, Some(word)) => (format!("{word}: {text}"), Some(text)),
        (_, None) => (String::new(), Some(text)),
    };
    Case { class: finding.rule, name, outcome, message, output }
}
