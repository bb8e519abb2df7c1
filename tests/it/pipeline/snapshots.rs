//! What was fetched once is judged later as it would have been then.

use std::path::Path;

use headcount::base::text::hex;
use headcount::simulate::Vendor;
use sha2::{Digest as _, Sha256};

use crate::support::process::{NOW, headcount};
use crate::support::snapshot::resealed;
use crate::support::tenant::{Tenant, read_report, timeless};

fn fetch(tenant: &Tenant, out: &Path) -> assert_cmd::assert::Assert {
    headcount().args(["fetch", "-c"]).arg(tenant.config()).arg("--out").arg(out).assert()
}

#[test]
fn an_audit_of_a_snapshot_gives_the_report_of_the_live_audit() {
    let mut tenant = Tenant::new(600, 6);
    let live = timeless(tenant.audit(&[]).report());
    let snapshot = tenant.kit.path().join("snapshot");
    fetch(&tenant, &snapshot).code(0);
    for vendor in Vendor::ALL {
        tenant.runtime.block_on(tenant.simulators.stop(vendor));
    }
    let stored = tenant.audit(&["--snapshot", snapshot.to_str().expect("a path")]);
    assert_eq!(stored.code(), 1, "{}", stored.stderr());
    assert_eq!(timeless(stored.report()), live);
}

#[test]
fn without_as_of_a_snapshot_is_judged_as_of_its_own_time() {
    let tenant = Tenant::new(300, 6);
    let snapshot = tenant.kit.path().join("snapshot");
    fetch(&tenant, &snapshot).code(0);
    let out = tenant.kit.path().join("later");
    let audit = headcount()
        .args(["audit", "-q", "--format", "json", "--snapshot"])
        .arg(&snapshot)
        .arg("-c")
        .arg(tenant.config())
        .arg("--out")
        .arg(&out)
        .output()
        .expect("ran");
    assert!(audit.status.code().is_some_and(|code| code < 2), "{}", String::from_utf8_lossy(&audit.stderr));
    let report = read_report(&out);
    assert!(report.run.as_of <= report.sources[0].started_at, "judged as of {}, not {NOW}", report.run.as_of);
}

#[test]
fn a_changed_byte_or_a_missing_snapshot_is_refused() {
    let tenant = Tenant::new(300, 6);
    let snapshot = tenant.kit.path().join("snapshot");
    fetch(&tenant, &snapshot).code(0);
    fetch(&tenant, &snapshot).code(2);
    let records = snapshot.join("data/records/voiso.ndjson");
    let mut bytes = std::fs::read(&records).expect("records");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&records, bytes).expect("written");
    let audited = tenant.audit(&["--snapshot", snapshot.to_str().expect("a path")]);
    assert_eq!(audited.code(), 2);
    assert!(audited.stderr().contains("changed data/records/voiso.ndjson"), "{}", audited.stderr());
    let audited = tenant.audit(&["--snapshot", "no-such-folder"]);
    assert_eq!(audited.code(), 2);
    assert!(audited.stderr().contains("no snapshot"), "{}", audited.stderr());
}

#[test]
fn a_snapshot_that_was_tampered_with_is_refused_and_nobody_else_is_blamed() {
    let tenant = Tenant::new(300, 6);
    let snapshot = tenant.kit.path().join("snapshot");
    fetch(&tenant, &snapshot).code(0);
    let records = std::fs::read_to_string(snapshot.join("data/records/voiso.ndjson")).expect("records");
    let (first, others) = records.split_once('\n').expect("records");
    let tampered = "though all hashes fit; the snapshot was tampered with";
    for (forged, expected) in [
        (records.clone(), ""),
        (format!("{records}{{\"id\":9}}\n"), tampered),
        (others.to_owned(), tampered),
        (format!("{{\"no\":\"id\"}}\n{others}"), "`id`, though all hashes fit; the snapshot was tampered with"),
        (format!("[{first}]\n{others}"), "a line is not one JSON object; the snapshot was changed or damaged"),
    ] {
        let target = tenant.kit.path().join("forged");
        resealed(&snapshot, &target, |name, bytes| match name {
            "records/voiso.ndjson" => Some(forged.clone().into_bytes()),
            "certificates.json" => {
                let mut claimed: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
                let sources = claimed["sources"].as_array_mut().expect("a list").iter_mut();
                for source in sources.filter(|source| source["name"] == "voiso") {
                    source["certificate"]["sha256"] = hex(&Sha256::digest(&forged)).into();
                }
                Some(claimed.to_string().into_bytes())
            }
            _ => Some(bytes),
        });
        let audited = tenant.audit(&["--snapshot", target.to_str().expect("a path")]);
        std::fs::remove_dir_all(&target).expect("removed");
        let said = audited.stderr();
        assert_eq!(audited.code(), if expected.is_empty() { 0 } else { 2 }, "{said}");
        assert!(said.contains(expected) && !said.contains("defect of headcount"), "{said}");
    }
}

#[test]
fn an_incomplete_fetch_is_told_and_exits_with_3() {
    let mut tenant = Tenant::new(300, 6);
    tenant.runtime.block_on(tenant.simulators.stop(Vendor::Vonage));
    let snapshot = tenant.kit.path().join("snapshot");
    fetch(&tenant, &snapshot).code(3);
    let audited = tenant.audit(&["--snapshot", snapshot.to_str().expect("a path"), "--fail-on", "locked"]);
    let report = audited.report();
    let source = report.sources.iter().find(|source| source.name == "vcc").expect("reported");
    assert_eq!(source.status, headcount::report::SourceStatus::Failed);
}

#[test]
#[cfg(unix)]
fn an_interrupted_fetch_leaves_a_partial_snapshot_that_can_be_resumed() {
    use headcount::simulate::{Behaviour, ServeOptions};

    let slow = Behaviour { latency: std::time::Duration::from_millis(120), ..Behaviour::default() };
    let tenant = Tenant::serving(900, &ServeOptions::all(&slow));
    let snapshot = tenant.kit.path().join("snapshot");
    let mut child = crate::support::process::spawnable()
        .args(["fetch", "-c"])
        .arg(tenant.config())
        .arg("--out")
        .arg(&snapshot)
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("started");
    while tenant.simulators.requests(Vendor::Voiso) < 2 {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("signalled");
    assert_eq!(child.wait().expect("ended").code(), Some(130));
    assert!(!snapshot.exists() && tenant.kit.path().join("snapshot.partial").exists());
    headcount().args(["fetch", "--resume", "-c"]).arg(tenant.config()).arg("--out").arg(&snapshot).assert().code(0);
    let audited = tenant.audit(&["--snapshot", snapshot.to_str().expect("a path")]);
    assert_eq!(crate::support::tenant::counts(&audited.report()), crate::support::tenant::seeded(&tenant.world));
}
