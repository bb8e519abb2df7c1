//! The report: everything that a renderer may know, sorted, versioned, and free of anything that still has to
//! be decided. After rules and gate, before the renderers.

mod build;
mod earlier;
mod exceptions;
mod file;
mod inventory;
mod managers;
mod policy;
mod privacy;
mod read;
mod since;
mod v2;

pub use build::{Parts, ReportedSource};
pub use earlier::Earlier;
pub use policy::{Judgement, control_limits};
pub use privacy::{Named, Privacy, Pseudonyms};
pub use since::Since;

pub use crate::gate::{Gate, GateVerdict, Reason, ReasonKind, ToDo};
pub use crate::model::SourceStatus;
pub(crate) use earlier::fingerprint_number;
use v2::advised;
pub use v2::*;
