//! What a review takes from a sealed audit: its report, its sources, and every account that it judged.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::Path;

use super::item::{Facts, FoundThere};
use crate::bag::{Bag, BagError, Kind, PayloadName, Role, Tier};
use crate::base::diagnostic::Diagnostic;
use crate::model::{Disposition, SourceStatus};
use crate::report::{Report, waiver_lines};

/// A longer line is no account.
const LONGEST_LINE: u64 = 16 << 20;

/// A sealed audit.
#[derive(Debug)]
pub struct SealedAudit {
    bag: Bag,
    /// Its report.
    pub report: Report,
}

/// What was found about accounts, by `source/id`.
pub(super) type Found = HashMap<String, Vec<FoundThere>>;

impl SealedAudit {
    /// Reads a bundle, every file of which is what was sealed.
    ///
    /// # Errors
    /// It isn't the full bundle of an audit, or was altered.
    pub fn read(path: &Path) -> Result<Self, Diagnostic> {
        let wrong = |why: String| Diagnostic::of_file(path, why).help("`headcount audit --bundle FILE` seals an audit");
        let bag = Bag::whole(path).map_err(|error: BagError| wrong(error.to_string()))?;
        let description = bag.description();
        if description.kind != Kind::Audit || description.tier != Tier::Full {
            let (kind, tier) = (description.kind.as_str(), description.tier.as_str());
            return Err(wrong(format!("expected the full bundle of an audit, found one of kind {kind}, {tier}")));
        }
        let report = Report::read(path)?;
        if bag.description().run.id.as_deref() != Some(&report.run.id) {
            return Err(wrong("its report is of another run".to_owned()));
        }
        Ok(Self { bag, report })
    }

    /// The id of its seal.
    pub fn id(&self) -> String {
        self.bag.id().to_string()
    }

    /// The bundle.
    pub const fn bag(&self) -> &Bag {
        &self.bag
    }

    /// The sources that weren't seen whole, or not at all, as sentences.
    pub fn gaps(&self) -> Vec<String> {
        let sources = self.report.sources.iter().filter(|source| source.status != SourceStatus::Complete);
        let gaps = sources.map(|source| format!("{} {}", source.name, source.status.in_a_sentence()));
        gaps.chain(self.report.run.left_out.iter().map(|name| format!("{name} was not audited"))).collect()
    }

    /// Whether all accounts of a source were seen.
    pub fn is_whole(&self, source: &str) -> bool {
        let found = self.report.sources.iter().find(|other| other.name == source);
        found.is_some_and(|found| found.status == SourceStatus::Complete)
    }

    /// Goes through all accounts.
    ///
    /// # Errors
    /// The list isn't there, or a line of it is no account.
    pub fn accounts(&self, visit: &mut dyn FnMut(Facts)) -> Result<(), Diagnostic> {
        let wrong = |why: String| Diagnostic::of_file(self.bag.path(), format!("its list of accounts: {why}"));
        let input = self.bag.description().inputs(Role::Accounts).next();
        let name = input.map(|input| input.file.clone());
        let name: PayloadName = name.ok_or_else(|| wrong("there is none".to_owned()))?;
        let mut reader = BufReader::new(self.bag.read(&name).map_err(|error| wrong(error.to_string()))?);
        let (mut line, mut number) = (Vec::new(), 0_u64);
        loop {
            line.clear();
            number += 1;
            let read: io::Result<usize> = reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line);
            if read.map_err(|error| wrong(error.to_string()))? == 0 {
                return Ok(());
            }
            let facts = serde_json::from_slice(&line).map_err(|error| wrong(format!("line {number}: {error}")))?;
            visit(facts);
        }
    }

    /// What was found about accounts, on their own or in groups.
    ///
    /// # Errors
    /// The findings can't be read back.
    pub(super) fn findings(&self) -> Result<Found, Diagnostic> {
        let wrong =
            |error: io::Error| Diagnostic::of_file(self.bag.path(), format!("can't read its findings: {error}"));
        let mut found = Found::new();
        for finding in self.report.findings.iter() {
            let finding = finding.map_err(wrong)?;
            let Some(source) = &finding.subject.source else { continue };
            let fails = finding.disposition == Disposition::Open && self.report.is_limited(&finding.rule);
            let lines = || waiver_lines(&finding).into_iter().map(|(key, value)| format!("{key} = {value}"));
            let waiver: Vec<String> =
                if fails && finding.subject.account_id.is_some() { lines().collect() } else { Vec::new() };
            let members = finding.subject.members.iter().flatten().chain(&finding.subject.account_id);
            for id in members {
                found.entry(format!("{source}/{id}")).or_default().push(FoundThere {
                    rule: finding.rule.clone(),
                    severity: finding.severity,
                    fingerprint: finding.fingerprint.clone(),
                    message: finding.message.clone(),
                    open: finding.disposition == Disposition::Open,
                    waiver: waiver.clone(),
                });
            }
        }
        Ok(found)
    }

    /// What each rule says is to be done.
    pub(super) fn advice(&self) -> BTreeMap<&str, &str> {
        self.report.rules.iter().map(|rule| (rule.id.as_str(), rule.remediation.as_str())).collect()
    }
}
