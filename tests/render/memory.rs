//! How much memory each format needs for a hundred thousand findings, and what comes of it when the disk has no room;
//! each in a process of its own.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

use headcount::audit::{AccountRow, Inventory};
use headcount::model::{AccountStatus, Fact, SourceName};
use headcount::render::{Format, RenderOptions, render};
use headcount::report::{Finding, Report};

use crate::fixture;

const FINDINGS: usize = 100_000;
/// What the whole process may hold; a third of it is the program, and where each finding is.
const MEGABYTES: u64 = 50;
/// Where the measured process writes what it has measured.
const FIGURES: &str = "RENDER_FIGURES";

#[test]
fn a_hundred_thousand_findings_take_tens_of_megabytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let figures = folder.path().join("figures");
    let measured = std::process::Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "memory::the_process_that_is_measured", "--ignored"])
        .env(FIGURES, &figures)
        .output()
        .expect("started");
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

/// The most memory that this process has held, in megabytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("a status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    line.split_whitespace().next().and_then(|kilobytes| kilobytes.parse::<u64>().ok()).expect("kilobytes") / 1024
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
    let inventory = Inventory::new().expect("a file");
    let mut recorder = inventory.recorder(&SourceName::new("voiso-emea"));
    for n in (FINDINGS as u64..2 * FINDINGS as u64).step_by(10) {
        let name = || Fact::Known(Some(format!("Agent {n}").into()));
        let row = AccountRow {
            id: n.to_string().into(),
            external_id: Fact::NotExposed,
            email: Fact::Known(Some(format!("agent.{n}@example.com").into())),
            username: name(),
            display_name: name(),
            status: Fact::Known(AccountStatus::Active),
            locked: Fact::Known(false),
            last_login_at: Fact::Known(None),
            situation: "matched".into(),
            tier: None,
            employee_id: None,
            employee_name: None,
        };
        recorder.record(n, &row).expect("recorded");
    }
    recorder.finish().expect("written");
    inventory
}

#[test]
fn a_full_temporary_folder_is_an_error() {
    let child = r#"trap "" XFSZ; ulimit -f 256; exec "$0" --exact memory::the_process_without_room --ignored"#;
    let output = std::process::Command::new("sh")
        .args(["-c", child])
        .arg(std::env::current_exe().expect("this test"))
        .output()
        .expect("started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
#[ignore = "is started by the test above, which lets no file grow"]
fn the_process_without_room() {
    let written = crate::bytes_with(Format::Xlsx, &fixture::large(1_000), &RenderOptions::default());
    let error = written.expect_err("no room");
    assert!(error.starts_with("can't make the workbook: ") && error.contains("File too large"), "{error}");
}
