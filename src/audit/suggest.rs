//! For every account without an owner, the line of a crosswalk that would give it one: for a person to confirm.

use super::{Audit, AuditError, SourceContext};
use crate::correlate::NearMiss;
use crate::model::{AccountField, Situation};
use crate::source::Population;

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

impl Audit<'_> {
    /// The unmatched accounts of a source of which one employee is this likely the owner, and nobody else as likely.
    ///
    /// # Errors
    /// The records can't be read back.
    pub fn suggestions(
        &self,
        context: &SourceContext<'_>,
        population: &mut Population,
        least: f64,
    ) -> Result<Vec<Suggestion>, AuditError> {
        let mut found = Vec::new();
        let Some(spool) = &mut population.spool else { return Ok(found) };
        spool
            .for_each(|_, record| {
                let account = context.decoder.decode(record).map_err(std::io::Error::other)?.account;
                let situation = self
                    .declarations
                    .of(context.name, self.now)
                    .situation(&account, context.correlator.correlate(&account));
                if matches!(situation, Situation::Unmatched)
                    && let Some(near) = only_one(self.suggester.find_any(context, &account), least)
                {
                    let called = [AccountField::DisplayName, AccountField::Email, AccountField::Username];
                    let called = called.into_iter().find_map(|field| field.of(&account)).unwrap_or(&account.id);
                    found.push(Suggestion { called: called.to_owned(), account_id: account.id.to_string(), near });
                }
                Ok::<_, std::io::Error>(())
            })
            .map_err(|error| AuditError::Spool { source_name: context.name.clone(), error })?;
        found.sort_by(|a, b| b.near.score.total_cmp(&a.near.score).then_with(|| a.account_id.cmp(&b.account_id)));
        Ok(found)
    }
}

/// The likeliest, unless it isn't likely enough or somebody else is as likely.
fn only_one(near: Vec<NearMiss>, least: f64) -> Option<NearMiss> {
    near.into_iter().next().filter(|near| near.score >= least && near.equals == 0)
}
