//! GitLab's Code Quality: six fields for each finding, and a place in the configuration or the HR file. GitLab has
//! no word for an excepted finding, so those are information, and say what they are.

use std::io::Write;

use serde::Serialize;

use super::escape::{clip, terminal};
use super::lazy::OfEach;
use super::place::Places;
use super::subject::{exception, sentence};
use super::{RenderError, RenderOptions};
use crate::model::Severity;
use crate::report::{FindingRecord, Report};

/// The widget shows one line.
const DESCRIPTION: usize = 500;

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u64,
}

pub(super) fn render(report: &Report, options: &RenderOptions<'_>, out: &mut dyn Write) -> Result<(), RenderError> {
    let places = options.places();
    let make = |finding: &FindingRecord<'_>| issue(finding, &places);
    let issues = OfEach { heads: report.findings.heads(), make, depth: 1 };
    serde_json::to_writer_pretty(&mut *out, &issues)?;
    out.write_all(b"\n")?;
    Ok(())
}

fn issue(finding: &FindingRecord<'_>, places: &Places) -> Issue {
    let place = places.of(finding);
    Issue {
        description: terminal(&clip(&sentence(finding), DESCRIPTION)),
        check_name: finding.rule.to_owned(),
        fingerprint: finding.fingerprint.to_owned(),
        severity: severity(finding),
        location: Location { path: place.path, lines: Lines { begin: place.line } },
    }
}

fn severity(finding: &FindingRecord<'_>) -> &'static str {
    if exception(finding.disposition).is_some() {
        return "info";
    }
    match finding.severity {
        Severity::Critical => "blocker",
        Severity::High => "critical",
        Severity::Medium => "major",
        Severity::Low => "minor",
        Severity::Info => "info",
    }
}
