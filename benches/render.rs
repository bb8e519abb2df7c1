//! Every format of a large report, beside reading its findings once, which none can do without:
//! `cargo bench --bench render [ACCOUNTS…]`. About a fifth of the accounts have a finding.

#![expect(clippy::print_stdout, reason = "a bench talks on standard output")]

mod data;

use std::error::Error;
use std::io::{self, Write};
use std::time::Instant;

use headcount::render::{Format, RenderOptions, render};
use headcount::report::Report;

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
            let mut size = Size(0);
            let start = Instant::now();
            render(format, &report, &RenderOptions::default(), &mut size)?;
            let took = start.elapsed().as_secs_f64();
            println!("{:12} {took:>8.2} {:>8.1} {:>8}", format.to_string(), took / floor, size.0 >> 20);
        }
    }
    Ok(())
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
