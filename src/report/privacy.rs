//! Takes people out of a report, before any renderer sees it: for CI logs and public repositories. Between the
//! report and the renderers.
//!
//! What stays is what is known to be harmless; everything else goes, so that a new field is private until somebody
//! decides otherwise. Pseudonyms are keyed: the same account has the same one in every run, and without the key
//! nobody can find it by trying all employee ids. That holds for fingerprints, too.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use ring::hmac;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{
    Changes, Exception, Finding, GateVerdict, Reason, ReasonKind, Report, ReviewSummary, RosterIssue, RuleSummary,
    SourceSummary, Subject,
};
use crate::base::temp_store::Window;
use crate::base::text::{counted, grouped, hex, prefixed};
use crate::finding::{Batch, FindingRef, Findings, FindingsWriter};
use crate::history::Naming;
use crate::model::{Severity, SourceStatus};

/// How much of people a report may tell.
#[derive(Debug)]
pub enum Privacy {
    /// Everything.
    Full,
    /// Each subject by a keyed pseudonym.
    Pseudonymous(Pseudonyms),
    /// Only how many.
    Counts,
}

/// Gives pseudonyms, and finds out whose they are.
#[derive(Clone)]
pub struct Pseudonyms(hmac::Key);

impl std::fmt::Debug for Pseudonyms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pseudonyms(…)")
    }
}

/// What a pseudonym can stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Named<'n> {
    /// One account.
    Account {
        /// Its source.
        source: &'n str,
        /// Its identifier there.
        id: &'n str,
    },
    /// One employee, by identifier.
    Employee(&'n str),
    /// One finding, by fingerprint.
    Finding(&'n str),
}

impl Pseudonyms {
    /// Shorter keys could be found by trying.
    pub const SHORTEST_KEY: usize = 16;

    /// Pseudonyms under this key.
    pub fn new(key: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// The pseudonym: `account-…` and `employee-…` with 64 bits, which nobody confuses with an identifier; of a
    /// finding 128 bits, in the form of a fingerprint.
    pub fn of(&self, named: Named<'_>) -> String {
        match named {
            Named::Account { source, id } => format!("account-{}", self.digest(&["account", source, id], 16)),
            Named::Employee(id) => format!("employee-{}", self.digest(&["employee", id], 16)),
            Named::Finding(fingerprint) => self.digest(&["finding", fingerprint], 32),
        }
    }

    /// Which of `candidates` (all accounts of a snapshot, say) the pseudonym stands for.
    pub fn resolve<'n>(&self, pseudonym: &str, candidates: impl IntoIterator<Item = Named<'n>>) -> Option<Named<'n>> {
        candidates.into_iter().find(|named| self.of(*named) == pseudonym)
    }

    fn digest(&self, parts: &[&str], digits: usize) -> String {
        let mut digest = hex(hmac::sign(&self.0, &prefixed(parts)).as_ref());
        digest.truncate(digits);
        digest
    }
}

impl Privacy {
    /// How findings are named, so that those of two reports can be the same; `None` where they have no names.
    pub fn naming(&self) -> Option<String> {
        match self {
            Self::Full => Some("full".to_owned()),
            // What the key makes of nothing tells it from another key.
            Self::Pseudonymous(names) => Some(names.of(Named::Finding(""))),
            Self::Counts => None,
        }
    }

    /// What a report calls a finding with this fingerprint, if it doesn't call it by that.
    pub fn namer(&self) -> Option<Naming> {
        let Self::Pseudonymous(names) = self else { return None };
        let names = names.clone();
        Some(Box::new(move |fingerprint| names.of(Named::Finding(fingerprint))))
    }

    /// What `run.naming` of a report is whose findings can be compared with those that are judged under it. Counts are of
    /// findings that have their names until they are counted.
    pub fn compared_naming(&self) -> String {
        match self {
            Self::Full | Self::Counts => String::new(),
            Self::Pseudonymous(_) => self.naming().unwrap_or_default(),
        }
    }
}

