//! Who judges accounts in the visit in which they are received, so that no record is decoded twice.

use std::{fmt, io};

use super::record::Decoded;
use super::scan::RecordError;
use crate::model::Incoming;

/// Judges the accounts of one source while they arrive. What comes of some of them counts only when it is taken: until then,
/// nobody knows whether their records are new.
pub trait Visitor: Sync + fmt::Debug {
    /// Decodes records, of which each is shown, and judges the accounts that they are. Any thread may do it.
    ///
    /// # Errors
    /// What came of them can't be kept.
    fn visit<'r>(
        &self,
        records: &mut dyn Iterator<Item = Incoming<'r>>,
        show: &mut dyn FnMut(Result<&Decoded<'_>, RecordError>),
    ) -> io::Result<Visit>;

    /// Takes what came of a visit: its accounts are the next ones, in the order received, and all of them are kept.
    ///
    /// # Errors
    /// It can't be kept.
    fn take(&self, visit: Visit) -> io::Result<()>;

    /// Forgets what came of a visit, of which not every account is kept.
    fn forget(&self, visit: Visit);
}

/// The number of a visit.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
#[must_use = "its accounts are judged only when it is taken"]
pub struct Visit(pub u64);
