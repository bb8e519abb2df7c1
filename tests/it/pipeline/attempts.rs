//! How an audit ended is written down beside the reports, which stay what they were when it ended without any.

use std::fs;

use serde_json::Value;

use crate::support::process::headcount;
use crate::support::tenant::{Audited, Tenant};

fn last(audited: &Audited) -> Value {
    let text = fs::read_to_string(audited.out.join("last-attempt.json")).expect("a record");
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn each_audit_says_how_it_ended() {
    let tenant = Tenant::new(300, 2);
    let failed = tenant.audit(&["--fail-on", "severity:medium", "--format", "json"]);
    let report = failed.report();
    assert_eq!((failed.code(), &last(&failed)["exit_code"]), (1, &1.into()));
    assert_eq!(last(&failed)["run_id"], report.run.id.as_str());
    let zero = tenant.audit(&["--fail-on", "severity:medium", "--format", "json", "--exit-zero"]);
    assert_eq!((zero.code(), &last(&zero)["exit_code"]), (0, &0.into()), "what the caller saw");

    // Not usable: nothing runs, and the report that is there stays.
    let before = fs::read(zero.out.join("report.json")).expect("a report");
    let unusable = tenant.audit(&["--fail-on", "orphanned"]);
    assert_eq!((unusable.code(), &last(&unusable)["exit_code"]), (2, &2.into()));
    assert!(last(&unusable).get("run_id").is_none());

    // Suspect: nothing is judged or written.
    fs::write(tenant.kit.path().join("hr.csv"), "").expect("written");
    let suspect = tenant.audit(&[]);
    assert_eq!((suspect.code(), &last(&suspect)["exit_code"]), (3, &3.into()), "{}", suspect.stderr());
    assert!(last(&suspect).get("run_id").is_none() && last(&suspect)["ended_at"].is_string());
    assert_eq!(fs::read(suspect.out.join("report.json")).expect("a report"), before);
}

#[test]
fn a_command_line_that_is_no_audit_and_standard_output_leave_no_record() {
    let tenant = Tenant::new(300, 2);
    let audited = tenant.audit(&["--format", "htlm"]);
    assert!(audited.code() == 2 && !audited.out.exists());
    let mut command = headcount();
    command.current_dir(tenant.kit.path()).args([
        "audit",
        "--fail-on",
        "severity:medium",
        "--out",
        "-",
        "--format",
        "json",
    ]);
    assert_eq!(command.output().expect("ran").status.code(), Some(1));
    assert!(!tenant.kit.path().join("last-attempt.json").exists() && !tenant.kit.path().join("-").exists());
}

#[test]
fn a_record_that_cannot_be_written_is_told_and_hides_nothing_worse() {
    let tenant = Tenant::new(300, 2);
    fs::create_dir_all(tenant.kit.path().join("out/last-attempt.json")).expect("a folder where a file has to be");
    for (arguments, code) in
        [(["--fail-on", "severity:medium"], 1), (["--fail-on", "orphanned"], 2), (["--fail-on", "stale-login>1000"], 4)]
    {
        let audited = tenant.audit(&arguments);
        assert_eq!(audited.code(), code, "{}", audited.stderr());
        assert!(audited.stderr().contains("`headcount email` can't know of this audit"), "{}", audited.stderr());
    }
}

#[test]
fn a_place_where_nothing_can_be_written_is_refused_before_any_request() {
    let tenant = Tenant::new(300, 2);
    fs::write(tenant.kit.path().join("out"), "a file where a folder has to be").expect("written");
    let audited = tenant.audit(&[]);
    assert_eq!(audited.code(), 2, "{}", audited.stderr());
    let last = audited.stderr().lines().last().map(str::to_owned);
    assert_eq!(last.as_deref(), Some("Nothing was requested. To do: name another folder with --out"));
    let asked: u64 = tenant.simulators.vendors().into_iter().map(|vendor| tenant.simulators.requests(vendor)).sum();
    assert_eq!(asked, 0);
}
