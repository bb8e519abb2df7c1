//! Judges the accounts of a source while they arrive, each in the visit in which its record is decoded. Which of them count, and
//! what all of them say together, is known when the list has ended.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::gathered::Gathered;
use super::judge::{ChunkResult, Judge, Received};
use super::near::Orphans;
use super::{Audit, AuditError, SourceContext};
use crate::fetch::{Decoded, Population, RecordError, Visit, Visitor};
use crate::model::Incoming;

/// The accounts of one source, of which more may arrive.
pub struct Arrivals<'j, 'a> {
    audit: &'j Mutex<Audit<'a>>,
    judge: Judge<'j>,
    /// What came of visits that were neither taken nor forgotten.
    visits: Mutex<Visits<'j>>,
    taken: Mutex<Taken<'j>>,
    /// Why what came of a visit couldn't be kept: no fault of the source, whose list ends there.
    failed: Mutex<Option<io::Error>>,
}

#[derive(Default)]
struct Visits<'j> {
    last: u64,
    results: BTreeMap<Visit, ChunkResult<'j>>,
}

/// What was taken.
struct Taken<'j> {
    accounts: u64,
    gathered: Gathered<'j>,
}

impl fmt::Debug for Arrivals<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Arrivals").field("source", self.judge.context.name).finish_non_exhaustive()
    }
}

impl<'j, 'a: 'j> Arrivals<'j, 'a> {
    /// Nobody yet. None, if the accounts of this source have to be there before the first can be judged, or everybody is to be
    /// listed in the order received.
    pub fn of(audit: &'j Mutex<Audit<'a>>, context: &'j SourceContext<'j>) -> Option<Self> {
        let judge = {
            let audit = lock(audit);
            let is_promised = !audit.exceptions.promises.of(context.name, audit.now).is_empty();
            if is_promised || audit.answers.is_some() || audit.inventory.is_some() {
                return None;
            }
            audit.judge(context)
        };
        let gathered = Gathered::new(&judge, Orphans::MOST);
        let taken = Mutex::new(Taken { accounts: 0, gathered });
        Some(Self { audit, judge, visits: Mutex::default(), taken, failed: Mutex::default() })
    }

    /// Remembers why the audit can't go on.
    fn failing(&self, error: io::Error) -> io::Error {
        let told = io::Error::new(error.kind(), error.to_string());
        lock(&self.failed).get_or_insert(error);
        told
    }

    /// Judges what all accounts are needed for, and the source itself.
    ///
    /// # Errors
    /// Findings couldn't be kept, the records can't be read back, or accounts got lost.
    pub fn finish(self, population: &mut Population) -> Result<(), AuditError> {
        let Self { audit, judge, taken, failed, .. } = self;
        if let Some(error) = failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
            return Err(AuditError::Findings(error));
        }
        let mut audit = lock(audit);
        let Taken { gathered, .. } = taken.into_inner().unwrap_or_else(PoisonError::into_inner);
        let tally = match &mut population.spool {
            Some(spool) => audit
                .together(&judge, gathered, spool)
                .map_err(|error| AuditError::Spool { source_name: judge.context.name.clone(), error })?,
            // The law of conservation tells whether there should have been one.
            None => gathered.tally,
        };
        audit.close(judge.context, population, tally)
    }
}

impl Visitor for Arrivals<'_, '_> {
    fn visit<'r>(
        &self,
        records: &mut dyn Iterator<Item = Incoming<'r>>,
        show: &mut dyn FnMut(Result<&Decoded<'_>, RecordError>),
    ) -> io::Result<Visit> {
        let mut position = 0;
        let add = |all: &mut Vec<Received<'r>>| {
            let Some(record) = records.next() else { return Ok(false) };
            match self.judge.context.decoder.decode_incoming(record) {
                Ok(decoded) => {
                    show(Ok(&decoded));
                    let mut account = decoded.account;
                    account.be_as_of(self.judge.now);
                    all.push(Received { position, line: record.json.get(), account });
                    position += 1;
                }
                Err(error) => show(Err(error)),
            }
            Ok(true)
        };
        let result = self.judge.accounts(add, &mut None).map_err(|error| self.failing(error))?;
        let mut visits = lock(&self.visits);
        visits.last += 1;
        let number = visits.last;
        visits.results.insert(Visit(number), result);
        Ok(Visit(number))
    }

    fn take(&self, visit: Visit) -> io::Result<()> {
        let result = lock(&self.visits).results.remove(&visit);
        let Some(mut result) = result else { return Ok(()) };
        let mut taken = lock(&self.taken);
        result.first = taken.accounts;
        taken.accounts += result.looked.tally.total();
        lock(self.audit).take(&self.judge, &mut taken.gathered, result).map_err(|error| self.failing(error))
    }

    fn forget(&self, visit: Visit) {
        lock(&self.visits).results.remove(&visit);
    }
}

/// What a thread that panicked has left is whole: the panic ends the audit.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
