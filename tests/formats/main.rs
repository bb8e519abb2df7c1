//! The formats for machines: the same findings and the same verdict in each, within its limits; nobody's name in
//! what is not to have one; and CI set-ups that work.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test and its fixtures fail by panicking, also outside the function that is the test"
)]

mod carried;
mod ci;
#[path = "../render/demo.rs"]
mod demo;
#[path = "../render/fixture.rs"]
#[allow(dead_code, reason = "the fixtures serve other tests, too")]
mod fixture;
#[path = "../pipeline/harness.rs"]
#[allow(dead_code, reason = "the harness serves other tests, too")]
mod harness;
mod privacy;
mod reading;
mod same;
mod schemas;
mod scope;
mod switch;
mod workbook;