impl Report {
    /// The same audit, telling no more of people than `privacy` allows. Counts and verdict are untouched.
    ///
    /// # Errors
    /// The findings can't be read back, or not be kept anew.
    pub fn with_privacy(mut self, privacy: &Privacy) -> io::Result<Self> {
        if matches!(privacy, Privacy::Full) {
            return Ok(self);
        }
        let titles = titles(&self);
        for policy in &mut self.policies {
            policy.verdict = cautious(&policy.verdict, &self.sources, &policy.findings, privacy)?;
            policy.findings = without_people(&policy.findings, &titles, privacy)?;
            policy.rules.iter_mut().for_each(withhold_names);
        }
        self.verdict = cautious(&self.verdict, &self.sources, &self.findings, privacy)?;
        self.findings = without_people(&self.findings, &titles, privacy)?;
        self.roster.file = file_name(&self.roster.file);
        self.roster.issues = self.roster.issues.iter().map(issue).collect();
        self.sources.iter_mut().for_each(|source| withhold_words(source, privacy));
        self.rules.iter_mut().for_each(withhold_names);
        self.exceptions = self.exceptions.iter().map(exception).collect();
        self.managers.clear();
        self.reviews = self.reviews.into_iter().map(ReviewSummary::without_people).collect();
        self.run.naming = privacy.naming().unwrap_or_else(|| "counts".to_owned());
        if matches!(privacy, Privacy::Counts) {
            self.changes = self.changes.map(Changes::in_short);
        }
        Ok(self)
    }
}

impl Finding {
    /// Everything in this finding that can have a pseudonym.
    pub fn named(&self) -> impl Iterator<Item = Named<'_>> {
        let Subject { source, account_id, employee_id, members, .. } = &self.subject;
        let source = source.as_deref().unwrap_or_default();
        let accounts = account_id.iter().chain(members.iter().flatten()).map(move |id| Named::Account { source, id });
        let employee = employee_id.iter().map(|id| Named::Employee(id));
        std::iter::once(Named::Finding(&self.fingerprint)).chain(employee).chain(accounts)
    }
}

/// What is said of a finding without its subject.
fn bare(finding: &Finding, subject: Subject, fingerprint: String, message: String) -> Finding {
    Finding {
        fingerprint,
        rule: finding.rule.clone(),
        severity: finding.severity,
        disposition: finding.disposition,
        subject,
        count: None,
        display_name: None,
        email: None,
        username: None,
        message,
        remediation: finding.remediation.clone(),
        controls: finding.controls.clone(),
        facts: BTreeMap::new(),
        matched: BTreeMap::new(),
        history: finding.history,
    }
}

fn without_people(findings: &Findings, titles: &BTreeMap<String, String>, privacy: &Privacy) -> io::Result<Findings> {
    match privacy {
        Privacy::Full => Ok(findings.clone()),
        Privacy::Pseudonymous(names) => pseudonymised(findings, titles, names),
        Privacy::Counts => counts(findings, titles),
    }
}

/// A list of names is a param, too; so is what a configuration makes of it.
fn withhold_names(rule: &mut RuleSummary) {
    rule.params.retain(|_, value| value.is_number() || value.is_boolean());
    rule.changes = harmless_changes(&rule.changes);
}

/// A verdict in words that name nobody.
fn cautious(
    verdict: &GateVerdict,
    sources: &[SourceSummary],
    findings: &Findings,
    privacy: &Privacy,
) -> io::Result<GateVerdict> {
    let remedy = verdict.remedy.as_deref().map(|text| remedy(text, findings, privacy)).transpose()?.flatten();
    let reasons = verdict.reasons.iter().map(|reason| reworded(reason, sources)).collect();
    Ok(GateVerdict { reasons, remedy, ..verdict.clone() })
}

/// What each rule finds, in words that name nobody.
fn titles(report: &Report) -> BTreeMap<String, String> {
    let rules = report.policies.iter().flat_map(|policy| &policy.rules).chain(&report.rules);
    rules.map(|rule| (rule.id.clone(), rule.title.clone())).collect()
}

