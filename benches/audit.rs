//! A whole audit of exported files, with all built-in rules and the three usual reports, beside the least that such a join
//! can cost: `cargo bench --bench audit [ACCOUNTS…]`. Five sources, one employee for five accounts, and a fifth of the
//! accounts with something to find.
//!
//! The floor is one thread that decodes every record, finds its owner in a hash map and counts three findings: no rule, no
//! evidence, no report. What is measured of headcount is its own process, from start to exit.

#![expect(clippy::print_stdout, reason = "a bench talks on standard output")]

use std::collections::HashMap;
use std::error::Error;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde::Deserialize;

const SOURCES: [&str; 5] = ["badges", "crm", "desk", "phone", "wiki"];
const AS_OF: &str = "2026-11-20T00:00:00Z";

fn main() -> Result<(), Box<dyn Error>> {
    let asked: Vec<u32> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let sizes = if asked.is_empty() { vec![10_000, 100_000, 1_000_000] } else { asked };
    println!("{:>10} {:>9} {:>9} {:>8} {:>9} {:>9}", "accounts", "floor s", "audit s", "ratio", "peak MB", "report MB");
    for accounts in sizes {
        let folder = tempfile::tempdir()?;
        generate(folder.path(), accounts)?;
        let floor = timed(|| least(folder.path()))?;
        let (audit, peak) = audit(folder.path())?;
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

/// Writes the roster, the exports and the configuration.
fn generate(folder: &Path, accounts: u32) -> Result<(), Box<dyn Error>> {
    let mut random = fastrand::Rng::with_seed(11);
    let employees = accounts.div_ceil(5).max(1);
    let mut roster = BufWriter::new(File::create(folder.join("hr.csv"))?);
    writeln!(roster, "Employee ID,Name,Email,Username,Department,Manager,Status,Start date,End date")?;
    for n in 0..employees {
        let (status, end) = if n % 50 == 7 { ("terminated", "2026-06-30") } else { ("active", "") };
        let manager = random.u32(0..employees);
        writeln!(
            roster,
            "E{n:07},Ada Person{n},ada.person{n}@corp.example,aperson{n},Unit {},E{manager:07},{status},2019-03-01,{end}",
            n % 40
        )?;
    }
    roster.flush()?;
    let mut config = Vec::from(&b"[hr]\nfile = \"hr.csv\"\n[gate]\nfail_on = [\"orphaned\"]\n"[..]);
    for (at, source) in (0..).zip(SOURCES) {
        let mut export = BufWriter::new(File::create(folder.join(format!("{source}.ndjson")))?);
        for n in (at..accounts).step_by(SOURCES.len()) {
            record(&mut export, n, employees, &mut random)?;
        }
        export.flush()?;
        write!(config, "[[source]]\nname = \"{source}\"\nvendor = \"file\"\nfile = \"{source}.ndjson\"\n")?;
    }
    fs::write(folder.join("headcount.toml"), config)?;
    Ok(())
}

fn record(export: &mut impl std::io::Write, n: u32, employees: u32, random: &mut fastrand::Rng) -> std::io::Result<()> {
    let owner = if random.u32(0..100) == 0 { employees + n } else { (n / 5) % employees };
    let external = if random.u32(0..4) == 0 { "null".to_owned() } else { format!("\"E{owner:07}\"") };
    let active = random.u32(0..100) >= 5;
    let locked = random.u32(0..100) < 3;
    let (month, day) = if random.u32(0..100) < 8 { (3, 14) } else { (11, 1 + random.u32(0..18)) };
    writeln!(
        export,
        "{{\"id\":\"u-{n:09}\",\"external_id\":{external},\"email\":\"ada.person{owner}@corp.example\",\
         \"username\":\"aperson{owner}\",\"display_name\":\"Ada Person{owner}\",\"active\":{active},\"locked\":{locked},\
         \"created_at\":\"2020-05-02T09:30:00Z\",\"last_login_at\":\"2026-{month:02}-{day:02}T08:15:00Z\",\
         \"roles\":[\"member\"]}}"
    )
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
    for source in SOURCES {
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

/// How long the audit took, and the most memory that it held at once, in KiB (0 where the system doesn't tell).
fn audit(folder: &Path) -> Result<(Duration, u64), Box<dyn Error>> {
    let start = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_headcount"))
        .args(["audit", "-q", "--as-of", AS_OF, "--out", "out"])
        .current_dir(folder)
        .stdout(Stdio::null())
        .spawn()?;
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    let exit = loop {
        if let Some(exit) = child.try_wait()? {
            break exit;
        }
        let told = fs::read_to_string(&status).unwrap_or_default();
        let line = told.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        peak = peak.max(kilobytes.unwrap_or_default());
        std::thread::sleep(Duration::from_millis(5));
    };
    // 1 is what is expected: there are orphans.
    if exit.code() == Some(1) {
        Ok((start.elapsed(), peak))
    } else {
        Err(format!("headcount ended with {exit}").into())
    }
}
