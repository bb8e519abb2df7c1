//! Waivers in a whole audit: those that cover nothing, those whose facts have changed, and those that nobody could add.

use headcount::model::Disposition;

use crate::support::team::{Team, at_badges};

const EXCEPTIONS: &str = "[exceptions]\nwaivers = \"waivers.toml\"\napprovers = [\"ciso@example.com\"]\n[gate]\nfail_on = [\"waiver-void\", \"waiver-unused\"]\n";

/// A team with one orphan, which is waived.
fn waived() -> Team {
    let team = Team::new(300, EXCEPTIONS);
    team.write("waivers.toml", "");
    team.badges("B-1,ghost@example.org\n");
    assert_eq!(team.audit(&[]).code(), 0);
    let report = crate::support::tenant::read_report(&team.path("out"));
    let (code, said) = team.waive(&at_badges(&report, "orphaned")[0].fingerprint, "2026-12-30");
    assert_eq!(code, 0, "{said}");
    team
}

#[test]
fn a_waiver_is_written_whole_and_covers_the_finding() {
    let team = waived();
    let text = team.read("waivers.toml");
    assert!(text.contains("account = \"B-1\"") && text.contains("created = 2026-10-15"), "{text}");
    let (code, said) = team.run(&["waivers", "check"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("orphaned: badges/B-1") && said.contains("1 waiver, all well-formed"), "{said}");
    let audited = team.audit(&[]);
    assert_eq!(audited.code(), 0, "{}", audited.stderr());
    let report = audited.report();
    assert_eq!(at_badges(&report, "orphaned")[0].disposition, Disposition::Waived);
    let exception = report.exceptions.first().expect("the waiver");
    assert_eq!((exception.kind.as_str(), exception.state.as_str()), ("waiver", "used"));
    let signer = team.signer();
    for (name, value) in [("owner", signer.as_str()), ("approver", "ciso@example.com"), ("ticket", "SEC-42")] {
        assert_eq!(exception.details[name], value);
    }
    for file in ["report.html", "report.md"] {
        let text = team.read(&format!("out/{file}"));
        for part in ["SEC-42", "30 Dec 2026", &signer, "orphaned: badges/B-1"] {
            assert!(text.contains(part), "{file} has no {part}");
        }
    }
}

#[test]
fn a_waiver_that_covers_nothing_is_a_finding() {
    let team = waived();
    team.badges("");
    let audited = team.audit(&[]);
    assert_eq!(audited.code(), 1, "{}", audited.stderr());
    let report = audited.report();
    let finding = report
        .findings
        .to_vec()
        .expect("findings")
        .into_iter()
        .find(|finding| finding.rule == "waiver-unused")
        .expect("a finding");
    assert!(finding.message.contains("orphaned: badges/B-1"), "{}", finding.message);
    assert_eq!(finding.subject.kind, "exception");
    let rule = report.rules.iter().find(|rule| rule.id == "waiver-unused").expect("a rule");
    assert_eq!((rule.subjects, rule.violations), (1, 1));
}

#[test]
fn a_waiver_is_void_when_the_facts_have_changed() {
    let team = waived();
    let text = team.read("waivers.toml");
    let bound = "bound = { keys = [\"ghost@example.org\"] }";
    assert!(text.contains(bound), "the export tells neither status nor roles: {text}");
    team.write("waivers.toml", &text.replace("bound = { ", "bound = { status = \"active\", "));
    let audited = team.audit(&[]);
    assert_eq!(audited.code(), 1, "{}", audited.stderr());
    let report = audited.report();
    let orphan = &at_badges(&report, "orphaned")[0];
    assert_eq!(orphan.disposition, Disposition::Open);
    assert!(orphan.message.contains("the status: then active, now not told"), "{}", orphan.message);
    assert!(report.findings.to_vec().expect("findings").iter().any(|finding| finding.rule == "waiver-void"));
}

#[test]
fn a_waiver_that_would_not_be_good_is_not_added() {
    let team = waived();
    let before = team.read("waivers.toml");
    let report = crate::support::tenant::read_report(&team.path("out"));
    let fingerprint = &at_badges(&report, "orphaned")[0].fingerprint;
    let (code, said) = team.waive(fingerprint, "2026-12-29");
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("is about the same"), "{said}");
    let (code, said) = team.waive(&"f".repeat(32), "2026-12-30");
    assert_eq!(code, 2);
    assert!(said.contains("no finding has the fingerprint"), "{said}");
    assert_eq!(team.read("waivers.toml"), before);
}

