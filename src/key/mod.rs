//! Values of accounts and people as keys: one spelling for what means the same (`normalise`), nothing for what stands
//! for nothing (`placeholder`), and hashes by which keys are compared (`hash`). Roster, crosswalks, declared accounts and
//! tiers all compare by these, so that what is one key for one of them is one for all.

mod address;
mod hash;
mod normalise;
mod placeholder;

pub use address::split;
pub use hash::{Key, KeyMap, KeySet};
pub(crate) use hash::{high_half, low_half};
pub use normalise::{Normalised, Normaliser, fold, trim, verbatim};
pub use placeholder::{KeyKind, stands_for_nothing};
