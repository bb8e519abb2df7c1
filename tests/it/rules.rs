//! The documentation of the rules is what the code says, and the rules that users copy work.

use std::fs;
use std::path::{Path, PathBuf};

use headcount::config::RulesConfig;
use headcount::rule::{Origin, RuleSet, document, lint};

use crate::support::process::{code_and_words, headcount};

fn own(path: &str) -> RuleSet {
    let paths = vec![toml::Spanned::new(0..0, PathBuf::from(path))];
    RuleSet::load(&RulesConfig { paths, ..RulesConfig::default() }).expect("good rules")
}

#[test]
fn the_documentation_is_what_the_code_says() {
    let rules = RuleSet::load(&RulesConfig::default()).expect("the built-in rules");
    let written = document(&rules, &headcount::vendor::exposed());
    let path = Path::new("docs/rules.md");
    if std::env::var_os("HEADCOUNT_WRITE_DOCS").is_some() {
        fs::write(path, &written).expect("written");
    }
    let there = fs::read_to_string(path).expect("the documentation");
    assert!(there == written, "docs/rules.md is old; run HEADCOUNT_WRITE_DOCS=1 cargo test --test it rules::");
    for part in ["`account.last_login_at`", "cognigy, vonage-contact-center, file", "`leaver-active`", "days(int)"] {
        assert!(there.contains(part), "{part}");
    }
}

#[test]
fn the_rules_to_copy_are_sound_and_their_examples_come_out() {
    let rules = own("examples/custom-rules");
    let own: Vec<_> = rules.iter().filter(|rule| *rule.origin() != Origin::BuiltIn).collect();
    assert_eq!(own.len(), 6);
    for rule in own {
        assert_eq!(lint(rule, &[]).iter().map(ToString::to_string).collect::<Vec<_>>(), [""; 0]);
    }
}

#[test]
fn the_built_in_rules_are_sound() {
    for rule in RuleSet::load(&RulesConfig::default()).expect("the built-in rules").iter() {
        assert_eq!(lint(rule, &[]).iter().map(ToString::to_string).collect::<Vec<_>>(), [""; 0]);
    }
}

fn run(arguments: &[&str], path: &Path) -> (i32, String) {
    code_and_words(&headcount().args(arguments).arg(path).output().expect("ran"))
}

/// A copy of a rule with one change.
fn changed(rule: &str, from: &str, to: &str) -> (tempfile::TempDir, PathBuf) {
    let text = fs::read_to_string(format!("examples/custom-rules/{rule}.toml")).expect("a rule");
    assert!(text.contains(from), "{rule} has no {from}");
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join(format!("{rule}.toml"));
    fs::write(&path, text.replacen(from, to, 1)).expect("written");
    (folder, path)
}

#[test]
fn a_test_fails_for_what_is_missing_and_for_what_is_noisy() {
    let (_kept, path) = changed("team-mailbox", "accounts = 3", "accounts = 4");
    let (code, text) = run(&["rules", "test"], &path);
    assert!(code == 1 && text.contains("missing: expected a violation, got a pass"), "{text}");
    let (_kept, path) = changed("team-mailbox", "accounts = 3", "accounts = 2");
    let (code, text) = run(&["rules", "test"], &path);
    assert!(code == 1 && text.contains("noisy: expected pass, got a violation"), "{text}");
    assert_eq!(run(&["rules", "test"], Path::new("examples/custom-rules")).0, 0);
}

