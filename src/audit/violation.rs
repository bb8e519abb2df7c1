//! What a rule says against one account: written at once as the line that it will be in the report, or kept as a finding
//! where exceptions or the search for an owner still have a say.

use std::io;

use serde_json::value::RawValue;

use super::evidence::{self, Named};
use crate::finding::{Batch, FindingRecord, Marks, RecordSubject};
use crate::model::{Account, Disposition, Employee, Finding, Fingerprint, Situation, SourceName, Subject};
use crate::rule::{Facts, Rule, Scope};

/// An account with its owner, about to be judged.
#[derive(Clone, Copy)]
pub(super) struct Judged<'a> {
    pub account: &'a Account<'a>,
    pub situation: &'a Situation,
    pub employee: Option<&'a Employee>,
}

/// A rule's judgement about one account.
pub(super) struct Violation<'v> {
    rule: &'v Rule,
    judged: Judged<'v>,
    source: &'v SourceName,
    /// How the account was correlated, as JSON.
    matched: &'v RawValue,
    pub(super) fingerprint: Fingerprint,
    message: String,
    facts: Facts<'v>,
}

impl<'v> Violation<'v> {
    pub(super) fn new(
        rule: &'v Rule,
        judged: Judged<'v>,
        source: &'v SourceName,
        scope: &'v Scope<'v>,
        matched: &'v RawValue,
    ) -> Self {
        let mut facts = rule.facts(scope);
        evidence::add_context(&mut facts, judged.account, judged.employee);
        Self {
            fingerprint: Fingerprint::of_account(rule.id(), source, &judged.account.id),
            message: rule.message(scope),
            rule,
            judged,
            source,
            matched,
            facts,
        }
    }

    /// Whether it rests on the account's having no owner.
    pub(super) fn lacks_owner(&self) -> bool {
        let about_owner = self.facts.has("account.situation") || self.facts.has("account.owned");
        matches!(self.judged.situation, Situation::Unmatched) && about_owner
    }

    /// Adds it to the findings.
    ///
    /// # Errors
    /// There are more findings than the store can number.
    pub(super) fn write(&self, batch: &mut Batch) -> io::Result<()> {
        let account = self.judged.account;
        let person = Named::new(account, self.judged.employee);
        let record = FindingRecord {
            fingerprint: self.fingerprint.as_str(),
            rule: self.rule.id().as_str(),
            severity: self.rule.severity(),
            disposition: Disposition::Open,
            subject: RecordSubject {
                kind: Subject::ACCOUNT,
                source: Some(self.source.as_str()),
                account_id: Some(&account.id),
                employee_id: person.employee_id,
                members: None,
            },
            count: None,
            display_name: person.display_name,
            email: person.email,
            username: person.username,
            message: &self.message,
            remediation: self.rule.remediation(),
            controls: self.rule.controls(),
            facts: &self.facts,
            matched: self.matched,
            marks: Marks::of_account(&account.last_login_at),
        };
        batch.push(&record, &account.id)
    }

    /// The same as a finding that can still be changed.
    ///
    /// # Errors
    /// None in practice: what was written as JSON can be read as JSON.
    pub(super) fn into_finding(self) -> io::Result<Finding> {
        let account = self.judged.account;
        Ok(Finding {
            fingerprint: self.fingerprint,
            rule: self.rule.id().clone(),
            severity: self.rule.severity(),
            disposition: Disposition::Open,
            subject: Subject::Account { source: self.source.clone(), account_id: account.id.clone().into_owned() },
            person: Named::new(account, self.judged.employee).to_person(),
            message: self.message,
            facts: self.facts.to_map(),
            correlation: serde_json::from_str(self.matched.get())?,
        })
    }
}
