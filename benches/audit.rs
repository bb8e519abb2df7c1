//! A whole audit of exported files, with all built-in rules and the three usual reports, beside the least that such a join
//! can cost: `cargo bench --bench audit [ACCOUNTS…]`. Five sources, one employee for five accounts, and a fifth of the
//! accounts with something to find.
//!
//! The floor is one thread that decodes every record, finds its owner in a hash map and counts three findings: no rule, no
//! evidence, no report. What is measured of headcount is its own process, from start to exit.

#![expect(clippy::print_stdout, reason = "a bench talks on standard output")]

mod data;

use std::collections::HashMap;
use std::error::Error;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::time::{Duration, Instant};

use serde::Deserialize;

fn main() -> Result<(), Box<dyn Error>> {
    println!("{:>10} {:>9} {:>9} {:>8} {:>9} {:>9}", "accounts", "floor s", "audit s", "ratio", "peak MB", "report MB");
    for accounts in data::sizes(&[10_000, 100_000, 1_000_000]) {
        let folder = tempfile::tempdir()?;
        data::generate(folder.path(), accounts)?;
        let floor = timed(|| least(folder.path()))?;
        let (audit, peak) = data::audit(folder.path(), &[])?;
        let report = fs::metadata(folder.path().join("out/report.json"))?.len();
        println!(
            "{accounts:>10} {:>9.2} {:>9.2} {:>8.1} {:>9} {:>9}",
            floor.as_secs_f64(),
            audit.as_secs_f64(),
            audit.as_secs_f64() / floor.as_secs_f64(),
            peak / 1024,
            report >> 20,
        );
    }
    Ok(())
}

#[derive(Deserialize)]
struct Record<'r> {
    external_id: Option<&'r str>,
    email: &'r str,
    active: bool,
    last_login_at: &'r str,
}

/// The join alone.
fn least(folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut people: HashMap<String, bool> = HashMap::new();
    let mut rows = csv::Reader::from_path(folder.join("hr.csv"))?;
    for row in rows.records() {
        let row = row?;
        let cell = |at| row.get(at).unwrap_or_default().to_ascii_lowercase();
        let left = cell(6) == "terminated";
        people.insert(cell(0), left);
        people.insert(cell(2), left);
    }
    let (mut orphans, mut leavers, mut stale) = (0_u64, 0_u64, 0_u64);
    let mut line = String::new();
    for source in data::SOURCES {
        let mut export = BufReader::with_capacity(1 << 18, File::open(folder.join(format!("{source}.ndjson")))?);
        while export.read_line(&mut line)? > 0 {
            let record: Record<'_> = serde_json::from_str(&line)?;
            let by_id = record.external_id.and_then(|id| people.get(&id.to_ascii_lowercase()));
            match by_id.or_else(|| people.get(&record.email.to_ascii_lowercase())) {
                None => orphans += 1,
                Some(left) => leavers += u64::from(*left && record.active),
            }
            stale += u64::from(record.last_login_at < "2026-08-22");
            line.clear();
        }
    }
    if orphans + leavers + stale == 0 { Err("nothing was found".into()) } else { Ok(()) }
}

fn timed(job: impl FnOnce() -> Result<(), Box<dyn Error>>) -> Result<Duration, Box<dyn Error>> {
    let start = Instant::now();
    job()?;
    Ok(start.elapsed())
}