#[test]
fn a_waiver_is_void_when_the_id_is_given_to_another_account() {
    let team = waived();
    team.badges("B-1,mallory@example.net\n");
    let audited = team.audit(&[]);
    assert_eq!(audited.code(), 1, "{}", audited.stderr());
    let report = audited.report();
    let orphan = &at_badges(&report, "orphaned")[0];
    assert_eq!(orphan.disposition, Disposition::Open);
    assert!(
        orphan.message.contains("the id belongs to another account: it has none of the keys"),
        "{}",
        orphan.message
    );
    let waiver = report.exceptions.first().expect("the waiver");
    assert_eq!(waiver.state, "void");
}

/// Has the last of the regular employees leave in August; gives the employee id.
fn leaver(team: &Team) -> String {
    let roster = team.read("hr.csv");
    let row = roster.lines().rfind(|row| row.contains(",Active,Employee,")).expect("somebody");
    let mut cells: Vec<&str> = row.split(',').collect();
    (cells[4], cells[7]) = ("Terminated", "2026-08-31");
    let id = cells[0].to_owned();
    team.write("hr.csv", &roster.replace(row, &cells.join(",")));
    id
}

#[test]
fn a_waiver_that_nobody_stands_for_is_void() {
    let team = waived();
    let good = team.read("waivers.toml");
    let owner = format!("owner = \"{}\"", team.signer());
    let left = leaver(&team);
    for (from, to, expected) in [
        (owner.as_str(), format!("owner = \"{left}\""), "its owner has left"),
        (&owner, "owner = \"E-0\"".to_owned(), "its owner is not in the roster"),
        (
            "\"ciso@example.com\"",
            "\"ciso@example.net\"".to_owned(),
            "neither in the roster nor among [exceptions] approvers",
        ),
        ("\"ciso@example.com\"", format!("\"{left}\""), "its approver"),
    ] {
        team.write("waivers.toml", &good.replace(from, &to));
        let audited = team.audit(&[]);
        assert_eq!(audited.code(), 1, "{to}: {}", audited.stderr());
        let report = audited.report();
        assert_eq!(at_badges(&report, "orphaned")[0].disposition, Disposition::Open);
        let cause = report.exceptions[0].details["cause"].to_string();
        assert!(cause.contains(expected), "{cause}");
    }
}

#[test]
fn what_is_wrong_with_those_who_stand_for_a_waiver_is_said_at_once() {
    let team = waived();
    let before = team.read("waivers.toml");
    let people = ["--owner", "E-0", "--approver", "nobody@example.net", "--reason", "r", "--ticket", " "];
    let scope = ["waivers", "add", "--rule", "orphaned", "--because", "x", "--expires", "2999-12-31"];
    let (code, said) = team.run(&[&scope[..], &people].concat());
    assert_eq!(code, 2, "{said}");
    for part in [
        "its owner is not in the roster",
        "its approver is neither in the roster nor among [exceptions] approvers",
        "the ticket is empty",
        "lives for at most 90 days",
    ] {
        assert!(said.contains(part), "no {part}: {said}");
    }
    assert_eq!(team.read("waivers.toml"), before);
}

