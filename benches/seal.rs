//! What an evidence bundle costs, compared with the ordinary tools that make and check the same files:
//! `cargo bench --bench seal [ACCOUNTS…]`. Five sources, one employee for five accounts, and a fifth of the accounts
//! with something to find.
//!
//! The floor is `sha256sum` of all files of the bundle and `zip -1` of them, one after the other, in the same run. What is
//! measured of headcount is the process, from start to exit, with and without `--bundle`; both list all accounts, so that the
//! difference is the seal. Each is run three times, by turns, and the middle counts; of memory, the largest peak.

#![expect(clippy::print_stdout, reason = "a bench talks on standard output")]

mod data;

use std::error::Error;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

fn main() -> Result<(), Box<dyn Error>> {
    const RUNS: usize = 3;
    println!(
        "{:>10} {:>9} {:>9} {:>9} {:>9} {:>9} {:>6} {:>8} {:>9} {:>9}",
        "accounts",
        "audit s",
        "sealed s",
        "replay s",
        "sha256 s",
        "zip -1 s",
        "ratio",
        "more MB",
        "files MB",
        "bundle MB"
    );
    for accounts in data::sizes(&[10_000, 100_000, 1_000_000]) {
        let folder = tempfile::tempdir()?;
        let folder = folder.path();
        data::generate(folder, accounts)?;
        let (mut audits, mut seals, mut hashes, mut zips) = (vec![], vec![], vec![], vec![]);
        let (mut held, mut held_sealing) = (0, 0);
        for _ in 0..RUNS {
            let formats = ["--format", "html,md,json,accounts"];
            let (elapsed, peak) = data::audit(folder, &formats)?;
            audits.push(elapsed);
            held = held.max(peak);
            fs::remove_file(folder.join("q.zip")).or_else(absent)?;
            let (elapsed, peak) = data::audit(folder, &[&formats[..], &["--bundle", "q.zip"]].concat())?;
            seals.push(elapsed);
            held_sealing = held_sealing.max(peak);
            fs::remove_dir_all(folder.join("files")).or_else(absent)?;
            run(folder, "unzip", &["-q", "q.zip", "-d", "files"])?;
            hashes.push(timed(|| run(folder, "sh", &["-c", "find files -type f -exec sha256sum {} + >/dev/null"]))?);
            fs::remove_file(folder.join("again.zip")).or_else(absent)?;
            zips.push(timed(|| run(folder, "zip", &["-1", "-q", "-r", "again.zip", "files"]))?);
        }
        let replayed = timed(|| run(folder, env!("CARGO_BIN_EXE_headcount"), &["bundle", "replay", "q.zip"]))?;
        let [audit, sealed, hash, zip] = [audits, seals, hashes, zips].map(middle);
        println!(
            "{accounts:>10} {audit:>9.2} {sealed:>9.2} {:>9.2} {hash:>9.2} {zip:>9.2} {:>6.2} {:>8} {:>9} {:>9}",
            replayed.as_secs_f64(),
            (sealed - audit) / (hash + zip),
            (held_sealing.saturating_sub(held)) / 1024,
            size(&folder.join("files"))? >> 20,
            fs::metadata(folder.join("q.zip"))?.len() >> 20,
        );
    }
    Ok(())
}

fn absent(error: std::io::Error) -> std::io::Result<()> {
    if error.kind() == std::io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

fn run(folder: &Path, program: &str, arguments: &[&str]) -> Result<(), Box<dyn Error>> {
    let log = File::create(folder.join("log"))?;
    let status =
        Command::new(program).args(arguments).current_dir(folder).stdout(Stdio::null()).stderr(log).status()?;
    if status.success() { Ok(()) } else { Err(format!("{program} ended with {status}").into()) }
}

fn timed(job: impl FnOnce() -> Result<(), Box<dyn Error>>) -> Result<Duration, Box<dyn Error>> {
    let start = Instant::now();
    job()?;
    Ok(start.elapsed())
}

fn middle(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times.get(times.len() / 2).map_or(0.0, Duration::as_secs_f64)
}

fn size(folder: &Path) -> std::io::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        bytes += if entry.file_type()?.is_dir() { size(&entry.path())? } else { entry.metadata()?.len() };
    }
    Ok(bytes)
}
