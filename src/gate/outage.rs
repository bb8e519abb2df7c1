//! Outages that are known of: with `--allow-outage`, the verdict is about the other sources, and says so.

use chrono::NaiveDate;

use super::{Reason, Seen, remedy};
use crate::fetch::Certificate;
use crate::model::{SourceName, SourceStatus};

/// An outage that the configuration knows of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outage {
    /// Its source.
    pub source: SourceName,
    /// Its last day.
    pub until: NaiveDate,
    /// Whether that isn't over.
    pub holds: bool,
}

impl Seen<'_> {
    fn outage(&self, source: &SourceName) -> Option<&Outage> {
        self.outages.iter().find(|outage| outage.source == *source && outage.holds)
    }

    /// The outage of a source without which the verdict is about the others. If there is none to be judged, it is about
    /// nothing, and can't be good.
    fn excuse(&self, source: &SourceName, status: SourceStatus) -> Option<&Outage> {
        let seen_whole = |(_, certificate): &(_, Certificate)| certificate.status == SourceStatus::Complete;
        let counts = self.allow_outage && status != SourceStatus::Complete && self.sources.iter().any(seen_whole);
        self.outage(source).filter(|_| counts)
    }

    /// Whether the verdict is about the sources without this one.
    pub(super) fn is_excused(&self, source: &SourceName, status: SourceStatus) -> bool {
        self.excuse(source, status).is_some()
    }

    /// The ways out of a source that was not seen whole.
    pub(super) fn way_out(&self, source: &SourceName) -> String {
        let known = self
            .outage(source)
            .map(|outage| format!("; its outage is known until {}, and --allow-outage counts the rest", outage.until));
        format!("{}{}", remedy::SOURCE, known.unwrap_or_default())
    }
}

/// What is left out of the verdict, and what isn't any more.
pub(super) fn reasons(seen: &Seen<'_>) -> Vec<Reason> {
    let excused = seen.sources.iter().filter_map(|(name, certificate)| {
        let outage = seen.excuse(name, certificate.status)?;
        let state = certificate.status.in_a_sentence();
        let text = format!(
            "{name} {state}, as is known until {}: the verdict is about the other sources (--allow-outage)",
            outage.until
        );
        Some(Reason { source: Some(name.to_string()), ..Reason::of_scope(text, "audit it when the outage is over") })
    });
    let over = seen.outages.iter().filter(|outage| !outage.holds).map(|Outage { source, until, .. }| {
        let text = format!("the known outage of {source} ended on {until} and doesn't count any more");
        let remedy = "take known_outage out of the source, or write a later day if somebody has looked again";
        Reason { source: Some(source.to_string()), ..Reason::of_scope(text, remedy) }
    });
    excused.chain(over).collect()
}
