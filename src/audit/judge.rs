//! Judges the accounts of one source. One judge serves all threads; what each makes of its share is a [`ChunkResult`].

use std::io;

use super::account_row::AccountRow;
use super::answers::Answers;
use super::evidence::Evidence;
use super::groups::GroupMembers;
use super::inventory::{Inventory, Recorder};
use super::looked::Looked;
use super::matrix::Counts;
use super::owners::Owners;
use super::people::CountedOwners;
use super::promised::Promised;
use super::sink::rule_about_owner;
use super::violation::{Accused, Judged};
use super::{SourceContext, Unsettled};
use crate::correlate::Tried;
use crate::exception::{DeclarationUse, Exceptions, SourceDeclarations};
use crate::fetch::{Chunk, record};
use crate::finding::Batch;
use crate::model::{Account, Employee, EmployeeIndex, Finding, Fingerprint, Roster, Situation, Timestamp};
use crate::rule::{AccountScope, DeclaredScope, Open, Rule, RuleResult, Scope, Triage};

/// A record, its position among those received, and the account that it is.
pub(super) struct Received<'c> {
    pub position: u64,
    pub line: &'c str,
    pub account: Account<'c>,
}

/// An account as rules see it.
pub(super) struct Seen<'s> {
    pub position: u64,
    /// Its record.
    pub line: &'s str,
    pub tried: &'s Tried<'s>,
    pub judged: Judged<'s>,
    pub scope: &'s Scope<'s>,
}

/// Everything that judging an account needs, and nothing that it changes.
pub(super) struct Judge<'j> {
    pub context: &'j SourceContext<'j>,
    pub roster: &'j Roster,
    pub declarations: SourceDeclarations<'j>,
    pub exceptions: &'j Exceptions,
    pub now: Timestamp,
    /// Where every account is put down, if somebody wants to read them all.
    pub inventory: Option<&'j Inventory>,
    /// What an engine says, if it has judged them.
    pub answers: Option<&'j Answers>,
    pub evidence: Evidence,
    /// What rules may know of promises.
    pub promised: Promised,
    pub about_accounts: Vec<&'j Rule>,
    pub about_groups: Vec<&'j Rule>,
    pub about_people: Vec<&'j Rule>,
}

/// What came of some accounts in a row. Lists are in the order of the judge's rules.
#[derive(Debug)]
pub(super) struct ChunkResult<'j> {
    /// The position that counts as the first of all.
    pub first: u64,
    pub looked: Looked,
    pub of_accounts: Vec<Counts>,
    pub of_groups: Vec<Counts>,
    pub groups: Vec<GroupMembers<'j>>,
    pub people: Vec<CountedOwners>,
    /// Findings that are finished.
    pub batch: Batch,
    /// Findings that exceptions concern.
    pub concerned: Vec<Finding>,
    /// Accounts without an owner, for whom one can be suggested.
    pub orphans: Vec<Orphan>,
    pub unsettled: Vec<Unsettled>,
}

/// An account without an owner, and the positions of the findings that rest on that.
#[derive(Debug)]
pub(super) struct Orphan {
    pub record: String,
    pub finished: Vec<usize>,
    pub concerned: Vec<usize>,
}

/// Counts what was decided for whole kinds of accounts.
pub(super) fn count_settled(triage: &Triage<'_>, of_rules: &mut [Counts]) {
    for (accounts, verdicts) in triage.settled() {
        for (verdict, counts) in verdicts.iter().zip(&mut *of_rules) {
            if let Some(verdict) = verdict {
                counts.count_alike(*verdict, accounts);
            }
        }
    }
}

