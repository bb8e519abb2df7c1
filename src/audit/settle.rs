//! Which single lines of the configuration would give an owner to many accounts of a source at once: a domain, a pattern, a
//! tier. Each was found for one account; here it is tried on all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::{Audit, SourceContext};
use crate::config::SourceMatch;
use crate::correlate::{Correlator, SourceCorrelator};
use crate::fetch::Spool;
use crate::model::{Account, Situation};
use crate::suggest::{Accept, NearMiss};

/// A line, and what it would do at its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettlingLine {
    /// The line, and where it belongs.
    pub accept: Accept,
    /// Accounts without an owner that it gives one, and that no line before it does.
    pub settles: u64,
    /// Accounts that have an owner, and for which it finds somebody else as well.
    pub contradicts: u64,
}

/// How often each line was found, over accounts.
#[derive(Debug, Default)]
pub(super) struct LineCounts(BTreeMap<Accept, u64>);

/// For fewer accounts, a line each in the crosswalk is as short, and surer.
const FEWEST: u64 = 3;

/// A line that finds somebody else for more than this part of those whom it settles is wrong.
const CONTRADICTING: u64 = 20;

impl LineCounts {
    /// Counts each line of an account's likeliest employee.
    pub(super) fn add(&mut self, near: &[NearMiss]) {
        let lines = near.first().into_iter().flat_map(|near| &near.accept);
        for line in lines.filter(|accept| !matches!(accept, Accept::Crosswalk(_))) {
            *self.0.entry(line.clone()).or_default() += 1;
        }
    }

    /// The line that most have in common, and how many do.
    pub(super) fn commonest(self) -> Option<(Accept, u64)> {
        self.by_count().into_iter().next()
    }

    fn by_count(self) -> Vec<(Accept, u64)> {
        let mut all: Vec<_> = self.0.into_iter().collect();
        all.sort_by(|(a, n), (b, m)| m.cmp(n).then_with(|| a.cmp(b)));
        all
    }
}

/// A line that is tried: the keys of accounts, and the roster's where the line is about those.
struct Trial {
    accept: Accept,
    matching: SourceMatch,
    roster: Option<Correlator>,
}

impl Audit<'_> {
    /// The lines that settle several unmatched accounts of the source, the one that settles most first, and which accounts
    /// they settle.
    pub(super) fn settling(
        &self,
        context: &SourceContext<'_>,
        spool: &mut Spool,
        lines: LineCounts,
    ) -> io::Result<(Vec<SettlingLine>, BTreeSet<String>)> {
        /// Each costs a look at every account.
        const MOST: usize = 12;
        let several = lines.by_count().into_iter().filter(|(_, accounts)| *accounts >= FEWEST).take(MOST);
        let trials: Vec<Trial> = several.filter_map(|(accept, _)| self.trial(context, accept)).collect();
        if trials.is_empty() {
            return Ok((Vec::new(), BTreeSet::new()));
        }
        let correlators: Vec<_> = trials
            .iter()
            .map(|trial| {
                let roster = trial.roster.as_ref().unwrap_or_else(|| context.correlator.roster());
                SourceCorrelator::new(roster, &trial.matching, None)
            })
            .collect();
        let mut contradicts = vec![0; trials.len()];
        let mut settled: Vec<(String, Vec<bool>)> = Vec::new();
        spool.for_each(|_, record| {
            let account = context.decoder.decode(record).map_err(io::Error::other)?.account;
            if self.is_unmatched(context, &account) {
                let by: Vec<bool> = correlators.iter().map(|trial| is_matched(trial, &account)).collect();
                if by.contains(&true) {
                    settled.push((account.id.to_string(), by));
                }
            } else if let Some(owner) = context.correlator.correlate(&account).employee() {
                for (count, trial) in contradicts.iter_mut().zip(&correlators) {
                    let found = trial.correlate(&account);
                    *count += u64::from(found != Situation::Unmatched && found.employee() != Some(owner));
                }
            }
            Ok::<_, io::Error>(())
        })?;
        Ok(chosen(&trials, &contradicts, settled))
    }

    fn trial(&self, context: &SourceContext<'_>, accept: Accept) -> Option<Trial> {
        let (config, matching) = accept.applied(self.suggester.matching(), context.correlator.matching())?;
        let roster = matches!(accept, Accept::Match(_)).then(|| Correlator::new(self.roster, &config));
        Some(Trial { accept, matching, roster })
    }
}

fn is_matched(correlator: &SourceCorrelator<'_>, account: &Account<'_>) -> bool {
    matches!(correlator.correlate(account), Situation::Matched { .. })
}

/// One after the other the line that settles most of what is left; of two lines with one key only one can be written.
fn chosen(
    trials: &[Trial],
    contradicts: &[u64],
    mut left: Vec<(String, Vec<bool>)>,
) -> (Vec<SettlingLine>, BTreeSet<String>) {
    let (mut lines, mut accounts, mut keys) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    loop {
        let free =
            trials.iter().zip(contradicts).enumerate().filter(|(_, (trial, _))| !keys.contains(trial.accept.key()));
        let counted = free.map(|(at, (trial, contradicts))| {
            let settles = left.iter().filter(|(_, by)| by.get(at) == Some(&true)).count() as u64;
            (at, SettlingLine { accept: trial.accept.clone(), settles, contradicts: *contradicts })
        });
        let worth = counted.filter(|(_, line)| {
            line.settles >= FEWEST && line.contradicts.saturating_mul(CONTRADICTING) <= line.settles
        });
        // Of equals the first, which was the commonest.
        let Some((at, line)) = worth.min_by_key(|(at, line)| (u64::MAX - line.settles, *at)) else { break };
        keys.insert(line.accept.key().to_owned());
        lines.push(line);
        left.retain(|(id, by)| {
            let settled = by.get(at) == Some(&true);
            if settled {
                accounts.insert(id.clone());
            }
            !settled
        });
    }
    (lines, accounts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trial(line: &str) -> Trial {
        let accept = Accept::SourceMatch(line.to_owned());
        Trial { accept, matching: SourceMatch::default(), roster: None }
    }

    /// Of accounts of which each is settled by the lines at these places.
    fn told(lines: &[&str], contradicts: &[u64], accounts: &[&[usize]]) -> (Vec<(String, u64)>, usize) {
        let trials: Vec<_> = lines.iter().map(|line| trial(line)).collect();
        let by = |places: &&[usize]| (0..lines.len()).map(|at| places.contains(&at)).collect();
        let accounts = accounts.iter().enumerate().map(|(id, places)| (id.to_string(), by(places))).collect();
        let (chosen, settled) = chosen(&trials, contradicts, accounts);
        (chosen.into_iter().map(|line| (line.accept.line().to_owned(), line.settles)).collect(), settled.len())
    }

    #[test]
    fn each_account_is_settled_once_and_each_key_written_once() {
        let (one, other, of_one_key) = ("username = a", "email = b", "username = c");
        let all: &[&[usize]] = &[&[0, 1], &[0, 1], &[0, 1], &[0], &[1], &[1], &[1], &[2], &[2], &[2]];
        let lines = [one, other, of_one_key];
        let (chosen, settled) = told(&lines, &[0, 0, 0], all);
        assert_eq!((chosen, settled), (vec![(other.to_owned(), 6), (of_one_key.to_owned(), 3)], 9));
        let (chosen, _) = told(&lines, &[0, 1, 0], all);
        assert_eq!(chosen, [(one.to_owned(), 4)], "the six, of which one is wrong, are left");
        assert_eq!(told(&[one], &[0], &[&[0], &[0]]).0, [], "a line each in the crosswalk is as short");
    }
}
