//! Judges the accounts of one source. One judge serves all threads; what each makes of its share is a [`Share`].

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::io;

use serde_json::Value;

use super::groups::GroupMembers;
use super::inventory::{AccountRow, Inventory, Recorder};
use super::matrix::Counts;
use super::people::Offers;
use super::{SourceContext, evidence, found};
use crate::correlate::{Tally, Tried};
use crate::exception::{Exceptions, Ledger, SourceDeclarations};
use crate::finding::Batch;
use crate::model::{Account, Correlation, Employee, EmployeeIndex, Finding, Roster, Situation, Subject, Timestamp};
use crate::rule::{AccountScope, DeclaredScope, EmployeeScope, Rule, Scope, Verdict};
use crate::source::{Chunk, record};

/// What a finding carries about how its account was correlated.
type Evidence = BTreeMap<String, Value>;

/// Everything that judging an account needs, and nothing that it changes.
pub(super) struct Judge<'j> {
    pub context: &'j SourceContext<'j>,
    pub roster: &'j Roster,
    pub declarations: SourceDeclarations<'j>,
    pub exceptions: &'j Exceptions,
    pub now: Timestamp,
    /// Where every account is put down, if somebody wants to read them all.
    pub inventory: Option<&'j Inventory>,
    pub about_accounts: Vec<&'j Rule>,
    pub about_groups: Vec<&'j Rule>,
    pub about_people: Vec<&'j Rule>,
}

/// What came of some accounts in a row. Lists are in the order of the judge's rules.
#[derive(Debug)]
pub(super) struct Share<'j> {
    pub tally: Tally,
    pub ledger: Ledger,
    pub of_accounts: Vec<Counts>,
    pub of_groups: Vec<Counts>,
    pub groups: Vec<GroupMembers<'j>>,
    pub people: Vec<Offers>,
    /// Findings that are finished.
    pub batch: Batch,
    /// Findings that exceptions concern.
    pub concerned: Vec<(&'j Rule, Finding)>,
    /// Accounts without an owner, for whom one can be suggested.
    pub orphans: Vec<Orphan<'j>>,
}

/// An account without an owner, and the findings that rest on that.
#[derive(Debug)]
pub(super) struct Orphan<'j> {
    pub record: String,
    pub findings: Vec<(&'j Rule, Finding)>,
}

/// An account with its owner, about to be judged.
pub(super) struct Judged<'a> {
    pub account: &'a Account<'a>,
    pub situation: &'a Situation,
    pub employee: Option<&'a Employee>,
}

