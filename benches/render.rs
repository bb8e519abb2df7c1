//! Every format of a large report, compared with reading its findings once, which none can do without, and of one group
//! of a tenth and a twentieth of the accounts: `cargo bench --bench render [ACCOUNTS…]`. About a fifth of the accounts
//! have a finding.

#![expect(clippy::print_stdout, reason = "a bench talks on standard output")]

mod data;

use std::error::Error;
use std::io::{self, Write};
use std::time::Instant;

use headcount::render::{Format, RenderOptions, render};
use headcount::report::{Findings, Report};

fn main() -> Result<(), Box<dyn Error>> {
    for accounts in data::sizes(&[100_000, 1_000_000]) {
        let folder = tempfile::tempdir()?;
        data::generate(folder.path(), accounts)?;
        data::audit(folder.path(), &["--format", "json"])?;
        let report = Report::read(&folder.path().join("out/report.json")).map_err(|mistake| mistake.to_string())?;
        let start = Instant::now();
        for finding in report.findings.iter() {
            finding?;
        }
        let floor = start.elapsed().as_secs_f64();
        println!("{} findings, read once in {floor:.2} s", report.findings.len());
        println!("{:12} {:>8} {:>8} {:>8}", "format", "s", "ratio", "MiB");
        for format in Format::ALL {
            let (took, size) = timed(format, &report)?;
            println!("{:12} {took:>8.2} {:>8.1} {:>8}", format.to_string(), took / floor, size >> 20);
        }
        groups(&report, accounts)?;
    }
    Ok(())
}

/// What each format takes for a group, and for one of twice the size.
fn groups(report: &Report, accounts: u32) -> Result<(), Box<dyn Error>> {
    let sizes = [accounts / 20, accounts / 10];
    let mut finding = report.findings.head(0).ok_or("no finding")?.read()?;
    finding.subject.account_id = None;
    let mut with_group = |size: u32| {
        "group".clone_into(&mut finding.subject.kind);
        finding.subject.members = Some((0..size).map(|at| format!("agent-{at}@example.com")).collect());
        Findings::new([Ok(finding.clone())]).map(|findings| Report { findings, ..report.clone() })
    };
    let reports = [with_group(sizes[0])?, with_group(sizes[1])?];
    println!("one group of {} and of {} accounts", sizes[0], sizes[1]);
    println!("{:12} {:>8} {:>8}", "format", "s", "s");
    for format in Format::ALL {
        let [(one, _), (two, _)] = [timed(format, &reports[0])?, timed(format, &reports[1])?];
        println!("{:12} {one:>8.2} {two:>8.2}", format.to_string());
    }
    Ok(())
}

/// The seconds that it takes, and the bytes that are written.
fn timed(format: Format, report: &Report) -> Result<(f64, u64), Box<dyn Error>> {
    let mut size = Size(0);
    let start = Instant::now();
    render(format, report, &RenderOptions::default(), &mut size)?;
    Ok((start.elapsed().as_secs_f64(), size.0))
}

/// Counts what is written, and keeps nothing.
struct Size(u64);

impl Write for Size {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
