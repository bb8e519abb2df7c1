//! Rosters as HR systems export them, in every dialect, and as they break.

// Helpers of a test may fail it, which clippy.toml allows in test functions only.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "roster/broken.rs"]
mod broken;
#[path = "roster/dates.rs"]
mod dates;
#[path = "roster/dialects.rs"]
mod dialects;
#[path = "roster/people.rs"]
mod people;
#[path = "roster/properties.rs"]
mod properties;
#[path = "roster/support.rs"]
mod support;
#[path = "roster/workbooks.rs"]
mod workbooks;
