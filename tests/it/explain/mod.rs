//! One account, one roster, one question at a time, through the binary: declared accounts, the circuit-breaker, states, near
//! misses, `explain` and `crosswalk suggest`.

mod breaker;
mod crosswalk;
mod declared;
mod near_misses;
mod roster;
mod states;
mod story;
