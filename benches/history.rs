//! What it costs to compare an audit with an earlier report of as many findings: `cargo bench --bench history [ACCOUNTS…]`. Time and
//! memory compared with those of the same audit without.

#![expect(clippy::print_stdout, reason = "a bench talks on standard output")]

mod data;

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::Duration;

/// Each is run so often, by turns; the middle counts of time, the most of memory.
const RUNS: usize = 3;

fn main() -> Result<(), Box<dyn Error>> {
    println!("{:>10} {:>10} {:>9} {:>9} {:>6} {:>9}", "accounts", "findings", "without", "with", "ratio", "more MB");
    for accounts in data::sizes(&[100_000, 1_000_000]) {
        let folder = tempfile::tempdir()?;
        data::generate(folder.path(), accounts)?;
        audit(folder.path(), &[])?;
        let previous = folder.path().join("previous.json");
        fs::rename(folder.path().join("out/report.json"), &previous)?;
        let findings = count(&previous)?;
        let (mut without, mut with) = (Vec::new(), Vec::new());
        for _ in 0..RUNS {
            without.push(audit(folder.path(), &[])?);
            with.push(audit(folder.path(), &["--previous", "previous.json"])?);
        }
        let (without, with) = (summed_up(without), summed_up(with));
        let more = with.1.saturating_sub(without.1) >> 10;
        let ratio = with.0 / without.0;
        println!("{accounts:>10} {findings:>10} {:>8.2}s {:>8.2}s {ratio:>6.2} {more:>9}", without.0, with.0);
    }
    Ok(())
}

/// Audits into an empty folder: the last report there would be compared with.
fn audit(folder: &Path, options: &[&str]) -> Result<(Duration, u64), Box<dyn Error>> {
    let out = folder.join("out");
    if out.exists() {
        fs::remove_dir_all(&out)?;
    }
    data::audit(folder, &[&["--format", "json"], options].concat())
}

/// The middle of the times in seconds, and the most memory in KiB.
fn summed_up(mut runs: Vec<(Duration, u64)>) -> (f64, u64) {
    runs.sort_unstable();
    let middle = runs.get(runs.len() / 2).map_or(0.0, |(took, _)| took.as_secs_f64());
    (middle, runs.iter().map(|(_, peak)| *peak).max().unwrap_or_default())
}

/// How many findings a report has: each is a line.
fn count(report: &Path) -> Result<usize, Box<dyn Error>> {
    let text = fs::read_to_string(report)?;
    Ok(text.lines().filter(|line| line.starts_with("    {\"fingerprint\"")).count())
}
