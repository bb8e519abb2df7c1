//! What history leaves untold: ages that began anew, and findings past their day that nobody could see any more.

use std::collections::{BTreeMap, BTreeSet};

use super::{Reason, ReasonKind};
use crate::base::text::counted;
use crate::config::{FailOn, GateConfig};
use crate::history::{Anew, Changes};
use crate::model::Severity;

/// What history couldn't tell.
#[derive(Debug, Clone, Default)]
pub struct Past {
    anew: Option<Anew>,
    /// Of findings past their day, of which nobody could see whether they are still there: by severity, how many, where, and why.
    overdue: BTreeMap<Severity, (u64, BTreeSet<String>, BTreeSet<String>)>,
}

impl Past {
    /// Ages that began anew, if they did.
    pub fn since(anew: Option<Anew>) -> Self {
        Self { anew, ..Self::default() }
    }

    /// The same with the findings that nobody could see any more, and for how many days a finding may be there.
    #[must_use]
    pub fn with_unseen(mut self, changes: &Changes, sla: &BTreeMap<Severity, u16>) -> Self {
        for gone in changes.unseen.iter().filter(|gone| !gone.waived) {
            if sla.get(&gone.severity).is_some_and(|days| gone.days_open > *days) {
                let (count, places, whys) = self.overdue.entry(gone.severity).or_default();
                *count += 1;
                places.extend(gone.subject.source.clone());
                whys.extend(gone.why.clone());
            }
        }
        self
    }
}

/// What makes the verdict unverified.
pub(super) fn reasons(policy: &GateConfig, past: &Past) -> Vec<Reason> {
    let asks = policy.fail_on.iter().any(|limit| matches!(limit, FailOn::Overdue(_) | FailOn::Reopened));
    let lost = past.anew.iter().filter(|anew| asks && anew.lost).map(|anew| {
        Reason::new(ReasonKind::History, anew.text.clone())
            .with_remedy("name an earlier report (--previous), or accept that ages begin anew (--accept-change)")
    });
    let unseen = policy.fail_on.iter().filter_map(|limit| match limit {
        FailOn::Overdue(severity) => unseen(*severity, past),
        _ => None,
    });
    lost.chain(unseen).collect()
}

/// Of all severities, or of one.
fn unseen(severity: Option<Severity>, past: &Past) -> Option<Reason> {
    let mut all: (u64, BTreeSet<&str>, BTreeSet<&str>) = Default::default();
    for (_, (count, places, whys)) in past.overdue.iter().filter(|(of, _)| severity.is_none_or(|one| one == **of)) {
        all.0 += count;
        all.1.extend(places.iter().map(String::as_str));
        all.2.extend(whys.iter().map(String::as_str));
    }
    let (count, places, whys) = all;
    let list = |words: BTreeSet<&str>, between: &str| words.into_iter().collect::<Vec<_>>().join(between);
    let place = if places.is_empty() { String::new() } else { format!(" of {}", list(places, ", ")) };
    let findings = counted(count, "finding", "findings");
    let can = if count == 1 { "is past its day and" } else { "are past their day and" };
    let text = format!("{findings}{place} {can} can't be told any more: {}", list(whys, "; "));
    let remedy = "audit these sources by these rules again, name new names in [history] renamed and sources that are gone for good in [history] retired, or begin anew in another folder (--out)";
    (count > 0).then(|| Reason {
        severity,
        count: Some(count),
        ..Reason::new(ReasonKind::History, text).with_remedy(remedy)
    })
}

/// What is said where the gate doesn't ask.
pub(super) fn scope(past: &Past, decided: &[Reason]) -> Option<Reason> {
    let anew = past.anew.as_ref().filter(|anew| decided.iter().all(|reason| reason.text != anew.text))?;
    let remedy = "write report.json into the same folder each time (--out), or name the earlier one (--previous)";
    Some(Reason::of_scope(anew.text.clone(), remedy))
}
