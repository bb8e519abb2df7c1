//! The report: everything that a renderer may know, sorted, versioned, and free of anything that still has to
//! be decided. After rules and gate, before the renderers.

mod build;
mod exceptions;
mod file;
mod inventory;
mod managers;
mod policy;
mod privacy;
mod read;
mod reviews;
mod roster;
mod v2;
mod waiver;

pub use build::{Parts, ReportedSource};
pub use policy::{Judgement, control_limits};
pub use privacy::{Named, Privacy, Pseudonyms};
pub use reviews::{PromiseTally, ReviewSummary, TimeToRevoke};
pub use roster::{Cure, RosterIssue, RosterSummary, UnknownWord, UnknownWords};

pub use crate::gate::{Gate, GateVerdict, Reason, ReasonKind, ToDo};
pub use crate::model::SourceStatus;
use v2::advised;
pub use v2::*;
pub use waiver::{quoted, shown, waiver_lines};
