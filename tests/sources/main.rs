//! Each vendor's connector over real HTTP on loopback: against its simulator where that is faithful, and against
//! scripted answers where a vendor has to misbehave.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod cognigy;
mod faults;
mod garbage;
mod harness;
mod limits;
mod stub;
mod tls;
mod voiso;
mod vonage;
mod voximplant;
mod voxmind;
