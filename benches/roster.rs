//! Reading a roster and indexing its keys, compared with a plain program that does the least of it:
//! `cargo bench --bench roster [EMPLOYEES…]`.
//!
//! The plain program is one thread that reads the same file with the csv crate and puts every person, by lower-case id,
//! address and login name, into three hash maps: no dates, no checks, no normal form. What both hold in the end is counted
//! by the system, page by page.

#![expect(clippy::print_stdout, reason = "a bench talks on standard output")]

use std::collections::HashMap;
use std::error::Error;
use std::fs::{self, File};
use std::hint::black_box;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use headcount::config::{MatchConfig, RosterConfig};
use headcount::correlate::Correlator;
use headcount::files::Files;
use headcount::key::Normaliser;
use headcount::roster;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    // Each way runs in a process of its own, whose memory is its own.
    if let [way, path] = arguments.as_slice() {
        let start = Instant::now();
        return match way.as_str() {
            "plain" => plain(Path::new(path), start),
            _ => headcount(Path::new(path), start),
        };
    }
    if arguments.is_empty() {
        arguments = ["20000", "200000", "2000000"].map(str::to_owned).into();
    }
    println!(
        "{:>10} {:>8} {:>7} {:>7} {:>7} {:>6} {:>9} {:>9} {:>9} {:>9}",
        "employees", "plain s", "read s", "index s", "checks", "ratio", "file MB", "plain MB", "held MB", "peak MB"
    );
    for employees in arguments {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("hr.csv");
        let size = generate(&path, employees.parse()?)?;
        let [plain, plain_held, _, ..] = figures("plain", &path)?;
        let [read, held, peak, index, checks] = figures("headcount", &path)?;
        println!(
            "{employees:>10} {plain:>8.2} {read:>7.2} {index:>7.2} {checks:>7.2} {:>6.2} {:>9} {plain_held:>9.0} {held:>9.0} \
             {peak:>9.0}",
            (read + index) / plain,
            size >> 20,
        );
    }
    Ok(())
}

/// Writes a roster as HR systems export them, and returns its size.
fn generate(path: &Path, employees: u32) -> Result<u64, Box<dyn Error>> {
    let mut roster = BufWriter::new(File::create(path)?);
    writeln!(
        roster,
        "Employee ID,Name,Email,Username,Department,Manager Email,Worker Type,Status,Start date,End date"
    )?;
    for n in 0..employees {
        let (status, end) = if n % 50 == 7 { ("terminated", "2026-06-30") } else { ("active", "") };
        let manager = n / 8;
        writeln!(
            roster,
            "E{n:07},\"Person{n}, Ada\",Ada.Person{n}@corp.example,aperson{n},Unit {},ada.person{manager}@corp.example,employee,\
             {status},2019-03-01,{end}",
            n % 40
        )?;
    }
    roster.flush()?;
    Ok(fs::metadata(path)?.len())
}

/// Five figures that a run of this program told.
fn figures(way: &str, path: &Path) -> Result<[f64; 5], Box<dyn Error>> {
    let run = Command::new(std::env::current_exe()?).arg(way).arg(path).output()?;
    let told = String::from_utf8(run.stdout)?;
    let figures: Vec<f64> = told.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    figures.try_into().map_err(|_| format!("{way} failed: {}", String::from_utf8_lossy(&run.stderr)).into())
}

fn headcount(path: &Path, start: Instant) -> Result<(), Box<dyn Error>> {
    let roster =
        roster::read(&Files::default(), &RosterConfig::of_files(vec![PathBuf::from(path)]), &Normaliser::default());
    let roster = roster.map_err(|_| "the roster is refused")?;
    let read = start.elapsed();
    let start = Instant::now();
    let correlator = Correlator::new(&roster, &MatchConfig::default());
    let index = start.elapsed();
    let (held, peak) = (memory("VmRSS:"), memory("VmHWM:"));
    let now = "2026-11-20T00:00:00Z".parse()?;
    let start = Instant::now();
    let issues =
        [roster::contradictions(&roster, now), roster::without_manager(&roster, now), correlator.shared_keys(&roster)];
    let checks = start.elapsed();
    black_box((roster, correlator, issues));
    let [read, index, checks] = [read, index, checks].map(|time| time.as_secs_f64());
    println!("{read} {held} {peak} {index} {checks}");
    Ok(())
}

fn plain(path: &Path, start: Instant) -> Result<(), Box<dyn Error>> {
    let mut people = Vec::new();
    let mut indexes: [HashMap<String, usize>; 3] = Default::default();
    for row in csv::Reader::from_path(path)?.records() {
        let row = row?;
        for (index, column) in indexes.iter_mut().zip([0, 2, 3]) {
            index.insert(row.get(column).unwrap_or_default().to_lowercase(), people.len());
        }
        people.push(row);
    }
    let time = start.elapsed().as_secs_f64();
    let (held, peak) = (memory("VmRSS:"), memory("VmHWM:"));
    black_box((people, indexes));
    println!("{time} {held} {peak} 0 0");
    Ok(())
}

/// A figure of this process in MB; 0 where the system doesn't tell.
fn memory(figure: &str) -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(figure));
    line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok()).unwrap_or_default() / 1024.0
}
