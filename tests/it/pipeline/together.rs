//! Several runs and one output folder: they never mix, and one that was killed is no obstacle.

use std::fs;
use std::process::{Child, Stdio};
use std::time::Duration;

use headcount::simulate::{Behaviour, ServeOptions};

use crate::support::process::{NOW, spawnable};
use crate::support::tenant::Tenant;

/// A tenant whose vendors take their time.
fn slow() -> Tenant {
    let behaviour = Behaviour { latency: Duration::from_millis(400), ..Behaviour::default() };
    Tenant::serving(300, &ServeOptions::all(&behaviour))
}

/// An audit that has begun to ask.
fn begun(tenant: &Tenant, arguments: &[&str]) -> Child {
    let vendors = || tenant.simulators.vendors().into_iter();
    let before: u64 = vendors().map(|vendor| tenant.simulators.requests(vendor)).sum();
    let mut audit = spawnable();
    audit.args(arguments).arg("-c").arg(tenant.config()).stdout(Stdio::null()).stderr(Stdio::piped());
    let child = audit.spawn().expect("started");
    while vendors().map(|vendor| tenant.simulators.requests(vendor)).sum::<u64>() == before {
        std::thread::sleep(Duration::from_millis(5));
    }
    child
}

fn names(tenant: &Tenant) -> Vec<String> {
    let entries = fs::read_dir(tenant.kit.path().join("out")).expect("a folder");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("one").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn the_second_run_is_refused_at_once_and_told_of_the_first() {
    let tenant = slow();
    let out = tenant.kit.path().join("out");
    let mut first = begun(&tenant, &["audit", "--as-of", NOW, "--out", &out.display().to_string()]);
    let asked = tenant.simulators.vendors().into_iter().map(|vendor| tenant.simulators.requests(vendor));
    let asked: u64 = asked.sum();
    let second = tenant.audit(&["--format", "csv", "--snapshot", "missing"]);
    assert_eq!(second.code(), 2, "{}", second.stderr());
    let who = format!("another headcount is writing {} (process {}, since 20", out.display(), first.id());
    assert!(second.stderr().contains(&who), "{}", second.stderr());
    assert!(asked > 0 && first.try_wait().expect("asked").is_none(), "the first was still at work");
    assert_eq!(first.wait().expect("ended").code(), Some(0), "it was not disturbed");
    assert_eq!(names(&tenant), ["last-attempt.json", "last-complete.json", "report.html", "report.json", "report.md"]);
}

#[test]
fn a_run_that_was_killed_leaves_no_lock_and_its_leftovers_are_removed() {
    let tenant = slow();
    let out = tenant.kit.path().join("out");
    let mut killed = begun(&tenant, &["audit", "--as-of", NOW, "--out", &out.display().to_string()]);
    killed.kill().expect("killed");
    killed.wait().expect("ended");
    fs::write(out.join(".headcount-Xy12z9.tmp"), "Ada Ghost, and others").expect("written");
    fs::write(out.join(".tmp-of-others"), "kept").expect("written");
    let next = tenant.audit(&["--format", "json", "--source", "voiso"]);
    assert_eq!(next.code(), 0, "{}", next.stderr());
    assert_eq!(names(&tenant), [".tmp-of-others", "last-attempt.json", "last-complete.json", "report.json"]);
}

/// Interrupts an audit that has begun, and returns what it said.
#[cfg(unix)]
fn interrupted(tenant: &Tenant) -> String {
    let out = tenant.kit.path().join("out").display().to_string();
    let child = begun(tenant, &["audit", "--as-of", NOW, "--out", &out]);
    std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("signalled");
    let output = child.wait_with_output().expect("ended");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(130), "{said}");
    said
}

#[test]
#[cfg(unix)]
fn an_audit_that_is_interrupted_says_what_is_left_and_how_to_go_on() {
    let tenant = slow();
    let said = interrupted(&tenant);
    let lines: Vec<_> = said.lines().collect();
    assert_eq!(lines.first(), Some(&"Interrupted: nothing was kept"), "{said}");
    assert!(
        lines.last().is_some_and(|line| line.starts_with("To do: ") && line.contains("headcount fetch -c ")),
        "{said}"
    );
    assert!(!tenant.kit.path().join("out").exists(), "no lock, no folder");
    assert_eq!(tenant.audit(&["--format", "json", "--source", "voiso"]).code(), 0);
    let said = interrupted(&tenant);
    assert!(said.contains("is of an earlier run"), "{said}");
    assert_eq!(names(&tenant), ["last-attempt.json", "last-complete.json", "report.json"]);
    let attempt = fs::read_to_string(tenant.kit.path().join("out/last-attempt.json")).expect("written");
    assert!(attempt.contains("130") && !attempt.contains("run_id"), "{attempt}");
}

#[test]
fn a_snapshot_has_one_writer_too() {
    let tenant = slow();
    let out = tenant.kit.path().join("snapshot").display().to_string();
    let mut first = begun(&tenant, &["fetch", "--out", &out]);
    for resume in [&[][..], &["--resume"]] {
        let mut second = crate::support::process::headcount();
        let output =
            second.args(["fetch", "--out", &out, "-c"]).arg(tenant.config()).args(resume).output().expect("ran");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(&format!("(process {}, since 20", first.id())), "{said}");
    }
    assert_eq!(first.wait().expect("ended").code(), Some(0));
    assert!(!tenant.kit.path().join("snapshot.lock").exists());
}

#[test]
fn reports_appear_together_and_report_json_last() {
    let tenant = Tenant::new(300, 2);
    let whole = tenant.audit(&["--format", "json,csv,junit", "--source", "voiso"]);
    let before = fs::read_to_string(whole.out.join("report.json")).expect("a report");
    // What can't be rendered or put in its place: report.json stays that of the set before.
    fs::remove_file(whole.out.join("junit.xml")).expect("removed");
    fs::create_dir(whole.out.join("junit.xml")).expect("in the way");
    let failed = tenant.audit(&["--format", "json,csv,junit"]);
    assert_eq!(failed.code(), 4, "{}", failed.stderr());
    assert!(failed.stderr().contains("junit.xml"), "{}", failed.stderr());
    assert_eq!(fs::read_to_string(whole.out.join("report.json")).expect("a report"), before);
    let files = ["findings.csv", "junit.xml", "last-attempt.json", "last-complete.json", "report.json"];
    assert_eq!(names(&tenant), files, "nothing lies about");
}

#[test]
fn what_could_not_be_used_makes_no_folder() {
    let tenant = Tenant::new(300, 2);
    assert_eq!(tenant.audit(&["--source", "vosio"]).code(), 2);
    assert!(!tenant.kit.path().join("out").exists());
}
