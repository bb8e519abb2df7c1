//! Every judged account, for whoever wants to read them all. Between the judging of accounts and the renderers.
//!
//! The report keeps findings and lets accounts go. Where a format lists every account, rows are put into a temporary store while
//! the accounts stream by. What stays in memory is where each batch of rows stands.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::account_row::AccountRow;
use crate::base::temp_store::TempStore;
use crate::model::SourceName;

/// The rows of all accounts. Several threads may add at once: each row has a place, and is read back in its order.
#[derive(Debug, Default)]
pub struct Inventory {
    rows: Mutex<Rows>,
    /// What managers are called, by what the roster writes for them.
    managers: BTreeMap<String, String>,
}

#[derive(Debug, Default)]
struct Rows {
    store: TempStore,
    count: u64,
    batches: Vec<Batch>,
}

/// Rows with one place after the other, and where the store has them. Ordered as they are read.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Batch {
    source: SourceName,
    place: u64,
    start: u64,
    bytes: usize,
}

impl Inventory {
    /// An empty one, with what managers are called, by what the roster writes for them.
    #[must_use]
    pub fn with_managers(managers: BTreeMap<String, String>) -> Self {
        Self { managers, ..Self::default() }
    }

    /// Who answers for the owner of an account: by name, if it is known.
    pub fn manager<'m>(&'m self, row: &'m AccountRow<'_>) -> Option<&'m str> {
        let written = row.manager.as_deref()?;
        Some(self.managers.get(written).map_or(written, String::as_str))
    }

    /// Takes the rows of accounts of one source.
    pub fn recorder(&self, source: &SourceName) -> Recorder<'_> {
        Recorder { inventory: self, source: source.clone(), place: 0, rows: 0, lines: Vec::new() }
    }

    /// How many rows there are.
    pub fn len(&self) -> u64 {
        self.rows().count
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads all rows: sources by name, and the accounts of each in the order of their places.
    ///
    /// # Errors
    /// The temporary store can't be read back, or `visit` fails.
    pub fn for_each<E: From<io::Error>>(
        &self,
        mut visit: impl FnMut(&SourceName, AccountRow<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut rows = self.rows();
        let Rows { store, batches, .. } = &mut *rows;
        batches.sort_unstable();
        let mut lines = Vec::new();
        for batch in batches {
            lines.resize(batch.bytes, 0);
            store.read(batch.start, &mut lines)?;
            for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
                visit(&batch.source, serde_json::from_slice(line).map_err(io::Error::from)?)?;
            }
        }
        Ok(())
    }

    /// A thread that panicked while it held the lock has left whole batches behind, or none.
    fn rows(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes the rows of accounts of one source, and puts them into the inventory by the batch.
#[derive(Debug)]
pub struct Recorder<'i> {
    inventory: &'i Inventory,
    source: SourceName,
    place: u64,
    rows: u64,
    lines: Vec<u8>,
}

/// A batch is written when it has this size.
const BATCH_BYTES: usize = 1 << 16;

impl Recorder<'_> {
    /// Adds an account with its place among those of its source: the position of its record. Places that follow
    /// each other are written together; they needn't.
    ///
    /// # Errors
    /// The temporary file can't be written.
    pub fn record(&mut self, place: u64, row: &AccountRow<'_>) -> io::Result<()> {
        if place != self.place + self.rows || self.lines.len() >= BATCH_BYTES {
            self.flush()?;
            self.place = place;
        }
        serde_json::to_writer(&mut self.lines, row)?;
        self.lines.push(b'\n');
        self.rows += 1;
        Ok(())
    }

    /// Writes what is left.
    ///
    /// # Errors
    /// The temporary file can't be written.
    pub fn finish(mut self) -> io::Result<()> {
        self.flush()
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.rows > 0 {
            let mut rows = self.inventory.rows();
            rows.append(&self.source, self.place, self.rows, &self.lines).map_err(|error| {
                io::Error::new(error.kind(), format!("the list of all accounts can't be kept there: {error}"))
            })?;
        }
        self.place += self.rows;
        self.rows = 0;
        self.lines.clear();
        Ok(())
    }
}

impl Rows {
    fn append(&mut self, source: &SourceName, place: u64, count: u64, lines: &[u8]) -> io::Result<()> {
        let start = self.store.append(lines)?;
        self.batches.push(Batch { source: source.clone(), place, start, bytes: lines.len() });
        self.count += count;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::Work;
    use crate::model::{AccountStatus, Fact, Tier};

    fn row(id: &str) -> AccountRow<'static> {
        AccountRow {
            id: id.to_owned().into(),
            external_id: Fact::NotExposed,
            email: Fact::Known(Some("=a\nb@example.com".into())),
            username: Fact::Known(None),
            display_name: Fact::NotExposed,
            status: Fact::Known(AccountStatus::Active),
            locked: Fact::NotExposed,
            licensed: Fact::Known(false),
            last_login_at: Fact::Known(None),
            created_at: Fact::NotExposed,
            deleted_at: Fact::Known(None),
            roles: Fact::Known(vec!["Admin".into()]),
            privileged: Some(true),
            situation: "matched".into(),
            tier: Some(Tier::Email),
            employee_id: None,
            employee_name: None,
            manager: Some("E-1".into()),
            work: Work::default(),
        }
    }

    fn read(inventory: &Inventory) -> Vec<(String, AccountRow<'static>)> {
        let mut rows = Vec::new();
        inventory
            .for_each(|source, found| {
                let copy: AccountRow<'static> = AccountRow { ..row(&found.id) };
                assert_eq!(found, copy);
                rows.push((source.to_string(), copy));
                Ok::<_, io::Error>(())
            })
            .expect("read");
        rows
    }

    #[test]
    fn rows_that_several_threads_add_come_back_in_order() {
        let inventory = Inventory::default();
        let source = SourceName::new("voiso");
        std::thread::scope(|scope| {
            for thread in 0..4_u64 {
                let (inventory, source) = (&inventory, &source);
                scope.spawn(move || {
                    let mut recorder = inventory.recorder(source);
                    for place in (0..4_000).filter(|place| place / 100 % 4 == thread) {
                        recorder.record(place, &row(&place.to_string())).expect("recorded");
                    }
                    recorder.finish().expect("written");
                });
            }
        });
        let mut first = inventory.recorder(&SourceName::new("cognigy"));
        first.record(7, &row("last")).expect("recorded");
        first.finish().expect("written");
        assert_eq!(inventory.len(), 4_001);
        let mut expected = vec![("cognigy".to_owned(), row("last"))];
        expected.extend((0..4_000).map(|place| ("voiso".to_owned(), row(&place.to_string()))));
        assert_eq!(read(&inventory), expected);
        assert_eq!(read(&inventory), expected, "it can be read again");
    }
}
