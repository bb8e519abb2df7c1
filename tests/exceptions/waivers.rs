//! Waivers in a whole audit: those that cover nothing, those whose facts have changed, and those that nobody could add.

use headcount::model::Disposition;

use crate::team::{Team, at_badges};

const EXCEPTIONS: &str =
    "[exceptions]\nwaivers = \"waivers.toml\"\n[gate]\nfail_on = [\"waiver-void\", \"waiver-unused\"]\n";

/// A team with one orphan, which is waived.
fn waived() -> Team {
    let team = Team::new(300, EXCEPTIONS);
    team.write("waivers.toml", "");
    team.badges("B-1,ghost@example.org\n");
    assert_eq!(team.audit(&[]).code(), 0);
    let report = crate::harness::read_report(&team.path("out"));
    let (code, said) = team.waive(&at_badges(&report, "orphaned")[0].fingerprint, "2026-12-31");
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
    for (name, value) in [("owner", "E-100001"), ("approver", "ciso@example.com"), ("ticket", "SEC-42")] {
        assert_eq!(exception.details[name], value);
    }
    for file in ["report.html", "report.md"] {
        let text = team.read(&format!("out/{file}"));
        for part in ["SEC-42", "2026-12-31", "E-100001", "orphaned: badges/B-1"] {
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
    let finding = report.findings.iter().find(|finding| finding.rule == "waiver-unused").expect("a finding");
    assert!(finding.message.contains("orphaned: badges/B-1"), "{}", finding.message);
    assert_eq!(finding.subject.kind, "exception");
    let rule = report.rules.iter().find(|rule| rule.id == "waiver-unused").expect("a rule");
    assert_eq!((rule.subjects, rule.violations), (1, 1));
}

#[test]
fn a_waiver_is_void_when_the_facts_have_changed() {
    let team = waived();
    let text = team.read("waivers.toml");
    assert!(text.contains("bound = {}"), "the export tells neither status nor roles: {text}");
    team.write("waivers.toml", &text.replace("bound = {}", "bound = { status = \"active\" }"));
    let audited = team.audit(&[]);
    assert_eq!(audited.code(), 1, "{}", audited.stderr());
    let report = audited.report();
    let orphan = at_badges(&report, "orphaned")[0];
    assert_eq!(orphan.disposition, Disposition::Open);
    assert!(orphan.message.contains("the status: then active, now not told"), "{}", orphan.message);
    assert!(report.findings.iter().any(|finding| finding.rule == "waiver-void"));
}

#[test]
fn a_waiver_that_would_not_be_good_is_not_added() {
    let team = waived();
    let before = team.read("waivers.toml");
    let report = crate::harness::read_report(&team.path("out"));
    let fingerprint = &at_badges(&report, "orphaned")[0].fingerprint;
    let (code, said) = team.waive(fingerprint, "2027-01-31");
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("is about the same"), "{said}");
    let (code, said) = team.waive(&"f".repeat(32), "2026-12-31");
    assert_eq!(code, 2);
    assert!(said.contains("no finding has the fingerprint"), "{said}");
    assert_eq!(team.read("waivers.toml"), before);
}
