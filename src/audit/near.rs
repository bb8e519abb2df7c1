//! For accounts without an owner, whom they probably belong to: evidence for the person who has to find out. Searched
//! for only where a rule has found that there is no owner.

use std::cell::OnceCell;

use serde_json::{Value, json};

use super::SourceContext;
use crate::config::MatchConfig;
use crate::correlate::{Accept, Evidence, NearMiss, NearMisses, Segment};
use crate::model::{Account, Finding, Roster};

/// Finds near misses; the roster is prepared for it when the first is asked for.
#[derive(Debug)]
pub(super) struct Suggester<'a> {
    roster: &'a Roster,
    matching: &'a MatchConfig,
    index: OnceCell<NearMisses<'a>>,
}

impl<'a> Suggester<'a> {
    pub(super) const fn new(roster: &'a Roster, matching: &'a MatchConfig) -> Self {
        Self { roster, matching, index: OnceCell::new() }
    }

    /// The employees to whom an account of the source probably belongs.
    pub(super) fn find(&self, context: &SourceContext<'_>, account: &Account<'_>) -> Vec<NearMiss> {
        let index = self.index.get_or_init(|| NearMisses::new(self.roster, self.matching));
        context.correlator.near_misses(index, account)
    }

    /// Adds them to the findings that rest on the account's having no owner.
    pub(super) fn add(&self, context: &SourceContext<'_>, account: &Account<'_>, findings: &mut [Finding]) {
        let rests_on_it = |finding: &&mut Finding| {
            finding.facts.get("account.situation").is_some_and(|situation| situation == "unmatched")
        };
        let mut findings = findings.iter_mut().filter(rests_on_it).peekable();
        if findings.peek().is_none() {
            return;
        }
        let near: Value = self.find(context, account).iter().map(|near| published(near, self.roster)).collect();
        for finding in findings {
            finding.correlation.insert("near_misses".to_owned(), near.clone());
        }
    }
}

/// As `report.json` has it.
fn published(near: &NearMiss, roster: &Roster) -> Value {
    let employee = roster.employee(near.employee);
    json!({
        "employee_id": employee.map(|employee| &employee.id),
        "name": employee.and_then(|employee| employee.name.as_deref()),
        "score": near.score,
        "equals": near.equals,
        "evidence": near.evidence.iter().map(evidence).collect::<Vec<_>>(),
        "accept": near.accept.iter().map(accept).collect::<Vec<_>>(),
    })
}

fn evidence(evidence: &Evidence) -> Value {
    json!({
        "account_field": evidence.field.as_str(),
        "employee_field": evidence.against.as_str(),
        "similarity": evidence.similarity,
        "account": evidence.account.iter().map(segment).collect::<Vec<_>>(),
        "employee": evidence.employee.iter().map(segment).collect::<Vec<_>>(),
    })
}

fn segment(segment: &Segment) -> Value {
    json!({"text": segment.text, "differs": segment.differs})
}

fn accept(accept: &Accept) -> Value {
    json!({"in": accept.place(), "line": accept.line()})
}
