//! What the accounts of one source come to, piece by piece, until all of them are there: for the rules that look at several of them.

use std::io;

use super::groups::GroupMembers;
use super::judge::{ChunkResult, Judge};
use super::matrix::Counts;
use super::near::{Likely, Orphans};
use super::{Audit, Evidence};
use crate::correlate::Tally;
use crate::fetch::Spool;

/// What was gathered of one source's accounts, for the rules that look at several of them.
pub(super) struct Gathered<'j> {
    pub tally: Tally,
    of_accounts: Vec<Counts>,
    of_groups: Vec<Counts>,
    pub groups: Vec<GroupMembers<'j>>,
    orphans: Orphans,
}

impl<'j> Gathered<'j> {
    /// Nothing yet; of accounts without an owner, this many may be kept.
    pub(super) fn new(judge: &Judge<'j>, orphans: usize) -> Self {
        Self {
            tally: Tally::default(),
            of_accounts: judge.about_accounts.iter().map(|_| Counts::default()).collect(),
            of_groups: judge.about_groups.iter().map(|_| Counts::default()).collect(),
            groups: judge.about_groups.iter().map(|rule| GroupMembers::new(rule)).collect(),
            orphans: Orphans::with_room(orphans),
        }
    }
}

impl Audit<'_> {
    /// Puts what one thread has made of some accounts to the rest.
    pub(super) fn take<'j>(
        &mut self,
        judge: &Judge<'j>,
        gathered: &mut Gathered<'j>,
        result: ChunkResult<'j>,
    ) -> io::Result<()> {
        gathered.tally.merge(&result.looked.tally);
        if self.answers.is_none() {
            self.count(judge.context.name, result.looked);
        }
        self.unsettled.extend(result.unsettled);
        for (all, some) in gathered.of_accounts.iter_mut().zip(result.of_accounts) {
            all.merge(some);
        }
        for (all, some) in gathered.of_groups.iter_mut().zip(result.of_groups) {
            all.merge(some);
        }
        for (all, some) in gathered.groups.iter_mut().zip(result.groups) {
            all.merge(some, result.first);
        }
        for (rule, offers) in judge.about_people.iter().zip(result.people) {
            if let Some(people) = self.people.iter_mut().find(|people| people.is_about(rule)) {
                people.take(judge.context.name, offers);
            }
        }
        let finished = self.found.append(result.batch)?;
        let concerned = self.found.extend(result.concerned)?;
        gathered.orphans.take(result.orphans, (finished, concerned));
        Ok(())
    }

    /// Judges what all accounts of a source are needed for.
    pub(super) fn together(
        &mut self,
        judge: &Judge<'_>,
        gathered: Gathered<'_>,
        spool: &mut Spool,
    ) -> io::Result<Tally> {
        let context = judge.context;
        let Gathered { tally, of_accounts, of_groups, groups, mut orphans } = gathered;
        orphans.limit(self.orphans_left);
        self.orphans_left = orphans.room_left();
        // It takes as long as judging some hundred thousand accounts, so it isn't done where nobody reads it.
        if self.evidence == Evidence::Whole || self.answers.is_some() || tally.has_low_match() {
            let Likely { near_misses, line } = orphans.likely(&self.suggester, context)?;
            self.found.add_near_misses(near_misses)?;
            self.by_source.entry(context.name.clone()).or_default().likely = line;
        }
        let rules = judge.about_accounts.iter().chain(&judge.about_groups);
        let counted = rules.zip(of_accounts.into_iter().chain(of_groups)).filter(|_| self.answers.is_none());
        for (rule, counts) in counted {
            self.matrix.merge(rule.id(), context.name, counts);
        }
        self.groups(context, groups, spool)?;
        Ok(tally)
    }
}
