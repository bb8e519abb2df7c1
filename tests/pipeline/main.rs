//! The whole job through the binary, against the simulators over HTTP: what was seeded is found, and nothing else.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test that can't be set up has to stop")]

mod attempts;
mod demo;
mod disturbed;
mod disturbed_sources;
mod every_rule;
mod failures;
mod harness;
mod mistakes;
mod outages;
mod policies;
mod secrets;
mod size;
mod snapshots;
mod together;
