//! A whole audit of exported files, with all built-in rules and the three usual reports, and with seven rules into one CSV,
//! compared with the least that such a join can cost and with DuckDB: `cargo bench --bench audit [ACCOUNTS…]`. Five
//! sources, one employee for five accounts, and a fifth of the accounts with something to find.
//!
//! The floor is one thread that decodes every record, finds its owner in a hash map and counts three findings: no rule, no
//! evidence, no report. DuckDB raises the same seven flags (`benches/seven_flags.py`), where `python3 -c "import duckdb"` works. What
//! is measured of it and of headcount is the process, from start to exit. Each is run three times, by turns, and the middle
//! counts; of memory, the largest peak of the whole audit. Each run has to have found as much as the others. Then, what nobody
//! should have to wait for.

#![expect(clippy::print_stdout, reason = "a bench talks on standard output")]

mod data;

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde::Deserialize;

fn main() -> Result<(), Box<dyn Error>> {
    const RUNS: usize = 3;
    let has_duckdb = python(&["-c", "import duckdb"]).is_ok();
    if !has_duckdb {
        println!("without DuckDB: `python3 -c \"import duckdb\"` doesn't work here");
    }
    println!(
        "{:>10} {:>9} {:>9} {:>9} {:>9} {:>9} {:>8} {:>8} {:>9} {:>9}",
        "accounts",
        "floor s",
        "DuckDB s",
        "seven s",
        "audit s",
        "slowest",
        "7/DuckDB",
        "/DuckDB",
        "peak MB",
        "report MB"
    );
    for accounts in data::sizes(&[10_000, 100_000, 1_000_000]) {
        let folder = tempfile::tempdir()?;
        let folder = folder.path();
        data::generate(folder, accounts)?;
        only_seven(folder)?;
        let (mut floors, mut joins, mut sevens, mut audits, mut peak) = (vec![], vec![], vec![], vec![], 0);
        for _ in 0..RUNS {
            floors.push(timed(|| least(folder))?.as_secs_f64());
            sevens.push(data::audit(folder, &["-c", "seven.toml", "--format", "csv"])?.0.as_secs_f64());
            let found = flags(&fs::read_to_string(folder.join("out/findings.csv"))?);
            if has_duckdb {
                joins.push(timed(|| joined(folder, &found))?.as_secs_f64());
            }
            let (audit, held) = data::audit(folder, &[])?;
            audits.push(audit.as_secs_f64());
            peak = peak.max(held);
            let report = fs::read_to_string(folder.join("out/report.json"))?;
            let of_all = |rule: &str| report.matches(&format!("\"rule\":\"{rule}\"")).count();
            if found.iter().any(|(rule, count)| of_all(rule) != *count) {
                return Err("seven rules and all rules found different accounts".into());
            }
        }
        let (floor, join, seven) = (middle(&mut floors), middle(&mut joins), middle(&mut sevens));
        let (audit, slowest) = (middle(&mut audits), audits.last().copied().unwrap_or_default());
        let ratio = |of: f64| if has_duckdb { format!("{:.2}", of / join) } else { "–".to_owned() };
        println!(
            "{accounts:>10} {floor:>9.2} {join:>9.2} {seven:>9.2} {audit:>9.2} {slowest:>9.2} {:>8} {:>8} {:>9} {:>9}",
            ratio(seven),
            ratio(audit),
            peak / 1024,
            fs::metadata(folder.join("out/report.json"))?.len() >> 20,
        );
    }
    start_up()
}

/// The rules that say what a join can tell by itself.
const SEVEN: [&str; 7] =
    ["ambiguous-match", "duplicate", "inactive", "leaver-active", "locked", "orphaned", "stale-login"];
/// Those of them that ask for nothing else than the flags do.
const SAME: [&str; 2] = ["inactive", "locked"];

/// Writes the configuration with these rules alone.
fn only_seven(folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut others = Vec::new();
    for rule in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("rules"))? {
        let name = rule?.file_name().to_string_lossy().trim_end_matches(".toml").to_owned();
        if !SEVEN.contains(&name.as_str()) {
            others.push(name);
        }
    }
    let config = fs::read_to_string(folder.join("headcount.toml"))?;
    Ok(fs::write(folder.join("seven.toml"), format!("{config}[rules]\ndisable = {others:?}\n"))?)
}

/// How many findings of each of [`SAME`] a table has.
fn flags(table: &str) -> BTreeMap<&'static str, usize> {
    SAME.into_iter().map(|rule| (rule, table.matches(&format!(",\"{rule}\",")).count())).collect()
}

/// The seven flags by DuckDB, which have to be as many.
fn joined(folder: &Path, found: &BTreeMap<&str, usize>) -> Result<(), Box<dyn Error>> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/seven_flags.py");
    let told = python(&[&script.to_string_lossy(), &folder.to_string_lossy()])?;
    let of = |rule: &str| told.lines().find_map(|line| line.strip_prefix(rule)?.trim().parse::<usize>().ok());
    if found.iter().all(|(rule, count)| of(rule) == Some(*count)) {
        Ok(())
    } else {
        Err(format!("DuckDB raised other flags than {found:?}: {told}").into())
    }
}

/// What a program of Python says.
fn python(arguments: &[&str]) -> Result<String, Box<dyn Error>> {
    let ran = Command::new("python3").args(arguments).stderr(Stdio::null()).output()?;
    if ran.status.success() { Ok(String::from_utf8(ran.stdout)?) } else { Err("python3 failed".into()) }
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
