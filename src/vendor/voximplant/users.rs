//! Users over several applications: each is kept once, with the names of all applications in which it was found.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::fetch::SourceError;
use crate::fetch::fingerprint::RunHasher;
use crate::fetch::ids::IdSet;
use crate::fetch::paging::{Intake, Page, Taken};
use crate::fetch::record::Record;

/// One reading of one list of the vendor's.
pub(super) struct Gathered {
    pub(super) id_field: &'static str,
    pub(super) fingerprints: RunHasher,
    pub(super) ids: IdSet,
    pub(super) records: Vec<Box<RawValue>>,
    pub(super) pages: u64,
}

impl Gathered {
    fn id(&self, record: &RawValue) -> Option<u128> {
        Some(self.fingerprints.of(Record::read(record).ok()?.id(self.id_field).ok()?.as_bytes()))
    }
}

impl Intake for Gathered {
    fn ids(&self, page: &Page) -> Vec<Option<u128>> {
        page.records.iter().map(|record| self.id(record)).collect()
    }

    /// Keeps what is new, and what can't be read, so that it is counted in the end.
    fn take(&mut self, page: &Page) -> Result<Taken, SourceError> {
        self.pages += 1;
        let before = self.ids.len();
        let mut repeated = 0;
        for record in &page.records {
            if self.id(record).is_none_or(|id| self.ids.insert(id)) {
                self.records.push(record.clone());
            } else {
                repeated += 1;
            }
        }
        Ok(Taken { new: self.ids.len() - before, repeated })
    }

    fn knows(&self, id: u128) -> bool {
        self.ids.contains(id)
    }

    fn distinct(&self) -> u64 {
        self.ids.len()
    }
}

/// A user as received, and the names of the applications in which it was found.
pub(super) struct User {
    record: Box<RawValue>,
    applications: Vec<String>,
}

/// Users by identifier, in the order in which they were first seen.
#[derive(Default)]
pub(super) struct Users {
    pub(super) order: Vec<User>,
    by_id: BTreeMap<String, usize>,
    pub(super) received: u64,
}

impl Users {
    /// Takes an application's users.
    pub(super) fn add(&mut self, records: Vec<Box<RawValue>>, application: &str) {
        for record in records {
            self.received += 1;
            let id = Record::read(&record).and_then(|fields| fields.id("user_id").map(Cow::into_owned));
            let id = id.unwrap_or_else(|_| format!("unreadable {}", self.received));
            if let Some(user) = self.by_id.get(&id).and_then(|at| self.order.get_mut(*at)) {
                user.applications.push(application.to_owned());
            } else {
                self.by_id.insert(id, self.order.len());
                self.order.push(User { record, applications: vec![application.to_owned()] });
            }
        }
    }
}

impl User {
    pub(super) fn into_record(self) -> Result<Box<RawValue>, SourceError> {
        let joined = serde_json::to_string(&self.applications).and_then(|names| {
            RawValue::from_string(format!(r#"{{"user":{},"applications":{names}}}"#, self.record.get()))
        });
        joined.map_err(|error| SourceError::Protocol(format!("a user can't be kept: {error}")))
    }
}
