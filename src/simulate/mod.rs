//! Simulated vendors on loopback and the organisation behind them: what `headcount demo`, `headcount simulate`
//! and the tests audit. Beside the pipeline, not in it: the real sources can't tell a simulator from a vendor.
//!
//! [`World`] makes up the people and their accounts, and knows what an audit must find. [`Simulators`] serves them
//! the way the vendors' documents say, and [`write_kit`] writes the files that an audit of them needs.

mod account;
mod behaviour;
pub mod faults;
mod kit;
mod secrets;
mod server;
mod vendors;
mod world;

#[cfg(test)]
mod tests;

pub use account::{Account, Keys, Outcome};
pub use behaviour::{Answered, Arrival, Behaviour, Fault, FaultHook, Rewrite};
pub use kit::write_kit;
pub use secrets::{ClientSecret, Secrets};
pub use server::{ServeOptions, Simulators, Usage};
pub use vendors::{PerVendor, Vendor};
pub use world::{
    Expected, ExpectedAccounts, ExpectedChanges, ExpectedFindings, ExpectedPeople, ExpectedSource, ExpectedStates,
    QUARTER_DAYS, World, WorldOptions,
};
