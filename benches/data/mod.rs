//! What several benches measure: made-up exports of five sources with one employee for five accounts, and a fifth of the
//! accounts with something to find; and the program, run on them as users run it.

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The sources; each has a file of its name.
pub(crate) const SOURCES: [&str; 5] = ["badges", "crm", "desk", "phone", "wiki"];
const AS_OF: &str = "2026-11-20T00:00:00Z";

/// The numbers among the arguments, or these.
pub(crate) fn sizes(usual: &[u32]) -> Vec<u32> {
    let asked: Vec<u32> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    if asked.is_empty() { usual.to_vec() } else { asked }
}

/// Writes the roster, the exports and the configuration, and waits until the disk has them: it would still be busy with
/// them while something is measured.
pub(crate) fn generate(folder: &Path, accounts: u32) -> Result<(), Box<dyn Error>> {
    let mut random = fastrand::Rng::with_seed(11);
    let employees = accounts.div_ceil(5).max(1);
    let mut roster = BufWriter::new(File::create(folder.join("hr.csv"))?);
    writeln!(roster, "Employee ID,Name,Email,Username,Department,Manager,Status,Start date,End date")?;
    for n in 0..employees {
        let (status, end) = if n % 50 == 7 { ("terminated", "2026-06-30") } else { ("active", "") };
        let manager = random.u32(0..employees);
        let (first, last, unit) = (first_name(n), last_name(n), n % 40);
        writeln!(
            roster,
            "E{n:07},{first} {last},{first}.{last}{n}@corp.example,{last}{n},Unit {unit},E{manager:07},{status},2019-03-01,{end}",
        )?;
    }
    roster.flush()?;
    let mut config = Vec::from(&b"[hr]\nfile = \"hr.csv\"\n[gate]\nfail_on = [\"orphaned\"]\n"[..]);
    for (at, source) in (0..).zip(SOURCES) {
        let mut export = BufWriter::new(File::create(folder.join(format!("{source}.ndjson")))?);
        for n in (at..accounts).step_by(SOURCES.len()) {
            record(&mut export, n, employees, &mut random)?;
        }
        export.into_inner()?.sync_all()?;
        write!(config, "[[source]]\nname = \"{source}\"\nvendor = \"file\"\nfile = \"{source}.ndjson\"\n")?;
    }
    fs::write(folder.join("headcount.toml"), config)?;
    Ok(())
}

/// As often as in a large organisation: a few hundred first names, and thousands of last names.
fn first_name(person: u32) -> String {
    word(person.wrapping_mul(2_654_435_761) >> 24, 2)
}

fn last_name(person: u32) -> String {
    word(person.wrapping_mul(2_246_822_519) >> 19, 4)
}

/// A word of this many syllables, a different one for each number below 16 to their power.
fn word(number: u32, syllables: u32) -> String {
    const SYLLABLES: [&str; 16] =
        ["ba", "do", "fen", "gu", "hal", "ki", "lor", "mi", "nu", "os", "pel", "ra", "sti", "tam", "ve", "zo"];
    (0..syllables).filter_map(|at| SYLLABLES.get((number >> (4 * at)) as usize % 16)).copied().collect()
}

fn record(export: &mut impl std::io::Write, n: u32, employees: u32, random: &mut fastrand::Rng) -> std::io::Result<()> {
    let owner = if random.u32(0..100) == 0 { employees + n } else { (n / 5) % employees };
    let external = if random.u32(0..4) == 0 { "null".to_owned() } else { format!("\"E{owner:07}\"") };
    let active = random.u32(0..100) >= 5;
    let locked = random.u32(0..100) < 3;
    let (month, day) = if random.u32(0..100) < 8 { (3, 14) } else { (11, 1 + random.u32(0..18)) };
    let (first, last) = (first_name(owner), last_name(owner));
    writeln!(
        export,
        "{{\"id\":\"u-{n:09}\",\"external_id\":{external},\"email\":\"{first}.{last}{owner}@corp.example\",\
         \"username\":\"{last}{owner}\",\"display_name\":\"{first} {last}\",\"active\":{active},\"locked\":{locked},\
         \"created_at\":\"2020-05-02T09:30:00Z\",\"last_login_at\":\"2026-{month:02}-{day:02}T08:15:00Z\",\
         \"roles\":[\"member\"]}}"
    )
}

/// Audits them into the folder `out`. Returns how long that took, and the most memory that it held at once, in KiB (0 where the system doesn't tell).
pub(crate) fn audit(folder: &Path, options: &[&str]) -> Result<(Duration, u64), Box<dyn Error>> {
    let start = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_headcount"))
        .args(["audit", "-q", "--as-of", AS_OF, "--out", "out"])
        .args(options)
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
