//! The demo finds what was seeded, and `audit` finds what the demo finds.

use headcount::report::{Gate, SourceStatus};

use crate::harness::{NOW, Tenant, counts, headcount, read_report, seeded};

#[test]
fn the_demo_finds_every_seeded_defect_and_nothing_else() {
    let out = tempfile::tempdir().expect("folder");
    let output = headcount().args(["demo", "--as-of", NOW, "--out"]).arg(out.path()).output().expect("ran");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "there are orphans: {stderr}");
    let tenant = Tenant::new(2_400, 1);
    let report = read_report(out.path());
    assert_eq!(counts(&report), seeded(&tenant.world));
    assert!(report.correlation.accounts >= 2_000, "{}", report.correlation.accounts);
    assert_eq!(report.sources.len(), 6);
    for source in &report.sources {
        assert_eq!(source.status, SourceStatus::Complete, "{}: {:?}", source.name, source.error);
        assert!(source.pages >= 2 || source.vendor == "file", "{} has {} pages", source.name, source.pages);
    }
    assert_eq!(report.verdict.gate, Gate::Fail);
    for name in ["report.html", "report.md"] {
        let text = std::fs::read_to_string(out.path().join(name)).expect("a report");
        assert!(text.len() > 10_000 && text.contains("Action needed"), "{name}");
    }
    assert!(stderr.contains("report.html") && stderr.contains("Gate: failed"), "{stderr}");
}

#[test]
fn the_situations_are_the_seeded_ones() {
    let tenant = Tenant::new(2_400, 7);
    let report = tenant.audit(&[]).report();
    let expected = tenant.world.expected().sources;
    let sum = |pick: fn(&headcount::simulate::ExpectedSource) -> u64| expected.iter().map(pick).sum::<u64>();
    let found = &report.correlation;
    assert_eq!(found.accounts, sum(|source| source.accounts));
    assert_eq!(found.matched, sum(|source| source.matched));
    assert_eq!(found.unmatched, sum(|source| source.unmatched));
    assert_eq!(found.ambiguous, sum(|source| source.ambiguous));
    assert_eq!(found.conflict, sum(|source| source.conflict));
    assert_eq!(found.declared, sum(|source| source.declared));
    assert_eq!(found.accounts, found.matched + found.unmatched + found.ambiguous + found.conflict + found.declared);
}

#[test]
fn an_audit_of_the_running_simulators_finds_what_the_demo_finds() {
    let out = tempfile::tempdir().expect("folder");
    headcount()
        .args(["demo", "-q", "--as-of", NOW, "--accounts", "600", "--seed", "5"])
        .current_dir(out.path())
        .assert()
        .code(1)
        .stderr("");
    // Not where an audit puts its reports, and no measure for one.
    let folder = out.path().join("headcount-demo");
    assert!(!folder.join("last-complete.json").exists());
    let demo = read_report(&folder);
    let tenant = Tenant::new(600, 5);
    let audited = tenant.audit(&[]);
    assert_eq!(audited.code(), 1);
    assert_eq!(
        serde_json::to_value(audited.report().findings).expect("json"),
        serde_json::to_value(demo.findings).expect("json")
    );
}

#[test]
fn the_same_input_gives_the_same_bytes_but_for_the_run() {
    let tenant = Tenant::new(600, 3);
    let stable = || {
        let mut report = tenant.audit(&["--format", "json"]).report();
        let moment = crate::harness::now();
        report.run.id.clear();
        (report.run.started_at, report.run.finished_at) = (moment, moment);
        for source in &mut report.sources {
            (source.started_at, source.finished_at) = (moment, moment);
        }
        serde_json::to_string(&report).expect("json")
    };
    assert_eq!(stable(), stable());
}

#[test]
fn the_controls_say_what_is_met_and_where_nobody_could_look() {
    let tenant = Tenant::new(600, 3);
    let page = |limit: &str| {
        let text = std::fs::read_to_string(tenant.config()).expect("a configuration");
        let own = format!("{text}\n[rules.override.stale-login]\nparams = {{ max_idle_days = {limit} }}\n");
        let path = tenant.kit.path().join(format!("limit-{limit}.toml"));
        std::fs::write(&path, own).expect("written");
        let out = tenant.kit.path().join(format!("out-{limit}"));
        headcount().args(["audit", "-q", "--as-of", NOW, "-c"]).arg(&path).arg("--out").arg(&out).assert().code(1);
        let report = read_report(&out);
        let page = std::fs::read_to_string(out.join("report.html")).expect("a page");
        let (_, row) = page.split_once("<th scope=\"row\">8.2.6</th>").expect("PCI-DSS 8.2.6");
        (report, row.split("</tr>").next().expect("a row").to_owned())
    };
    let (report, row) = page("90");
    assert!(row.contains(">met<") && row.contains("voiso, voxmind (no last_login_at)"), "{row}");
    assert!(report.rules.iter().any(|rule| rule.id == "weak-match" && rule.changes == ["applied to vcc only"]));
    let (report, row) = page("120");
    assert!(row.contains("not met <small>stale-login max_idle_days is 120, at most 90 is demanded</small>"), "{row}");
    let rule = report.rules.iter().find(|rule| rule.id == "stale-login").expect("the rule");
    assert_eq!(rule.changes, ["max_idle_days is 120, not 90"]);
    assert!(rule.guardrails.iter().all(|rail| !rail.met));
}
