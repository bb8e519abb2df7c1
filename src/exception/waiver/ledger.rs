//! Weighs waivers against findings: which hold, which don't any more, and what became of each.

use chrono::TimeDelta;
use serde_json::json;

use super::{Bound, Covers, Key, Waiver, Waivers};
use crate::exception::Sight;
use crate::key::fold;
use crate::model::text::counted;
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
    /// In the order of the file; those at the end may be missing.
    entries: Vec<Entry>,
}

/// What is counted about one waiver.
#[derive(Debug, Default)]
struct Entry {
    findings: u64,
    cause: Option<String>,
    /// Findings within its scope that it doesn't cover because the approver is the person concerned.
    own: u64,
}

/// Whether a waiver covers a finding.
enum Standing {
    Holds,
    Expired,
    Void(String),
    /// The approver is the person behind the finding.
    Own,
}

impl Waivers {
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
        tally.entries.resize_with(self.all.len(), Entry::default);
        let entries = &mut tally.entries;
        let mut broken: Option<(&Waiver, Standing)> = None;
        for at in self.about(finding) {
            let (Some(waiver), Some(entry)) = (self.all.get(at), entries.get_mut(at)) else { continue };
            let standing = waiver.standing(finding, now);
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
            Standing::Own | Standing::Holds => ("void", "its approver is the person concerned".to_owned()),
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
    pub fn close(&self, mut tally: WaiverTally, sight: &Sight, roster: &Roster, now: Timestamp) -> Vec<WaiverUse> {
        tally.entries.resize_with(self.all.len(), Entry::default);
        let pairs = self.all.iter().zip(tally.entries);
        pairs.map(|(waiver, entry)| self.close_one(waiver, entry, sight, roster, now)).collect()
    }

    fn close_one(&self, waiver: &Waiver, entry: Entry, sight: &Sight, roster: &Roster, now: Timestamp) -> WaiverUse {
        let source = match &waiver.covers {
            Covers::Source { source, .. } => Some(source),
            Covers::Finding { .. } | Covers::Everything { .. } => None,
        };
        let seen = sight.is_complete(source);
        let early = waiver.starts_at.is_none_or(|start| start > now);
        let cause = entry.cause.or_else(|| early.then(|| not_yet(waiver)));
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
            remarks.push(format!("{own} open: the approver is the person concerned"));
        }
        remarks.extend(owner_remark(waiver, roster, now));
        WaiverUse { waiver: waiver.clone(), state, findings: entry.findings, seen, cause, remarks }
    }
}

fn not_yet(waiver: &Waiver) -> String {
    format!("it holds from {} on", waiver.created)
}

fn owner_remark(waiver: &Waiver, roster: &Roster, now: Timestamp) -> Option<String> {
    let mut rows = waiver.owners.iter().filter_map(|index| roster.employee(*index)).peekable();
    match rows.peek() {
        None => Some("the owner is not in the roster".to_owned()),
        Some(_) => rows.all(|owner| owner.has_left(now)).then(|| "the owner has left".to_owned()),
    }
}

impl Waiver {
    fn standing(&self, finding: &Finding, now: Timestamp) -> Standing {
        if self.has_expired(now) {
            return Standing::Expired;
        }
        if self.starts_at.is_none_or(|start| start > now) {
            return Standing::Void(not_yet(self));
        }
        let one = match &self.covers {
            Covers::Finding { .. } if finding.rule != self.rule => {
                return Standing::Void(format!("this is a finding of {}, and it waives {}", finding.rule, self.rule));
            }
            Covers::Finding { bound, .. } => match bound.changes(&Bound::of(finding)) {
                Some(changes) => return Standing::Void(format!("the facts that it rests on have changed ({changes})")),
                None => true,
            },
            Covers::Source { .. } | Covers::Everything { .. } => false,
        };
        match (self.is_approved_by(finding), one) {
            (false, _) => Standing::Holds,
            (true, true) => Standing::Void("its approver is the person concerned".to_owned()),
            (true, false) => Standing::Own,
        }
    }

    /// Whether the approver is the person behind the finding.
    fn is_approved_by(&self, finding: &Finding) -> bool {
        let person = &finding.person;
        let approver = fold(&self.approver).text;
        let names = [&person.email, &person.username].into_iter().flatten().map(String::as_str);
        let id = person.employee_id.as_ref();
        id.is_some_and(|id| self.approvers.contains(id))
            || names.chain(id.map(|id| id.0.as_str())).any(|name| fold(name).text == approver)
    }
}
