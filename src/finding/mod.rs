//! What was found, kept so that a million findings need little memory: on disk as the lines of `report.json`, in
//! memory as a few numbers each. After correlation, before the audit that fills it; the gate, the report and the
//! renderers read from it.

mod batch;
mod index_entry;
mod identity;
mod record;
mod public;
mod store;
#[cfg(test)]
mod tests;
mod writer;

pub use batch::Batch;
pub use public::{Finding, Subject};
pub use record::{Details, FindingRecord, Marks, RecordSubject};
pub use store::{FindingRef, Findings};
pub use writer::FindingsWriter;
