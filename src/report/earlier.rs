//! The findings of an earlier report, held against those of this one: which are new, still there, accepted or gone, and of which
//! nobody knows.

use std::collections::{BTreeSet, HashMap};
use std::io::{self, BufRead as _, BufReader};
use std::path::Path;

use serde::Deserialize;

use super::since::Since;
use super::v2::Report;
use crate::bag::Role;
use crate::files::Files;
use crate::finding::{FindingRef, in_pieces};
use crate::model::{Disposition, Severity, SourceStatus, Timestamp};

/// The findings of an earlier report, as far as a later one is compared with them.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Earlier {
    run_id: String,
    as_of: Timestamp,
    findings: HashMap<u128, Known>,
    /// Each source and rule once.
    names: Vec<String>,
}

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Known {
    is_open: bool,
    /// Its place among the names.
    source: Option<u16>,
    rule: u16,
}

/// The line of a finding, as far as it counts here.
#[derive(Deserialize)]
struct FindingLine<'t> {
    fingerprint: &'t str,
    rule: &'t str,
    disposition: Disposition,
    subject: SubjectOfLine<'t>,
}

#[derive(Deserialize)]
struct SubjectOfLine<'t> {
    #[serde(default, borrow)]
    source: Option<&'t str>,
}

#[derive(Deserialize)]
struct RunOfReport {
    id: String,
    as_of: Timestamp,
}

impl Earlier {
    /// Reads the findings of a `report.json`, in which each is a line. One that is written otherwise tells nothing, and neither
    /// does one that isn't there or is of another run than is asked for.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn read(files: &Files, path: &Path, wanted: Option<&str>) -> io::Result<Option<Self>> {
        let file = match files.open(Role::PreviousReport, path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file?.content,
        };
        let mut lines = BufReader::with_capacity(1 << 18, file);
        let Some(run) = run(&mut lines)? else { return Ok(None) };
        if wanted.is_some_and(|wanted| wanted != run.id) || !skip_to(&mut lines, "  \"findings\": [")? {
            return Ok(None);
        }
        let mut earlier = Self { run_id: run.id, as_of: run.as_of, ..Self::default() };
        let mut line = String::new();
        while lines.read_line(&mut line)? > 0 && line.starts_with("    {") {
            if !earlier.take(line.trim().trim_end_matches(',')) {
                return Ok(None);
            }
            line.clear();
        }
        Ok(Some(earlier))
    }

    /// Takes a finding; `false` if it is none.
    fn take(&mut self, line: &str) -> bool {
        let Ok(FindingLine { fingerprint, rule, disposition, subject }) = serde_json::from_str(line) else {
            return false;
        };
        let (Some(fingerprint), Some(rule)) = (fingerprint_number(fingerprint), self.name(rule)) else { return false };
        let source = subject.source.and_then(|source| self.name(source));
        self.findings.insert(fingerprint, Known { is_open: disposition == Disposition::Open, source, rule });
        true
    }

    fn name(&mut self, name: &str) -> Option<u16> {
        let at = self.names.iter().position(|known| known == name).unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        });
        u16::try_from(at).ok()
    }
}

/// The run of a report, which stands at its top.
fn run(lines: &mut impl io::BufRead) -> io::Result<Option<RunOfReport>> {
    if !skip_to(lines, "  \"run\": {")? {
        return Ok(None);
    }
    let (mut text, mut line) = ("{".to_owned(), String::new());
    while lines.read_line(&mut line)? > 0 && !line.starts_with("  }") {
        text.push_str(&line);
        line.clear();
    }
    text.push('}');
    Ok(serde_json::from_str(&text).ok())
}

/// Reads up to the end of a line that begins so; `false` if there is none.
fn skip_to(lines: &mut impl io::BufRead, start: &str) -> io::Result<bool> {
    let mut line = Vec::new();
    loop {
        line.clear();
        if lines.read_until(b'\n', &mut line)? == 0 {
            return Ok(false);
        }
        if line.starts_with(start.as_bytes()) {
            return Ok(true);
        }
    }
}

/// A fingerprint as a number: half of the room.
pub(crate) fn fingerprint_number(fingerprint: &str) -> Option<u128> {
    u128::from_str_radix(fingerprint, 16).ok()
}

