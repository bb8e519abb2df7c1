//! Rosters as HR systems export them, in every dialect, and as they break.

// Helpers of a test may fail it, which clippy.toml allows in test functions only.
mod broken;
mod dates;
mod dialects;
mod people;
mod properties;
mod workbooks;
