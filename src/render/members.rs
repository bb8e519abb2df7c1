//! The accounts of groups as a table, one a row: a finding about several accounts names only the first in one cell. Each row
//! finds its finding by fingerprint, and its account by source and identifier.

use std::io::Write;

use super::RenderError;
use super::csv::cells;
use crate::finding::{FindingRef, write_each};
use crate::report::{FindingRecord, Report};

pub(super) fn render(report: &Report, out: &mut dyn Write) -> Result<(), RenderError> {
    let mut headings = Vec::new();
    add_row(["fingerprint", "rule", "source", "account_id"], &mut headings);
    out.write_all(&headings)?;
    let rows = |finding: &FindingRecord<'_>, rows: &mut Vec<u8>| {
        let source = finding.subject.source.unwrap_or_default();
        for member in finding.subject.members() {
            add_row([finding.fingerprint, finding.rule, source, &member], rows);
        }
        Ok(())
    };
    write_each(report.findings.heads().filter(FindingRef::is_about_group), rows, out, b"")
        .map_err(RenderError::Findings)
}

fn add_row(texts: [&str; 4], rows: &mut Vec<u8>) {
    cells(texts, rows);
    rows.extend(b"\r\n");
}
