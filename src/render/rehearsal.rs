//! Tries templates on a made-up audit that has one of everything, and on one that has nothing: a misspelt name in a
//! template of the user's own is found before the first request, and not after the last.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use serde_json::Value;

use super::template::{Templates, check_folder};
use super::{Format, RenderError, RenderOptions, email, html, markdown, render};
use crate::base::diagnostic::Diagnostic;
use crate::gate::{Gate, GateVerdict};
use crate::report::{CorrelationSummary, Findings, Report};

/// An audit with one of everything that templates can show.
const SAMPLE: &str = include_str!("../../templates/sample.json");

/// Checks a folder of templates as a whole. Returns them as they were tried.
///
/// # Errors
/// Every mistake that could be found, with file, line and column.
pub fn check_templates(folder: &Path) -> Result<Templates, Vec<Diagnostic>> {
    check_folder(folder)?;
    let templates = Templates::new(Some(folder.to_owned()));
    let options = RenderOptions { templates: &templates, ..RenderOptions::default() };
    let mut told = BTreeSet::new();
    let mut mistakes = Vec::new();
    let full = sample().map_err(|error| vec![error.diagnostic(folder)])?;
    for report in [bare(full.clone()), full] {
        for format in [Format::Html, Format::Markdown] {
            let tried = render(format, &report, &options, &mut io::sink());
            let mistake = tried.err().map(|error| error.diagnostic(folder));
            mistakes.extend(mistake.filter(|mistake| told.insert(mistake.to_string())));
        }
        let mistake = email::rehearse(&report, folder).err().map(|error| error.diagnostic(folder));
        mistakes.extend(mistake.filter(|mistake| told.insert(mistake.to_string())));
    }
    if mistakes.is_empty() { Ok(templates) } else { Err(mistakes) }
}

/// What templates see of a sample audit, as (files, model). There may be several models of the same kind: what one
/// leaves empty, another fills.
///
/// # Errors
/// The sample can't be read, which a test rules out.
pub fn templates_model() -> Result<Vec<(&'static str, Vec<Value>)>, RenderError> {
    let report = sample()?;
    let [page, lines] = html::model(&report)?;
    Ok(vec![
        ("page/*.html.hbs", page),
        ("markdown/*.md.hbs", markdown::model(&report)?),
        ("page/line.html.hbs and markdown/line.md.hbs", lines),
        ("email.html.hbs and email.txt.hbs", email::model(&report)?),
        ("manager.html.hbs and manager.txt.hbs", email::manager_model(&report)?),
    ])
}

fn sample() -> Result<Report, RenderError> {
    Ok(serde_json::from_str(SAMPLE)?)
}

/// The same audit, had it found nothing.
fn bare(report: Report) -> Report {
    Report {
        verdict: GateVerdict { gate: Gate::Pass, exit_code: 0, reasons: Vec::new(), remedy: None },
        sources: Vec::new(),
        correlation: CorrelationSummary::default(),
        rules: Vec::new(),
        evaluability: Vec::new(),
        findings: Findings::default(),
        policies: Vec::new(),
        exceptions: Vec::new(),
        ..report
    }
}