/// Sorted anew: the order of the real identifiers would say something about them.
fn pseudonymised(findings: &Findings, titles: &BTreeMap<String, String>, names: &Pseudonyms) -> io::Result<Findings> {
    let mut writer = FindingsWriter::new();
    for finding in findings.iter() {
        let finding = finding?;
        let title = titles.get(&finding.rule).unwrap_or(&finding.rule);
        let fingerprint = names.of(Named::Finding(&finding.fingerprint));
        let bare = bare(&finding, renamed(&finding.subject, names), fingerprint, format!("{title}."));
        let mut batch = Batch::default();
        batch.push_whole(&bare, &bare.fingerprint)?;
        writer.append(batch)?;
    }
    let told = writer.sorted()?.advised(|rule| findings.advice(rule));
    Ok(told.telling_history(findings.tells_history()))
}

fn renamed(subject: &Subject, names: &Pseudonyms) -> Subject {
    let source = subject.source.as_deref().unwrap_or_default();
    let account = |id: &String| names.of(Named::Account { source, id });
    let members = subject.members.as_ref().map(|members| {
        let mut members: Vec<String> = members.iter().map(account).collect();
        members.sort_unstable();
        members
    });
    Subject {
        kind: subject.kind.clone(),
        source: subject.source.clone(),
        account_id: subject.account_id.as_ref().map(account),
        employee_id: subject.employee_id.as_ref().map(|id| names.of(Named::Employee(id))),
        members,
    }
}

/// Severity, rule, source and disposition.
type Kind<'f> = (Severity, &'f str, Option<&'f str>, &'static str);

/// One finding for all that differ only in their subject.
fn counts(findings: &Findings, titles: &BTreeMap<String, String>) -> io::Result<Findings> {
    let mut kinds: BTreeMap<Kind<'_>, (FindingRef<'_>, u64)> = BTreeMap::new();
    for head in findings.heads() {
        let kind = (head.severity(), head.rule(), head.source(), head.disposition().as_str());
        kinds.entry(kind).or_insert((head, 0)).1 += head.stands_for();
    }
    Findings::new(kinds.into_values().map(|(first, count)| {
        let title = titles.get(first.rule()).map_or(first.rule(), String::as_str);
        Ok(counted_finding(&first.read()?, count, title))
    }))
}

fn counted_finding(first: &Finding, count: u64, title: &str) -> Finding {
    let source = first.subject.source.clone();
    let kind = if source.is_some() { "source" } else { "roster" };
    let what = first.disposition.as_str();
    let message = format!("{}. {title}.", counted(count, &format!("{what} finding"), &format!("{what} findings")));
    // Nobody's identifier goes in, so that this needs no key.
    let digest = Sha256::digest(format!("{}\n{}\n{what}", first.rule, source.as_deref().unwrap_or_default()));
    let fingerprint = hex(&digest).chars().take(32).collect();
    let subject = Subject { kind: kind.to_owned(), source, account_id: None, employee_id: None, members: None };
    Finding { count: Some(count), history: None, ..bare(first, subject, fingerprint, message) }
}

/// Several files are joined by a comma; of each, the folder may be somebody's home.
fn file_name(files: &str) -> String {
    let names = files.split(", ").map(|file| Path::new(file).file_name().unwrap_or_default().to_string_lossy());
    names.collect::<Vec<_>>().join(", ")
}

fn issue(issue: &RosterIssue) -> RosterIssue {
    RosterIssue { line: None, kind: issue.kind.clone(), text: "withheld; the full report tells".to_owned() }
}

/// A change that quotes a text may quote somebody's identifier, as an allow-list does.
fn harmless_changes(changes: &[String]) -> Vec<String> {
    let (quoting, mut harmless): (Vec<_>, Vec<_>) = changes.iter().cloned().partition(|change| change.contains('"'));
    if !quoting.is_empty() {
        let changes = counted(quoting.len() as u64, "change is", "changes are");
        harmless.push(format!("{changes} withheld; the full report has them"));
    }
    harmless
}

/// A vendor's own words may name a user.
fn withhold_words(source: &mut SourceSummary, privacy: &Privacy) {
    source.owner = match privacy {
        Privacy::Full => source.owner.take(),
        Privacy::Pseudonymous(names) => source.owner.take().map(|id| names.of(Named::Employee(&id))),
        Privacy::Counts => None,
    };
    if source.error.is_some() {
        source.error = Some("the reason is withheld; the full report tells it".to_owned());
    }
    if !source.warnings.is_empty() {
        let remarks = counted(source.warnings.len() as u64, "remark is", "remarks are");
        source.warnings = vec![format!("{remarks} withheld; the full report has them")];
    }
}

