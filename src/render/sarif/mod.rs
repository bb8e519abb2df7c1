//! SARIF 2.1.0, for code scanning: a place on each result, stable fingerprints, and what could not be seen as a
//! notification of the run. At most 25,000 results, because GitHub refuses a file with more.

mod log;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write;

use chrono::SecondsFormat;

use super::escape::{clip, markdown, sarif, terminal};
use super::fit::worst;
use super::lazy::OfEach;
use super::place::{Place, Places};
use super::subject::{scope, sentence, subject, unjudged, unproven, verdict};
use super::{RenderError, RenderOptions};
use crate::model::{Disposition, Severity, SourceStatus, Timestamp};
use crate::report::{FindingRecord, Report, RuleSummary};
use log::{
    ArtifactLocation, AutomationDetails, Configuration, Descriptor, Driver, Fingerprints, Invocation, Location, Log,
    LogicalLocation, Notification, Outcome, PhysicalLocation, Reference, Region, ResultProperties, RuleProperties, Run,
    Suppression, Text, Tool,
};

const RESULTS: usize = 25_000;
/// GitHub refuses longer descriptions of a rule.
const DESCRIPTION: usize = 1_000;
/// The kinds of notification, in the order of their descriptors.
const INCOMPLETE: Reference = Reference { id: "incomplete-data", index: 0 };
const CUT: Reference = Reference { id: "results-left-out", index: 1 };
const UNJUDGED: Reference = Reference { id: "not-judged", index: 2 };
const SCOPE: Reference = Reference { id: "scope", index: 3 };

pub(super) fn render(report: &Report, options: &RenderOptions<'_>, out: &mut dyn Write) -> Result<(), RenderError> {
    let places = options.places();
    let kept = worst(report.findings.heads(), RESULTS);
    let indexes: BTreeMap<&str, usize> =
        report.rules.iter().enumerate().map(|(at, rule)| (rule.id.as_str(), at)).collect();
    let make = |finding: &FindingRecord<'_>| outcome(report, finding, &indexes, &places);
    let results = OfEach { heads: kept.heads.iter().copied(), make, depth: 4 };
    let log = Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool { driver: driver(report) },
            invocations: [invocation(report, kept.left_out, &places)],
            automation_details: AutomationDetails { id: "headcount/".to_owned() },
            column_kind: "unicodeCodePoints",
            results,
        }],
    };
    serde_json::to_writer_pretty(&mut *out, &log)?;
    out.write_all(b"\n")?;
    Ok(())
}

fn plain(text: impl Into<String>) -> Text {
    Text { text: text.into(), markdown: None }
}

fn driver(report: &Report) -> Driver {
    let notification = |kind: &Reference, text: &str| Descriptor {
        id: kind.id.to_owned(),
        name: name(kind.id),
        short_description: plain(text),
        full_description: plain(text),
        help: plain("The full report tells more."),
        default_configuration: Configuration { enabled: true, level: "warning" },
        properties: None,
    };
    Driver {
        name: "headcount",
        full_name: format!("headcount {}", terminal(&report.run.tool_version)),
        semantic_version: terminal(&report.run.tool_version),
        information_uri: env!("CARGO_PKG_REPOSITORY"),
        rules: report.rules.iter().map(|rule| descriptor(report, rule)).collect(),
        notifications: vec![
            notification(&INCOMPLETE, "A source whose accounts were not all seen."),
            notification(&CUT, "There are more findings than this file may hold."),
            notification(&UNJUDGED, "What the gate rests on and could not be judged."),
            notification(&SCOPE, "What the verdict of this run doesn't cover."),
        ],
    }
}

fn descriptor(report: &Report, rule: &RuleSummary) -> Descriptor {
    // A rule that has found nothing gives no advice.
    let advice = report.findings.heads().find(|head| head.rule() == rule.id).map(|_| rule.remediation.as_str());
    let advice = advice.unwrap_or_default();
    let more = format!("`headcount rules show {}` explains the rule.", rule.id);
    let help: Vec<String> = [rule.why.as_str(), advice, &more].into_iter().map(terminal).collect();
    let help: Vec<&str> = help.iter().map(|text| text.trim()).filter(|text| !text.is_empty()).collect();
    let why = Some(terminal(&rule.why)).filter(|why| !why.trim().is_empty());
    let title = Some(terminal(&rule.title)).filter(|title| !title.trim().is_empty()).unwrap_or_else(|| rule.id.clone());
    Descriptor {
        id: rule.id.clone(),
        name: name(&rule.id),
        short_description: plain(clip(&title, DESCRIPTION)),
        full_description: plain(clip(&why.unwrap_or(title), DESCRIPTION)),
        help: Text {
            markdown: Some(help.iter().map(|text| markdown(text)).collect::<Vec<_>>().join("\n\n")),
            text: help.join(" "),
        },
        default_configuration: Configuration { enabled: !rule.disabled, level: level(rule.severity) },
        properties: Some(RuleProperties {
            tags: std::iter::once("security".to_owned())
                .chain(rule.controls.iter().take(9).map(|tag| terminal(tag)))
                .collect(),
            security_severity: score(rule.severity),
            problem_severity: match level(rule.severity) {
                "note" => "recommendation",
                level => level,
            },
        }),
    }
}

