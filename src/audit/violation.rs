//! What rules say against one account: written at once as the formats will show it, or as a finding on its own where
//! exceptions still have a say.

use std::io;

use super::evidence::{self, Evidence, Named};
use crate::correlate::Tried;
use crate::finding::{Batch, FindingRecord, Marks, SubjectRecord};
use crate::model::{Account, Disposition, Employee, Finding, Fingerprint, Roster, Situation, SourceName, Subject};
use crate::rule::{Facts, Rule, Scope};

/// An account with its owner, about to be judged.
#[derive(Clone, Copy)]
pub(super) struct Judged<'a> {
    pub account: &'a Account<'a>,
    pub situation: &'a Situation,
    pub employee: Option<&'a Employee>,
}

/// An account that violates rules, with what is the same for all findings about it: made once, when there is one.
pub(super) struct Accused<'a> {
    judged: Judged<'a>,
    tried: &'a Tried<'a>,
    source: &'a SourceName,
    scope: &'a Scope<'a>,
    roster: &'a Roster,
    person: Named<'a>,
    /// Its access, its last use, and who answers for it; where that is wanted.
    context: Facts<'a>,
    evidence: Evidence,
    /// As JSON, where that is wanted: the context, and how it was correlated.
    facts: String,
    matched: String,
    /// Whether a finding has been written, and is the last one about any account.
    written: bool,
}

impl<'a> Accused<'a> {
    pub(super) fn new(
        judged: Judged<'a>,
        tried: &'a Tried<'a>,
        scope: &'a Scope<'a>,
        (source, roster): (&'a SourceName, &'a Roster),
        evidence: Evidence,
    ) -> io::Result<Self> {
        let person = Named::new(judged.account, judged.employee);
        let context = Facts::default();
        let none = || "{}".to_owned();
        let (facts, matched, written) = (none(), none(), false);
        let mut new = Self { judged, tried, source, scope, roster, person, context, evidence, facts, matched, written };
        if evidence == Evidence::Whole {
            new.context = evidence::context(judged.account, judged.employee);
            new.facts = serde_json::to_string(&new.context)?;
            new.matched = new.correlation()?;
        }
        Ok(new)
    }

    fn correlation(&self) -> serde_json::Result<String> {
        let declaration = self.scope.declared.map(|declared| declared.declaration);
        evidence::correlation(self.tried, self.judged.situation, declaration, self.roster)
    }

    /// What a finding of the rule is called.
    pub(super) fn fingerprint(&self, rule: &Rule) -> Fingerprint {
        Fingerprint::of_account(rule.id(), self.source, &self.judged.account.id)
    }

    /// Whether what the rule says rests on the account's having no owner.
    pub(super) fn lacks_owner(&self, rule: &Rule) -> bool {
        let about_owner = |path| matches!(path, "account.situation" | "account.owned");
        matches!(self.judged.situation, Situation::Unmatched) && rule.reads().any(about_owner)
    }

    /// Adds what the rule says to the findings.
    ///
    /// # Errors
    /// There are more findings than the store can number.
    pub(super) fn write(&mut self, rule: &Rule, fingerprint: &Fingerprint, batch: &mut Batch) -> io::Result<()> {
        let account = self.judged.account;
        let message = rule.message(self.scope);
        let reasons = match self.evidence {
            Evidence::Whole => serde_json::to_string(&rule.facts(self.scope).without(&self.context))?,
            Evidence::Names => "{}".to_owned(),
        };
        let finding = FindingRecord {
            fingerprint: fingerprint.as_str(),
            rule: rule.id().as_str(),
            severity: rule.severity(),
            disposition: Disposition::Open,
            subject: SubjectRecord {
                source: Some(self.source.as_str()),
                account_id: Some(&account.id),
                employee_id: self.person.employee_id,
                display_name: self.person.display_name,
                email: self.person.email,
                username: self.person.username,
                facts: &self.facts,
                matched: &self.matched,
                ..SubjectRecord::new(Subject::ACCOUNT)
            },
            count: None,
            message: &message,
            remediation: "",
            controls: &[],
            reasons: &reasons,
            near_misses: None,
            history: None,
        };
        let marks = Marks::of_account(&account.last_login_at);
        if std::mem::replace(&mut self.written, true) {
            batch.push_also(&finding, marks, &account.id)
        } else {
            batch.push(&finding, marks, &account.id)
        }
    }

    /// What the rule says as a finding that can still be changed.
    ///
    /// # Errors
    /// None in practice: what was written as JSON can be read as JSON.
    pub(super) fn finding(&self, rule: &Rule, fingerprint: Fingerprint) -> io::Result<Finding> {
        let mut facts = rule.facts(self.scope).to_map();
        for (name, value) in evidence::context(self.judged.account, self.judged.employee).to_map() {
            facts.entry(name).or_insert(value);
        }
        let account_id = self.judged.account.id.clone().into_owned();
        Ok(Finding {
            fingerprint,
            rule: rule.id().clone(),
            severity: rule.severity(),
            disposition: Disposition::Open,
            subject: Subject::Account { source: self.source.clone(), account_id },
            person: self.person.to_person(),
            message: rule.message(self.scope),
            facts,
            correlation: serde_json::from_str(&self.correlation()?)?,
        })
    }
}
