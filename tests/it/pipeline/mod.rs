//! The whole job through the binary, against the simulators over HTTP: what was seeded is found, and nothing else.

mod arrival;
mod attempts;
mod demo;
mod disturbed;
mod disturbed_sources;
mod every_rule;
mod failures;
mod mistakes;
mod outages;
mod owners;
mod paths;
mod policies;
mod quarters;
#[cfg(target_os = "linux")]
mod since;
mod size;
mod snapshots;
mod together;
