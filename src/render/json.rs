//! `report.json`: the report as it is, indented, each finding on a line of its own, with a newline at its end. What the
//! other formats leave out is here.

use std::io::Write;

use super::RenderError;
use crate::report::Report;

/// The place of the findings in a report without any. No text in JSON holds a line break, so it is there once.
const NONE: &str = "\n  \"findings\": []";

pub(super) fn render(report: &Report, out: &mut dyn Write) -> Result<(), RenderError> {
    let frame = serde_json::to_string_pretty(&report.without_findings())?;
    let (before, after) = frame.split_once(NONE).unwrap_or((&frame, ""));
    out.write_all(before.as_bytes())?;
    out.write_all(b"\n  \"findings\": [")?;
    if !report.findings.is_empty() {
        out.write_all(b"\n    ")?;
        report.findings.write_lines(out, b",\n    ")?;
        out.write_all(b"\n  ")?;
    }
    out.write_all(b"]")?;
    out.write_all(after.as_bytes())?;
    out.write_all(b"\n")?;
    Ok(())
}
