//! Weighs the exceptions against the findings, and judges the exceptions themselves. After the rules, before the gate.

use super::{Cell, Outcome, evidence, in_order};
use crate::exception::{Exceptions, Sight, WaiverUse};
use crate::model::{Person, Roster, Subject, Timestamp};
use crate::rule::{ExceptionFacts, Rule, RuleSet, Scope, Subject as RuleSubject, Verdict};

impl Outcome {
    /// Marks what is waived or not new, and adds the findings about the waivers. None is taken away.
    pub fn except(&mut self, exceptions: &Exceptions, rules: &RuleSet, sight: &Sight, roster: &Roster, now: Timestamp) {
        let weighed = exceptions.waivers.weigh(&mut self.findings, sight, roster, now);
        if let Some(baseline) = &exceptions.baseline {
            self.baseline = baseline.weigh(&mut self.findings, &weighed.lapsed, sight, now);
        }
        self.waivers = weighed.uses;
        for rule in rules.enabled().filter(|rule| rule.subject() == RuleSubject::Exception) {
            self.judge_waivers(rule, now);
        }
        self.cells.sort_by(|a, b| (&a.rule, &a.source).cmp(&(&b.rule, &b.source)));
        self.findings.sort_by(in_order);
    }

    fn judge_waivers(&mut self, rule: &Rule, now: Timestamp) {
        let found = self.findings.len();
        for entry in &self.waivers {
            let facts = facts(entry);
            let scope = Scope { exception: Some(&facts), ..Scope::at(now) };
            if rule.judge(&scope) == Verdict::Violation {
                let subject = Subject::Exception { id: facts.id.clone() };
                let mut finding = evidence::finding(rule, subject, Person::default(), &scope);
                finding.facts.insert("exception.id".to_owned(), facts.id.clone().into());
                finding.facts.insert("exception.line".to_owned(), entry.waiver.line.into());
                self.findings.push(finding);
            }
        }
        if !self.waivers.is_empty() {
            self.cells.push(Cell {
                rule: rule.id().clone(),
                source: None,
                evaluated: self.waivers.len() as u64,
                violations: (self.findings.len() - found) as u64,
                not_evaluable: 0,
                missing: std::collections::BTreeSet::new(),
            });
        }
    }
}

fn facts(entry: &WaiverUse) -> ExceptionFacts {
    let waiver = &entry.waiver;
    ExceptionFacts {
        kind: "waiver".to_owned(),
        id: waiver.id(),
        rule: waiver.rule.to_string(),
        state: entry.state.as_str().to_owned(),
        findings: entry.findings,
        seen: entry.seen,
        ticket: waiver.ticket.clone(),
        expires: Some(waiver.expires),
        owner: Some(waiver.owner.clone()),
        cause: entry.cause.clone(),
    }
}