/// The reason, in words that are made of its numbers: its own may quote a vendor, or name a waiver.
fn reworded(reason: &Reason, sources: &[SourceSummary]) -> Reason {
    let count = grouped(reason.count.unwrap_or_default());
    let limit = reason.limit.map(grouped);
    let about = reason.rule.as_deref().or(reason.severity.map(Severity::as_str)).unwrap_or("any rule");
    let text = match (reason.kind, &reason.source) {
        (ReasonKind::Policy | ReasonKind::PolicyUnverified | ReasonKind::History, _) => reason.text.clone(),
        (ReasonKind::Finding, _) if reason.demand.is_some() => reason.text.clone(),
        (ReasonKind::Scope, _) if reason.rule.is_none() || reason.count.is_none() => reason.text.clone(),
        (ReasonKind::Finding, _) | (ReasonKind::Source, None) => {
            format!("{count} open findings of {about}; at most {} allowed", limit.as_deref().unwrap_or("0"))
        }
        (ReasonKind::Roster, _) => format!("{about} can't be judged for {count} subjects because of the roster"),
        (ReasonKind::NotEvaluable | ReasonKind::Scope, place) => {
            let place = place.as_ref().map(|place| format!(" of {place}")).unwrap_or_default();
            format!("{about} can't be judged for {count} subjects{place}")
        }
        (ReasonKind::Source, Some(place)) => {
            let source = sources.iter().find(|source| source.name == *place);
            let state = source.map_or(SourceStatus::Incomplete, |source| source.status).in_a_sentence();
            let of = limit.map(|limit| format!(" of {limit}")).unwrap_or_default();
            format!("{place} {state}: {count}{of} accounts were seen")
        }
    };
    Reason { text, ..reason.clone() }
}

/// What would turn the gate green names a finding by its fingerprint, if it is about one.
fn remedy(remedy: &str, findings: &Findings, privacy: &Privacy) -> io::Result<Option<String>> {
    let mut window = Window::default();
    for head in findings.heads() {
        let fingerprint = head.load(&mut window)?.fingerprint;
        if !remedy.contains(fingerprint) {
            continue;
        }
        return Ok(match privacy {
            Privacy::Pseudonymous(names) => Some(remedy.replace(fingerprint, &names.of(Named::Finding(fingerprint)))),
            Privacy::Full | Privacy::Counts => None,
        });
    }
    Ok(Some(remedy.to_owned()))
}

/// What an exception covers is a person or an account; its kind, its state and its dates are not.
fn exception(exception: &Exception) -> Exception {
    const HARMLESS: [&str; 7] = ["rule", "source", "created", "expires", "first_seen", "age_days", "resolved"];
    let scalar = |value: &Value| value.is_string() || value.is_number() || value.is_boolean();
    let details = exception.details.iter().filter(|(name, value)| HARMLESS.contains(&name.as_str()) && scalar(value));
    Exception {
        kind: exception.kind.clone(),
        id: "withheld".to_owned(),
        state: exception.state.clone(),
        details: details.map(|(name, value)| (name.clone(), value.clone())).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pseudonym_is_stable_keyed_and_can_be_resolved() {
        let names = Pseudonyms::new(b"a key of the organisation");
        let account = Named::Account { source: "voiso", id: "88213" };
        assert_eq!(names.of(account), Pseudonyms::new(b"a key of the organisation").of(account));
        assert_ne!(names.of(account), Pseudonyms::new(b"another key, as long as it").of(account));
        assert_ne!(names.of(account), names.of(Named::Account { source: "vois", id: "o88213" }));
        let candidates = [Named::Employee("E-1"), account, Named::Finding("f0")];
        assert_eq!(names.resolve(&names.of(account), candidates), Some(account));
        assert_eq!(names.resolve("account-0000000000000000", candidates), None);
    }
}
