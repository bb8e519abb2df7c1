//! Sources without a vendor's API of their own, through the same door as every other: a configuration goes in, a
//! population with its certificate comes out.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::struct_excessive_bools,
    reason = "a test that can't be set up has to stop"
)]

#[cfg(unix)]
mod commands;
mod files;
mod kit;
mod scim;
mod scim_server;
