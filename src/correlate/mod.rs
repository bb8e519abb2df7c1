//! Joins accounts to the roster: values become keys, keys find employees, tiers decide. Pure, after the roster
//! has been read and before rules are evaluated.
//!
//! Nothing here is decided by resemblance: that is what [`Situation::Unmatched`](crate::model::Situation) is for.

mod accept;
mod blocking;
mod crosswalk;
mod differences;
mod features;
mod index;
mod near_miss;
mod score;
mod shared;
mod spelling;
mod tally;
mod tiers;
mod words;

#[cfg(test)]
mod testing;

pub use accept::Accept;
pub use crosswalk::{Crosswalk, written_key};
pub use differences::Segment;
pub use near_miss::{Evidence, NearMiss, NearMisses};
pub use score::{EmployeeField, name_likeness};
pub use tally::{Tally, Unbalanced};
pub use tiers::{Correlator, PlaceholderIndex, SourceCorrelator, Tried};
