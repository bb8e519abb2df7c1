//! Limits of the gate: each that fails is named with its counts, and the smallest change that would turn it green.

use headcount::report::{Gate, ReasonKind};

use crate::team::Team;

/// The exit code, the reasons and the remedy under a policy.
fn decided(team: &Team, arguments: &[&str]) -> (i32, Vec<String>, String) {
    let audited = team.audit(arguments);
    let verdict = audited.report().verdict;
    let reasons = verdict.deciding().map(|reason| reason.text.clone()).collect();
    (audited.code(), reasons, verdict.remedy.unwrap_or_default())
}

#[test]
fn limits_are_counts_and_shares() {
    let team = Team::new(2_400, "");
    let report = team.audit(&["--fail-on", "severity:info"]).report();
    let open =
        report.findings.to_vec().expect("findings").iter().filter(|finding| finding.rule == "stale-login").count();
    assert!(open > 3, "{open} stale logins");

    let one_less = format!("stale-login>{}", open - 1);
    let (code, reasons, remedy) = decided(&team, &["--fail-on", &one_less]);
    assert_eq!(code, 1);
    assert_eq!(reasons, [format!("{open} open stale-login findings; at most {} are allowed (max)", open - 1)]);
    let expected = format!("1 of {open} open stale-login findings are mended or waived, or max.stale-login is {open}");
    assert!(remedy.contains(&expected), "{remedy}");

    assert_eq!(decided(&team, &["--fail-on", &format!("stale-login>{open}")]).0, 0);
    assert_eq!(decided(&team, &["--fail-on", "stale-login>50%"]), (0, vec![], String::new()));
    let (code, reasons, _) = decided(&team, &["--fail-on", "stale-login>0.01%"]);
    assert_eq!(code, 1);
    assert!(reasons[0].contains("at most 0 are allowed (max, 0.01% of "), "{reasons:?}");
}

#[test]
fn several_limits_that_one_rule_breaks_are_mended_by_one_change() {
    let team = Team::new(2_400, "");
    let (code, reasons, remedy) = decided(&team, &["--fail-on", "leaver-active,leaver-active>3"]);
    assert_eq!((code, reasons.len()), (1, 2), "{reasons:?}");
    assert!(remedy.contains("open leaver-active findings are mended or waived"), "{remedy}");
    let (_, reasons, remedy) = decided(&team, &["--fail-on", "leaver-active,orphaned"]);
    assert_eq!(reasons.len(), 2);
    assert!(remedy.contains("No single change is enough; 2 limits have to be met"), "{remedy}");
}

#[test]
fn what_is_not_evaluable_can_be_forbidden_on_the_command_line() {
    let team = Team::new(300, "[gate]\nfail_on = []\n");
    assert_eq!(team.audit(&[]).code(), 0);
    let audited = team.audit(&["--fail-on", "not-evaluable"]);
    let verdict = audited.report().verdict;
    assert_eq!((audited.code(), verdict.gate), (3, Gate::Unverified));
    assert!(verdict.deciding().all(|reason| reason.kind == ReasonKind::NotEvaluable));
}

#[test]
fn the_format_never_changes_the_exit_code() {
    let team = Team::new(300, "");
    team.badges("B-1,ghost@example.org\n");
    let codes: Vec<i32> = headcount::render::Format::ALL
        .into_iter()
        .map(|format| team.audit(&["--format", &format.to_string(), "--fail-on", "orphaned"]).code())
        .collect();
    assert!(codes.iter().all(|code| *code == 1), "{codes:?}");
}
