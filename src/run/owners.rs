//! Who answers for a source, as far as the roster knows them.

use super::Inputs;
use crate::config::SourceConfig;
use crate::model::{Employee, Timestamp};

/// What the reader should know, unless somebody who works here answers for a source that has an owner.
pub(super) fn note(source: &SourceConfig, inputs: &Inputs, now: Timestamp) -> Option<String> {
    let owners = inputs.correlator.by_id(source.owner.as_deref()?);
    let people: Vec<&Employee> = owners.iter().filter_map(|index| inputs.roster.employee(*index)).collect();
    let what = if people.is_empty() {
        "its owner is not in the roster"
    } else if people.iter().any(|person| person.works_here(now)) {
        return None;
    } else if people.iter().all(|person| person.has_left(now)) {
        "its owner has left"
    } else {
        "the roster doesn't tell whether its owner works here"
    };
    Some(format!("{what}; name another in [[source]] owner"))
}
