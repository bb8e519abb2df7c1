//! What became of the promises of reviews: before the accounts of a source are judged, each is looked at, because an account may have
//! come in the place of another.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::sync::Arc;

use chrono::NaiveDate;

use super::{Audit, SourceContext};
use crate::base::parallel;
use crate::exception::{PromiseState, PromisedThere, Settled, Sight};
use crate::fetch::{Chunk, Spool, record};
use crate::model::{Account, Employee, SourceStatus};

/// What rules may know of promises about accounts of one source, by identifier.
pub(super) type Promised = Arc<HashMap<String, PromisedThere>>;

/// What became of each promise, by its id, and on which day, if the vendor tells that.
pub type PromiseStates = BTreeMap<String, (PromiseState, Option<NaiveDate>)>;

impl Audit<'_> {
    /// Settles the promises about accounts of a source.
    pub(super) fn look_at_promises(
        &mut self,
        context: &SourceContext<'_>,
        spool: Option<&mut Spool>,
        status: SourceStatus,
    ) -> io::Result<()> {
        let promises = self.exceptions.promises.of(context.name, self.now);
        if promises.is_empty() {
            return Ok(());
        }
        let (roster, now) = (self.roster, self.now);
        let look = |chunk: Chunk| {
            let mut sights: Vec<Sight> = Vec::new();
            for (_, line) in chunk.lines() {
                let decoded = context.decoder.decode(record(line)?).map_err(io::Error::other)?;
                let account: Account<'_> = decoded.account.as_of(now);
                let owner = || {
                    let owner = context.correlator.correlate(&account).employee()?;
                    roster.employee(owner).map(Employee::id)
                };
                sights.extend(promises.look_at(&account, &owner));
            }
            Ok::<_, io::Error>(sights)
        };
        let mut sights = Vec::new();
        if let Some(spool) = spool {
            parallel::for_each_in_order(spool.chunks(), look, |some| {
                sights.extend(some);
                Ok::<_, io::Error>(())
            })?;
        }
        let Settled { by_account, states } = promises.settle(sights, status == SourceStatus::Complete, &self.memory);
        self.promised.insert(context.name.clone(), Arc::new(by_account));
        self.promise_states.extend(states);
        Ok(())
    }
}