#[test]
fn a_test_file_tells_the_difference() {
    let folder = tempfile::tempdir().expect("folder");
    for file in fs::read_dir("examples/custom-rules").expect("the rules") {
        let path = file.expect("a file").path();
        fs::copy(&path, folder.path().join(path.file_name().expect("a name"))).expect("copied");
    }
    let path = folder.path().join("organisation.test.toml");
    let change = |from: &str, to: &str| {
        let text = fs::read_to_string("examples/custom-rules/organisation.test.toml").expect("a test file");
        assert!(text.contains(from), "{from}");
        fs::write(&path, text.replacen(from, to, 1)).expect("written");
        run(&["rules", "test"], folder.path())
    };
    assert_eq!(change("of = \"v-7\"", "of = \"v-7\"").0, 0);
    let (code, text) = change("{ rule = \"sso-bypass\", of = \"v-7\" },", "{ rule = \"sso-bypass\", of = \"v-1\" },");
    assert!(code == 1 && text.contains("- sso-bypass of v-1: missing\n  + sso-bypass of v-7: noisy"), "{text}");
    let (code, text) = change("rule = \"sso-bypass\"", "rule = \"sso-bypas\"");
    assert!(code == 2 && text.contains("organisation.test.toml:") && text.contains("did you mean"), "{text}");
    let (code, text) = change("owner = \"E-1\"", "owner = \"E-9\"");
    assert!(code == 2 && text.contains("the owner \"E-9\" is not among the employees"), "{text}");
}

#[test]
fn a_check_finds_what_is_allowed_and_is_a_mistake() {
    for (from, to, expected) in [
        ("accounts = 3", "accounts = 3\ndays = 3", "no condition and no message uses the param `days`"),
        ("PCI-DSS:8.2.1", "PCI-DSS:AC-2", "PCI-DSS has no control that is numbered like \"AC-2\""),
        ("group.size >= params.accounts", "params.accounts > 2", "the condition reads no fact"),
        (
            "expect = \"not-evaluable\"\nmissing = [\"email\"]",
            "expect = \"pass\"",
            "no example with expect = \"not-evaluable\"",
        ),
    ] {
        let (_kept, path) = changed("team-mailbox", from, to);
        let (code, text) = run(&["rules", "check"], &path);
        assert!(code == 1 && text.contains(expected), "{text}");
    }
    let (_kept, path) = changed("team-mailbox", "group.size", "group.sise");
    let (code, text) = run(&["rules", "check"], &path);
    assert!(code == 2 && text.contains("did you mean `group.size`?"), "{text}");
}

#[test]
fn a_check_says_where_a_mistake_stands() {
    for (from, to, place, expected) in [
        ("group.size >= params.accounts", "params.accounts > 2", "7:8", "the condition reads no fact"),
        ("account.live", "account.live && !account.live", "18:1", "missing: expected a violation, got a pass"),
        ("accounts = 3", "accounts = 3\ndays = 3", "17:1", "no condition and no message uses the param `days`"),
        ("PCI-DSS:8.2.1", "PCI-DSS:AC-2", "13:13", "PCI-DSS has no control"),
    ] {
        let (_kept, path) = changed("team-mailbox", from, to);
        let (code, text) = run(&["rules", "check"], &path);
        assert!(code == 1 && text.contains(expected) && text.contains(&format!("team-mailbox.toml:{place}")), "{text}");
    }
}

#[test]
fn a_check_finds_a_rule_that_no_source_tells_enough_for() {
    let (kept, path) = changed("contractor-admin", "id = ", "id = ");
    let config = |vendor: &str| {
        let text = format!(
            "[hr]\nfile = \"hr.csv\"\n[hr.status]\nactive = [\"Active\"]\n[[source]]\nname = \"one\"\n{vendor}\n[rules]\npaths = [\"contractor-admin.toml\"]\n"
        );
        fs::write(kept.path().join("headcount.toml"), text).expect("written");
        run(&["rules", "check", "-c"], &kept.path().join("headcount.toml"))
    };
    assert!(path.exists());
    let (code, text) = config("vendor = \"voximplant\"\ncredentials = \"file:credentials.json\"");
    assert!(code == 1 && text.contains("no configured source tells"), "{text}");
    let (code, text) = config("vendor = \"file\"\nfile = \"export.csv\"");
    assert_eq!(code, 0, "{text}");
}

#[test]
fn a_second_rule_of_one_id_is_refused_with_its_place() {
    let folder = tempfile::tempdir().expect("folder");
    fs::copy("rules/orphaned.toml", folder.path().join("orphaned.toml")).expect("copied");
    let (code, text) = run(&["rules", "check"], folder.path());
    assert!(code == 2 && text.contains("two rules \"orphaned\"") && text.contains("orphaned.toml:1:6"), "{text}");
}