/// Adds a waiver for a scope.
fn wide(team: &Team, scope: &[&str]) -> (i32, String) {
    let rest = [
        "--owner",
        &team.signer(),
        "--approver",
        "ciso@example.com",
        "--reason",
        "the migration",
        "--ticket",
        "SEC-43",
    ];
    let dates = ["--created", "2026-10-01", "--expires", "2026-12-30"];
    team.run(&[&["waivers", "add"], scope, &rest, &dates].concat())
}

#[test]
fn a_scope_is_waived_with_the_reason_why_it_is_so_wide() {
    let team = Team::new(600, EXCEPTIONS);
    team.write("waivers.toml", "");
    team.badges("B-1,ghost@example.org\nB-2,spook@example.org\n");
    let (code, said) = wide(&team, &["--rule", "orphaned", "--source", "badges", "--because", "all move in November"]);
    assert_eq!(code, 0, "{said}");
    let audited = team.audit(&[]);
    assert_eq!(audited.code(), 0, "{}", audited.stderr());
    let report = audited.report();
    let orphans = at_badges(&report, "orphaned");
    assert!(orphans.len() == 2 && orphans.iter().all(|finding| finding.disposition == Disposition::Waived));
    let elsewhere = report
        .findings
        .to_vec()
        .expect("findings")
        .into_iter()
        .find(|f| f.rule == "orphaned" && f.subject.source.as_deref() != Some("badges"));
    assert!(elsewhere.is_some_and(|finding| finding.disposition == Disposition::Open));
    assert_eq!(report.exceptions[0].details["because"], "all move in November");

    let (code, said) = wide(&team, &["--rule", "orphaned", "--because", "all move in November"]);
    assert_eq!(code, 0, "{said}");
    let report = team.audit(&[]).report();
    assert!(
        report
            .findings
            .to_vec()
            .expect("findings")
            .iter()
            .filter(|f| f.rule == "orphaned")
            .all(|f| f.disposition == Disposition::Waived)
    );
}

#[test]
fn a_scope_that_would_not_be_good_is_not_added() {
    let team = Team::new(300, EXCEPTIONS);
    team.write("waivers.toml", "");
    for (scope, expected) in [
        (["--rule", "orphand", "--because", "x"].as_slice(), "did you mean \"orphaned\"?"),
        (&["--rule", "orphaned", "--because", " "], "because is empty"),
        (&["--rule", "orphaned", "--source", "bagdes", "--because", "x"], "did you mean \"badges\"?"),
        (&["--rule", "orphaned"], "--because"),
        (&["--source", "badges", "--because", "x"], "--rule"),
        (&["0123456789abcdef", "--rule", "orphaned", "--because", "x"], "cannot be used with"),
    ] {
        let (code, said) = wide(&team, scope);
        assert!(code == 2 && said.contains(expected), "{scope:?}: {said}");
    }
    assert_eq!(team.read("waivers.toml"), "");
}

#[test]
fn a_finding_about_a_waiver_points_at_its_line() {
    let team = waived();
    team.badges("");
    let audited = team.audit(&["--format", "sarif,codequality,json"]);
    assert_eq!(audited.code(), 1, "{}", audited.stderr());
    let line = team.read("waivers.toml").lines().position(|line| line == "[[waiver]]").expect("a waiver") + 1;
    let json = |name: &str| serde_json::from_str::<serde_json::Value>(&team.read(name)).expect("JSON");
    let sarif = json("out/report.sarif");
    let results = sarif["runs"][0]["results"].as_array().expect("results");
    let result = results.iter().find(|result| result["ruleId"] == "waiver-unused").expect("the finding");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "waivers.toml");
    assert_eq!(place["region"]["startLine"], line);
    let issues = json("out/gl-code-quality-report.json");
    let issues = issues.as_array().expect("issues");
    let issue = issues.iter().find(|issue| issue["check_name"] == "waiver-unused").expect("the finding");
    assert_eq!(issue["location"]["path"], "waivers.toml");
    assert_eq!(issue["location"]["lines"]["begin"], line);
    let counts = team.audit(&["--format", "sarif", "--privacy", "counts"]);
    assert_eq!(counts.code(), 1);
}
