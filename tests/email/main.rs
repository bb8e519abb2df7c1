//! Mail as it is written and sent: against a mail server in this process, over TLS with a private authority.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test and its fixtures fail by panicking, also outside the function that is the test"
)]

mod audit;
#[path = "../render/demo.rs"]
mod demo;
#[path = "../render/fixture.rs"]
#[allow(dead_code, reason = "shared with tests/render")]
mod fixture;
mod form;
#[path = "../pipeline/harness.rs"]
#[allow(dead_code, reason = "shared with tests/pipeline")]
mod harness;
mod kit;
mod managers;
mod news;
mod refusals;
mod sending;
mod server;
mod trust;
