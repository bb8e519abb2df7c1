//! The ground, which knows nothing of the trade: texts and digests, bytes that are looked for, work on all cores, bytes that wait
//! until they are read again, and what is wrong with a file that a person wrote.

pub(crate) mod bytes;
pub mod diagnostic;
pub mod parallel;
pub mod temp_store;
pub mod text;
