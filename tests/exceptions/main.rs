//! Exceptions and the gate, through the binary and against the simulators: a check that teams keep switched on.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test that can't be set up has to stop")]

mod files;
mod gate;
mod recycled;
#[path = "../pipeline/harness.rs"]
#[allow(dead_code, reason = "the other tests of the pipeline use the rest")]
mod harness;
mod story;
mod team;
mod waivers;
