//! Exception files that can't be used are refused with their line, before any request, and never quietly ignored.

use headcount::simulate::Vendor;

use crate::support::team::Team;

const EXCEPTIONS: &str = "[exceptions]\nwaivers = \"waivers.toml\"\nbaseline = \"baseline.json\"\n";
const BASELINE: &str = "{\n  \"format\": \"headcount-baseline-2\",\n  \"findings\": []\n}\n";
const WAIVER: &str = r#"[[waiver]]
rule = "orphaned"
source = "badges"
account = "B-1"
bound = { keys = [] }
owner = "E-1"
approver = "E-2"
reason = "because"
ticket = "SEC-1"
created = 2026-10-01
expires = 2026-12-30
"#;

#[test]
fn what_is_wrong_is_refused_with_its_line_and_nothing_is_requested() {
    let team = Team::new(300, EXCEPTIONS);
    let twice = format!("{WAIVER}{WAIVER}");
    let misspelt = WAIVER.replace("ticket", "tikcet");
    let nested = WAIVER.replace("[[waiver]]", "[waiver]");
    let damaged = BASELINE.replace("[]", "[");
    let foreign = "{\"fingerprints\": []}";
    let old = BASELINE.replace("-2", "-1");
    let unbound = WAIVER.replace("keys = []", "status = \"active\"");
    let approved_by_the_owner = WAIVER.replace("E-2", "e-1");
    let to_come = WAIVER.replace("2026-10-01", "2998-10-01").replace("2026-12-30", "2998-10-02");
    for (waivers, baseline, expected) in [
        (misspelt.as_str(), BASELINE, "waivers.toml:9:1"),
        (nested.as_str(), BASELINE, "waivers.toml:1:1"),
        (twice.as_str(), BASELINE, "waivers.toml:13:8"),
        ("[[waiver]\n", BASELINE, "waivers.toml:1:"),
        (WAIVER, damaged.as_str(), "baseline.json:4:"),
        (WAIVER, foreign, "baseline.json:1:"),
        (WAIVER, old.as_str(), "`headcount baseline write --keep`"),
        (unbound.as_str(), BASELINE, "waivers.toml:5:9"),
        (approved_by_the_owner.as_str(), BASELINE, "waivers.toml:7:12"),
        (to_come.as_str(), BASELINE, "waivers.toml:10:11"),
    ] {
        team.write("waivers.toml", waivers);
        team.write("baseline.json", baseline);
        let audited = team.audit(&[]);
        assert_eq!(audited.code(), 2, "{expected}: {}", audited.stderr());
        assert!(audited.stderr().contains(expected), "{expected}: {}", audited.stderr());
        assert!(audited.left_nothing());
    }
    assert_eq!(Vendor::ALL.map(|vendor| team.tenant.simulators.requests(vendor)), [0; Vendor::ALL.len()]);
}

#[test]
fn a_file_that_is_named_has_to_be_there() {
    let team = Team::new(300, EXCEPTIONS);
    let audited = team.audit(&[]);
    assert_eq!(audited.code(), 2);
    for part in ["can't read the waivers", "can't read the baseline", "headcount baseline write"] {
        assert!(audited.stderr().contains(part), "{part}: {}", audited.stderr());
    }
    let team = Team::new(300, "[exceptions]\nwavers = \"waivers.toml\"\n");
    let audited = team.audit(&[]);
    assert_eq!(audited.code(), 2);
    assert!(audited.stderr().contains("did you mean `waivers`?"), "{}", audited.stderr());
}

#[test]
fn only_new_findings_fail_needs_to_know_which_are_new() {
    let team = Team::new(300, "[gate]\nnew = true\n");
    let audited = team.audit(&[]);
    assert_eq!(audited.code(), 2);
    assert!(audited.stderr().contains("there is no baseline that says which are new"), "{}", audited.stderr());
    let audited = team.audit(&["--fail-on", "orphaned,new"]);
    assert_eq!(audited.code(), 2);
}
