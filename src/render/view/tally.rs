//! How many findings each rule has, counted without reading them.

use std::collections::BTreeMap;

use super::text::SENTENCE;
use crate::finding::FindingRef;
use crate::render::RenderError;
use crate::render::escape::clip;
use crate::report::Report;

/// How many findings each rule has.
#[derive(Debug)]
pub(super) struct Tally<'r>(BTreeMap<&'r str, Count<'r>>);

#[derive(Debug)]
struct Count<'r> {
    open: u64,
    first: FindingRef<'r>,
}

impl<'r> Tally<'r> {
    pub(super) fn new(report: &'r Report) -> Self {
        let mut counts = BTreeMap::new();
        for head in report.findings.heads() {
            let count = counts.entry(head.rule()).or_insert(Count { open: 0, first: head });
            count.open += if head.is_open() { head.stands_for() } else { 0 };
        }
        Self(counts)
    }

    /// Open findings of a rule.
    pub(super) fn open(&self, rule: &str) -> u64 {
        self.0.get(rule).map_or(0, |count| count.open)
    }

    /// What to do about a finding of a rule; nothing without any.
    pub(super) fn advice(&self, rule: &str) -> Result<String, RenderError> {
        let Some(count) = self.0.get(rule) else { return Ok(String::new()) };
        let finding = count.first.read().map_err(RenderError::Findings)?;
        Ok(clip(&finding.remediation, SENTENCE))
    }
}
