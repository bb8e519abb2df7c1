//! A vendor that doesn't answer never leads to a clean verdict.

use headcount::report::{Gate, ReasonKind, SourceStatus};
use headcount::simulate::Vendor;

use crate::support::tenant::Tenant;

#[test]
fn a_stopped_vendor_is_named_with_its_reason() {
    let mut tenant = Tenant::new(300, 2);
    tenant.runtime.block_on(tenant.simulators.stop(Vendor::Voiso));
    let audited = tenant.audit(&["--fail-on", "locked"]);
    let report = audited.report();
    let source = report.sources.iter().find(|source| source.name == "voiso").expect("reported");
    assert_eq!(source.status, SourceStatus::Failed);
    assert!(source.error.as_deref().is_some_and(|error| error.contains("/api/v4/users")), "{:?}", source.error);
    let reason = report.verdict.reasons.iter().find(|reason| reason.kind == ReasonKind::Source).expect("a reason");
    assert_eq!(reason.source.as_deref(), Some("voiso"));
    assert!(report.findings.to_vec().expect("findings").iter().any(|finding| finding.rule == "source-incomplete"));
    let stderr = audited.stderr();
    assert!(stderr.contains("voiso failed"), "{stderr}");
    let page = std::fs::read_to_string(audited.out.join("report.html")).expect("a page");
    assert!(page.contains("voiso") && !page.contains("All clear"));
}

#[test]
fn without_findings_an_incomplete_audit_exits_with_3_and_with_findings_with_1() {
    let mut tenant = Tenant::new(1_200, 2);
    tenant.runtime.block_on(tenant.simulators.stop(Vendor::Vonage));
    let unverified = tenant.audit(&["--source", "vcc", "--fail-on", "orphaned"]);
    assert_eq!(unverified.code(), 3, "{}", unverified.stderr());
    assert_eq!(unverified.report().verdict.gate, Gate::Unverified);
    let failed = tenant.audit(&["--fail-on", "orphaned"]);
    assert_eq!(failed.code(), 1, "{}", failed.stderr());
    let zero = tenant.audit(&["--fail-on", "orphaned", "--exit-zero"]);
    assert_eq!(zero.code(), 3, "an orphan beside an outage: {}", zero.stderr());
    let still_unverified = tenant.audit(&["--source", "vcc", "--fail-on", "orphaned", "--exit-zero"]);
    assert_eq!(still_unverified.code(), 3);
    let whole = tenant.audit(&["--source", "voiso", "--fail-on", "inactive", "--exit-zero"]);
    assert_eq!(whole.code(), 0, "{}", whole.stderr());
}

#[test]
fn an_output_that_cannot_be_written_exits_with_4() {
    let tenant = Tenant::new(300, 2);
    std::fs::create_dir_all(tenant.kit.path().join("out/report.html")).expect("a folder where a file has to be");
    let audited = tenant.audit(&["--source", "voiso"]);
    assert_eq!(audited.code(), 4, "{}", audited.stderr());
    assert!(audited.stderr().contains("report.html"), "{}", audited.stderr());
}

#[test]
fn what_no_vendor_answers_is_said_once_and_is_no_limit() {
    let mut tenant = Tenant::new(300, 2);
    for vendor in [Vendor::Voiso, Vendor::Cognigy] {
        tenant.runtime.block_on(tenant.simulators.stop(vendor));
    }
    let audited = tenant.audit(&["--fail-on", "stale-login>1000"]);
    assert_eq!(audited.code(), 3, "{}", audited.stderr());
    for source in ["voiso", "cognigy"] {
        assert_eq!(audited.stderr().matches(&format!("{source} failed: ")).count(), 1, "{}", audited.stderr());
    }
    let remedy = "No single change is enough; 2 sources have to be seen\n";
    assert!(audited.stderr().contains(remedy) && !audited.stderr().contains("limits have"), "{}", audited.stderr());
    let failed = tenant.audit(&["--fail-on", "duplicate"]);
    assert_eq!(failed.stderr().matches("voiso failed: ").count(), 1, "also where the gate fails: {}", failed.stderr());
}
