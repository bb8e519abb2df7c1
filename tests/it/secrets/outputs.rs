//! No secret reaches an output, however much is said.

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use headcount::model::SourceStatus;
use headcount::report::Report;
use headcount::simulate::Vendor;

use crate::support::process::{NOW, headcount};
use crate::support::tenant::Tenant;

/// Every secret of the kit, and the parts of the signing key.
fn secrets(kit: &Path) -> Vec<String> {
    let files = fs::read_dir(kit.join("secrets")).expect("secrets");
    let mut found: Vec<String> =
        files.map(|file| fs::read_to_string(file.expect("a file").path()).expect("text").trim().to_owned()).collect();
    let credentials = fs::read_to_string(kit.join("voximplant-credentials.json")).expect("credentials");
    let credentials: serde_json::Value = serde_json::from_str(&credentials).expect("json");
    let key = credentials["private_key"].as_str().expect("a key");
    found.extend(key.lines().filter(|line| line.len() > 30 && !line.starts_with("---")).map(str::to_owned));
    found
}

#[test]
fn no_secret_is_in_any_output_at_the_highest_verbosity() {
    let mut tenant = Tenant::new(300, 2);
    let secrets = secrets(tenant.kit.path());
    assert!(secrets.len() > 10);
    for stopped in [None, Some(Vendor::Cognigy)] {
        if let Some(vendor) = stopped {
            tenant.runtime.block_on(tenant.simulators.stop(vendor));
        }
        let audited = tenant.audit(&["-vvv"]);
        let stderr = audited.stderr();
        assert!(stderr.contains("sending") && stderr.contains("/api/v4/users"), "nothing was logged: {stderr}");
        let mut outputs = vec![stderr, String::from_utf8_lossy(&audited.output.stdout).into_owned()];
        for file in fs::read_dir(&audited.out).expect("reports") {
            outputs.push(fs::read_to_string(file.expect("a file").path()).expect("text"));
        }
        for output in &outputs {
            assert!(!output.contains("Bearer "), "an Authorization header was printed");
            for secret in &secrets {
                assert!(!output.contains(secret.as_str()), "a secret was printed");
            }
        }
    }
}

#[test]
fn wrong_credentials_are_told_as_such() {
    let tenant = Tenant::new(300, 2);
    fs::write(tenant.kit.path().join("secrets/voxmind-token"), "wrong-token-for-voxmind\n").expect("written");
    let audited = tenant.audit(&["--source", "voxmind", "-vvv"]);
    assert_eq!(audited.code(), 3, "nobody is accused: {}", audited.stderr());
    let report = audited.report();
    let error = report.sources[0].error.clone().expect("an error");
    assert!(error.contains("401") && error.contains("credentials"), "{error}");
    assert!(!audited.stderr().contains("wrong-token-for-voxmind"));
}

#[cfg(unix)]
#[test]
fn a_secret_that_everybody_can_read_is_told_without_being_asked() {
    use std::os::unix::fs::PermissionsExt as _;
    let tenant = Tenant::new(300, 2);
    let exposed = tenant.kit.path().join("secrets/voiso-key");
    // The other one is for a group, whose people the owner of the file knows.
    for (name, mode) in [("secrets/voiso-key", 0o644), ("secrets/voxmind-token", 0o640)] {
        fs::set_permissions(tenant.kit.path().join(name), fs::Permissions::from_mode(mode)).expect("opened");
    }
    let audited = tenant.audit(&[]);
    let warning = format!("{} can be read by every user of this machine; run chmod 600", exposed.display());
    assert!(audited.stderr().contains(&warning), "{}", audited.stderr());
    let warned = |source: &headcount::report::SourceSummary| source.warnings.iter().any(|told| told.contains(&warning));
    let names: Vec<_> = audited.report().sources.into_iter().filter(warned).map(|source| source.name).collect();
    assert_eq!(names, ["voiso"]);
}

#[test]
fn this_machine_is_never_asked_through_a_proxy() {
    let tenant = Tenant::new(300, 2);
    let proxy = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    proxy.set_nonblocking(true).expect("asked for no waiting");
    let address = format!("http://{}", proxy.local_addr().expect("an address"));
    for base_url in ["127.0.0.1", "localhost"] {
        let text = fs::read_to_string(tenant.config()).expect("a configuration");
        fs::write(tenant.config(), text.replace("http://127.0.0.1", &format!("http://{base_url}"))).expect("written");
        let mut audit = headcount();
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"] {
            audit.env(name, &address);
        }
        let audited =
            audit.args(["audit", "--as-of", NOW, "--out", "-", "--format", "json", "-c"]).arg(tenant.config());
        let report: Report = serde_json::from_slice(&audited.output().expect("ran").stdout).expect("a report");
        assert!(report.sources.iter().all(|source| source.status == SourceStatus::Complete), "{base_url}");
        assert!(proxy.accept().is_err(), "the proxy was asked for {base_url}");
    }
}
