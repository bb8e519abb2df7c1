//! Promises of reviews, before anything is judged: which are missing that the audit before knew, and that engines can't see to any.

use std::collections::BTreeSet;

use super::Inputs;
use crate::base::diagnostic::Diagnostic;
use crate::base::text::counted;
use crate::breaker::Anomaly;
use crate::config::Config;
use crate::exception::{PromiseMemory, Promises};
use crate::model::Timestamp;

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

/// Whether a promise is kept is seen in all accounts of its source at once, and in those that are gone, which no engine is told of.
/// Rules that read of promises would pass what they find.
pub(super) fn promised(config: &Config, inputs: &Inputs, as_of: Timestamp) -> Option<Diagnostic> {
    let review = config.review.as_ref()?;
    inputs.exceptions.promises.open(as_of).next()?;
    let message = "reviews have promised something, and engines can't be asked whether it is done";
    let help = "`headcount audit` sees to promises; leave [review] out of the configuration that the engine works by";
    Some(Diagnostic::of_file(&review.folder, message).help(help))
}
