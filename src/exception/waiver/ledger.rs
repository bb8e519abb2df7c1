//! Weighs waivers against findings: which hold, which don't any more, and what became of each.

use chrono::TimeDelta;
use serde_json::json;

use super::people::Doubt;
use super::{BoundFacts, Covers, Key, Party, Waiver, Waivers};
use crate::base::text::counted;
use crate::exception::{Coverage, Identity, Shown};
use crate::model::{Disposition, Finding, Fingerprint, Roster, RuleId, SourceName, Subject, Timestamp};

/// What became of a waiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaiverState {
    /// It covers findings.
    Used,
    /// It covers findings, and ends soon.
    ExpiringSoon,
    /// It covers none.
    Unused,
    /// It has ended.
    Expired,
    /// The facts that it rests on have changed, or it could never hold.
    Void,
}

impl WaiverState {
    /// As rules and reports spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Used => "used",
            Self::ExpiringSoon => "expiring-soon",
            Self::Unused => "unused",
            Self::Expired => "expired",
            Self::Void => "void",
        }
    }
}

/// A waiver and what became of it.
#[derive(Debug, Clone)]
pub struct WaiverUse {
    /// What the file says.
    pub waiver: Waiver,
    /// What became of it.
    pub state: WaiverState,
    /// How many findings it covers, or would cover if it held.
    pub findings: u64,
    /// Whether everything was seen that it could cover.
    pub seen: bool,
    /// Why it is void.
    pub cause: Option<String>,
    /// What else speaks against it.
    pub remarks: Vec<String>,
}

/// What is counted about all waivers while findings are weighed.
#[derive(Debug, Default)]
pub struct WaiverTally {
    /// In the order of the file.
    entries: Vec<Entry>,
}

/// What is counted about one waiver.
#[derive(Debug, Default)]
struct Entry {
    findings: u64,
    cause: Option<String>,
    /// Why nobody stands for it.
    unfit: Option<&'static str>,
    /// What the roster doesn't tell of those who stand for it.
    untold: Vec<&'static str>,
    /// Findings within its scope that it doesn't cover because its owner or approver is the person concerned.
    own: u64,
}

/// Whether a waiver covers a finding.
enum Standing {
    Holds,
    Expired,
    Void(String),
    /// The owner or the approver is the person behind the finding.
    Own,
}

/// Why a waiver of one's own finding is void.
const OWN: &str = "its owner or approver is the person concerned";

impl Waivers {
    /// Nothing is counted yet; who stands for each waiver is looked up.
    pub(in crate::exception) fn tally(&self, roster: &Roster, now: Timestamp) -> WaiverTally {
        let entry = |waiver: &Waiver| {
            let mut entry = Entry::default();
            for doubt in waiver.doubts(roster, now) {
                match doubt {
                    Doubt::Void(cause) => entry.unfit = entry.unfit.or(Some(cause)),
                    Doubt::Untold(remark) => entry.untold.push(remark),
                }
            }
            entry
        };
        WaiverTally { entries: self.all.iter().map(entry).collect() }
    }

    /// Whether a waiver is about a finding.
    pub(in crate::exception) fn concern(
        &self,
        rule: &RuleId,
        source: Option<&SourceName>,
        fingerprint: &Fingerprint,
    ) -> bool {
        !self.all.is_empty() && !self.covering(rule, source, fingerprint).is_empty()
    }

    /// Marks a finding that a waiver covers. False if waivers are there, and none of them holds.
    pub fn weigh(&self, finding: &mut Finding, tally: &mut WaiverTally, now: Timestamp) -> bool {
        let entries = &mut tally.entries;
        let mut broken: Option<(&Waiver, Standing)> = None;
        for at in self.about(finding) {
            let (Some(waiver), Some(entry)) = (self.all.get(at), entries.get_mut(at)) else { continue };
            let standing = waiver.standing(finding, entry.unfit, now);
            match &standing {
                Standing::Own => entry.own += 1,
                Standing::Void(cause) => entry.cause = Some(cause.clone()),
                Standing::Holds | Standing::Expired => {}
            }
            entry.findings += 1;
            if matches!(standing, Standing::Holds) {
                self.mark(finding, waiver, "holds");
                finding.disposition = Disposition::Waived;
                return true;
            }
            broken.get_or_insert((waiver, standing));
        }
        let Some((waiver, standing)) = broken else { return true };
        let (state, text) = match standing {
            Standing::Expired => ("expired", format!("it has expired; its last day was {}", waiver.expires)),
            Standing::Void(cause) => ("void", format!("it is void: {cause}")),
            Standing::Own | Standing::Holds => ("void", OWN.to_owned()),
        };
        let place = format!("{} line {}, {}", self.file, waiver.line, waiver.ticket);
        finding.message = format!("{} A waiver would cover this ({place}), but {text}.", finding.message);
        self.mark(finding, waiver, state);
        false
    }

    /// The waivers about a finding, the narrowest first.
    fn about(&self, finding: &Finding) -> Vec<usize> {
        if self.all.is_empty() || matches!(finding.subject, Subject::Exception { .. }) {
            return Vec::new();
        }
        self.covering(&finding.rule, finding.subject.source(), &finding.fingerprint)
    }

