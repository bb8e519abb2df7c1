//! What many accounts cost and what becomes of many findings: the memory of an audit doesn't grow with the accounts that have no
//! finding, and what a page has no room for is told.

use std::fmt::Write as _;

use crate::support::office::Office;
use crate::support::process::spawnable;
use crate::support::tenant::Tenant;

/// The most memory that the audit of a population of this size, always with the same number of defects, has held at
/// once, in bytes.
fn peak_memory(accounts: u32) -> (u64, u64) {
    let tenant = Tenant::with_defects_of(accounts, 2_400, 4);
    let out = tenant.kit.path().join("out");
    let mut child = spawnable()
        .args(["audit", "-q", "--format", "json", "--as-of", crate::support::process::NOW, "-c"])
        .arg(tenant.config())
        .arg("--out")
        .arg(&out)
        .spawn()
        .expect("started");
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().expect("running").is_none() {
        if let Ok(text) = std::fs::read_to_string(&status) {
            let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
            peak = peak.max(kilobytes.unwrap_or_default() * 1024);
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let report = crate::support::tenant::read_report(&out);
    assert_eq!(crate::support::tenant::counts(&report), crate::support::tenant::seeded(&tenant.world));
    (peak, report.correlation.accounts)
}

#[test]
fn a_hundred_thousand_accounts_are_audited_without_being_kept() {
    let (small, few) = peak_memory(10_000);
    let (large, many) = peak_memory(100_000);
    let more = many - few;
    let each = large.saturating_sub(small) / more;
    // The roster grows with the population and is kept, about 600 bytes for a person with three accounts; of an
    // account, its hash and its place in a group. A kept account would be a kilobyte more.
    assert!(each < 500, "{each} bytes for each further account: {small} for {few}, {large} for {many}");
}

#[test]
fn what_the_page_has_no_room_for_is_told_with_the_command_that_writes_it() {
    let office = Office::new(Vec::new(), "", "");
    let mut people = "Employee ID,Name,Work Email,Status\n".to_owned();
    let mut accounts = "id,external_id,status\n".to_owned();
    for n in 0..5_200 {
        writeln!(people, "E-{n},Sample Person,p{n}@example.com,Terminated").expect("text");
        writeln!(accounts, "{n},E-{n},active").expect("text");
    }
    office.write("hr.csv", &people);
    office.write("accounts.csv", &accounts);
    office.write(
        "headcount.toml",
        "[hr]\nfile = \"hr.csv\"\n[[source]]\nname = \"doors\"\nvendor = \"file\"\nfile = \"accounts.csv\"\n",
    );
    for (formats, tables) in [("html", "headcount audit --format csv,xlsx"), ("html,csv", "findings.csv")] {
        let run = office.run(&["audit", "--format", formats]);
        assert_eq!(run.code, 1, "{}", run.stderr);
        let told = run.stderr.lines().find(|line| line.starts_with("The page has no room for "));
        assert!(
            told.is_some_and(|line| line.ends_with(&format!("; all findings as tables: {tables}"))),
            "{}",
            run.stderr
        );
    }
}
