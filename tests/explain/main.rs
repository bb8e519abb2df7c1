//! One account, one roster, one question at a time, through the binary: declared accounts, the circuit-breaker, states, near
//! misses, `explain` and `crosswalk suggest`.

#![expect(clippy::expect_used, reason = "a test that can't be set up has to stop")]

mod breaker;
mod crosswalk;
mod declared;
mod harness;
mod near_misses;
mod roster;
mod states;
mod story;
