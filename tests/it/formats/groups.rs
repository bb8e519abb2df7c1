//! Groups of thousands: no cell and no message grows with them, all their accounts are somewhere, and no format takes more than
//! its share of work for them.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::sink;
use std::path::Path;
use std::time::{Duration, Instant};

use headcount::render::{Format, RenderOptions, render};
use headcount::report::Report;

use crate::support::fixture;
use crate::support::process::alone;
use crate::support::reading::{Book, bytes, json, list, rendered};

/// One group of this many accounts, all of which its message names, as those of other versions did.
fn group(members: usize) -> Report {
    fixture::large_with(1, |_, mut finding| {
        "group".clone_into(&mut finding.subject.kind);
        finding.subject.account_id = None;
        let ids: Vec<String> = (0..members).map(|id| format!("account {id}, of the group")).collect();
        finding.message = format!("Several accounts: {}.", ids.join(", "));
        finding.subject.members = Some(ids);
        finding
    })
}

/// Whether it is for programs, and has every account of a group.
fn is_whole(format: Format) -> bool {
    matches!(format, Format::Json | Format::Ndjson | Format::MembersCsv)
}

#[test]
fn nothing_that_people_read_grows_with_a_group() {
    let [small, large] = [3_000, 6_000].map(group);
    for format in Format::ALL.into_iter().filter(|format| !is_whole(*format) && *format != Format::Xlsx) {
        let [small, large] = [&small, &large].map(|report| rendered(format, report));
        assert!(large.len() < small.len() + 100, "{format}: {} and {} bytes", small.len(), large.len());
        for cell in large.split('"').filter(|_| matches!(format, Format::Csv)) {
            assert!(cell.encode_utf16().count() < 32_767);
        }
        assert!(format != Format::Csv || large.contains("\nand 5,990 more\""), "{large}");
    }
    let book = Book::open(bytes(Format::Xlsx, &large));
    assert_eq!(book.column("Review", "Key").len(), 6_000, "a row each");
    assert!(book.column("Review", "Why").iter().all(|why| why.chars().count() <= 601));
    let mut covered = large;
    fixture::edit(&mut covered, |findings| findings[0].disposition = headcount::model::Disposition::Waived);
    let book = Book::open(bytes(Format::Xlsx, &covered));
    let about = book.column("Other findings", "About");
    assert!(about[0].lines().count() == 11 && about[0].ends_with("and 5,990 more"), "{about:?}");
}

#[test]
fn all_accounts_of_a_group_are_where_programs_look() {
    let report = group(6_000);
    let all: BTreeSet<String> =
        report.findings.to_vec().expect("one")[0].subject.members.iter().flatten().cloned().collect();
    let of = |members: &serde_json::Value| -> BTreeSet<String> {
        list(members).iter().map(|id| id.as_str().expect("a text").to_owned()).collect()
    };
    assert_eq!(of(&json(&rendered(Format::Json, &report))["findings"][0]["subject"]["members"]), all);
    assert_eq!(of(&json(&rendered(Format::Ndjson, &report))["members"]), all);
    let text = rendered(Format::MembersCsv, &report);
    let mut table = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<_> = table.records().map(|row| row.expect("a row")).collect();
    assert_eq!(table.headers().expect("headings"), vec!["fingerprint", "rule", "source", "account_id"]);
    assert_eq!(rows.iter().map(|row| row[3].to_owned()).collect::<BTreeSet<_>>(), all);
    let findings = rendered(Format::Csv, &report);
    assert!(findings.contains(&rows[0][0]), "a row finds its finding");
    let mut table = csv::Reader::from_reader(findings.as_bytes());
    let row = table.records().next().expect("a row").expect("whole");
    assert_eq!((&row[9], row[10].lines().next()), ("6000", Some("account 0, of the group")), "told apart");
}

/// The best of three.
fn duration(format: Format, report: &Report) -> Duration {
    let once = || {
        let start = Instant::now();
        render(format, report, &RenderOptions::default(), &mut sink()).expect("renders");
        start.elapsed()
    };
    (0..3).map(|_| once()).min().unwrap_or_default()
}

#[test]
fn a_group_of_thousands_costs_at_most_twice_as_much_as_as_many_accounts() {
    const ACCOUNTS: usize = 6_000;
    let (group, singles) = (group(ACCOUNTS), fixture::large(ACCOUNTS));
    for format in [Format::Xlsx, Format::Csv, Format::Ndjson, Format::Junit, Format::Sarif] {
        let (group, singles) = (duration(format, &group), duration(format, &singles));
        assert!(group <= 2 * singles, "{format}: {group:?} for a group, {singles:?} for as many accounts");
    }
}

/// Where the measured process writes what it has measured.
const FIGURES: &str = "GROUP_FIGURES";

/// Work is counted as bytes that are read: findings as large as these are kept in a file.
#[test]
fn twice_the_group_is_twice_the_work() {
    let folder = tempfile::tempdir().expect("a folder");
    let figures = folder.path().join("figures");
    let measured = alone("formats::groups::the_process_that_counts").env(FIGURES, &figures).output().expect("started");
    assert!(measured.status.success(), "{}", String::from_utf8_lossy(&measured.stdout));
    let figures = std::fs::read_to_string(figures).expect("figures");
    assert_eq!(figures.lines().count(), Format::ALL.len(), "{figures}");
    for line in figures.lines() {
        let [one, two] = [1, 2].map(|at| line.split(' ').nth(at).expect("a number").parse::<u64>().expect("a number"));
        assert!(
            two <= 2 * one + one / 4 + 100_000,
            "format, bytes read for a group, and for one of twice the size: {line}"
        );
    }
}

#[test]
#[ignore = "is started by the test above"]
fn the_process_that_counts() {
    let path = std::env::var_os(FIGURES).expect("GROUP_FIGURES");
    let reports = [30_000, 60_000].map(group);
    let mut told = String::new();
    for format in Format::ALL {
        let [one, two] = [0, 1].map(|at| {
            let before = read_so_far();
            render(format, &reports[at], &RenderOptions::default(), &mut sink()).expect("renders");
            read_so_far() - before
        });
        writeln!(told, "{format} {one} {two}").expect("text");
    }
    std::fs::write(Path::new(&path), told).expect("written");
}

/// All bytes that this process has read.
fn read_so_far() -> u64 {
    let io = std::fs::read_to_string("/proc/self/io").expect("counts");
    let read = io.lines().find_map(|line| line.strip_prefix("rchar: ")).expect("a line");
    read.parse().expect("a number")
}
