//! For every account without an owner, the line of a crosswalk that would give it one: for a person to confirm.

use std::io;

use super::near::Orphans;
use super::settle::{LineCounts, Names, SettlingLine};
use super::{Audit, AuditError, SourceContext};
use crate::fetch::{Population, record};
use crate::model::{Account, AccountField, Situation};
use crate::suggest::NearMiss;

/// An account and the only employee who is as like.
#[derive(Debug)]
pub struct Suggestion {
    /// The vendor's identifier of the account.
    pub account_id: String,
    /// What people call it.
    pub called: String,
    /// The employee, with the reasons.
    pub near: NearMiss,
}

/// What is suggested for a source.
#[derive(Debug, Default)]
pub struct Suggestions {
    /// Lines of the configuration of which each settles several accounts, the one that settles most first.
    pub rules: Vec<SettlingLine>,
    /// For the accounts that are left, those that are wanted, the likeliest first.
    pub lines: Vec<Suggestion>,
    /// How many are likely enough, but with them the precision would not be kept.
    pub left_out: usize,
}

/// Which suggestions are wanted.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// The least score of each.
    pub least: f64,
    /// Of all of a source together, this share should be right, by their scores.
    pub precision: Option<f64>,
}

impl Audit<'_> {
    /// The lines that settle several unmatched accounts of a source; and of the others those of which one employee is this
    /// likely the owner, and nobody else as likely.
    ///
    /// # Errors
    /// The records can't be read back.
    pub fn suggestions(
        &self,
        context: &SourceContext<'_>,
        population: &mut Population,
        wanted: Wanted,
    ) -> Result<Suggestions, AuditError> {
        let (mut found, mut waiting) = (Vec::new(), Vec::new());
        let (mut lines, mut names) = (LineCounts::default(), Names::default());
        let Some(spool) = &mut population.spool else { return Ok(Suggestions::default()) };
        let read = || {
            spool.for_each(|_, record| {
                let text = record.get().to_owned();
                let account = context.decoder.decode(record).map_err(io::Error::other)?.account;
                if self.is_unmatched(context, &account) {
                    waiting.push(text);
                }
                if waiting.len() == Orphans::MOST {
                    found.extend(self.suggested(
                        context,
                        &std::mem::take(&mut waiting),
                        wanted.least,
                        (&mut lines, &mut names),
                    )?);
                }
                Ok::<_, io::Error>(())
            })?;
            found.extend(self.suggested(context, &waiting, wanted.least, (&mut lines, &mut names))?);
            self.settling(context, spool, lines, &names)
        };
        let settling = read().map_err(|error| AuditError::Spool { source_name: context.name.clone(), error })?;
        let (rules, settled) = settling;
        found.retain(|suggestion: &Suggestion| !settled.contains(&suggestion.account_id));
        found.sort_by(|a, b| b.near.score.total_cmp(&a.near.score).then_with(|| a.account_id.cmp(&b.account_id)));
        let likely = found.len();
        if let Some(precision) = wanted.precision {
            found.truncate(as_many_as_promise(precision, found.iter().map(|suggestion| suggestion.near.score)));
        }
        Ok(Suggestions { rules, left_out: likely - found.len(), lines: found })
    }

    /// Whether nobody owns the account, and nobody answers for it.
    pub(super) fn is_unmatched(&self, context: &SourceContext<'_>, account: &Account<'_>) -> bool {
        let correlated = context.correlator.correlate(account);
        let situation = self.declarations.of(context.name, self.now).situation(account, correlated);
        matches!(situation, Situation::Unmatched)
    }

    /// Of some accounts at a time: what is likely for one depends on the others.
    fn suggested(
        &self,
        context: &SourceContext<'_>,
        records: &[String],
        least: f64,
        (lines, names): (&mut LineCounts, &mut Names),
    ) -> io::Result<Vec<Suggestion>> {
        let mut accounts = Vec::with_capacity(records.len());
        for text in records {
            accounts.push(context.decoder.decode(record(text)?).map_err(io::Error::other)?.account);
        }
        let near = self.suggester.likeliest(context, &accounts);
        for (account, near) in accounts.iter().zip(&near) {
            lines.add(near.as_slice());
            names.add(account, near.as_ref(), only_one(near.as_ref(), least));
        }
        let only = accounts
            .iter()
            .zip(near)
            .filter_map(|(account, near)| Some((account, only_one(near.as_ref(), least)?.clone())));
        let suggestion = |(account, near): (&Account<'_>, NearMiss)| {
            let called = [AccountField::DisplayName, AccountField::Email, AccountField::Username];
            let called = called.into_iter().find_map(|field| field.of(account)).unwrap_or(&account.id);
            Suggestion { called: called.to_owned(), account_id: account.id.to_string(), near }
        };
        Ok(only.map(suggestion).collect())
    }
}

/// The likeliest, unless it isn't likely enough or somebody else is as likely.
fn only_one(near: Option<&NearMiss>, least: f64) -> Option<&NearMiss> {
    near.filter(|near| near.score >= least && near.equals == 0)
}

/// How many of the best can be taken so that this share of them is right on average.
fn as_many_as_promise(precision: f64, scores: impl Iterator<Item = f64>) -> usize {
    let mut sum = 0.0;
    let right = scores.zip(1_u32..).take_while(|(score, count)| {
        sum += score;
        sum >= precision * f64::from(*count)
    });
    right.count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worse_suggestions_are_left_out_until_the_promise_is_kept() {
        for (precision, taken) in [(0.99, 1), (0.95, 3), (0.9, 4), (1.0, 0)] {
            assert_eq!(as_many_as_promise(precision, [0.99, 0.98, 0.93, 0.8].into_iter()), taken, "{precision}");
        }
    }
}
