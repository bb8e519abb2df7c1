//! What was found, kept so that a million findings need little memory: on disk in blocks, one for each subject, in
//! memory as a few numbers each. After correlation, before the audit that fills it; the gate, the report and the
//! renderers read from it.

mod batch;
mod block;
mod index_entry;
mod identity;
mod line;
mod record;
mod public;
mod read;
mod store;
#[cfg(test)]
mod tests;
mod writer;

pub use batch::Batch;
pub use index_entry::Marks;
pub use line::{AccountLine, FindingLine, Lines, SubjectLine};
pub use public::{Finding, Subject};
pub use record::{FindingRecord, SubjectRecord};
pub use store::{Advice, FindingRef, Findings, in_pieces, write_each};
pub use writer::FindingsWriter;
