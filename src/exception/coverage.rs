//! What an audit has seen whole. An exception for something that could not be seen is neither unused nor resolved.

use std::collections::BTreeSet;

use crate::model::SourceName;

/// The sources of which every account was seen.
#[derive(Debug, Default)]
pub struct Coverage {
    complete: BTreeSet<SourceName>,
    all: bool,
}

impl Coverage {
    /// Of all configured sources, those that are complete.
    pub fn new(configured: &[SourceName], complete: impl IntoIterator<Item = SourceName>) -> Self {
        let complete: BTreeSet<SourceName> = complete.into_iter().collect();
        Self { all: configured.iter().all(|source| complete.contains(source)), complete }
    }

    /// Whether this source was seen whole; without a source, whether all were.
    pub fn is_complete(&self, source: Option<&SourceName>) -> bool {
        source.map_or(self.all, |source| self.complete.contains(source))
    }
}
