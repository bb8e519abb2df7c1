//! Limits of the gate: each that fails is named with its counts, and the smallest change that would turn it green.

use headcount::report::{Gate, ReasonKind};

use crate::support::team::Team;

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
    let expected = format!("1 of {open} open stale-login findings are fixed or waived, or max.stale-login is {open}");
    assert!(remedy.contains(&expected), "{remedy}");

    assert_eq!(decided(&team, &["--fail-on", &format!("stale-login>{open}")]).0, 0);
    assert_eq!(decided(&team, &["--fail-on", "stale-login>50%"]), (0, vec![], String::new()));
    let (code, reasons, _) = decided(&team, &["--fail-on", "stale-login>0.01%"]);
    assert_eq!(code, 1);
    assert!(reasons[0].contains("at most 0 are allowed (max, 0.01% of "), "{reasons:?}");
}

#[test]
fn several_limits_that_one_rule_breaks_are_fixed_by_one_change() {
    let team = Team::new(2_400, "");
    let (code, reasons, remedy) = decided(&team, &["--fail-on", "leaver-active,leaver-active>3"]);
    assert_eq!((code, reasons.len()), (1, 2), "{reasons:?}");
    assert!(remedy.contains("open leaver-active findings are fixed or waived"), "{remedy}");
    let (_, reasons, remedy) = decided(&team, &["--fail-on", "leaver-active,orphaned"]);
    assert_eq!(reasons.len(), 3, "and for some accounts nobody knows whether they are orphans: {reasons:?}");
    assert!(remedy.contains("No single change is enough; 3 limits have to be met"), "{remedy}");
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

/// A rule that can fail nothing is no demand: whoever names it believes that it is held to.
#[test]
fn a_rule_of_the_gate_that_is_off_or_applied_nowhere_is_an_error_with_its_place() {
    let off = "which is off (disabled by the configuration)";
    for (further, arguments, expected) in [
        ("[rules]\ndisable = [\"locked\"]\n[gate]\nfail_on = [\"locked\"]\n", &[][..], ["headcount.toml:", off]),
        ("[rules.override.locked]\nenabled = false\n[gate]\nmax = { locked = 3 }\n", &[], ["headcount.toml:", off]),
        ("[rules]\ndisable = [\"locked\"]\n", &["--fail-on", "locked>3"], ["--fail-on", off]),
        ("", &["--fail-on", "privileged-unapproved"], ["--fail-on", "until its param approved is set"]),
        ("[rules.override.locked]\nsources = []\n", &["--fail-on", "locked"], ["--fail-on", "is applied to no source"]),
        ("[rules]\ndisable = [\"orphaned\"]\n", &["--fail-on", "new"], ["headcount.toml", "the default gate names"]),
        ("", &["--policy", "off.toml"], ["off.toml:4:", off]),
        ("", &["--policy", "usual.toml"], ["usual.toml", "fail_on = [\"leaver-active\","]),
    ] {
        let team = Team::new(60, further);
        team.write("off.toml", "id = 'p'\ntitle = 'P'\n[gate]\nfail_on = ['locked']\n[rules]\ndisable = ['locked']\n");
        team.write("usual.toml", "id = 'p'\ntitle = 'P'\n[rules]\ndisable = ['orphaned']\n");
        let policy = arguments.last().map(|name| team.path(name).display().to_string());
        let arguments: Vec<&str> = match (&policy, arguments) {
            (Some(path), ["--policy", _]) => vec!["--policy", path],
            _ => arguments.to_vec(),
        };
        let audited = team.audit(&arguments);
        assert_eq!(audited.code(), 2, "{further} {arguments:?}: {}", audited.stderr());
        for part in expected {
            assert!(audited.stderr().contains(part), "no {part} for {further} {arguments:?}: {}", audited.stderr());
        }
        assert!(audited.left_nothing());
    }
}

#[test]
fn the_line_that_leaves_a_rule_out_of_the_default_gate_can_be_pasted() {
    let further = "[rules]\ndisable = [\"identity-conflict\", \"ambiguous-match\"]\n";
    let team = Team::new(60, further);
    let refused = team.audit(&[]);
    assert_eq!(refused.code(), 2, "{}", refused.stderr());
    let said = refused.stderr();
    let (_, line) = said.split_once("write below [gate]: ").expect("a line");
    let line = line.lines().next().expect("a line").trim();
    assert_eq!(
        line,
        "fail_on = [\"orphaned\", \"leaver-active\", \"declared-no-owner\", \"declared-too-broad\", \"severity:critical\"]"
    );
    let text = team.read("headcount.toml");
    team.write("headcount.toml", &format!("{text}\n[gate]\n{line}\n"));
    let audited = team.audit(&[]);
    assert_ne!(audited.code(), 2, "{}", audited.stderr());
    let said = audited.stderr();
    let together = "ambiguous-match, identity-conflict (each disabled by the configuration)";
    assert!(said.contains(together), "{said}");
}

#[test]
fn a_source_that_is_left_out_is_said_and_makes_no_rule_an_error() {
    let team = Team::new(60, "[rules.override.locked]\nsources = [\"voxmind\"]\n");
    let audited = team.audit(&["--source", "badges", "--fail-on", "locked"]);
    assert_eq!(audited.code(), 0, "{}", audited.stderr());
    let report = audited.report();
    let scope: Vec<&str> = report.verdict.scope().map(|reason| reason.text.as_str()).collect();
    let expected = "of 7 configured sources were not audited (--source): ";
    assert!(scope[0].contains(expected) && report.run.left_out.len() == 6, "{scope:?}");
    assert_eq!(scope[1], "locked was not judged in this run: it is applied to voxmind only");
    for part in &scope[..2] {
        assert!(audited.stderr().contains(part), "{}", audited.stderr());
    }
}

#[test]
fn a_rule_of_the_gate_that_could_judge_nobody_is_unverified() {
    let team = Team::new(60, "");
    for demand in ["stale-login", "stale-login>100", "stale-login>5%"] {
        let audited = team.audit(&["--source", "badges", "--fail-on", demand]);
        assert_eq!(audited.code(), 3, "{demand}: {}", audited.stderr());
        let reason = audited.report().verdict.reasons.swap_remove(0);
        assert_eq!((reason.kind, reason.rule.as_deref()), (ReasonKind::NotEvaluable, Some("stale-login")));
        assert_eq!(reason.text, "stale-login can't be judged for any of 1 subject: last_login_at not told");
    }
    let all = team.audit(&["--fail-on", "stale-login>100%"]);
    assert_eq!(all.code(), 0, "others tell it: {}", all.stderr());
    let said =
        |reason: &headcount::report::Reason| reason.rule.as_deref() == Some("stale-login") && reason.count > Some(0);
    assert!(all.report().verdict.scope().any(said), "{}", all.stderr());
    assert_eq!(team.audit(&["--source", "badges", "--fail-on", "waiver-void"]).code(), 0, "no subjects is a pass");
}

#[test]
fn new_narrows_the_gate_and_never_stands_for_it() {
    let baseline = "{\"format\": \"headcount-baseline-2\", \"findings\": []}";
    for (gate, arguments) in [("[gate]\nfail_on = [\"new\"]\n", &[][..]), ("", &["--fail-on", "new"])] {
        let team = Team::new(60, &format!("[exceptions]\nbaseline = \"baseline.json\"\n{gate}"));
        team.write("baseline.json", baseline);
        team.badges("B-1,ghost@example.org\n");
        let arguments = [&["--source", "badges"], arguments].concat();
        let audited = team.audit(&arguments);
        assert_eq!(audited.code(), 1, "{}", audited.stderr());
        assert!(audited.stderr().contains("1 open orphaned finding; none is allowed"), "{}", audited.stderr());
        assert!(audited.stderr().contains("`headcount baseline write --accept-new`"), "{}", audited.stderr());
        let (code, said) = team.run(&["baseline", "write", "--report", crate::support::team::REPORT, "--accept-new"]);
        assert_eq!(code, 0, "{said}");
        let known = team.audit(&arguments);
        assert_eq!(known.code(), 0, "it isn't new: {}", known.stderr());
    }
    let team = Team::new(60, "[gate]\nfail_on = [\"ambiguous-match\"]\n[exceptions]\nbaseline = \"baseline.json\"\n");
    team.write("baseline.json", baseline);
    team.badges("B-1,ghost@example.org\n");
    assert_eq!(team.audit(&["--source", "badges", "--fail-on", "new"]).code(), 0, "the configured gate stays");
}

#[test]
fn the_default_gate_names_accounts_whose_owner_is_not_settled() {
    let team = Team::new(60, "[exceptions]\ndeclared = \"declared.toml\"\n");
    team.write("declared.toml", "");
    let reasons = |team: &Team| {
        let audited = team.audit(&["--source", "badges"]);
        let rules: Vec<_> =
            audited.report().verdict.deciding().map(|reason| reason.rule.clone().expect("a rule")).collect();
        (audited.code(), rules)
    };
    assert_eq!(reasons(&team), (0, vec![]));
    // An account that three lines without owner, purpose and review date vouch for.
    team.badges("B-1,ghost@example.org\n");
    team.write("declared.toml", "[[account]]\nkind = \"service\"\nsource = \"badges\"\nid = \"B-1\"\n");
    assert_eq!(reasons(&team), (1, vec!["declared-no-owner".to_owned()]));
    // Two people with one address, and an account that carries it.
    team.write("declared.toml", "");
    let roster = team.read("hr.csv");
    let somebody =
        team.read("badges.csv").lines().nth(1).expect("an account").split(',').nth(1).expect("an address").to_owned();
    let row = roster.lines().find(|row| row.contains(&somebody)).expect("their row");
    let id = row.split(',').next().expect("an id");
    team.write("hr.csv", &format!("{}\n{}\n", roster.trim_end(), row.replacen(id, "E-999999", 1)));
    team.badges("");
    assert_eq!(reasons(&team), (1, ["ambiguous-match", "orphaned"].map(str::to_owned).to_vec()));
}

#[test]
fn a_moment_before_the_accounts_were_read_is_said_and_changes_nothing() {
    let team = Team::new(60, "");
    let audited = team.audit(&["--source", "badges"]);
    assert_eq!(audited.code(), 0, "{}", audited.stderr());
    let before = "before the accounts were read: ";
    let long_ago = |as_of: &str| {
        let mut command = crate::support::process::headcount();
        command.current_dir(team.tenant.kit.path()).args(["audit", "--source", "badges", "--as-of", as_of]);
        let output = command.output().expect("ran");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).contains(before))
    };
    assert_eq!(long_ago("2026-01-01"), (Some(0), true));
    assert_eq!(long_ago("2999-01-01"), (Some(0), false));
}

#[test]
fn what_a_left_out_source_could_have_shown_stays_in_the_baseline() {
    let team = Team::new(60, "");
    let gone =
        "{\"fingerprint\":\"00000000000000000000000000000000\",\"rule\":\"own-rule\",\"first_seen\":\"2026-09-01\"}";
    let baseline = format!("{{\n  \"format\": \"headcount-baseline-2\",\n  \"findings\": [\n    {gone}\n  ]\n}}\n");
    let written = |arguments: &[&str]| {
        team.write("baseline.json", &baseline);
        team.audit(arguments);
        let (code, said) = team.run(&["baseline", "write", "--report", crate::support::team::REPORT]);
        assert_eq!(code, 0, "{said}");
        team.read("baseline.json").contains("own-rule")
    };
    assert!(written(&["--source", "badges"]), "nobody looked everywhere");
    assert!(!written(&[]), "it is gone");
}