impl<'j> Judge<'j> {
    /// Judges the accounts of a chunk.
    ///
    /// # Errors
    /// A record can't be read back, or a finding not be kept.
    pub(super) fn chunk(&self, chunk: &Chunk) -> io::Result<ChunkResult<'j>> {
        let mut recorder = self.inventory.map(|inventory| inventory.recorder(self.context.name));
        let result = self.accounts(self.kept(chunk), &mut recorder)?;
        recorder.map_or(Ok(()), Recorder::finish)?;
        Ok(result)
    }

    /// Judges some accounts.
    ///
    /// # Errors
    /// As of `add`; or a finding can't be kept.
    pub(super) fn accounts<'c>(
        &self,
        add: impl FnMut(&mut Vec<Received<'c>>) -> io::Result<bool>,
        recorder: &mut Option<Recorder<'_>>,
    ) -> io::Result<ChunkResult<'j>> {
        let (mut result, mut ledger) = (self.empty(), DeclarationUse::default());
        let mut triage = Triage::new(&self.about_accounts);
        self.each(add, &mut ledger, |seen| self.account(&mut result, &mut triage, recorder.as_mut(), seen))?;
        result.looked.ledger = ledger;
        count_settled(&triage, &mut result.of_accounts);
        Ok(result)
    }

    /// Shows accounts as rules see them. `add` adds the next one, until it says that there is none.
    ///
    /// # Errors
    /// As of `add`; or `see` fails.
    pub(super) fn each<'c>(
        &self,
        mut add: impl FnMut(&mut Vec<Received<'c>>) -> io::Result<bool>,
        ledger: &mut DeclarationUse,
        mut see: impl FnMut(&Seen<'_>) -> io::Result<()>,
    ) -> io::Result<()> {
        /// How many accounts are correlated at once: few enough for the processor's cache to hold until judged.
        const AT_ONCE: usize = 16;
        let mut some = Vec::with_capacity(AT_ONCE);
        loop {
            some.clear();
            while some.len() < AT_ONCE && add(&mut some)? {}
            if some.is_empty() {
                return Ok(());
            }
            let tried = self.context.correlator.ask_all(some.iter().map(|received| &received.account));
            for owner in tried.iter().filter_map(|tried| self.employee(tried.first_found())) {
                owner.prefetch();
            }
            for (Received { position, line, account }, tried) in some.iter().zip(&tried) {
                let found = tried.situation();
                let mut owners = Owners::of(&found, self.roster);
                let situation = ledger.decide(self.declarations, account, found);
                if matches!(situation, Situation::Declared { .. }) {
                    owners = owners.of_declared(&self.roster.extra_columns, self.now);
                }
                let judged = Judged { account, situation: &situation, employee: self.employee(situation.employee()) };
                let scope = self.scope(&judged, &owners);
                see(&Seen { position: *position, line, tried, judged, scope: &scope })?;
            }
        }
    }

    fn empty(&self) -> ChunkResult<'j> {
        ChunkResult {
            first: 0,
            looked: Looked::default(),
            of_accounts: self.about_accounts.iter().map(|_| Counts::default()).collect(),
            of_groups: self.about_groups.iter().map(|_| Counts::default()).collect(),
            groups: self.about_groups.iter().map(|rule| GroupMembers::new(rule)).collect(),
            people: self.about_people.iter().map(|_| CountedOwners::default()).collect(),
            batch: Batch::default(),
            concerned: Vec::new(),
            orphans: Vec::new(),
            unsettled: Vec::new(),
        }
    }

    /// Adds records that were kept, one after the other, as the accounts that they are.
    pub(super) fn kept<'c>(&self, chunk: &'c Chunk) -> impl FnMut(&mut Vec<Received<'c>>) -> io::Result<bool> {
        let mut lines = chunk.lines();
        move |all| {
            let Some((position, line)) = lines.next() else { return Ok(false) };
            let mut account = self.context.decoder.decode(record(line)?).map_err(io::Error::other)?.account;
            account.be_as_of(self.now);
            all.push(Received { position, line, account });
            Ok(true)
        }
    }

    fn account(
        &self,
        result: &mut ChunkResult<'j>,
        triage: &mut Triage<'_>,
        recorder: Option<&mut Recorder<'_>>,
        seen: &Seen<'_>,
    ) -> io::Result<()> {
        let Seen { position, tried, judged, scope, .. } = *seen;
        let Judged { account, situation, employee } = judged;
        result.looked.count(situation, tried);
        if let Some(recorder) = recorder {
            let privileged = scope.account.as_ref().and_then(AccountScope::is_privileged);
            recorder.record(position, &AccountRow::new(account, privileged, situation, employee, self.now))?;
        }
        self.rules(result, triage.take(scope), seen)?;
        result.unsettled.extend(self.unsettled(&judged, scope));
        for (group, counts) in result.groups.iter_mut().zip(&mut result.of_groups) {
            if let Some(undecided) = group.offer(scope, position) {
                counts.count(undecided);
            }
        }
        if let Some(owner) = situation.employee() {
            for (rule, offers) in self.about_people.iter().zip(&mut result.people) {
                offers.offer(rule, scope, owner);
            }
        }
        Ok(())
    }

    fn rules(&self, result: &mut ChunkResult<'j>, open: &[Open<'_>], seen: &Seen<'_>) -> io::Result<()> {
        let Seen { line, tried, judged, scope, .. } = *seen;
        let mut accused = None;
        let mut violated = Vec::new();
        let (mut finished, mut concerned) = (Vec::new(), Vec::new());
        for open in open {
            let verdict = open.judge(scope);
            if let Some(counts) = result.of_accounts.get_mut(open.rule) {
                counts.count(verdict);
            }
            let (Some(rule), RuleResult::Violation) = (self.about_accounts.get(open.rule), verdict) else {
                continue;
            };
            let accused = match &mut accused {
                Some(accused) => accused,
                none => {
                    let place = (self.context.name, self.roster);
                    none.insert(Accused::new(judged, tried, scope, place, self.evidence)?)
                }
            };
            violated.push(rule.id());
            let fingerprint = accused.fingerprint(rule);
            let is_concerned = self.exceptions.concern(rule.id(), Some(self.context.name), &fingerprint);
            if accused.lacks_owner(rule) {
                let (place, at) = if is_concerned {
                    (&mut concerned, result.concerned.len())
                } else {
                    (&mut finished, result.batch.len())
                };
                place.push(at);
            }
            if is_concerned {
                result.concerned.push(accused.finding(rule, fingerprint)?);
            } else {
                accused.write(rule, &fingerprint, &mut result.batch)?;
            }
        }
        if let Some(answers) = self.answers {
            answers.confirm_account(self.context.name, &judged.account.id, &violated)?;
        }
        if !finished.is_empty() || !concerned.is_empty() {
            result.orphans.push(Orphan { record: line.to_owned(), finished, concerned });
        }
        Ok(())
    }

    pub(super) fn employee(&self, owner: Option<EmployeeIndex>) -> Option<&'j Employee> {
        owner.and_then(|index| self.roster.employee(index))
    }

    /// What an exception may accept of an account whose owner isn't settled.
    fn unsettled(&self, judged: &Judged<'_>, scope: &Scope<'_>) -> Option<Unsettled> {
        let rule = rule_about_owner(judged.situation)?;
        let finding = Fingerprint::of_account(&rule, self.context.name, &judged.account.id);
        if !self.exceptions.concern(&rule, Some(self.context.name), &finding) {
            return None;
        }
        let blind =
            |rule: &&&Rule| matches!(rule.judge(scope), RuleResult::NotEvaluable(missing) if missing.is_of_roster());
        let rules = self.about_accounts.iter().filter(blind).map(|rule| rule.id().clone()).collect();
        Some(Unsettled { finding, source: self.context.name.clone(), rules })
    }

    pub(super) fn scope<'s>(&'s self, judged: &Judged<'s>, owners: &'s Owners<'_>) -> Scope<'s>
    where
        'j: 's,
    {
        Scope {
            account: Some(
                AccountScope::new(judged.account, self.context.name, self.context.vendor, judged.situation)
                    .with_privileged_roles(self.context.privileged_roles)
                    .with_promise(self.promised.get(judged.account.id.as_ref())),
            ),
            employee: owners.scope(&self.roster.extra_columns),
            declared: self.declared(judged.situation),
            ..Scope::at(self.now)
        }
    }

    fn declared(&self, situation: &Situation) -> Option<DeclaredScope<'j>> {
        let Situation::Declared { declaration } = situation else { return None };
        let declaration = self.declarations.get(*declaration)?;
        Some(DeclaredScope { declaration, owner_left: declaration.owner_left(self.roster, self.now) })
    }
}
