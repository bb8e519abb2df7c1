//! Joins accounts to the roster: values become keys, keys find employees, tiers decide. Pure, after the roster
//! has been read and before rules are evaluated.
//!
//! Nothing here is decided by resemblance: that is what [`Situation::Unmatched`](crate::model::Situation) is for.

mod accept;
mod blocking;
mod commonness;
mod compare;
mod crosswalk;
mod differences;
mod evidence;
mod features;
mod further;
mod habits;
mod index;
mod near_miss;
mod nicknames;
mod roster_index;
mod score;
mod shared;
mod spelling;
mod tally;
mod tiers;
mod words;

#[cfg(test)]
mod testing;

pub use accept::Accept;
pub use compare::{Likeness, name_likeness};
pub use crosswalk::{Crosswalk, written_key};
pub use differences::Segment;
pub use evidence::{EmployeeField, Evidence, Reason};
pub use further::{Detail, Further};
pub use near_miss::{NearMiss, NearMisses};
pub use roster_index::{Correlator, PlaceholderIndex};
pub use tally::{Tally, Unbalanced};
pub use tiers::{SourceCorrelator, Tried};
