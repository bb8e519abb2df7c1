//! `report.json`: the report as it is, indented, with a newline at its end. What the other formats leave out is here.

use std::io::Write;

use super::RenderError;
use crate::report::Report;

pub(super) fn render(report: &Report, out: &mut dyn Write) -> Result<(), RenderError> {
    serde_json::to_writer_pretty(&mut *out, report)?;
    out.write_all(b"\n")?;
    Ok(())
}
