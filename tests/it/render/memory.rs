//! How much memory each format needs for a hundred thousand findings, and what comes of it when the disk has no room;
//! each in a process of its own.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

use headcount::audit::Inventory;
use headcount::render::{Format, RenderOptions, render};
use headcount::report::{Finding, Report};

use crate::support::fixture;
use crate::support::process::{alone, alone_within, code_and_words};
use crate::support::reading::bytes_with;

const FINDINGS: usize = 100_000;
/// What the process may hold, but for the program itself, which is as large as all tests together. A part of it is
/// where each finding is.
const MEGABYTES: u64 = 40;
/// Where the measured process writes what it has measured.
const FIGURES: &str = "RENDER_FIGURES";

#[test]
fn a_hundred_thousand_findings_take_tens_of_megabytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let figures = folder.path().join("figures");
    let measured =
        alone("render::memory::the_process_that_is_measured").env(FIGURES, &figures).output().expect("started");
    assert!(measured.status.success(), "{}", String::from_utf8_lossy(&measured.stdout));
    let figures = std::fs::read_to_string(figures).expect("figures");
    let peaks: Vec<u64> =
        figures.lines().map(|line| line.split(' ').nth(1).expect("a peak").parse().expect("a number")).collect();
    assert_eq!(peaks.len(), Format::ALL.len(), "{figures}");
    assert!(peaks.into_iter().all(|megabytes| megabytes < MEGABYTES), "{figures}");
}

#[test]
#[ignore = "is started by the test above"]
fn the_process_that_is_measured() {
    let figures = std::env::var_os(FIGURES).expect("RENDER_FIGURES");
    let (report, inventory) = (report(), inventory());
    let options = RenderOptions { inventory: Some(&inventory), ..RenderOptions::default() };
    let mut told = String::new();
    for format in Format::ALL {
        // The peak starts anew at what is held now.
        std::fs::write("/proc/self/clear_refs", "5").expect("reset");
        let start = Instant::now();
        render(format, &report, &options, &mut std::io::sink()).expect("renders");
        writeln!(told, "{format} {} MB {:.1} s", peak(), start.elapsed().as_secs_f64()).expect("text");
    }
    std::fs::write(Path::new(&figures), told).expect("written");
}

/// The most memory that this process has held, in megabytes, but for its program's pages, which come from a file.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("a status");
    let kilobytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("a line");
        line.split_whitespace().next().and_then(|number| number.parse::<u64>().ok()).expect("kilobytes")
    };
    kilobytes("VmHWM:").saturating_sub(kilobytes("RssFile:")) / 1024
}

/// Every tenth finding is about two accounts, of which one has a finding of its own, too.
fn report() -> Report {
    fixture::large_with(FINDINGS, |n, finding| if n % 10 == 0 { group(n, finding) } else { finding })
}

fn group(n: usize, mut finding: Finding) -> Finding {
    "group".clone_into(&mut finding.subject.kind);
    finding.subject.account_id = None;
    finding.subject.members = Some(vec![(n + 1).to_string(), (n + FINDINGS).to_string()]);
    finding
}

/// The accounts that have no finding of their own.
fn inventory() -> Inventory {
    let others = (FINDINGS as u64..2 * FINDINGS as u64).step_by(10);
    fixture::inventory("voiso-emea", others.map(fixture::account))
}

#[test]
fn a_full_temporary_folder_is_an_error() {
    let script = r#"trap "" XFSZ; ulimit -f 256; exec "$@""#;
    let output = alone_within(script, "render::memory::the_process_without_room").output().expect("started");
    let (code, words) = code_and_words(&output);
    assert!(code == 0 && words.contains("1 passed"), "{words}");
}

#[test]
#[ignore = "is started by the test above, which lets no file grow"]
fn the_process_without_room() {
    let written = bytes_with(Format::Xlsx, &fixture::large(400), &RenderOptions::default());
    let error = written.expect_err("no room");
    assert!(error.starts_with("can't make the workbook: ") && error.contains("File too large"), "{error}");
}
