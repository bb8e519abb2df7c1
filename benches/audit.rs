//! A whole audit of exported files, with all built-in rules and the three usual reports, beside the least that such a join
//! can cost: `cargo bench --bench audit [ACCOUNTS…]`. Five sources, one employee for five accounts, and a fifth of the
//! accounts with something to find.
//!
//! The floor is one thread that decodes every record, finds its owner in a hash map and counts three findings: no rule, no
//! evidence, no report. What is measured of headcount is its own process, from start to exit. Each is run three times, by
//! turns, and the middle counts; the largest peak of memory is told. Then, what nobody should have to wait for.

#![expect(clippy::print_stdout, reason = "a bench talks on standard output")]

mod data;

use std::collections::HashMap;
use std::error::Error;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde::Deserialize;

fn main() -> Result<(), Box<dyn Error>> {
    const RUNS: usize = 3;
    println!(
        "{:>10} {:>9} {:>9} {:>9} {:>8} {:>9} {:>9}",
        "accounts", "floor s", "audit s", "slowest", "ratio", "peak MB", "report MB"
    );
    for accounts in data::sizes(&[10_000, 100_000, 1_000_000]) {
        let folder = tempfile::tempdir()?;
        data::generate(folder.path(), accounts)?;
        let (mut floors, mut audits, mut peak) = (Vec::new(), Vec::new(), 0);
        for _ in 0..RUNS {
            floors.push(timed(|| least(folder.path()))?.as_secs_f64());
            let (audit, held) = data::audit(folder.path(), &[])?;
            audits.push(audit.as_secs_f64());
            peak = peak.max(held);
        }
        let (floor, audit) = (middle(&mut floors), middle(&mut audits));
        let slowest = audits.last().copied().unwrap_or_default();
        println!(
            "{accounts:>10} {floor:>9.2} {audit:>9.2} {slowest:>9.2} {:>8.1} {:>9} {:>9}",
            audit / floor,
            peak / 1024,
            fs::metadata(folder.path().join("out/report.json"))?.len() >> 20,
        );
    }
    start_up()
}

/// What nobody should have to wait for.
fn start_up() -> Result<(), Box<dyn Error>> {
    const RUNS: usize = 60;
    let folder = tempfile::tempdir()?;
    data::generate(folder.path(), 100)?;
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_headcount"));
        let status = command.args(arguments).current_dir(folder.path()).stdout(Stdio::null()).status()?;
        // 1 is what an audit is expected to say: there are orphans.
        if matches!(status.code(), Some(0 | 1)) { Ok(()) } else { Err(format!("headcount ended with {status}").into()) }
    };
    run(&["fetch", "-q", "--out", "snapshot"])?;
    println!("\n{:>32} {:>9} {:>9}", "", "middle ms", "slowest");
    for (name, arguments) in [
        ("--version", &["--version"][..]),
        ("rules list", &["rules", "list"]),
        ("100 accounts from a snapshot", &["audit", "-q", "--snapshot", "snapshot"]),
    ] {
        let mut times = Vec::with_capacity(RUNS);
        for _ in 0..RUNS {
            times.push(1_000.0 * timed(|| run(arguments))?.as_secs_f64());
        }
        println!("{name:>32} {:>9.1} {:>9.1}", middle(&mut times), times.last().copied().unwrap_or_default());
    }
    Ok(())
}

/// The one in the middle of some measurements, which are sorted.
fn middle(measured: &mut [f64]) -> f64 {
    measured.sort_by(f64::total_cmp);
    measured.get(measured.len() / 2).copied().unwrap_or_default()
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
