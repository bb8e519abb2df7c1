//! What a person asks after an audit: why an account was judged as it was, and which lines of a crosswalk would settle
//! the orphans. The same way as [`pipeline`](crate::run), without gate and report.

use crate::audit::{Asked, Suggestions, Told, Wanted};
use crate::config::Config;
use crate::fetch::Certificate;
use crate::model::SourceName;
use crate::run::{self, Inputs, Phase, RunError, RunOptions};

/// The answer of one source, and how it was read.
#[derive(Debug)]
pub struct Answer {
    /// The source.
    pub source: SourceName,
    /// The stories, or what was perhaps meant.
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

/// Fetches the sources, and tells the stories of their accounts that are asked about.
///
/// # Errors
/// What can't be used, before any request; or records that can't be read back.
pub async fn explain(
    config: &Config,
    inputs: &Inputs,
    options: &RunOptions<'_>,
    asked: Asked<'_>,
) -> Result<Vec<Answer>, RunError> {
    let now = options.as_of();
    let sources = run::ready(config, inputs, options)?;
    let mut populations = run::fetch_all(&sources, options).await?;
    options.observer.entered(Phase::Judging);
    let answers = sources.iter().zip(&mut populations).map(|(source, population)| {
        let told = inputs.audit(config, now).explain(&source.context(), population, asked);
        Ok(Answer {
            source: source.config.name.clone(),
            told: told.map_err(|error| options.blame(error))?,
            certificate: population.certificate.clone(),
        })
    });
    answers.collect()
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
    options.observer.entered(Phase::Judging);
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
