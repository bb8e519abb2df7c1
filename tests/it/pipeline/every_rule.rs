//! Every built-in rule is exercised by what is simulated: by the demo, or where that would spoil it (a source that
//! can't be read, a snapshot that grew old), by the same organisation on a bad day.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use headcount::config::RulesConfig;
use headcount::report::Report;
use headcount::rule::RuleSet;
use headcount::snapshot::Snapshot;

use crate::support::process::{NOW, headcount};
use crate::support::tenant::{Tenant, read_report};

fn fired(report: &Report) -> BTreeSet<String> {
    report.findings.to_vec().expect("findings").iter().map(|finding| finding.rule.clone()).collect()
}

#[test]
fn the_demo_and_a_bad_day_exercise_every_rule() {
    let out = tempfile::tempdir().expect("folder");
    headcount().args(["demo", "-q", "--as-of", NOW, "--out"]).arg(out.path()).assert().code(1);
    let demo = fired(&read_report(out.path()));
    let bad_day = fired(&bad_day());
    let rules = RuleSet::load(&RulesConfig::default()).expect("the built-in rules");
    let all: BTreeSet<String> = rules.iter().map(|rule| rule.id().to_string()).collect();
    // What reviews have promised is exercised by those.
    let promised: BTreeSet<String> = all.iter().filter(|rule| rule.starts_with("revocation-")).cloned().collect();
    assert_eq!(promised.len(), 4);
    let all = &all - &promised;
    assert_eq!(&demo | &bad_day, all);
    let only_on_a_bad_day =
        ["declared-too-broad", "roster-placeholder-key", "roster-unknown-word", "source-incomplete", "source-stale"];
    assert_eq!(&all - &demo, BTreeSet::from(only_on_a_bad_day.map(str::to_owned)));
}

/// Somebody declares all that has an address.
const BROAD: &str =
    "\n[[account]]\nkind = \"shared\"\nsource = \"cognigy\"\npattern = { email = '[a-z].*@example\\.com' }\n";

/// A word that nobody knows, and an address that six people have.
fn bad_day_at_hr(roster: &std::path::Path) {
    let text = std::fs::read_to_string(roster).expect("a roster");
    let headings: Vec<&str> = text.lines().next().expect("headings").split(',').collect();
    let row = |number: u32| {
        let cell = |heading: &&str| match *heading {
            "Worker ID" => format!("Q-{number}"),
            "Full Name" => format!("Quinn Sample{number}"),
            "Work Email" => "quinn@example.com".to_owned(),
            "Username" => format!("quinn{number}"),
            "Employment Status" => "Phase 9".to_owned(),
            _ => String::new(),
        };
        headings.iter().map(cell).collect::<Vec<_>>().join(",")
    };
    let rows: Vec<String> = (0..6).map(row).collect();
    std::fs::write(roster, format!("{}\n{}\n", text.trim_end(), rows.join("\n"))).expect("written");
}

/// A vendor takes back a key while a snapshot is taken, and that is judged three days later. What fails goes before what
/// can't be verified.
fn bad_day() -> Report {
    let tenant = Tenant::new(300, 6);
    let path = |name: &str| tenant.kit.path().join(name);
    bad_day_at_hr(&path("hr.csv"));
    let declared = std::fs::read_to_string(path("declared-accounts.toml")).expect("declarations");
    std::fs::write(path("declared-accounts.toml"), declared + BROAD).expect("written");
    std::fs::write(path("secrets/voiso-key"), "taken-back").expect("written");
    let fetch = |command: &mut assert_cmd::Command| {
        command.arg("-c").arg(tenant.config()).arg("--out").arg(path("snapshot")).output().expect("ran").status.code()
    };
    assert_eq!(fetch(headcount().args(["fetch", "-q"])), Some(3));
    let fetched = Snapshot::open(&path("snapshot")).expect("a snapshot").certificates().started_at;
    let later = (fetched + TimeDelta::days(3)).to_rfc3339();
    let audit = ["audit", "-q", "--as-of", &later, "-c"];
    headcount()
        .args(audit)
        .arg(tenant.config())
        .arg("--snapshot")
        .arg(path("snapshot"))
        .arg("--out")
        .arg(path("out"))
        .assert()
        .code(1);
    read_report(&path("out"))
}
