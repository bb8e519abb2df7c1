//! What is said of a sealed bag from outside: who signed it, when it was there, which bundle came before it, and whether
//! what is in it agrees with itself. After the report, because evidence of an audit tells of one.
//!
//! ```text
//! verify: structure ─▶ seal ─▶ files ─▶ contents ─▶ id ─▶ time stamp ─▶ signatures ─▶ chain
//! sign:   ssh-keygen -Y sign over the seal, a time stamp of it; both beside the seal, which stays as it is
//! redact: a bundle of its own that tells less of people, and names the full one
//! ```
//!
//! A seal proves that nothing changed since it was signed, and by whom. It doesn't prove what vendors answered.

mod chain;
mod contents;
mod redact;
mod sign;
mod ssh;
mod statement;
mod time;
mod verify;

pub use chain::chain;
pub use contents::contradictions;
pub use redact::{RedactError, redact};
pub use sign::{SignError, sign};
pub use ssh::{PublicKey, Signers};
pub use statement::{Outcome, Statement};
pub use time::{Request, Stamp, StampError, TimeError, stamp};
pub use verify::{Asked, Verdict, verify};

/// Where a time stamp lies in a bag.
pub const TIME_STAMP: &str = "time.tsr";
