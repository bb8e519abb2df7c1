//! A mistake in a file that a person wrote is answered with its place and a suggestion, before any request.

use std::fs;

use headcount::simulate::Vendor;

use crate::support::process::headcount;
use crate::support::tenant::Tenant;

/// Changes the configuration, and expects a refusal without any request.
fn refused(from: &str, to: &str, expected: &[&str]) {
    let tenant = Tenant::new(300, 2);
    let text = fs::read_to_string(tenant.config()).expect("a configuration");
    assert!(text.contains(from), "the configuration has no {from}");
    fs::write(tenant.config(), text.replacen(from, to, 1)).expect("written");
    let audited = tenant.audit(&[]);
    assert_eq!(audited.code(), 2, "{}", audited.stderr());
    for part in expected {
        assert!(audited.stderr().contains(part), "no {part} in:\n{}", audited.stderr());
    }
    for vendor in Vendor::ALL {
        assert_eq!(tenant.simulators.requests(vendor), 0, "{vendor} was asked");
    }
    assert!(audited.left_nothing());
}

#[test]
fn a_misspelt_key_of_the_configuration() {
    refused("api_key = ", "api_kye = ", &["headcount.toml:", "unknown key `api_kye`", "did you mean `api_key`?"]);
}

#[test]
fn a_misspelt_vendor() {
    refused(
        "vendor = \"cognigy\"",
        "vendor = \"cognify\"",
        &["unknown vendor \"cognify\"", "did you mean \"cognigy\"?"],
    );
}

#[test]
fn a_rule_that_does_not_exist_in_the_gate() {
    refused(
        "\"orphaned\"",
        "\"orphanned\"",
        &["headcount.toml:", "no rule \"orphanned\"", "did you mean \"orphaned\"?"],
    );
}

#[test]
fn broken_toml() {
    refused("[report]", "[report", &["headcount.toml:"]);
}

#[test]
fn a_secret_that_is_not_there() {
    refused(
        "file:secrets/voxmind-token",
        "env:HEADCOUNT_TEST_NO_SUCH_VARIABLE",
        &["HEADCOUNT_TEST_NO_SUCH_VARIABLE is not set"],
    );
}

#[test]
fn a_secret_that_is_too_short_is_refused_and_not_shown() {
    let tenant = Tenant::new(300, 2);
    let text = fs::read_to_string(tenant.config()).expect("a configuration");
    fs::write(tenant.kit.path().join("secrets/short"), "hunter2\n").expect("written");
    for (place, kept_in) in
        [("file:secrets/short", "secrets/short"), ("env:HEADCOUNT_TEST_KEY", "env:HEADCOUNT_TEST_KEY")]
    {
        fs::write(tenant.config(), text.replacen("file:secrets/voiso-key", place, 1)).expect("written");
        let mut audit = headcount();
        audit.env("HEADCOUNT_TEST_KEY", "hunter2").args(["audit", "-c"]).arg(tenant.config());
        let output = audit.output().expect("ran");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("the secret has less than 8 characters") && said.contains(kept_in), "{said}");
        assert!(!said.contains("hunter2"), "{said}");
        assert_eq!(Vendor::ALL.map(|vendor| tenant.simulators.requests(vendor)), [0; Vendor::ALL.len()]);
    }
}

#[test]
fn a_literal_secret_is_refused_and_not_shown() {
    let tenant = Tenant::new(300, 2);
    let text = fs::read_to_string(tenant.config()).expect("a configuration");
    fs::write(tenant.config(), text.replacen("file:secrets/voxmind-token", "hunter2-literal", 1)).expect("written");
    let audited = tenant.audit(&["-vvv"]);
    assert_eq!(audited.code(), 2);
    assert!(audited.stderr().contains("a secret can't stand in the configuration"), "{}", audited.stderr());
    assert!(!audited.stderr().contains("hunter2"), "{}", audited.stderr());
}

#[test]
fn a_misspelt_fact_in_an_own_rule() {
    let tenant = Tenant::new(300, 2);
    let rules = tenant.kit.path().join("rules");
    fs::create_dir(&rules).expect("folder");
    let own = fs::read_to_string("rules/locked.toml").expect("the built-in rule");
    let own = own.replacen("\"locked\"", "\"own-locked\"", 1).replacen("account.locked", "account.lokced", 1);
    fs::write(rules.join("own-locked.toml"), own).expect("written");
    let text = fs::read_to_string(tenant.config()).expect("a configuration");
    fs::write(tenant.config(), format!("{text}\n[rules]\npaths = [\"rules\"]\n")).expect("written");
    let audited = tenant.audit(&[]);
    let stderr = audited.stderr();
    assert_eq!(audited.code(), 2, "{stderr}");
    assert!(stderr.contains("own-locked.toml:") && stderr.contains("account.locked"), "{stderr}");
    assert_eq!(Vendor::ALL.map(|vendor| tenant.simulators.requests(vendor)), [0; Vendor::ALL.len()]);
}

#[test]
fn a_source_and_a_format_that_do_not_exist() {
    let tenant = Tenant::new(300, 2);
    let audited = tenant.audit(&["--source", "vosio"]);
    assert_eq!(audited.code(), 2);
    assert!(audited.stderr().contains("did you mean \"voiso\"?"), "{}", audited.stderr());
    let audited = tenant.audit(&["--format", "htlm"]);
    assert_eq!(audited.code(), 2);
    assert!(audited.stderr().contains("did you mean `html`?"), "{}", audited.stderr());
}

#[test]
fn a_missing_configuration_says_how_to_get_one() {
    let folder = tempfile::tempdir().expect("folder");
    let output = headcount().current_dir(folder.path()).arg("audit").output().expect("ran");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("headcount init"));
}