#[test]
fn a_rule_that_takes_too_long_is_not_evaluable_where_it_does() {
    let folder = tempfile::tempdir().expect("folder");
    let numbers = "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]";
    let loops = (0..8).fold("true".to_owned(), |inside, depth| format!("{numbers}.all(x{depth}, {inside})"));
    for (name, text) in [
        ("hr.csv", "Employee ID,Email,Status\nE-1,ann@example.com,Active\n".to_owned()),
        ("accounts.csv", "id,email,display_name\na,ann@example.com,Ann Lee\nb,bob@example.com,Bo\n".to_owned()),
        (
            "headcount.toml",
            "[hr]\nfile = \"hr.csv\"\n[hr.status]\nactive = [\"Active\"]\n[[source]]\nname = \"badges\"\nvendor = \"file\"\n\
             file = \"accounts.csv\"\n[rules]\npaths = [\"long.toml\"]\n"
                .to_owned(),
        ),
        (
            "long.toml",
            format!(
                "id = \"long\"\ntitle = \"t\"\nseverity = \"low\"\nsubject = \"account\"\nmessage = \"m\"\nwhy = \"w\"\n\
                 remediation = \"r\"\nwhen = 'has(account.display_name) && account.display_name.size() > 3 && {loops}'\n"
            ),
        ),
    ] {
        fs::write(folder.path().join(name), text).expect("written");
    }
    let mut audit = headcount();
    let output = audit.args(["audit", "--format", "json", "--exit-zero"]).current_dir(&folder).output().expect("ran");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report = fs::read_to_string(folder.path().join("headcount-out/report.json")).expect("a report");
    let report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
    let cells = report["evaluability"].as_array().expect("a matrix");
    let cell = cells.iter().find(|cell| cell["rule"] == "long").expect("a cell");
    let expected = serde_json::json!({
        "rule": "long", "source": "badges", "evaluated": 1, "violations": 0, "not_evaluable": 1,
        "missing": ["the rule needs more than 1,000,000 steps"],
    });
    assert_eq!(*cell, expected);
}

#[test]
fn a_test_file_judges_evidence_and_exceptions_too() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("evidence.test.toml");
    let text = r#"
[[tests]]
name = "a bad day"
now = 2026-11-20T08:00:00Z
rules = ["source-incomplete", "source-stale", "roster-stale", "roster-bad-date", "waiver-expired", "orphaned"]
sources = [
  { name = "voiso", status = "failed", fetched = 0, error = "no answer" },
  { name = "vcc", status = "complete", fetched = 7, read_at = 2026-11-18 },
]
roster = { rows = 2, modified_at = 2026-11-01 }
issues = [{ kind = "bad_date", line = 7 }, { kind = "no_manager", line = 8 }]
exceptions = [
  { id = "orphaned: vcc/1", state = "expired", findings = 1 },
  { id = "orphaned: vcc/2", state = "used", findings = 1 },
]
findings = [
  { rule = "source-incomplete", of = "voiso" },
  { rule = "source-stale", of = "vcc" },
  { rule = "roster-stale", of = "roster" },
  { rule = "roster-bad-date", of = "line 7" },
  { rule = "waiver-expired", of = "orphaned: vcc/1" },
]
"#;
    fs::write(&path, text).expect("written");
    let (code, said) = run(&["rules", "test"], &path);
    assert_eq!(code, 0, "{said}");
    fs::write(&path, text.replace("line 7\" }", "line 8\" }").replace("2026-11-18", "2026-11-20")).expect("written");
    let (code, said) = run(&["rules", "test"], &path);
    assert!(code == 1 && said.contains("- roster-bad-date of line 8: missing"), "{said}");
    assert!(
        said.contains("+ roster-bad-date of line 7: noisy") && said.contains("- source-stale of vcc: missing"),
        "{said}"
    );
}
