//! What an audit misses of promises: before it judges, those that the audit before knew are held against those that are there.

use std::collections::BTreeSet;

use crate::base::text::counted;
use crate::breaker::Anomaly;
use crate::exception::{PromiseMemory, Promises};

/// What the audit before held somebody to, and what isn't there any more: a promise ends by being done, or by a new decision.
pub(super) fn lost_promises(promises: &Promises, memory: &PromiseMemory) -> Vec<Anomaly> {
    let ids: BTreeSet<&str> = promises.ids().collect();
    let lost = memory.lost(|id| ids.contains(id)).into_iter().map(|(review, count)| {
        let promises = counted(count, "promise", "promises");
        Anomaly::Changed(format!(
            "{promises} of review {review} weren't done when the audit before looked, and are in no promises.json now: restore \
             the folder of the review, or name it in [review] folder"
        ))
    });
    lost.collect()
}
