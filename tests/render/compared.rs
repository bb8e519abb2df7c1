//! An ordinary quarter under a further policy.

use headcount::report::*;
use serde_json::json;

use crate::demo::{demo, pick, rail, reason};
use crate::fixture::{finding, kept, map};

/// The same quarter under a further policy, which is stricter.
pub(crate) fn compared() -> Report {
    let mut report = demo();
    let stale = pick(&report.rules, "stale-login");
    let rules = vec![RuleSummary {
        params: map([("max_idle_days", json!(45))]),
        guardrails: vec![rail("PCI-DSS:8.2.6", 90, true), rail("CIS:5.3", 45, true)],
        changes: vec!["severity is medium, not low".to_owned(), "max_idle_days is 45, not 90".to_owned()],
        violations: stale.violations + 1,
        ..stale.clone()
    }];
    let message = "The last login was 60 days ago; the limit is 45 days.";
    let verdict = Verdict {
        gate: Gate::Fail,
        exit_code: 1,
        reasons: vec![reason("stale-login", 5, "5 open stale-login findings; none is allowed (fail_on)")],
        remedy: Some("Green if all 5 open stale-login findings are mended or waived".to_owned()),
    };
    report.policies = vec![Policy {
        id: "cis-v8".to_owned(),
        title: "CIS Controls <v8>".to_owned(),
        sha256: "d1".repeat(32),
        rules_sha256: "d2".repeat(32),
        open: map([("leaver-active", 2), ("orphaned", 2), ("stale-login", 5)]),
        controls: control_limits(&rules),
        findings: kept([finding(stale, "cognigy", "c-77", "Ann | Example", message, json!({}))]),
        rules,
        verdict,
    }];
    let verdict = report.verdict.clone();
    report.verdict = verdict.with_policies(report.policies.iter().map(|policy| (policy.id.as_str(), &policy.verdict)));
    report
}
