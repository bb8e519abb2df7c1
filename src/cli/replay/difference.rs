//! Where two reports differ: the first byte, and every finding.

use std::collections::BTreeMap;
use std::io::{self, BufReader, Read, Write};

use crate::report::{Finding, Report};

/// Holds what is written against what was sealed.
pub(super) struct Comparison<R> {
    sealed: BufReader<R>,
    piece: Vec<u8>,
    /// How many bytes were the same.
    same: u64,
    differs: bool,
}

impl<R: Read> Comparison<R> {
    pub(super) fn new(sealed: R) -> Self {
        Self { sealed: BufReader::with_capacity(1 << 18, sealed), piece: Vec::new(), same: 0, differs: false }
    }

    /// The first byte, counted from 1, that isn't the same; `None` if all are.
    pub(super) fn finish(mut self) -> io::Result<Option<u64>> {
        if !self.differs {
            self.differs = self.sealed.read(&mut [0])? > 0;
        }
        Ok(self.differs.then_some(self.same + 1))
    }
}

impl<R: Read> Write for Comparison<R> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.differs {
            return Ok(bytes.len());
        }
        self.piece.clear();
        self.sealed.by_ref().take(bytes.len() as u64).read_to_end(&mut self.piece)?;
        let same = bytes.iter().zip(&self.piece).take_while(|(made, sealed)| made == sealed).count();
        self.same += same as u64;
        self.differs = same < bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How many findings are named.
const MOST: usize = 1_000;

/// Names every finding that one report has and the other hasn't, or tells otherwise.
pub(super) fn of_findings(
    mut sealed: impl Read,
    made: &Report,
    mut tell: impl FnMut(&str) -> io::Result<()>,
) -> anyhow::Result<()> {
    let mut text = String::new();
    sealed.read_to_string(&mut text)?;
    let sealed: Report = match serde_json::from_str(&text) {
        Ok(sealed) => sealed,
        Err(error) => return Ok(tell(&format!("the sealed report isn't one that this headcount reads: {error}"))?),
    };
    drop(text);
    let (mut before, mut lines) = (findings(&sealed)?, Vec::new());
    for finding in made.findings.iter() {
        let finding = finding?;
        match before.remove(&finding.fingerprint) {
            None => lines.push(format!("only replayed: {}", name(&finding))),
            Some(known) if known != finding => lines.push(format!("told otherwise: {}", name(&finding))),
            Some(_) => {}
        }
    }
    lines.extend(before.values().map(|finding| format!("only sealed: {}", name(finding))));
    if lines.is_empty() {
        lines.push("the findings are the same; something else in the report isn't".to_owned());
    }
    for line in lines.iter().take(MOST) {
        tell(line)?;
    }
    match lines.len().checked_sub(MOST) {
        None | Some(0) => Ok(()),
        Some(more) => Ok(tell(&format!("and {more} more"))?),
    }
}

fn findings(report: &Report) -> io::Result<BTreeMap<String, Finding>> {
    report.findings.iter().map(|finding| finding.map(|finding| (finding.fingerprint.clone(), finding))).collect()
}

/// Its rule, and what it is about.
fn name(finding: &Finding) -> String {
    let subject = &finding.subject;
    let about: Vec<&str> = [&subject.source, &subject.account_id, &subject.employee_id]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    let about = if about.is_empty() { subject.kind.clone() } else { about.join("/") };
    format!("{} {} ({})", finding.rule, crate::render::terminal(&about), finding.fingerprint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_byte_that_differs_is_found_however_it_is_written() {
        for (made, expected) in
            [("abcdef", None), ("abcdeX", Some(6)), ("Xbcdef", Some(1)), ("abc", Some(4)), ("abcdefg", Some(7))]
        {
            for size in 1..=made.len() {
                let mut comparison = Comparison::new("abcdef".as_bytes());
                for piece in made.as_bytes().chunks(size) {
                    comparison.write_all(piece).expect("taken");
                }
                assert_eq!(comparison.finish().expect("read"), expected, "{made} by {size}");
            }
        }
    }
}
