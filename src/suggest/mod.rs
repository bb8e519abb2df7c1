//! Whose account an unmatched one may be: the people who resemble it, with a score that says how often such a suggestion
//! is right, and the line of a crosswalk that would settle it. After correlation; nothing here decides a match.

mod accept;
mod blocking;
mod commonness;
mod compare;
mod differences;
mod evidence;
mod features;
mod further;
mod habits;
mod handle;
mod near_miss;
mod nicknames;
mod rewrites;
mod score;
mod spelling;
mod weights;
mod words;

pub use accept::Accept;
pub use compare::{Likeness, name_likeness};
pub use differences::Segment;
pub use evidence::{EmployeeField, Evidence, Reason};
pub use further::{Detail, Further};
pub use near_miss::{NearMiss, NearMisses};