/// `leaver-active` as `LeaverActive`; of one word there is no other name.
fn name(id: &str) -> Option<String> {
    let upper = |word: &str| word.chars().next().map(|c| c.to_ascii_uppercase());
    let pascal = id.split('-').flat_map(|word| upper(word).into_iter().chain(word.chars().skip(1))).collect::<String>();
    Some(pascal).filter(|name| !name.eq_ignore_ascii_case(id))
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// In the middle of the band that GitHub gives this name.
const fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
        Severity::Info => "0.1",
    }
}

fn invocation(report: &Report, left_out: Option<String>, places: &Places) -> Invocation {
    let time = |time: Timestamp| time.to_rfc3339_opts(SecondsFormat::Millis, true);
    let notify = |descriptor, level, text: String, place: &Place| Notification {
        descriptor,
        level,
        message: plain(sarif(&clip(&text, DESCRIPTION))),
        locations: vec![location(place, None)],
    };
    let unseen = unproven(report).map(|(source, text)| {
        notify(
            INCOMPLETE,
            "error",
            format!("{text}. Its accounts were not all seen, and none of them is cleared."),
            &places.source(&source.name),
        )
    });
    let cut = left_out.map(|text| notify(CUT, "warning", text, places.config()));
    let unjudged = unjudged(report).map(|text| notify(UNJUDGED, "error", text, places.config()));
    let scope = scope(report).map(|text| notify(SCOPE, "note", text.to_owned(), places.config()));
    Invocation {
        execution_successful: report.sources.iter().all(|source| source.status == SourceStatus::Complete),
        exit_code: report.verdict.exit_code,
        exit_code_description: terminal(&clip(&verdict(report), DESCRIPTION)),
        start_time_utc: time(report.run.started_at),
        end_time_utc: time(report.run.finished_at),
        tool_execution_notifications: unseen.chain(cut).chain(unjudged).chain(scope).collect(),
    }
}

fn outcome(report: &Report, finding: &FindingRecord<'_>, indexes: &BTreeMap<&str, usize>, places: &Places) -> Outcome {
    Outcome {
        rule_id: finding.rule.to_owned(),
        rule_index: indexes.get(finding.rule).copied(),
        level: level(finding.severity),
        message: plain(sarif(&clip(&sentence(finding), DESCRIPTION))),
        locations: [location(&places.of(finding), Some(finding))],
        partial_fingerprints: Fingerprints {
            primary: finding.fingerprint.to_owned(),
            own: finding.fingerprint.to_owned(),
        },
        baseline_state: finding.history.filter(|_| report.tells_changes()).map(|history| {
            // What is resolved isn't among the results: code scanning would open it again.
            if history.state.is_new() { "new" } else { "unchanged" }
        }),
        suppressions: suppression(finding).into_iter().collect(),
        properties: ResultProperties {
            severity: finding.severity.as_str(),
            disposition: finding.disposition.as_str(),
            fails_gate: report.fails_gate(finding.disposition, finding.rule),
        },
    }
}

fn suppression(finding: &FindingRecord<'_>) -> Option<Suppression> {
    let justification = match finding.disposition {
        Disposition::Open => return None,
        Disposition::Waived => "A dated, approved waiver covers it.",
        Disposition::Baselined => "It was there when the gate was switched on.",
    };
    Some(Suppression { kind: "external", status: "accepted", justification: justification.to_owned() })
}

fn location(place: &Place, finding: Option<&FindingRecord<'_>>) -> Location {
    let logical = finding.map(|finding| LogicalLocation {
        fully_qualified_name: terminal(&clip(&subject(finding), DESCRIPTION)),
        kind: "resource",
    });
    Location {
        physical_location: PhysicalLocation {
            artifact_location: ArtifactLocation { uri: uri(&place.path) },
            region: Region { start_line: place.line, start_column: 1, end_line: place.line, end_column: 2 },
        },
        logical_locations: logical.into_iter().collect(),
    }
}

/// A relative path as a URI reference.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            // Writing to a String can't fail.
            _ => drop(write!(out, "%{byte:02X}")),
        }
    }
    out
}
