//! `report.json`, schema 2: the report as it is, indented, each account and each finding on a line of its own, with a newline
//! at its end. What the other formats leave out is here.

use std::io::Write;

use super::RenderError;
use crate::finding::Lines;
use crate::report::Report;

pub(super) fn render(report: &Report, out: &mut dyn Write) -> Result<(), RenderError> {
    let frame = serde_json::to_string_pretty(&report.frame())?;
    let lists = [("accounts", Lines::Accounts(&report.findings)), ("findings", Lines::Findings(&report.findings))];
    let mut rest = frame.as_str();
    for (name, lines) in lists {
        // No text in JSON holds a line break, so this place is there once.
        let place = format!("\n  \"{name}\": [");
        let Some((before, after)) = rest.split_once(&place) else { continue };
        rest = after;
        out.write_all(before.as_bytes())?;
        out.write_all(place.as_bytes())?;
        if !lines.is_empty() {
            out.write_all(b"\n    ")?;
            lines.write(out, b",\n    ")?;
            out.write_all(b"\n  ")?;
        }
    }
    out.write_all(rest.as_bytes())?;
    out.write_all(b"\n")?;
    Ok(())
}
