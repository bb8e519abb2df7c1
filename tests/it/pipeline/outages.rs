//! A source that can't be read for a while, as somebody has said beforehand.

use std::fs;

use headcount::report::{Gate, SourceStatus};
use headcount::simulate::Vendor;

use crate::support::tenant::Tenant;

/// Voiso is down, and the configuration says this of it.
fn tenant(known_outage: &str) -> Tenant {
    let mut tenant = Tenant::new(300, 2);
    tenant.runtime.block_on(tenant.simulators.stop(Vendor::Voiso));
    let text = fs::read_to_string(tenant.config()).expect("a configuration");
    let outage = format!("vendor = \"voiso\"\nknown_outage = {known_outage}\n");
    fs::write(tenant.config(), text.replacen("vendor = \"voiso\"\n", &outage, 1)).expect("written");
    tenant
}

const MOVING: &str = r#"{ until = 2026-10-20, owner = "Ada Person", reason = "they move to another cluster" }"#;

#[test]
fn it_stays_incomplete_and_with_allow_outage_the_rest_counts() {
    let tenant = tenant(MOVING);
    let strict = tenant.audit(&["--fail-on", "source-incomplete"]);
    assert_eq!(strict.code(), 3, "{}", strict.stderr());
    assert!(strict.stderr().contains("its outage is known until 2026-10-20, and --allow-outage counts the rest"));
    let formats = "html,md,json,csv,xlsx,sarif,junit,codequality,oscal";
    let allowed = tenant.audit(&["--fail-on", "source-incomplete", "--allow-outage", "--format", formats]);
    assert_eq!(allowed.code(), 0, "{}", allowed.stderr());
    let said = "voiso failed, as is known until 2026-10-20: the verdict is about the other sources (--allow-outage)";
    assert!(allowed.stderr().contains(&format!("Scope: {said}")), "{}", allowed.stderr());
    let report = allowed.report();
    assert_eq!(report.verdict.gate, Gate::Pass);
    assert!(report.verdict.scope().any(|reason| reason.text == said && reason.source.as_deref() == Some("voiso")));
    let source = report.sources.iter().find(|source| source.name == "voiso").expect("reported");
    assert_eq!(source.status, SourceStatus::Failed);
    assert!(source.warnings[0].contains("known until 2026-10-20: they move to another cluster, says Ada Person"));
    let findings = report.findings.to_vec().expect("findings");
    assert!(findings.iter().any(|finding| finding.rule == "source-incomplete"), "it is still found");
    for file in ["report.html", "report.md", "report.sarif", "junit.xml", "oscal-assessment-results.json"] {
        let text = fs::read_to_string(allowed.out.join(file)).expect("a report");
        assert!(text.contains("as is known until 2026-10-20"), "{file}");
    }
    let page = fs::read_to_string(allowed.out.join("report.md")).expect("text");
    assert!(page.contains("Seen: 5 of 6 sources completely"), "{page}");
    let policy = tenant.kit.path().join("policy.toml");
    fs::write(&policy, "id = 'own'\ntitle = 'Own'\n[gate]\nfail_on = ['source-incomplete']\n").expect("written");
    let policy = policy.to_str().expect("text");
    for (flag, code) in [(None, 3), (Some("--allow-outage"), 0)] {
        let arguments = ["--policy", policy, "--fail-on", "source-incomplete"].into_iter().chain(flag);
        let held = tenant.audit(&arguments.collect::<Vec<_>>());
        assert_eq!(held.code(), code, "a policy sees the same: {}", held.stderr());
    }
}

#[test]
fn findings_of_the_rest_fail_the_gate_as_ever() {
    let tenant = tenant(MOVING);
    let audited = tenant.audit(&["--fail-on", "severity:medium", "--allow-outage"]);
    assert_eq!(audited.code(), 1, "{}", audited.stderr());
}

#[test]
fn when_it_is_over_it_does_not_count_any_more() {
    let tenant = tenant(&MOVING.replace("2026-10-20", "2026-10-14"));
    let audited = tenant.audit(&["--fail-on", "source-incomplete", "--allow-outage"]);
    assert_eq!(audited.code(), 3, "{}", audited.stderr());
    let said = "the known outage of voiso ended on 2026-10-14 and doesn't count any more";
    assert!(audited.stderr().contains(said), "{}", audited.stderr());
    for file in ["report.html", "report.md", "report.json"] {
        let text = fs::read_to_string(audited.out.join(file)).expect("a report");
        assert!(text.contains("known outage of voiso ended on 2026-10-14"), "{file}");
    }
}

#[test]
fn its_last_day_still_counts_and_a_source_that_is_read_needs_none() {
    let last = tenant(&MOVING.replace("2026-10-20", "2026-10-15"));
    assert_eq!(last.audit(&["--fail-on", "source-incomplete", "--allow-outage"]).code(), 0);
    let tenant = Tenant::new(300, 2);
    let text = fs::read_to_string(tenant.config()).expect("a configuration");
    let outage = format!("vendor = \"voiso\"\nknown_outage = {MOVING}\n");
    fs::write(tenant.config(), text.replacen("vendor = \"voiso\"\n", &outage, 1)).expect("written");
    let audited = tenant.audit(&["--source", "voiso", "--format", "json"]);
    let warnings = audited.report().sources[0].warnings.join("\n");
    assert!(warnings.contains("but all accounts were seen: known_outage can go"), "{warnings}");
}

#[test]
fn whoever_says_so_is_named_only_where_people_may_be() {
    let tenant = tenant(MOVING);
    let audited = tenant.audit(&["--privacy", "counts", "--allow-outage", "--fail-on", "source-incomplete"]);
    for file in ["report.html", "report.md", "report.json"] {
        let text = fs::read_to_string(audited.out.join(file)).expect("a report");
        assert!(text.contains("as is known until 2026-10-20") && !text.contains("Ada Person"), "{file}");
    }
}

#[test]
fn what_cannot_be_known_or_is_not_told_is_refused_before_anything_is_asked() {
    for (known_outage, expected) in [
        (MOVING.replace("2026-10-20", "2026-11-15"), "at most 30 days, from 2026-10-15 to 2026-11-14"),
        (MOVING.replace("Ada Person", " "), "the owner is empty"),
        (MOVING.replace("they move to another cluster", ""), "the reason is empty"),
        (MOVING.replace("2026-10-20", "2026-10-20T12:00:00Z"), "expected a date and found 2026-10-20T12:00:00Z"),
        ("{ until = 2026-10-20, owner = \"x\" }".to_owned(), "missing field `reason`"),
        (MOVING.replace("owner", "onwer"), "unknown key `onwer`"),
    ] {
        let tenant = tenant(&known_outage);
        let audited = tenant.audit(&["--allow-outage"]);
        let said = audited.stderr();
        assert!(audited.code() == 2 && said.contains(expected) && said.contains("headcount.toml:"), "{said}");
        assert_eq!(Vendor::ALL.map(|vendor| tenant.simulators.requests(vendor)), [0; Vendor::ALL.len()]);
    }
    let latest = tenant(&MOVING.replace("2026-10-20", "2026-11-14"));
    assert_eq!(latest.audit(&["--allow-outage", "--fail-on", "source-incomplete"]).code(), 0);
}
