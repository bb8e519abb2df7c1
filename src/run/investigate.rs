//! What a person asks after an audit: why an account was judged as it was, and which lines of a crosswalk would settle
//! the orphans. The same way as [`pipeline`](crate::run), without gate and report.

use crate::audit::{Suggestions, Told, Wanted};
use crate::config::Config;
use crate::fetch::Certificate;
use crate::model::SourceName;
use crate::run::{self, Inputs, RunError, RunOptions};

/// The answer about one account, and how its source was read.
#[derive(Debug)]
pub struct Answer {
    /// The story, or what was perhaps meant.
    pub told: Told,
    /// Whether all accounts were seen.
    pub certificate: Certificate,
}

/// The suggestions for one source, and how it was read.
#[derive(Debug)]
pub struct SourceSuggestions {
    /// The source.
    pub source: SourceName,
    /// What would give its unmatched accounts their owners.
    pub suggestions: Suggestions,
    /// Whether all accounts were seen.
    pub certificate: Certificate,
}

/// Fetches the one source of `options.only`, and tells the story of one of its accounts.
///
/// # Errors
/// What can't be used, before any request; or records that can't be read back.
pub async fn explain(
    config: &Config,
    inputs: &Inputs,
    options: &RunOptions<'_>,
    account_id: &str,
) -> Result<Option<Answer>, RunError> {
    let now = options.as_of();
    let sources = run::ready(config, inputs, options)?;
    let mut populations = run::fetch_all(&sources, options).await?;
    let Some((source, population)) = sources.iter().zip(&mut populations).next() else { return Ok(None) };
    let told = inputs.audit(config, now).explain(&source.context(), population, account_id);
    let told = told.map_err(|error| options.blame(error))?;
    Ok(Some(Answer { told, certificate: population.certificate.clone() }))
}

/// Fetches the sources, and suggests owners for their unmatched accounts that are wanted.
///
/// # Errors
/// As of [`explain`].
pub async fn suggest(
    config: &Config,
    inputs: &Inputs,
    options: &RunOptions<'_>,
    wanted: Wanted,
) -> Result<Vec<SourceSuggestions>, RunError> {
    let now = options.as_of();
    let sources = run::ready(config, inputs, options)?;
    let mut populations = run::fetch_all(&sources, options).await?;
    let audit = inputs.audit(config, now);
    let suggested = sources.iter().zip(&mut populations).map(|(source, population)| {
        Ok(SourceSuggestions {
            source: source.config.name.clone(),
            suggestions: audit
                .suggestions(&source.context(), population, wanted)
                .map_err(|error| options.blame(error))?,
            certificate: population.certificate.clone(),
        })
    });
    suggested.collect()
}
