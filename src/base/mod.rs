//! The ground, which knows nothing of the trade: texts and digests, work on all cores, and what is wrong with a file that
//! a person wrote.

pub mod diagnostic;
pub mod parallel;
pub mod text;