impl Report {
    /// The same report, with what has changed since an earlier one.
    ///
    /// # Errors
    /// The findings can't be read back.
    pub fn since(mut self, earlier: Earlier) -> io::Result<Self> {
        let Earlier { run_id, as_of, mut findings, names } = earlier;
        let mut since = Since {
            run_id,
            as_of,
            new: 0,
            new_critical: 0,
            still: 0,
            accepted: 0,
            gone: 0,
            unseen: 0,
            new_ones: BTreeSet::new(),
        };
        let read = |heads: &[FindingRef<'_>]| {
            let mut block = Vec::new();
            let read = heads.iter().map(|head| {
                let fingerprint = fingerprint_number(head.load(&mut block)?.fingerprint);
                Ok((fingerprint, head.severity(), head.disposition()))
            });
            read.collect::<io::Result<Vec<_>>>()
        };
        in_pieces(self.findings.heads(), read, |found| {
            for (fingerprint, severity, disposition) in found {
                let known = fingerprint.and_then(|fingerprint| findings.remove(&fingerprint));
                since.count(fingerprint, severity, disposition, known);
            }
            Ok::<_, io::Error>(())
        })?;
        let was_seen = |known: &Known| self.has_seen(&names, *known);
        let (gone, unseen): (Vec<_>, Vec<_>) = findings.into_values().filter(|known| known.is_open).partition(was_seen);
        (since.gone, since.unseen) = (gone.len() as u64, unseen.len() as u64);
        self.since = Some(since);
        Ok(self)
    }

    /// Whether a finding of an earlier report would be here if it were still true.
    fn has_seen(&self, names: &[String], known: Known) -> bool {
        let name = |at: u16| names.get(usize::from(at)).map(String::as_str);
        let applies = self.rules.iter().any(|rule| Some(rule.id.as_str()) == name(known.rule));
        let is_whole = |source: &super::SourceSummary| source.status == SourceStatus::Complete;
        applies
            && match known.source {
                Some(source) => {
                    self.sources.iter().any(|seen| Some(seen.name.as_str()) == name(source) && is_whole(seen))
                }
                // What is said of people rests on all sources.
                None => self.run.left_out.is_empty() && self.sources.iter().all(is_whole),
            }
    }
}

impl Since {
    fn count(&mut self, fingerprint: Option<u128>, severity: Severity, now: Disposition, before: Option<Known>) {
        match (now, before) {
            (Disposition::Open, None) => {
                self.new += 1;
                self.new_critical += u64::from(severity == Severity::Critical);
                self.new_ones.extend(fingerprint);
            }
            (Disposition::Open, Some(_)) => self.still += 1,
            (_, Some(Known { is_open: true, .. })) => self.accepted += 1,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = "{\n  \"schema_version\": 2,\n  \"run\": {\n    \"id\": \"r-1\",\n    \"as_of\": \
        \"2026-11-20T00:00:00Z\"\n  },\n  \"accounts\": [\n    {\"source\":\"voiso\"}\n  ],\n  \"findings\": [\n    \
        {\"fingerprint\":\"00000000000000000000000000000001\",\"rule\":\"orphaned\",\"disposition\":\"open\",\
        \"subject\":{\"kind\":\"account\",\"source\":\"voiso\",\"account_id\":\"7\\\"\"},\"message\":\"m\"},\n    \
        {\"fingerprint\":\"000000000000000000000000000000ff\",\"rule\":\"roster-stale\",\"disposition\":\"waived\",\
        \"subject\":{\"kind\":\"roster\"},\"message\":\"m\"}\n  ],\n  \"exceptions\": []\n}\n";

    fn read(text: &str, wanted: Option<&str>) -> Option<Earlier> {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), text).expect("written");
        Earlier::read(&Files::default(), file.path(), wanted).expect("readable")
    }

    #[test]
    fn the_findings_of_a_report_are_read_line_by_line() {
        let earlier = read(REPORT, Some("r-1")).expect("findings");
        assert_eq!(earlier.names, ["orphaned", "voiso", "roster-stale"]);
        assert_eq!(earlier.findings[&1], Known { is_open: true, source: Some(1), rule: 0 });
        assert_eq!(earlier.findings[&255], Known { is_open: false, source: None, rule: 2 });
        assert_eq!(read(REPORT, Some("r-2")), None, "another run");
        assert_eq!(
            read(&REPORT.replace("    {\"fingerprint\":\"0", "    {\"fingerprint\":\"x"), None),
            None,
            "no fingerprint"
        );
        for other in ["", "{}", "[]\n", "\u{0}"] {
            assert_eq!(read(other, None), None, "{other:?}");
        }
        assert_eq!(Earlier::read(&Files::default(), Path::new("/nowhere/report.json"), None).expect("nothing"), None);
    }
}
