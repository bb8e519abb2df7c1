//! Joins accounts to the roster: values become keys, keys find employees, tiers decide. Pure, after the roster
//! has been read and before rules are evaluated.
//!
//! Nothing here is decided by resemblance: that is what [`Situation::Unmatched`](crate::model::Situation) is for.

mod crosswalk;
mod index;
mod lookups;
mod roster_index;
mod shared;
mod tally;
mod tiers;

#[cfg(test)]
pub(crate) mod testing;

pub use crosswalk::{Crosswalk, written_key};
pub use lookups::{LAST_RANK, Lookup};
pub use roster_index::{Correlator, PlaceholderIndex};
pub use tally::{Tally, Unbalanced};
pub use tiers::{SourceCorrelator, Tried};
