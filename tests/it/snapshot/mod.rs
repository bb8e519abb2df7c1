//! Snapshots of all simulated vendors: what is stored is what was fetched, nobody changes it unnoticed, and an
//! interrupted one goes on where it stopped.

#[cfg(target_os = "linux")]
mod disk;
mod resume;
mod whole;