    fn covering(&self, rule: &RuleId, source: Option<&SourceName>, fingerprint: &Fingerprint) -> Vec<usize> {
        let source = source.map(|source| Key::Source(rule.clone(), source.clone()));
        let keys = [Some(Key::Finding(fingerprint.clone())), source, Some(Key::Everything(rule.clone()))];
        keys.into_iter().flatten().filter_map(|key| self.by_key.get(&key).copied()).collect()
    }

    fn mark(&self, finding: &mut Finding, waiver: &Waiver, state: &str) {
        let facts = [
            ("waiver.id", json!(waiver.id())),
            ("waiver.place", json!(format!("{} line {}", self.file, waiver.line))),
            ("waiver.ticket", json!(waiver.ticket)),
            ("waiver.expires", json!(waiver.expires)),
            ("waiver.state", json!(state)),
        ];
        finding.facts.extend(facts.map(|(name, value)| (name.to_owned(), value)));
    }

    /// What became of each waiver, in the order of the file, once all findings are weighed.
    pub fn close(&self, tally: WaiverTally, coverage: &Coverage, now: Timestamp) -> Vec<WaiverUse> {
        let pairs = self.all.iter().zip(tally.entries);
        pairs.map(|(waiver, entry)| self.close_one(waiver, entry, coverage, now)).collect()
    }

    fn close_one(&self, waiver: &Waiver, entry: Entry, coverage: &Coverage, now: Timestamp) -> WaiverUse {
        let source = match &waiver.covers {
            Covers::Source { source, .. } => Some(source),
            Covers::Finding { .. } | Covers::Everything { .. } => None,
        };
        let seen = coverage.is_complete(source);
        let early = waiver.starts_at.is_none_or(|start| start > now);
        let cause = entry.cause.or_else(|| early.then(|| not_yet(waiver)));
        let cause = cause.or_else(|| entry.unfit.map(str::to_owned));
        let soon = waiver.expires_at.is_some_and(|end| end - now <= TimeDelta::days(i64::from(self.expiring_days)));
        let state = match (&cause, entry.findings) {
            _ if waiver.has_expired(now) => WaiverState::Expired,
            (Some(_), _) => WaiverState::Void,
            (None, 0) => WaiverState::Unused,
            (None, _) if soon => WaiverState::ExpiringSoon,
            (None, _) => WaiverState::Used,
        };
        let mut remarks = Vec::new();
        if entry.findings == 0 && !seen {
            remarks.push("not all accounts were seen that it could cover".to_owned());
        }
        if entry.own > 0 && state != WaiverState::Void {
            let own = counted(entry.own, "finding stays", "findings stay");
            remarks.push(format!("{own} open: {OWN}"));
        }
        remarks.extend(entry.untold.into_iter().map(str::to_owned));
        WaiverUse { waiver: waiver.clone(), state, findings: entry.findings, seen, cause, remarks }
    }
}

fn not_yet(waiver: &Waiver) -> String {
    format!("it holds from {} on", waiver.created)
}

impl Waiver {
    /// What speaks against those who stand for it, or can't be told of them.
    fn doubts(&self, roster: &Roster, now: Timestamp) -> impl Iterator<Item = Doubt> {
        let owner = self.owner.doubt_as_owner(roster, now);
        let approver = self.starts_at.and_then(|start| self.approver.doubt_as_approver(roster, self.created, start));
        owner.into_iter().chain(approver)
    }

    fn standing(&self, finding: &Finding, unfit: Option<&str>, now: Timestamp) -> Standing {
        if self.has_expired(now) {
            return Standing::Expired;
        }
        if self.starts_at.is_none_or(|start| start > now) {
            return Standing::Void(not_yet(self));
        }
        if let Some(cause) = unfit {
            return Standing::Void(cause.to_owned());
        }
        let one = match &self.covers {
            Covers::Finding { .. } if finding.rule != self.rule => {
                return Standing::Void(format!("this is a finding of {}, and it waives {}", finding.rule, self.rule));
            }
            Covers::Finding { bound, .. } => match bound.changes(&BoundFacts::new(finding.into())) {
                Some(changes) => return Standing::Void(format!("the facts that it rests on have changed ({changes})")),
                None => true,
            },
            Covers::Source { .. } | Covers::Everything { .. } => false,
        };
        match (self.is_about_its_own(finding), one) {
            (false, _) => Standing::Holds,
            (true, true) => Standing::Void(OWN.to_owned()),
            (true, false) => Standing::Own,
        }
    }

    /// Whether its owner or approver is the person behind the finding. A name tells that only where no employee is known.
    fn is_about_its_own(&self, finding: &Finding) -> bool {
        let shown = Shown::from(finding);
        let name = finding.person.display_name.as_deref().filter(|_| shown.owner.is_none());
        let account = Identity::of(shown).unwrap_or_default();
        let has = |party: &Party| party.has_any_of(&account, shown.owner.into_iter().chain(name));
        has(&self.owner) || has(&self.approver)
    }
}
