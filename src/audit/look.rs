//! Every account as rules see it, for whoever writes down what they rest on instead of judging. The way to there is that of
//! the audit, so that nothing can be seen otherwise.

use std::collections::BTreeMap;
use std::io;

use super::groups::offered;
use super::judge::{Judge, Seen, count_settled};
use super::looked::{Looked, RuleCount};
use super::matrix::Counts;
use super::{Audit, SourceContext};
use crate::base::parallel;
use crate::correlate::Tried;
use crate::exception::DeclarationUse;
use crate::fetch::{Chunk, Chunks, Spool};
use crate::model::{RuleId, Situation};
use crate::rule::{Rule, Scope, Triage};

/// An account as rules see it.
#[derive(Debug, Clone, Copy)]
pub struct Sight<'s> {
    /// The position of its record among those received.
    pub position: u64,
    /// Its record.
    pub record: &'s str,
    /// By which keys it was looked up.
    pub tried: &'s Tried<'s>,
    /// Whose it is.
    pub situation: &'s Situation,
    /// What rules may know of it.
    pub scope: &'s Scope<'s>,
}

/// Makes something of the accounts that it sees, some at a time.
pub trait Look: Sync {
    /// What is made while it sees some.
    type Made;
    /// What came of that.
    type Done: Send;

    /// Begins with some accounts.
    fn start(&self) -> Self::Made;

    /// Sees one of them.
    ///
    /// # Errors
    /// What can't be done with it.
    fn see(&self, made: &mut Self::Made, sight: &Sight<'_>) -> io::Result<()>;

    /// Has seen them all.
    ///
    /// # Errors
    /// What can't be done with them.
    fn finish(&self, made: Self::Made) -> io::Result<Self::Done>;
}

impl Audit<'_> {
    /// Looks at all accounts of a source, on all cores. What comes of some is handed over in the order of the accounts.
    ///
    /// # Errors
    /// The records can't be read back, or something can't be done with them.
    pub fn look<L: Look>(
        &self,
        context: &SourceContext<'_>,
        spool: &mut Spool,
        look: &L,
        mut take: impl FnMut(L::Done) -> io::Result<()>,
    ) -> io::Result<Looked> {
        let judge = self.judge(context);
        let some = |chunks: Vec<Chunk>| {
            let (mut made, mut looked, mut ledger) = (look.start(), Looked::default(), DeclarationUse::default());
            let mut said = SaidOfAccounts::new(&judge);
            for chunk in &chunks {
                judge.each(judge.kept(chunk), &mut ledger, |seen| {
                    let Seen { position, line: record, tried, judged, scope } = *seen;
                    looked.count(judged.situation, tried);
                    said.count(scope);
                    look.see(&mut made, &Sight { position, record, tried, situation: judged.situation, scope })
                })?;
            }
            looked.ledger = ledger;
            looked.said = said.finish();
            Ok((look.finish(made)?, looked))
        };
        let mut all = Looked::default();
        parallel::for_each_in_order(Batches(spool.chunks()), some, |(done, looked)| {
            all.merge(looked);
            take(done)
        })?;
        Ok(all)
    }
}

/// Counts what rules say of single accounts, so that an engine that tells less of them isn't believed.
struct SaidOfAccounts<'j> {
    judge: &'j Judge<'j>,
    triage: Triage<'j>,
    of_accounts: Vec<Counts>,
    of_groups: Vec<Counts>,
}

impl<'j> SaidOfAccounts<'j> {
    fn new(judge: &'j Judge<'j>) -> Self {
        let none = |rules: &[&Rule]| rules.iter().map(|_| Counts::default()).collect();
        let (of_accounts, of_groups) = (none(&judge.about_accounts), none(&judge.about_groups));
        Self { judge, triage: Triage::new(&judge.about_accounts), of_accounts, of_groups }
    }

    fn count(&mut self, scope: &Scope<'_>) {
        for open in self.triage.take(scope) {
            if let Some(counts) = self.of_accounts.get_mut(open.rule) {
                counts.count(open.judge(scope));
            }
        }
        for (rule, counts) in self.judge.about_groups.iter().zip(&mut self.of_groups) {
            if let Some(undecided) = offered(rule, scope, |_, _| ()) {
                counts.count(undecided);
            }
        }
    }

    fn finish(mut self) -> BTreeMap<RuleId, RuleCount> {
        count_settled(&self.triage, &mut self.of_accounts);
        let of = |rules: &[&Rule], counts: Vec<Counts>| {
            let ids: Vec<RuleId> = rules.iter().map(|rule| rule.id().clone()).collect();
            ids.into_iter().zip(counts).map(|(rule, counts)| (rule, counts.told()))
        };
        let of_accounts = of(&self.judge.about_accounts, self.of_accounts);
        let of_groups = of(&self.judge.about_groups, self.of_groups);
        of_accounts.chain(of_groups).filter(|(_, count)| *count != RuleCount::default()).collect()
    }
}

/// So much of a spool at a time that it is worth a row group of its own.
struct Batches<'s>(Chunks<'s>);

impl Iterator for Batches<'_> {
    type Item = io::Result<Vec<Chunk>>;

    fn next(&mut self) -> Option<Self::Item> {
        const ENOUGH: usize = 1 << 24;
        let (mut batch, mut bytes) = (Vec::new(), 0);
        while bytes < ENOUGH {
            match self.0.next() {
                Some(Ok(chunk)) => {
                    bytes += chunk.text().len();
                    batch.push(chunk);
                }
                Some(Err(error)) => return Some(Err(error)),
                None => break,
            }
        }
        (!batch.is_empty()).then_some(Ok(batch))
    }
}
