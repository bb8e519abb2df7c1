//! Snapshots of all simulated vendors: what is stored is what was fetched, nobody changes it unnoticed, and an
//! interrupted one goes on where it stopped.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::case_sensitive_file_extension_comparisons,
    reason = "tests; a skipped one says so"
)]

#[cfg(target_os = "linux")]
mod disk;
mod kit;
mod resume;
mod whole;
