//! Proposed waivers: a finding of the gate whose account was kept with a reason is accepted by that, once a person adds the waiver.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::{Days, NaiveDate};

use super::campaign::Campaign;
use super::item::{FoundThere, Item};
use super::journal::Decision;
use super::state::{Answer, Standing};
use crate::model::Severity;
use crate::report::quoted;

/// No proposal lives longer: the next review asks again.
const LONGEST: u32 = 90;

const HEADER: &str = "# Proposed by a review: for each account that was kept with a reason, the findings that fail the gate. A person adds\n\
                      # them to the file of waivers; `headcount waivers check` reads that.\n";

impl Campaign {
    /// `waivers.toml`: what could be added to the file of waivers, which may live this many days.
    pub fn proposed_waivers(&self, max_days: &BTreeMap<Severity, u32>) -> String {
        let mut text = HEADER.to_owned();
        let Some(day) = self.state.ended.as_ref().map(|ended| ended.at.date_naive()) else { return text };
        for asked in self.state.asked.values() {
            let Standing::Decided(answer) = self.state.standing_of(asked) else { continue };
            if answer.decision != Decision::Keep || answer.reason.is_empty() {
                continue;
            }
            for found in asked.item.findings.iter().filter(|found| !found.waiver.is_empty()) {
                let days = max_days.get(&found.severity).copied().unwrap_or(LONGEST).min(LONGEST);
                text.push_str(&self.proposal(&asked.item, found, answer, (day, days)));
            }
        }
        text
    }

    fn proposal(&self, item: &Item, found: &FoundThere, answer: &Answer, (day, days): (NaiveDate, u32)) -> String {
        let sources = &self.review.evidence.sources;
        let owner =
            sources.iter().find(|source| source.name == item.facts.source).and_then(|source| source.owner.as_deref());
        let person = item.facts.employee_id.as_deref();
        let why_not = match owner {
            None => Some("nobody answers for the source: [[source]] owner names somebody"),
            Some(owner) if owner == answer.reviewer => Some("owner and approver are the same person"),
            Some(owner) if Some(owner) == person => Some("the owner is the person concerned"),
            Some(_) => None,
        };
        let last = day.checked_add_days(Days::new(days.into())).unwrap_or(day);
        let told = [
            ("owner", quoted(owner.unwrap_or_default())),
            ("approver", quoted(&answer.reviewer)),
            ("reason", quoted(&answer.reason)),
            ("ticket", quoted(&self.review.id)),
            ("created", day.to_string()),
            ("expires", last.to_string()),
        ];
        let mut entry = "[[waiver]]\n".to_owned();
        for line in &found.waiver {
            let _ = writeln!(entry, "{line}");
        }
        for (key, value) in told {
            let _ = writeln!(entry, "{key} = {value}");
        }
        match why_not {
            None => format!("\n{entry}"),
            Some(why) => {
                let lines: String = entry.lines().fold(String::new(), |all, line| all + "# " + line + "\n");
                format!("\n# Not as it stands: {why}.\n{lines}")
            }
        }
    }
}
