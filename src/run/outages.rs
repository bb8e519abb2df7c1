//! Outages that the configuration knows of, as they stand on the day of the run.

use chrono::NaiveDate;

use super::sources::PreparedSource;
use crate::base::diagnostic::Diagnostic;
use crate::config::Config;
use crate::gate::Outage;
use crate::model::{SourceStatus, Timestamp};

/// The day of a moment, where the roster's days begin and end.
pub(super) fn day(config: &Config, moment: Timestamp) -> NaiveDate {
    moment.with_timezone(&config.roster.timezone).date_naive()
}

/// Those of the chosen sources.
///
/// # Errors
/// One is dated further ahead than anybody can know.
pub(super) fn known(sources: &[PreparedSource<'_>], today: NaiveDate) -> Result<Vec<Outage>, Vec<Diagnostic>> {
    let known = || sources.iter().filter_map(|source| Some((source.config, source.config.known_outage.as_ref()?)));
    let mistakes: Vec<_> = known().filter_map(|(_, outage)| outage.mistake_on(today)).collect();
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    let outages = known().map(|(source, outage)| Outage {
        source: source.name.clone(),
        until: outage.until,
        holds: outage.holds_on(today),
    });
    Ok(outages.collect())
}

/// What the reader of the report should know of a source's outage.
pub(super) fn note(source: &PreparedSource<'_>, status: SourceStatus, today: NaiveDate) -> Option<String> {
    let outage = source.config.known_outage.as_ref()?;
    let who = format!("{}, says {}", outage.reason, outage.owner);
    let until = outage.until;
    Some(match (outage.holds_on(today), status) {
        (false, _) => format!("the known outage ended on {until} and doesn't count any more ({who})"),
        (true, SourceStatus::Complete) => {
            format!("an outage is known until {until} ({who}), but all accounts were seen: known_outage can go")
        }
        (true, _) => format!("the outage is known until {until}: {who}"),
    })
}