impl<'j> Judge<'j> {
    /// Judges the accounts of a chunk.
    ///
    /// # Errors
    /// A record can't be read back, or a finding not be kept.
    pub(super) fn share(&self, chunk: &Chunk) -> io::Result<Share<'j>> {
        let mut share = self.empty();
        let mut recorder = self.inventory.map(|inventory| inventory.recorder(self.context.name));
        for (position, line) in chunk.lines() {
            self.account(&mut share, recorder.as_mut(), position, line)?;
        }
        recorder.map_or(Ok(()), Recorder::finish)?;
        Ok(share)
    }

    fn empty(&self) -> Share<'j> {
        Share {
            tally: Tally::default(),
            ledger: Ledger::default(),
            of_accounts: self.about_accounts.iter().map(|_| Counts::default()).collect(),
            of_groups: self.about_groups.iter().map(|_| Counts::default()).collect(),
            groups: self.about_groups.iter().map(|rule| GroupMembers::new(rule)).collect(),
            people: self.about_people.iter().map(|_| Offers::default()).collect(),
            batch: Batch::default(),
            concerned: Vec::new(),
            orphans: Vec::new(),
        }
    }

    fn account(
        &self,
        share: &mut Share<'j>,
        recorder: Option<&mut Recorder<'_>>,
        position: u64,
        line: &str,
    ) -> io::Result<()> {
        let decoded = self.context.decoder.decode(record(line)?).map_err(io::Error::other)?;
        let account = &decoded.account;
        let tried = self.context.correlator.ask(account);
        let situation = share.ledger.decide(self.declarations, account, tried.situation());
        share.tally.add(&situation);
        let owner = situation.employee();
        let judged = Judged { account, situation: &situation, employee: self.employee(owner) };
        if let Some(recorder) = recorder {
            recorder.record(position, &AccountRow::new(account, &situation, judged.employee))?;
        }
        let scope = self.scope(&judged);
        self.rules(share, &judged, &scope, &tried, line)?;
        for (group, counts) in share.groups.iter_mut().zip(&mut share.of_groups) {
            if let Some(undecided) = group.offer(&scope, position) {
                counts.count(undecided);
            }
        }
        if let Some(owner) = owner {
            for (rule, offers) in self.about_people.iter().zip(&mut share.people) {
                offers.offer(rule, &scope, owner);
            }
        }
        Ok(())
    }

    fn rules(
        &self,
        share: &mut Share<'j>,
        judged: &Judged<'_>,
        scope: &Scope<'_>,
        tried: &Tried<'_>,
        line: &str,
    ) -> io::Result<()> {
        let mut orphan: Vec<(&'j Rule, Finding)> = Vec::new();
        let correlation = OnceCell::new();
        for (rule, counts) in self.about_accounts.iter().zip(&mut share.of_accounts) {
            let verdict = rule.judge(scope);
            counts.count(verdict);
            if !matches!(verdict, Verdict::Violation) {
                continue;
            }
            let evidence = correlation.get_or_init(|| self.correlation(judged, scope, tried));
            let finding = self.finding(rule, judged, scope, evidence);
            if rests_on_having_no_owner(&finding) {
                orphan.push((rule, finding));
            } else if self.exceptions.concern(&finding) {
                share.concerned.push((rule, finding));
            } else {
                found::keep(&mut share.batch, rule, finding)?;
            }
        }
        if !orphan.is_empty() {
            share.orphans.push(Orphan { record: line.to_owned(), findings: orphan });
        }
        Ok(())
    }

    pub(super) fn employee(&self, owner: Option<EmployeeIndex>) -> Option<&'j Employee> {
        owner.and_then(|index| self.roster.employee(index))
    }

    pub(super) fn scope<'s>(&self, judged: &Judged<'s>) -> Scope<'s>
    where
        'j: 's,
    {
        Scope {
            account: Some(
                AccountScope::new(judged.account, self.context.name, self.context.vendor, judged.situation)
                    .with_privileged_roles(self.context.privileged_roles),
            ),
            employee: judged.employee.map(|employee| EmployeeScope { employee, headings: &self.roster.extra_columns }),
            declared: self.declared(judged.situation),
            ..Scope::at(self.now)
        }
    }

    fn declared(&self, situation: &Situation) -> Option<DeclaredScope<'j>> {
        let Situation::Declared { declaration } = situation else { return None };
        let declaration = self.declarations.get(*declaration)?;
        Some(DeclaredScope { declaration, owner_left: declaration.owner_left(self.roster, self.now) })
    }

    fn finding(&self, rule: &Rule, judged: &Judged<'_>, scope: &Scope<'_>, correlation: &Evidence) -> Finding {
        let account_id = judged.account.id.clone().into_owned();
        let subject = Subject::Account { source: self.context.name.clone(), account_id };
        let person = evidence::person(judged.account, judged.employee);
        let mut finding = evidence::finding(rule, subject, person, scope);
        finding.correlation = correlation.clone();
        evidence::add_context(&mut finding.facts, judged.account, judged.employee);
        finding
    }

    /// How the account was correlated; the same for all its findings.
    fn correlation(&self, judged: &Judged<'_>, scope: &Scope<'_>, tried: &Tried<'_>) -> Evidence {
        let correlation = Correlation { situation: judged.situation.clone(), attempts: tried.attempts() };
        let mut evidence = evidence::correlation(&correlation, self.roster);
        if let Some(declared) = scope.declared {
            evidence.insert("declared".to_owned(), evidence::declaration(declared.declaration));
        }
        evidence
    }
}

fn rests_on_having_no_owner(finding: &Finding) -> bool {
    finding.facts.get("account.situation").is_some_and(|situation| situation == "unmatched")
}
