//! Which single lines of the configuration would give an owner to many accounts of a source at once: a domain, a pattern, a
//! tier. Each was found for one account; here it is tried on all of them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;

use super::{Audit, SourceContext};
use crate::config::SourceMatch;
use crate::correlate::{Correlator, SourceCorrelator};
use crate::fetch::Spool;
use crate::model::{Account, EmployeeIndex, Situation};
use crate::suggest::{Accept, NearMiss};

/// A line, and what it would do at its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettlingLine {
    /// The line, and where it belongs.
    pub accept: Accept,
    /// Accounts without an owner that it gives one, and that no line before it does.
    pub settles: u64,
    /// Of these, accounts whose name is rather somebody else's, or that of two people.
    pub doubtful: u64,
    /// Accounts that have an owner, and for which it finds somebody else as well.
    pub contradicts: u64,
}

/// Whose unmatched accounts are by their names, as surely as a suggestion has to be; or that their names don't tell.
#[derive(Debug, Default)]
pub(super) struct Names(HashMap<String, Option<EmployeeIndex>>);

impl Names {
    /// Keeps whom the names of an account tell, if it has any.
    pub(super) fn add(&mut self, account: &Account<'_>, near: Option<&NearMiss>, told: Option<&NearMiss>) {
        if near.is_some() || account.display_name.present().is_some() {
            self.0.insert(account.id.to_string(), told.map(|near| near.employee));
        }
    }

    /// What becomes of an account for which a line finds this.
    fn weigh(&self, account: &Account<'_>, found: &Situation) -> Outcome {
        let Some(employee) = found.employee() else { return Outcome::Left };
        match self.0.get(account.id.as_ref()) {
            Some(told) if *told != Some(employee) => Outcome::Doubtful,
            _ => Outcome::Settled,
        }
    }
}

/// What becomes of an unmatched account with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// It has no owner still.
    Left,
    /// It gets one.
    Settled,
    /// It gets one whom its name doesn't name, or not alone.
    Doubtful,
}

/// How often each line was found, over accounts.
#[derive(Debug, Default)]
pub(super) struct LineCounts(BTreeMap<Accept, u64>);

/// For fewer accounts, a line each in the crosswalk is as short, and surer.
const FEWEST: u64 = 3;

/// A line that finds the wrong one, or nobody knows whom, for more than three in a hundred of those whom it settles isn't
/// shown: it would hide orphans.
const DOUBTFUL: (u64, u64) = (3, 100);

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
        names: &Names,
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
        let mut settled: Vec<(String, Vec<Outcome>)> = Vec::new();
        spool.for_each(|_, record| {
            let account = context.decoder.decode(record).map_err(io::Error::other)?.account;
            if self.is_unmatched(context, &account) {
                let by: Vec<_> =
                    correlators.iter().map(|trial| names.weigh(&account, &trial.correlate(&account))).collect();
                if by.iter().any(|outcome| *outcome != Outcome::Left) {
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

/// One after the other the line that settles most of what is left; of two lines with one key only one can be written.
fn chosen(
    trials: &[Trial],
    contradicts: &[u64],
    mut left: Vec<(String, Vec<Outcome>)>,
) -> (Vec<SettlingLine>, BTreeSet<String>) {
    let (mut lines, mut accounts, mut keys) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    loop {
        let free =
            trials.iter().zip(contradicts).enumerate().filter(|(_, (trial, _))| !keys.contains(trial.accept.key()));
        let counted = free.map(|(at, (trial, contradicts))| {
            let count = |outcome| left.iter().filter(|(_, by)| by.get(at) == Some(&outcome)).count() as u64;
            let doubtful = count(Outcome::Doubtful);
            let settles = count(Outcome::Settled) + doubtful;
            (at, SettlingLine { accept: trial.accept.clone(), settles, doubtful, contradicts: *contradicts })
        });
        let (few, of_so_many) = DOUBTFUL;
        let worth = counted.filter(|(_, line)| {
            let doubts = line.doubtful.saturating_add(line.contradicts);
            line.settles >= FEWEST && doubts.saturating_mul(of_so_many) <= line.settles.saturating_mul(few)
        });
        // Of equals the first, which was the commonest.
        let Some((at, line)) = worth.min_by_key(|(at, line)| (u64::MAX - line.settles, *at)) else { break };
        keys.insert(line.accept.key().to_owned());
        lines.push(line);
        left.retain(|(id, by)| {
            let outcome = by.get(at).copied().unwrap_or(Outcome::Left);
            if outcome == Outcome::Settled {
                accounts.insert(id.clone());
            }
            outcome == Outcome::Left
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

    /// Of accounts of which each is settled by the lines at these places, or, where the place is negative, doubtfully.
    fn told(lines: &[&str], contradicts: &[u64], accounts: &[&[isize]]) -> (Vec<(String, u64)>, usize) {
        let trials: Vec<_> = lines.iter().map(|line| trial(line)).collect();
        let by = |places: &&[isize]| {
            let outcome = |at: isize| match () {
                () if places.contains(&at) => Outcome::Settled,
                () if places.contains(&(-1 - at)) => Outcome::Doubtful,
                () => Outcome::Left,
            };
            (0..).take(lines.len()).map(outcome).collect()
        };
        let accounts = accounts.iter().enumerate().map(|(id, places)| (id.to_string(), by(places))).collect();
        let (chosen, settled) = chosen(&trials, contradicts, accounts);
        (chosen.into_iter().map(|line| (line.accept.line().to_owned(), line.settles)).collect(), settled.len())
    }

    #[test]
    fn each_account_is_settled_once_and_each_key_written_once() {
        let (one, other, of_one_key) = ("username = a", "email = b", "username = c");
        let all: &[&[isize]] = &[&[0, 1], &[0, 1], &[0, 1], &[0], &[1], &[1], &[1], &[2], &[2], &[2]];
        let lines = [one, other, of_one_key];
        let (chosen, settled) = told(&lines, &[0, 0, 0], all);
        assert_eq!((chosen, settled), (vec![(other.to_owned(), 6), (of_one_key.to_owned(), 3)], 9));
        let (chosen, _) = told(&lines, &[0, 1, 0], all);
        assert_eq!(chosen, [(one.to_owned(), 4)], "the six, of which one is wrong, are left");
        assert_eq!(told(&[one], &[0], &[&[0], &[0]]).0, [], "a line each in the crosswalk is as short");
    }

    #[test]
    fn a_line_that_gives_accounts_to_people_of_other_names_is_not_shown() {
        let (sure, doubtful): (&[isize], &[isize]) = (&[0], &[-1]);
        let of = |settled, doubted| [vec![sure; settled], vec![doubtful; doubted]].concat();
        let (chosen, settled) = told(&["username = a"], &[0], &of(97, 3));
        assert_eq!((chosen, settled), (vec![("username = a".to_owned(), 100)], 97), "these three stay in the file");
        assert_eq!(told(&["username = a"], &[0], &of(96, 4)), (Vec::new(), 0));
        assert_eq!(told(&["username = a"], &[1], &of(97, 3)), (Vec::new(), 0), "doubts of all kinds count together");
    }
}
