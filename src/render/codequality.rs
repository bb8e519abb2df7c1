//! GitLab's Code Quality: six fields for each finding, and a place in the configuration or the HR file. GitLab has
//! no word for an excepted finding, so those are information, and say what they are.

use std::io::Write;

use serde::Serialize;

use super::escape::{clip, terminal};
use super::subject::{exception, sentence};
use super::{RenderError, RenderOptions};
use crate::model::Severity;
use crate::report::{Finding, Report};

/// The widget shows one line.
const DESCRIPTION: usize = 500;

#[derive(Serialize)]
struct Issue<'r> {
    description: String,
    check_name: &'r str,
    fingerprint: &'r str,
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
    let issues: Vec<Issue<'_>> = report
        .findings
        .iter()
        .map(|finding| {
            let place = places.of(finding);
            Issue {
                description: terminal(&clip(&sentence(finding), DESCRIPTION)),
                check_name: &finding.rule,
                fingerprint: &finding.fingerprint,
                severity: severity(finding),
                location: Location { path: place.path, lines: Lines { begin: place.line } },
            }
        })
        .collect();
    serde_json::to_writer_pretty(&mut *out, &issues)?;
    out.write_all(b"\n")?;
    Ok(())
}

fn severity(finding: &Finding) -> &'static str {
    if exception(finding).is_some() {
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
